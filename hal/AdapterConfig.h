// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

// What the adapters are told: plain values, made on any thread (command line, configuration file).

namespace tocsin {

/// The built-in scenario of `--demo`, embedded with tocsin_hal; the map draws its streets from the same file.
inline const QString demoScenario = QStringLiteral(":/tocsin/scenarios/city.json");
inline const QString demoFences = QStringLiteral(":/tocsin/scenarios/city-fences.json");

struct SerialConfig
{
    QString id;     ///< the device's id, too
    QString device; ///< "/dev/ttyUSB0", a link to it, a pseudo-terminal, "COM3"
    QString driver; ///< one of knownDrivers()
    int baud = 4800;
    bool operator==(const SerialConfig &) const = default;
};

struct SimulationConfig
{
    QString id = QStringLiteral("simulation");
    QString scenario = demoScenario; ///< file or resource; format: Scenario.h
    quint64 seed = 1;
    bool operator==(const SimulationConfig &) const = default;
};

struct ReplayConfig
{
    QString id;       ///< empty: the file's base name. Device id of an NMEA recording
    QString file;     ///< format: Recording.h
    double speed = 1; ///< 0.01 … 1000
    bool loop = false;
    bool operator==(const ReplayConfig &) const = default;
};

using AdapterConfig = std::variant<SerialConfig, SimulationConfig, ReplayConfig>;

[[nodiscard]] QString adapterId(const AdapterConfig &config);

/// Either the value or a sentence that names what is wrong.
struct SerialSpec
{
    std::optional<SerialConfig> config;
    QString error;
};

/// Reads `ID=DEVICE,DRIVER[,BAUD]`. A device path may contain commas and equal signs: the last fields count.
[[nodiscard]] SerialSpec parseSerialSpec(const QString &text);

/// Everything that can be known to be wrong before anything is opened: ids used twice, unknown drivers,
/// a scenario or recording that is missing or broken (its scenario errors all, each with its path).
/// A serial port that is not there is no error. Reads the files, so not for a busy thread.
[[nodiscard]] QStringList checkAdapters(const QList<AdapterConfig> &configs);

} // namespace tocsin
