// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleDirectory.h"

#include "models/domain/Channels.h"
#include "server/dialects/TelemetryNames.h"

#include <QLoggingCategory>

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(log, "tocsin.dialect.vehicle", QtInfoMsg)
constexpr qsizetype maxIntroduced = 10000;
constexpr std::chrono::seconds askAgain{10};
} // namespace

VehicleDirectory::VehicleDirectory(const DialectOptions &options, const DialectServices &services, ReplyBox &replies,
                                   QString source)
    : m_options(options)
    , m_services(services)
    , m_replies(replies)
    , m_source(std::move(source))
{
}

bool VehicleDirectory::isKnown(const QString &vehicleId) const
{
    // An adapter's device may have spoken before the desk has told of it.
    return m_services.mirror.device(vehicleId) || m_services.latest.find(vehicleId).has_value();
}

Subject VehicleDirectory::vehicle(const QString &vehicleId) const
{
    const Device *device = m_services.mirror.device(vehicleId);
    return {vehicleId, device ? device->owners : QStringList()};
}

Subject VehicleDirectory::subjectOf(const Alert &alert) const
{
    if (alert.kind == AlertKind::Incident)
        return {};
    return {alert.source, m_services.mirror.recipientsOf(alert)};
}

bool VehicleDirectory::mayTouch(const Principal &who, Act act, const QString &vehicleId) const
{
    if (!isAllowed(m_options.posture, who, act, vehicle(vehicleId)))
        return false;
    if (m_options.posture == Posture::Open)
        return true;
    return (who.role == Role::Device && who.id == vehicleId) || isKnown(vehicleId);
}

Device VehicleDirectory::newVehicle(const QString &vehicleId, TimePoint now) const
{
    Device device;
    device.id = vehicleId;
    device.name = vehicleId;
    device.deviceClass = QStringLiteral("Vehicle");
    device.kind = DeviceKind::Vehicle;
    device.source = m_source;
    device.firstSeen = now;
    return device;
}

void VehicleDirectory::introduce(const QString &vehicleId, const Actor &actor, TimePoint now)
{
    // Before the desk's first snapshot nobody can say who is new.
    if (!m_services.mirror.isReady() || m_services.mirror.device(vehicleId)) {
        m_introduced.remove(vehicleId);
        return;
    }
    // Asked already: the record is on its way, or the desk cannot take it just now.
    const auto asked = m_introduced.constFind(vehicleId);
    if (asked != m_introduced.cend() && now - *asked < askAgain)
        return;
    if (m_introduced.size() >= maxIntroduced)
        m_introduced.removeIf(
            [now](std::pair<const QString &, TimePoint &> entry) { return now - entry.second > askAgain; });
    if (m_introduced.size() >= maxIntroduced)
        return;
    m_introduced.insert(vehicleId, now);
    const std::function<void(const Outcome &)> done = [vehicleId](const Outcome &outcome) {
        if (!outcome.ok)
            qCInfo(log) << "the desk did not take up vehicle" << vehicleId << outcome.code;
    };
    m_services.desk.submit(Request{{}, actor, PutDevice{newVehicle(vehicleId, now)}}, m_replies.expect<Outcome>(done));
}

void VehicleDirectory::limitChannels(Reading &reading)
{
    const auto isForeign = [](const QString &channel) {
        return !telemetry::spellingOfChannel(channel) && channelInfo(channel).order >= ChannelInfo().order;
    };
    reading.samples.removeIf([&](const Sample &sample) {
        if (!isForeign(sample.channel))
            return false;
        QSet<QString> &names = m_foreignChannels[reading.deviceId];
        if (names.contains(sample.channel))
            return false;
        if (names.size() < maxForeignChannels) {
            names.insert(sample.channel);
            return false;
        }
        ++m_droppedChannels;
        return true;
    });
}

} // namespace tocsin
