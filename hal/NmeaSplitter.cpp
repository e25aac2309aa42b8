// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/NmeaSplitter.h"

#include <algorithm>

namespace tocsin {

namespace {
bool isUpperOrDigit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/// `$` is also a byte of binary protocols: only what starts like an address field counts as a lost sentence.
bool looksLikeSentence(const QByteArray &line)
{
    return line.size() >= 5 && std::all_of(line.cbegin(), line.cbegin() + 5, isUpperOrDigit);
}
} // namespace

quint8 NmeaSplitter::checksum(QByteArrayView body)
{
    quint8 sum = 0;
    for (const char c : body)
        sum = quint8(sum ^ quint8(c));
    return sum;
}

QList<QByteArray> NmeaSplitter::feed(QByteArrayView bytes)
{
    QList<QByteArray> out;
    for (const char c : bytes) {
        if (c == '$') {
            giveUp();
            m_inside = true;
            continue;
        }
        if (!m_inside)
            continue;
        if (c == '\r' || c == '\n') {
            endLine(out);
            continue;
        }
        if (c < 0x20 || c > 0x7e) {
            giveUp();
            continue;
        }
        m_line.append(c);
        if (c == '*' && m_star < 0)
            m_star = m_line.size() - 1;
        if (m_line.size() + 1 > MaxLength)
            giveUp();
        else if (m_star >= 0 && m_line.size() == m_star + 3)
            endLine(out); // both digits are there: no need to wait for the line's end
    }
    return out;
}

void NmeaSplitter::endLine(QList<QByteArray> &out)
{
    if (m_star < 0) {
        if (looksLikeSentence(m_line)) {
            if (m_acceptWithoutChecksum) {
                ++m_counters.good;
                out.append(m_line);
            } else {
                ++m_counters.withoutChecksum;
            }
        }
    } else {
        const QByteArray body = m_line.left(m_star);
        const QByteArray digits = m_line.mid(m_star + 1);
        const bool right = digits.size() == 2 && hexDigit(digits[0]) >= 0 && hexDigit(digits[1]) >= 0 &&
                           hexDigit(digits[0]) * 16 + hexDigit(digits[1]) == checksum(body);
        if (right && looksLikeSentence(body)) {
            ++m_counters.good;
            out.append(body);
        } else if (looksLikeSentence(body)) {
            ++m_counters.badChecksum;
        }
    }
    m_inside = false;
    m_star = -1;
    m_line.clear();
}

void NmeaSplitter::giveUp()
{
    if (m_inside && looksLikeSentence(m_line))
        ++m_counters.broken;
    m_inside = false;
    m_star = -1;
    m_line.clear();
}

} // namespace tocsin
