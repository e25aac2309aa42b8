// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertQueueModel.h"
#include "models/ContactListModel.h"
#include "models/Handover.h"
#include "models/IncidentCard.h"
#include "models/IncidentListModel.h"
#include "models/IncidentLogModel.h"
#include "models/IncidentMediaModel.h"
#include "models/NearestUnitModel.h"

#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The incidents' workspace: which one is shown, all about it, and what an operator does about it. GUI thread; owned by Console, which tells it
/// what the link said after the other models have it.
///
/// Every deed is a request: the screen changes when the event comes back; a refusal is said. Beside that it tells the desk which incidents this
/// console has shown (MarkSeen).
class IncidentDesk : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.incidents")
    Q_PROPERTY(tocsin::IncidentListModel *list READ list CONSTANT FINAL)
    Q_PROPERTY(tocsin::IncidentCard *card READ card CONSTANT FINAL)
    Q_PROPERTY(tocsin::IncidentLogModel *log READ log CONSTANT FINAL)
    Q_PROPERTY(tocsin::ContactListModel *contacts READ contacts CONSTANT FINAL)
    Q_PROPERTY(tocsin::NearestUnitModel *units READ units CONSTANT FINAL)
    Q_PROPERTY(tocsin::IncidentMediaModel *media READ media CONSTANT FINAL)
    Q_PROPERTY(tocsin::Handover *handover READ handover CONSTANT FINAL)
    /// The shown incident; empty: none.
    Q_PROPERTY(QString currentId READ currentId NOTIFY currentIdChanged FINAL)
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged FINAL) ///< something was asked of the desk and is not answered
    /// The operator can see the queue or the workspace: only then an incident counts as shown.
    Q_PROPERTY(bool showing READ showing WRITE setShowing NOTIFY showingChanged FINAL)
    Q_PROPERTY(QList<QString> dispositions READ dispositions CONSTANT FINAL) ///< in words, by disposition − 1
public:
    struct Parts
    {
        DeskLink &link;
        const AlertListModel &alerts;
        const AlertQueueModel &queue;
        const DeviceListModel &devices;
        PeopleModel &people;
        const ChatLog &chat;
        FilePicker &files;
        ModelClock clock;
    };

    explicit IncidentDesk(const Parts &parts, QObject *parent = nullptr);

    [[nodiscard]] IncidentListModel *list() { return &m_list; }
    [[nodiscard]] IncidentCard *card() { return &m_card; }
    [[nodiscard]] IncidentLogModel *log() { return &m_log; }
    [[nodiscard]] ContactListModel *contacts() { return &m_contacts; }
    [[nodiscard]] NearestUnitModel *units() { return &m_units; }
    [[nodiscard]] IncidentMediaModel *media() { return &m_media; }
    [[nodiscard]] Handover *handover() { return &m_handover; }
    [[nodiscard]] QString currentId() const { return m_currentId; }
    [[nodiscard]] bool busy() const { return !m_asked.isEmpty(); }
    [[nodiscard]] bool showing() const { return m_showing; }
    void setShowing(bool showing);
    [[nodiscard]] QStringList dispositions() const;

    /// Shows it; what is open is selected everywhere. Unknown: nothing.
    Q_INVOKABLE void open(const QString &alertId);
    Q_INVOKABLE void move(int rows); ///< in the list; stops at the ends
    Q_INVOKABLE void leave();        ///< nothing is shown

    // About the shown one.
    Q_INVOKABLE void acknowledge();
    /// 1 contacting … 4 monitoring; acknowledges first when nobody has, and takes it when nobody handles it.
    Q_INVOKABLE void setStage(int stage);
    Q_INVOKABLE void confirmWell();
    /// A canceled one: it is confirmed that the person is safe, which closes it.
    Q_INVOKABLE void confirmCancel();
    Q_INVOKABLE bool comment(const QString &text); ///< false: empty
    Q_INVOKABLE void claim();                      ///< also accepts what is offered
    Q_INVOKABLE void release();
    /// Takes the own offer back.
    Q_INVOKABLE void withdraw();
    Q_INVOKABLE bool decline(const QString &reason);
    /// To one of Handover::candidates.
    Q_INVOKABLE bool transfer(int candidate, const QString &note);
    /// `disposition` as in dispositions; false: none was chosen.
    Q_INVOKABLE bool close(int disposition, const QString &text);
    Q_INVOKABLE void reopen();
    /// The log as "html" or "csv", the trail as "gpx"; noted in the audit.
    Q_INVOKABLE void exportAs(const QString &kind);

    // Of Console.
    void follow(const QString &alertId); ///< selected elsewhere
    void takeEvents(const QList<Event> &events);
    void reset(); ///< a snapshot came
    void refresh();
    void tick();
    [[nodiscard]] bool takeReply(const QString &requestId, const Outcome &outcome);

Q_SIGNALS:
    void currentIdChanged();
    void busyChanged();
    void showingChanged();
    void selectAsked(const QString &alertId);
    void said(const QString &text);
    void refused(const QString &text);

private:
    [[nodiscard]] const Alert *current() const { return m_list.find(m_currentId); }
    [[nodiscard]] QString userOf(const Alert &alert) const;
    void ask(const RequestBody &body, const QString &what);
    void askVerb(AlertVerb verb, const QString &what, const QString &comment = {});
    void setCurrent(const QString &alertId);
    void showCard();
    void markSeen();
    void save(const QString &kind, const QByteArray &bytes);
    void takeHistory(quint64 queryId, const HistoryResult &result);
    [[nodiscard]] QByteArray reportCsv() const;
    [[nodiscard]] QByteArray reportHtml() const;

    Parts m_parts;
    IncidentListModel m_list;
    IncidentCard m_card;
    IncidentLogModel m_log;
    ContactListModel m_contacts;
    NearestUnitModel m_units;
    IncidentMediaModel m_media;
    Handover m_handover;
    QString m_currentId;
    QHash<QString, QString> m_asked; ///< request → what it was, for a refusal
    QSet<QString> m_quiet;           ///< requests of the console itself: nobody waits for them
    QSet<QString> m_seen;            ///< incidents that were told as shown
    quint64 m_trailQuery = 0;        ///< for an export
    bool m_showing = false;
};

} // namespace tocsin
