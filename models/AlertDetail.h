// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertChart.h"
#include "models/AlertLogModel.h"
#include "models/AlertVerbModel.h"
#include "models/FactListModel.h"

namespace tocsin {

/// One alert closer: what it says, how it stands, what to do, its value around the violation, and everything that happened to it. GUI thread;
/// owned by AlertDesk.
class AlertDetail : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(QString alertId READ alertId NOTIFY changed FINAL) ///< empty: none is shown
    Q_PROPERTY(QString who READ who NOTIFY changed FINAL)
    Q_PROPERTY(QString code READ code NOTIFY changed FINAL)
    Q_PROPERTY(QString title READ title NOTIFY changed FINAL)
    Q_PROPERTY(QString message READ message NOTIFY changed FINAL)
    Q_PROPERTY(int level READ level NOTIFY changed FINAL)           ///< AlertListModel.Level
    Q_PROPERTY(int alertState READ alertState NOTIFY changed FINAL) ///< AlertListModel.State
    Q_PROPERTY(bool simulated READ simulated NOTIFY changed FINAL)
    Q_PROPERTY(bool incident READ incident NOTIFY changed FINAL)      ///< a person asks for help
    Q_PROPERTY(QString stateText READ stateText NOTIFY changed FINAL) ///< a sentence
    Q_PROPERTY(QString busyText READ busyText NOTIFY changed FINAL)   ///< what waits for the desk
    Q_PROPERTY(QString guidance READ guidance NOTIFY changed FINAL)
    Q_PROPERTY(QStringList steps READ steps NOTIFY changed FINAL) ///< recommended actions
    Q_PROPERTY(QString valueText READ valueText NOTIFY changed FINAL)
    Q_PROPERTY(QString limitText READ limitText NOTIFY changed FINAL)
    Q_PROPERTY(QString ageText READ ageText NOTIFY aged FINAL)
    Q_PROPERTY(QString ownerText READ ownerText NOTIFY changed FINAL)        ///< "you", "Dana"; empty: nobody
    Q_PROPERTY(QString offerText READ offerText NOTIFY changed FINAL)        ///< "Dana offers it to you: …"
    Q_PROPERTY(bool offeredByMe READ offeredByMe NOTIFY changed FINAL)       ///< the offer can be withdrawn
    Q_PROPERTY(QString escalationText READ escalationText NOTIFY aged FINAL) ///< "step 1 · next in 00:42"; empty: none
    Q_PROPERTY(bool chattering READ chattering NOTIFY changed FINAL)
    Q_PROPERTY(bool shelvable READ shelvable NOTIFY changed FINAL) ///< and not shelved
    Q_PROPERTY(tocsin::FactListModel *facts READ facts CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertVerbModel *verbs READ verbs CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertLogModel *log READ log CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertChart *chart READ chart CONSTANT FINAL)
public:
    AlertDetail(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] QString alertId() const { return m_alert.id; }
    [[nodiscard]] QString who() const;
    [[nodiscard]] QString code() const { return m_alert.code; }
    [[nodiscard]] QString title() const { return m_alert.title; }
    [[nodiscard]] QString message() const { return m_alert.message; }
    [[nodiscard]] int level() const { return int(m_alert.level); }
    [[nodiscard]] int alertState() const { return int(stateOf(m_alert)); }
    [[nodiscard]] bool simulated() const { return m_alert.simulated; }
    [[nodiscard]] bool incident() const { return m_alert.kind == AlertKind::Incident; }
    [[nodiscard]] QString stateText() const { return m_stateText; }
    [[nodiscard]] QString busyText() const { return m_busyText; }
    [[nodiscard]] QString guidance() const { return m_alert.guidance; }
    [[nodiscard]] QStringList steps() const { return m_alert.recommendedActions; }
    [[nodiscard]] QString valueText() const;
    [[nodiscard]] QString limitText() const;
    [[nodiscard]] QString ageText() const { return m_ageText; }
    [[nodiscard]] QString ownerText() const;
    [[nodiscard]] QString offerText() const;
    [[nodiscard]] bool offeredByMe() const;
    [[nodiscard]] QString escalationText() const { return m_escalationText; }
    [[nodiscard]] bool chattering() const { return m_alert.chattering && isOpen(m_alert); }
    [[nodiscard]] bool shelvable() const;
    [[nodiscard]] FactListModel *facts() { return &m_facts; }
    [[nodiscard]] AlertVerbModel *verbs() { return &m_verbs; }
    [[nodiscard]] AlertLogModel *log() { return &m_log; }
    [[nodiscard]] AlertChart *chart() { return &m_chart; }

    /// Null: none. `busyText`, `ageText`: as the list has them.
    void show(const Alert *alert, const QString &busyText, const QString &ageText);
    void take(const Event &event) { m_log.take(event); }
    void tick(TimePoint now);

Q_SIGNALS:
    void changed();
    void aged(); ///< what runs by time

private:
    void renewTimes(TimePoint now);
    void showFacts(TimePoint now);

    DeskLink &m_link;
    ModelClock m_clock;
    Alert m_alert;
    QString m_stateText;
    QString m_busyText;
    QString m_ageText;
    QString m_escalationText;
    FactListModel m_facts;
    AlertVerbModel m_verbs;
    AlertLogModel m_log;
    AlertChart m_chart;
};

} // namespace tocsin
