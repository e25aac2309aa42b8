// SPDX-License-Identifier: GPL-3.0-or-later
// The HTTP request parser: one stream of bytes has one reading, however it was cut, and a head that was accepted and
// written again is accepted as the same.
#include "server/net/RequestParser.h"
#include "tests/fuzz/Fuzz.h"

#include <vector>

using namespace tocsin::net;
using namespace tocsin::fuzz;
using State = RequestParser::State;

namespace {

constexpr qsizetype bodyLimit = 2048;
constexpr std::size_t mostRequests = 32;

struct Seen
{
    RequestHead head;
    QByteArray body;
    int fault = 0; ///< status; 0: the request is complete
};

bool same(const RequestHead &a, const RequestHead &b)
{
    return a.method == b.method && a.target == b.target && a.minorVersion == b.minorVersion && a.headers == b.headers &&
           a.contentLength == b.contentLength && a.chunked == b.chunked;
}

bool isLimit(int status)
{
    return status == 413 || status == 414 || status == 431;
}

class Run
{
public:
    explicit Run(HeadScanner::Limits limits) : m_parser(limits) {}
    void feed(QByteArrayView bytes)
    {
        if (m_ended)
            return;
        m_parser.append(bytes);
        for (;;) {
            switch (m_parser.advance()) {
            case State::NeedMore:
                return;
            case State::Head:
                m_parser.setBodyLimit(bodyLimit);
                break;
            case State::Complete:
                seen.push_back({m_parser.head(), m_parser.takeBody(), 0});
                require(seen.back().body.size() <= bodyLimit, "a body keeps the limit");
                require(seen.back().head.chunked ||
                            seen.back().body.size() == qMax(qint64(0), seen.back().head.contentLength),
                        "a body is as long as announced");
                m_ended = seen.size() == mostRequests;
                if (m_ended)
                    return;
                m_parser.next();
                break;
            case State::Refused:
                require(m_parser.fault().status >= 400 && m_parser.fault().status < 600, "a refusal has a status");
                require(!m_parser.fault().detail.isEmpty(), "a refusal has a sentence");
                seen.push_back({{}, {}, m_parser.fault().status});
                m_ended = true;
                return;
            }
        }
    }
    std::vector<Seen> seen;

private:
    RequestParser m_parser;
    bool m_ended = false;
};

/// What is accepted must not depend on the cuts. What is refused may be refused earlier or later, and where it is both too
/// long and wrong, for the one or the other.
void requireSame(const Run &a, const Run &b)
{
    const auto accepted = [](const Run &run) {
        return run.seen.size() - (!run.seen.empty() && run.seen.back().fault != 0 ? 1 : 0);
    };
    require(accepted(a) == accepted(b), "the same requests, however the bytes were cut");
    for (std::size_t i = 0; i < accepted(a); ++i) {
        require(a.seen[i].body == b.seen[i].body, "the same body, however the bytes were cut");
        require(same(a.seen[i].head, b.seen[i].head), "the same head, however the bytes were cut");
    }
    if (a.seen.size() == b.seen.size() && !a.seen.empty()) {
        const int one = a.seen.back().fault;
        const int other = b.seen.back().fault;
        require(one == other || isLimit(one) || isLimit(other), "the same status, however the bytes were cut");
    }
}

void requireOneReading(const RequestHead &head)
{
    QByteArray text = head.method + ' ' + head.target + " HTTP/1." + QByteArray::number(head.minorVersion) + "\r\n";
    int hosts = 0;
    for (const auto &[name, value] : head.headers) {
        require(name == name.toLower() && value == value.trimmed(), "names are lower case, values trimmed");
        for (const char c : value)
            require(c == '\t' || static_cast<quint8>(c) >= 0x20, "values hold no control character");
        hosts += name == "host" ? 1 : 0;
        text += name + ": " + value + "\r\n";
    }
    require(hosts == 1 || (hosts == 0 && head.minorVersion == 0), "exactly one Host");
    require(!(head.chunked && head.contentLength >= 0), "one framing");
    text += "\r\n";
    HeadScanner again({1 << 20, 1000});
    require(again.scan(text) == HeadScanner::State::Complete && again.size() == text.size(),
            "an accepted head, written again, is accepted");
    require(same(again.head(), head), "an accepted head, written again, is the same");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const quint8 settings = input.byte();
    const quint8 seed = input.byte();
    HeadScanner::Limits limits;
    if ((settings & 1U) != 0)
        limits = {256, 8};

    Run whole(limits);
    whole.feed(input.rest());
    for (const quint8 cut : {quint8(0), quint8(seed | 1U)}) {
        Run cutUp(limits);
        for (Pieces pieces(input.rest(), cut); !pieces.atEnd();)
            cutUp.feed(pieces.next());
        requireSame(whole, cutUp);
    }
    for (const Seen &seen : whole.seen) {
        if (seen.fault == 0)
            requireOneReading(seen.head);
    }
    return 0;
}
