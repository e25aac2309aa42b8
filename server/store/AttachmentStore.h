// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"

#include <QObject>

#include <chrono>
#include <deque>
#include <mutex>

namespace tocsin {

/// "image/png", "image/jpeg", "image/webp", "image/gif", by the first bytes; empty: none of them.
[[nodiscard]] QByteArray imageTypeOf(const QByteArray &bytes);

/// Pictures as files named by their SHA-256, in DATA/attachments/ab/abcd…. Lives on the thread that it was moved to; start() and
/// sweep() run there. put() and get() are for any thread and never block; replies run on the store's thread, refusals for want of
/// room at once on the caller's.
class AttachmentStore : public QObject, public AttachmentPort
{
    Q_OBJECT
public:
    struct Options
    {
        QString directory;
        qsizetype mostBytes = 10'485'760;   ///< of one picture
        qint64 mostTotal = 4'294'967'296;   ///< of all
        qsizetype mostWaiting = 64'000'000; ///< bytes that wait to be written; and 256 requests
        std::chrono::hours orphanAfter{24}; ///< a picture that no message names is removed after this
    };

    explicit AttachmentStore(Options options, QObject *parent = nullptr);
    ~AttachmentStore() override;

    /// Makes the directory and counts what is there; a sentence when that fails.
    [[nodiscard]] QString start();
    void put(const QByteArray &bytes, Reply reply) override;
    void get(const QString &id, Reply reply) override;
    /// The pictures that are old enough to be removed when no message names them.
    [[nodiscard]] QStringList candidates(TimePoint now) const;
    /// Removes it, unless it was sent again meanwhile.
    void remove(const QString &id, TimePoint now);
    [[nodiscard]] qint64 total() const { return m_total; }

private:
    struct Job
    {
        QString id; ///< empty: put
        QByteArray bytes;
        Reply reply;
    };
    void push(Job job);
    void work();
    [[nodiscard]] AttachmentResult store(const QByteArray &bytes);
    [[nodiscard]] AttachmentResult load(const QString &id) const;
    [[nodiscard]] QString fileOf(const QString &id) const;

    const Options m_options;
    qint64 m_total = 0;
    std::mutex m_mutex; ///< guards what follows
    std::deque<Job> m_jobs;
    qsizetype m_waiting = 0;
};

} // namespace tocsin
