// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/LiveTelemetry.h"

#include "models/wire/ServerFrames.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
const QString allTopic = QStringLiteral("telemetry");
} // namespace

LiveTelemetry::LiveTelemetry(const LatestValues &latest, std::function<TimePoint()> clock, QObject *parent)
    : QObject(parent)
    , m_latest(latest)
    , m_clock(std::move(clock))
    , m_timer(this)
{
    m_timer.setInterval(frame);
    connect(&m_timer, &QTimer::timeout, this, &LiveTelemetry::tell);
}

void LiveTelemetry::subscribe(net::Session *session, Format format, const QString &deviceId, double hz)
{
    Listener &listener = m_readers[session];
    listener.format = format;
    if (hz > 0)
        listener.interval = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / hz));
    if (deviceId.isEmpty()) {
        listener.all = true;
        const QList<LatestReading> known = m_latest.all();
        for (const LatestReading &reading : known)
            listener.owed.insert(reading.deviceId);
    } else {
        listener.ids.insert(deviceId);
        if (m_latest.find(deviceId))
            listener.owed.insert(deviceId);
    }
    arm();
}

void LiveTelemetry::unsubscribe(net::Session *session, const QString &deviceId)
{
    const auto found = m_readers.find(session);
    if (found == m_readers.end())
        return;
    Listener &listener = found->second;
    if (deviceId.isEmpty())
        listener.all = false;
    else
        listener.ids.remove(deviceId);
    if (!listener.all)
        listener.owed.intersect(listener.ids);
    if (!listener.all && listener.ids.isEmpty())
        m_readers.erase(found);
}

void LiveTelemetry::forget(net::Session *session)
{
    m_readers.erase(session);
}

void LiveTelemetry::note(const QList<Reading> &readings)
{
    if (m_readers.empty())
        return;
    for (const Reading &reading : readings)
        m_changed.insert(reading.deviceId);
    arm();
}

void LiveTelemetry::arm()
{
    if (!m_timer.isActive() && !m_readers.empty())
        m_timer.start();
}

void LiveTelemetry::tell()
{
    const QSet<QString> changed = std::exchange(m_changed, {});
    const TimePoint now = m_clock();
    std::vector<Encoded> shared;
    bool owing = false;
    std::vector<net::Session *> due;
    for (auto &[session, listener] : m_readers) {
        if (listener.all) {
            listener.owed.unite(changed);
        } else {
            for (const QString &id : std::as_const(listener.ids)) {
                if (changed.contains(id))
                    listener.owed.insert(id);
            }
        }
        owing = owing || !listener.owed.isEmpty();
        if (!listener.owed.isEmpty() && now >= listener.due)
            due.push_back(session);
    }
    if (!owing)
        m_timer.stop();
    for (net::Session *session : due) {
        const auto found = m_readers.find(session); // sending can end a session
        if (found == m_readers.end())
            continue;
        found->second.due = now + found->second.interval;
        serve(session, found->second, shared);
    }
}

/// Frames of a few devices each, so that one never holds up an alert for long.
void LiveTelemetry::serve(net::Session *session, Listener &listener, std::vector<Encoded> &shared)
{
    auto made = std::find_if(shared.begin(), shared.end(), [&](const Encoded &one) {
        return one.format == listener.format && one.all == listener.all && one.devices == listener.owed;
    });
    if (made == shared.end()) {
        QStringList devices(listener.owed.begin(), listener.owed.end());
        devices.sort();
        Encoded encoded{listener.format, listener.all, listener.owed, {}};
        const qsizetype each = listener.all ? devicesPerFrame : 1;
        for (qsizetype at = 0; at < devices.size(); at += each)
            encoded.pieces.push_back({devices.mid(at, each), {}});
        shared.push_back(std::move(encoded));
        made = std::prev(shared.end());
    }
    for (Piece &piece : made->pieces) {
        if (!session->isOpen() || session->isBehind())
            return; // the rest stays owed
        if (piece.frame.isEmpty()) {
            const QString topic = listener.all ? allTopic : allTopic + QLatin1Char('/') + piece.devices.constFirst();
            piece.frame = encode(piece.devices, listener.format, topic);
        }
        for (const QString &id : std::as_const(piece.devices))
            listener.owed.remove(id);
        // A key of its own: what else the session waits with must not take its place.
        session->send(piece.frame, net::Delivery::B, QStringLiteral("telemetry %1").arg(++m_sent));
    }
}

net::Frame LiveTelemetry::encode(const QStringList &devices, Format format, const QString &topic) const
{
    QList<LatestReading> readings;
    for (const QString &id : devices) {
        if (const auto latest = m_latest.find(id))
            readings.append(*latest);
    }
    return native::frameOf(wire::toJson(wire::Live{topic, readings}), format);
}

} // namespace tocsin
