// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/LogReader.h"

#include "server/store/Logging.h"

#include <utility>

namespace tocsin {

LogReader::LogReader(Options options) : m_options(std::move(options))
{
    m_lookups.most = m_options.maxLookups;
    m_pages.most = m_options.maxQueries;
    m_thread.setObjectName(QStringLiteral("log reader"));
}

LogReader::~LogReader()
{
    stop();
}

QString LogReader::start()
{
    m_there = std::make_unique<QObject>();
    m_there->moveToThread(&m_thread);
    m_thread.start();
    QString error;
    QMetaObject::invokeMethod(
        m_there.get(),
        [this, &error] {
            Database::Options options;
            options.readOnly = true;
            options.vfs = m_options.vfs;
            error = m_db.open(m_options.path, options).error;
        },
        Qt::BlockingQueuedConnection);
    const std::scoped_lock lock(m_mutex);
    m_running = error.isEmpty();
    return error;
}

void LogReader::stop()
{
    if (!m_there)
        return;
    {
        const std::scoped_lock lock(m_mutex);
        m_running = false;
    }
    QMetaObject::invokeMethod(
        m_there.get(),
        [this] {
            while (const Task task = take())
                task(m_queries);
            m_queries.close();
            m_db.close();
        },
        Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
    m_there.reset();
}

QString LogReader::ask(Queue &queue, Task task)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_running)
        return QStringLiteral("The store is closed.");
    if (queue.tasks.size() >= queue.most)
        return QStringLiteral("Too many queries wait for the store.");
    queue.tasks.push_back(std::move(task));
    if (!std::exchange(m_woken, true))
        QMetaObject::invokeMethod(m_there.get(), [this] { work(); }, Qt::QueuedConnection);
    return {};
}

void LogReader::run(std::function<void()> task)
{
    if (!ask(m_pages, [task = std::move(task)](DeskQueries &) { task(); }).isEmpty())
        qCWarning(lcStore) << "the store's reader has no time for a copy of the log's head";
}

int LogReader::waiting()
{
    const std::scoped_lock lock(m_mutex);
    return int(m_lookups.tasks.size() + m_pages.tasks.size());
}

LogReader::Task LogReader::take()
{
    const std::scoped_lock lock(m_mutex);
    Queue &queue = m_lookups.tasks.empty() ? m_pages : m_lookups; // requests wait for look-ups, people for pages
    if (queue.tasks.empty()) {
        m_woken = false;
        return {};
    }
    Task task = std::move(queue.tasks.front());
    queue.tasks.pop_front();
    return task;
}

void LogReader::work()
{
    while (const Task task = take())
        task(m_queries);
}

void LogReader::alerts(const AlertsQuery &query, const std::function<void(const AlertsResult &)> &reply)
{
    AlertsResult refusal;
    refusal.error = ask(m_pages, [query, reply](DeskQueries &queries) { reply(queries.alerts(query)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

void LogReader::events(const EventsQuery &query, const std::function<void(const EventsResult &)> &reply)
{
    EventsResult refusal;
    refusal.error = ask(m_pages, [query, reply](DeskQueries &queries) { reply(queries.events(query)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

void LogReader::messages(const ChatQuery &query, const std::function<void(const ChatResult &)> &reply)
{
    ChatResult refusal;
    refusal.error = ask(m_pages, [query, reply](DeskQueries &queries) { reply(queries.messages(query)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

void LogReader::alertLog(const AlertLogQuery &query, const std::function<void(const AlertLogResult &)> &reply)
{
    AlertLogResult refusal;
    refusal.error = ask(m_pages, [query, reply](DeskQueries &queries) { reply(queries.alertLog(query)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

void LogReader::alertEvents(const AlertEventsQuery &query, const std::function<void(const AlertEventsResult &)> &reply)
{
    AlertEventsResult refusal;
    refusal.error = ask(m_pages, [query, reply](DeskQueries &queries) { reply(queries.alertEvents(query)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

void LogReader::attachmentThreads(const QString &id,
                                  const std::function<void(const std::optional<QStringList> &)> &reply)
{
    if (!ask(m_pages, [id, reply](DeskQueries &queries) { reply(queries.attachmentThreads(id)); }).isEmpty())
        reply(std::nullopt);
}

void LogReader::remembered(const QString &sender, const QString &id,
                           const std::function<void(const RememberedResult &)> &reply)
{
    RememberedResult refusal;
    refusal.error =
        ask(m_lookups, [sender, id, reply](DeskQueries &queries) { reply(queries.remembered(sender, id)); });
    if (!refusal.error.isEmpty())
        reply(refusal);
}

} // namespace tocsin
