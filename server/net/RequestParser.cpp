// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/RequestParser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <limits>

namespace tocsin::net {

namespace http = boost::beast::http;

namespace {

/// Chunk sizes, extensions and trailers may add this much to a body before it counts as abuse.
constexpr qsizetype chunkOverhead = 65'536;
/// A chunk header or trailer line longer than this is refused.
constexpr qsizetype maxPendingChunkLine = 16'384;
constexpr qsizetype shortestChunkedEnd = 5;

} // namespace

class RequestParser::Body
{
public:
    http::request_parser<http::string_body> parser;
    boost::system::error_code error;

    qsizetype put(QByteArrayView bytes)
    {
        return static_cast<qsizetype>(
            parser.put(boost::asio::const_buffer(bytes.data(), static_cast<std::size_t>(bytes.size())), error));
    }
};

RequestParser::RequestParser(HeadScanner::Limits limits) : m_limits(limits), m_scanner(limits)
{
}

RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::refuse(int status, QByteArray detail)
{
    m_fault = {status, std::move(detail)};
    return m_state = State::Refused;
}

void RequestParser::setBodyLimit(qsizetype bytes)
{
    m_bodyLimit = bytes;
    m_headDone = true;
}

void RequestParser::next()
{
    m_scanner = HeadScanner(m_limits);
    m_parser.reset();
    m_body.clear();
    if (m_buffer.isEmpty())
        m_buffer = {}; // a connection that rests keeps nothing
    m_rawBody = 0;
    m_headDone = false;
    m_inBody = false;
    m_state = State::NeedMore;
}

RequestParser::State RequestParser::advance()
{
    switch (m_state) {
    case State::Refused:
    case State::Complete:
        return m_state;
    case State::Head:
        return m_headDone ? startBody() : m_state;
    case State::NeedMore:
        return m_inBody ? readBody() : readHead();
    }
    return m_state;
}

RequestParser::State RequestParser::readHead()
{
    switch (m_scanner.scan(m_buffer)) {
    case HeadScanner::State::NeedMore:
        return m_state = State::NeedMore;
    case HeadScanner::State::Refused:
        m_fault = m_scanner.fault();
        return m_state = State::Refused;
    case HeadScanner::State::Complete:
        break;
    }
    return m_state = State::Head;
}

RequestParser::State RequestParser::startBody()
{
    if (head().contentLength > m_bodyLimit)
        return refuse(413, "The body is too large.");
    m_parser = std::make_unique<Body>();
    m_parser->parser.header_limit(static_cast<std::uint32_t>(m_limits.bytes) + 2);
    m_parser->parser.body_limit(static_cast<std::uint64_t>(m_bodyLimit));
    m_parser->parser.eager(true);
    const qsizetype skip = m_scanner.offset();
    const qsizetype used = m_parser->put(QByteArrayView(m_buffer).sliced(skip, m_scanner.size() - skip));
    const bool headTaken = used == m_scanner.size() - skip && m_parser->parser.is_header_done();
    if ((m_parser->error && m_parser->error != http::error::need_more) || !headTaken)
        return refuse(400, "The request head is malformed.");
    m_buffer.remove(0, m_scanner.size());
    m_inBody = true;
    m_state = State::NeedMore;
    return readBody();
}

RequestParser::State RequestParser::readBody()
{
    http::request_parser<http::string_body> &parser = m_parser->parser;
    while (!parser.is_done()) {
        // The shortest end of a chunked body is "0\r\n\r\n"; given less of it piece by piece, Beast 1.74 asserts.
        if (m_buffer.size() < (head().chunked ? shortestChunkedEnd : 1))
            return m_state;
        m_parser->error = {};
        const qsizetype used = m_parser->put(m_buffer);
        m_rawBody += used;
        m_buffer.remove(0, used);
        if (m_parser->error == http::error::body_limit || m_rawBody > m_bodyLimit + chunkOverhead)
            return refuse(413, "The body is too large.");
        const bool wantsMore = !m_parser->error || m_parser->error == http::error::need_more;
        if (!wantsMore || (used == 0 && m_buffer.size() > maxPendingChunkLine))
            return refuse(400, "The body is malformed.");
        if (used == 0)
            return m_state;
    }
    const std::string &body = parser.get().body();
    m_body = QByteArray(body.data(), static_cast<qsizetype>(body.size()));
    m_parser.reset();
    m_inBody = false;
    return m_state = State::Complete;
}

} // namespace tocsin::net
