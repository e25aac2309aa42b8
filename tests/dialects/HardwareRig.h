// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/hardware/HardwareDialect.h"
#include "tests/dialects/RightsWorld.h"

namespace tocsin {

/// Dialect 3 with everything around it fake; both clocks stand until they are moved.
class Rig
{
public:
    explicit Rig(Posture posture = Posture::Open, HardwareDialect::Limits limits = {})
    {
        DeskSnapshot snapshot = world::snapshot();
        for (const Device &device : std::as_const(snapshot.devices))
            snapshot.presence.append({device.id, Presence::Online, now});
        mirror.setSnapshot(snapshot);
        DialectOptions options;
        options.posture = posture;
        options.clock = [this] { return now; };
        dialect =
            std::make_unique<HardwareDialect>(options, limits, DialectServices{mirror, latest, sink, desk, archive},
                                              [this] { return hardware::StreamTime(now.time_since_epoch()); });
    }
    [[nodiscard]] std::unique_ptr<FakeSession> connect(const Principal &who = anonymousAdmin())
    {
        auto session = std::make_unique<FakeSession>(QStringLiteral("/ws/hardware"), who);
        dialect->opened(session.get());
        return session;
    }
    /// Time goes by, deadline by deadline would be too slow: in steps.
    void pass(Duration time, Duration step = std::chrono::milliseconds(1))
    {
        for (const TimePoint until = now + time; now < until;) {
            now += step;
            dialect->tick();
        }
    }
    void sample(const QString &device, double value, const QString &channel = QStringLiteral("motor.rpm"))
    {
        Reading reading;
        reading.deviceId = device;
        reading.receivedAt = now;
        reading.samples = {{channel, value}};
        latest.put({reading});
        dialect->publish({reading});
    }
    void tell(const Command &command, const QString &requestId = {})
    {
        Event event;
        event.seq = mirror.seq() + 1;
        event.at = now;
        event.requestId = requestId;
        event.body = command;
        mirror.apply({event});
    }

    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    FakeArchive archive;
    std::unique_ptr<HardwareDialect> dialect;
};

} // namespace tocsin
