// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogStore.h"

#include "server/store/Logging.h"

#include <QElapsedTimer>

#include <utility>
#include <vector>

namespace tocsin {

LogStore::LogStore(Options options, QObject *parent) : QObject(parent), m_options(std::move(options))
{
}

LogStore::~LogStore()
{
    stop();
}

QString LogStore::start()
{
    QString error = m_file.open(m_options.path);
    if (error.isEmpty()) {
        const std::scoped_lock lock(m_mutex);
        m_running = true;
    }
    return error;
}

DeskFile::Loaded LogStore::load()
{
    return m_file.load();
}

void LogStore::stop()
{
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_running)
            return;
        m_running = false; // from here on callers are refused; what was taken before is finished below
    }
    while (commitGroup() || answerOne()) {
    }
    m_file.close();
}

void LogStore::append(const QList<Event> &events, Done done)
{
    CommitResult refusal;
    {
        const std::scoped_lock lock(m_mutex);
        // An oversize batch is taken when nothing else waits: it could never pass otherwise.
        const bool fits = m_waiting.empty() || m_waitingEvents + events.size() <= m_options.maxWaiting;
        if (m_running && fits && m_waiting.size() < size_t(m_options.maxWaiting)) {
            m_waitingEvents += events.size();
            m_waiting.push_back({events, std::move(done)});
            wake();
            return;
        }
        refusal.error = m_running ? QStringLiteral("The store is overloaded.") : QStringLiteral("The store is closed.");
    }
    ++m_failures;
    if (done)
        done(refusal);
}

void LogStore::alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply)
{
    AlertsResult refusal;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_running && m_queries.size() < size_t(m_options.maxQueries)) {
            m_queries.push_back({query, std::move(reply)});
            wake();
            return;
        }
        refusal.error =
            m_running ? QStringLiteral("Too many queries wait for the store.") : QStringLiteral("The store is closed.");
    }
    reply(refusal);
}

void LogStore::wake()
{
    if (std::exchange(m_woken, true))
        return;
    QMetaObject::invokeMethod(this, &LogStore::work, Qt::QueuedConnection);
}

void LogStore::work()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_woken = false;
    }
    // One group and one query per turn: neither starves the other, nor the thread's event loop.
    const bool committed = commitGroup();
    const bool answered = answerOne();
    if (committed || answered) {
        const std::scoped_lock lock(m_mutex);
        if (!m_waiting.empty() || !m_queries.empty())
            wake();
    }
}

bool LogStore::commitGroup()
{
    std::vector<std::pair<Batch, CommitResult>> group;
    QElapsedTimer age;
    age.start();
    qsizetype events = 0;
    bool open = false; // a transaction
    bool ok = true;
    while (ok) {
        Batch batch;
        if (!takeNext(batch, group.empty(), events, age.nsecsElapsed()))
            break;
        events += batch.events.size();
        if (group.empty())
            open = m_file.begin();
        CommitResult result{true, {}};
        if (!open)
            result = refused(m_file.error()); // no batch's fault: none is tried again
        else if (!batch.events.isEmpty() && batch.events.first().seq != m_file.head() + 1)
            result = refused(DeskFile::doesNotFollow(batch.events.first().seq, m_file.head()));
        else
            ok = store(batch);
        group.emplace_back(std::move(batch), std::move(result));
    }
    if (group.empty())
        return false;
    if (open && ok && m_file.commit()) {
        ++m_transactions;
    } else if (open) {
        m_file.rollback();
        for (auto &[batch, result] : group)
            result = storeAlone(batch);
    }
    for (const auto &[batch, result] : group) {
        if (batch.done)
            batch.done(result);
    }
    return true;
}

/// The oldest batch that waits, if it still belongs into a transaction that holds `events` events and is `age` ns old.
bool LogStore::takeNext(Batch &batch, bool first, qsizetype events, qint64 age)
{
    const std::scoped_lock lock(m_mutex);
    if (m_waiting.empty())
        return false;
    const qsizetype size = m_waiting.front().events.size();
    const bool late = age > std::chrono::nanoseconds(m_options.groupTime).count();
    if (!first && (late || events + size > m_options.groupEvents))
        return false;
    batch = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_waitingEvents -= size;
    return true;
}

bool LogStore::store(const Batch &batch)
{
    for (const Event &event : batch.events) {
        if (!m_file.insert(event))
            return false;
    }
    return true;
}

CommitResult LogStore::storeAlone(const Batch &batch)
{
    if (m_file.begin() && store(batch) && m_file.commit()) {
        ++m_transactions;
        return {true, {}};
    }
    const QString reason = m_file.error();
    m_file.rollback();
    return refused(reason);
}

CommitResult LogStore::refused(const QString &reason)
{
    ++m_failures;
    qCWarning(lcStore).noquote() << "events were not stored in" << m_options.path << ":" << reason;
    return {false, QStringLiteral("Nothing was stored: %1.").arg(reason)};
}

bool LogStore::answerOne()
{
    Query query;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_queries.empty())
            return false;
        query = std::move(m_queries.front());
        m_queries.pop_front();
    }
    query.reply(m_file.alerts(query.query));
    return true;
}

} // namespace tocsin
