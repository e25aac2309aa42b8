// SPDX-License-Identifier: GPL-3.0-or-later
// The walks of dialects 0, 1, 3 and 4: JSON in text messages.

#include "models/probe/Steps.h"
#include "models/probe/Walks.h"

#include <QJsonArray>

namespace tocsin::probe {

namespace {

QJsonObject enveloped(const char *type, const QJsonObject &data = {})
{
    return {{QStringLiteral("type"), QString::fromLatin1(type)},
            {QStringLiteral("data"), data},
            {QStringLiteral("timestamp"), isoNow()},
            {QStringLiteral("client_id"), probeId()}};
}

QJsonObject dataOf(const Heard &heard)
{
    return heard.json.value(QLatin1String("data")).toObject();
}

bool isReply(const Heard &heard, const char *id)
{
    return isType(heard, "reply") && stringIn(heard.json, "id") == QLatin1String(id);
}

QUrlQuery named()
{
    QUrlQuery query;
    query.addQueryItem(QStringLiteral("client_id"), probeId());
    return query;
}

/// Telemetry under the name that was given, or the name of the probe where nothing is sent.
QString deviceOf(const Walker &walker)
{
    return walker.options().device.isEmpty() ? probeId() : walker.options().device;
}

Step toDevice(const char *prefix, Step step)
{
    const QString path = QString::fromLatin1(prefix);
    step.expected = QStringLiteral("101; or 403 for a token, where nobody knows the vehicle");
    step.act = [path](Walker &walker) { walker.open(path + deviceOf(walker)); };
    step.judge = [judge = step.judge](Walker &walker, const Heard &heard) {
        constexpr int forbidden = 403;
        auto verdict = judge(walker, heard);
        const bool unknown = walker.options().device.isEmpty() && !walker.target().token.isEmpty();
        if (verdict && heard.kind == Heard::Kind::Refused && heard.code == forbidden && unknown)
            verdict->ok = true;
        return verdict;
    };
    return step;
}

Step says(Step step, const std::function<QJsonObject(const Walker &)> &frame)
{
    step.act = [frame](Walker &walker) { walker.say(frame(walker)); };
    return step;
}

Step thenRemembers(Step step, const QString &key, const std::function<QString(const Heard &)> &find)
{
    step.judge = [judge = step.judge, key, find](Walker &walker, const Heard &heard) {
        const auto verdict = judge(walker, heard);
        if (verdict && verdict->ok)
            walker.remember(key, find(heard));
        return verdict;
    };
    return step;
}

} // namespace

QList<Step> nativeSteps()
{
    const QString json = QStringLiteral("tocsin.v1.json");
    return {
        logsIn(),
        opens(QStringLiteral("/ws/v1"), {}, {json}),
        says(hears(QStringLiteral("hello"), QStringLiteral("welcome"),
                   [](const Heard &heard) { return isType(heard, "welcome"); }),
             [](const Walker &walker) {
                 return QJsonObject{{QStringLiteral("type"), QStringLiteral("hello")},
                                    {QStringLiteral("v"), 1},
                                    {QStringLiteral("token"), walker.target().token},
                                    {QStringLiteral("client"), probeId()}};
             }),
        asks(QStringLiteral("ping"), QStringLiteral("pong"),
             {{QStringLiteral("type"), QStringLiteral("ping")}, {QStringLiteral("id"), QStringLiteral("p")}},
             [](const Heard &heard) { return isType(heard, "pong"); }),
        asks(QStringLiteral("subscribe presence"), QStringLiteral("reply ok"),
             {{QStringLiteral("type"), QStringLiteral("subscribe")},
              {QStringLiteral("id"), QStringLiteral("s")},
              {QStringLiteral("topics"), QJsonArray{QStringLiteral("presence")}}},
             [](const Heard &heard) { return isReply(heard, "s") && heard.json.value(QLatin1String("ok")).toBool(); }),
        asks(QStringLiteral("a type nobody knows"), QStringLiteral("reply with the error unknown_type"),
             {{QStringLiteral("type"), QStringLiteral("tocsin_probe")}, {QStringLiteral("id"), QStringLiteral("u")}},
             [](const Heard &heard) {
                 return isReply(heard, "u") && stringIn(heard.json.value(QLatin1String("error")).toObject(), "code") ==
                                                   QLatin1String("unknown_type");
             }),
        closes(),
    };
}

QList<Step> vehicleSteps()
{
    const auto echo = [](const Heard &heard) {
        return isType(heard, "telemetry_update") && !dataOf(heard).isEmpty() &&
               heard.json.value(QLatin1String("message_id")).isString();
    };
    Step telemetry = toDevice("/ws/telemetry/", opens(QStringLiteral("/ws/telemetry/ID")));
    Step status = gets(QStringLiteral("/api/v1/telemetry/vehicle/ID/status"),
                       QStringLiteral("with is_online, or 404 with detail"), [](const Heard &) { return true; });
    status.act = [](Walker &walker) {
        walker.call("GET", QStringLiteral("/api/v1/telemetry/vehicle/%1/status").arg(deviceOf(walker)));
    };
    status.judge = [](Walker &, const Heard &heard) -> std::optional<Step::Verdict> {
        if (heard.kind != Heard::Kind::Http)
            return std::nullopt;
        const bool known = heard.code == 200 && heard.json.contains(QLatin1String("is_online"));
        const bool unknown = heard.code == 404 && heard.json.contains(QLatin1String("detail"));
        return Step::Verdict{known || unknown, QStringLiteral("%1 %2").arg(heard.code).arg(heard.text)};
    };
    return {
        logsIn(),
        telemetry,
        unless(says(hears(QStringLiteral("telemetry_update"), QStringLiteral("the sender's own update"), echo),
                    [](const Walker &walker) {
                        return QJsonObject{{QStringLiteral("type"), QStringLiteral("telemetry_update")},
                                           {QStringLiteral("vehicle_id"), walker.options().device},
                                           {QStringLiteral("data"), QJsonObject{{QStringLiteral("speed"), 0}}},
                                           {QStringLiteral("timestamp"), isoNow()}};
                    }),
               needsDevice),
        closes(),
        opens(QStringLiteral("/ws/alerts/") + probeId()),
        closes(),
        opens(QStringLiteral("/ws/chat/") + probeId()),
        unless(says(hears(QStringLiteral("chat message"), QStringLiteral("a reply with response and agent"),
                          [](const Heard &heard) { return heard.json.contains(QLatin1String("response")); }),
                    [](const Walker &) {
                        return QJsonObject{{QStringLiteral("message"), QStringLiteral("Test of the connection")},
                                           {QStringLiteral("timestamp"), isoNow()}};
                    }),
               needsChat),
        closes(),
        status,
    };
}

QList<Step> hardwareSteps()
{
    const auto needsTelemetry = [](const Walker &walker) {
        return walker.remembered(QStringLiteral("rig")).isEmpty() ? QStringLiteral("no device has telemetry")
                                                                  : QString();
    };
    return {
        logsIn(),
        opens(QStringLiteral("/ws/hardware")),
        asks(QStringLiteral("ping"), QStringLiteral("pong"), enveloped("ping"),
             [](const Heard &heard) { return isType(heard, "pong"); }),
        thenRemembers(asks(QStringLiteral("get_device_list"), QStringLiteral("success with devices and total"),
                           enveloped("get_device_list"),
                           [](const Heard &heard) {
                               const QJsonObject from =
                                   heard.json.contains(QLatin1String("devices")) ? heard.json : dataOf(heard);
                               return from.value(QLatin1String("devices")).isArray();
                           }),
                      QStringLiteral("rig"),
                      [](const Heard &heard) {
                          const QJsonObject from =
                              heard.json.contains(QLatin1String("devices")) ? heard.json : dataOf(heard);
                          for (const QJsonValueConstRef device : from.value(QLatin1String("devices")).toArray()) {
                              if (device.toObject().value(QLatin1String("has_telemetry")).toBool())
                                  return stringIn(device.toObject(), "device_id");
                          }
                          return QString();
                      }),
        unless(says(hears(QStringLiteral("subscribe_telemetry 10 Hz"), QStringLiteral("success with stream_id"),
                          [](const Heard &heard) {
                              return !stringIn(heard.json, "stream_id").isEmpty() ||
                                     !stringIn(dataOf(heard), "stream_id").isEmpty();
                          }),
                    [](const Walker &walker) {
                        return enveloped("subscribe_telemetry",
                                         {{QStringLiteral("device_id"), walker.remembered(QStringLiteral("rig"))},
                                          {QStringLiteral("frequency_hz"), 10}});
                    }),
               needsTelemetry),
        unless(hears(QStringLiteral("telemetry"), QStringLiteral("telemetry with stream_id and _sent_at"),
                     [](const Heard &heard) { return isType(heard, "telemetry"); }),
               needsTelemetry),
        unless(asks(QStringLiteral("unsubscribe_telemetry"), QStringLiteral("removed_streams"),
                    enveloped("unsubscribe_telemetry"),
                    [](const Heard &heard) {
                        return heard.json.contains(QLatin1String("removed_streams")) ||
                               dataOf(heard).contains(QLatin1String("removed_streams"));
                    }),
               needsTelemetry),
        asks(QStringLiteral("a type nobody knows"), QStringLiteral("error \"Unknown message type: tocsin_probe\""),
             enveloped("tocsin_probe"), [](const Heard &heard) { return isType(heard, "error"); }),
        closes(),
    };
}

QList<Step> monitorSteps()
{
    const auto status = [](const Heard &heard, const char *type, const char *word) {
        return isType(heard, type) && stringIn(dataOf(heard), "status") == QLatin1String(word);
    };
    const QJsonObject topic{{QStringLiteral("topic"), QStringLiteral("device_status")}};
    Step first = opens(QStringLiteral("/ws"), named());
    return {
        logsIn(),
        first,
        hears(QStringLiteral("first frame"), QStringLiteral("device_connected with client_id"),
              [](const Heard &heard) {
                  return isType(heard, "device_connected") && !stringIn(dataOf(heard), "client_id").isEmpty();
              }),
        asks(QStringLiteral("heartbeat"), QStringLiteral("heartbeat, alive"),
             enveloped("heartbeat", {{QStringLiteral("sequence"), 1}}),
             [status](const Heard &heard) { return status(heard, "heartbeat", "alive"); }),
        asks(QStringLiteral("subscription device_status"), QStringLiteral("subscribed"),
             enveloped("subscription", topic),
             [status](const Heard &heard) { return status(heard, "subscription", "subscribed"); }),
        asks(QStringLiteral("unsubscription device_status"), QStringLiteral("unsubscribed"),
             enveloped("unsubscription", topic),
             [status](const Heard &heard) { return status(heard, "unsubscription", "unsubscribed"); }),
        asks(QStringLiteral("a type nobody knows"), QStringLiteral("error \"Unknown message type: tocsin_probe\""),
             enveloped("tocsin_probe"), [](const Heard &heard) { return isType(heard, "error"); }),
        asksText(QStringLiteral("no JSON"), QStringLiteral("error \"Invalid JSON message\""),
                 QStringLiteral("{no json"), [](const Heard &heard) { return isType(heard, "error"); }),
        closes(),
        optional(gets(QStringLiteral("/ws/stats"), QStringLiteral("with websocket_stats"),
                      [](const Heard &heard) { return heard.json.contains(QLatin1String("websocket_stats")); })),
    };
}

} // namespace tocsin::probe
