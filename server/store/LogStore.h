// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/DeskFile.h"
#include "server/store/LogReader.h"
#include "server/store/Store.h"

#include <QObject>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>

namespace tocsin {

/// The desk's durable log in desk.db (RELIABILITY.md, Delivery). Lives on the "store" thread: create it anywhere, move it there,
/// call start(), load() and stop() there. append() and the questions are for any thread and never block; a LogReader answers them.
///
/// Group commit: what arrives while a transaction is being committed shares the next one; a transaction takes batches
/// until it holds 1,024 messages, is 25 ms old or nothing waits. Nobody waits for company: alone, a batch commits at once. When a
/// shared transaction fails, its batches are tried one by one, so that one bad batch fails alone.
///
/// The signed head is copied out at the start, each minute and at the end (HeadCopies), on the reader's thread.
class LogStore : public QObject, public Store
{
    Q_OBJECT
public:
    struct Options
    {
        QString path; ///< desk.db
        int maxWaiting =
            8192; ///< messages (events, or remembered requests) that wait at most; beyond that append() is refused at once
        int maxQueries = 64;
        QString vfs{}; ///< see Database::Options
        HeadKey headKey{};
        QString headCopies{}; ///< directory for copies of the signed head; empty: none are made
        std::chrono::milliseconds headCopyInterval{60'000};
        int groupEvents = 1024;
        std::chrono::milliseconds groupTime{25};
        int checkpointPages = 0; ///< see DeskFile::Options
    };

    explicit LogStore(Options options, QObject *parent = nullptr);
    ~LogStore() override;

    /// Opens, migrates and checks the file; a sentence when that fails. Store thread, before the first append().
    [[nodiscard]] QString start();
    /// The desk as it was left. Store thread, after start().
    [[nodiscard]] DeskFile::Loaded load();
    /// Commits what waits, refuses what comes later, closes the file. Store thread.
    void stop();

    /// Any thread. `done` runs on the store's thread, in the order of the calls; only when the queue is full or the store is
    /// closed it runs at once on the caller's.
    void append(const Batch &batch, Done done) override;
    // Any thread; replies run on the reader's thread, or at once on the caller's when refused.
    void remembered(const QString &sender, const QString &id,
                    std::function<void(const RememberedResult &)> reply) override;
    void alerts(const AlertsQuery &query, const std::function<void(const AlertsResult &)> &reply);
    void events(const EventsQuery &query, const std::function<void(const EventsResult &)> &reply);
    void messages(const ChatQuery &query, const std::function<void(const ChatResult &)> &reply);
    void alertLog(const AlertLogQuery &query, const std::function<void(const AlertLogResult &)> &reply);
    void alertEvents(const AlertEventsQuery &query, const std::function<void(const AlertEventsResult &)> &reply);
    void attachmentThreads(const QString &id, const std::function<void(const std::optional<QStringList> &)> &reply);

    [[nodiscard]] int waitingQueries() { return m_reader.waiting(); }
    [[nodiscard]] qint64 transactions() const { return m_transactions; } ///< committed since start
    [[nodiscard]] qint64 failures() const { return m_failures; }         ///< batches that were not stored

    /// See DeskFile::prune. Store thread, between two groups.
    [[nodiscard]] QString prune(TimePoint before) { return m_file.prune(before); }

Q_SIGNALS:
    /// A batch was not stored, because the disk has no room. Store thread.
    void diskFull();

private:
    struct Waiting
    {
        Batch batch;
        Done done;
        [[nodiscard]] qsizetype size() const { return std::max(batch.events.size(), batch.requests.size()); }
    };

    void copyHead();
    void wake(); // with m_mutex held
    void work();
    bool commitGroup();
    bool takeNext(Waiting &next, bool first, qsizetype messages, qint64 age);
    [[nodiscard]] bool store(const Batch &batch);
    [[nodiscard]] CommitResult storeAlone(const Batch &batch);
    [[nodiscard]] CommitResult refused(const QString &reason);

    const Options m_options;
    DeskFile m_file; // store thread
    LogReader m_reader;
    QTimer *m_headTimer = nullptr; ///< from start() to stop()

    std::mutex m_mutex; // guards what follows
    std::deque<Waiting> m_waiting;
    qsizetype m_waitingMessages = 0;
    bool m_running = false;
    bool m_woken = false;

    std::atomic<qint64> m_transactions{0};
    std::atomic<qint64> m_failures{0};
};

} // namespace tocsin
