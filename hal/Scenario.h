// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Geofence.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

// A scenario file (JSON, UTF-8, at most 16 MiB). Angles in degrees WGS 84 as [latitude, longitude], times in seconds.
//
// {"city":{"name","center":[lat,lon],
//          "streets":[{"name","class":"major|minor|motorway","points":[[lat,lon],…]}],
//          "areas":[{"kind":"park|water|zone","name","points":[…]}],      for the map
//          "places":[{"name","at":[lat,lon],"rank":1}]},                  for the map
//  "vehicles":[{"id","name","class","body":"van|truck","at"?,"fuel"? %,"coolant"? °C,"hz"?}],
//  "phones":[{"id","name","mode":"walk|drive|path|still","at"?,"path"?:[…],"battery"? %,"fix_every"?,
//             "replies"?:[…],"panic_replies"?:[…]}],
//  "rig":[{"name","at","devices":[{"id","name","type":"temperature|imu|motor|gps","hz"}]}],
//  "timeline":[{"at","do":"fault","device","kind","to"?,"rise"?,"hold","fall"?,"channel"?,"code"?},
//              {"at","do":"silence","device","hold"},
//              {"at","do":"panic","phone","silent"?,"message"?,"type"?}, {"at","do":"cancel_panic","phone"},
//              {"at","do":"chat","phone","text"}],
//  "loop"?: after so many seconds the timeline begins anew}
//
// Streets meet where they have a point in common. Fault kinds: high_rpm, low_battery, overheat, low_oil, low_fuel,
// trouble_code (code), crash, value (channel, to). A fault rises to `to`, holds, and falls back to what is normal.
// Unknown names are errors, except below city.areas and city.places.

namespace tocsin {

enum class StreetClass { Minor, Major, Motorway };

struct Street
{
    QString name;
    StreetClass streetClass = StreetClass::Minor;
    QList<GeoPoint> points;
};

struct VehicleSpec
{
    QString id;
    QString name;
    QString deviceClass;
    bool truck = false;
    std::optional<GeoPoint> at;
    double fuelPercent = 70;
    std::optional<double> coolantC; ///< unset: warm
    double hz = 2;
};

struct PhoneSpec
{
    enum class Mode { Walk, Drive, Path, Still };
    QString id; ///< of the user and of the phone
    QString name;
    Mode mode = Mode::Walk;
    std::optional<GeoPoint> at;
    QList<GeoPoint> path; ///< walked to and fro
    double batteryPercent = 80;
    double fixEverySeconds = 5;
    QStringList replies;
    QStringList panicReplies;
};

struct RigSpec
{
    enum class Type { Temperature, Imu, Motor, Gps };
    QString id;
    QString name;
    QString rigName;
    Type type = Type::Temperature;
    double hz = 10;
    GeoPoint at;
};

struct TimelineStep
{
    enum class Action { Fault, Silence, Panic, CancelPanic, Chat };
    enum class Fault { Value, TroubleCode, Crash };
    double at = 0;
    Action action = Action::Fault;
    QString device; ///< a phone's id, too
    Fault fault = Fault::Value;
    QString channel;
    double to = 0;
    double rise = 0;
    double hold = 0;
    double fall = 0;
    QString text; ///< trouble code, panic message or chat line
    QString panicType = QStringLiteral("panic_button");
    bool silent = false;
};

struct Scenario
{
    QString cityName;
    GeoPoint center;
    QList<Street> streets;
    QList<VehicleSpec> vehicles;
    QList<PhoneSpec> phones;
    QList<RigSpec> rig;
    QList<TimelineStep> timeline; ///< by time
    std::optional<double> loopSeconds;
};

/// The scenario when there is no error; else what is wrong, each with its path ("vehicles[3].fuel: …").
struct ScenarioResult
{
    Scenario scenario;
    QStringList errors;
    [[nodiscard]] bool ok() const { return errors.isEmpty(); }
};

[[nodiscard]] ScenarioResult readScenario(const QString &path); ///< file or resource
[[nodiscard]] ScenarioResult parseScenario(const QByteArray &json);

} // namespace tocsin
