// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Connections.h"
#include "server/net/Session.h"

namespace tocsin::net {

/// Sees the frames of the sessions that it wants (ClientRegistry::observe). Server thread.
class FrameObserver
{
public:
    FrameObserver() = default;
    FrameObserver(const FrameObserver &) = delete;
    FrameObserver &operator=(const FrameObserver &) = delete;
    [[nodiscard]] virtual bool wants(const ClientInfo &client) = 0;
    virtual void saw(const Session &session, bool out, bool binary, QByteArrayView payload) = 0;

protected:
    ~FrameObserver() = default;
};

/// A session that stands for one client and is listed as such (ClientRegistry), whatever carries it. Server thread.
class ClientSession : public Session
{
    Q_OBJECT
public:
    using Session::Session;

    /// Fills in what only the session knows: flow, times, what waits.
    virtual void describe(ClientInfo &info) const = 0;
    [[nodiscard]] virtual int endCode() const = 0; ///< of the close; 1006: it broke off
    [[nodiscard]] virtual QString endReason() const = 0;
    void setObserver(FrameObserver *observer) { m_observer = observer; }

Q_SIGNALS:
    void identified();

protected:
    [[nodiscard]] FrameObserver *observer() const { return m_observer; }

private:
    FrameObserver *m_observer = nullptr;
};

} // namespace tocsin::net
