// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskScene.h"

#include "models/domain/Channels.h"

#include <QFile>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tocsin::scene {

namespace {

using namespace std::chrono_literals;

const QString Unit07 = QStringLiteral("352647091234567");
const QString DanaPhone = QStringLiteral("phone-dana");
const QString Dana = QStringLiteral("dana");

struct Vehicle
{
    QString id;
    QString name;
    QString deviceClass;
    double latitude;
    double longitude;
    double heading;
    double speed;
    Duration silence;
};

QList<Vehicle> vehicles()
{
    const QString van = QStringLiteral("Delivery van");
    const QString truck = QStringLiteral("Truck");
    return {
        {QStringLiteral("unit-01"), QStringLiteral("Unit 01"), van, 37.0462, -6.6445, 250, 31, 400ms},
        {QStringLiteral("unit-02"), QStringLiteral("Unit 02"), van, 37.0561, -6.6362, 95, 44, 100ms},
        {QStringLiteral("unit-04"), QStringLiteral("Unit 04"), truck, 37.0459, -6.5921, 320, 0, 1s},
        {QStringLiteral("unit-05"), QStringLiteral("Unit 05"), truck, 37.0431, -6.6231, 185, 27, 900ms},
        {Unit07, QStringLiteral("Unit 07"), van, 37.0498, -6.6208, 80, 52, 200ms},
        {QStringLiteral("unit-08"), QStringLiteral("Unit 08"), van, 37.0405, -6.6402, 10, 0, 250s},
        {QStringLiteral("unit-09"), QStringLiteral("Unit 09"), van, 37.0445, -6.6028, 12, 12, 300ms},
        {QStringLiteral("unit-11"), QStringLiteral("Unit 11"), truck, 37.0604, -6.6289, 170, 63, 600ms},
        {QStringLiteral("unit-12"), QStringLiteral("Unit 12"), van, 37.0531, -6.5884, 70, 38, 200ms},
    };
}

struct Person
{
    QString id;
    QString name;
    double latitude;
    double longitude;
    double battery;
    double speed;
    Duration silence;
};

QList<Person> people()
{
    return {
        {Dana, QStringLiteral("Dana R."), 37.0571, -6.6049, 64, 5, 3s},
        {QStringLiteral("amir"), QStringLiteral("Amir K."), 37.0586, -6.6121, 81, 46, 24s},
        {QStringLiteral("lena"), QStringLiteral("Lena S."), 37.0487, -6.6301, 93, 0, 28s},
    };
}

Device device(const QString &id, const QString &name, const QString &deviceClass, DeviceKind kind)
{
    Device made;
    made.id = id;
    made.name = name;
    made.deviceClass = deviceClass;
    made.kind = kind;
    made.source = QStringLiteral("dialect1");
    made.firstSeen = now() - 8h;
    return made;
}

QList<Device> devices()
{
    QList<Device> all;
    for (const Vehicle &vehicle : vehicles())
        all.append(device(vehicle.id, vehicle.name, vehicle.deviceClass, DeviceKind::Vehicle));
    for (const Person &person : people()) {
        Device phone =
            device(QStringLiteral("phone-") + person.id, person.name, QStringLiteral("Phone"), DeviceKind::Phone);
        phone.owners = {person.id};
        all.append(phone);
    }
    all.append(
        device(QStringLiteral("rig-a"), QStringLiteral("Rig A"), QStringLiteral("Hardware"), DeviceKind::Hardware));
    all.append(
        device(QStringLiteral("gps-1"), QStringLiteral("gps-1"), QStringLiteral("Serial GPS"), DeviceKind::Receiver));
    for (Device &one : all) {
        one.simulated = one.name == QLatin1String("Unit 09");
        if (one.id == Unit07)
            one.actions = {QStringLiteral("horn"), QStringLiteral("limit_speed"), QStringLiteral("locate")};
    }
    return all;
}

Alert alert(const QString &id, const QString &source, const QString &name, const QString &code, const QString &message,
            AlertLevel level, Duration age)
{
    Alert made;
    made.id = id;
    made.source = source;
    made.sourceName = name;
    made.code = code;
    made.title = code;
    made.message = message;
    made.level = level;
    made.peakLevel = level;
    made.raisedAt = now() - age;
    made.lastSeenAt = now() - 200ms;
    return made;
}

QList<Alert> alerts()
{
    Alert panic = alert(QStringLiteral("a-panic"), Dana, QStringLiteral("Dana R."), QStringLiteral("PANIC"),
                        QStringLiteral("Button held, silent mode. Mill Park, north gate"), AlertLevel::Emergency, 42s);
    panic.kind = AlertKind::Incident;
    panic.userId = Dana;
    panic.silentAtSource = true;
    panic.position = Position{37.0571, -6.6049, {}, 12.0, {}, 5.0};

    Alert crash = alert(QStringLiteral("a-crash"), QStringLiteral("unit-04"), QStringLiteral("Unit 04"),
                        QStringLiteral("CRASH_DETECTED"), QStringLiteral("Crash detected! 7.2 g, airbag line open"),
                        AlertLevel::Critical, 75s);
    crash.kind = AlertKind::Event;

    Alert rpm = alert(QStringLiteral("a-rpm"), Unit07, QStringLiteral("Unit 07"), QStringLiteral("HIGH_RPM"),
                      QStringLiteral("4 180 rpm, limit 4 000, for 6 s"), AlertLevel::Warning, 6s);
    rpm.channel = channel::EngineRpm;
    rpm.value = 4180;
    rpm.threshold = 4000;
    rpm.count = 3;

    Alert battery =
        alert(QStringLiteral("a-battery"), QStringLiteral("unit-11"), QStringLiteral("Unit 11"),
              QStringLiteral("LOW_BATTERY"), QStringLiteral("11.8 V, limit 12.0 V"), AlertLevel::Warning, 391s);
    battery.cond = AlertCondition::Clear;
    battery.clearedAt = now() - 40s;
    battery.occurrence = 2;

    Alert overheat =
        alert(QStringLiteral("a-heat"), QStringLiteral("unit-02"), QStringLiteral("Unit 02"),
              QStringLiteral("ENGINE_OVERHEAT"), QStringLiteral("117 °C, limit 115 °C"), AlertLevel::Critical, 662s);
    overheat.acked = true;
    overheat.ackedBy = QStringLiteral("M. Ortiz");
    overheat.ackedAt = now() - 600s;

    Alert stale = alert(QStringLiteral("a-stale"), QStringLiteral("unit-08"), QStringLiteral("Unit 08"),
                        QStringLiteral("DEVICE_STALE"), QStringLiteral("No data for 4 min (expected every 5 s)"),
                        AlertLevel::Warning, 250s);
    stale.acked = true;
    stale.ackedBy = dispatcher().name;
    stale.ackedAt = now() - 200s;

    Alert trouble =
        alert(QStringLiteral("a-dtc"), QStringLiteral("unit-09"), QStringLiteral("Unit 09"),
              QStringLiteral("DTC_DETECTED"), QStringLiteral("P0420 catalyst efficiency"), AlertLevel::Info, 1124s);
    trouble.kind = AlertKind::Event;
    trouble.simulated = true;
    return {panic, crash, rpm, battery, overheat, stale, trouble};
}

ChatMessage message(const QString &id, const QString &text, bool fromDesk, Duration age)
{
    ChatMessage made;
    made.id = id;
    made.thread = chatThreadOfUser(Dana);
    made.senderId = fromDesk ? dispatcher().id : Dana;
    made.senderName = fromDesk ? dispatcher().name : QStringLiteral("Dana R.");
    made.fromDesk = fromDesk;
    made.text = text;
    made.at = now() - age;
    return made;
}

QList<ChatMessage> messages()
{
    ChatMessage other =
        message(QStringLiteral("m-0"), QStringLiteral("shift ended, all boxes delivered"), false, 40min);
    other.thread = chatThreadOfUser(QStringLiteral("amir"));
    other.senderId = QStringLiteral("amir");
    other.senderName = QStringLiteral("Amir K.");
    return {other,
            message(QStringLiteral("m-1"), QStringLiteral("someone is following me, i am in the park"), false, 33s),
            message(QStringLiteral("m-2"),
                    QStringLiteral("I see you at the north gate. Stay where there is light. Can you move to "
                                   "Northgate station?"),
                    true, 19s),
            message(QStringLiteral("m-3"), QStringLiteral("yes walking there now"), false, 6s)};
}

/// What operators say among themselves: an urgent line that one of two has acknowledged.
QList<ChatMessage> room()
{
    ChatMessage urgent;
    urgent.id = QStringLiteral("r-1");
    urgent.thread = operatorsThread();
    urgent.senderId = QStringLiteral("kim");
    urgent.senderName = QStringLiteral("S. Kim");
    urgent.fromDesk = true;
    urgent.urgent = true;
    urgent.asked = {QStringLiteral("jlind"), QStringLiteral("ortiz")};
    urgent.text = QStringLiteral("Harbour bridge is closed. Route everybody over Northgate.");
    urgent.at = now() - 5min;
    return {urgent};
}

QList<ChatReceipt> receipts()
{
    using enum ChatReceipt::Kind;
    const auto receipt = [](const QString &thread, const char *message, const char *person, const char *name,
                            ChatReceipt::Kind kind) {
        return ChatReceipt{
            thread,    QString::fromLatin1(message), QString::fromLatin1(person), QString::fromLatin1(name), kind,
            now() - 5s};
    };
    return {receipt(chatThreadOfUser(QStringLiteral("amir")), "m-0", "jlind", "J. Lind", Read),
            receipt(chatThreadOfUser(Dana), "m-3", "jlind", "J. Lind", Read),
            receipt(chatThreadOfUser(Dana), "m-2", "dana", "Dana R.", Read),
            receipt(operatorsThread(), "r-1", "jlind", "J. Lind", Read),
            receipt(operatorsThread(), "r-1", "ortiz", "M. Ortiz", Acknowledged)};
}

QList<Command> commands()
{
    const auto command = [](const char *id, const char *action, CommandState state, Duration age) {
        Command made;
        made.id = QString::fromLatin1(id);
        made.deviceId = Unit07;
        made.action = QString::fromLatin1(action);
        made.issuedById = QStringLiteral("jlind");
        made.issuedByName = QStringLiteral("J. Lind");
        made.issuedAt = now() - age;
        made.state = state;
        made.attempt = 1;
        if (!isOpen(made))
            made.finishedAt = now() - age + 1s;
        return made;
    };
    Command horn = command("c-1", "horn", CommandState::Succeeded, 9min);
    horn.parameters = R"({"seconds":2})";
    horn.response = R"({"sounded":true})";
    Command limit = command("c-2", "limit_speed", CommandState::Unknown, 4min);
    limit.parameters = R"({"kmh":60})";
    limit.error = QStringLiteral("The server was restarted after it was sent; whether it was done is not known.");
    Command locate = command("c-3", "locate", CommandState::Queued, 8s);
    locate.attempt = 0;
    return {locate, limit, horn};
}

void put(LatestReading &reading, const QString &name, double value, Duration age = 200ms)
{
    reading.channels.insert(name, {Value(value), now() - age});
}

/// The device came along a street from the west-south-west.
HistorySeries way(const QString &name, const HistoryQuery &query)
{
    HistorySeries series;
    series.channel = name;
    const QList<LatestReading> all = latest();
    const auto device = std::find_if(all.cbegin(), all.cend(), [&](const LatestReading &reading) {
        return reading.deviceId == query.deviceId && reading.position;
    });
    if (device == all.cend())
        return series;
    for (int step = 40; step >= 0; --step) {
        const double back = step / 40.0;
        const double latitude = device->position->latitude - 0.0042 * back + 0.0012 * std::sin(back * 5);
        const double longitude = device->position->longitude - 0.0230 * back;
        series.points.append({device->positionAt - step * 5s, name == channel::Latitude ? latitude : longitude});
    }
    return series;
}

} // namespace

TimePoint now()
{
    return fromEpochMillis(1769864781000);
}

Actor dispatcher()
{
    return {Actor::Kind::Operator, QStringLiteral("jlind"), QStringLiteral("J. Lind"), QStringLiteral("console-1")};
}

DeskSnapshot snapshot()
{
    DeskSnapshot made;
    made.seq = 100;
    made.devices = devices();
    made.alerts = alerts();
    made.messages = messages() + room();
    made.receipts = receipts();
    made.commands = commands();
    for (const LatestReading &reading : latest()) {
        const bool silent = now() - reading.lastSeen > 90s;
        made.presence.append({reading.deviceId, silent ? Presence::Stale : Presence::Online, reading.lastSeen});
    }
    return made;
}

QList<LatestReading> latest()
{
    QList<LatestReading> all;
    for (const Vehicle &vehicle : vehicles()) {
        LatestReading reading;
        reading.deviceId = vehicle.id;
        reading.source = QStringLiteral("dialect1");
        reading.lastSeen = now() - vehicle.silence;
        reading.positionAt = reading.lastSeen;
        reading.position = Position{vehicle.latitude, vehicle.longitude, {}, 6.0, vehicle.heading, vehicle.speed};
        put(reading, channel::Speed, vehicle.speed, vehicle.silence);
        put(reading, channel::EngineRpm, vehicle.id == Unit07 ? 4180 : 900 + vehicle.speed * 30, vehicle.silence);
        put(reading, channel::EngineTemperature, 91, vehicle.silence);
        put(reading, channel::OilPressure, 44, vehicle.silence);
        put(reading, channel::BatteryVoltage, 13.6, vehicle.silence);
        put(reading, channel::FuelLevel, 67, vehicle.silence);
        all.append(reading);
    }
    for (const Person &person : people()) {
        LatestReading reading;
        reading.deviceId = QStringLiteral("phone-") + person.id;
        reading.source = QStringLiteral("dialect1");
        reading.lastSeen = now() - person.silence;
        reading.positionAt = reading.lastSeen;
        reading.position = Position{person.latitude, person.longitude, {}, 12.0, {}, person.speed};
        put(reading, channel::Speed, person.speed, person.silence);
        put(reading, channel::BatteryLevel, person.battery, person.silence);
        all.append(reading);
    }
    LatestReading rig;
    rig.deviceId = QStringLiteral("rig-a");
    rig.source = QStringLiteral("sim");
    rig.lastSeen = now() - 10ms;
    put(rig, channel::Temperature, 48.2, 10ms);
    put(rig, channel::MotorRpm, 1480, 10ms);
    put(rig, channel::MotorCurrent, 6.4, 10ms);
    all.append(rig);
    LatestReading gps;
    gps.deviceId = QStringLiteral("gps-1");
    gps.source = QStringLiteral("serial:gps-1");
    gps.lastSeen = now() - 1s;
    gps.positionAt = gps.lastSeen;
    gps.position = Position{37.0375, -6.6195, 4.0, 3.0, 130.0, 9.3};
    put(gps, channel::Speed, 9.3, 1s);
    put(gps, channel::Satellites, 11, 1s);
    put(gps, channel::Hdop, 0.9, 1s);
    all.append(gps);
    return all;
}

ServerStats stats()
{
    ServerStats made;
    made.listeners = {QStringLiteral("127.0.0.1:8000")};
    made.connections = 17;
    made.users = 3;
    made.messagesPerSecond = 212;
    made.p95LatencyMs = 0.8;
    return made;
}

HistoryResult history(const HistoryQuery &query)
{
    HistoryResult result;
    QStringList channels = query.channels;
    if (channels.isEmpty())
        channels = {channel::Speed, channel::EngineRpm};
    for (const QString &name : channels) {
        if (name == channel::Latitude || name == channel::Longitude) {
            result.series.append(way(name, query));
            continue;
        }
        const ChannelInfo info = channelInfo(name);
        const double low = info.hasRange() ? info.minimum : 0;
        const double span = info.hasRange() ? info.maximum - info.minimum : 100;
        HistorySeries series;
        series.channel = name;
        const TimePoint from = std::max(query.from, now() - 1h);
        for (TimePoint at = from; at <= query.to && at <= now(); at += 500ms) {
            const double seconds = secondsBetween(from, at);
            const double wave = std::sin(seconds / 37) * 0.12 + std::sin(seconds / 9 + span) * 0.05;
            series.points.append({at, low + span * (0.5 + wave + 0.01 * std::sin(seconds * 2))});
        }
        // The last seconds lead to what the device says now.
        const QList<LatestReading> all = latest();
        for (const LatestReading &reading : all) {
            const std::optional<double> value =
                reading.deviceId == query.deviceId ? reading.number(name) : std::nullopt;
            for (HistoryPoint &point : series.points) {
                const double near = 1 - std::min(1.0, secondsBetween(point.at, now()) / 25);
                if (value)
                    point.value += (*value - point.value) * near;
            }
        }
        result.series.append(series);
    }
    return result;
}

Alert freshAlert()
{
    return alert(QStringLiteral("a-new"), QStringLiteral("unit-12"), QStringLiteral("Unit 12"),
                 QStringLiteral("OIL_PRESSURE"), QStringLiteral("14 psi, limit 20 psi"), AlertLevel::Critical, 0s);
}

ClientsUpdate connections()
{
    struct Client
    {
        const char *id;
        const char *dialect;
        const char *path;
        const char *user;
        Role role;
        const char *address;
        Duration age;
        const char *topics;
        double in;
        double out;
        double trip;
    };
    const QList<Client> clients{
        {"ws-3", "native", "/ws/v1", "M. Ortiz", Role::Dispatcher, "192.0.2.10", 3h, "desk telemetry presence stats",
         0.2, 41, 0.8},
        {"ws-7", "dialect1", "/ws/telemetry/352647091234567", "Unit 07", Role::Device, "198.51.100.7", 52min,
         "telemetry/352647091234567", 2, 2, 46},
        {"ws-9", "dialect1", "/ws/chat/dana", "Dana R.", Role::Citizen, "203.0.113.44", 4min, "chat/dana", 0.1, 0.1,
         118},
        {"ws-12", "dialect3", "/ws/hardware", "bench", Role::Device, "192.0.2.21", 20min, "sim_device_1 sim_device_2",
         0.2, 100, 1.4},
        {"ws-15", "dialect4", "/ws", "wall", Role::Supervisor, "192.0.2.33", 8h, "device_status notifications", 0.1,
         1.5, 640},
        {"ws-21", "dialect5", "/ws/location/a-panic/", "Dana R.", Role::Citizen, "203.0.113.44", 3min,
         "location/a-panic", 0.1, 0, 97},
    };
    ClientsUpdate update;
    update.full = true;
    update.total = int(clients.size());
    for (const Client &client : clients) {
        ClientInfo info;
        info.id = QString::fromLatin1(client.id);
        info.dialect = QString::fromLatin1(client.dialect);
        info.path = QString::fromLatin1(client.path);
        info.userName = QString::fromLatin1(client.user);
        info.role = client.role;
        info.address = QString::fromLatin1(client.address);
        info.since = now() - client.age;
        info.lastHeard = now() - 400ms;
        info.topics = QString::fromLatin1(client.topics).split(QLatin1Char(' '));
        info.subscriptions = int(info.topics.size());
        info.in = {qint64(client.in * 3600), qint64(client.in * 3600 * 210), client.in};
        info.out = {qint64(client.out * 3600), qint64(client.out * 3600 * 340), client.out};
        info.roundTripMs = client.trip;
        info.roundTripMinMs = client.trip * 0.7;
        info.roundTripP95Ms = client.trip * 1.3;
        update.clients.append(info);
    }
    update.clients[3].waitingFrames = 412;
    update.clients[3].waitingBytes = 190'000;
    update.clients[3].conflated = 1'204;
    update.closed = {{QStringLiteral("ws-18"),
                      QStringLiteral("dialect1"),
                      QStringLiteral("amir"),
                      QStringLiteral("203.0.113.9"),
                      now() - 9min,
                      now() - 40s,
                      1006,
                      {}},
                     {QStringLiteral("ws-20"), QStringLiteral("dialect2"), QStringLiteral("hub"),
                      QStringLiteral("203.0.113.12"), now() - 5min, now() - 12s, 4010,
                      QStringLiteral("Wrong telephone")}};
    return update;
}

FrameReport frames()
{
    const auto frame = [](const char *client, Duration ago, bool out, const char *text) {
        const QString shown = QString::fromUtf8(text);
        return TappedFrame{QString::fromLatin1(client), now() - ago, out, false, shown.toUtf8().size(), shown};
    };
    return {
        {frame("ws-7", 1900ms, false, R"({"type":"telemetry_update","data":{"speed":52,"rpm":2140,"engine_temp":92}})"),
         frame("ws-7", 1890ms, true,
               R"({"type":"telemetry_update","data":{"vehicle_id":"352647091234567","speed":52},"message_id":"5b0c"})"),
         frame("ws-21", 900ms, false, R"({"type":"auth","token":"•••"})"),
         frame("ws-21", 850ms, false,
               R"({"type":"location_update","location":{"latitude":37.0571,"longitude":-6.6049,"accuracy":12}})"),
         frame("ws-21", 840ms, true, R"({"type":"success","message":"Location updated successfully"})")},
        12};
}

void open(FakeDeskLink &link)
{
    link.setSelf(dispatcher());
    link.open(snapshot());
    link.hear(latest());
    Q_EMIT link.serverStats(stats());
}

void openEmpty(FakeDeskLink &link)
{
    link.setSelf(dispatcher());
    link.open({});
    ServerStats idle;
    idle.listeners = stats().listeners;
    Q_EMIT link.serverStats(idle);
}

void answerHistory(FakeDeskLink &link)
{
    while (!link.askedHistory.isEmpty())
        link.answerHistory(history(link.askedHistory.constFirst().query));
}

namespace {
RulesAnswer builtIn()
{
    QFile file(QStringLiteral(TOCSIN_SOURCE_DIR "/resources/rules/default.json"));
    RulesAnswer answer;
    answer.outcome = file.open(QIODevice::ReadOnly) ? Outcome::done({}) : Outcome::refused({}, file.errorString());
    answer.text = file.readAll();
    answer.revision = QStringLiteral("r1");
    answer.origin = QStringLiteral("built in");
    return answer;
}
} // namespace

void answerRules(FakeDeskLink &link)
{
    while (!link.askedRules.isEmpty())
        link.answerRules(builtIn());
}

void refuseRules(FakeDeskLink &link)
{
    RulesAnswer answer;
    answer.outcome = Outcome::refused(QStringLiteral("invalid"), QStringLiteral("2 things are wrong."));
    const QString id = QStringLiteral("engine-overheat");
    answer.errors = {{25, 1, id, QStringLiteral("bands[1].limit"), QStringLiteral("must be a number")},
                     {28, 1, id, QStringLiteral("message"), QStringLiteral("{valeu} is not known")}};
    while (!link.askedRules.isEmpty())
        link.answerRules(answer);
}

void supersedeRules(FakeDeskLink &link)
{
    RulesAnswer answer = builtIn();
    answer.outcome = Outcome::refused(QStringLiteral("superseded"), QStringLiteral("Somebody else was faster."));
    answer.text.replace("\"limit\": 5,", "\"limit\": 8,");
    answer.revision = QStringLiteral("r2");
    while (!link.askedRules.isEmpty())
        link.answerRules(answer);
}

void answerTrial(FakeDeskLink &link)
{
    using What = RuleTrialMoment::What;
    RuleTrialAnswer answer;
    answer.outcome = Outcome::done({});
    answer.readings = 8640;
    const auto add = [&answer](int minutes, What what, AlertLevel level, double value) {
        answer.moments.append({now() - std::chrono::minutes(minutes), what, level, value,
                               QStringLiteral("%1 °C, limit 100 °C").arg(value)});
    };
    add(1200, What::Raised, AlertLevel::Warning, 101);
    add(1140, What::Cleared, AlertLevel::Warning, 98);
    add(700, What::Raised, AlertLevel::Warning, 103);
    add(650, What::Level, AlertLevel::Critical, 116);
    add(540, What::Cleared, AlertLevel::Critical, 97);
    add(90, What::Raised, AlertLevel::Warning, 102);
    link.answerTrial(answer);
    HistorySeries series{QStringLiteral("engine.temperature"), {}};
    for (int minute = 1440; minute >= 0; minute -= 4) {
        const double hump = std::exp(-std::pow((minute - 620) / 60.0, 2)) * 22 +
                            std::exp(-std::pow((minute - 1170) / 30.0, 2)) * 12 +
                            std::exp(-std::pow((minute - 30) / 50.0, 2)) * 14;
        series.points.append({now() - std::chrono::minutes(minute), 90 + hump + std::sin(minute / 9.0) * 1.5});
    }
    link.answerHistory({{}, {series}}, static_cast<int>(link.askedHistory.size()) - 1);
}

void answerFenceTrial(FakeDeskLink &link)
{
    using What = RuleTrialMoment::What;
    RuleTrialAnswer answer;
    answer.outcome = Outcome::done({});
    answer.readings = answer.positions = 4310;
    const auto ago = [](int minutes) { return now() - std::chrono::minutes(minutes); };
    const QString words = QStringLiteral("In the harbour for longer than three minutes");
    answer.drawn.append({ago(1430), 0});
    for (const auto &[from, to] : {std::pair{1260, 1252}, {820, 700}, {395, 393}, {130, 40}}) {
        const auto before = [&ago](int minutes) { return ago(minutes) - std::chrono::milliseconds(1); };
        answer.drawn += {{before(from), 0}, {ago(from), 1}, {before(to), 1}, {ago(to), 0}};
        if (from - to < 3)
            continue; // passed through
        answer.moments.append({ago(from), What::Raised, AlertLevel::Warning, 1, words});
        answer.moments.append({ago(to), What::Cleared, AlertLevel::Warning, 0, {}});
    }
    answer.drawn.append({ago(0), 0});
    link.answerTrial(answer);
    link.answerHistory({}, static_cast<int>(link.askedHistory.size()) - 1);
}

} // namespace tocsin::scene
