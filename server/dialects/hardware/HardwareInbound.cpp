// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareInbound.h"

#include <algorithm>

namespace tocsin::hardware {

namespace {
QString wordOf(const HardwareRule &rule)
{
    return QString::fromLatin1(rule.type.data(), qsizetype(rule.type.size()));
}

QJsonObject describe(const Stream &stream)
{
    return {{QStringLiteral("stream_id"), stream.id},
            {QStringLiteral("device_id"), stream.spec.deviceId},
            {QStringLiteral("frequency_hz"), stream.spec.hz},
            {QStringLiteral("mode"), toString(stream.spec.mode)},
            {QStringLiteral("fields"), stream.spec.fields.isEmpty() ? QJsonArray{QStringLiteral("all")}
                                                                    : QJsonArray::fromStringList(stream.spec.fields)}};
}
} // namespace

double epochSeconds(TimePoint t)
{
    return static_cast<double>(toEpochMicros(t)) / 1e6;
}

HardwareInbound::HardwareInbound(Parts parts) : m_parts(parts), m_addresses(parts.options.messagesPerAddress)
{
}

QJsonObject HardwareInbound::answer(const char *request, QJsonObject more) const
{
    more.insert(QStringLiteral("type"), QLatin1String(request) + QStringLiteral("_result"));
    more.insert(QStringLiteral("success"), true);
    more.insert(QStringLiteral("timestamp"), epochSeconds(m_parts.options.clock()));
    return more;
}

void HardwareInbound::invalid(const Client &client, const FieldError &error, const QString &request)
{
    m_parts.clients.error(client, QStringLiteral("invalid_field"), error, request);
}

void HardwareInbound::receive(const std::shared_ptr<Client> &client, const QByteArray &payload, bool binary)
{
    const JsonLimits &limits = m_parts.options.json;
    const auto parsed = binary ? parseBinary(payload, limits) : parseJsonObject(payload, limits);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        if (admit(*client))
            m_parts.clients.error(*client, QStringLiteral("invalid_json"), *error);
        return;
    }
    const auto &message = std::get<QJsonObject>(parsed);
    const QJsonValue type = message.value(QLatin1String("type"));
    const HardwareRule *rule = findMessage(messages, type.toString());
    if ((rule == nullptr || rule->extra == Counts::Yes) && !admit(*client))
        return;
    if (rule == nullptr) {
        const bool missing = type.isUndefined() || type.isNull();
        const QString why = missing           ? QStringLiteral("type is missing")
                            : type.isString() ? QStringLiteral("Unknown message type: %1").arg(type.toString().left(64))
                                              : QStringLiteral("type must be text");
        m_parts.clients.error(*client, QStringLiteral("unknown_type"), {QStringLiteral("type"), why});
        return;
    }
    const QJsonValue name = message.value(QLatin1String("client_id"));
    if (!name.isUndefined() && !name.isNull() && (!name.isString() || name.toString().size() > longestId)) {
        invalid(*client,
                {QStringLiteral("client_id"),
                 QStringLiteral("client_id must be text of at most %1 characters").arg(longestId)},
                wordOf(*rule));
        return;
    }
    if (!name.toString().isEmpty())
        client->id = name.toString();
    const QJsonValue data = message.value(QLatin1String("data"));
    // A ping's may be anything.
    if (rule->message != Message::Ping && !data.isUndefined() && !data.isNull() && !data.isObject()) {
        invalid(*client, {QStringLiteral("data"), QStringLiteral("data must be an object")}, wordOf(*rule));
        return;
    }
    if (client->session)
        handle(*client, *rule, message, data.toObject());
}

void HardwareInbound::handle(Client &client, const HardwareRule &rule, const QJsonObject &message,
                             const QJsonObject &data)
{
    switch (rule.message) {
    case Message::Ping:
        m_parts.clients.send(client, {{QStringLiteral("type"), QStringLiteral("pong")},
                                      {QStringLiteral("timestamp"), epochSeconds(m_parts.options.clock())}});
        break;
    case Message::Subscribe:
        subscribe(client, data);
        break;
    case Message::Unsubscribe:
        unsubscribe(client, data);
        break;
    case Message::SetMode:
        setMode(client, data);
        break;
    case Message::Command:
        command(client, data);
        break;
    case Message::DeviceList:
        listDevices(client, data);
        break;
    case Message::DeviceStatus:
        deviceStatus(client, data);
        break;
    case Message::Relay:
        relay(client, message, data);
        break;
    }
}

bool HardwareInbound::admit(Client &client)
{
    if (!client.session)
        return false;
    const TimePoint now = m_parts.options.clock();
    auto wait = client.penalty.wait(now);
    if (!wait) {
        if (client.limit.wait(now)) {
            client.penalty.violated(now);
            wait = client.penalty.wait(now);
        } else {
            wait = m_addresses.admit(client.limit, client.session->peerAddress(), now);
        }
    }
    if (!wait)
        return true;
    ++m_rateLimited;
    const qint64 ms = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
    const QString words = QStringLiteral("Rate limit exceeded, try again in %1 s").arg((ms + 999) / 1000);
    m_parts.clients.send(client, {{QStringLiteral("type"), QStringLiteral("rate_limit")},
                                  {QStringLiteral("success"), false},
                                  {QStringLiteral("error"), words},
                                  {QStringLiteral("message"), words},
                                  {QStringLiteral("limit"), m_parts.limits.messagesPerWindow},
                                  {QStringLiteral("window_seconds"), 60},
                                  {QStringLiteral("violations"), client.penalty.violations()},
                                  {QStringLiteral("retry_after_ms"), ms},
                                  {QStringLiteral("timestamp"), epochSeconds(now)}});
    return false;
}

Actor HardwareInbound::actorOf(const Client &client)
{
    const Principal &who = client.session->principal();
    const QString name = who.name.isEmpty() ? who.id : who.name;
    Actor actor{Actor::Kind::User, who.id, name, client.session->id()};
    if (who.isStaff())
        actor.kind = Actor::Kind::Operator;
    else if (who.role == Role::Device)
        actor.kind = Actor::Kind::Device;
    return actor;
}

bool HardwareInbound::mayWatch(const Client &client, const QString &deviceId, const QString &request)
{
    if (m_parts.devices.permits(client.session->principal(), Act::WatchVehicle, deviceId))
        return true;
    m_parts.clients.error(client, QStringLiteral("not_found"),
                          {QStringLiteral("data.device_id"), QStringLiteral("Device %1 not found").arg(deviceId)},
                          request);
    return false;
}

QJsonArray HardwareInbound::resume(Client &client)
{
    QJsonArray resumed;
    const Principal &who = client.session->principal();
    const auto remembered = m_parts.memory.take(who, client.id, m_parts.options.clock());
    for (const StreamMemory::Remembered &one : remembered) {
        const auto open = m_parts.streams.of(client.session);
        if (qsizetype(open.size()) >= m_parts.limits.streamsPerConnection)
            break;
        if (!m_parts.devices.permits(who, Act::WatchVehicle, one.spec.deviceId))
            continue;
        resumed.append(describe(m_parts.streams.open(client.session, client.id, one.spec, one.streamId)));
    }
    return resumed;
}

void HardwareInbound::subscribe(Client &client, const QJsonObject &data)
{
    const QString request = QStringLiteral("subscribe_telemetry");
    auto read = readSubscribe(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, request);
    auto &asked = std::get<Subscribe>(read);
    StreamSpec &spec = asked.spec;
    if (!spec.deviceId.isEmpty() && !mayWatch(client, spec.deviceId, request))
        return;
    if (client.id.isEmpty())
        client.id = client.session->id();
    spec.hz = std::min(spec.hz, m_parts.limits.maxHz);
    spec.binary = m_parts.limits.binary && asked.binary.value_or(client.format.binary);
    spec.compress = m_parts.limits.compression && asked.compress.value_or(client.format.compress);
    QJsonObject told;
    const Stream *stream = nullptr;
    if (asked.resume) {
        told.insert(QStringLiteral("resumed"), resume(client));
        const auto open = m_parts.streams.of(client.session);
        const auto same = std::find_if(open.begin(), open.end(), [&spec](const Stream *one) {
            return spec.deviceId.isEmpty() || one->spec.deviceId == spec.deviceId;
        });
        if (same != open.end())
            stream = *same;
        if (stream == nullptr && spec.deviceId.isEmpty())
            return m_parts.clients.send(client, answer("subscribe_telemetry", told)); // nothing was left of it
    }
    if (stream == nullptr) {
        const int most = m_parts.limits.streamsPerConnection;
        if (qsizetype(m_parts.streams.of(client.session).size()) >= most) {
            m_parts.clients.error(client, QStringLiteral("limit"),
                                  {{}, QStringLiteral("Maximum streams (%1) reached").arg(most)}, request);
            return;
        }
        stream = &m_parts.streams.open(client.session, client.id, spec, {});
    }
    const QJsonObject described = describe(*stream);
    for (auto it = described.begin(); it != described.end(); ++it)
        told.insert(it.key(), it.value());
    told.insert(QStringLiteral("binary"), stream->spec.binary);
    told.insert(QStringLiteral("compress"), stream->spec.compress);
    m_parts.clients.send(client, answer("subscribe_telemetry", told));
}

void HardwareInbound::unsubscribe(Client &client, const QJsonObject &data)
{
    const QString request = QStringLiteral("unsubscribe_telemetry");
    const auto read = readUnsubscribe(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, request);
    const auto &asked = std::get<Unsubscribe>(read);
    QStringList removed;
    const auto open = m_parts.streams.of(client.session);
    for (const Stream *stream : open) {
        if ((!asked.streamId.isEmpty() && stream->id != asked.streamId) ||
            (!asked.deviceId.isEmpty() && stream->spec.deviceId != asked.deviceId))
            continue;
        removed.append(stream->id);
        m_parts.streams.close(stream->number);
    }
    if (removed.isEmpty() && !asked.streamId.isEmpty()) {
        m_parts.clients.error(client, QStringLiteral("not_found"),
                              {QStringLiteral("data.stream_id"), QStringLiteral("Stream not found or unauthorized")},
                              request);
        return;
    }
    m_parts.clients.send(client, answer("unsubscribe_telemetry",
                                        {{QStringLiteral("removed_streams"), QJsonArray::fromStringList(removed)}}));
}

void HardwareInbound::setMode(Client &client, const QJsonObject &data)
{
    const QString request = QStringLiteral("set_stream_mode");
    const auto read = readSetMode(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, request);
    const auto &asked = std::get<SetMode>(read);
    const Stream *stream = m_parts.streams.find(client.session, asked.streamId);
    if (stream == nullptr) {
        m_parts.clients.error(client, QStringLiteral("not_found"),
                              {QStringLiteral("data.stream_id"), QStringLiteral("Stream not found or unauthorized")},
                              request);
        return;
    }
    StreamSpec spec = stream->spec;
    spec.mode = asked.mode.value_or(spec.mode);
    spec.hz = std::min(asked.hz.value_or(spec.hz), m_parts.limits.maxHz);
    spec.fields = asked.fields.value_or(spec.fields);
    m_parts.streams.change(stream->number, spec);
    m_parts.clients.send(client, answer("set_stream_mode", describe(*stream)));
}

void HardwareInbound::command(Client &client, const QJsonObject &data)
{
    const QString request = QStringLiteral("device_command");
    const auto read = readCommand(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, request);
    const auto &order = std::get<IssueCommand>(read);
    if (!mayWatch(client, order.deviceId, request))
        return;
    if (!m_parts.devices.permits(client.session->principal(), Act::CommandDevice, order.deviceId)) {
        m_parts.clients.error(client, QStringLiteral("forbidden"), {{}, QStringLiteral("Access denied")}, request);
        return;
    }
    m_parts.commands.issue(client.number, actorOf(client), order);
}

void HardwareInbound::listDevices(Client &client, const QJsonObject &data)
{
    const auto read = readListDevices(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, QStringLiteral("get_device_list"));
    m_parts.clients.send(client, answer("get_device_list", m_parts.devices.list(client.session->principal(),
                                                                                std::get<ListDevices>(read))));
}

void HardwareInbound::deviceStatus(Client &client, const QJsonObject &data)
{
    const QString request = QStringLiteral("get_device_status");
    const auto read = readDeviceId(data);
    if (const auto *error = std::get_if<FieldError>(&read))
        return invalid(client, *error, request);
    const auto &id = std::get<QString>(read);
    if (!mayWatch(client, id, request))
        return;
    QJsonObject told = m_parts.devices.status(id);
    QJsonArray active;
    const bool all = m_parts.options.posture == Posture::Open || client.session->principal().isStaff();
    const auto streams = m_parts.streams.ofDevice(id);
    for (const Stream *stream : streams) {
        if (all || stream->session == client.session)
            active.append(describe(*stream));
    }
    told.insert(QStringLiteral("active_streams"), active);
    m_parts.clients.send(client, answer("get_device_status", told));
}

void HardwareInbound::relay(Client &client, const QJsonObject &message, const QJsonObject &data)
{
    const QString type = message.value(QLatin1String("type")).toString();
    if (m_parts.options.posture != Posture::Open) {
        m_parts.clients.error(client, QStringLiteral("forbidden"), {{}, QStringLiteral("Access denied")}, type);
        return;
    }
    m_parts.clients.tell({{QStringLiteral("type"), type},
                          {QStringLiteral("data"), data},
                          {QStringLiteral("timestamp"), epochSeconds(m_parts.options.clock())}},
                         [](const Principal &) { return true; });
}

} // namespace tocsin::hardware
