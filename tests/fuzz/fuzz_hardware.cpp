// SPDX-License-Identifier: GPL-3.0-or-later
// Dialect 3's messages, as text (split at NUL) or binary (the first byte's lowest bit): MessagePack, JSON, either in a zlib stream. Whatever comes, there is an
// answer, limits hold, and what is no order orders nothing.
#include "server/dialects/hardware/HardwareDialect.h"
#include "tests/dialects/Fakes.h"
#include "tests/fuzz/Fuzz.h"

#include <QCoreApplication>

#include <array>

using namespace tocsin;
using namespace tocsin::hardware;
using namespace tocsin::fuzz;

namespace {

void check(const IssueCommand &order)
{
    require(!order.deviceId.isEmpty() && order.deviceId.size() <= longestId, "an order has a device");
    require(!order.action.isEmpty() && order.action.size() <= longestId, "an order has an action");
    require(order.parameters.isEmpty() || QJsonDocument::fromJson(order.parameters).isObject(),
            "parameters are an object");
    require(order.timeout >= std::chrono::milliseconds(99) && order.timeout <= std::chrono::minutes(10),
            "a time-out keeps its limits");
    require(order.retries >= 0 && order.retries <= 10, "retries keep their limits");
}

void check(const StreamSpec &spec)
{
    require(spec.hz >= slowestHz && Stream::periodOf(std::min(spec.hz, 1000.0)) >= std::chrono::milliseconds(1),
            "a rate is positive");
    require(spec.fields.size() <= mostFields && !spec.fields.contains(QLatin1String("all")), "fields keep their limit");
}

/// The decoders alone, with whatever the message holds.
void decode(const QJsonObject &message)
{
    const QJsonObject data = message.value(QLatin1String("data")).toObject();
    if (const auto read = readCommand(data); const auto *order = std::get_if<IssueCommand>(&read))
        check(*order);
    if (const auto read = readSubscribe(data); const auto *asked = std::get_if<Subscribe>(&read)) {
        require(asked->resume || !asked->spec.deviceId.isEmpty(), "a stream has a device");
        check(asked->spec);
    }
    if (const auto read = readSetMode(data); const auto *asked = std::get_if<SetMode>(&read))
        require(!asked->hz || *asked->hz >= slowestHz, "a rate is positive");
    (void)readUnsubscribe(data);
    (void)readListDevices(data);
    (void)readDeviceId(data);
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
    const bool binary = (settings & 1U) != 0;
    const QByteArray rest = input.rest().toByteArray();
    DeskMirror mirror;
    DeskSnapshot snapshot;
    snapshot.devices = {vehicleOf(QStringLiteral("van-1"), {QStringLiteral("ada")})};
    mirror.setSnapshot(snapshot);
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeArchive archive;
    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DialectOptions options;
    options.posture = (settings & 2U) != 0 ? Posture::Secure : Posture::Open;
    options.clock = [&now] { return now; };
    options.json.maxBytes = 65'536;
    HardwareDialect dialect(options, {}, {mirror, latest, sink, desk, archive},
                            [&now] { return StreamTime(now.time_since_epoch()); });
    FakeSession session(QStringLiteral("/ws/hardware"),
                        (settings & 4U) != 0 ? somebody(QStringLiteral("ada"), Role::Citizen) : anonymousAdmin());
    dialect.opened(&session);
    for (const QByteArray &frame : binary ? QList<QByteArray>{rest} : rest.split('\0')) {
        const auto parsed = binary ? parseBinary(frame, options.json) : parseJsonObject(frame, options.json);
        if (const auto *message = std::get_if<QJsonObject>(&parsed))
            decode(*message);
        const qsizetype requests = desk.requests.size();
        if (binary)
            session.sayBinary(frame);
        else
            session.say(frame);
        const bool asked = desk.requests.size() > requests;
        require(desk.requests.size() <= requests + 1, "a message is one request at most");
        require(!asked || std::holds_alternative<QJsonObject>(parsed), "what is no object orders nothing");
        const QList<QJsonObject> answers = session.take();
        require(answers.size() == (asked ? 0 : 1), "every message has its answer");
        for (const QJsonObject &answer : answers)
            require(answer.value(QLatin1String("type")).isString(), "an answer has a type");
        Reading reading;
        reading.deviceId = QStringLiteral("van-1");
        reading.receivedAt = now;
        reading.samples = {{QStringLiteral("speed"), 1.0}};
        dialect.publish({reading});
        now += std::chrono::milliseconds(20);
        dialect.tick();
        require(session.take().size() <= 2 * 10, "ten streams send what ten streams send");
    }
    for (const auto &order : desk.asked<IssueCommand>())
        check(order);
    require(sink.taken.isEmpty(), "nobody's telemetry is changed");
    return 0;
}
