// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/NmeaDecoder.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {
using std::chrono::milliseconds;

constexpr double KmhPerKnot = 1.852;
constexpr double FastestSpeed = 1e5;  // knots or km/h: nothing that carries a receiver
constexpr int ForgetInViewAfter = 20; // moments

bool allDigits(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.cbegin(), text.cend(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> whole(QByteArrayView text)
{
    if (!allDigits(text) || text.size() > 6)
        return std::nullopt;
    return text.toByteArray().toInt();
}
} // namespace

QList<NmeaEpoch> NmeaDecoder::feed(const QByteArray &body)
{
    QList<NmeaEpoch> out;
    const Fields f = body.split(',');
    const QByteArray &address = f.first();
    if (address.size() != 5 || address.startsWith('P')) // P: proprietary
        return out;
    const QByteArray talker = address.left(2);
    const QByteArray type = address.mid(2);
    const bool satelliteList = type == "GSA" || type == "GSV";
    const bool known =
        satelliteList || type == "GGA" || type == "RMC" || type == "VTG" || type == "GLL" || type == "ZDA";
    if (!known)
        return out;

    m_badField = false;
    if (!satelliteList) {
        std::optional<milliseconds> time;
        if (type != "VTG")
            time = timeOfDay(field(f, type == "GLL" ? 5 : 1));
        if (time && m_finishedEarly == time)
            m_expectedLast.clear(); // the moment went on after its "last" sentence: learn anew
        const bool otherTime = time && m_now.timeOfDay && time != m_now.timeOfDay;
        if (m_carries && (otherTime || m_seen.contains(address))) {
            if (m_lastSentence == m_previousLast)
                m_expectedLast = m_lastSentence;
            m_previousLast = m_lastSentence;
            out.append(finish());
        }
        if (time)
            m_now.timeOfDay = time;
        m_carries = true;
        m_finishedEarly.reset();
    }
    m_seen.insert(address);
    m_lastSentence = address;

    if (type == "GGA")
        takeGga(f);
    else if (type == "RMC")
        takeRmc(f);
    else if (type == "VTG")
        takeVtg(f);
    else if (type == "GLL")
        takeGll(f);
    else if (type == "GSA")
        takeGsa(talker, f);
    else if (type == "GSV")
        takeGsv(talker, f);
    else
        takeZda(f);
    if (m_badField)
        ++m_malformed;

    if (m_carries && address == m_expectedLast) {
        const auto time = m_now.timeOfDay;
        out.append(finish());
        m_finishedEarly = time;
    }
    return out;
}

std::optional<NmeaEpoch> NmeaDecoder::flush()
{
    if (!m_carries)
        return std::nullopt;
    return finish();
}

void NmeaDecoder::takeGga(const Fields &f)
{
    m_now.quality = whole(field(f, 6));
    if (m_now.quality == 0)
        m_void = true;
    takePosition(f, 2);
    m_now.satellitesUsed = whole(field(f, 7));
    m_now.hdop = decimal(field(f, 8));
    if (m_now.hdop && *m_now.hdop >= 99) // receivers' way to say that there is none
        m_now.hdop.reset();
    m_now.altitudeM = decimal(field(f, 9));
}

void NmeaDecoder::takeRmc(const Fields &f)
{
    if (field(f, 2) == "V")
        m_void = true;
    takePosition(f, 3);
    if (const auto knots = within(field(f, 7), 0, FastestSpeed))
        m_now.speedKmh = *knots * KmhPerKnot;
    if (const auto course = within(field(f, 8), 0, 360))
        m_now.courseDeg = course;
    const QByteArray date = field(f, 9);
    if (date.size() == 6 && allDigits(date)) {
        const int year = *whole(date.mid(4, 2));
        takeDate(year < 80 ? 2000 + year : 1900 + year, unsigned(*whole(date.mid(2, 2))),
                 unsigned(*whole(date.left(2))), false);
    } else if (!date.isEmpty()) {
        m_badField = true;
    }
    takeMode(field(f, 12));
}

void NmeaDecoder::takeVtg(const Fields &f)
{
    if (const auto course = within(field(f, 1), 0, 360))
        m_now.courseDeg = course;
    if (const auto knots = within(field(f, 5), 0, FastestSpeed))
        m_now.speedKmh = *knots * KmhPerKnot;
    else if (const auto kmh = within(field(f, 7), 0, FastestSpeed))
        m_now.speedKmh = kmh;
}

void NmeaDecoder::takeGll(const Fields &f)
{
    if (field(f, 6) == "V")
        m_void = true;
    takePosition(f, 1);
    takeMode(field(f, 7));
}

void NmeaDecoder::takeGsa(const QByteArray &talker, const Fields &f)
{
    const auto mode = whole(field(f, 2));
    if (mode && *mode >= 1 && *mode <= 3)
        m_now.mode = std::max(m_now.mode.value_or(1), *mode); // one sentence per system: the best counts
    int used = 0;
    for (qsizetype i = 3; i < 15; ++i)
        used += field(f, i).isEmpty() ? 0 : 1;
    m_usedBySystem.insert(talker + field(f, 3) + '/' + field(f, 18), used);
    const auto hdop = decimal(field(f, 16));
    if (hdop && *hdop < 99 && !m_now.hdop)
        m_now.hdop = hdop;
}

void NmeaDecoder::takeGsv(const QByteArray &talker, const Fields &f)
{
    // From 4.11 on a system repeats its list per signal, with the same count: the greatest counts.
    const auto count = whole(field(f, 3));
    if (!count)
        return;
    InView &entry = m_inView[talker];
    entry.count = entry.age == 0 && m_gsvCame ? std::max(entry.count, *count) : *count;
    entry.age = 0;
    m_gsvCame = true;
}

void NmeaDecoder::takeZda(const Fields &f)
{
    const auto day = whole(field(f, 2));
    const auto month = whole(field(f, 3));
    const auto year = whole(field(f, 4));
    if (day && month && year)
        takeDate(*year, unsigned(*month), unsigned(*day), true);
}

void NmeaDecoder::takePosition(const Fields &f, qsizetype first)
{
    const auto latitude = angle(field(f, first), field(f, first + 1), 'N', 'S', 90);
    const auto longitude = angle(field(f, first + 2), field(f, first + 3), 'E', 'W', 180);
    if (latitude && longitude) {
        m_now.latitude = latitude;
        m_now.longitude = longitude;
    }
}

void NmeaDecoder::takeMode(const QByteArray &letter)
{
    if (letter.isEmpty())
        return;
    if (letter == "N")
        m_void = true;
    else if (!m_now.quality) { // GGA, when it comes, says it better
        static const QHash<QByteArray, int> qualities = {{"A", 1}, {"D", 2}, {"P", 3}, {"R", 4},
                                                         {"F", 5}, {"E", 6}, {"M", 7}, {"S", 8}};
        const auto it = qualities.constFind(letter);
        if (it != qualities.cend())
            m_now.quality = *it;
    }
}

void NmeaDecoder::takeDate(int year, unsigned month, unsigned day, bool fullYear)
{
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if (!date.ok() || year < 1980 || year > 9999) {
        m_badField = true;
        return;
    }
    if (m_dateIsFull && !fullYear)
        return;
    m_ownDate = std::chrono::sys_days{date};
    m_dateIsFull = fullYear;
}

std::optional<double> NmeaDecoder::decimal(const QByteArray &text)
{
    if (text.isEmpty())
        return std::nullopt;
    const bool plain =
        std::all_of(text.cbegin(), text.cend(), [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
    bool ok = false;
    const double number = plain ? text.toDouble(&ok) : 0;
    if (!ok || !std::isfinite(number)) {
        m_badField = true;
        return std::nullopt;
    }
    return number;
}

std::optional<double> NmeaDecoder::within(const QByteArray &text, double least, double most)
{
    const std::optional<double> number = decimal(text);
    if (!number || (*number >= least && *number <= most))
        return number;
    m_badField = true;
    return std::nullopt;
}

/// ddmm.mmmm or dddmm.mmmm: the last two digits before the point are minutes.
std::optional<double> NmeaDecoder::angle(const QByteArray &text, const QByteArray &side, char positive, char negative,
                                         double limit)
{
    if (text.isEmpty() && side.isEmpty())
        return std::nullopt;
    const qsizetype point = text.indexOf('.');
    const QByteArray wholePart = point < 0 ? text : text.left(point);
    const auto value = decimal(text);
    if (!value || *value < 0 || !allDigits(wholePart) || wholePart.size() < 3 || wholePart.size() > 5 ||
        side.size() != 1 || (side[0] != positive && side[0] != negative)) {
        m_badField = true;
        return std::nullopt;
    }
    const double degrees = std::floor(*value / 100);
    const double minutes = *value - degrees * 100;
    const double result = degrees + minutes / 60;
    if (minutes >= 60 || result > limit) {
        m_badField = true;
        return std::nullopt;
    }
    return side[0] == negative ? -result : result;
}

/// hhmmss or hhmmss.sss
std::optional<milliseconds> NmeaDecoder::timeOfDay(const QByteArray &text)
{
    if (text.isEmpty())
        return std::nullopt;
    const auto seconds = text.size() >= 6 && allDigits(text.left(6)) ? decimal(text.mid(4)) : std::nullopt;
    const int hours = seconds ? *whole(text.left(2)) : 24;
    const int minutes = seconds ? *whole(text.mid(2, 2)) : 60;
    if (!seconds || hours > 23 || minutes > 59 || *seconds >= 61) { // 60: a leap second
        m_badField = true;
        return std::nullopt;
    }
    return std::chrono::hours{hours} + std::chrono::minutes{minutes} + milliseconds{std::llround(*seconds * 1000)};
}

NmeaEpoch NmeaDecoder::finish()
{
    NmeaEpoch done = m_now;
    if (m_void || done.quality == 0) {
        done.quality = 0;
        done.latitude.reset();
        done.longitude.reset();
        done.altitudeM.reset();
        done.speedKmh.reset();
        done.courseDeg.reset();
    } else if (done.hasPosition() && !done.quality) {
        done.quality = 1; // a valid fix that does not say how good it is
    }
    if (!done.satellitesUsed && !m_usedBySystem.isEmpty()) {
        int used = 0;
        for (const int n : std::as_const(m_usedBySystem))
            used += n;
        done.satellitesUsed = used;
    }
    done.satellitesInView = inView();

    constexpr auto halfDay = std::chrono::hours{12};
    if (m_ownDate)
        m_date = m_ownDate;
    else if (m_date && done.timeOfDay && m_lastTimeOfDay && *done.timeOfDay + halfDay < *m_lastTimeOfDay)
        *m_date += std::chrono::days{1};
    if (done.timeOfDay) {
        if (m_date)
            done.time = TimePoint{*m_date + *done.timeOfDay};
        m_lastTimeOfDay = done.timeOfDay;
    }

    for (auto it = m_inView.begin(); it != m_inView.end();)
        it = ++it->age > ForgetInViewAfter ? m_inView.erase(it) : std::next(it);
    m_now = {};
    m_carries = false;
    m_void = false;
    m_gsvCame = false;
    m_dateIsFull = false;
    m_ownDate.reset();
    m_seen.clear();
    m_usedBySystem.clear();
    m_finishedEarly.reset();
    return done;
}

/// Receivers send these lists less often than fixes: told in the moments in which one came.
std::optional<int> NmeaDecoder::inView() const
{
    if (!m_gsvCame)
        return std::nullopt;
    int sum = 0;
    for (const InView &entry : m_inView)
        sum += entry.count;
    return sum;
}

} // namespace tocsin
