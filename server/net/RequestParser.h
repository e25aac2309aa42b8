// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/HeadScanner.h"

#include <memory>

namespace tocsin::net {

/// Takes the bytes of one HTTP/1 connection and yields its requests, one after the other: the raw scan first
/// (HeadScanner), then Boost.Beast's parser as a second opinion and for the body, chunked or not. The caller decides the
/// body's limit when the head is there, because it depends on who is asking. Plain value logic, no socket.
class RequestParser
{
public:
    enum class State {
        NeedMore, ///< feed more bytes
        Head,     ///< head() is there; call setBodyLimit(), then advance() again
        Complete, ///< head() and body() are there; call next() for the following request
        Refused   ///< fault() says why; the connection must be closed after the answer
    };

    explicit RequestParser(HeadScanner::Limits limits);
    ~RequestParser();
    RequestParser(const RequestParser &) = delete;
    RequestParser &operator=(const RequestParser &) = delete;

    void append(QByteArrayView bytes) { m_buffer.append(bytes); }
    [[nodiscard]] State advance();

    [[nodiscard]] const RequestHead &head() const { return m_scanner.head(); }
    [[nodiscard]] const HttpFault &fault() const { return m_fault; }
    void setBodyLimit(qsizetype bytes);
    [[nodiscard]] QByteArray takeBody() { return std::exchange(m_body, {}); }
    [[nodiscard]] qsizetype bodyReceived() const { return m_rawBody; }

    /// A request has begun and is not complete.
    [[nodiscard]] bool inRequest() const { return m_state == State::NeedMore && (m_inBody || !m_buffer.isEmpty()); }
    [[nodiscard]] bool inBody() const { return m_inBody; }
    [[nodiscard]] qsizetype buffered() const { return m_buffer.size(); }
    [[nodiscard]] qsizetype reserved() const { return m_buffer.capacity(); } ///< memory held, used or not

    void next();
    /// What came after the request: the first bytes of the upgraded protocol.
    [[nodiscard]] QByteArray takeRest() { return std::exchange(m_buffer, {}); }

private:
    [[nodiscard]] State refuse(int status, QByteArray detail);
    [[nodiscard]] State readHead();
    [[nodiscard]] State startBody();
    [[nodiscard]] State readBody();

    class Body; ///< hides Boost.Beast
    HeadScanner::Limits m_limits;
    HeadScanner m_scanner;
    std::unique_ptr<Body> m_parser;
    QByteArray m_buffer;
    QByteArray m_body;
    HttpFault m_fault;
    qsizetype m_bodyLimit = 0;
    qsizetype m_rawBody = 0;
    State m_state = State::NeedMore;
    bool m_headDone = false;
    bool m_inBody = false;
};

} // namespace tocsin::net
