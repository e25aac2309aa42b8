// SPDX-License-Identifier: GPL-3.0-or-later
// What comes from a serial port, and the lines of recordings: noise never becomes a wrong place or a number that is none.
#include "hal/NmeaDecoder.h"
#include "hal/NmeaSplitter.h"
#include "hal/Recording.h"
#include "tests/fuzz/Fuzz.h"

#include <cmath>

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

void check(const NmeaEpoch &epoch)
{
    require(epoch.latitude.has_value() == epoch.longitude.has_value(), "a place has both coordinates");
    require(!epoch.latitude || std::abs(*epoch.latitude) <= 90, "a latitude is one");
    require(!epoch.longitude || std::abs(*epoch.longitude) <= 180, "a longitude is one");
    for (const auto &number : {epoch.altitudeM, epoch.speedKmh, epoch.courseDeg, epoch.hdop})
        require(!number || std::isfinite(*number), "a number is finite");
    require(!epoch.courseDeg || (*epoch.courseDeg >= 0 && *epoch.courseDeg <= 360), "a course is within the circle");
    require(!epoch.timeOfDay || (epoch.timeOfDay->count() >= 0 && *epoch.timeOfDay <= std::chrono::seconds(86'401)),
            "a time of day is within the day");
    require(!epoch.satellitesUsed || *epoch.satellitesUsed >= 0, "satellites are counted from 0");
    require(!epoch.satellitesInView || *epoch.satellitesInView >= 0, "satellites in view are counted from 0");
}

QList<QByteArray> bodies(QByteArrayView bytes, int cut, bool acceptWithout)
{
    NmeaSplitter splitter(acceptWithout);
    if (cut < 0)
        return splitter.feed(bytes);
    QList<QByteArray> found;
    for (Pieces pieces(bytes, static_cast<quint8>(cut)); !pieces.atEnd();)
        found += splitter.feed(pieces.next());
    return found;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const quint8 settings = input.byte();
    const QByteArrayView bytes = input.rest();
    const bool acceptWithout = (settings & 1U) != 0;

    const QList<QByteArray> whole = bodies(bytes, -1, acceptWithout);
    require(whole == bodies(bytes, 0, acceptWithout), "the same sentences byte by byte");
    require(whole == bodies(bytes, settings | 1, acceptWithout), "the same sentences, however the bytes were cut");
    NmeaDecoder decoder;
    for (const QByteArray &body : whole) {
        require(body.size() <= NmeaSplitter::MaxLength, "a sentence keeps the limit");
        for (const NmeaEpoch &epoch : decoder.feed(body))
            check(epoch);
    }
    if (const auto last = decoder.flush())
        check(*last);

    // As if the checksums were right: the fuzzer need not find them.
    NmeaDecoder trusting;
    const QByteArray text = bytes.toByteArray();
    for (const QByteArray &line : text.split('\n')) {
        for (const NmeaEpoch &epoch : trusting.feed(line.startsWith('$') ? line.mid(1) : line))
            check(epoch);
        const ParsedLine parsed = parseRecordingLine(line, QStringLiteral("fuzz"));
        for (const Reading &reading : parsed.item.readings) {
            require(!reading.position || reading.position->isValid(), "a recorded place is one");
            Reading stamped = reading;
            stamped.receivedAt = parsed.item.time.value_or(TimePoint());
            const ParsedLine again = parseRecordingLine(toRecordingLine(stamped), QStringLiteral("fuzz"));
            require(again.error.isEmpty() && again.item.readings.size() == 1 &&
                        again.item.readings.first().samples.size() == reading.samples.size(),
                    "a reading, recorded again, can be read");
        }
    }
    return 0;
}
