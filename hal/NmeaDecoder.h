// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QSet>

#include <chrono>
#include <optional>

namespace tocsin {

/// What a receiver told about one moment, from all its sentences of that moment. What it left empty stays unknown.
struct NmeaEpoch
{
    std::optional<std::chrono::milliseconds> timeOfDay; ///< UTC, since midnight
    std::optional<TimePoint> time;                      ///< with a date from ZDA or RMC, or carried over midnight
    std::optional<double> latitude;                     ///< degrees, north and east positive; none while void
    std::optional<double> longitude;
    std::optional<double> altitudeM; ///< above mean sea level
    std::optional<double> speedKmh;
    std::optional<double> courseDeg; ///< true, over ground
    std::optional<double> hdop;
    std::optional<int> quality; ///< as GGA counts: 0 none, 1 GPS, 2 DGPS, 4 RTK, 5 float, 6 estimated
    std::optional<int> mode;    ///< as GSA counts: 1 none, 2 2-D, 3 3-D
    std::optional<int> satellitesUsed;
    std::optional<int> satellitesInView; ///< of all systems together

    [[nodiscard]] bool hasPosition() const { return latitude && longitude; }
};

/// Puts the sentences of one moment together: GGA, RMC, VTG, GLL, GSA, GSV, ZDA of any talker (NMEA 0183 4.11;
/// older receivers send the same fields, shorter). Other sentences are passed over. Plain logic, no clock.
///
/// When is a moment complete? When a sentence of another time of day comes, or one that this moment already has.
/// That is a whole period late, so the decoder learns which sentence ends the receiver's burst and then gives the
/// moment at once; the owner calls flush() after a short silence for the rest.
class NmeaDecoder
{
public:
    /// One verified body (NmeaSplitter). At most two moments: the one before, and this one if it is known complete.
    [[nodiscard]] QList<NmeaEpoch> feed(const QByteArray &body);
    /// What is there so far, if a sentence with more than satellite lists came.
    [[nodiscard]] std::optional<NmeaEpoch> flush();
    /// Sentences with a right checksum and impossible content; their good fields were still used.
    [[nodiscard]] qint64 malformed() const { return m_malformed; }

private:
    using Fields = QList<QByteArray>;
    [[nodiscard]] static QByteArray field(const Fields &f, qsizetype i) { return i < f.size() ? f[i] : QByteArray(); }

    void takeGga(const Fields &f);
    void takeRmc(const Fields &f);
    void takeVtg(const Fields &f);
    void takeGll(const Fields &f);
    void takeGsa(const QByteArray &talker, const Fields &f);
    void takeGsv(const QByteArray &talker, const Fields &f);
    void takeZda(const Fields &f);
    void takePosition(const Fields &f, qsizetype first);
    void takeMode(const QByteArray &letter);
    void takeDate(int year, unsigned month, unsigned day, bool fullYear);
    [[nodiscard]] std::optional<double> decimal(const QByteArray &text);
    /// Outside of the bounds is malformed.
    [[nodiscard]] std::optional<double> within(const QByteArray &text, double least, double most);
    [[nodiscard]] std::optional<double> angle(const QByteArray &text, const QByteArray &side, char positive,
                                              char negative, double limit);
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeOfDay(const QByteArray &text);
    [[nodiscard]] NmeaEpoch finish();
    [[nodiscard]] std::optional<int> inView() const;

    struct InView
    {
        int count = 0;
        int age = 0; ///< moments since it was told
    };

    NmeaEpoch m_now;
    bool m_carries = false; ///< more than GSA and GSV came
    bool m_void = false;
    bool m_gsvCame = false;
    bool m_dateIsFull = false;
    std::optional<std::chrono::sys_days> m_ownDate; ///< told in this moment
    std::optional<std::chrono::sys_days> m_date;    ///< the last one known
    std::optional<std::chrono::milliseconds> m_lastTimeOfDay;
    QSet<QByteArray> m_seen; ///< talker + type in this moment
    QHash<QByteArray, int> m_usedBySystem;
    QHash<QByteArray, InView> m_inView;
    QByteArray m_lastSentence;                                ///< the newest of this moment
    QByteArray m_previousLast;                                ///< what ended the moment before
    QByteArray m_expectedLast;                                ///< learned
    std::optional<std::chrono::milliseconds> m_finishedEarly; ///< time of day of a moment given on that knowledge
    qint64 m_malformed = 0;
    bool m_badField = false;
};

} // namespace tocsin
