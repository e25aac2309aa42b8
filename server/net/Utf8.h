// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace tocsin::net {

/// Checks UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF) piece by piece; a character may be
/// split anywhere. Plain value logic, four bytes of state.
class Utf8Check
{
public:
    /// False as soon as no continuation could make the text valid.
    [[nodiscard]] bool feed(QByteArrayView bytes);
    /// True when the text does not end inside a character.
    [[nodiscard]] bool atBoundary() const { return m_missing == 0; }
    void reset() { m_missing = 0; }

private:
    quint8 m_missing = 0; ///< continuation bytes that must still come
    quint8 m_low = 0x80;  ///< bounds of the next one
    quint8 m_high = 0xBF;
};

[[nodiscard]] bool isValidUtf8(QByteArrayView bytes);

} // namespace tocsin::net
