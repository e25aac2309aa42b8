// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/probe/Catalog.h"

#include "models/domain/Time.h"

#include <cmath>
#include <numbers>

namespace tocsin::probe {

namespace {

DialectEntry native()
{
    DialectEntry entry;
    entry.number = 0;
    entry.name = QStringLiteral("Native");
    entry.paths = {QStringLiteral("/ws/v1")};
    entry.subprotocols = {QStringLiteral("tocsin.v1.json")};
    entry.first = {QStringLiteral(
        R"({"type":"hello","v":1,"token":"{token}","client":"tocsin-test-client","name":"{id}","streams":["chat/broadcast"]})")};
    entry.messages = {
        {QStringLiteral("ping"), QStringLiteral(R"({"type":"ping","id":"p-{n}"})")},
        {QStringLiteral("subscribe"),
         QStringLiteral(R"({"type":"subscribe","id":"s-{n}","topics":["presence","stats","telemetry"],"hz":1})")},
        {QStringLiteral("unsubscribe"),
         QStringLiteral(R"({"type":"unsubscribe","id":"u-{n}","topics":["telemetry"]})")},
        {QStringLiteral("query"),
         QStringLiteral(R"({"type":"query","id":"q-{n}","what":"alerts","open_only":true,"limit":20})")},
        {QStringLiteral("typing"), QStringLiteral(R"({"type":"typing","thread":"user/{id}"})")},
        {QStringLiteral("ack"), QStringLiteral(R"({"type":"ack","cursors":{"chat/broadcast":0}})")},
        {QStringLiteral("request: send_chat"),
         QStringLiteral(
             R"({"type":"request","cmd_id":"c-{ms}-{n}","body":{"kind":"send_chat","thread":"user/{id}","text":"Test {n}"}})")},
        {QStringLiteral("request: raise_panic"),
         QStringLiteral(
             R"({"type":"request","cmd_id":"c-{ms}-{n}","body":{"kind":"raise_panic","user_id":"{id}","client_alert_id":"test-{ms}","alert_type":"manual","position":{"lat":{y},"lon":{x},"accuracy_m":12}}})")},
        {QStringLiteral("request: cancel_panic"),
         QStringLiteral(R"({"type":"request","cmd_id":"c-{ms}-{n}","body":{"kind":"cancel_panic","user_id":"{id}"}})")},
    };
    entry.simulation = QStringLiteral("A console that follows everything");
    entry.simulatedFirst = {QStringLiteral(
        R"({"type":"subscribe","id":"sim","topics":["presence","stats","adapters","telemetry"],"hz":2})")};
    entry.simulated = QStringLiteral(R"({"type":"ping","id":"sim-{n}"})");
    entry.every = std::chrono::seconds(5);
    return entry;
}

DialectEntry vehicle()
{
    DialectEntry entry;
    entry.number = 1;
    entry.name = QStringLiteral("Vehicle telemetry");
    entry.paths = {QStringLiteral("/ws/telemetry/{id}"), QStringLiteral("/ws/alerts/{id}"),
                   QStringLiteral("/ws/chat/{id}")};
    const QString full = QStringLiteral(
        R"({"type":"telemetry_data","timestamp":"{now}","data":{"vehicle_id":"{id}","timestamp":"{now}","speed":38,"engine_metrics":{"temperature":91,"rpm":2100,"oil_pressure":44},"battery_metrics":{"voltage":13.8,"level":88},"fuel_metrics":{"level":61,"consumption":8.2},"location":{"latitude":{y},"longitude":{x}},"diagnostic_codes":[]}})");
    entry.messages = {
        {QStringLiteral("client_info"),
         QStringLiteral(
             R"({"type":"client_info","data":{"vehicle_id":"{id}","client_type":"vehicle_simulator"},"timestamp":"{now}"})")},
        {QStringLiteral("telemetry_data"), full},
        {QStringLiteral("telemetry_update"),
         QStringLiteral(
             R"({"type":"telemetry_update","vehicle_id":"{id}","timestamp":"{now}","data":{"engine_temp":91,"oil_pressure":44,"battery_voltage":13.8,"rpm":2100,"speed":38,"fuel_level":61}})")},
        {QStringLiteral("ping"), QStringLiteral(R"({"type":"ping","timestamp":"{now}"})")},
        {QStringLiteral("alert"),
         QStringLiteral(
             R"({"type":"alert","data":{"id":"test-{ms}","type":"tire_pressure","severity":"warning","message":"Low tyre","timestamp":"{now}","acknowledged":false}})")},
        {QStringLiteral("acknowledge_alert"),
         QStringLiteral(R"({"type":"acknowledge_alert","data":{"alert_id":"test"}})")},
        {QStringLiteral("chat"), QStringLiteral(R"({"message":"Test {n}","timestamp":"{now}"})")},
    };
    entry.simulation = QStringLiteral("A van on its round");
    entry.simulatedFirst = {entry.messages.at(0).text};
    entry.simulated = full;
    entry.simulatedPath = entry.paths.at(0);
    return entry;
}

DialectEntry hub()
{
    DialectEntry entry;
    entry.number = 2;
    entry.name = QStringLiteral("IoT hub (Socket.IO)");
    entry.paths = {QStringLiteral("/socket.io/")};
    entry.engineIo = true;
    entry.first = {QStringLiteral(R"(40{"token":"{token}"})")};
    const QString plain = QStringLiteral(
        R"(42["telemetry_data",{"imei":"{id}","timestamp":{ms},"data":{"engineRpm":2100,"speed":38,"fuelLevel":61,"batteryVoltage":13.8,"crashDetection":0,"dtc":0,"position":{"latitude":{y},"longitude":{x}}}}])");
    entry.messages = {
        {QStringLiteral("register_device"), QStringLiteral(R"(42["register_device",{"imei":"{id}"}])")},
        {QStringLiteral("telemetry_data"), plain},
        {QStringLiteral("telemetry_data (tracker's words)"),
         QStringLiteral(
             R"(42["telemetry_data",{"imei":"{id}","payload":{"state":{"reported":{"ts":{ms},"latlng":"{y},{x}","sp":38,"36":2100,"48":61,"67":13800}}}}])")},
        {QStringLiteral("heartbeat"), QStringLiteral(R"(42["heartbeat",{"imei":"{id}"}])")},
        {QStringLiteral("subscribe_user"), QStringLiteral(R"(42["subscribe_user",{"email":"{id}"}])")},
        {QStringLiteral("disconnect"), QStringLiteral("41")},
    };
    entry.simulation = QStringLiteral("A tracker in a car");
    entry.simulatedFirst = {entry.messages.at(0).text};
    entry.simulated = plain;
    return entry;
}

DialectEntry hardware()
{
    DialectEntry entry;
    entry.number = 3;
    entry.name = QStringLiteral("Hardware");
    entry.paths = {QStringLiteral("/ws/hardware"), QStringLiteral("/")};
    const auto message = [](const char *type, const char *data) {
        return QStringLiteral(R"({"type":"%1","data":%2,"timestamp":"{now}","client_id":"{id}"})")
            .arg(QLatin1String(type), QLatin1String(data));
    };
    entry.messages = {
        {QStringLiteral("ping"), message("ping", "{}")},
        {QStringLiteral("get_device_list"), message("get_device_list", R"({"active_only":false})")},
        {QStringLiteral("get_device_status"), message("get_device_status", R"({"device_id":"sim_device_1"})")},
        {QStringLiteral("subscribe_telemetry"),
         message("subscribe_telemetry",
                 R"({"device_id":"sim_device_1","frequency_hz":10,"fields":["all"],"mode":"full"})")},
        {QStringLiteral("set_stream_mode"),
         message("set_stream_mode", R"({"stream_id":"","mode":"delta","frequency_hz":5})")},
        {QStringLiteral("unsubscribe_telemetry"), message("unsubscribe_telemetry", "{}")},
        {QStringLiteral("device_command"),
         message(
             "device_command",
             R"({"device_id":"sim_device_3","command":{"action":"set_speed","parameters":{"rpm":900}},"timeout":5})")},
    };
    entry.simulation = QStringLiteral("A bench that reads four streams");
    for (int device = 1; device <= 4; ++device)
        entry.simulatedFirst.append(
            message("subscribe_telemetry", R"({"device_id":"sim_device_%1","frequency_hz":10})").arg(device));
    entry.simulated = message("ping", "{}");
    entry.every = std::chrono::seconds(5);
    return entry;
}

DialectEntry monitor()
{
    DialectEntry entry;
    entry.number = 4;
    entry.name = QStringLiteral("Device monitoring");
    entry.paths = {QStringLiteral("/ws")};
    const auto message = [](const char *type, const char *data) {
        return QStringLiteral(R"({"type":"%1","data":%2,"timestamp":"{now}"})")
            .arg(QLatin1String(type), QLatin1String(data));
    };
    entry.messages = {
        {QStringLiteral("heartbeat"), message("heartbeat", R"({"sequence":{n}})")},
        {QStringLiteral("subscription"), message("subscription", R"({"topic":"device_status"})")},
        {QStringLiteral("unsubscription"), message("unsubscription", R"({"topic":"device_status"})")},
        {QStringLiteral("subscribe_device"), message("subscribe_device", R"({"deviceId":"{id}"})")},
        {QStringLiteral("unsubscribe_device"), message("unsubscribe_device", R"({"deviceId":"{id}"})")},
        {QStringLiteral("pong"), message("pong", "{}")},
    };
    entry.simulation = QStringLiteral("A dashboard with every topic");
    for (const char *topic : {"device_status", "notifications", "security", "performance", "analytics"})
        entry.simulatedFirst.append(
            message("subscription", R"({"topic":"%3"})").replace(QLatin1String("%3"), QLatin1String(topic)));
    entry.simulated = entry.messages.at(0).text;
    entry.every = std::chrono::seconds(5);
    return entry;
}

DialectEntry emergency()
{
    DialectEntry entry;
    entry.number = 5;
    entry.name = QStringLiteral("Emergency response");
    entry.paths = {QStringLiteral("/ws/user/{id}/"),   QStringLiteral("/ws/alerts/"),
                   QStringLiteral("/ws/alerts/{id}/"), QStringLiteral("/ws/location/{id}/"),
                   QStringLiteral("/ws/chat/{id}/"),   QStringLiteral("/ws/admin/dashboard/")};
    const auto message = [](const char *type, const char *more = "") {
        return QStringLiteral(R"({"type":"%1","timestamp":"{now}"%2})").arg(QLatin1String(type), QLatin1String(more));
    };
    const QString location =
        message("location_update",
                R"(,"location":{"latitude":{y},"longitude":{x},"accuracy":12,"provider":"gps","battery_level":80})");
    entry.messages = {
        {QStringLiteral("ping"), message("ping")},
        {QStringLiteral("get_status"), message("get_status")},
        {QStringLiteral("cancel_alert"), message("cancel_alert")},
        {QStringLiteral("get_active_alerts"), message("get_active_alerts")},
        {QStringLiteral("acknowledge_alert"), message("acknowledge_alert", R"(,"alert_id":"")")},
        {QStringLiteral("resolve_alert"), message("resolve_alert", R"(,"alert_id":"","notes":"Test")")},
        {QStringLiteral("location_update"), location},
        {QStringLiteral("chat_message"), message("chat_message", R"(,"message":"Test {n}")")},
        {QStringLiteral("typing"), message("typing")},
        {QStringLiteral("get_stats"), message("get_stats")},
    };
    entry.simulation = QStringLiteral("A phone that raises a panic and walks on");
    entry.simulated = location;
    entry.every = std::chrono::seconds(5);
    return entry;
}

} // namespace

const QList<DialectEntry> &catalog()
{
    static const QList<DialectEntry> entries{native(), vehicle(), hub(), hardware(), monitor(), emergency()};
    return entries;
}

QString filled(QString text, const Filling &filling)
{
    constexpr double around = 60; // frames for one round
    constexpr double radius = 0.004;
    constexpr double latitude = 37.05;
    constexpr double longitude = -6.61;
    constexpr int digits = 6;
    const double angle = 2 * std::numbers::pi * filling.n / around;
    const auto put = [&text](const char *name, const QString &value) { text.replace(QLatin1String(name), value); };
    put("{now}", toIso8601(fromEpochMillis(filling.nowMs)));
    put("{ms}", QString::number(filling.nowMs));
    put("{n}", QString::number(filling.n));
    put("{id}", filling.id);
    put("{token}", filling.token);
    put("{x}", QString::number(longitude + radius * std::cos(angle), 'f', digits));
    put("{y}", QString::number(latitude + radius * std::sin(angle), 'f', digits));
    return text;
}

} // namespace tocsin::probe
