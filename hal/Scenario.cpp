// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Scenario.h"

#include "hal/ScenarioCheck.h"
#include "models/domain/Channels.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

#include <algorithm>
#include <functional>

namespace tocsin {

namespace {
constexpr qint64 LargestFile = 16LL * 1024 * 1024;
constexpr double Day = 86'400;

struct FaultKind
{
    QString word;
    TimelineStep::Fault fault;
    QString channel;
    double to;
};

const QList<FaultKind> &faultKinds()
{
    using enum TimelineStep::Fault;
    static const QList<FaultKind> kinds = {
        {QStringLiteral("high_rpm"), Value, channel::EngineRpm, 4200},
        {QStringLiteral("low_battery"), Value, channel::BatteryVoltage, 11.7},
        {QStringLiteral("overheat"), Value, channel::EngineTemperature, 117},
        {QStringLiteral("low_oil"), Value, channel::OilPressure, 22},
        {QStringLiteral("low_fuel"), Value, channel::FuelLevel, 4},
        {QStringLiteral("trouble_code"), TroubleCode, QString(), 0},
        {QStringLiteral("crash"), Crash, QString(), 0},
        {QStringLiteral("value"), Value, QString(), 0},
    };
    return kinds;
}

class Reader
{
public:
    explicit Reader(ScenarioResult &result) : m_scenario(result.scenario), m_errors(result.errors) {}

    void read(const QJsonObject &root)
    {
        ScenarioCheck top(root, QString(), m_errors);
        readCity(top.value("city"));
        forEach(top, "vehicles", [this](ScenarioCheck &c) { readVehicle(c); });
        forEach(top, "phones", [this](ScenarioCheck &c) { readPhone(c); });
        forEach(top, "rig", [this](ScenarioCheck &c) { readRig(c); });
        if (top.has("loop"))
            m_scenario.loopSeconds = top.number("loop", {10, Day});
        forEach(top, "timeline", [this](ScenarioCheck &c) { readStep(c); });
        std::stable_sort(m_scenario.timeline.begin(), m_scenario.timeline.end(),
                         [](const TimelineStep &a, const TimelineStep &b) { return a.at < b.at; });
        const bool drives = !m_scenario.vehicles.isEmpty() ||
                            std::any_of(m_scenario.phones.cbegin(), m_scenario.phones.cend(), [](const PhoneSpec &p) {
                                return p.mode == PhoneSpec::Mode::Walk || p.mode == PhoneSpec::Mode::Drive;
                            });
        if (drives && m_scenario.streets.isEmpty())
            top.error(QStringLiteral("city.streets"), QStringLiteral("is empty, but something moves along streets"));
        top.finish();
    }

private:
    static void forEach(ScenarioCheck &parent, const char *name, const std::function<void(ScenarioCheck &)> &read)
    {
        const QJsonArray items = parent.list(name, false);
        for (qsizetype i = 0; i < items.size(); ++i)
            parent.below(items[i], QStringLiteral("%1[%2]").arg(parent.pathOf(name)).arg(i), read);
    }

    void readCity(const QJsonValue &value)
    {
        ScenarioCheck city(value, QStringLiteral("city"), m_errors);
        if (!value.isObject())
            return;
        m_scenario.cityName = city.text("name");
        m_scenario.center = city.point("center");
        forEach(city, "streets", [this](ScenarioCheck &c) {
            Street street;
            street.name = c.textOr("name", QString());
            street.streetClass = StreetClass(
                c.word("class", {QStringLiteral("minor"), QStringLiteral("major"), QStringLiteral("motorway")}));
            street.points = c.points("points", 2);
            m_scenario.streets.append(street);
        });
        forEach(city, "areas", [](ScenarioCheck &c) {
            (void)c.word("kind", {QStringLiteral("park"), QStringLiteral("water"), QStringLiteral("zone")});
            (void)c.textOr("name", QString());
            (void)c.points("points", 3);
        });
        forEach(city, "places", [](ScenarioCheck &c) {
            (void)c.text("name");
            (void)c.point("at");
            (void)c.numberOr("rank", 1, {0, 100});
        });
        city.finish();
    }

    [[nodiscard]] QString readId(ScenarioCheck &c)
    {
        QString id = c.text("id");
        if (m_ids.contains(id))
            c.error(c.pathOf("id"), QStringLiteral("\"%1\" is used twice").arg(id));
        m_ids.insert(id);
        return id;
    }

    void readVehicle(ScenarioCheck &c)
    {
        VehicleSpec v;
        v.id = readId(c);
        m_vehicles.insert(v.id);
        v.name = c.text("name");
        v.truck = c.has("body") && c.word("body", {QStringLiteral("van"), QStringLiteral("truck")}) == 1;
        v.deviceClass = c.textOr("class", v.truck ? QStringLiteral("Truck") : QStringLiteral("Delivery van"));
        if (c.has("at"))
            v.at = c.point("at");
        v.fuelPercent = c.numberOr("fuel", 70, {0, 100});
        if (c.has("coolant"))
            v.coolantC = c.number("coolant", {-40, 100});
        v.hz = c.numberOr("hz", 2, {0.1, 10});
        m_scenario.vehicles.append(v);
    }

    void readPhone(ScenarioCheck &c)
    {
        PhoneSpec p;
        p.id = readId(c);
        p.name = c.text("name");
        p.mode = PhoneSpec::Mode(c.word("mode", {QStringLiteral("walk"), QStringLiteral("drive"),
                                                 QStringLiteral("path"), QStringLiteral("still")}));
        if (p.mode == PhoneSpec::Mode::Still || c.has("at"))
            p.at = c.point("at");
        if (p.mode == PhoneSpec::Mode::Path)
            p.path = c.points("path", 2);
        p.batteryPercent = c.numberOr("battery", 80, {0, 100});
        p.fixEverySeconds = c.numberOr("fix_every", 5, {0.2, 300});
        p.replies = c.textsOr("replies");
        p.panicReplies = c.textsOr("panic_replies");
        m_phones.insert(p.id);
        m_scenario.phones.append(p);
    }

    void readRig(ScenarioCheck &c)
    {
        const QString name = c.text("name");
        const GeoPoint at = c.point("at");
        forEach(c, "devices", [&](ScenarioCheck &d) {
            RigSpec r;
            r.id = readId(d);
            r.name = d.text("name");
            r.rigName = name;
            r.type = RigSpec::Type(d.word("type", {QStringLiteral("temperature"), QStringLiteral("imu"),
                                                   QStringLiteral("motor"), QStringLiteral("gps")}));
            r.hz = d.numberOr("hz", 10, {0.1, 50});
            r.at = at;
            m_scenario.rig.append(r);
        });
    }

    void readStep(ScenarioCheck &c)
    {
        TimelineStep s;
        s.at = c.number("at", {0, Day});
        if (m_scenario.loopSeconds && s.at >= *m_scenario.loopSeconds)
            c.error(c.pathOf("at"), QStringLiteral("lies behind the loop's end"));
        s.action = TimelineStep::Action(
            c.word("do", {QStringLiteral("fault"), QStringLiteral("silence"), QStringLiteral("panic"),
                          QStringLiteral("cancel_panic"), QStringLiteral("chat")}));
        using enum TimelineStep::Action;
        if (s.action == Fault || s.action == Silence) {
            s.device = c.text("device");
            if (!s.device.isEmpty() && !m_ids.contains(s.device))
                c.error(c.pathOf("device"), QStringLiteral("there is no \"%1\"").arg(s.device));
            s.hold = c.number("hold", {0, Day});
            if (s.action == Fault)
                readFault(c, s);
        } else {
            s.device = c.text("phone");
            if (!s.device.isEmpty() && !m_phones.contains(s.device))
                c.error(c.pathOf("phone"), QStringLiteral("there is no phone \"%1\"").arg(s.device));
            if (s.action == Chat)
                s.text = c.text("text");
            if (s.action == Panic) {
                s.text = c.textOr("message", QString());
                s.silent = c.flagOr("silent", false);
                const QStringList types = {QStringLiteral("panic_button"), QStringLiteral("shake_to_alert"),
                                           QStringLiteral("decoy_screen"), QStringLiteral("manual"),
                                           QStringLiteral("scheduled")};
                if (c.has("type"))
                    s.panicType = types[c.word("type", types)];
            }
        }
        m_scenario.timeline.append(s);
    }

    void readFault(ScenarioCheck &c, TimelineStep &s)
    {
        QStringList words;
        for (const FaultKind &kind : faultKinds())
            words.append(kind.word);
        const FaultKind &kind = faultKinds()[c.word("kind", words)];
        s.fault = kind.fault;
        s.channel = kind.channel;
        if (s.fault == TimelineStep::Fault::TroubleCode)
            s.text = c.text("code");
        if (s.fault != TimelineStep::Fault::Value) {
            if (!s.device.isEmpty() && !m_vehicles.contains(s.device))
                c.error(c.pathOf("device"), QStringLiteral("there is no vehicle \"%1\"").arg(s.device));
            return;
        }
        if (kind.word == QLatin1String("value")) {
            s.channel = c.text("channel");
            s.to = c.number("to", {});
        } else {
            s.to = c.numberOr("to", kind.to, {});
        }
        s.rise = c.numberOr("rise", 0, {0, Day});
        s.fall = c.numberOr("fall", 0, {0, Day});
    }

    Scenario &m_scenario;
    QStringList &m_errors;
    QSet<QString> m_ids;
    QSet<QString> m_vehicles;
    QSet<QString> m_phones;
};
} // namespace

ScenarioResult parseScenario(const QByteArray &json)
{
    ScenarioResult result;
    QJsonParseError syntax;
    const QJsonDocument document = QJsonDocument::fromJson(json, &syntax);
    if (document.isNull()) {
        const auto line =
            std::count(json.cbegin(), json.cbegin() + std::min<qsizetype>(syntax.offset, json.size()), '\n') + 1;
        result.errors.append(QStringLiteral("line %1: not JSON: %2").arg(line).arg(syntax.errorString()));
        return result;
    }
    if (!document.isObject()) {
        result.errors.append(QStringLiteral("file: must be an object"));
        return result;
    }
    Reader(result).read(document.object());
    if (!result.ok())
        result.scenario = {};
    return result;
}

ScenarioResult readScenario(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, {QStringLiteral("file: cannot be read: %1").arg(file.errorString())}};
    if (file.size() > LargestFile)
        return {{}, {QStringLiteral("file: is larger than 16 MiB")}};
    return parseScenario(file.readAll());
}

} // namespace tocsin
