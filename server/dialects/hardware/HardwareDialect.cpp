// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareDialect.h"

#include "server/dialects/RestQuery.h"
#include "server/net/DeadlineTimer.h"

namespace tocsin {

namespace {
using namespace hardware;

constexpr std::size_t mostStreamsInMetrics = 100;

/// ?format=msgpack, ?compress=true: how everything on this connection is said.
Format formatOf(const QUrlQuery &query, const HardwareLimits &limits)
{
    const QString format = query.queryItemValue(QStringLiteral("format"));
    const QString compress = query.queryItemValue(QStringLiteral("compress"));
    const bool binary = format == QLatin1String("msgpack") || format == QLatin1String("binary");
    return {limits.binary && binary,
            limits.compression && (compress == QLatin1String("true") || compress == QLatin1String("1"))};
}
} // namespace

StreamTime HardwareDialect::steadyNow()
{
    return std::chrono::floor<Duration>(std::chrono::steady_clock::now());
}

HardwareDialect::HardwareDialect(DialectOptions options, Limits limits, const DialectServices &services, Steady steady,
                                 QObject *parent)
    : QObject(parent)
    , RuledDialect(options.posture)
    , m_options(std::move(options))
    , m_limits(limits)
    , m_devices(m_options, services)
    , m_streams(services.latest, {m_options.clock, std::move(steady)})
    , m_commands(m_options, services)
    , m_inbound({m_options, m_limits, m_clients, m_devices, m_streams, m_commands, m_memory})
    , m_timer(std::make_unique<net::DeadlineTimer>())
{
    connect(m_timer.get(), &net::DeadlineTimer::due, this, [this] {
        m_armed.reset();
        tick();
    });
    connect(&services.mirror, &DeskMirror::deviceChanged, this, &HardwareDialect::endForbidden);
    connect(&m_devices, &HardwareDevices::happened, this,
            [this](const QString &type, const QString &deviceId, const QJsonObject &data) {
                m_clients.tell({{QStringLiteral("type"), type},
                                {QStringLiteral("data"), data},
                                {QStringLiteral("timestamp"), epochSeconds(m_options.clock())}},
                               [this, &deviceId](const Principal &who) {
                                   return isAllowed(m_options.posture, who, Act::FollowDesk, {}) ||
                                          m_devices.permits(who, Act::WatchVehicle, deviceId);
                               });
            });
    followCommands();
}

HardwareDialect::~HardwareDialect() = default;

QStringList HardwareDialect::topicsOf(net::Session *session) const
{
    QStringList topics;
    for (const hardware::Stream *stream : m_streams.of(session))
        topics.append(stream->id);
    return topics;
}

std::span<const Route> HardwareDialect::routes() const
{
    return hardware::routes;
}

void HardwareDialect::followCommands()
{
    connect(&m_commands, &HardwareCommands::queued, this,
            [this](quint64 session, const QString &deviceId, const QString &commandId) {
                if (const auto client = m_clients.find(session))
                    m_clients.send(*client, {{QStringLiteral("type"), QStringLiteral("device_command_result")},
                                             {QStringLiteral("success"), true},
                                             {QStringLiteral("command_id"), commandId},
                                             {QStringLiteral("device_id"), deviceId},
                                             {QStringLiteral("queued"), true},
                                             {QStringLiteral("timestamp"), epochSeconds(m_options.clock())}});
            });
    connect(&m_commands, &HardwareCommands::refused, this,
            [this](quint64 session, const QString &deviceId, const Outcome &outcome) {
                const auto client = m_clients.find(session);
                if (!client)
                    return;
                const QString words = outcome.code == QLatin1String("not_found")
                                          ? QStringLiteral("Device %1 not found").arg(deviceId)
                                          : outcome.message;
                m_clients.error(*client, outcome.code, {{}, words}, QStringLiteral("device_command"));
            });
    connect(&m_commands, &HardwareCommands::finished, this,
            [this](quint64 session, const QString &deviceId, const QString &commandId, const QString &status,
                   const QJsonValue &response) {
                if (const auto client = m_clients.find(session))
                    m_clients.send(*client, {{QStringLiteral("type"), QStringLiteral("command_response")},
                                             {QStringLiteral("command_id"), commandId},
                                             {QStringLiteral("device_id"), deviceId},
                                             {QStringLiteral("status"), status},
                                             {QStringLiteral("response"), response},
                                             {QStringLiteral("timestamp"), epochSeconds(m_options.clock())}});
            });
}

void HardwareDialect::enter(const Place & /*place*/, net::Session *session)
{
    const auto client = m_clients.add(session, formatOf(session->query(), m_limits), m_limits.messagesPerWindow);
    client->id = session->query().queryItemValue(QStringLiteral("client_id"), QUrl::FullyDecoded).left(longestId);
    const quint64 number = client->number;
    const auto receive = [this, number](const QByteArray &payload, bool binary) {
        const auto sender = m_clients.find(number);
        if (!sender)
            return;
        m_inbound.receive(sender, payload, binary);
        arm();
    };
    connect(session, &net::Session::textReceived, this, [receive](const QByteArray &utf8) { receive(utf8, false); });
    connect(session, &net::Session::binaryReceived, this,
            [receive](const QByteArray &payload) { receive(payload, true); });
    connect(session, &net::Session::closed, this, [this, number, session] { closed(number, session); });
}

void HardwareDialect::closed(quint64 number, net::Session *session)
{
    const auto client = m_clients.find(number);
    if (!client)
        return;
    QList<StreamMemory::Remembered> streams;
    for (const Stream *stream : m_streams.of(session)) {
        streams.append({stream->id, stream->spec});
        m_streams.close(stream->number);
    }
    m_memory.put(session->principal(), client->id, streams, m_options.clock());
    m_commands.forget(number);
    m_clients.remove(number);
}

/// The owners of a device may be others now.
void HardwareDialect::endForbidden(const Device &device)
{
    QSet<const net::Session *> ended;
    for (const Stream *stream : m_streams.ofDevice(device.id)) {
        if (m_devices.permits(stream->session->principal(), Act::WatchVehicle, device.id))
            continue;
        ended.insert(stream->session);
        m_streams.close(stream->number);
    }
    for (const quint64 number : ended.isEmpty() ? QList<quint64>() : m_clients.numbers()) {
        const auto client = m_clients.find(number);
        if (client && ended.contains(client->session))
            m_clients.error(*client, QStringLiteral("not_found"),
                            {{}, QStringLiteral("Device %1 not found").arg(device.id)});
    }
}

void HardwareDialect::publish(const QList<Reading> &readings)
{
    m_streams.publish(readings);
    arm();
}

void HardwareDialect::tick()
{
    m_streams.tick();
    arm();
}

void HardwareDialect::arm()
{
    const auto next = m_streams.nextDeadline();
    if (next == m_armed)
        return;
    m_armed = next;
    if (next)
        m_timer->set(*next);
    else
        m_timer->clear();
}

void HardwareDialect::setAdapters(const QList<AdapterStatus> &adapters)
{
    m_devices.setAdapters(adapters);
}

void HardwareDialect::serve(const Call & /*call*/, const net::Respond &respond)
{
    respond(jsonResponse(200, metricsPage()));
}

/// Those of all streams together, and each stream's.
QJsonObject HardwareDialect::metricsPage() const
{
    const StreamTime now = m_streams.now();
    StreamMeter total;
    QJsonArray each;
    for (const Stream *stream : m_streams.all()) {
        total.add(stream->meter, now);
        QJsonObject one = stream->meter.toJson(now);
        one.insert(QStringLiteral("stream_id"), stream->id);
        one.insert(QStringLiteral("device_id"), stream->spec.deviceId);
        one.insert(QStringLiteral("mode"), toString(stream->spec.mode));
        one.insert(QStringLiteral("frequency_hz"), stream->spec.hz);
        one.insert(QStringLiteral("skipped"), stream->skippedTotal);
        each.append(one);
    }
    QJsonObject page = total.toJson(now);
    page.insert(QStringLiteral("streams"), each);
    page.insert(QStringLiteral("active_streams"), each.size());
    page.insert(QStringLiteral("connections"), m_clients.count());
    page.insert(QStringLiteral("messages_sent_total"), m_streams.figures().frames);
    page.insert(QStringLiteral("skipped_total"), m_streams.figures().skipped);
    page.insert(QStringLiteral("timestamp"), epochSeconds(m_options.clock()));
    return page;
}

int HardwareDialect::groups() const
{
    QSet<QString> devices;
    for (const Stream *stream : m_streams.all())
        devices.insert(stream->spec.deviceId);
    return static_cast<int>(devices.size());
}

QList<Metric> HardwareDialect::metrics() const
{
    using Kind = Metric::Kind;
    const auto make = [](const char *name, const char *help, Kind kind, double value, const Stream *stream = nullptr,
                         const char *quantile = nullptr) {
        Metric metric{QLatin1String(name), QLatin1String(help), kind, value, {}};
        if (stream)
            metric.labels = {{QStringLiteral("stream"), stream->id}, {QStringLiteral("device"), stream->spec.deviceId}};
        if (quantile)
            metric.labels.append({QStringLiteral("quantile"), QLatin1String(quantile)});
        return metric;
    };
    const auto count = [](qint64 n) { return static_cast<double>(n); };
    auto streams = m_streams.all();
    QList<Metric> all{
        make("tocsin_hardware_streams", "Open hardware streams.", Kind::Gauge, double(streams.size())),
        make("tocsin_hardware_frames_total", "Telemetry frames of all hardware streams.", Kind::Counter,
             count(m_streams.figures().frames)),
        make("tocsin_hardware_skipped_total", "Frames of hardware streams that were left out.", Kind::Counter,
             count(m_streams.figures().skipped)),
        make("tocsin_hardware_rate_limited_total", "Messages of hardware clients beyond their limit.", Kind::Counter,
             count(m_inbound.rateLimited())),
    };
    // A label for each of thousands would be no help to anybody: the oldest stand for them.
    streams.resize(std::min(streams.size(), mostStreamsInMetrics));
    for (const Stream *stream : streams)
        all.append(make("tocsin_hardware_stream_frames_total", "Telemetry frames of one stream.", Kind::Counter,
                        count(stream->meter.frames()), stream));
    for (const Stream *stream : streams)
        all.append(make("tocsin_hardware_stream_skipped_total", "Frames of one stream that were left out.",
                        Kind::Counter, count(stream->skippedTotal), stream));
    for (const Stream *stream : streams)
        all.append(make("tocsin_hardware_stream_frames_per_second", "Telemetry frames of one stream, last seconds.",
                        Kind::Gauge, stream->meter.perSecond(m_streams.now()), stream));
    for (const Stream *stream : streams) {
        for (const auto &[quantile, share] : {std::pair{"0.5", 0.5}, {"0.95", 0.95}, {"0.99", 0.99}})
            all.append(make("tocsin_hardware_stream_latency_milliseconds", "Sample taken in to frame sent.",
                            Kind::Gauge, stream->meter.percentileMs(share), stream, quantile));
    }
    return all;
}

} // namespace tocsin
