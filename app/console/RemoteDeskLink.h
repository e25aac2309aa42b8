// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"
#include "models/link/RemoteLink.h"

namespace tocsin {

/// The console's link to the desk of another process: RemoteLink in DeskLink's words. GUI thread.
class RemoteDeskLink : public DeskLink
{
    Q_OBJECT
public:
    RemoteDeskLink(const LinkTarget &target, const RemoteLink::Options &options, QObject *parent = nullptr);

    void start() override { m_link.start(); }
    void stop() { m_link.stop(); }
    [[nodiscard]] State state() const override { return State(int(m_link.state())); }
    [[nodiscard]] QString reason() const override { return m_link.reason(); }
    [[nodiscard]] QString target() const override { return m_target; }
    [[nodiscard]] int pendingRequests() const override { return int(m_link.pending()); }
    [[nodiscard]] Actor self() const override { return m_link.self(); }
    QString request(const RequestBody &body) override { return m_link.request(body); }
    quint64 requestHistory(const HistoryQuery &query) override { return m_link.requestHistory(query); }
    void typing(const QString &thread) override { m_link.sayTyping(thread); }

private:
    QString m_target;
    RemoteLink m_link;
};

} // namespace tocsin
