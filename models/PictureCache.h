// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"

#include <QByteArray>
#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QSize>
#include <QThreadPool>

#include <deque>
#include <functional>

namespace tocsin {

/// The pictures of the chat, for whoever draws them: fetched through the link, decoded on threads of its own, kept within bounds. GUI thread; owned by
/// Console. A picture is named by its attachment id, the SHA-256 of its bytes, so one that is only about to be sent has its name already.
class PictureCache : public QObject
{
    Q_OBJECT
public:
    static constexpr int MaxEncoded = 33'554'432; ///< bytes
    static constexpr int MaxDecoded = 25'165'824; ///< bytes
    static constexpr int MaxFetches = 4;          ///< at once
    static constexpr int MaxWaiting = 500;        ///< beyond it the oldest are told that there was no room
    static constexpr qint64 MaxPixels = 100'000'000;

    /// An image, or why there is none: a sentence.
    using Shown = std::function<void(const QImage &image, const QString &problem)>;
    using Given = std::function<void(const QByteArray &bytes, const QString &problem)>;

    explicit PictureCache(DeskLink &link, QObject *parent = nullptr);
    ~PictureCache() override;

    /// The picture, no larger than `box` (and never larger than it is); answered once, later or at once.
    void show(const QString &id, QSize box, Shown shown);
    /// Its bytes as they were sent.
    void give(const QString &id, Given given);

    /// Bytes that are only here yet: kept until unpin().
    void pin(const QString &id, const QByteArray &bytes);
    /// They may be forgotten like any others.
    void unpin(const QString &id);

private:
    void fetchNext();
    void take(quint64 transfer, const AttachmentResult &result);
    void decode(const QString &key, const QByteArray &bytes, QSize box);
    void finishDecoding(const QString &key, const QImage &image, const QString &problem);

    DeskLink &m_link;
    QHash<QString, QByteArray> m_pinned;
    QCache<QString, QByteArray> m_encoded;
    QCache<QString, QImage> m_decoded;       ///< by id and box
    QHash<QString, QList<Given>> m_wanted;   ///< by id: to be fetched, or under way
    std::deque<QString> m_queue;             ///< of those, not asked for yet
    QHash<quint64, QString> m_fetches;       ///< transfer → id
    QHash<QString, QList<Shown>> m_decoding; ///< by id and box
    QThreadPool m_pool;
};

/// Decodes to fit the box; null with a sentence in `problem` when it cannot be. Any thread.
[[nodiscard]] QImage decodePicture(const QByteArray &bytes, QSize box, QString *problem);

} // namespace tocsin
