// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/Deflate.h"
#include "server/net/Utf8.h"

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <chrono>
#include <memory>

namespace tocsin::net {

/// Reads a client's frames strictly (RFC 6455 5): mask required, no reserved bit or opcode, shortest length encoding,
/// control frames whole and at most 125 bytes, fragments in order, text valid UTF-8 over the whole message and refused at
/// the first impossible byte. Limits act on what is announced, before a byte of it is kept; every fragment is charged
/// 64 bytes besides its payload, so a flood of tiny ones ends too. Plain value logic: one reader per connection; time is
/// an argument.
class FrameReader
{
public:
    using Clock = std::chrono::steady_clock;

    /// Pause: much was inflated; nothing is wrong, but others wait. What came is taken as far as it was read.
    enum class Kind { NeedMore, Pause, Text, Binary, Ping, Pong, Close, Error };
    struct Event
    {
        Kind kind = Kind::NeedMore;
        QByteArray payload;    ///< the whole message, or the control frame's payload
        quint16 closeCode = 0; ///< Close: what the peer said (0: nothing); Error: what to close with
        const char *why = "";  ///< Error: one sentence
    };

    explicit FrameReader(qsizetype messageLimit) : m_limit(messageLimit) {}
    ~FrameReader();
    FrameReader(const FrameReader &) = delete;
    FrameReader &operator=(const FrameReader &) = delete;

    /// permessage-deflate was agreed, without context takeover: messages may come compressed.
    void allowDeflate() { m_deflate = true; }
    /// From the next frame on.
    void setLimit(qsizetype messageLimit) { m_limit = messageLimit; }

    /// Takes bytes from the front of `in` up to and including the next event. After Error it takes everything and
    /// reports nothing more.
    [[nodiscard]] Event read(QByteArrayView &in, Clock::time_point now);

    /// From now on messages no longer count: they are neither kept nor inflated, and come out empty. Control frames do count.
    void skipMessages();

    /// A message has begun and its bytes come slower than 500 B/s after the first 9 s.
    [[nodiscard]] bool isStalled(Clock::time_point now) const;
    /// Bytes of a message that has begun and not ended.
    [[nodiscard]] qsizetype held() const { return m_message.size(); }
    /// We did not read for a while: the time until now is not the peer's.
    void resumed(Clock::time_point now) { m_began = now; }

private:
    [[nodiscard]] Event fail(quint16 code, const char *why);
    [[nodiscard]] Event headerByte();
    [[nodiscard]] Event lengthKnown();
    [[nodiscard]] Event takePayload(QByteArrayView masked);
    [[nodiscard]] Event inflated(Inflater::Result result, qsizetype before);
    void beginMessage();
    [[nodiscard]] Event frameDone();
    [[nodiscard]] Event closeEvent();
    [[nodiscard]] bool isControl() const { return (m_header[0] & 0x08) != 0; }

    static constexpr int maxHeader = 14;
    static constexpr qsizetype fragmentCharge = 64;

    QByteArray m_message;
    QByteArray m_control;
    Clock::time_point m_began; ///< of the message or frame that is being read
    qsizetype m_limit;
    qsizetype m_charged = 0;  ///< payload and fragment charges of the message so far
    quint64 m_remaining = 0;  ///< payload bytes of this frame that must still come
    qsizetype m_progress = 0; ///< bytes taken since m_began, but for control frames inside a message
    std::array<quint8, maxHeader> m_header{};
    std::array<quint8, 4> m_key{};
    quint8 m_headerHave = 0;
    quint8 m_headerNeed = 2;
    quint8 m_keyAt = 0; ///< which key byte comes next
    Utf8Check m_utf8;
    std::unique_ptr<Inflater> m_inflater; ///< while a compressed message is being read
    bool m_deflate = false;
    bool m_skip = false;
    bool m_inPayload = false;
    bool m_inMessage = false; ///< a fragmented data message is open
    bool m_text = false;
    bool m_failed = false;
    bool m_busy = false; ///< m_began is set
};

} // namespace tocsin::net
