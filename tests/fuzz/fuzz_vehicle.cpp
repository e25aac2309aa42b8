// SPDX-License-Identifier: GPL-3.0-or-later
// Dialect 1's messages: whatever comes, the vehicle of the connection is the only one that it changes, limits hold, and
// what is no JSON object changes nothing. Frames are split at NUL.
#include "models/domain/Channels.h"
#include "server/dialects/TelemetryReader.h"
#include "tests/dialects/Fakes.h"
#include "tests/fuzz/Fuzz.h"

#include <QCoreApplication>

#include <array>

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

constexpr std::array<const char *, 4> paths = {"/ws/telemetry/van-1", "/ws/alerts/ada", "/ws/chat/ada",
                                               "/ws/telemetry/van-1"};

void check(const Reading &reading)
{
    const TelemetryLimits limits;
    require(reading.deviceId == QLatin1String("van-1"), "telemetry is the connection's vehicle's");
    require(reading.samples.size() <= limits.samples, "a reading keeps its limit of samples");
    require(!reading.position || reading.position->isValid(), "a position is on this earth");
    for (const Sample &sample : reading.samples) {
        require(!sample.channel.isEmpty() && sample.channel.size() <= limits.pathLength + 16,
                "a channel's name is short");
        if (const auto *text = std::get_if<QString>(&sample.value))
            require(text->size() <= limits.textLength, "a text keeps its limit");
        if (const auto *list = std::get_if<QStringList>(&sample.value))
            require(list->size() <= limits.listLength, "a list keeps its limit");
        if (const auto *number = std::get_if<double>(&sample.value))
            require(std::isfinite(*number), "JSON has finite numbers alone");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static int argc = 1;
    static std::array<char, 5> name = {'f', 'u', 'z', 'z', '\0'};
    static std::array<char *, 2> argv = {name.data(), nullptr};
    static const QCoreApplication app(argc, argv.data());

    Input input(data, size);
    const quint8 settings = input.byte();
    const auto path = QString::fromLatin1(paths[settings & 3U]);
    const Posture posture = (settings & 4U) != 0 ? Posture::Secure : Posture::Open;
    const Principal who = (settings & 8U) != 0 ? somebody(QStringLiteral("ada"), Role::Citizen) : anonymousAdmin();
    Stage stage(posture, {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("ada")})});
    const auto session = stage.connect(path, who);
    (void)session->take();
    for (const QByteArray &frame : input.rest().toByteArray().split('\0')) {
        const qsizetype readings = stage.sink.taken.size();
        const qsizetype requests = stage.desk.requests.size();
        session->say(frame);
        require(stage.sink.taken.size() <= readings + 1, "a frame is one reading at most");
        require(stage.desk.requests.size() <= requests + 2, "a frame is a request or two at most");
        const bool isObject = QJsonDocument::fromJson(frame).isObject();
        require(isObject || (stage.sink.taken.size() == readings && stage.desk.requests.size() == requests),
                "what is no object changes nothing");
        for (const QJsonObject &answer : session->take())
            require(!answer.isEmpty(), "an answer is an object");
    }
    for (const Reading &reading : std::as_const(stage.sink.taken))
        check(reading);
    for (const Request &request : std::as_const(stage.desk.requests)) {
        require(!request.id.isEmpty(), "a request has an id");
        if (const auto *chat = std::get_if<SendChat>(&request.body))
            require(chat->text.size() <= 8000 && !chat->text.trimmed().isEmpty(), "a chat text keeps its limits");
    }
    for (const DeskPort::Reply &reply : std::exchange(stage.desk.replies, {}))
        reply(Outcome::done(QStringLiteral("1")));
    QCoreApplication::processEvents();
    stage.deliver();
    return 0;
}
