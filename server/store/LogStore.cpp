// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogStore.h"

#include "server/store/HeadCopies.h"
#include "server/store/Logging.h"

#include <QElapsedTimer>

#include <utility>
#include <vector>

namespace tocsin {

LogStore::LogStore(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_reader({m_options.path, m_options.vfs, std::size_t(m_options.maxQueries)})
{
}

LogStore::~LogStore()
{
    stop();
}

QString LogStore::start()
{
    QString error = m_file.open(m_options.path, {m_options.vfs, m_options.headKey, m_options.checkpointPages});
    if (error.isEmpty())
        error = m_reader.start();
    if (error.isEmpty()) {
        const std::scoped_lock lock(m_mutex);
        m_running = true;
    } else {
        m_reader.stop();
        m_file.close();
        return error;
    }
    if (!m_options.headCopies.isEmpty()) {
        m_headTimer = new QTimer(this);
        connect(m_headTimer, &QTimer::timeout, this, &LogStore::copyHead);
        m_headTimer->start(m_options.headCopyInterval);
        copyHead();
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
    while (commitGroup()) {
    }
    if (m_headTimer) {
        delete std::exchange(m_headTimer, nullptr);
        copyHead();
    }
    m_reader.stop();
    m_file.close();
}

void LogStore::copyHead()
{
    if (m_file.signedHead().signature.isEmpty())
        return;
    // Not here: it waits for a disk, perhaps for a slow one far away.
    m_reader.run([head = m_file.signedHead(), directory = m_options.headCopies] {
        if (const QString error = HeadCopies(directory).write(head, toEpochMicros(systemNow())); !error.isEmpty())
            qCWarning(lcStore).noquote() << error;
    });
}

void LogStore::append(const Batch &batch, Done done)
{
    CommitResult refusal;
    {
        Waiting waiting{batch, std::move(done)};
        const std::scoped_lock lock(m_mutex);
        // An oversize batch is taken when nothing else waits: it could never pass otherwise.
        const bool fits = m_waiting.empty() || m_waitingMessages + waiting.size() <= m_options.maxWaiting;
        if (m_running && fits && m_waiting.size() < size_t(m_options.maxWaiting)) {
            m_waitingMessages += waiting.size();
            m_waiting.push_back(std::move(waiting));
            wake();
            return;
        }
        done = std::move(waiting.done);
        refusal.error = m_running ? QStringLiteral("The store is overloaded.") : QStringLiteral("The store is closed.");
    }
    ++m_failures;
    if (done)
        done(refusal);
}

void LogStore::alerts(const AlertsQuery &query, const std::function<void(const AlertsResult &)> &reply)
{
    m_reader.alerts(query, reply);
}

void LogStore::events(const EventsQuery &query, const std::function<void(const EventsResult &)> &reply)
{
    m_reader.events(query, reply);
}

void LogStore::messages(const ChatQuery &query, const std::function<void(const ChatResult &)> &reply)
{
    m_reader.messages(query, reply);
}

void LogStore::alertLog(const AlertLogQuery &query, const std::function<void(const AlertLogResult &)> &reply)
{
    m_reader.alertLog(query, reply);
}

void LogStore::alertEvents(const AlertEventsQuery &query, const std::function<void(const AlertEventsResult &)> &reply)
{
    m_reader.alertEvents(query, reply);
}

void LogStore::attachmentThreads(const QString &id,
                                 const std::function<void(const std::optional<QStringList> &)> &reply)
{
    m_reader.attachmentThreads(id, reply);
}

void LogStore::remembered(const QString &sender, const QString &id, std::function<void(const RememberedResult &)> reply)
{
    m_reader.remembered(sender, id, reply);
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
    // One group per turn, so that the thread's event loop is not starved.
    if (commitGroup()) {
        const std::scoped_lock lock(m_mutex);
        if (!m_waiting.empty())
            wake();
    }
}

bool LogStore::commitGroup()
{
    std::vector<std::pair<Waiting, CommitResult>> group;
    QElapsedTimer age;
    age.start();
    qsizetype messages = 0;
    bool open = false; // a transaction
    bool ok = true;
    while (ok) {
        Waiting next;
        if (!takeNext(next, group.empty(), messages, age.nsecsElapsed()))
            break;
        messages += next.size();
        if (group.empty())
            open = m_file.begin();
        CommitResult result{true, {}};
        const QList<Event> &events = next.batch.events;
        if (!open)
            result = refused(m_file.error()); // no batch's fault: none is tried again
        else if (!events.isEmpty() && events.first().seq != m_file.head() + 1)
            result = refused(DeskFile::doesNotFollow(events.first().seq, m_file.head()));
        else
            ok = store(next.batch);
        group.emplace_back(std::move(next), std::move(result));
    }
    if (group.empty())
        return false;
    if (open && ok && m_file.commit()) {
        ++m_transactions;
    } else if (open) {
        m_file.rollback();
        for (auto &[waiting, result] : group)
            result = storeAlone(waiting.batch);
    }
    for (const auto &[waiting, result] : group) {
        if (waiting.done)
            waiting.done(result);
    }
    return true;
}

/// The oldest batch that waits, if it still belongs into a transaction that holds `messages` and is `age` ns old.
bool LogStore::takeNext(Waiting &next, bool first, qsizetype messages, qint64 age)
{
    const std::scoped_lock lock(m_mutex);
    if (m_waiting.empty())
        return false;
    const qsizetype size = m_waiting.front().size();
    const bool late = age > std::chrono::nanoseconds(m_options.groupTime).count();
    if (!first && (late || messages + size > m_options.groupEvents))
        return false;
    next = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_waitingMessages -= size;
    return true;
}

bool LogStore::store(const Batch &batch)
{
    return std::all_of(batch.events.cbegin(), batch.events.cend(),
                       [this](const Event &event) { return m_file.insert(event); }) &&
           std::all_of(batch.requests.cbegin(), batch.requests.cend(),
                       [this](const RememberedRequest &request) { return m_file.remember(request); });
}

CommitResult LogStore::storeAlone(const Batch &batch)
{
    if (m_file.begin() && store(batch) && m_file.commit()) {
        ++m_transactions;
        return {true, {}};
    }
    const QString reason = m_file.error();
    const bool full = m_file.database().lastFailure() == Database::Failure::Full;
    m_file.rollback();
    if (full)
        Q_EMIT diskFull();
    return refused(reason);
}

CommitResult LogStore::refused(const QString &reason)
{
    ++m_failures;
    qCWarning(lcStore).noquote() << "events were not stored in" << m_options.path << ":" << reason;
    return {false, QStringLiteral("Nothing was stored: %1.").arg(reason)};
}

} // namespace tocsin
