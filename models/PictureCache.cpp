// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/PictureCache.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImageReader>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr int decoders = 2;

QString say(const char *text)
{
    return QCoreApplication::translate("tocsin::PictureCache", text);
}

QString keyOf(const QString &id, QSize box)
{
    return QStringLiteral("%1@%2x%3").arg(id).arg(box.width()).arg(box.height());
}
} // namespace

QImage decodePicture(const QByteArray &bytes, QSize box, QString *problem)
{
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    reader.setAutoTransform(true); // phones say in the file which way is up
    reader.setDecideFormatFromContent(true);
    const QSize size = reader.size();
    if (qint64{size.width()} * size.height() > PictureCache::MaxPixels) {
        *problem = say("The picture has %1 × %2 points: too many to show.").arg(size.width()).arg(size.height());
        return {};
    }
    const bool turned = reader.transformation() & QImageIOHandler::TransformationRotate90;
    const QSize room = turned ? box.transposed() : box;
    if (size.isValid() && room.isValid() && (size.width() > room.width() || size.height() > room.height()))
        reader.setScaledSize(size.scaled(room, Qt::KeepAspectRatio).expandedTo({1, 1}));
    const QImage image = reader.read();
    if (image.isNull())
        *problem = say("The picture cannot be read: %1.").arg(reader.errorString());
    return image;
}

PictureCache::PictureCache(DeskLink &link, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_encoded(MaxEncoded)
    , m_decoded(MaxDecoded)
{
    m_pool.setMaxThreadCount(decoders);
    connect(&link, &DeskLink::pictureFetched, this, &PictureCache::take);
}

PictureCache::~PictureCache()
{
    m_pool.clear();
    m_pool.waitForDone();
}

void PictureCache::pin(const QString &id, const QByteArray &bytes)
{
    m_pinned.insert(id, bytes);
}

void PictureCache::unpin(const QString &id)
{
    const QByteArray bytes = m_pinned.take(id);
    if (!bytes.isEmpty())
        m_encoded.insert(id, new QByteArray(bytes), int(bytes.size()));
}

void PictureCache::give(const QString &id, Given given)
{
    if (const auto pinned = m_pinned.constFind(id); pinned != m_pinned.cend())
        return given(*pinned, {});
    if (const QByteArray *bytes = m_encoded.object(id))
        return given(QByteArray(*bytes), {});
    const bool known = m_wanted.contains(id);
    m_wanted[id].append(std::move(given));
    if (known)
        return;
    m_queue.push_back(id);
    if (m_queue.size() > MaxWaiting) {
        const QString oldest = m_queue.front();
        m_queue.pop_front();
        for (const Given &one : m_wanted.take(oldest))
            one({}, say("Too many pictures are wanted at once."));
    }
    fetchNext();
}

void PictureCache::fetchNext()
{
    while (!m_queue.empty() && m_fetches.size() < MaxFetches) {
        // The newest first: that is what the operator looks at.
        const QString id = m_queue.back();
        m_queue.pop_back();
        m_fetches.insert(m_link.fetchPicture(id), id);
    }
}

void PictureCache::take(quint64 transfer, const AttachmentResult &result)
{
    const QString id = m_fetches.take(transfer);
    if (id.isEmpty())
        return;
    const QByteArray &bytes = result.attachment.bytes;
    if (result.code.isEmpty())
        m_encoded.insert(id, new QByteArray(bytes), int(bytes.size()));
    const QList<Given> wanted = m_wanted.take(id);
    fetchNext();
    for (const Given &given : wanted)
        given(bytes, result.code.isEmpty() || !result.message.isEmpty() ? result.message : result.code);
}

void PictureCache::show(const QString &id, QSize box, Shown shown)
{
    const QString key = keyOf(id, box);
    if (const QImage *image = m_decoded.object(key))
        return shown(QImage(*image), {});
    const bool known = m_decoding.contains(key);
    m_decoding[key].append(std::move(shown));
    if (known)
        return;
    give(id, [this, key, box](const QByteArray &bytes, const QString &problem) {
        if (problem.isEmpty())
            decode(key, bytes, box);
        else
            finishDecoding(key, {}, problem);
    });
}

void PictureCache::decode(const QString &key, const QByteArray &bytes, QSize box)
{
    m_pool.start([this, key, bytes, box] {
        QString problem;
        const QImage image = decodePicture(bytes, box, &problem);
        QMetaObject::invokeMethod(
            this, [this, key, image, problem] { finishDecoding(key, image, problem); }, Qt::QueuedConnection);
    });
}

void PictureCache::finishDecoding(const QString &key, const QImage &image, const QString &problem)
{
    if (!image.isNull())
        m_decoded.insert(key, new QImage(image), int(std::min<qsizetype>(image.sizeInBytes(), MaxDecoded)));
    for (const Shown &shown : m_decoding.take(key))
        shown(image, problem);
}

} // namespace tocsin
