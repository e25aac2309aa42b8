// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <utility>

namespace tocsin::net {

/// Why a request is not taken: an HTTP status and one sentence. Status 0: it is.
struct HttpFault
{
    int status = 0;
    QByteArray detail;
};

/// The head of a request as it stood on the wire, already known to be well-formed.
struct RequestHead
{
    QByteArray method;
    QByteArray target;
    int minorVersion = 1;                             ///< HTTP/1.x
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names lower case, values trimmed
    qint64 contentLength = -1;                        ///< -1: none announced
    bool chunked = false;

    [[nodiscard]] bool hasBody() const { return chunked || contentLength > 0; }
    /// The connection may carry another request after this one.
    [[nodiscard]] bool keepAlive() const;
    [[nodiscard]] bool expectsContinue() const;
};

/// Reads the raw head of an HTTP/1 request line by line, as it arrives, and refuses what parsers disagree about and
/// smuggling lives on (RFC 9112 section 11): bare LF or CR, folded lines, NUL and control characters, a space before the
/// colon, no or two Hosts, repeated or odd Content-Length, Transfer-Encoding beside Content-Length or anything but
/// "chunked". A parser comes after it; this stands before it because no parser at hand refuses all of them.
/// Plain value logic; one scanner per request.
class HeadScanner
{
public:
    struct Limits
    {
        qsizetype bytes = 32'768;
        qsizetype headers = 100;
    };
    enum class State { NeedMore, Complete, Refused };

    explicit HeadScanner(Limits limits) : m_limits(limits) {}

    /// `buffer` begins with the request and only grows between calls.
    [[nodiscard]] State scan(QByteArrayView buffer);
    [[nodiscard]] const HttpFault &fault() const { return m_fault; }
    [[nodiscard]] const RequestHead &head() const { return m_head; }
    /// Bytes from the start of the buffer to the end of the empty line; valid when Complete.
    [[nodiscard]] qsizetype size() const { return m_lineStart; }
    /// Bytes before the request line (one empty line is tolerated between requests).
    [[nodiscard]] qsizetype offset() const { return m_offset; }

private:
    [[nodiscard]] State refuse(int status, QByteArray detail);
    [[nodiscard]] bool requestLine(QByteArrayView line);
    [[nodiscard]] bool headerLine(QByteArrayView line);
    [[nodiscard]] State finish();
    [[nodiscard]] bool checkHost();
    [[nodiscard]] bool checkFraming();
    [[nodiscard]] QList<QByteArray> valuesOf(const QByteArray &name) const;

    Limits m_limits;
    RequestHead m_head;
    HttpFault m_fault;
    qsizetype m_lineStart = 0; ///< of the line being read
    qsizetype m_seen = 0;      ///< bytes already searched for a line end
    qsizetype m_offset = 0;
    bool m_haveRequestLine = false;
};

} // namespace tocsin::net
