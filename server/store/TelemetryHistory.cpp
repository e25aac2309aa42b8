// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/TelemetryHistory.h"

#include "server/store/Logging.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr std::size_t maxChannels = 256;
constexpr int maxPointsLimit = 20'000;
constexpr int readingsLimit = 10'000;
constexpr qint64 sliceNs = 10'000'000;
const QString closedSentence = QStringLiteral("The history is closed.");

qint64 weightOf(const QList<Reading> &readings)
{
    qint64 weight = 0;
    for (const Reading &reading : readings)
        weight += 1 + reading.samples.size();
    return weight;
}

QString unreadable(HistoryFile &file)
{
    return QStringLiteral("The history cannot be read: %1.").arg(file.database().lastError());
}
} // namespace

TelemetryHistory::TelemetryHistory(Options options, QObject *parent) : QObject(parent), m_options(std::move(options))
{
}

TelemetryHistory::~TelemetryHistory()
{
    stop();
}

QString TelemetryHistory::start()
{
    if (const auto result = openOrReplace(); !result.error.isEmpty())
        return result.error;
    m_flushTimer = new QTimer(this);
    connect(m_flushTimer, &QTimer::timeout, this, &TelemetryHistory::tick);
    m_flushTimer->start(m_options.flushInterval);
    m_housekeepingTimer = new QTimer(this);
    connect(m_housekeepingTimer, &QTimer::timeout, this, &TelemetryHistory::housekeep);
    m_housekeepingTimer->start(m_options.housekeepingInterval);
    {
        const std::scoped_lock lock(m_mutex);
        m_running = true;
    }
    housekeep();
    return {};
}

void TelemetryHistory::stop()
{
    std::deque<std::unique_ptr<Job>> jobs;
    std::deque<ReadingsJob> readingsJobs;
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_running)
            return;
        m_running = false;
        jobs.swap(m_jobs);
        readingsJobs.swap(m_readingsJobs);
    }
    delete std::exchange(m_flushTimer, nullptr);
    delete std::exchange(m_housekeepingTimer, nullptr);
    flush();
    if (m_job)
        jobs.push_front(std::move(m_job));
    for (const auto &job : jobs)
        job->reply({closedSentence, {}});
    for (const ReadingsJob &job : readingsJobs)
        job.reply({closedSentence, {}});
    m_file.close();
}

/// Opens the file; a damaged one is renamed first, with what belongs to it, and never deleted.
Database::OpenResult TelemetryHistory::openOrReplace()
{
    Database::OpenResult result = m_file.open(m_options.path);
    if (result.failure != Database::Failure::Corrupt && result.failure != Database::Failure::Unopenable)
        return result;
    const QString aside = m_options.path + QStringLiteral(".damaged-") +
                          QDateTime::fromMSecsSinceEpoch(toEpochMillis(m_options.clock()), Qt::UTC)
                              .toString(QStringLiteral("yyyyMMddTHHmmsszzz"));
    bool moved = QFile::rename(m_options.path, aside);
    for (const QString &suffix : {QStringLiteral("-wal"), QStringLiteral("-shm")}) {
        if (moved && QFile::exists(m_options.path + suffix))
            moved = QFile::rename(m_options.path + suffix, aside + suffix);
    }
    if (!moved)
        return result;
    qCWarning(lcHistory).noquote() << result.error << "It was moved to" << aside << "and a new history is begun.";
    return m_file.open(m_options.path);
}

void TelemetryHistory::record(const QList<Reading> &readings)
{
    if (readings.isEmpty())
        return;
    const qint64 weight = weightOf(readings);
    const std::scoped_lock lock(m_mutex);
    if (!m_running || !m_recording) {
        m_dropped += readings.size();
        return;
    }
    m_waiting.push_back(readings);
    m_waitingSamples += weight;
    trim();
    // A failing disk is tried again by the timer, not by every reading.
    if (m_waitingSamples >= m_options.flushSamples && m_waitingSamples < m_options.maxWaitingSamples)
        wake();
}

/// Drops the oldest that wait until the bound is kept.
void TelemetryHistory::trim()
{
    while (m_waitingSamples > m_options.maxWaitingSamples) {
        QList<Reading> &oldest = m_waiting.front();
        if (m_waiting.size() > 1) {
            m_waitingSamples -= weightOf(oldest);
            m_dropped += oldest.size();
            m_waiting.pop_front();
            continue;
        }
        // One batch alone is too large: keep its newest part, at least one reading.
        qsizetype drop = 0;
        while (drop + 1 < oldest.size() && m_waitingSamples > m_options.maxWaitingSamples)
            m_waitingSamples -= 1 + oldest.at(drop++).samples.size();
        oldest.remove(0, drop);
        m_dropped += drop;
        return;
    }
}

template<class Queue, class Item>
QString TelemetryHistory::enqueue(Queue &queue, Item item)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_running)
        return closedSentence;
    if (m_jobs.size() + m_readingsJobs.size() >= size_t(m_options.maxQueries))
        return QStringLiteral("Too many queries wait for the history.");
    queue.push_back(std::move(item));
    wake();
    return {};
}

void TelemetryHistory::history(const HistoryQuery &query, const std::function<void(const HistoryResult &)> &reply)
{
    auto job = std::make_unique<Job>();
    job->query = query;
    job->reply = reply;
    if (const QString refusal = enqueue(m_jobs, std::move(job)); !refusal.isEmpty())
        reply({refusal, {}});
}

void TelemetryHistory::readings(const ReadingsQuery &query, const std::function<void(const ReadingsResult &)> &reply)
{
    if (const QString refusal = enqueue(m_readingsJobs, ReadingsJob{query, reply}); !refusal.isEmpty())
        reply({refusal, {}});
}

void TelemetryHistory::wake()
{
    if (std::exchange(m_woken, true))
        return;
    QMetaObject::invokeMethod(this, &TelemetryHistory::work, Qt::QueuedConnection);
}

/// One slice of everything that is to do; comes again while there is more.
void TelemetryHistory::work()
{
    bool asked = false;
    bool many = false;
    {
        const std::scoped_lock lock(m_mutex);
        m_woken = false;
        if (!m_running)
            return;
        asked = !m_jobs.empty() || !m_readingsJobs.empty();
        many = m_waitingSamples >= m_options.flushSamples;
    }
    if (asked || many)
        flush(); // a query sees everything that was recorded before it
    bool more = answerReadings();
    more = advanceHistory() || more;
    if (m_sorting) {
        const HistoryFile::Step step = m_file.sortSome();
        m_sorting = step == HistoryFile::Step::More;
        if (step == HistoryFile::Step::Failed)
            handleFailure(QStringLiteral("sorted"));
    }
    if (m_expiring) {
        const HistoryFile::Step step = m_file.expireSome(m_options.clock() - m_options.retention);
        m_expiring = step == HistoryFile::Step::More;
        if (step == HistoryFile::Step::Failed)
            handleFailure(QStringLiteral("shortened"));
    }
    if (more || m_sorting || m_expiring) {
        const std::scoped_lock lock(m_mutex);
        wake();
    }
}

void TelemetryHistory::tick()
{
    if (!m_file.isOpen()) // its replacement could not be opened: try again
        static_cast<void>(openOrReplace());
    flush();
    if (!m_failing && !m_sorting && m_file.wantsSorting(m_options.clock())) {
        m_sorting = true;
        const std::scoped_lock lock(m_mutex);
        wake();
    }
}

void TelemetryHistory::housekeep()
{
    m_expiring = true;
    const std::scoped_lock lock(m_mutex);
    wake();
}

void TelemetryHistory::flush()
{
    std::vector<QList<Reading>> batches;
    {
        const std::scoped_lock lock(m_mutex);
        batches.assign(std::make_move_iterator(m_waiting.begin()), std::make_move_iterator(m_waiting.end()));
        m_waiting.clear();
        m_waitingSamples = 0;
    }
    if (batches.empty())
        return;
    if (m_file.write(batches)) {
        for (const QList<Reading> &batch : batches)
            m_recorded += batch.size();
        if (std::exchange(m_failing, false))
            qCInfo(lcHistory) << "the history is written again;" << m_dropped << "readings were lost so far";
        return;
    }
    {
        const std::scoped_lock lock(m_mutex);
        for (const QList<Reading> &batch : batches)
            m_waitingSamples += weightOf(batch);
        m_waiting.insert(m_waiting.begin(), std::make_move_iterator(batches.begin()),
                         std::make_move_iterator(batches.end()));
        trim();
    }
    handleFailure(QStringLiteral("written"));
}

void TelemetryHistory::handleFailure(const QString &what)
{
    if (m_file.database().lastFailure() == Database::Failure::Corrupt) {
        m_sorting = false;
        if (m_job) // its chunks are gone with the file
            std::exchange(m_job, nullptr)->reply({unreadable(m_file), {}});
        m_file.close();
        if (const auto result = openOrReplace(); !result.error.isEmpty())
            qCWarning(lcHistory).noquote() << result.error;
        return;
    }
    if (!std::exchange(m_failing, true))
        qCWarning(lcHistory).noquote() << "the history cannot be" << what << ":" << m_file.database().lastError();
}

bool TelemetryHistory::answerReadings()
{
    ReadingsJob job;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_readingsJobs.empty())
            return false;
        job = std::move(m_readingsJobs.front());
        m_readingsJobs.pop_front();
    }
    job.reply(newest(job.query));
    return true;
}

ReadingsResult TelemetryHistory::newest(const ReadingsQuery &query)
{
    ReadingsResult result;
    const auto device = m_file.findDevice(query.deviceId);
    const qsizetype limit = std::clamp(query.limit, 0, readingsLimit);
    if (!device || limit == 0)
        return result;
    const TimePoint from = query.from.value_or(TimePoint::min());
    const TimePoint to = query.to.value_or(TimePoint::max());
    const IdToName nameOf = [this](quint32 id) { return m_file.name(id); };
    // Parts may overlap in time: one is of no interest only when it ends before the oldest that we would keep.
    const auto needed = [&](qint64 last) {
        return result.readings.size() < limit || fromEpochMicros(last) > result.readings.constLast().receivedAt;
    };
    const auto take = [&](const QByteArray &bytes) {
        const auto decoded = decodeChunk(bytes, query.deviceId, nameOf);
        if (!decoded) {
            qCWarning(lcHistory) << "a damaged part of the history was left out";
            return;
        }
        std::copy_if(decoded->crbegin(), decoded->crend(), std::back_inserter(result.readings),
                     [&](const Reading &r) { return r.receivedAt >= from && r.receivedAt <= to; });
        std::stable_sort(result.readings.begin(), result.readings.end(),
                         [](const Reading &a, const Reading &b) { return a.receivedAt > b.receivedAt; });
        if (result.readings.size() > limit)
            result.readings.resize(limit);
    };
    const auto loose = m_file.loose(*device);
    for (auto part = loose.crbegin(); part != loose.crend(); ++part) {
        if (part->last >= toEpochMicros(from) && part->first <= toEpochMicros(to) && needed(part->last))
            take(part->bytes);
    }
    const bool ok =
        m_file.newestChunks(*device, toEpochMicros(from), toEpochMicros(to), [&](qint64 last, const QByteArray &bytes) {
            if (!needed(last))
                return false;
            take(bytes);
            return true;
        });
    if (!ok) {
        result = {unreadable(m_file), {}};
        handleFailure(QStringLiteral("read"));
    }
    return result;
}

/// Works about 10 ms on the oldest history query; true while there is more to do.
bool TelemetryHistory::advanceHistory()
{
    if (!m_job) {
        const std::scoped_lock lock(m_mutex);
        if (m_jobs.empty())
            return false;
        m_job = std::move(m_jobs.front());
        m_jobs.pop_front();
    }
    const bool readable = (m_job->started || beginJob(*m_job)) && readSome(*m_job);
    if (readable && m_job->next < m_job->chunks.size())
        return true;
    const std::unique_ptr<Job> job = std::move(m_job);
    if (readable) {
        job->reply(resultOf(*job, m_file));
    } else {
        job->reply({unreadable(m_file), {}});
        handleFailure(QStringLiteral("read"));
    }
    return true;
}

bool TelemetryHistory::beginJob(Job &job)
{
    job.started = true;
    const auto device = m_file.findDevice(job.query.deviceId);
    const qint64 from = toEpochMicros(job.query.from);
    const qint64 to = toEpochMicros(job.query.to);
    if (!device || from > to)
        return true;
    auto span = m_file.chunks(*device, from, to);
    if (!span)
        return false;
    for (const HistoryFile::Loose &part : m_file.loose(*device)) {
        if (part.last < from || part.first > to)
            continue;
        const bool none = span->chunks.empty() && job.loose.empty();
        span->first = none ? part.first : std::min(span->first, part.first);
        span->last = none ? part.last : std::max(span->last, part.last);
        job.loose.push_back(part);
    }
    // Steps are laid over what there is, not over an hour's question about a minute's data.
    job.first = fromEpochMicros(std::max(span->first, from));
    job.last = fromEpochMicros(std::min(span->last, to));
    job.chunks = std::move(span->chunks);
    const int points = std::clamp(job.query.maxPoints, 2, maxPointsLimit);
    for (const QString &channel : std::as_const(job.query.channels)) {
        if (const auto name = m_file.findName(channel); name && job.channels.size() < maxChannels)
            job.channels.try_emplace(*name, job.first, job.last, points);
    }
    return true;
}

bool TelemetryHistory::readSome(Job &job)
{
    QElapsedTimer clock;
    clock.start();
    while (job.next < job.chunks.size() && clock.nsecsElapsed() < sliceNs) {
        const auto bytes = m_file.chunk(job.chunks[job.next]);
        if (!bytes)
            return false;
        ++job.next;
        if (!bytes->isEmpty())
            scan(job, *bytes);
    }
    if (job.next == job.chunks.size()) {
        for (const HistoryFile::Loose &part : job.loose)
            scan(job, part.bytes);
        job.loose.clear();
    }
    return true;
}

void TelemetryHistory::scan(Job &job, const QByteArray &bytes)
{
    const bool all = job.query.channels.isEmpty();
    const int points = std::clamp(job.query.maxPoints, 2, maxPointsLimit);
    const auto wanted = [&](quint32 name) {
        return job.channels.contains(name) || (all && job.channels.size() < maxChannels);
    };
    const auto sample = [&](quint32 name, TimePoint at, double value) {
        if (at < job.query.from || at > job.query.to)
            return;
        auto it = job.channels.find(name);
        if (it == job.channels.end()) {
            if (job.channels.size() >= maxChannels)
                return;
            it = job.channels.try_emplace(name, job.first, job.last, points).first;
        }
        it->second.add(at, value);
    };
    if (!scanChunk(bytes, wanted, sample))
        qCWarning(lcHistory) << "a damaged part of the history was left out";
}

HistoryResult TelemetryHistory::resultOf(const Job &job, const HistoryFile &file)
{
    HistoryResult result;
    for (const auto &[name, series] : job.channels) {
        if (series.samples() > 0)
            result.series.append({file.name(name), series.points()});
    }
    std::sort(result.series.begin(), result.series.end(),
              [](const HistorySeries &a, const HistorySeries &b) { return a.channel < b.channel; });
    return result;
}

} // namespace tocsin
