// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"
#include "models/domain/Ports.h"
#include "models/domain/Requests.h"
#include "server/dialects/NativeFormat.h"
#include "server/dialects/ReplyBox.h"
#include "server/net/ClientRegistry.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <QTimer>

#include <deque>
#include <functional>
#include <vector>

namespace tocsin {

/// Tells who watches the connections what is new about them, ends one when an operator says so, and shows frames to the inspector.
/// Server thread; outlives the server whose clients it watches.
///
/// While nobody watches it does nothing. While somebody does, each client is looked at once a second, a tenth of them at a time, and what has
/// changed is told. Who is behind gets a whole list again once there is room. Disconnecting and inspecting are in the audit before they
/// are done. The sessions of those who inspect are not inspected.
class ClientWatch : public QObject, private net::FrameObserver
{
    Q_OBJECT
public:
    using Format = native::Format;
    using Answer = std::function<void(const Outcome &)>;

    static constexpr int slices = 10; ///< a second has so many
    static constexpr std::size_t mostTaps = 4;
    static constexpr qsizetype framesPerReport = 200; ///< per tap and tenth of a second

    ClientWatch(net::ClientRegistry &clients, DeskPort &desk, std::function<TimePoint()> clock,
                QObject *parent = nullptr);

    void subscribe(net::Session *session, Format format);
    void unsubscribe(net::Session *session);
    void forget(net::Session *session); ///< it has gone, with its tap
    /// A console of this process watches: clientsChanged().
    void watchHere(bool watches);

    /// Closes it with 4010. `reason` may be empty.
    void disconnectClient(const Actor &by, const QString &client, const QString &reason, const Answer &answer);
    /// Frames that pass the filter go to `viewer`; null: framesSeen(). A new filter takes the place of the one before; none ends it.
    void tap(net::Session *viewer, Format format, const Actor &by, const std::optional<TapFilter> &filter,
             const Answer &answer);

    /// An order of a console of this process.
    void carryOut(const Actor &by, const ClientOrder &order, const Answer &answer);

    /// A tenth of a second's work; the timer's.
    void tick();

Q_SIGNALS:
    void clientsChanged(const tocsin::ClientsUpdate &update);
    void framesSeen(const tocsin::FrameReport &report);

private:
    struct Viewer
    {
        net::Session *session = nullptr;
        Format format = Format::Json;
        bool needsAll = true;
        std::deque<net::Frame> waiting; ///< parts of a list, then what is new
    };
    struct Tap
    {
        net::Session *viewer = nullptr; ///< null: here
        Format format = Format::Json;
        TapFilter filter;
        QSet<QString> clients;
        FrameReport report;
    };
    struct Listed
    {
        ClientInfo info;
        TimePoint at;
    };

    [[nodiscard]] bool wants(const ClientInfo &client) override;
    void saw(const net::Session &session, bool out, bool binary, QByteArrayView payload) override;

    void start();
    void stopIfIdle();
    [[nodiscard]] bool isWatched() const { return m_here || !m_viewers.empty(); }
    void look(quint64 slice, quint64 of);
    void publish();
    [[nodiscard]] ClientsUpdate all() const;
    void queueAll(Viewer &viewer);
    static void pump(Viewer &viewer);
    void beginTap(net::Session *viewer, Format format, const TapFilter &filter);
    void endTap(const net::Session *viewer);
    void report(Tap &tap);
    void note(const Actor &by, const AuditRecord &record, const Answer &answer);

    net::ClientRegistry &m_clients;
    DeskPort &m_desk;
    const std::function<TimePoint()> m_clock;
    ReplyBox m_replies;
    QTimer m_timer;
    quint64 m_slice = 0;
    bool m_here = false;
    std::vector<Viewer> m_viewers;
    std::vector<Tap> m_taps;
    QHash<QString, Listed> m_listed;
    ClientsUpdate m_new; ///< not told yet
    int m_rendered = 0;  ///< frames, since the last tick
};

} // namespace tocsin
