// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/Rights.h"

#include <QHash>
#include <QSet>

namespace tocsin {

/// Which vehicles there are for whom, and how new ones come to be. Every device is a vehicle to dialects 1 and 2, whatever
/// adapter or dialect it came from. Server thread.
class VehicleDirectory
{
public:
    /// A device keeps at most so many channels that the program does not know; further names are dropped and counted.
    static constexpr qsizetype maxForeignChannels = 256;

    /// `source`: the dialect that introduces the new ones.
    VehicleDirectory(const DialectOptions &options, const DialectServices &services, ReplyBox &replies,
                     QString source = QStringLiteral("dialect1"));

    [[nodiscard]] bool isKnown(const QString &vehicleId) const;
    [[nodiscard]] Subject vehicle(const QString &vehicleId) const;
    /// What is asked about when somebody wants to take an alert. A panic has no owner.
    [[nodiscard]] Subject subjectOf(const Alert &alert) const;

    /// By the table, and known. In the open posture every id will do; in the secure one an unknown vehicle may be fed and
    /// watched by the device's own account alone.
    [[nodiscard]] bool mayTouch(const Principal &who, Act act, const QString &vehicleId) const;

    /// The record of a vehicle that nobody knows yet.
    [[nodiscard]] Device newVehicle(const QString &vehicleId, TimePoint now) const;
    /// Makes the desk's record of a vehicle that speaks for the first time.
    void introduce(const QString &vehicleId, const Actor &actor, TimePoint now);
    /// Takes the unknown channels beyond the limit out of a reading.
    void limitChannels(Reading &reading);
    [[nodiscard]] qint64 droppedChannels() const { return m_droppedChannels; }

private:
    const DialectOptions &m_options;
    DialectServices m_services;
    ReplyBox &m_replies;
    const QString m_source;
    QHash<QString, TimePoint> m_introduced; ///< when the desk was asked to take up whom
    QHash<QString, QSet<QString>> m_foreignChannels;
    qint64 m_droppedChannels = 0;
};

} // namespace tocsin
