// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"
#include "server/dialects/SnapshotBox.h"
#include "server/dialects/StreamFeed.h"

#include <QObject>

#include <memory>

class QTimer;

namespace tocsin {

class AlertFigures;
class ClientWatch;
class ContactsPort;
class HearingPort;
class LiveTelemetry;
class LiveTopics;
class NativeOutlet;
class NativePost;
class NativeSession;
class ReplyBox;
class RulesPort;
struct NativeServices;

/// Dialect 0, the native protocol (models/wire/PROTOCOL.md): /ws/v1, GET /api/streams/{stream}, POST /api/requests, GET /api/alerts/figures and
/// GET /api/rules. Made and used on the server thread; what it is
/// given outlives it.
class NativeDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    struct Parts
    {
        DialectServices services;
        std::shared_ptr<const net::Authorizer> authorizer; ///< of tokens in the first frame
        SnapshotBox::AskDesk askSnapshot;
        NativeOutlet &outlet; ///< told which devices sessions take orders for
        FeedWindow window{};
        ClientWatch *clients = nullptr;   ///< the topic `connections`, and what may be done with them
        RulesPort *rules = nullptr;       ///< what `rules` and `apply_rules` ask
        HearingPort *hearing = nullptr;   ///< told which consoles can be heard
        ContactsPort *contacts = nullptr; ///< null: nobody keeps them here
    };
    /// For /metrics and /health.
    struct Counters
    {
        int sessions = 0;
        int people = 0; ///< distinct
        qint64 received = 0;
        qint64 sent = 0;
        qint64 errors = 0;
    };

    NativeDialect(DialectOptions options, Parts parts, QObject *parent = nullptr);
    ~NativeDialect() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("native"); }
    [[nodiscard]] std::span<const Route> routes() const override;
    [[nodiscard]] QByteArrayList subprotocols() const override;
    [[nodiscard]] QStringList topicsOf(net::Session *session) const override;

    /// For those at a console of this process, and the limits in force.
    [[nodiscard]] LiveTopics &topics() { return *m_topics; }

    /// For /metrics: how the desk copes with its alerts.
    [[nodiscard]] const AlertFigures &figures() const { return *m_figures; }

    [[nodiscard]] Counters counters() const;
    /// Deadlines. By a timer while somebody is connected; tests call it.
    void tick();

public Q_SLOTS:
    void publish(const QList<tocsin::Reading> &readings);
    void setStats(const tocsin::ServerStats &stats);
    void setAdapters(const QList<tocsin::AdapterStatus> &adapters);
    /// Somebody at a console of this process writes.
    void tellTyping(const tocsin::TypingNotice &notice);

Q_SIGNALS:
    void typed(const tocsin::TypingNotice &notice); ///< by a session

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;

private:
    void closed(NativeSession *session);
    void answerRules(const net::Respond &respond);
    void pumpAll();
    void tellPeople();

    const DialectOptions m_options;
    StreamHub m_hub;
    SnapshotBox m_snapshots;
    std::unique_ptr<LiveTopics> m_topics;
    std::unique_ptr<LiveTelemetry> m_telemetry;
    std::unique_ptr<ReplyBox> m_replies;
    std::unique_ptr<AlertFigures> m_figures;
    std::unique_ptr<NativeServices> m_services;
    std::unique_ptr<NativePost> m_post;
    QList<NativeSession *> m_sessions;
    QHash<const net::Session *, NativeSession *> m_bySession; ///< children of this
    std::unique_ptr<QTimer> m_ticker;
};

} // namespace tocsin
