// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>

namespace tocsin::net {

/// What the front door asks of a bare stream descriptor (a SOCKET on Windows) before a transport takes it. Server thread.

struct Endpoint
{
    QHostAddress address;
    quint16 port = 0;
};

/// The other end; a null address when it is gone already.
[[nodiscard]] Endpoint peerOf(qintptr descriptor);

[[nodiscard]] bool makeNonBlocking(qintptr descriptor);

/// Small messages at once, dead peers given up.
void tuneStream(qintptr descriptor);

enum class Take { Look, Remove };
/// Bytes read; 0 at the end of the stream or after an error; -1 when there is nothing yet.
[[nodiscard]] qint64 receiveNow(qintptr descriptor, char *data, qsizetype size, Take how);

/// Sends a last word as far as the system takes it, and closes. What the peer has sent is read first, or closing would reset
/// the connection before the peer sees the answer.
void closeWith(qintptr descriptor, const QByteArray &lastWord);

void closeDescriptor(qintptr descriptor);

/// Closing will reset the connection at once. Otherwise the system would go on offering what it holds to a peer that does not read,
/// and wait for the end of one that does not close.
void resetOnClose(qintptr descriptor);

/// A second descriptor of the same stream; -1 where the platform has none.
[[nodiscard]] qintptr duplicateDescriptor(qintptr descriptor);

} // namespace tocsin::net
