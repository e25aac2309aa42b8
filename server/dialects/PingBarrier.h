// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

#include <deque>
#include <optional>

namespace tocsin {

/// Where the replay of clients that acknowledge nothing starts. After frames of class A the server pings with a position of the stream as the
/// payload; the pong, which every WebSocket library sends by itself, proves that the client's stack has got so far. What a connection
/// had not proved when it ended is owed to the user, and the next connection takes the debt over; so does one that comes while the other is still
/// open, since its peer may be gone without a word. A client may get something twice, never not at all. Plain value logic; server thread.
///
/// A key is one user's stream over one dialect: such clients cannot be told apart, so with several at once the one that had got least
/// sets the debt. Bounded: the debts of the `capacity` users who left last are kept.
class PingBarrier
{
public:
    explicit PingBarrier(qsizetype capacity = 100'000) : m_capacity(capacity) {}

    struct Start
    {
        qint64 after = 0;   ///< what follows this position is to be sent
        bool known = false; ///< the key has been here since the start of the server
    };
    /// A connection begins; `head` is where the stream stands.
    [[nodiscard]] Start open(quint64 socket, const QString &key, qint64 head);
    /// It is told from further back than open() said; that is owed until it is proved.
    void beginAt(quint64 socket, qint64 seq);
    /// Something up to `seq` was sent; the payload to ping with.
    [[nodiscard]] QByteArray sent(quint64 socket, qint64 seq);
    /// It has been told all up to `seq` that is for it: what lies between needs no ping to get past.
    void passed(quint64 socket, qint64 seq);
    /// False: no payload of ours, or of nothing that was sent.
    bool proved(quint64 socket, const QByteArray &payload);
    void closed(quint64 socket, qint64 head);

    [[nodiscard]] qint64 provedBy(quint64 socket) const { return m_sockets.value(socket).proved; }
    [[nodiscard]] qsizetype debts() const { return m_debts.size(); }

private:
    struct Socket
    {
        QString key;
        qint64 proved = 0;
        qint64 sent = 0;
        bool behind = false; ///< it has not been told yet what is owed: passed() follows
    };
    qsizetype m_capacity;
    [[nodiscard]] static qint64 provenBy(const Socket &socket, qint64 head);

    QHash<quint64, Socket> m_sockets;
    QHash<QString, QSet<quint64>> m_open; ///< by key
    QHash<QString, qint64> m_debts;       ///< also of those who owe nothing: they start where they left
    std::deque<QString> m_order;          ///< of m_debts, the oldest first; may name some that are gone
};

} // namespace tocsin
