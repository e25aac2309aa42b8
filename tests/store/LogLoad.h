// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Streams.h"
#include "server/store/DeskFile.h"
#include "server/store/LogStore.h"
#include "tests/support/Events.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QHash>
#include <QTest>

#include <functional>
#include <optional>

namespace tocsin::test {

/// A log has these events, as they were.
inline void expectEvents(const QString &path, const QList<Event> &sent)
{
    DeskFile file;
    QCOMPARE(file.open(path), QString());
    QString error;
    const QList<Event> events = file.eventsAfter(0, int(sent.size()) + 1, &error);
    QCOMPARE(error, QString());
    QCOMPARE(events.size(), sent.size());
    for (qsizetype i = 0; i < sent.size(); ++i)
        QVERIFY(sameEvent(events.at(i), sent.at(i)));
}

/// Batches of events for the log, and what the store said of them. Seeded. One thread: the store's.
class LogLoad
{
public:
    explicit LogLoad(quint32 seed) : m_dice(seed), m_random(seed + 1) {}

    /// One to five events that follow the last ones, in their streams, and the request that they answer.
    Batch next()
    {
        Batch batch;
        for (int i = 1 + m_dice.bounded(5); i > 0; --i) {
            Event made = event(m_sent.size() + 1);
            made.at = timeAt(made.seq); // remembered requests are forgotten by the events' time
            for (const QString &stream : streamsOf(made.body))
                made.streams.append({stream, ++m_heads[stream]});
            batch.events.append(made);
            m_sent.append(made);
        }
        RememberedRequest request;
        request.sender = QStringLiteral("user/7");
        request.seq = m_sent.constLast().seq;
        request.id = QStringLiteral("r%1").arg(request.seq);
        request.bodyHash = QByteArray(32, 'h');
        request.at = timeAt(request.seq);
        batch.requests.append(request);
        m_ends.append(request.seq);
        return batch;
    }
    void answered(const Batch &batch, bool ok)
    {
        if (ok)
            m_acknowledged = batch.events.constLast().seq;
        else
            m_refused = true;
    }

    /// Appends up to `batches`, eight under way, until one is refused or `enough`. True: all were taken.
    bool run(LogStore &store, int batches, const std::function<bool()> &enough)
    {
        int underWay = 0;
        int left = batches;
        m_refused = false;
        const QDeadlineTimer deadline(60'000);
        while (!deadline.hasExpired()) {
            while (left > 0 && underWay < 8 && !m_refused && !enough()) {
                --left;
                ++underWay;
                const Batch batch = next();
                store.append(batch, [this, batch, &underWay](const CommitResult &result) {
                    --underWay;
                    answered(batch, result.ok);
                });
            }
            if (underWay == 0)
                return left == 0 && !m_refused;
            QCoreApplication::processEvents();
        }
        qFatal("the store did not answer");
    }

    /// Waits for the answer. The batch stays to be sent again when refused.
    static bool appendNow(LogStore &store, const Batch &batch)
    {
        std::optional<bool> ok;
        store.append(batch, [&ok](const CommitResult &result) { ok = result.ok; });
        const QDeadlineTimer deadline(60'000);
        while (!ok && !deadline.hasExpired())
            QCoreApplication::processEvents();
        return ok.value();
    }

    /// As after a restart: the log ends at `seq`, what was sent later is forgotten.
    void continueAfter(qint64 seq)
    {
        m_sent.resize(seq);
        m_acknowledged = seq;
        m_ends.removeIf([seq](qint64 end) { return end > seq; });
        m_heads.clear();
        for (const Event &event : std::as_const(m_sent)) {
            for (const StreamPosition &position : event.streams)
                m_heads[position.stream] = position.seq;
        }
    }

    [[nodiscard]] const QList<Event> &sent() const { return m_sent; }
    [[nodiscard]] const QList<qint64> &ends() const { return m_ends; }   ///< the last seq of each batch
    [[nodiscard]] qint64 acknowledged() const { return m_acknowledged; } ///< up to and with this seq

private:
    Event event(qint64 seq)
    {
        switch (m_dice.bounded(4)) {
        case 0:
            return chatEvent(seq);
        case 1:
            return alertEvent(seq, QStringLiteral("a%1").arg(seq % 40), m_dice.bounded(2) == 0);
        case 2:
            return deviceEvent(seq, QStringLiteral("van-%1").arg(seq % 10), QStringLiteral("Van %1").arg(seq));
        default:
            return m_random.next(seq);
        }
    }

    QRandomGenerator m_dice;
    RandomEvents m_random;
    QList<Event> m_sent;
    QList<qint64> m_ends;
    QHash<QString, qint64> m_heads;
    qint64 m_acknowledged = 0;
    bool m_refused = false;
};

} // namespace tocsin::test
