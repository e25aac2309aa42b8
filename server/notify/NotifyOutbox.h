// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/KeptRows.h"
#include "server/notify/NotifyPlan.h"
#include "server/notify/NotifyText.h"

#include <QHash>
#include <QSet>

#include <functional>
#include <map>
#include <optional>

namespace tocsin {

/// A message that has not arrived yet. Its words are those of the moment when it was decided; it holds no secret.
struct NotifyMessage
{
    QString id; ///< the same for the same alert, round, step and recipient: a message is never made twice
    QString alertId;
    NotifyOccasion occasion = NotifyOccasion::Alert;
    AlertLevel level = AlertLevel::Warning;
    int step = 0;
    QString route;
    QString channel;
    NotifyMeans means = NotifyMeans::Webhook;
    NotifyAddress to;
    bool contact = false;
    NotifyWords words;
    TimePoint madeAt;
    int attempts = 0;
    TimePoint notBefore;

    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static std::optional<NotifyMessage> fromBytes(const QByteArray &bytes);
    [[nodiscard]] QString label() const; ///< for logs: masked
    [[nodiscard]] QString key() const { return channel + QLatin1Char(' ') + to.address.toLower(); }
};

/// Somebody who was, or is being, told of an alert.
struct NotifyTold
{
    enum class State { Queued, Delivered, Failed };
    QString route;
    QString channel;
    NotifyMeans means = NotifyMeans::Webhook;
    NotifyAddress to;
    bool contact = false;
    bool duress = false;
    bool over = true;
    int step = 0; ///< the last one
    State state = State::Queued;
    bool everDelivered = false;
    [[nodiscard]] QString key() const { return channel + QLatin1Char(' ') + to.address.toLower(); }
};

/// What is known of an alert that somebody was told of, or that is followed for it. A round begins when it is raised, comes again, or has to be
/// acknowledged anew.
struct NotifyCase
{
    QString alertId;
    int round = 0; ///< Alert::revision with which it began
    int occurrence = 0;
    int stepDone = -1;                   ///< the highest that was run
    AlertLevel level = AlertLevel::Info; ///< the last one
    bool over = false;                   ///< it returned, was canceled or closed, and whoever was told was told so
    bool contactsOver = false;           ///< likewise for the contacts, who see what the phone sees
    int contactsFrom = 0;                ///< the steps for which the contacts have not been looked up yet …
    int contactsTo = -1;                 ///< … below the first: none
    QList<NotifyTold> told;

    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static std::optional<NotifyCase> fromBytes(const QByteArray &bytes);
};

/// What has not arrived yet and who was told, bounded and durable: load() is where the last commit() left it. One thread.
class NotifyOutbox
{
public:
    NotifyOutbox(KeptRows &rows, int capacity) : m_rows(rows), m_capacity(capacity) {}

    /// A sentence when it cannot be read.
    [[nodiscard]] QString load();
    /// Makes everything since the last call durable; a sentence when it is not (the next call tries again).
    [[nodiscard]] QString commit();

    /// The last event of the desk's log that was judged; none: there is nothing from before.
    [[nodiscard]] std::optional<qint64> cursor() const { return m_cursor; }
    [[nodiscard]] QString epoch() const { return m_epoch; }
    void setCursor(qint64 seq, const QString &epoch);
    /// Stands at `seq`, but the next load() knows of no place.
    void passOver(qint64 seq, const QString &epoch);

    [[nodiscard]] NotifyCase *find(const QString &alertId);
    NotifyCase &open(const QString &alertId);
    void changed(const QString &alertId) { m_dirtyCases.insert(alertId); }
    void close(const QString &alertId);
    [[nodiscard]] QStringList cases() const { return m_cases.keys(); }

    /// Any other fact, by name; empty: none.
    [[nodiscard]] QByteArray note(const QString &name) const { return m_notes.value(name); }
    void setNote(const QString &name, const QByteArray &value);

    /// False: it is there already. When it is full the oldest of the least urgent goes, which may be this one: `dropped`.
    bool add(const NotifyMessage &message, std::optional<NotifyMessage> *dropped);
    [[nodiscard]] const NotifyMessage *message(const QString &id) const;
    void replace(const NotifyMessage &message);
    void remove(const QString &id);
    /// A message that is under way gives way to no other.
    void hold(const QString &id, bool held);
    [[nodiscard]] bool isHeld(const QString &id) const { return m_held.contains(id); }
    /// The most urgent first, then the oldest; until `look` answers false.
    void each(const std::function<bool(const NotifyMessage &)> &look) const;
    [[nodiscard]] QList<NotifyMessage> messagesOf(const QString &alertId) const;
    [[nodiscard]] int size() const { return int(m_queue.size()); }
    [[nodiscard]] int size(const QString &channel) const { return m_sizes.value(channel); }

private:
    struct Place
    {
        int rank = 0; ///< 0: most urgent
        quint64 order = 0;
        auto operator<=>(const Place &) const = default;
    };
    void put(const NotifyMessage &message, Place place);
    void forget(const QString &alertId);

    KeptRows &m_rows;
    const int m_capacity;
    std::optional<qint64> m_cursor;
    QString m_epoch;
    bool m_cursorDirty = false;
    std::map<Place, NotifyMessage> m_queue;
    QHash<QString, Place> m_places;
    QHash<QString, int> m_sizes;
    QHash<QString, QSet<QString>> m_byAlert;
    QSet<QString> m_held;
    quint64 m_lastOrder = 0;
    QHash<QString, NotifyCase> m_cases;
    QSet<QString> m_dirtyCases;
    QSet<QString> m_keptCases; ///< that have a row, or will with the next commit
    QHash<QString, QByteArray> m_notes;
    KeptRows::Change m_change;
};

} // namespace tocsin
