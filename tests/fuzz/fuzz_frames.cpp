// SPDX-License-Identifier: GPL-3.0-or-later
// The frame reader: what it reports must not depend on how the bytes were cut, and must be what RFC 6455 allows.
#include "server/net/FrameCodec.h"
#include "server/net/FrameReader.h"
#include "tests/fuzz/Fuzz.h"

#include <array>
#include <vector>

using namespace tocsin::net;
using namespace tocsin::fuzz;
using Kind = FrameReader::Kind;

namespace {

// None below the 64 bytes that a fragment is charged: nothing would be accepted.
constexpr std::array<qsizetype, 4> limits = {64, 125, 4096, 1 << 20};

void check(const FrameReader::Event &event, qsizetype limit)
{
    switch (event.kind) {
    case Kind::Text:
        require(isValidUtf8(event.payload), "a text message is UTF-8");
        [[fallthrough]];
    case Kind::Binary:
        require(event.payload.size() <= limit, "a message keeps the limit");
        break;
    case Kind::Close:
        require(event.closeCode == 0 || isValidCloseCode(event.closeCode), "a close code may stand on the wire");
        [[fallthrough]];
    case Kind::Ping:
    case Kind::Pong:
        require(event.payload.size() <= 125, "a control frame is short");
        break;
    case Kind::Error:
        require(isValidCloseCode(event.closeCode), "an error closes with a code");
        require(event.why[0] != '\0', "an error has a reason");
        break;
    case Kind::NeedMore:
    case Kind::Pause:
        break;
    }
}

class Run
{
public:
    Run(qsizetype limit, bool deflate) : m_reader(limit), m_limit(limit)
    {
        if (deflate)
            m_reader.allowDeflate();
    }
    void feed(QByteArrayView bytes)
    {
        while (!bytes.isEmpty()) {
            const qsizetype before = bytes.size();
            FrameReader::Event event = m_reader.read(bytes, {});
            require(bytes.size() < before, "reading goes on");
            check(event, m_limit);
            if (event.kind == Kind::Pause)
                continue;
            if (event.kind == Kind::NeedMore) {
                require(bytes.isEmpty(), "only at the end is more needed");
                return;
            }
            require(!m_failed, "nothing comes after an error");
            m_failed = event.kind == Kind::Error;
            events.push_back(std::move(event));
        }
    }
    std::vector<FrameReader::Event> events;

private:
    FrameReader m_reader;
    qsizetype m_limit;
    bool m_failed = false;
};

void requireSame(const Run &a, const Run &b, bool deflate)
{
    require(a.events.size() == b.events.size(), "the same events, however the bytes were cut");
    for (std::size_t i = 0; i < a.events.size(); ++i) {
        const auto &one = a.events[i];
        const auto &other = b.events[i];
        require(one.kind == other.kind && one.payload == other.payload, "the same event, however the bytes were cut");
        // Inflated text that is both too large and no text is refused for what is seen first.
        require(one.closeCode == other.closeCode || (deflate && one.kind == Kind::Error),
                "the same code, however the bytes were cut");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const quint8 settings = input.byte();
    const quint8 seed = input.byte();
    const qsizetype limit = limits[settings & 3U];
    const bool deflate = (settings & 4U) != 0;

    Run whole(limit, deflate);
    whole.feed(input.rest());
    for (const quint8 cut : {quint8(0), quint8(seed | 1U)}) {
        Run cutUp(limit, deflate);
        for (Pieces pieces(input.rest(), cut); !pieces.atEnd();)
            cutUp.feed(pieces.next());
        requireSame(whole, cutUp, deflate);
    }

    Run echo(limit, deflate);
    const QByteArrayView payload = input.rest();
    echo.feed(encodeFrame(Opcode::Binary, payload, Masking::ZeroKey));
    require(echo.events.size() == 1 &&
                (payload.size() > limit ? echo.events[0].kind == Kind::Error : echo.events[0].payload == payload),
            "what the encoder writes, the reader reads");
    return 0;
}
