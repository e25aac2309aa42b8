// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/TlsTransport.h"

#include "server/net/Descriptor.h"
#include "server/net/PlainTransport.h"

#include <QLoggingCategory>
#include <QSslConfiguration>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcTls, "tocsin.server.tls", QtInfoMsg)

constexpr qsizetype chunkSize = 65'536;
constexpr qint64 mostHandedDown = 65'536;
/// One TLS record holds no more; larger pieces would only be cut below.
constexpr qsizetype pieceSize = 16'384;

} // namespace

/// What is left of the connection after our closure alert: bytes that nobody decrypts, until the peer's end.
class TlsTransport::Discard final : private Transport::Sink
{
public:
    Discard(TlsTransport &owner, std::unique_ptr<Transport> plain) : m_owner(owner), m_plain(std::move(plain))
    {
        m_plain->setSink(this);
        m_plain->setReading(true);
    }
    ~Discard() { m_plain->setSink(nullptr); }
    Discard(const Discard &) = delete;
    Discard &operator=(const Discard &) = delete;

    [[nodiscard]] Transport &plain() { return *m_plain; }

private:
    void transportReceived(QByteArrayView) override {}
    void transportDrained() override {}
    void transportEnded() override { m_owner.end(); }

    TlsTransport &m_owner;
    std::unique_ptr<Transport> m_plain;
};

TlsTransport::TlsTransport()
{
    connect(&m_socket, &QSslSocket::readyRead, this, &TlsTransport::deliver);
    connect(&m_socket, &QSslSocket::encryptedBytesWritten, this, &TlsTransport::onBytesWritten);
    connect(&m_socket, &QSslSocket::encrypted, this, &TlsTransport::pump);
    connect(&m_socket, &QSslSocket::disconnected, this, &TlsTransport::onDisconnected);
    // Some errors of the handshake come without `disconnected`.
    connect(
        &m_socket, &QSslSocket::errorOccurred, this,
        [this] {
            qCDebug(lcTls) << m_peer.toString() << m_socket.errorString();
            if (m_socket.state() == QAbstractSocket::UnconnectedState)
                onDisconnected();
        },
        Qt::QueuedConnection);
}

TlsTransport::~TlsTransport()
{
    m_sink = nullptr;
    m_ended = true;
    m_socket.disconnect(this);
    m_socket.abort();
}

std::unique_ptr<Transport> TlsTransport::adopt(qintptr descriptor, const QSslConfiguration &configuration)
{
    std::unique_ptr<TlsTransport> transport(new TlsTransport);
    QSslSocket &socket = transport->m_socket;
    socket.setSslConfiguration(configuration);
    if (!socket.setSocketDescriptor(descriptor)) {
        closeDescriptor(descriptor);
        return nullptr;
    }
    tuneStream(descriptor);
    socket.setReadBufferSize(chunkSize);
    transport->m_peer = socket.peerAddress();
    transport->m_peerPort = socket.peerPort();
    socket.startServerEncryption();
    return transport;
}

bool TlsTransport::isOpen() const
{
    return !m_ended && m_after != AfterSending::Close && m_socket.state() == QAbstractSocket::ConnectedState;
}

void TlsTransport::setReading(bool on)
{
    if (m_reading == on)
        return;
    m_reading = on;
    // Never from within the caller: it may be in the middle of a change of state.
    if (on)
        QMetaObject::invokeMethod(this, &TlsTransport::deliver, Qt::QueuedConnection);
}

void TlsTransport::deliver()
{
    if (m_delivering)
        return;
    if (m_writing) { // flushing decrypts, too; the writer is in the middle of something
        QMetaObject::invokeMethod(this, &TlsTransport::deliver, Qt::QueuedConnection);
        return;
    }
    static thread_local std::array<char, chunkSize> scratch;
    m_delivering = true;
    while (m_reading && m_sink != nullptr && !m_ended && !m_finished) {
        const qint64 count = m_socket.read(scratch.data(), scratch.size());
        if (count <= 0)
            break;
        m_sink->transportReceived(QByteArrayView(scratch.data(), count));
    }
    m_delivering = false;
}

void TlsTransport::write(const QByteArrayList &chunks)
{
    if (m_ended || m_finished || m_after != AfterSending::StayOpen)
        return;
    for (const QByteArray &chunk : chunks) {
        for (qsizetype at = 0; at < chunk.size(); at += pieceSize)
            m_waiting.push_back(chunk.size() <= pieceSize ? chunk : chunk.mid(at, pieceSize));
        m_waitingBytes += chunk.size();
    }
    pump();
}

/// Hands down what may go, and closes when everything is gone and that was asked for.
void TlsTransport::pump()
{
    if (m_writing || m_ended || m_finished || !m_socket.isEncrypted())
        return;
    m_writing = true;
    while (!m_waiting.empty() && handedDown() < mostHandedDown) {
        while (!m_waiting.empty() && handedDown() < mostHandedDown) {
            m_waitingBytes -= m_waiting.front().size();
            m_socket.write(m_waiting.front());
            m_waiting.pop_front();
        }
        m_socket.flush(); // the system may take all of it at once, and then nobody would call us again
    }
    m_writing = false;
    whenSent();
}

void TlsTransport::onBytesWritten()
{
    pump();
    if (m_sink != nullptr && !m_ended && !m_finished && !m_writing)
        m_sink->transportDrained();
}

void TlsTransport::finishWriting()
{
    if (m_after == AfterSending::StayOpen)
        m_after = AfterSending::Finish;
    whenSent();
}

void TlsTransport::closeWhenSent()
{
    m_after = AfterSending::Close;
    if (m_rest)
        m_rest->plain().closeWhenSent();
    else
        whenSent();
}

void TlsTransport::whenSent()
{
    if (m_after == AfterSending::StayOpen || m_finished || m_ended || m_writing || unsent() > 0)
        return;
    m_finished = true;
    // Later: disconnecting calls back at once, and the caller may be in the middle of something.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_ended)
                return;
            if (std::unique_ptr<Transport> plain = duplicatePlain(m_socket.socketDescriptor()))
                m_rest = std::make_unique<Discard>(*this, std::move(plain));
            m_socket.disconnectFromHost();
        },
        Qt::QueuedConnection);
}

void TlsTransport::onDisconnected()
{
    if (m_ended)
        return;
    if (!m_rest) {
        deliver(); // what came before the end
        end();
        return;
    }
    // The closure alert is with the system; now TCP's end may follow it.
    if (m_after == AfterSending::Close)
        m_rest->plain().closeWhenSent();
    else
        m_rest->plain().finishWriting();
}

void TlsTransport::abort()
{
    m_ended = true;
    m_waiting.clear();
    m_waitingBytes = 0;
    if (m_socket.socketDescriptor() >= 0)
        resetOnClose(m_socket.socketDescriptor());
    if (m_rest)
        m_rest->plain().abort();
    m_socket.abort();
}

void TlsTransport::end()
{
    if (std::exchange(m_ended, true))
        return;
    m_waiting.clear();
    m_waitingBytes = 0;
    if (m_sink != nullptr)
        m_sink->transportEnded();
}

} // namespace tocsin::net
