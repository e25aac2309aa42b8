// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"
#include "models/FilePicker.h"
#include "models/PictureCache.h"

#include <QAbstractListModel>
#include <QSet>
#include <QThreadPool>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The pictures of the line that is being written in the current conversation: pasted, dropped or chosen, looked at before they
/// are sent. Each conversation has its own. GUI thread; owned by Console. Files are read and images encoded on another thread.
///
/// Sending brings them to the desk one after the other; only then the line goes (ChatModel). Until then it can be canceled.
class ChatPictures : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.pictures")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(bool busy READ busy NOTIFY progressChanged FINAL)                ///< they are on their way
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged FINAL)      ///< 0 to 1, of all
    Q_PROPERTY(QString statusText READ statusText NOTIFY progressChanged FINAL) ///< "Sending 2 pictures, 45 %"
public:
    enum Role {
        PictureIdRole = Qt::UserRole + 1, ///< for the image provider; empty while it is read
        NameTextRole,                     ///< "quay.jpg"
        SizeTextRole,                     ///< "1.2 MB"
        StateRole,                        ///< State
        ProgressRole,                     ///< 0 to 1
        ProblemRole,                      ///< why it cannot be sent; a sentence
    };
    Q_ENUM(Role)
    enum State { Preparing, Ready, Sending, There, Failed, Unfit };
    Q_ENUM(State)
    static constexpr int MaxPictures = 8;
    static constexpr qint64 MaxBytes = 10'485'760;

    ChatPictures(DeskLink &link, PictureCache &cache, FilePicker &files, QObject *parent = nullptr);
    ~ChatPictures() override;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(pictures().size()); }
    [[nodiscard]] bool busy() const { return m_sending.contains(m_thread); }
    [[nodiscard]] double progress() const;
    [[nodiscard]] QString statusText() const;

    /// Takes a picture or picture files from the clipboard; false: it holds text, or nothing that could be sent.
    Q_INVOKABLE bool paste();
    /// Takes files of this computer; of others it says that they cannot be taken.
    Q_INVOKABLE void addFiles(const QList<QUrl> &files);
    Q_INVOKABLE void choose(); ///< asks for files
    Q_INVOKABLE void remove(int row);
    Q_INVOKABLE void cancel(); ///< what is on its way stays here
    void addImage(const QImage &image, const QString &name);

    void setThread(const QString &thread);
    [[nodiscard]] bool isEmpty(const QString &thread) const { return m_pictures.value(thread).isEmpty(); }
    /// Brings those of a conversation to the desk: stored() or stopped() follows.
    void store(const QString &thread);
    /// After stored(): their ids. The conversation has none any more.
    [[nodiscard]] QStringList takeStored(const QString &thread);

Q_SIGNALS:
    void countChanged();
    void progressChanged();
    void stored(const QString &thread);
    void stopped(const QString &thread);
    void refused(const QString &text); ///< a sentence for the operator

private:
    struct Picture
    {
        quint64 number = 0;
        QString name;
        QByteArray bytes;
        QString id;
        QString problem;
        State state = Preparing;
        quint64 transfer = 0;
        qint64 done = 0; ///< bytes
    };
    struct Prepared
    {
        QByteArray bytes;
        QString id;
        QString problem;
    };
    [[nodiscard]] static Prepared checked(const QByteArray &bytes);
    [[nodiscard]] static Prepared readFile(const QString &path);
    [[nodiscard]] static Prepared encode(const QImage &image);
    [[nodiscard]] const QList<Picture> &pictures() const;
    void prepare(const QString &name, const std::function<Prepared()> &work);
    void takePrepared(const QString &thread, quint64 number, const Prepared &prepared);
    void sendNext(const QString &thread);
    void takeStoredOne(quint64 transfer, const AttachmentResult &result);
    void takeProgress(quint64 transfer, qint64 done);
    void stop(const QString &thread);
    void changed(const QString &thread, qsizetype row);
    [[nodiscard]] std::pair<QString, qsizetype> find(quint64 transfer) const;

    DeskLink &m_link;
    PictureCache &m_cache;
    FilePicker &m_files;
    QString m_thread;
    QHash<QString, QList<Picture>> m_pictures; ///< by thread
    QSet<QString> m_sending;                   ///< threads
    quint64 m_lastNumber = 0;
    QThreadPool m_pool;
};

} // namespace tocsin
