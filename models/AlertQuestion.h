// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertVerbs.h"
#include "models/Clock.h"
#include "models/domain/Account.h"

#include <QStringList>

namespace tocsin {

/// What the operator is asked before a verb goes to the desk: about which alerts, for how long, to whom, why. GUI thread; owned by
/// AlertActions. Nothing is sent until confirm().
class AlertQuestion : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("AlertActions.question")
    Q_PROPERTY(bool open READ open NOTIFY changed FINAL)
    Q_PROPERTY(tocsin::AlertVerbs::Verb verb READ verb NOTIFY changed FINAL)
    Q_PROPERTY(QString title READ title NOTIFY changed FINAL)     ///< "Shelve 8 alerts"
    Q_PROPERTY(QString subject READ subject NOTIFY changed FINAL) ///< "Unit 07 HIGH_RPM, Unit 04 …"
    Q_PROPERTY(QString hint READ hint NOTIFY changed FINAL)       ///< why some are left out, how long it may be
    Q_PROPERTY(QString buttonText READ buttonText NOTIFY changed FINAL)
    Q_PROPERTY(QStringList choices READ choices NOTIFY changed
                   FINAL) ///< of which one is taken; empty: there is nothing to choose
    Q_PROPERTY(QString choicesTitle READ choicesTitle NOTIFY changed FINAL)
    Q_PROPERTY(int choice READ choice WRITE setChoice NOTIFY choiceChanged FINAL)
    Q_PROPERTY(bool commentAsked READ commentAsked NOTIFY changed FINAL)
    Q_PROPERTY(bool commentRequired READ commentRequired NOTIFY changed FINAL)
    Q_PROPERTY(QString commentTitle READ commentTitle NOTIFY changed FINAL)
    /// Why it cannot be confirmed with this comment; empty: it can.
    Q_PROPERTY(QString comment READ comment WRITE setComment NOTIFY choiceChanged FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY choiceChanged FINAL)
public:
    using QObject::QObject;

    /// `people`: who else is on shift. `left`: a sentence about those that it is not about.
    void ask(AlertVerbs::Verb verb, const QList<Alert> &alerts, const QList<OnlinePerson> &people, const QString &left);
    Q_INVOKABLE void cancel();

    [[nodiscard]] bool open() const { return m_verb != AlertVerbs::None; }
    [[nodiscard]] AlertVerbs::Verb verb() const { return m_verb; }
    [[nodiscard]] QStringList ids() const { return m_ids; }
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString subject() const { return m_subject; }
    [[nodiscard]] QString hint() const { return m_hint; }
    [[nodiscard]] QString buttonText() const;
    [[nodiscard]] QStringList choices() const { return m_choices; }
    [[nodiscard]] QString choicesTitle() const { return m_choicesTitle; }
    [[nodiscard]] int choice() const { return m_choice; }
    void setChoice(int choice);
    [[nodiscard]] bool commentAsked() const { return m_verb != AlertVerbs::Transfer; }
    [[nodiscard]] bool commentRequired() const { return m_commentRequired; }
    [[nodiscard]] QString commentTitle() const;
    [[nodiscard]] QString comment() const { return m_comment; }
    void setComment(const QString &comment);
    [[nodiscard]] QString problem() const;
    /// What was chosen.
    [[nodiscard]] AlertVerbs::Details details(TimePoint now) const;

Q_SIGNALS:
    void changed();
    void choiceChanged();

private:
    AlertVerbs::Verb m_verb = AlertVerbs::None;
    QStringList m_ids;
    QString m_title;
    QString m_subject;
    QString m_hint;
    QStringList m_choices;
    QString m_choicesTitle;
    QList<Duration> m_durations; ///< one per choice; zero: none
    QList<OnlinePerson> m_people;
    QList<Disposition> m_dispositions;
    int m_choice = 0;
    QString m_comment;
    bool m_commentRequired = false;
};

} // namespace tocsin
