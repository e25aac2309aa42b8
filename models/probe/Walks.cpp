// SPDX-License-Identifier: GPL-3.0-or-later
// The walks of dialect 2, which is Socket.IO, and of dialect 5, which begins with a login.

#include "models/probe/Walks.h"

#include "models/probe/Steps.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace tocsin::probe {

namespace {

QString compact(const QJsonValue &value)
{
    const QJsonDocument document = value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

/// An event of Socket.IO in the default namespace.
QString event(const char *name, const QJsonObject &payload)
{
    return QStringLiteral("42") + compact(QJsonArray{QString::fromLatin1(name), payload});
}

bool isEvent(const Heard &heard, const char *name)
{
    return heard.text.startsWith(QLatin1String("42")) && heard.event == QLatin1String(name);
}

QString userOf(const Walker &walker)
{
    for (const QString &id :
         {walker.remembered(QStringLiteral("user")), walker.target().claim(QStringLiteral("user_id")),
          walker.target().claim(QStringLiteral("sub"))}) {
        if (!id.isEmpty())
            return id;
    }
    return probeId();
}

/// A citizen is not let in where staff are.
QString needsStaff(const Walker &walker)
{
    if (QString why = needsToken(walker); !why.isEmpty())
        return why;
    const QString role = walker.remembered(QStringLiteral("role")).isEmpty()
                             ? walker.target().claim(QStringLiteral("role"))
                             : walker.remembered(QStringLiteral("role"));
    const bool other =
        role == QLatin1String("citizen") || role == QLatin1String("device") || role == QLatin1String("user");
    return other ? QStringLiteral("for staff alone") : QString();
}

QString needsPanic(const Walker &walker)
{
    if (QString why = needsToken(walker); !why.isEmpty())
        return why;
    return walker.options().panic ? QString() : QStringLiteral("raises a panic only with --allow-panic");
}

QString needsAlert(const Walker &walker)
{
    if (QString why = needsPanic(walker); !why.isEmpty())
        return why;
    return walker.remembered(QStringLiteral("alert")).isEmpty() ? QStringLiteral("no panic was raised") : QString();
}

/// Without a token anybody may be subscribed to, where anything may at all.
QString addressOf(const Walker &walker)
{
    for (const QString &address :
         {walker.remembered(QStringLiteral("email")), walker.target().claim(QStringLiteral("email"))}) {
        if (!address.isEmpty())
            return address;
    }
    return walker.target().token.isEmpty() ? QStringLiteral("probe@example.org") : QString();
}

QString needsAddress(const Walker &walker)
{
    return addressOf(walker).isEmpty() ? QStringLiteral("the token names no e-mail address") : QString();
}

Step opensFor(Step step, const std::function<QString(const Walker &)> &path)
{
    step.act = [path](Walker &walker) { walker.open(path(walker)); };
    return step;
}

bool isAlertFrame(const Heard &heard, const char *status)
{
    const QJsonObject alert = heard.json.value(QLatin1String("alert")).toObject();
    return stringIn(heard.json, "status") == QLatin1String(status) ||
           stringIn(alert, "status") == QLatin1String(status);
}

Step raisesPanic()
{
    Step step = calls("POST", QStringLiteral("/api/auth/alerts/"), {}, 201, QStringLiteral("with id and alert"),
                      [](const Heard &heard) { return heard.json.value(QLatin1String("alert")).isObject(); });
    step.act = [](Walker &walker) {
        walker.call("POST", QStringLiteral("/api/auth/alerts/"),
                    {{QStringLiteral("alert_type"), QStringLiteral("manual")},
                     {QStringLiteral("description"), QStringLiteral("Test of the connection, taken back at once")},
                     {QStringLiteral("is_silent"), true},
                     {QStringLiteral("latitude"), 0.0},
                     {QStringLiteral("longitude"), 0.0},
                     {QStringLiteral("client_alert_id"), QStringLiteral("probe-%1").arg(millisNow())}});
    };
    step.judge = [judge = step.judge](Walker &walker, const Heard &heard) {
        const auto verdict = judge(walker, heard);
        if (verdict && verdict->ok) {
            const QJsonValue id = heard.json.value(QLatin1String("alert")).toObject().value(QLatin1String("id"));
            walker.remember(QStringLiteral("alert"), id.toVariant().toString());
        }
        return verdict;
    };
    return unless(step, needsPanic);
}

} // namespace

QList<Step> hubSteps()
{
    QUrlQuery transport;
    transport.addQueryItem(QStringLiteral("EIO"), QStringLiteral("4"));
    transport.addQueryItem(QStringLiteral("transport"), QStringLiteral("websocket"));
    Step connects = hears(QStringLiteral("connect the namespace"), QStringLiteral("40 with sid"),
                          [](const Heard &heard) { return heard.text.startsWith(QLatin1String("40")); });
    connects.act = [](Walker &walker) {
        const QJsonObject auth{{QStringLiteral("token"), walker.target().token}};
        walker.sayText(walker.target().token.isEmpty() ? QStringLiteral("40") : QStringLiteral("40") + compact(auth));
    };
    Step subscribes = hears(QStringLiteral("subscribe_user"), QStringLiteral("user_subscribed with telemetries"),
                            [](const Heard &heard) { return isEvent(heard, "user_subscribed"); });
    subscribes.act = [](Walker &walker) {
        walker.sayText(event("subscribe_user", {{QStringLiteral("email"), addressOf(walker)}}));
    };
    Step registers = hears(QStringLiteral("register_device"), QStringLiteral("device_registered"),
                           [](const Heard &heard) { return isEvent(heard, "device_registered"); });
    registers.act = [](Walker &walker) {
        walker.sayText(event("register_device", {{QStringLiteral("imei"), walker.options().device}}));
    };
    Step sends =
        hears(QStringLiteral("telemetry_data"), QStringLiteral("telemetry_processed, success"), [](const Heard &heard) {
            return isEvent(heard, "telemetry_processed") && heard.json.value(QLatin1String("success")).toBool();
        });
    sends.act = [](Walker &walker) {
        walker.sayText(event("telemetry_data", {{QStringLiteral("imei"), walker.options().device},
                                                {QStringLiteral("timestamp"), millisNow()},
                                                {QStringLiteral("data"), QJsonObject{{QStringLiteral("speed"), 0}}}}));
    };
    return {
        logsIn(),
        gets(QStringLiteral("/socket.io/?EIO=4&transport=polling"), QStringLiteral("0{\"sid\":…}"),
             [](const Heard &heard) {
                 return heard.text.startsWith(QLatin1String("0{")) && heard.text.contains(QLatin1String("\"sid\""));
             }),
        opens(QStringLiteral("/socket.io/"), transport),
        hears(QStringLiteral("first packet"), QStringLiteral("0 with sid, pingInterval, pingTimeout, maxPayload"),
              [](const Heard &heard) {
                  return heard.text.startsWith(QLatin1String("0{")) && heard.json.contains(QLatin1String("sid")) &&
                         heard.json.contains(QLatin1String("pingInterval"));
              }),
        connects,
        unless(subscribes, needsAddress),
        unless(registers, needsDevice),
        unless(sends, needsDevice),
        asksText(QStringLiteral("register_device without imei"), QStringLiteral("error"), event("register_device", {}),
                 [](const Heard &heard) { return isEvent(heard, "error"); }),
        closes(),
        gets(QStringLiteral("/api/realtime/status"), QStringLiteral("with success"),
             [](const Heard &heard) { return heard.json.value(QLatin1String("success")).toBool(); }),
    };
}

QList<Step> emergencySteps()
{
    const auto user = [](const Walker &walker) { return QStringLiteral("/ws/user/%1/").arg(userOf(walker)); };
    const auto alert = [](const char *kind) {
        return [kind = QString::fromLatin1(kind)](const Walker &walker) {
            return QStringLiteral("/ws/%1/%2/").arg(kind, walker.remembered(QStringLiteral("alert")));
        };
    };
    const auto isError = [](const Heard &heard) { return isType(heard, "error"); };
    const auto frame = [](const char *type) {
        return QJsonObject{{QStringLiteral("type"), QString::fromLatin1(type)},
                           {QStringLiteral("timestamp"), isoNow()}};
    };
    const QJsonObject location{
        {QStringLiteral("type"), QStringLiteral("location_update")},
        {QStringLiteral("timestamp"), isoNow()},
        {QStringLiteral("location"), QJsonObject{{QStringLiteral("latitude"), 0.0},
                                                 {QStringLiteral("longitude"), 0.0},
                                                 {QStringLiteral("accuracy"), 50.0},
                                                 {QStringLiteral("provider"), QStringLiteral("gps")},
                                                 {QStringLiteral("battery_level"), 100}}}};
    return {
        gets(QStringLiteral("/api/health/"), QString(), [](const Heard &heard) { return !heard.json.isEmpty(); }),
        logsIn(),
        refusesStrangers(QStringLiteral("/ws/alerts/")),
        unless(opensFor(opens(QStringLiteral("/ws/user/ID/")), user), needsToken),
        asks(QStringLiteral("a type nobody knows"), QStringLiteral("error \"Unknown message type: tocsin_probe\""),
             frame("tocsin_probe"), isError),
        asksText(QStringLiteral("no JSON"), QStringLiteral("error \"Invalid JSON message\""),
                 QStringLiteral("{no json"), isError),
        closes(),
        unless(opens(QStringLiteral("/ws/alerts/")), needsStaff),
        hears(QStringLiteral("first frame"), QStringLiteral("active_alerts with alerts and count"),
              [](const Heard &heard) { return isType(heard, "active_alerts"); }),
        closes(),
        unless(opens(QStringLiteral("/ws/admin/dashboard/")), needsStaff),
        asks(QStringLiteral("get_stats"), QStringLiteral("dashboard_stats"), frame("get_stats"),
             [](const Heard &heard) { return isType(heard, "dashboard_stats") || isType(heard, "stats_updated"); }),
        closes(),
        raisesPanic(),
        unless(opensFor(opens(QStringLiteral("/ws/location/ALERT/")), alert("location")), needsAlert),
        asks(QStringLiteral("location_update"), QStringLiteral("success, or staff's refusal"), location,
             [](const Heard &heard) {
                 return isType(heard, "success") || isType(heard, "location_updated") || isType(heard, "error");
             }),
        closes(),
        unless(opensFor(opens(QStringLiteral("/ws/alerts/ALERT/")), alert("alerts")), needsAlert),
        hears(QStringLiteral("first frame"), QStringLiteral("alert_status"),
              [](const Heard &heard) { return isType(heard, "alert_status"); }),
        asks(QStringLiteral("cancel_alert"), QStringLiteral("canceled"), frame("cancel_alert"),
             [](const Heard &heard) { return isAlertFrame(heard, "canceled") || isType(heard, "success"); }),
        closes(),
    };
}

QList<Step> stepsOf(int dialect)
{
    switch (dialect) {
    case 0:
        return nativeSteps();
    case 1:
        return vehicleSteps();
    case 2:
        return hubSteps();
    case 3:
        return hardwareSteps();
    case 4:
        return monitorSteps();
    case 5:
        return emergencySteps();
    default:
        return {};
    }
}

QString nameOf(int dialect)
{
    switch (dialect) {
    case 0:
        return QStringLiteral("native");
    case 1:
        return QStringLiteral("vehicle telemetry");
    case 2:
        return QStringLiteral("IoT hub");
    case 3:
        return QStringLiteral("hardware");
    case 4:
        return QStringLiteral("device monitoring");
    case 5:
        return QStringLiteral("emergency response");
    default:
        return {};
    }
}

} // namespace tocsin::probe
