// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Recording.h"

namespace tocsin {

namespace {
constexpr qint64 LongestLine = 1 << 20;
} // namespace

RecordingReader::RecordingReader(QString path, QString nmeaDeviceId, QString source)
    : m_path(std::move(path))
    , m_deviceId(std::move(nmeaDeviceId))
    , m_source(std::move(source))
    , m_file(m_path)
{
}

RecordingReader::~RecordingReader() = default;

void RecordingReader::fail(const QString &what)
{
    m_error = QStringLiteral("%1: %2.").arg(m_path, what);
}

bool RecordingReader::open()
{
    m_file.close();
    m_nmea.reset();
    m_moments.clear();
    m_line = 0;
    m_lineOfLastItem = 0;
    m_items = 0;
    m_error.clear();
    if (!m_file.open(QIODevice::ReadOnly)) {
        fail(m_file.errorString());
        return false;
    }
    bool json = false;
    while (!m_file.atEnd()) {
        const QByteArray line = readLine().trimmed();
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        json = line.startsWith('{');
        break;
    }
    if (!json)
        m_nmea = std::make_unique<NmeaDriver>(m_deviceId, m_source);
    m_line = 0;
    m_file.seek(0);
    return true;
}

QByteArray RecordingReader::readLine()
{
    QByteArray line = m_file.readLine(LongestLine);
    ++m_line;
    if (m_line == 1 && line.startsWith("\xef\xbb\xbf")) // a byte order mark
        line.remove(0, 3);
    return line;
}

std::optional<RecordingItem> RecordingReader::next()
{
    if (!m_file.isOpen() || !m_error.isEmpty())
        return std::nullopt;
    auto item = m_nmea ? nextNmea() : nextJson();
    if (item) {
        item->lines = m_line - m_lineOfLastItem;
        m_lineOfLastItem = m_line;
        ++m_items;
    } else if (m_error.isEmpty() && m_items == 0) {
        fail(m_nmea ? QStringLiteral("holds neither NMEA sentences nor readings")
                    : QStringLiteral("holds no readings"));
    }
    return item;
}

std::optional<RecordingItem> RecordingReader::nextNmea()
{
    while (m_moments.isEmpty()) {
        if (m_file.atEnd()) {
            m_moments = m_nmea->flushMoments({});
            if (m_moments.isEmpty())
                return std::nullopt;
            break;
        }
        const QByteArray line = readLine();
        if (!line.startsWith('#'))
            m_moments = m_nmea->feedMoments(line, {});
    }
    const NmeaDriver::Moment moment = m_moments.takeFirst();
    RecordingItem item;
    item.readings.append(moment.reading);
    item.time = moment.epoch.time;
    item.timeOfDay = moment.epoch.timeOfDay;
    if (m_items == 0) {
        Device device = m_nmea->device();
        device.deviceClass = QStringLiteral("Recording");
        item.device = device;
    }
    return item;
}

std::optional<RecordingItem> RecordingReader::nextJson()
{
    while (!m_file.atEnd()) {
        const QByteArray line = readLine();
        if (line.trimmed().isEmpty() || line.startsWith('#'))
            continue;
        ParsedLine parsed = parseRecordingLine(line, m_source);
        if (parsed.error.isEmpty())
            return std::move(parsed.item);
        if (m_file.atEnd() && !line.endsWith('\n')) { // whoever wrote it was stopped in the middle
            ++m_torn;
            return std::nullopt;
        }
        fail(QStringLiteral("line %1: %2").arg(m_line).arg(parsed.error));
        return std::nullopt;
    }
    return std::nullopt;
}

qint64 RecordingReader::badFrames() const
{
    return m_torn + (m_nmea ? m_nmea->badFrames() : 0);
}

Duration RecordingPace::after(const RecordingItem &item)
{
    constexpr std::chrono::hours day{24};
    std::optional<Duration> gap;
    if (item.time && m_time) {
        gap = *item.time - *m_time;
    } else if (item.timeOfDay && m_timeOfDay) {
        gap = *item.timeOfDay - *m_timeOfDay;
        if (*gap < -day / 2)
            *gap += day; // over midnight
    }
    const bool first = m_first;
    m_first = false;
    if (item.time)
        m_time = item.time;
    if (item.timeOfDay)
        m_timeOfDay = item.timeOfDay;
    if (first)
        return Duration{0};
    if (!gap)
        return PerLine * std::max(1, item.lines);
    if (*gap < Duration{0})
        return Backwards;
    return std::min<Duration>(*gap, Longest);
}

} // namespace tocsin
