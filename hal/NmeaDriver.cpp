// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/NmeaDriver.h"

#include "models/domain/Channels.h"

namespace tocsin {

Reading toReading(const NmeaEpoch &epoch, const QString &deviceId, const QString &source, TimePoint now)
{
    Reading reading;
    reading.deviceId = deviceId;
    reading.source = source;
    reading.receivedAt = now;
    reading.sourceTime = epoch.time;
    if (epoch.hasPosition()) {
        Position position;
        position.latitude = *epoch.latitude;
        position.longitude = *epoch.longitude;
        position.altitudeM = epoch.altitudeM;
        position.headingDeg = epoch.courseDeg;
        position.speedKmh = epoch.speedKmh;
        reading.position = position;
    }
    const auto add = [&](const QString &channel, auto value) {
        if (value)
            reading.samples.append(Sample{channel, double(*value)});
    };
    add(channel::Speed, epoch.speedKmh);
    add(channel::Heading, epoch.courseDeg);
    add(channel::Altitude, epoch.altitudeM);
    add(channel::FixQuality, epoch.quality);
    add(channel::FixMode, epoch.mode);
    add(channel::Satellites, epoch.satellitesUsed);
    add(channel::SatellitesInView, epoch.satellitesInView);
    add(channel::Hdop, epoch.hdop);
    return reading;
}

NmeaDriver::NmeaDriver(QString deviceId, QString source, bool acceptWithoutChecksum)
    : m_deviceId(std::move(deviceId))
    , m_source(std::move(source))
    , m_splitter(acceptWithoutChecksum)
{
}

void NmeaDriver::append(QList<Moment> &out, const NmeaEpoch &epoch, TimePoint now) const
{
    Reading reading = toReading(epoch, m_deviceId, m_source, now);
    if (reading.position || !reading.samples.isEmpty()) // a ZDA alone is no news
        out.append(Moment{epoch, std::move(reading)});
}

QList<NmeaDriver::Moment> NmeaDriver::feedMoments(QByteArrayView bytes, TimePoint now)
{
    QList<Moment> out;
    const QList<QByteArray> bodies = m_splitter.feed(bytes);
    for (const QByteArray &body : bodies) {
        const QList<NmeaEpoch> epochs = m_decoder.feed(body);
        for (const NmeaEpoch &epoch : epochs)
            append(out, epoch, now);
    }
    return out;
}

QList<NmeaDriver::Moment> NmeaDriver::flushMoments(TimePoint now)
{
    QList<Moment> out;
    if (const auto epoch = m_decoder.flush())
        append(out, *epoch, now);
    return out;
}

namespace {
QList<Reading> readingsOf(QList<NmeaDriver::Moment> moments)
{
    QList<Reading> readings;
    readings.reserve(moments.size());
    for (NmeaDriver::Moment &moment : moments)
        readings.append(std::move(moment.reading));
    return readings;
}
} // namespace

QList<Reading> NmeaDriver::feed(QByteArrayView bytes, TimePoint now)
{
    return readingsOf(feedMoments(bytes, now));
}

QList<Reading> NmeaDriver::flush(TimePoint now)
{
    return readingsOf(flushMoments(now));
}

qint64 NmeaDriver::badFrames() const
{
    const NmeaSplitter::Counters &c = m_splitter.counters();
    return c.badChecksum + c.withoutChecksum + c.broken + m_decoder.malformed();
}

/// NMEA 0183 is a talker's protocol: what receivers can be told differs from maker to maker.
std::optional<QByteArray> NmeaDriver::encode(const Command &, QString *error) const
{
    *error = QStringLiteral("This device takes no commands.");
    return std::nullopt;
}

Device NmeaDriver::device() const
{
    Device device;
    device.id = m_deviceId;
    device.name = m_deviceId;
    device.deviceClass = QStringLiteral("Serial GPS");
    device.kind = DeviceKind::Receiver;
    device.source = m_source;
    return device;
}

} // namespace tocsin
