// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/emergency/EmergencyFrames.h"

#include <QHash>
#include <QObject>

#include <deque>
#include <functional>

namespace tocsin::emergency {

/// What dialect 5 has to know of panics beside the desk's mirror: who raised them, where the phones were last, how many places and
/// pictures came. A phone is the device that has its person's id. Server thread.
///
/// Nothing of it is kept: after a start the places are counted from the history and the pictures from the lines that the mirror has. Bounded:
/// `maxKnown` panics, those that are over go first; of those that the mirror has no more, the `maxEarlier` last asked for.
class Incidents : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maxKnown = 5000;
    static constexpr qsizetype maxEarlier = 200;
    static constexpr int countedAtOnce = 1000;
    static constexpr int maxCounted = 100'000; ///< places of one panic before the start

    Incidents(const DialectOptions &options, const DialectServices &services,
              std::shared_ptr<const AccountsBoard> accounts, ReplyBox &replies, QObject *parent = nullptr);

    [[nodiscard]] const Alert *find(const QString &alertId) const; ///< open, lately closed, or looked up
    /// Fetches one that was closed long ago, so that find() has it when `then` is called; it may not exist all the same.
    void lookUp(const QString &alertId, std::function<void()> then);
    [[nodiscard]] QList<Alert> active() const; ///< neither over nor canceled, as the desk sees them; newest first
    [[nodiscard]] QString personOf(const QString &alertId) const; ///< empty: not known
    [[nodiscard]] std::optional<Place>
    lastPlace(const QString &alertId); ///< where it was raised, until the phone tells more
    [[nodiscard]] QJsonObject object(const Alert &alert, View view);
    [[nodiscard]] std::shared_ptr<const AccountsSnapshot> accounts() const { return m_accounts->current(); }

    void take(const QList<Reading> &readings);

Q_SIGNALS:
    void placed(const QString &alertId, const tocsin::emergency::Place &place);

private:
    struct Known
    {
        Tally tally;
        std::optional<Place> last;
    };
    Known &known(const Alert &alert);
    void countEarlier(const QString &alertId, const QString &phone, TimePoint from, TimePoint to);
    void makeRoom();
    void index(const Alert &alert);
    void countPictures(const ChatMessage &message);

    const DialectOptions &m_options;
    DialectServices m_services;
    const std::shared_ptr<const AccountsBoard> m_accounts;
    ReplyBox &m_replies;
    const TimePoint m_startedAt;
    QHash<QString, Known> m_known;          ///< by alert
    QHash<QString, QStringList> m_openById; ///< open panics of a person
    QHash<QString, Alert> m_earlier;
    std::deque<QString> m_lookedUp; ///< what is in it, the oldest first
};

} // namespace tocsin::emergency
