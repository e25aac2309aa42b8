// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"
#include "models/link/RemoteLink.h"
#include "models/link/RemotePictures.h"

#include <optional>

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
    [[nodiscard]] QList<PendingAction> pendingActions() const override { return m_link.pendingActions(); }
    [[nodiscard]] Actor self() const override { return m_link.self(); }
    QString request(const RequestBody &body) override { return m_link.request(body); }
    quint64 requestHistory(const HistoryQuery &query) override { return m_link.requestHistory(query); }
    quint64 requestAlerts(const AlertsQuery &query) override { return m_link.requestAlerts(query); }
    quint64 requestAlertLog(const AlertLogQuery &query) override { return m_link.requestAlertLog(query); }
    quint64 requestContacts(const QString &userId) override { return m_link.requestContacts(userId); }
    quint64 requestAlertEvents(const AlertEventsQuery &query) override { return m_link.requestAlertEvents(query); }
    void typing(const QString &thread) override { m_link.sayTyping(thread); }
    void reportHearing(bool heard, const QString &why) override { m_link.sayHearing(heard, why); }
    void watchConnections(bool watches) override { m_link.watchClients(watches); }
    QString orderConnections(const ClientOrder &order) override { return m_link.orderClients(order); }
    quint64 requestRules() override { return m_link.askRules({}); }
    quint64 checkRules(const QByteArray &text) override { return m_link.askRules(text); }
    quint64 applyRules(const QByteArray &text, const QString &revision) override
    {
        return m_link.applyRules(text, revision);
    }
    quint64 tryRule(const RuleTrial &trial) override { return m_link.askRules(trial); }
    quint64 storePicture(const QByteArray &bytes) override { return m_pictures.store(bytes); }
    void cancelPicture(quint64 transfer) override { m_pictures.cancel(transfer); }
    quint64 fetchPicture(const QString &id) override { return m_pictures.fetch(id); }

private:
    void takeState();
    void takeRules(quint64 query, const RulesAnswer &answer);

    QString m_target;
    RemoteLink m_link;
    RemotePictures m_pictures;
    std::optional<quint64> m_fencesAsked; ///< the rules in force are asked for what they may be about
};

} // namespace tocsin
