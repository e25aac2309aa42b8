// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertHistory.h"
#include "models/AlertListModel.h"
#include "models/AlertQuestion.h"
#include "models/FactListModel.h"

#include <QHash>

namespace tocsin {

/// The operators' verbs for one alert or many: asks what has to be asked, sends one request per alert, says what became of each. GUI
/// thread; owned by AlertDesk. While the desk has not answered, the row is busy; it changes when the event comes back.
class AlertActions : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(tocsin::AlertQuestion *question READ question CONSTANT FINAL)
    /// What became of the last action on several: one row per alert that was not done as asked, and all of it in a line.
    Q_PROPERTY(tocsin::FactListModel *results READ results CONSTANT FINAL)
    Q_PROPERTY(QString resultsText READ resultsText NOTIFY resultsChanged
                   FINAL) ///< "7 done, 1 superseded: Unit 07"; empty: dismissed
    Q_PROPERTY(bool working READ working NOTIFY resultsChanged FINAL) ///< some of them are not answered
    Q_PROPERTY(QString undoText READ undoText NOTIFY undoChanged
                   FINAL) ///< "Unit 07 HIGH_RPM closed"; empty: nothing to take back
    Q_PROPERTY(int undoSeconds READ undoSeconds NOTIFY undoChanged FINAL)
    /// An alert came again or rose while it was acted upon: what it is now; empty: none. repeat() does it for what it is now.
    Q_PROPERTY(QString againText READ againText NOTIFY againChanged FINAL)
    Q_PROPERTY(QString againId READ againId NOTIFY againChanged FINAL)
    /// Somebody sits here: the window has the keyboard.
    Q_PROPERTY(bool attended READ attended WRITE setAttended NOTIFY attendedChanged FINAL)
public:
    static constexpr int MaxBulk = 1000;

    AlertActions(DeskLink &link, AlertListModel &alerts, AlertHistory &history, ModelClock clock,
                 QObject *parent = nullptr);

    [[nodiscard]] AlertQuestion *question() { return &m_question; }
    [[nodiscard]] FactListModel *results() { return &m_results; }
    [[nodiscard]] QString resultsText() const { return m_resultsText; }
    [[nodiscard]] bool working() const { return !m_batches.isEmpty(); }
    [[nodiscard]] QString undoText() const { return m_undoText; }
    [[nodiscard]] int undoSeconds() const;
    [[nodiscard]] QString againText() const { return m_againText; }
    [[nodiscard]] QString againId() const { return m_again.ids.isEmpty() ? QString() : m_again.ids.constFirst(); }
    [[nodiscard]] bool attended() const { return m_attended; }
    void setAttended(bool attended);

    /// Asks or acts: a question when there is something to say or several are meant, else the request at once.
    void start(AlertVerbs::Verb verb, const QStringList &alertIds);
    Q_INVOKABLE void confirm(); ///< the question, with what was chosen
    Q_INVOKABLE void undo();    ///< takes the last closing back
    Q_INVOKABLE void repeat();  ///< once more, for what the alert is now
    Q_INVOKABLE void dropAgain();
    Q_INVOKABLE void dismissResults();

    /// What an earlier console asked for.
    bool adopt(const QString &requestId, const RequestBody &body);
    /// What a request is about, in words: "Shelve Unit 07 HIGH_RPM"; empty: it is none of these verbs.
    [[nodiscard]] QString describe(const RequestBody &body) const;
    [[nodiscard]] bool takeReply(const QString &requestId, const Outcome &outcome);
    void setPeople(const QList<OnlinePerson> &people);
    /// The operator looks at it: a claim of it is renewed.
    void look(const QString &alertId);
    void takeSuperseded(AlertVerbs::Verb verb, const QString &alertId);
    void tick(TimePoint now);

Q_SIGNALS:
    void resultsChanged();
    void undoChanged();
    void againChanged();
    void attendedChanged();
    void refused(const QString &text);
    void said(const QString &text);
    void refusedByDesk(); ///< one request

private:
    struct Order
    {
        AlertVerbs::Verb verb = AlertVerbs::None;
        QStringList ids;
        AlertVerbs::Details details;
    };
    struct Sent
    {
        QString alertId;
        AlertVerbs::Verb verb = AlertVerbs::None;
        int batch = 0;
    };
    struct Batch
    {
        Order order;
        int left = 0;
        int done = 0;
        int same = 0;
        QList<Fact> facts;
        QMap<QString, QStringList> refused; ///< code → who
    };
    [[nodiscard]] const Alert *find(const QString &alertId) const;
    void send(const Order &order);
    void finish(const Batch &batch);
    void renewClaims(TimePoint now);

    DeskLink &m_link;
    AlertListModel &m_alerts;
    AlertHistory &m_history;
    ModelClock m_clock;
    AlertQuestion m_question;
    FactListModel m_results;
    QString m_resultsText;
    QList<OnlinePerson> m_people; ///< without who sits here
    QHash<QString, Sent> m_sent;  ///< by request
    QHash<int, Batch> m_batches;
    int m_lastBatch = 0;
    QStringList m_undoIds;
    QString m_undoText;
    TimePoint m_undoUntil;
    Order m_again;
    QString m_againText;
    QHash<QString, TimePoint> m_looked;  ///< by alert, when the operator last dealt with it
    QHash<QString, TimePoint> m_renewed; ///< own claims, when they were last renewed
    QSet<QString> m_renewals;            ///< requests
    QString m_shown;                     ///< the alert that is selected
    bool m_attended = true;
};

} // namespace tocsin
