// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dialects/Fakes.h"

#include "models/domain/Streams.h"

#include <QJsonDocument>
#include <QtEndian>
#include <QtTest>

#include <thread>

namespace tocsin {

QByteArray payloadOf(const net::Frame &frame)
{
    return payloadOfWire(frame.wire());
}

QByteArray payloadOfWire(const QByteArray &wire)
{
    const auto length = static_cast<unsigned char>(wire.at(1));
    if (length < 126)
        return wire.mid(2);
    return wire.mid(length == 126 ? 4 : 10);
}

QJsonObject objectOf(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

FakeSession::FakeSession(const QString &path, Principal who, QObject *parent)
    : Session(parent)
    , m_path(path.section(QLatin1Char('?'), 0, 0))
    , m_query(path.section(QLatin1Char('?'), 1))
    , m_who(std::move(who))
{
    static int count = 0;
    m_id = QStringLiteral("session-%1").arg(++count);
}

void FakeSession::send(const net::Frame &frame, net::Delivery delivery, const QString &conflationKey)
{
    constexpr char pingOpcode = 0x09;
    if ((frame.wire().at(0) & 0x0F) == pingOpcode) {
        pings.append(payloadOf(frame));
        return;
    }
    wires.append(frame.wire());
    deliveries.append(delivery);
    keys.append(conflationKey);
    m_frames.append(objectOf(payloadOf(frame)));
    if (closesOnSend)
        close(4008, QStringLiteral("slow"));
}

void FakeSession::close(quint16 code, const QString &)
{
    closeCode = code;
    hangUp();
}

void FakeSession::say(const QJsonObject &message)
{
    say(QJsonDocument(message).toJson(QJsonDocument::Compact));
}

void FakeSession::hangUp()
{
    if (std::exchange(m_open, false))
        Q_EMIT closed();
}

QList<QJsonObject> FakeSession::take()
{
    return std::exchange(m_frames, {});
}

QJsonObject FakeSession::takeOne()
{
    const QList<QJsonObject> frames = take();
    return frames.size() == 1 ? frames.first() : QJsonObject();
}

void FakeDesk::submit(const Request &request, Reply reply)
{
    requests.append(request);
    replies.append(std::move(reply));
}

void FakeDesk::answer(const Outcome &outcome)
{
    QVERIFY(!replies.isEmpty());
    std::thread([reply = replies.takeFirst(), outcome] { reply(outcome); }).join();
    QCoreApplication::processEvents();
}

void FakeArchive::history(const HistoryQuery &, std::function<void(const HistoryResult &)> reply)
{
    reply({});
}

void FakeArchive::readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply)
{
    readingsAsked.append(query);
    std::thread([reply = std::move(reply), result = readingsResult] { reply(result); }).join();
}

void FakeArchive::messages(const ChatQuery &query, std::function<void(const ChatResult &)> reply)
{
    messagesAsked.append(query);
    std::thread([reply = std::move(reply), result = messagesResult] { reply(result); }).join();
}

void FakeArchive::alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply)
{
    alertsAsked.append(query);
    std::thread([reply = std::move(reply), result = alertsResult] { reply(result); }).join();
}

void FakeArchive::alertLog(const AlertLogQuery &query, std::function<void(const AlertLogResult &)> reply)
{
    alertLogsAsked.append(query);
    std::thread([reply = std::move(reply), result = alertLogResult] { reply(result); }).join();
}

void FakeArchive::alertEvents(const AlertEventsQuery &query, std::function<void(const AlertEventsResult &)> reply)
{
    alertEventsAsked.append(query);
    reply(alertEventsResult);
}

void FakeArchive::events(const EventsQuery &query, std::function<void(const EventsResult &)> reply)
{
    eventsAsked.append(query);
    reply(eventsResult);
}

Principal anonymousAdmin()
{
    return {QString(), QStringLiteral("anonymous"), Role::Admin, true};
}

Principal somebody(const QString &id, Role role)
{
    return {id, id, role, false};
}

Device vehicleOf(const QString &id, const QStringList &owners)
{
    Device device;
    device.id = id;
    device.name = id;
    device.kind = DeviceKind::Vehicle;
    device.owners = owners;
    return device;
}

Alert alertOf(const QString &id, const QString &source, AlertLevel level)
{
    Alert alert;
    alert.id = id;
    alert.source = source;
    alert.code = QStringLiteral("engine_overheat");
    alert.ruleId = QStringLiteral("engine_overheat");
    alert.title = QStringLiteral("Engine too hot");
    alert.message = QStringLiteral("121 °C, limit 115 °C");
    alert.category = QStringLiteral("engine");
    alert.channel = QStringLiteral("engine.temperature");
    alert.level = level;
    alert.value = 121;
    alert.threshold = 115;
    alert.raisedAt = fromEpochMillis(1'700'000'000'000);
    alert.recommendedActions = {QStringLiteral("Stop the vehicle")};
    return alert;
}

Stage::Stage(Posture posture, const QList<Device> &devices, DialectOptions options)
{
    DeskSnapshot snapshot;
    snapshot.devices = devices;
    mirror.setSnapshot(snapshot);
    options.posture = posture;
    options.clock = [this] { return now; };
    dialect = std::make_unique<VehicleDialect>(options, DialectServices{mirror, latest, sink, desk, archive});
}

int Stage::verdict(const QString &path, const std::optional<Principal> &who) const
{
    net::HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.wantsUpgrade = true;
    return dialect->authorizeUpgrade(request, who).status;
}

std::unique_ptr<FakeSession> Stage::connect(const QString &path, const Principal &who)
{
    auto session = std::make_unique<FakeSession>(path, who);
    dialect->opened(session.get());
    return session;
}

net::HttpResponse Stage::call(const QByteArray &method, const QString &target, const QByteArray &body,
                              const std::optional<Principal> &who)
{
    net::HttpRequest request;
    request.method = method;
    request.path = target.section(QLatin1Char('?'), 0, 0);
    request.query = QUrlQuery(target.section(QLatin1Char('?'), 1));
    request.body = body;
    net::HttpResponse answer;
    answer.status = 0;
    dialect->http(request, who, [&answer](net::HttpResponse response) { answer = std::move(response); });
    // One turn for each question to the archive.
    for (int i = 0; i < 3 && answer.status == 0; ++i)
        QCoreApplication::processEvents();
    return answer;
}

void Stage::deliver()
{
    const QList<Reading> readings = std::exchange(sink.taken, {});
    latest.put(readings);
    dialect->publish(readings);
}

void Stage::tell(const EventBody &body)
{
    Event event;
    event.seq = mirror.seq() + 1;
    event.at = now;
    event.body = body;
    const QStringList streams = streamsOf(body);
    for (const QString &stream : streams)
        event.streams.append({stream, mirror.heads().value(stream) + 1});
    mirror.apply({event});
}

} // namespace tocsin
