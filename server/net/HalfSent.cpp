// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/HalfSent.h"

namespace tocsin::net {

namespace {
constexpr qsizetype littleBytes = 65'536;
}

void HalfSent::note(Sender *sender, qsizetype bytes)
{
    if (bytes < littleBytes)
        bytes = 0;
    if (bytes == sender->m_bytes)
        return;
    if (sender->m_bytes == 0)
        sender->m_place = m_senders.insert(m_senders.end(), sender);
    else if (bytes == 0)
        m_senders.erase(sender->m_place);
    m_bytes += bytes - sender->m_bytes;
    sender->m_bytes = bytes;
    while (m_bytes > m_most) {
        Sender *const oldest = m_senders.front();
        m_senders.pop_front();
        m_bytes -= oldest->m_bytes;
        oldest->m_bytes = 0;
        oldest->giveUpHalfSent();
    }
}

} // namespace tocsin::net
