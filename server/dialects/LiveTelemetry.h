// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/LatestValues.h"
#include "server/dialects/NativeFormat.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <functional>
#include <unordered_map>
#include <vector>

namespace tocsin {

/// The topics `telemetry` and `telemetry/ID` of the native protocol: to each reader the newest state of the devices that changed since it was
/// last told, at its rate. What a reader was not told is remembered as names of devices, so a slow one costs no more than
/// that and finds the latest values when it reads again. One encoding serves all readers of the same. Server thread.
class LiveTelemetry : public QObject
{
    Q_OBJECT
public:
    using Format = native::Format;
    static constexpr std::chrono::milliseconds frame{33}; ///< the rate of those who name none
    static constexpr qsizetype devicesPerFrame = 16;

    LiveTelemetry(const LatestValues &latest, std::function<TimePoint()> clock, QObject *parent = nullptr);

    /// Adds devices, or all for an empty id, to what a session is told; it gets their present state at once. `hz` 0: as before, or the
    /// default.
    void subscribe(net::Session *session, Format format, const QString &deviceId, double hz);
    void unsubscribe(net::Session *session, const QString &deviceId);
    void forget(net::Session *session);

    void note(const QList<Reading> &readings);
    /// Tells everybody who is due. By the timer; tests call it.
    void tell();
    [[nodiscard]] qsizetype readers() const { return static_cast<qsizetype>(m_readers.size()); }

private:
    struct Listener
    {
        Format format = Format::Json;
        Duration interval = frame;
        TimePoint due;
        bool all = false;
        QSet<QString> ids;
        QSet<QString> owed;
    };
    struct Piece
    {
        QStringList devices;
        net::Frame frame; ///< made when the first needs it
    };
    struct Encoded
    {
        Format format = Format::Json;
        bool all = false;
        QSet<QString> devices;
        std::vector<Piece> pieces;
    };

    void serve(net::Session *session, Listener &listener, std::vector<Encoded> &shared);
    [[nodiscard]] net::Frame encode(const QStringList &devices, Format format, const QString &topic) const;
    void arm();

    const LatestValues &m_latest;
    const std::function<TimePoint()> m_clock;
    std::unordered_map<net::Session *, Listener> m_readers;
    QSet<QString> m_changed;
    QTimer m_timer;
    quint64 m_sent = 0;
};

} // namespace tocsin
