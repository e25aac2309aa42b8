// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/DeskQueries.h"
#include "server/store/Store.h"

#include <QObject>
#include <QThread>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace tocsin {

/// Answers questions about desk.db over a read-only connection and a thread of its own, "log reader": a long page never delays a commit,
/// and a commit's fsync never delays an answer (SQLite's write-ahead log lets both go on). It sees what is committed, so a
/// question asked after `done` finds what was stored. Owned by LogStore; start() and stop() on any one thread, the rest on any.
class LogReader
{
public:
    struct Options
    {
        QString path;
        QString vfs;
        std::size_t maxQueries = 64;   ///< pages and lists that wait at most
        std::size_t maxLookups = 8192; ///< of single requests
    };

    explicit LogReader(Options options);
    ~LogReader();
    LogReader(const LogReader &) = delete;
    LogReader &operator=(const LogReader &) = delete;

    /// A sentence when the file cannot be opened. The file's writer has made it before.
    [[nodiscard]] QString start();
    /// Answers what waits, refuses what comes later.
    void stop();

    /// Something that takes its time and is rare, behind the questions that wait. Dropped when it cannot be taken.
    void run(std::function<void()> task);
    [[nodiscard]] int waiting(); ///< questions, any thread

    // Replies run on the reader's thread, or at once on the caller's when refused.
    void alerts(const AlertsQuery &query, const std::function<void(const AlertsResult &)> &reply);
    void events(const EventsQuery &query, const std::function<void(const EventsResult &)> &reply);
    void messages(const ChatQuery &query, const std::function<void(const ChatResult &)> &reply);
    void alertLog(const AlertLogQuery &query, const std::function<void(const AlertLogResult &)> &reply);
    void alertEvents(const AlertEventsQuery &query, const std::function<void(const AlertEventsResult &)> &reply);
    void attachmentThreads(const QString &id, const std::function<void(const std::optional<QStringList> &)> &reply);
    void remembered(const QString &sender, const QString &id,
                    const std::function<void(const RememberedResult &)> &reply);

private:
    using Task = std::function<void(DeskQueries &)>;
    struct Queue
    {
        std::deque<Task> tasks;
        std::size_t most = 0;
    };
    /// Empty when taken; else the sentence for the refusal.
    [[nodiscard]] QString ask(Queue &queue, Task task);
    void work();
    [[nodiscard]] Task take();

    const Options m_options;
    QThread m_thread;
    std::unique_ptr<QObject> m_there; ///< lives on the thread
    Database m_db;                    ///< used on the thread
    DeskQueries m_queries{m_db};

    std::mutex m_mutex; // guards what follows
    Queue m_lookups;
    Queue m_pages;
    bool m_running = false;
    bool m_woken = false;
};

} // namespace tocsin
