// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ChatLog.h"
#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/HandoverModel.h"
#include "models/Paced.h"
#include "models/PeopleModel.h"

#include <QSet>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

class FilePicker;

/// The hand-over of a shift, both ends. GUI thread; owned by IncidentDesk.
///
/// Outgoing: every open item that who sits here handles, or nobody; each with a note, one more for the shift, offered to somebody on shift.
/// Incoming: what others offer to who sits here, accepted or declined one by one. Both follow from the alerts' facts (AlertCare::offered…)
/// and from a line in the operators' room, so a console that starts anew shows where it stands.
class Handover : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.handover")
    Q_PROPERTY(tocsin::HandoverModel *outgoing READ outgoing CONSTANT FINAL)
    Q_PROPERTY(tocsin::HandoverModel *incoming READ incoming CONSTANT FINAL)
    /// Who could take over: everybody on shift but who sits here.
    Q_PROPERTY(QList<QString> candidates READ candidates NOTIFY candidatesChanged FINAL)
    Q_PROPERTY(int candidate READ candidate WRITE setCandidate NOTIFY candidatesChanged FINAL) ///< −1: nobody
    Q_PROPERTY(QString shiftNote READ shiftNote WRITE setShiftNote NOTIFY shiftNoteChanged FINAL)
    Q_PROPERTY(int offerable READ offerable NOTIFY changed FINAL) ///< items that offer() would offer
    Q_PROPERTY(QString progressText READ progressText NOTIFY changed
                   FINAL) ///< "K. Lind: 1 accepted, 2 to come"; empty: nothing is offered
    Q_PROPERTY(QString incomingText READ incomingText NOTIFY changed
                   FINAL) ///< "M. Ortiz hands over 4 items"; empty: nobody does
    Q_PROPERTY(QString incomingNote READ incomingNote NOTIFY changed FINAL) ///< of the shift
    /// The page is on the screen: `outgoing` has what could be offered for it alone (where thousands of alerts are open, once a second);
    /// without it only what is offered, and how that ended.
    Q_PROPERTY(bool shown READ shown WRITE setShown NOTIFY shownChanged FINAL)
public:
    struct Parts
    {
        DeskLink &link;
        const AlertListModel &alerts;
        PeopleModel &people;
        const ChatLog &chat;
        FilePicker &files;
        ModelClock clock;
    };
    struct Person
    {
        QString id;
        QString name;
        bool operator==(const Person &) const = default;
    };
    explicit Handover(const Parts &parts, QObject *parent = nullptr);

    [[nodiscard]] HandoverModel *outgoing() { return &m_outgoing; }
    [[nodiscard]] HandoverModel *incoming() { return &m_incoming; }
    [[nodiscard]] QStringList candidates() const;
    /// Nothing outside.
    [[nodiscard]] std::optional<Person> personAt(int candidate) const;
    [[nodiscard]] int candidate() const;
    void setCandidate(int candidate);
    [[nodiscard]] bool shown() const { return m_shown; }
    void setShown(bool shown);
    [[nodiscard]] QString shiftNote() const { return m_shiftNote; }
    void setShiftNote(const QString &note);
    [[nodiscard]] int offerable() const { return m_outgoing.includedCount(); }
    [[nodiscard]] QString progressText() const;
    [[nodiscard]] QString incomingText() const;
    [[nodiscard]] QString incomingNote() const;

    /// Offers what is included to the candidate; refused() says why not.
    Q_INVOKABLE void offer();
    Q_INVOKABLE void accept(const QString &alertId);
    Q_INVOKABLE void acceptAll();
    /// Takes an own offer back.
    Q_INVOKABLE void withdraw(const QString &alertId);
    /// Wants a reason.
    Q_INVOKABLE bool decline(const QString &alertId, const QString &reason);
    /// The sheet as a file of that kind: "html" or "csv"; noted in the audit.
    Q_INVOKABLE void exportSheet(const QString &kind);

    void refresh(); ///< alerts, people, chat or the time changed
    /// Before refresh(): what a change says of an offer that is not in the facts any more.
    void take(const Event &event);
    bool takeReply(const QString &requestId, const Outcome &outcome);

Q_SIGNALS:
    void candidatesChanged();
    void shownChanged();
    void shiftNoteChanged();
    void changed();
    void said(const QString &text);
    void refused(const QString &text);

private:
    void refreshCandidates();
    void refreshItems();
    [[nodiscard]] const ChatMessage *newestLine(bool own, const QString &with) const;
    [[nodiscard]] QString titleOf(const QString &alertId) const;
    void ask(const RequestBody &body, const QString &what);
    void keepOffer(const Alert &alert);
    [[nodiscard]] QByteArray sheetHtml() const;
    [[nodiscard]] QByteArray sheetCsv() const;

    Parts m_parts;
    HandoverModel m_outgoing;
    HandoverModel m_incoming;
    QList<Person> m_candidates;
    QString m_toId;
    QString m_shiftNote;
    bool m_shown = false;
    Paced m_itemsNews;
    QHash<QString, QString> m_asked; ///< request → what it was, for a refusal
    struct Decision
    {
        bool accepted = false;
        QString text;
    };
    QHash<QString, Decision> m_decided; ///< alert → how an own offer ended
    struct Offer
    {
        bool own = false;
        QString toId, toName;
    };
    QHash<QString, Offer> m_offers; ///< by alert, as it last was
};

} // namespace tocsin
