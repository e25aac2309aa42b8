// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DeskMirror.h"

#include <QHash>
#include <QJsonObject>
#include <QObject>

#include <deque>
#include <memory>
#include <optional>

namespace tocsin {

/// One event as all its readers share it: its document is made once.
class SharedEvent
{
public:
    explicit SharedEvent(Event event) : m_event(std::move(event)) {}
    [[nodiscard]] const Event &event() const { return m_event; }
    [[nodiscard]] const QJsonObject &document() const;
    [[nodiscard]] qsizetype size() const; ///< about its bytes on the wire

private:
    Event m_event;
    mutable QJsonObject m_document;
    mutable qsizetype m_size = 0;
};
using SharedEventPtr = std::shared_ptr<const SharedEvent>;

/// An event and its position in one stream.
struct PlacedEvent
{
    qint64 seq = 0;
    SharedEventPtr event;
};

/// How far each stream is, and the newest events, for the clients of the native protocol: whoever is nearly up to date is served from
/// here, whoever is further behind from the log. Server thread; follows the mirror, which lives longer. Bounded: the newest `maxEvents`
/// events or `maxBytes`, whichever is less.
class StreamHub : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t maxEvents = 4096;
    static constexpr qsizetype maxBytes = 8'388'608;

    explicit StreamHub(const DeskMirror &mirror, QObject *parent = nullptr);

    [[nodiscard]] QString epoch() const { return m_mirror.epoch(); }
    [[nodiscard]] qint64 head(const QString &stream) const;
    /// The events of a stream behind `after`, at most `limit`; nothing when they are no longer here: ask the log.
    [[nodiscard]] std::optional<QList<PlacedEvent>> recent(const QString &stream, qint64 after, qsizetype limit) const;
    [[nodiscard]] qsizetype held() const { return static_cast<qsizetype>(m_recent.size()); }

Q_SIGNALS:
    /// There is more in some streams.
    void grown();

private:
    void take(const QList<Event> &events);
    void restart();
    void drop();

    const DeskMirror &m_mirror;
    std::deque<SharedEventPtr> m_recent;                ///< in the order of the log, without a gap
    QHash<QString, std::deque<PlacedEvent>> m_byStream; ///< of the same events, ascending
    qsizetype m_bytes = 0;
};

} // namespace tocsin
