// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Session.h"

#include <QByteArray>

namespace tocsin::net {

/// What one topic publishes within one turn, as one piece of bytes for all its listeners: the second frame and those
/// behind it cost nothing per listener, and each socket is written once and from one place. A session joins it at its
/// first frame; when the first of them sends something else, or writes, the batch is sealed and the topic begins another, so
/// that every session gets everything in the order in which it was sent. Server thread; shared by the topic and the sessions.
class FrameBatch
{
public:
    /// Room that a session keeps for it.
    static constexpr qsizetype capacity = 32'768;

    explicit FrameBatch(const Frame &first) : m_first(first), m_wire(first.wire()) {}

    [[nodiscard]] static bool fits(const Frame &first);
    /// Still open, and with room for it.
    [[nodiscard]] bool takes(const Frame &frame) const;
    void append(const Frame &frame);
    void seal() { m_sealed = true; }

    /// A session with permessage-deflate has joined. Before the second frame.
    void compress();
    /// Once it is sealed.
    [[nodiscard]] const QByteArray &wire() const { return m_wire; }
    [[nodiscard]] const QByteArray &compressedWire() const { return m_compressed; }
    [[nodiscard]] quint64 frames() const { return m_frames; }

private:
    Frame m_first;
    QByteArray m_wire;
    QByteArray m_compressed; ///< empty as long as nobody wants it
    quint64 m_frames = 1;
    bool m_sealed = false;
};

} // namespace tocsin::net
