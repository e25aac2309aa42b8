// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyConfig.h"

#include "models/domain/Account.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace tocsin {

namespace {
constexpr int minutesPerDay = 24 * 60;
constexpr std::array dayNames{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

int dayOf(const QString &text)
{
    for (std::size_t i = 0; i < dayNames.size(); ++i) {
        if (text.compare(QLatin1String(dayNames[i]), Qt::CaseInsensitive) == 0)
            return int(i);
    }
    return -1;
}

/// "mon-fri", "sat,sun"; 0: none of them.
quint8 daysOf(const QString &text)
{
    quint8 days = 0;
    for (const QString &part : text.split(QLatin1Char(','))) {
        const int first = dayOf(part.section(QLatin1Char('-'), 0, 0).trimmed());
        const int last = part.contains(QLatin1Char('-')) ? dayOf(part.section(QLatin1Char('-'), 1).trimmed()) : first;
        if (first < 0 || last < 0)
            return 0;
        for (int day = first;; day = (day + 1) % 7) {
            days |= quint8(1U << unsigned(day));
            if (day == last)
                break;
        }
    }
    return days;
}

std::optional<int> minuteOf(const QString &text)
{
    static const QRegularExpression clock(QStringLiteral("^(\\d{1,2}):(\\d\\d)$"));
    const QRegularExpressionMatch match = clock.match(text.trimmed());
    const int minute = match.captured(1).toInt() * 60 + match.captured(2).toInt();
    if (!match.hasMatch() || match.captured(2).toInt() > 59 || minute > minutesPerDay)
        return std::nullopt;
    return minute;
}
} // namespace

bool NotifyHours::holds(int weekday, int minute) const
{
    const auto isOn = [this](int day) { return (days & (1U << unsigned(day))) != 0; };
    if (from < to)
        return isOn(weekday) && minute >= from && minute < to;
    return (isOn(weekday) && minute >= from) || (isOn((weekday + 6) % 7) && minute < to);
}

std::optional<NotifyHours> NotifyHours::parse(const QString &text)
{
    NotifyHours hours;
    hours.text = text.simplified();
    const QStringList words = hours.text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.isEmpty() || words.size() > 2)
        return std::nullopt;
    const bool clockComes = words.constLast().contains(QLatin1Char(':'));
    if (words.size() == 2 || !clockComes)
        hours.days = daysOf(words.constFirst());
    if (hours.days == 0 || (words.size() == 2 && !clockComes))
        return std::nullopt;
    if (clockComes) {
        const std::optional<int> from = minuteOf(words.constLast().section(QLatin1Char('-'), 0, 0));
        const std::optional<int> to = minuteOf(words.constLast().section(QLatin1Char('-'), 1));
        if (!from || !to || *from == *to || *from == minutesPerDay)
            return std::nullopt;
        hours.from = *from;
        hours.to = *to;
    }
    return hours;
}

const NotifyChannelConfig *NotifyConfig::channel(const QString &name) const
{
    const auto found = std::find_if(channels.cbegin(), channels.cend(),
                                    [&name](const NotifyChannelConfig &one) { return one.name == name; });
    return found == channels.cend() ? nullptr : &*found;
}

std::optional<NotifyAddress> NotifyAddress::parse(NotifyMeans means, const QString &text)
{
    static const QRegularExpression named(QStringLiteral("^\\s*\"?([^<>\"]*?)\"?\\s*<([^<>]*)>\\s*$"));
    static const QRegularExpression mailbox(
        QStringLiteral("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$"));
    static const QRegularExpression number(QStringLiteral("^\\+?[0-9]{3,20}$"));
    static const QRegularExpression person(QStringLiteral("^[^\\s\\x00-\\x1f\\x7f]{1,128}$"));
    if (std::any_of(text.cbegin(), text.cend(), [](QChar c) { return c < QLatin1Char(' ') || c == QChar(0x7f); }))
        return std::nullopt;
    NotifyAddress out;
    const QRegularExpressionMatch match = named.match(text);
    out.name = match.captured(1).simplified();
    out.address = (match.hasMatch() ? match.captured(2) : text).trimmed();
    bool good = false;
    switch (means) {
    case NotifyMeans::Webhook:
        return NotifyAddress{}; // the channel's URL is all there is
    case NotifyMeans::Email:
        good = mailbox.match(out.address).hasMatch();
        break;
    case NotifyMeans::Sms:
        out.address.remove(QRegularExpression(QStringLiteral("[\\s()./-]")));
        good = number.match(out.address).hasMatch();
        break;
    case NotifyMeans::Desktop: {
        const QString role = out.address.section(QLatin1Char(':'), 1);
        good = person.match(out.address).hasMatch() &&
               (!out.address.startsWith(QLatin1String("role:")) || roleFromString(role).has_value());
        break;
    }
    }
    return good ? std::optional(out) : std::nullopt;
}

QString NotifyAddress::masked(NotifyMeans means) const
{
    QString hidden = address;
    if (means == NotifyMeans::Email)
        hidden = address.left(1) + QChar(0x2026) + address.mid(address.indexOf(QLatin1Char('@')));
    else if (means == NotifyMeans::Sms)
        hidden = QChar(0x2026) + address.right(2);
    if (hidden.isEmpty())
        return name;
    return name.isEmpty() ? hidden : QStringLiteral("%1 (%2)").arg(name, hidden);
}

bool likeOneOf(const QStringList &patterns, const QString &text)
{
    return patterns.isEmpty() || std::any_of(patterns.cbegin(), patterns.cend(), [&text](const QString &pattern) {
               QString expression = QRegularExpression::escape(pattern);
               expression.replace(QLatin1String("\\*"), QLatin1String(".*"))
                   .replace(QLatin1String("\\?"), QLatin1String("."));
               return QRegularExpression(QRegularExpression::anchoredPattern(expression),
                                         QRegularExpression::CaseInsensitiveOption)
                   .match(text)
                   .hasMatch();
           });
}

} // namespace tocsin
