// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/AdapterConfig.h"

#include "hal/Driver.h"
#include "hal/Recording.h"
#include "hal/Scenario.h"

#include <QFileInfo>
#include <QSet>

namespace tocsin {

namespace {
constexpr int HighestBaud = 4'000'000;

SerialSpec wrong(const QString &text, const QString &what)
{
    return {std::nullopt, QStringLiteral("\"%1\": %2 (expected ID=DEVICE,DRIVER[,BAUD]).").arg(text, what)};
}
} // namespace

QString adapterId(const AdapterConfig &config)
{
    if (const auto *serial = std::get_if<SerialConfig>(&config))
        return serial->id;
    if (const auto *simulation = std::get_if<SimulationConfig>(&config))
        return simulation->id;
    const auto &replay = std::get<ReplayConfig>(config);
    return replay.id.isEmpty() ? QFileInfo(replay.file).completeBaseName() : replay.id;
}

SerialSpec parseSerialSpec(const QString &text)
{
    const qsizetype equals = text.indexOf(QLatin1Char('='));
    if (equals < 0)
        return wrong(text, QStringLiteral("there is no \"=\" between id and device"));
    SerialConfig config;
    config.id = text.left(equals).trimmed();
    if (config.id.isEmpty())
        return wrong(text, QStringLiteral("the id is empty"));
    if (config.id.size() > 64)
        return wrong(text, QStringLiteral("the id is longer than 64 characters"));
    for (const QChar c : std::as_const(config.id)) {
        if (c.isSpace() || !c.isPrint() || c == QLatin1Char('/'))
            return wrong(text, QStringLiteral("the id holds a space, a slash or a control character"));
    }

    QStringList parts = text.mid(equals + 1).split(QLatin1Char(','));
    for (QString &part : parts)
        part = part.trimmed();
    bool isNumber = false;
    const int baud = parts.last().toInt(&isNumber);
    if (parts.size() >= 2 && isNumber) {
        if (baud < 50 || baud > HighestBaud)
            return wrong(text, QStringLiteral("the baud rate %1 is not between 50 and %2").arg(baud).arg(HighestBaud));
        config.baud = baud;
        parts.removeLast();
    } else if (parts.size() >= 3 && !knownDrivers().contains(parts.last()) &&
               knownDrivers().contains(parts[parts.size() - 2])) {
        return wrong(text, QStringLiteral("\"%1\" is not a baud rate").arg(parts.last()));
    }
    if (parts.size() < 2 || parts.last().isEmpty())
        return wrong(
            text, QStringLiteral("the driver is missing; there is: %1").arg(knownDrivers().join(QLatin1String(", "))));
    config.driver = parts.takeLast();
    if (!knownDrivers().contains(config.driver))
        return wrong(text, QStringLiteral("there is no driver \"%1\"; there is: %2")
                               .arg(config.driver, knownDrivers().join(QLatin1String(", "))));
    config.device = parts.join(QLatin1Char(','));
    if (config.device.isEmpty())
        return wrong(text, QStringLiteral("the device is empty"));
    return {config, QString()};
}

QStringList checkAdapters(const QList<AdapterConfig> &configs)
{
    QStringList errors;
    QSet<QString> ids;
    for (const AdapterConfig &config : configs) {
        const QString id = adapterId(config);
        if (ids.contains(id))
            errors.append(QStringLiteral("Two adapters have the id \"%1\".").arg(id));
        ids.insert(id);
        if (const auto *serial = std::get_if<SerialConfig>(&config)) {
            if (!knownDrivers().contains(serial->driver))
                errors.append(QStringLiteral("Adapter \"%1\": there is no driver \"%2\".").arg(id, serial->driver));
        } else if (const auto *simulation = std::get_if<SimulationConfig>(&config)) {
            const QStringList found = readScenario(simulation->scenario).errors;
            for (const QString &error : found)
                errors.append(simulation->scenario + QStringLiteral(": ") + error);
        } else if (const auto *replay = std::get_if<ReplayConfig>(&config)) {
            RecordingReader reader(replay->file, id, QString());
            if (!reader.open() || (!reader.next() && !reader.error().isEmpty()))
                errors.append(reader.error());
        }
    }
    return errors;
}

} // namespace tocsin
