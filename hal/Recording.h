// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/NmeaDriver.h"
#include "models/domain/Device.h"
#include "models/domain/Reading.h"

#include <QFile>
#include <QList>

#include <memory>
#include <optional>

// Two kinds of recordings, told apart by their first line that is neither empty nor a comment (`#`):
//
// 1. What an NMEA 0183 receiver sent, noise and all. One item per moment.
// 2. Tocsin's own readings, one JSON object per line (UTF-8):
//      {"t":"2026-01-31T12:00:00.123Z","device":"unit-07",
//       "position":{"latitude":37.05,"longitude":-6.62,"altitude":12,"accuracy":4,"heading":81,"speed":52},
//       "values":{"speed":52,"engine.rpm":2100,"diagnostic.codes":["P0420"],"engine.load":null}}
//    `t` (ISO 8601, UTC unless it says otherwise) and `device` are demanded, `position` and `values` may lack;
//    in a position, latitude and longitude are demanded. A value is a number, true/false, a text, a list of
//    texts, or null for "the source said unknown". Names and units of channels: models/domain/Channels.h.
//    `name`, `class` and `kind` (vehicle, phone, hardware, receiver) may describe the device, at best in its
//    first line. Other names are passed over. Lines are at most 1 MiB. A torn last line is left out.

namespace tocsin {

struct RecordingItem
{
    QList<Reading> readings;      ///< receivedAt is not set
    std::optional<Device> device; ///< when the item describes one
    std::optional<TimePoint> time;
    std::optional<std::chrono::milliseconds> timeOfDay; ///< of receivers that never told the date
    int lines = 1;                                      ///< read since the item before
};

/// Reads a recording item by item, never the whole file. Not thread-safe.
class RecordingReader
{
public:
    /// `nmeaDeviceId` names the one device of an NMEA recording.
    RecordingReader(QString path, QString nmeaDeviceId, QString source);
    ~RecordingReader();
    RecordingReader(const RecordingReader &) = delete;
    RecordingReader &operator=(const RecordingReader &) = delete;

    /// Opens, or goes back to the start. False: error() says why.
    [[nodiscard]] bool open();
    /// Nothing at the end, and after an error.
    [[nodiscard]] std::optional<RecordingItem> next();
    [[nodiscard]] const QString &error() const { return m_error; } ///< a sentence with the line's number
    [[nodiscard]] qint64 badFrames() const;

private:
    [[nodiscard]] std::optional<RecordingItem> nextNmea();
    [[nodiscard]] std::optional<RecordingItem> nextJson();
    [[nodiscard]] QByteArray readLine();
    void fail(const QString &what);

    const QString m_path;
    const QString m_deviceId;
    const QString m_source;
    QFile m_file;
    std::unique_ptr<NmeaDriver> m_nmea; ///< null: JSON lines
    QList<NmeaDriver::Moment> m_moments;
    int m_line = 0;
    int m_lineOfLastItem = 0;
    qint64 m_items = 0;
    qint64 m_torn = 0;
    QString m_error;
};

/// How long after the item before an item is due, at the recording's own pace. Plain logic.
class RecordingPace
{
public:
    static constexpr std::chrono::milliseconds PerLine{100}; ///< where the recording tells no time
    static constexpr std::chrono::seconds Backwards{1};      ///< where its time jumps back
    static constexpr std::chrono::minutes Longest{10};       ///< longer gaps are cut to this
    [[nodiscard]] Duration after(const RecordingItem &item);

private:
    bool m_first = true;
    std::optional<TimePoint> m_time;
    std::optional<std::chrono::milliseconds> m_timeOfDay;
};

/// One line of Tocsin's own kind, with its line end; `t` is receivedAt.
[[nodiscard]] QByteArray toRecordingLine(const Reading &reading);

/// The reading (and device) of such a line, or a sentence naming what is wrong.
struct ParsedLine
{
    RecordingItem item;
    QString error;
};
[[nodiscard]] ParsedLine parseRecordingLine(const QByteArray &line, const QString &source);

} // namespace tocsin
