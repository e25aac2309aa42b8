// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatPictures.h"

#include "models/Format.h"

#include <QBuffer>
#include <QClipboard>
#include <QCoreApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>
#include <QImageReader>
#include <QMimeData>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {
constexpr int jpegQuality = 90;
constexpr std::array<const char *, 4> kinds{"png", "jpeg", "webp", "gif"};

QString say(const char *text)
{
    return QCoreApplication::translate("tocsin::ChatPictures", text);
}

QString sizeText(qint64 bytes)
{
    constexpr double kilo = 1000;
    const double size = double(bytes);
    return size < kilo * kilo ? say("%1 kB").arg(format::number(std::max(1.0, size / kilo), 0))
                              : say("%1 MB").arg(format::number(size / (kilo * kilo), 1));
}

bool hasPictureFiles(const QMimeData &clipboard)
{
    const QList<QUrl> urls = clipboard.urls();
    return std::any_of(urls.cbegin(), urls.cend(), [](const QUrl &url) { return url.isLocalFile(); });
}
} // namespace

ChatPictures::ChatPictures(DeskLink &link, PictureCache &cache, FilePicker &files, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_cache(cache)
    , m_files(files)
{
    m_pool.setMaxThreadCount(1);
    connect(&link, &DeskLink::pictureStored, this, &ChatPictures::takeStoredOne);
    connect(&link, &DeskLink::pictureProgress, this, &ChatPictures::takeProgress);
    connect(this, &ChatPictures::countChanged, this, &ChatPictures::progressChanged);
}

ChatPictures::~ChatPictures()
{
    m_pool.clear();
    m_pool.waitForDone();
}

const QList<ChatPictures::Picture> &ChatPictures::pictures() const
{
    static const QList<Picture> none;
    const auto known = m_pictures.constFind(m_thread);
    return known == m_pictures.cend() ? none : *known;
}

int ChatPictures::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ChatPictures::roleNames() const
{
    return {{PictureIdRole, "pictureId"}, {NameTextRole, "nameText"}, {SizeTextRole, "sizeText"},
            {StateRole, "pictureState"},  {ProgressRole, "progress"}, {ProblemRole, "problem"}};
}

QVariant ChatPictures::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Picture &picture = pictures()[index.row()];
    switch (role) {
    case PictureIdRole:
        return picture.id;
    case Qt::DisplayRole:
    case NameTextRole:
        return picture.name;
    case SizeTextRole:
        return picture.bytes.isEmpty() ? QString() : sizeText(picture.bytes.size());
    case StateRole:
        return int(picture.state);
    case ProgressRole:
        return picture.bytes.isEmpty() ? 0.0 : double(picture.done) / double(picture.bytes.size());
    case ProblemRole:
        return picture.problem;
    default:
        return {};
    }
}

double ChatPictures::progress() const
{
    qint64 done = 0;
    qint64 total = 0;
    for (const Picture &picture : pictures()) {
        done += picture.done;
        total += picture.bytes.size();
    }
    return total > 0 ? double(done) / double(total) : 0;
}

QString ChatPictures::statusText() const
{
    if (busy())
        return count() == 1 ? tr("Sending 1 picture, %1 %").arg(int(progress() * 100))
                            : tr("Sending %1 pictures, %2 %").arg(count()).arg(int(progress() * 100));
    const auto unfit = std::find_if(pictures().cbegin(), pictures().cend(),
                                    [](const Picture &picture) { return !picture.problem.isEmpty(); });
    return unfit == pictures().cend() ? QString() : tr("%1: %2").arg(unfit->name, unfit->problem);
}

void ChatPictures::setThread(const QString &thread)
{
    if (thread == m_thread)
        return;
    beginResetModel();
    m_thread = thread;
    endResetModel();
    Q_EMIT countChanged();
}

// --- what is added

bool ChatPictures::paste()
{
    const QMimeData *clipboard = QGuiApplication::clipboard()->mimeData();
    if (clipboard == nullptr || m_thread.isEmpty())
        return false;
    if (hasPictureFiles(*clipboard)) {
        addFiles(clipboard->urls());
        return true;
    }
    // Office programs give text together with a picture of it: the text is meant.
    if (!clipboard->hasImage() || clipboard->hasText())
        return false;
    addImage(qvariant_cast<QImage>(clipboard->imageData()), tr("pasted picture"));
    return true;
}

void ChatPictures::choose()
{
    FilePicker::Question question;
    question.title = tr("Pictures to send");
    question.filters = {tr("Pictures (*.png *.jpg *.jpeg *.webp *.gif)"), tr("All files (*)")};
    m_files.ask(question, [this](const QList<QUrl> &files) { addFiles(files); });
}

void ChatPictures::addFiles(const QList<QUrl> &files)
{
    for (const QUrl &file : files) {
        if (!file.isLocalFile()) {
            Q_EMIT refused(tr("%1 is not a file on this computer: save it first.").arg(file.toDisplayString()));
            continue;
        }
        const QString path = file.toLocalFile();
        prepare(QFileInfo(path).fileName(), [path] { return readFile(path); });
    }
}

void ChatPictures::addImage(const QImage &image, const QString &name)
{
    prepare(name, [image] { return encode(image); });
}

void ChatPictures::prepare(const QString &name, const std::function<Prepared()> &work)
{
    if (m_thread.isEmpty())
        return;
    if (busy()) {
        Q_EMIT refused(tr("Pictures are on their way: wait for them, or cancel first."));
        return;
    }
    if (count() >= MaxPictures) {
        Q_EMIT refused(tr("A message takes at most %1 pictures: %2 is left out.").arg(MaxPictures).arg(name));
        return;
    }
    Picture picture;
    picture.number = ++m_lastNumber;
    picture.name = name;
    beginInsertRows({}, count(), count());
    m_pictures[m_thread].append(picture);
    endInsertRows();
    Q_EMIT countChanged();
    m_pool.start([this, work, thread = m_thread, number = picture.number] {
        const Prepared prepared = work();
        QMetaObject::invokeMethod(
            this, [this, thread, number, prepared] { takePrepared(thread, number, prepared); }, Qt::QueuedConnection);
    });
}

ChatPictures::Prepared ChatPictures::checked(const QByteArray &bytes)
{
    if (bytes.size() > MaxBytes)
        return {{}, {}, say("It has %1; at most %2 are taken.").arg(sizeText(bytes.size()), sizeText(MaxBytes))};
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    const QByteArray kind = QImageReader::imageFormat(&buffer);
    if (std::none_of(kinds.cbegin(), kinds.cend(), [&kind](const char *one) { return kind == one; }))
        return {{}, {}, say("It is no picture that can be sent: PNG, JPEG, WebP and GIF are.")};
    return {bytes, QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex()), {}};
}

ChatPictures::Prepared ChatPictures::readFile(const QString &path)
{
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return {{}, {}, say("It cannot be read: %1.").arg(file.isOpen() ? say("it is no file") : file.errorString())};
    if (file.size() > MaxBytes)
        return {{}, {}, say("It has %1; at most %2 are taken.").arg(sizeText(file.size()), sizeText(MaxBytes))};
    return checked(file.read(MaxBytes + 1));
}

/// Without loss if that fits, else as a photograph.
ChatPictures::Prepared ChatPictures::encode(const QImage &image)
{
    const auto as = [&image](const char *kind, int quality) {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        return image.save(&buffer, kind, quality) ? bytes : QByteArray();
    };
    QByteArray bytes = as("png", -1);
    if (bytes.size() > MaxBytes)
        bytes = as("jpeg", jpegQuality);
    return bytes.isEmpty() ? Prepared{{}, {}, say("The picture in the clipboard cannot be read.")} : checked(bytes);
}

void ChatPictures::takePrepared(const QString &thread, quint64 number, const Prepared &prepared)
{
    const auto pictures = m_pictures.find(thread);
    if (pictures == m_pictures.end())
        return;
    const auto picture =
        std::find_if(pictures->begin(), pictures->end(), [number](const Picture &p) { return p.number == number; });
    if (picture == pictures->end())
        return; // removed meanwhile
    picture->bytes = prepared.bytes;
    picture->id = prepared.id;
    picture->problem = prepared.problem;
    picture->state = prepared.problem.isEmpty() ? Ready : Unfit;
    if (!picture->id.isEmpty())
        m_cache.pin(picture->id, picture->bytes);
    changed(thread, picture - pictures->begin());
    if (!prepared.problem.isEmpty())
        Q_EMIT refused(tr("%1 cannot be sent. %2").arg(picture->name, prepared.problem));
    if (m_sending.contains(thread))
        sendNext(thread);
}

void ChatPictures::remove(int row)
{
    if (row < 0 || row >= count())
        return;
    if (busy())
        cancel();
    const QString id = pictures()[row].id;
    beginRemoveRows({}, row, row);
    QList<Picture> &list = m_pictures[m_thread];
    list.removeAt(row);
    if (list.isEmpty())
        m_pictures.remove(m_thread);
    endRemoveRows();
    m_cache.unpin(id);
    Q_EMIT countChanged();
}

// --- on their way

void ChatPictures::store(const QString &thread)
{
    const QList<Picture> list = m_pictures.value(thread);
    const auto unfit =
        std::find_if(list.cbegin(), list.cend(), [](const Picture &picture) { return picture.state == Unfit; });
    if (unfit != list.cend()) {
        Q_EMIT refused(tr("%1 cannot be sent: take it out first.").arg(unfit->name));
        Q_EMIT stopped(thread);
        return;
    }
    m_sending.insert(thread);
    Q_EMIT progressChanged();
    sendNext(thread);
}

void ChatPictures::sendNext(const QString &thread)
{
    QList<Picture> &list = m_pictures[thread];
    const auto next = std::find_if(list.begin(), list.end(), [](const Picture &p) { return p.state != There; });
    if (next == list.end()) {
        m_sending.remove(thread);
        Q_EMIT progressChanged();
        Q_EMIT stored(thread);
        return;
    }
    if (next->state == Unfit)
        return stop(thread);
    if (next->state == Preparing || next->state == Sending)
        return; // goes on when that has come
    next->state = Sending;
    next->problem.clear();
    next->done = 0;
    next->transfer = m_link.storePicture(next->bytes);
    changed(thread, next - list.begin());
}

std::pair<QString, qsizetype> ChatPictures::find(quint64 transfer) const
{
    for (auto it = m_pictures.cbegin(); transfer != 0 && it != m_pictures.cend(); ++it) {
        for (qsizetype row = 0; row < it->size(); ++row) {
            if (it->at(row).transfer == transfer)
                return {it.key(), row};
        }
    }
    return {{}, -1};
}

void ChatPictures::takeProgress(quint64 transfer, qint64 done)
{
    const auto [thread, row] = find(transfer);
    if (row < 0)
        return;
    Picture &picture = m_pictures[thread][row];
    picture.done = std::clamp<qint64>(done, 0, picture.bytes.size());
    changed(thread, row);
}

void ChatPictures::takeStoredOne(quint64 transfer, const AttachmentResult &result)
{
    const auto [thread, row] = find(transfer);
    if (row < 0)
        return;
    Picture &picture = m_pictures[thread][row];
    picture.transfer = 0;
    if (result.code.isEmpty()) {
        picture.id = result.attachment.id;
        picture.done = picture.bytes.size();
        picture.state = There;
        changed(thread, row);
        sendNext(thread);
        return;
    }
    picture.problem = result.message.isEmpty() ? result.code : result.message;
    picture.state = Failed;
    picture.done = 0;
    changed(thread, row);
    Q_EMIT refused(tr("%1 was not sent: %2").arg(picture.name, picture.problem));
    stop(thread);
}

void ChatPictures::cancel()
{
    if (!busy())
        return;
    QList<Picture> &list = m_pictures[m_thread];
    for (qsizetype row = 0; row < list.size(); ++row) {
        if (list[row].state != Sending)
            continue;
        m_link.cancelPicture(list[row].transfer);
        list[row].transfer = 0;
        list[row].done = 0;
        list[row].state = Ready;
        changed(m_thread, row);
    }
    stop(m_thread);
}

void ChatPictures::stop(const QString &thread)
{
    m_sending.remove(thread);
    Q_EMIT progressChanged();
    Q_EMIT stopped(thread);
}

QStringList ChatPictures::takeStored(const QString &thread)
{
    QStringList ids;
    const bool shown = thread == m_thread;
    if (shown)
        beginResetModel();
    for (const Picture &picture : m_pictures.take(thread)) {
        ids.append(picture.id);
        m_cache.unpin(picture.id);
    }
    ids.removeDuplicates(); // the same picture twice is one
    if (shown) {
        endResetModel();
        Q_EMIT countChanged();
    }
    return ids;
}

void ChatPictures::changed(const QString &thread, qsizetype row)
{
    if (thread != m_thread)
        return;
    Q_EMIT dataChanged(index(int(row)), index(int(row)));
    Q_EMIT progressChanged();
}

} // namespace tocsin
