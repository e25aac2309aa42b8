// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FrameBatch.h"

namespace tocsin::net {

bool FrameBatch::fits(const Frame &first)
{
    return first.wire().size() <= capacity;
}

bool FrameBatch::takes(const Frame &frame) const
{
    return !m_sealed && m_wire.size() + frame.wire().size() <= capacity;
}

void FrameBatch::append(const Frame &frame)
{
    if (m_frames == 1)
        m_wire.reserve(capacity);
    m_wire += frame.wire();
    if (!m_compressed.isEmpty())
        m_compressed += frame.compressedWire();
    ++m_frames;
}

void FrameBatch::compress()
{
    if (m_compressed.isEmpty())
        m_compressed = m_first.compressedWire();
}

} // namespace tocsin::net
