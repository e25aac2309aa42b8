// SPDX-License-Identifier: GPL-3.0-or-later
// The event bodies of desk.db: a damaged one is refused with a sentence; what was read is written and read as the same.
#include "models/wire/EventCodec.h"
#include "tests/fuzz/Fuzz.h"

#include <array>

using namespace tocsin;
using namespace tocsin::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr std::array<const char *, 4> kinds = {"alert", "chat", "device", "unknown"};
    Input input(data, size);
    const auto kind = QString::fromLatin1(kinds[input.byte() & 3U]);
    QString error;
    const auto event = decodeEvent(kind, input.rest().toByteArray(), &error);
    require(event.has_value() == error.isEmpty(), "refused means a sentence, accepted means none");
    if (!event)
        return 0;
    const EncodedEvent encoded = encodeEvent(*event);
    require(encoded.kind == kind && !encoded.stream.isEmpty(), "an event keeps its kind");
    const auto again = decodeEvent(encoded.kind, encoded.body, &error);
    require(again.has_value(), "what was written can be read");
    require(encodeEvent(*again).body == encoded.body, "an event, written again, is the same");
    return 0;
}
