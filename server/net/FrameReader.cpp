// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FrameReader.h"

#include "server/net/FrameCodec.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace tocsin::net {

namespace {

constexpr quint8 finalBit = 0x80;
constexpr quint8 reservedBits = 0x70;
constexpr quint8 deflatedBit = 0x40; // RSV1 of a message's first frame, RFC 7692
constexpr quint8 opcodeBits = 0x0F;
constexpr quint8 maskBit = 0x80;
constexpr quint8 lengthBits = 0x7F;
constexpr quint8 length16 = 126;
constexpr quint8 length64 = 127;
constexpr quint8 maxControl = 125;

/// Above this the message grows as its bytes come; an announcement alone costs nothing.
constexpr quint64 reserveAtOnce = 65'536;

/// A bomb may bring a thousand bytes for each of its own: what is inflated of one peer in a row, and how much is taken at once for it.
constexpr qsizetype inflatedInARow = 1'048'576;
constexpr qsizetype packedAtOnce = 1'024;

/// A mobile link may well say nothing for some seconds.
constexpr auto graceTime = std::chrono::seconds(9);
constexpr double slowestBytesPerSecond = 500.0;

/// XORs `size` bytes with the key, which starts at key byte `at`.
void unmask(char *data, qsizetype size, const std::array<quint8, 4> &key, quint8 at)
{
    std::array<quint8, 8> rotated{};
    for (std::size_t i = 0; i < rotated.size(); ++i)
        rotated[i] = key[(at + i) & 3U];
    quint64 wide = 0;
    std::memcpy(&wide, rotated.data(), sizeof wide);
    qsizetype i = 0;
    for (; i + 8 <= size; i += 8) {
        quint64 word = 0;
        std::memcpy(&word, data + i, sizeof word);
        word ^= wide;
        std::memcpy(data + i, &word, sizeof word);
    }
    for (; i < size; ++i)
        data[i] = static_cast<char>(static_cast<quint8>(data[i]) ^ rotated[static_cast<std::size_t>(i & 7)]);
}

} // namespace

FrameReader::~FrameReader() = default;

FrameReader::Event FrameReader::fail(quint16 code, const char *why)
{
    m_failed = true;
    m_message = {};
    m_control = {};
    m_inflater.reset();
    return {Kind::Error, {}, code, why};
}

FrameReader::Event FrameReader::read(QByteArrayView &in, Clock::time_point now)
{
    if (m_failed) {
        in = {};
        return {};
    }
    qsizetype inflated = 0;
    while (true) {
        if (!m_inPayload) {
            while (m_headerHave < m_headerNeed && !in.isEmpty()) {
                if (!m_busy) {
                    m_busy = true;
                    m_began = now;
                    m_progress = 0;
                }
                m_header[m_headerHave++] = static_cast<quint8>(in.front());
                in = in.sliced(1);
                ++m_progress;
                const Event event = headerByte();
                if (event.kind != Kind::NeedMore)
                    return event;
            }
            if (m_headerHave < m_headerNeed)
                return {};
            m_inPayload = true;
        }
        auto count = static_cast<qsizetype>(std::min<quint64>(m_remaining, static_cast<quint64>(in.size())));
        if (count > 0) {
            const qsizetype before = m_message.size();
            if (m_inflater && !isControl())
                count = std::min(count, packedAtOnce);
            const QByteArrayView part = in.first(count);
            in = in.sliced(count);
            m_remaining -= static_cast<quint64>(count);
            m_progress += count;
            const Event event = takePayload(part);
            if (event.kind != Kind::NeedMore)
                return event;
            inflated += m_inflater ? m_message.size() - before : 0;
        }
        if (m_remaining > 0) {
            if (in.isEmpty())
                return {};
            if (inflated >= inflatedInARow)
                return {Kind::Pause, {}, 0, ""};
            continue;
        }
        Event event = frameDone();
        if (event.kind != Kind::NeedMore)
            return event;
    }
}

/// Judges the header as far as it is there, so that a bad frame is refused at its first bad byte.
FrameReader::Event FrameReader::headerByte()
{
    const quint8 first = m_header[0];
    const bool isFinal = (first & finalBit) != 0;
    if (m_headerHave == 1) {
        const auto kind = static_cast<Opcode>(first & opcodeBits);
        const bool beginsMessage = kind == Opcode::Text || kind == Opcode::Binary;
        const quint8 allowed = m_deflate && beginsMessage ? deflatedBit : 0;
        if ((first & reservedBits & ~allowed) != 0)
            return fail(CloseCode::Protocol, "A reserved bit is set.");
        const auto opcode = static_cast<Opcode>(first & opcodeBits);
        switch (opcode) {
        case Opcode::Continuation:
            if (!m_inMessage)
                return fail(CloseCode::Protocol, "A continuation continues nothing.");
            break;
        case Opcode::Text:
        case Opcode::Binary:
            if (m_inMessage)
                return fail(CloseCode::Protocol, "A message begins inside another.");
            break;
        case Opcode::Close:
        case Opcode::Ping:
        case Opcode::Pong:
            if (!isFinal)
                return fail(CloseCode::Protocol, "A control frame is fragmented.");
            break;
        default:
            return fail(CloseCode::Protocol, "The opcode is reserved.");
        }
        return {};
    }
    if (m_headerHave == 2) {
        const quint8 second = m_header[1];
        if ((second & maskBit) == 0)
            return fail(CloseCode::Protocol, "A client's frames must be masked.");
        const quint8 length = second & lengthBits;
        if (isControl() && length > maxControl)
            return fail(CloseCode::Protocol, "A control frame is too long.");
        m_headerNeed = length == length16 ? 8 : length == length64 ? 14 : 6;
        if (length < length16) {
            m_remaining = length;
            return lengthKnown();
        }
        return {};
    }
    const quint8 length = m_header[1] & lengthBits;
    if (length == length16 && m_headerHave == 4) {
        m_remaining = qFromBigEndian<quint16>(&m_header[2]);
        if (m_remaining < length16)
            return fail(CloseCode::Protocol, "A length is not in its shortest form.");
        return lengthKnown();
    }
    if (length == length64 && m_headerHave == 10) {
        m_remaining = qFromBigEndian<quint64>(&m_header[2]);
        if (m_remaining <= 0xFFFF || (m_remaining >> 63U) != 0)
            return fail(CloseCode::Protocol, "A length is not in its shortest form.");
        return lengthKnown();
    }
    if (m_headerHave == m_headerNeed) {
        std::copy_n(&m_header[m_headerNeed - 4U], m_key.size(), m_key.begin());
        m_keyAt = 0;
    }
    return {};
}

FrameReader::Event FrameReader::lengthKnown()
{
    if (isControl())
        return {};
    if (!m_inMessage)
        beginMessage();
    const auto limit = static_cast<quint64>(m_limit);
    const quint64 soFar =
        m_inflater ? 0 : static_cast<quint64>(m_message.size()); // what it inflates to is bounded later
    if (m_remaining > limit || soFar + m_remaining > limit)
        return fail(CloseCode::TooBig, "The message is too large.");
    m_charged += static_cast<qsizetype>(m_remaining) + fragmentCharge;
    if (m_charged > 2 * m_limit)
        return fail(CloseCode::TooBig, "The message has too many fragments.");
    if (m_message.isEmpty() && m_remaining > 0)
        m_message.reserve(static_cast<qsizetype>(std::min(m_remaining, reserveAtOnce)));
    return {};
}

void FrameReader::beginMessage()
{
    m_inMessage = true;
    m_text = static_cast<Opcode>(m_header[0] & opcodeBits) == Opcode::Text;
    m_charged = 0;
    m_utf8.reset();
    if ((m_header[0] & deflatedBit) != 0 && !m_skip)
        m_inflater = std::make_unique<Inflater>();
}

FrameReader::Event FrameReader::takePayload(QByteArrayView masked)
{
    const auto append = [this, masked](QByteArray &target) {
        const qsizetype before = target.size();
        target.append(masked);
        unmask(target.data() + before, masked.size(), m_key, m_keyAt);
        m_keyAt = static_cast<quint8>((m_keyAt + masked.size()) & 3);
    };
    if (isControl()) {
        append(m_control);
        return {};
    }
    if (m_skip)
        return {};
    const qsizetype before = m_message.size();
    if (m_inflater) {
        QByteArray packed;
        append(packed);
        return inflated(m_inflater->feed(packed, m_message, m_limit), before);
    }
    append(m_message);
    return inflated(Inflater::Result::Good, before);
}

/// Judges what was added to the message from `before` on.
FrameReader::Event FrameReader::inflated(Inflater::Result result, qsizetype before)
{
    if (result == Inflater::Result::TooLarge)
        return fail(CloseCode::TooBig, "The message inflates to too much.");
    if (result == Inflater::Result::Broken)
        return fail(CloseCode::BadText, "The message cannot be inflated.");
    if (m_text && !m_utf8.feed(QByteArrayView(m_message).sliced(before)))
        return fail(CloseCode::BadText, "The text is not UTF-8.");
    return {};
}

FrameReader::Event FrameReader::frameDone()
{
    const quint8 first = m_header[0];
    const auto opcode = static_cast<Opcode>(first & opcodeBits);
    const qsizetype headerSize = m_headerNeed;
    m_headerHave = 0;
    m_headerNeed = 2;
    m_inPayload = false;

    if (isControl()) {
        m_progress -= headerSize + m_control.size(); // pings do not get a message any further
        if (opcode == Opcode::Close)
            return closeEvent();
        if (!m_inMessage)
            m_busy = false;
        return {opcode == Opcode::Ping ? Kind::Ping : Kind::Pong, std::exchange(m_control, {}), 0, ""};
    }
    if ((first & finalBit) == 0)
        return {}; // the clock runs on: the rate counts over the whole message
    if (m_inflater) {
        const qsizetype before = m_message.size();
        Event event = inflated(m_inflater->finish(m_message, m_limit), before);
        if (event.kind != Kind::NeedMore)
            return event;
        m_inflater.reset();
    }
    if (m_text && !m_skip && !m_utf8.atBoundary())
        return fail(CloseCode::BadText, "The text ends inside a character.");
    m_inMessage = false;
    m_busy = false;
    return {m_text ? Kind::Text : Kind::Binary, std::exchange(m_message, {}), 0, ""};
}

void FrameReader::skipMessages()
{
    m_skip = true;
    m_message = {};
    m_inflater.reset();
}

FrameReader::Event FrameReader::closeEvent()
{
    QByteArray payload = std::exchange(m_control, {});
    if (payload.isEmpty())
        return {Kind::Close, {}, 0, ""};
    if (payload.size() == 1)
        return fail(CloseCode::Protocol, "A close code has two bytes.");
    const auto code = qFromBigEndian<quint16>(payload.constData());
    if (!isValidCloseCode(code))
        return fail(CloseCode::Protocol, "The close code may not be sent.");
    payload.remove(0, 2);
    if (!isValidUtf8(payload))
        return fail(CloseCode::BadText, "The reason is not UTF-8.");
    return {Kind::Close, std::move(payload), code, ""};
}

bool FrameReader::isStalled(Clock::time_point now) const
{
    if (!m_busy || m_failed)
        return false;
    const auto waited = now - m_began;
    if (waited <= graceTime)
        return false;
    const double seconds = std::chrono::duration<double>(waited - graceTime).count();
    return static_cast<double>(m_progress) < seconds * slowestBytesPerSecond;
}

} // namespace tocsin::net
