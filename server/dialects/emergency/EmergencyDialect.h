// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "models/domain/ContactsPort.h"
#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"

#include <QObject>

#include <memory>

class QTimer;

namespace tocsin {

namespace emergency {
class AlertPages;
class ContactPages;
class DeskWork;
class Inbound;
class Incidents;
class Outbound;
class Sockets;
class Stats;
class TalkPages;
struct Socket;
struct Visit;
} // namespace emergency

class AddressLimits;
class LogReplay;
class ReplyBox;

/// Dialect 5, the phones, chat and staff dashboards of the emergency response system (PROTOCOL.md). A valid token is needed in both postures: with the
/// upgrade, or in the first frame of a web client within two seconds. Made and used on the server thread; what it is given outlives it.
class EmergencyDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    struct Parts
    {
        DialectServices services;
        std::shared_ptr<const net::Authorizer> authorizer; ///< of tokens in the first frame
        std::shared_ptr<const AccountsBoard> accounts;
        ContactsPort &contacts;
        AttachmentPort &attachments;
    };
    /// For /metrics and /health.
    struct Counters
    {
        int sockets = 0;
        int users = 0; ///< distinct
        qint64 received = 0;
        qint64 errors = 0;
    };

    EmergencyDialect(DialectOptions options, const Parts &parts, QObject *parent = nullptr);
    ~EmergencyDialect() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("dialect5"); }
    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QStringList topicsOf(net::Session *session) const override;
    [[nodiscard]] Counters counters() const;
    /// Deadlines. By a timer while somebody has not said who he is; tests call it.
    void tick();

public Q_SLOTS:
    void publish(const QList<tocsin::Reading> &readings);
    /// Somebody writes, over another dialect or at a console of this process.
    void tellTyping(const tocsin::TypingNotice &notice);

Q_SIGNALS:
    void typed(const tocsin::TypingNotice &notice); ///< over this dialect

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;
    [[nodiscard]] net::HttpResponse refusal(const Place &place, int status) const override;

private:
    void show(const emergency::Visit &visit);
    void receive(quint64 number, const QByteArray &utf8, bool binary);
    void identify(emergency::Socket &socket, const QByteArray &utf8);
    void begin(emergency::Socket &socket);
    void listen(const emergency::Socket &socket);
    void closed(quint64 number);

    const DialectOptions m_options;
    const Parts m_parts;
    std::unique_ptr<ReplyBox> m_replies;
    std::unique_ptr<AddressLimits> m_addresses;
    std::unique_ptr<emergency::Sockets> m_sockets;
    std::unique_ptr<emergency::Incidents> m_incidents;
    std::unique_ptr<emergency::Stats> m_stats;
    std::unique_ptr<emergency::DeskWork> m_desk;
    std::unique_ptr<emergency::Outbound> m_outbound;
    std::unique_ptr<LogReplay> m_replay;
    std::unique_ptr<emergency::Inbound> m_inbound;
    std::unique_ptr<emergency::AlertPages> m_alertPages;
    std::unique_ptr<emergency::TalkPages> m_talkPages;
    std::unique_ptr<emergency::ContactPages> m_contactPages;
    std::unique_ptr<QTimer> m_ticker;
};

} // namespace tocsin
