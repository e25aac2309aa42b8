// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Utf8.h"

#include <cstring>

namespace tocsin::net {

bool Utf8Check::feed(QByteArrayView bytes)
{
    constexpr quint8 firstContinuation = 0x80;
    constexpr quint8 lastContinuation = 0xBF;
    const auto *at = reinterpret_cast<const quint8 *>(bytes.data());
    const auto *const end = at + bytes.size();
    while (at != end) {
        if (m_missing == 0) {
            // Runs of ASCII, eight bytes at a time: most text is nothing else.
            while (end - at >= 8) {
                quint64 word = 0;
                std::memcpy(&word, at, sizeof word);
                if ((word & 0x8080808080808080ULL) != 0)
                    break;
                at += 8;
            }
            if (at == end)
                break;
            const quint8 lead = *at++;
            if (lead < 0x80)
                continue;
            m_low = firstContinuation;
            m_high = lastContinuation;
            if (lead >= 0xC2 && lead <= 0xDF) {
                m_missing = 1;
            } else if (lead >= 0xE0 && lead <= 0xEF) {
                m_missing = 2;
                if (lead == 0xE0)
                    m_low = 0xA0; // shorter forms exist below
                else if (lead == 0xED)
                    m_high = 0x9F; // surrogates above
            } else if (lead >= 0xF0 && lead <= 0xF4) {
                m_missing = 3;
                if (lead == 0xF0)
                    m_low = 0x90;
                else if (lead == 0xF4)
                    m_high = 0x8F; // beyond U+10FFFF above
            } else {
                return false;
            }
            continue;
        }
        const quint8 next = *at++;
        if (next < m_low || next > m_high)
            return false;
        m_low = firstContinuation;
        m_high = lastContinuation;
        --m_missing;
    }
    return true;
}

bool isValidUtf8(QByteArrayView bytes)
{
    Utf8Check check;
    return check.feed(bytes) && check.atBoundary();
}

} // namespace tocsin::net
