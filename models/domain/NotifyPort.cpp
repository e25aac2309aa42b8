// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/NotifyPort.h"

#include "models/domain/EnumNames.h"

namespace tocsin {

namespace {
constexpr std::pair<NotifyMeans, QLatin1String> meansNames[] = {
    {NotifyMeans::Webhook, QLatin1String("webhook")},
    {NotifyMeans::Email, QLatin1String("email")},
    {NotifyMeans::Sms, QLatin1String("sms")},
    {NotifyMeans::Desktop, QLatin1String("desktop")},
};
constexpr std::pair<NotifyVerdict, QLatin1String> verdictNames[] = {
    {NotifyVerdict::Sent, QLatin1String("sent")},
    {NotifyVerdict::Waits, QLatin1String("waits")},
    {NotifyVerdict::Withheld, QLatin1String("withheld")},
};
} // namespace

QString toString(NotifyMeans means)
{
    return names::nameOf(meansNames, means);
}

std::optional<NotifyMeans> notifyMeansFromString(QStringView text)
{
    return names::valueOf(meansNames, text);
}

QString toString(NotifyVerdict verdict)
{
    return names::nameOf(verdictNames, verdict);
}

} // namespace tocsin
