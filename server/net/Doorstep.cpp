// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Doorstep.h"

#include "server/net/HttpText.h"
#include "server/net/ProxyHeader.h"

#include <QLoggingCategory>

#include <array>
#include <utility>

namespace tocsin::net {

namespace {

Q_LOGGING_CATEGORY(lcDoor, "tocsin.server.door", QtInfoMsg)

constexpr char tlsHandshake = 0x16; ///< content type of a record, RFC 8446 5.1

bool isLetter(char c)
{
    return c >= 'A' && c <= 'Z';
}

} // namespace

Doorstep::Doorstep(qintptr descriptor, const Endpoint &peer, Expected expected, QObject *parent)
    : QObject(parent)
    , m_readable(descriptor, QSocketNotifier::Read)
    , m_client(peer)
    , m_since(Clock::now())
    , m_descriptor(descriptor)
    , m_expected(expected)
{
    connect(&m_readable, &QSocketNotifier::activated, this, &Doorstep::onReadable);
}

Doorstep::~Doorstep()
{
    m_readable.setEnabled(false);
    if (m_descriptor >= 0)
        closeDescriptor(m_descriptor);
}

qintptr Doorstep::takeDescriptor()
{
    m_readable.setEnabled(false);
    return std::exchange(m_descriptor, -1);
}

void Doorstep::onReadable()
{
    if (m_descriptor < 0)
        return;
    if (m_expected.proxyHeader && !readHeader())
        return;
    if (m_expected.tls && !lookForTls())
        return;
    m_readable.setEnabled(false);
    Q_EMIT passed();
}

/// Takes the header's bytes and no others: what follows is for TLS or HTTP. True when it is complete.
bool Doorstep::readHeader()
{
    std::array<char, longestProxyHeader> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
    const qint64 seen = receiveNow(m_descriptor, bytes.data(), bytes.size() - m_header.size(), Take::Look);
    if (seen < 0)
        return false;
    if (seen == 0) {
        fail();
        return false;
    }
    const qsizetype before = m_header.size();
    const ProxyHeader header = readProxyHeader(m_header + QByteArray(bytes.data(), seen));
    if (header.state == ProxyHeader::State::Refused) {
        qCInfo(lcDoor) << "The PROXY header of" << m_client.address.toString() << "is refused:" << header.why;
        fail();
        return false;
    }
    const bool complete = header.state == ProxyHeader::State::Complete;
    const qsizetype own = complete ? header.size - before : seen;
    m_header.append(bytes.data(), own);
    static_cast<void>(receiveNow(m_descriptor, bytes.data(), own, Take::Remove));
    if (!complete)
        return false;
    m_header.clear();
    m_expected.proxyHeader = false;
    if (header.isForwarded)
        m_client = header.client;
    return true;
}

bool Doorstep::lookForTls()
{
    char first = 0;
    const qint64 seen = receiveNow(m_descriptor, &first, 1, Take::Look);
    if (seen < 0)
        return false;
    if (seen == 1 && first == tlsHandshake)
        return true;
    if (seen == 1 && isLetter(first)) {
        ResponseStyle style;
        style.keepAlive = false;
        const QByteArray answer =
            serialize(errorResponse(400, "This port speaks TLS: use https or wss."), style, systemNow());
        m_readable.setEnabled(false);
        closeWith(std::exchange(m_descriptor, -1), answer);
    }
    fail();
    return false;
}

void Doorstep::fail()
{
    m_readable.setEnabled(false);
    if (m_descriptor >= 0)
        closeDescriptor(std::exchange(m_descriptor, -1));
    Q_EMIT failed();
}

} // namespace tocsin::net
