// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/store/Downsampler.h"
#include "server/store/HistoryFile.h"
#include "server/store/Store.h"

#include <QObject>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

class QTimer;

namespace tocsin {

/// Keeps telemetry in history.db and answers questions about it. Lives on the "history" thread: create it anywhere, move it
/// there, call start() and stop() there. record(), history() and readings() are for any thread and never block.
///
/// Readings wait in a bounded buffer and are written every half second (or sooner when many wait, or a query
/// wants to see them). When the disk cannot follow, the oldest waiting ones are dropped and counted: class B. Long work
/// (queries over months, sorting, removal of what is too old) is done in slices, so that nothing waits long.
/// A file that is damaged is moved aside with a warning and a new one is begun.
class TelemetryHistory : public QObject, public ReadingArchive
{
    Q_OBJECT
public:
    struct Options
    {
        QString path;                          ///< history.db
        std::chrono::hours retention{30 * 24}; ///< removed when older
        std::chrono::milliseconds flushInterval{500};
        std::chrono::seconds housekeepingInterval{60};
        int maxWaitingSamples = 500'000; ///< a reading counts one more than its samples; about 32 MB
        int flushSamples = 50'000;       ///< written at once when so many wait
        int maxQueries = 64;
        std::function<TimePoint()> clock = systemNow; ///< for retention
    };

    explicit TelemetryHistory(Options options, QObject *parent = nullptr);
    ~TelemetryHistory() override;

    /// A sentence when history cannot be kept at all. History thread.
    [[nodiscard]] QString start();
    /// Writes what waits, answers what was asked with an error, closes the file. History thread.
    void stop();

    void record(const QList<Reading> &readings) override;
    /// False: nothing is kept (the disk is short of room), what comes is counted as dropped. Any thread.
    void setRecording(bool recording) { m_recording = recording; }
    /// maxPoints is held within 2 … 20,000, at most 256 channels. The reply runs on the history thread, or at once when refused.
    void history(const HistoryQuery &query, const std::function<void(const HistoryResult &)> &reply);
    /// limit is held within 0 … 10,000.
    void readings(const ReadingsQuery &query, const std::function<void(const ReadingsResult &)> &reply);

    [[nodiscard]] qint64 dropped() const { return m_dropped; }   ///< readings, since the start
    [[nodiscard]] qint64 recorded() const { return m_recorded; } ///< readings written, since the start

private:
    struct Job
    {
        HistoryQuery query;
        std::function<void(const HistoryResult &)> reply;
        bool started = false;
        std::unordered_map<quint32, Downsampler> channels;
        std::vector<HistoryFile::Loose> loose; ///< as it was at the start
        std::vector<qint64> chunks;            ///< ids still to be read, in order from `next`
        std::size_t next = 0;
        TimePoint first;
        TimePoint last;
    };
    struct ReadingsJob
    {
        ReadingsQuery query;
        std::function<void(const ReadingsResult &)> reply;
    };

    template<class Queue, class Item>
    QString enqueue(Queue &queue, Item item);
    void wake(); // with m_mutex held
    void work();
    void tick();
    void flush();
    void trim(); // with m_mutex held
    void housekeep();
    void handleFailure(const QString &what);
    [[nodiscard]] Database::OpenResult openOrReplace();
    bool answerReadings();
    bool advanceHistory();
    [[nodiscard]] bool beginJob(Job &job);
    [[nodiscard]] bool readSome(Job &job);
    void scan(Job &job, const QByteArray &bytes);
    [[nodiscard]] static HistoryResult resultOf(const Job &job, const HistoryFile &file);
    [[nodiscard]] ReadingsResult newest(const ReadingsQuery &query);

    const Options m_options;
    HistoryFile m_file; // all without a remark: history thread
    QTimer *m_flushTimer = nullptr;
    QTimer *m_housekeepingTimer = nullptr;
    std::unique_ptr<Job> m_job; ///< the history query that is being answered
    bool m_failing = false;
    bool m_sorting = false;
    bool m_expiring = false;

    std::mutex m_mutex; // guards what follows
    std::deque<QList<Reading>> m_waiting;
    qint64 m_waitingSamples = 0;
    std::deque<std::unique_ptr<Job>> m_jobs;
    std::deque<ReadingsJob> m_readingsJobs;
    bool m_running = false;
    bool m_woken = false;

    std::atomic<bool> m_recording{true};
    std::atomic<qint64> m_dropped{0};
    std::atomic<qint64> m_recorded{0};
};

} // namespace tocsin
