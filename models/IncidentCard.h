// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeviceRow.h"
#include "models/FactListModel.h"
#include "models/domain/Desk.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The shown incident in words: who, how it stands, what its phone says, what has to be done by when. GUI thread; owned by IncidentDesk.
/// Everything in it follows from the alert's facts, the phone's last reading and the time; unknown is "–".
class IncidentCard : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("IncidentDesk.card")
    Q_PROPERTY(bool valid MEMBER m_valid NOTIFY changed FINAL) ///< false: no incident is shown
    Q_PROPERTY(QString alertId MEMBER m_alertId NOTIFY changed FINAL)
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed FINAL)
    Q_PROPERTY(QString subtitle MEMBER m_subtitle NOTIFY changed FINAL) ///< "panic button, silent · priority 5"
    Q_PROPERTY(QString headline MEMBER m_headline NOTIFY changed FINAL) ///< state, owner and subtitle in one line
    Q_PROPERTY(QString stateText MEMBER m_stateText NOTIFY changed FINAL)
    Q_PROPERTY(QString sinceText MEMBER m_sinceText NOTIFY changed FINAL) ///< "since 14:05:39"
    Q_PROPERTY(QString ageText MEMBER m_ageText NOTIFY changed FINAL) ///< "00:42"; how long it took once it is closed
    Q_PROPERTY(QString message MEMBER m_message NOTIFY changed FINAL)
    Q_PROPERTY(QString ownerText MEMBER m_ownerText NOTIFY changed FINAL) ///< "you, lease renewed", "nobody handles it"
    Q_PROPERTY(int level MEMBER m_level NOTIFY changed FINAL)             ///< AlertListModel.Level
    Q_PROPERTY(bool open MEMBER m_open NOTIFY changed FINAL)
    Q_PROPERTY(bool waits MEMBER m_waits NOTIFY changed FINAL) ///< nobody acknowledged it
    Q_PROPERTY(bool owned MEMBER m_owned NOTIFY changed FINAL) ///< by somebody
    Q_PROPERTY(bool mine MEMBER m_mine NOTIFY changed FINAL)   ///< by who sits here
    /// What must not be overlooked: label "emergency", "warning" or "info", value a sentence.
    Q_PROPERTY(tocsin::FactListModel *banners READ banners CONSTANT FINAL)
    /// A cancel after the acknowledge waits for somebody to confirm it.
    Q_PROPERTY(bool confirmWanted MEMBER m_confirmWanted NOTIFY changed FINAL)
    /// Last fix, accuracy, moving, battery, network, last heard.
    Q_PROPERTY(tocsin::FactListModel *readings READ readings CONSTANT FINAL)
    Q_PROPERTY(bool fixOld MEMBER m_fixOld NOTIFY changed FINAL) ///< too old to be where the person is
    Q_PROPERTY(
        QString fixText MEMBER m_fixText NOTIFY changed FINAL) ///< "±12 m · fix 3 s ago · 64 %", or why there is none
    Q_PROPERTY(int stage MEMBER m_stage NOTIFY changed FINAL)  ///< 0 received … 5 closed
    Q_PROPERTY(QStringList stages MEMBER m_stages NOTIFY changed FINAL) ///< their names
    Q_PROPERTY(
        QStringList stageTimes MEMBER m_stageTimes NOTIFY changed FINAL) ///< "14:05:52 · you"; empty: not reached
    Q_PROPERTY(bool stageable MEMBER m_stageable NOTIFY changed FINAL)   ///< the desk would take another stage
    Q_PROPERTY(bool welfareActive MEMBER m_welfareActive NOTIFY changed FINAL)
    Q_PROPERTY(bool welfareAsked MEMBER m_welfareAsked NOTIFY changed FINAL)
    Q_PROPERTY(QString welfareText MEMBER m_welfareText NOTIFY changed FINAL)     ///< "Next check in 3:28"
    Q_PROPERTY(QString welfareDetail MEMBER m_welfareDetail NOTIFY changed FINAL) ///< "Two misses escalate to the top."
    Q_PROPERTY(QString welfareClock MEMBER m_welfareClock NOTIFY changed FINAL)   ///< "3:28"
    Q_PROPERTY(double welfareShare MEMBER m_welfareShare NOTIFY changed FINAL)    ///< of the span that is left, 0 … 1
    Q_PROPERTY(int welfareMisses MEMBER m_welfareMisses NOTIFY changed FINAL)
    Q_PROPERTY(bool offeredToMe MEMBER m_offeredToMe NOTIFY changed FINAL)
    Q_PROPERTY(bool offeredByMe MEMBER m_offeredByMe NOTIFY changed FINAL)
    Q_PROPERTY(QString offerText MEMBER m_offerText NOTIFY changed FINAL) ///< who offers it to whom; empty: nobody
    Q_PROPERTY(QString closedText MEMBER m_closedText NOTIFY changed FINAL)
    Q_PROPERTY(bool reopenable MEMBER m_reopenable NOTIFY changed FINAL)    ///< by who sits here, still
    Q_PROPERTY(QString reopenText MEMBER m_reopenText NOTIFY changed FINAL) ///< "0:42"
public:
    struct Sight
    {
        const Alert *alert = nullptr;         ///< null: nothing is shown
        const DeviceFacts *phone = nullptr;   ///< null: not known
        const QList<Event> *events = nullptr; ///< what the log has of it
        Actor self;
        bool live = false; ///< the desk can be asked
    };

    explicit IncidentCard(ModelClock clock, QObject *parent = nullptr);
    [[nodiscard]] FactListModel *banners() { return &m_banners; }
    [[nodiscard]] FactListModel *readings() { return &m_readings; }
    [[nodiscard]] int stage() const { return m_stage; }
    [[nodiscard]] bool isMine() const { return m_mine; }

    void show(const Sight &sight);

Q_SIGNALS:
    void changed();

private:
    void clear();
    void showHead(const Sight &sight, TimePoint now);
    void showOwner(const Sight &sight, TimePoint now);
    void showBanners(const Sight &sight, TimePoint now);
    void showReadings(const Sight &sight, TimePoint now);
    void showStages(const Sight &sight);
    void showWelfare(const Sight &sight, TimePoint now);
    void showClosing(const Sight &sight, TimePoint now);
    [[nodiscard]] QString nameOf(const QString &id, const QString &name, const Actor &self) const;

    ModelClock m_clock;
    FactListModel m_banners;
    FactListModel m_readings;
    bool m_valid = false;
    QString m_alertId, m_name, m_headline, m_subtitle, m_stateText, m_sinceText, m_ageText, m_message, m_ownerText;
    int m_level = 0;
    bool m_open = false;
    bool m_waits = false;
    bool m_owned = false;
    bool m_mine = false;
    bool m_confirmWanted = false;
    bool m_fixOld = false;
    QString m_fixText;
    int m_stage = 0;
    QStringList m_stages, m_stageTimes;
    bool m_stageable = false;
    bool m_welfareActive = false;
    bool m_welfareAsked = false;
    QString m_welfareText, m_welfareDetail, m_welfareClock;
    double m_welfareShare = 0;
    int m_welfareMisses = 0;
    bool m_offeredToMe = false;
    bool m_offeredByMe = false;
    QString m_offerText, m_closedText;
    bool m_reopenable = false;
    QString m_reopenText;
};

} // namespace tocsin
