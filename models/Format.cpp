// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace tocsin::format {

namespace {
QString say(const char *text)
{
    return QCoreApplication::translate("tocsin", text);
}

QDateTime local(TimePoint t, const QTimeZone &zone)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(t), zone);
}

qint64 digitsFrom(const QString &text, qsizetype &i)
{
    // Leading zeros do not count; 18 digits fit, more are cut off (the remaining text decides then).
    qint64 value = 0;
    for (int n = 0; i < text.size() && text[i].isDigit() && n < 18; ++i, ++n)
        value = value * 10 + text[i].digitValue();
    return value;
}
} // namespace

QString unknown()
{
    return QString(Dash);
}

QString number(double value, int decimals)
{
    if (!std::isfinite(value))
        return unknown();
    QString digits = QString::number(std::abs(value), 'f', std::clamp(decimals, 0, 9));
    const qsizetype point = digits.indexOf(QLatin1Char('.'));
    for (qsizetype at = (point < 0 ? digits.size() : point) - 3; at > 0; at -= 3)
        digits.insert(at, GroupSeparator);
    const bool zero =
        std::all_of(digits.cbegin(), digits.cend(), [](QChar c) { return !c.isDigit() || c == QLatin1Char('0'); });
    return value < 0 && !zero ? Minus + digits : digits;
}

QString quantity(double value, int decimals, const QString &unit)
{
    const QString text = number(value, decimals);
    return unit.isEmpty() || !std::isfinite(value) ? text : text + QLatin1Char(' ') + unit;
}

QString age(double seconds)
{
    if (!std::isfinite(seconds))
        return unknown();
    const double s = std::max(0.0, seconds);
    if (s < 0.095)
        return say("%1 ms").arg(std::max(10, int(std::lround(s * 100)) * 10));
    if (s < 1)
        return say("%1 s").arg(QString::number(std::max(1.0, std::floor(s * 10)) / 10, 'f', 1));
    if (s < 60)
        return say("%1 s").arg(qint64(s));
    if (s < 3600)
        return say("%1 min").arg(qint64(s / 60));
    if (s < 86400)
        return say("%1 h").arg(qint64(s / 3600));
    return say("%1 d").arg(qint64(s / 86400));
}

QString waiting(double seconds)
{
    if (!std::isfinite(seconds))
        return unknown();
    const auto total = qint64(std::max(0.0, seconds));
    const auto two = [](qint64 n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); };
    if (total < 3600)
        return two(total / 60) + QLatin1Char(':') + two(total % 60);
    if (total < 86400) {
        return QString::number(total / 3600) + QLatin1Char(':') + two(total / 60 % 60) + QLatin1Char(':') +
               two(total % 60);
    }
    return say("%1 d %2 h").arg(QString::number(total / 86400), two(total / 3600 % 24));
}

QString timeOfDay(TimePoint t, const QTimeZone &zone)
{
    return local(t, zone).toString(QStringLiteral("HH:mm:ss"));
}

QString hourMinute(TimePoint t, const QTimeZone &zone)
{
    return local(t, zone).toString(QStringLiteral("HH:mm"));
}

QString date(TimePoint t, const QTimeZone &zone)
{
    return QLocale(QLocale::English).toString(local(t, zone).date(), QStringLiteral("ddd d MMM yyyy"));
}

QString withDay(const QString &time, TimePoint t, TimePoint now, const QTimeZone &zone)
{
    return local(t, zone).date() == local(now, zone).date() ? time : date(t, zone) + QLatin1Char(' ') + time;
}

QString deviceKind(DeviceKind kind)
{
    switch (kind) {
    case DeviceKind::Vehicle:
        return say("Vehicle");
    case DeviceKind::Phone:
        return say("Phone");
    case DeviceKind::Hardware:
        return say("Hardware");
    case DeviceKind::Receiver:
        return say("Receiver");
    case DeviceKind::Other:
        break;
    }
    return say("Device");
}

QString alertLevel(AlertLevel level)
{
    switch (level) {
    case AlertLevel::Info:
        return say("info");
    case AlertLevel::Warning:
        return say("warning");
    case AlertLevel::Critical:
        return say("critical");
    case AlertLevel::Emergency:
        break;
    }
    return say("emergency");
}

std::optional<QString> imei(const QString &id)
{
    if (id.size() != 15 || !std::all_of(id.cbegin(), id.cend(), [](QChar c) { return c >= u'0' && c <= u'9'; }))
        return std::nullopt;
    return id.mid(0, 4) + QLatin1Char(' ') + id.mid(4, 4) + QLatin1Char(' ') + id.mid(8, 4) + QLatin1Char(' ') +
           id.mid(12);
}

int naturalCompare(const QString &a, const QString &b)
{
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() && j < b.size()) {
        if (a[i].isDigit() && b[j].isDigit()) {
            const qint64 x = digitsFrom(a, i);
            const qint64 y = digitsFrom(b, j);
            if (x != y)
                return x < y ? -1 : 1;
            continue;
        }
        const QChar x = a[i++].toCaseFolded();
        const QChar y = b[j++].toCaseFolded();
        if (x != y)
            return x < y ? -1 : 1;
    }
    const qsizetype restA = a.size() - i;
    const qsizetype restB = b.size() - j;
    if (restA != restB)
        return restA < restB ? -1 : 1;
    return a.compare(b); // equal but for case or leading zeros
}

} // namespace tocsin::format
