// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/dialects/ReplyBox.h"

#include <QObject>
#include <QPointer>

#include <functional>
#include <optional>
#include <vector>

namespace tocsin {

/// The desk's state for those who begin: however many clients come at once, the desk is asked once, and again only when what it said is older than
/// a second. Server thread. Handlers never run inside ask().
class SnapshotBox : public QObject
{
    Q_OBJECT
public:
    using Handler = std::function<void(const DeskSnapshot &)>;
    using AskDesk = std::function<void(std::function<void(DeskSnapshot)>)>; ///< thread-safe; answers on any thread

    SnapshotBox(AskDesk askDesk, std::function<TimePoint()> clock, QObject *parent = nullptr);

    /// `context`: without it nobody wants to know any more.
    void ask(QObject *context, Handler handler);

private:
    struct Waiting
    {
        QPointer<QObject> context;
        Handler handler;
    };
    void take(const DeskSnapshot &snapshot);
    void serve();

    const AskDesk m_askDesk;
    const std::function<TimePoint()> m_clock;
    ReplyBox m_replies;
    std::vector<Waiting> m_waiting;
    std::optional<DeskSnapshot> m_held;
    TimePoint m_heldAt;
    bool m_asking = false;
};

} // namespace tocsin
