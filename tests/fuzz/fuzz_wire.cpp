// SPDX-License-Identifier: GPL-3.0-or-later
// The native protocol: requests, queries, cursors and what the server says, in JSON and MessagePack. What is refused names a reason;
// what is read is written and read as the same, in both formats.
#include "models/wire/ClientFrames.h"
#include "models/wire/MessagePack.h"
#include "models/wire/ServerFrames.h"
#include "tests/fuzz/Fuzz.h"

#include <QJsonDocument>

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {
template<class Frame, class Refusal>
void checkFrame(const QJsonObject &document, std::variant<Frame, Refusal> (*read)(const QJsonObject &))
{
    const auto frame = read(document);
    if (!std::holds_alternative<Frame>(frame))
        return;
    const QJsonObject written = wire::toJson(std::get<Frame>(frame));
    const auto again = read(written);
    require(std::holds_alternative<Frame>(again), "what was written can be read");
    require(wire::toJson(std::get<Frame>(again)) == written, "a frame, written again, is the same");
    const auto packed = parseMessagePackObject(toMessagePack(written));
    require(std::holds_alternative<QJsonObject>(packed), "what was packed can be unpacked");
    // As text: above 2^53 Qt keeps a double apart from the integer of the same value, and neither format does.
    require(QJsonDocument(std::get<QJsonObject>(packed)).toJson() == QJsonDocument(written).toJson(),
            "both formats say the same");
}
} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const quint8 choice = input.byte();
    const QByteArray bytes = input.rest().toByteArray();
    const auto document = (choice & 1U) != 0 ? parseMessagePackObject(bytes) : parseJsonObject(bytes);
    if (const auto *error = std::get_if<FieldError>(&document)) {
        require(!error->message.isEmpty(), "a refusal says why");
        return 0;
    }
    const auto &object = std::get<QJsonObject>(document);
    if ((choice & 2U) == 0)
        checkFrame<wire::ClientFrame, wire::FrameError>(object, wire::clientFrameFromJson);
    else
        checkFrame<wire::ServerFrame, FieldError>(object, wire::serverFrameFromJson);
    return 0;
}
