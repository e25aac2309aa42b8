// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Driver.h"
#include "hal/NmeaDecoder.h"
#include "hal/NmeaSplitter.h"

namespace tocsin {

/// A GNSS receiver that talks NMEA 0183: one reading per moment (epoch). Not thread-safe.
class NmeaDriver : public Driver
{
public:
    NmeaDriver(QString deviceId, QString source, bool acceptWithoutChecksum = false);

    [[nodiscard]] QList<Reading> feed(QByteArrayView bytes, TimePoint now) override;
    [[nodiscard]] QList<Reading> flush(TimePoint now) override;
    /// One sentence takes 0.17 s at 4800 baud, and receivers pause only between moments.
    [[nodiscard]] std::chrono::milliseconds idleAfter() const override { return std::chrono::milliseconds{300}; }
    [[nodiscard]] qint64 goodFrames() const override { return m_splitter.counters().good; }
    [[nodiscard]] qint64 badFrames() const override;
    [[nodiscard]] std::optional<QByteArray> encode(const Command &command, QString *error) const override;
    [[nodiscard]] Device device() const override;

    /// The same, with the decoder's own view of the moment: for recordings, which are paced by it.
    struct Moment
    {
        NmeaEpoch epoch;
        Reading reading;
    };
    [[nodiscard]] QList<Moment> feedMoments(QByteArrayView bytes, TimePoint now);
    [[nodiscard]] QList<Moment> flushMoments(TimePoint now);

private:
    void append(QList<Moment> &out, const NmeaEpoch &epoch, TimePoint now) const;

    QString m_deviceId;
    QString m_source;
    NmeaSplitter m_splitter;
    NmeaDecoder m_decoder;
};

/// Position, speed, heading, altitude, fix, mode, satellites, HDOP; only what is known.
[[nodiscard]] Reading toReading(const NmeaEpoch &epoch, const QString &deviceId, const QString &source, TimePoint now);

} // namespace tocsin
