// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "models/link/LinkTarget.h"

#include <QHash>
#include <QNetworkAccessManager>
#include <QObject>

#include <chrono>

QT_BEGIN_NAMESPACE
class QNetworkReply;
class QNetworkRequest;
QT_END_NAMESPACE

namespace tocsin {

/// Pictures of a server elsewhere, over HTTP beside the socket: POST and GET /api/attachments with the same token, authority and pinned
/// certificate. One thread, the GUI's. Every transfer is answered once, unless it is canceled; none before its call returns.
class RemotePictures : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 mostBytes = 10'485'760;             ///< of one picture, as the server has it
    static constexpr std::chrono::milliseconds silence{30'000}; ///< then a transfer is given up

    explicit RemotePictures(LinkTarget target, QObject *parent = nullptr);

    quint64 store(const QByteArray &bytes);
    quint64 fetch(const QString &id);
    void cancel(quint64 transfer);

Q_SIGNALS:
    void progress(quint64 transfer, qint64 bytesDone);
    void stored(quint64 transfer, const tocsin::AttachmentResult &result);
    void fetched(quint64 transfer, const tocsin::AttachmentResult &result);

private:
    [[nodiscard]] QNetworkRequest request(const QString &path) const;
    quint64 watch(QNetworkReply *reply);
    void judgeCertificate(QNetworkReply *reply) const;
    [[nodiscard]] AttachmentResult failureOf(QNetworkReply &reply) const;

    const LinkTarget m_target;
    QNetworkAccessManager m_http;
    QHash<quint64, QNetworkReply *> m_transfers;
    quint64 m_last = 0;
};

} // namespace tocsin
