// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/HeadScanner.h"

#include <algorithm>
#include <cstring>

namespace tocsin::net {

namespace {

bool isTokenChar(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return true;
    return c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

/// Field values: tab, space, printable ASCII and obs-text; no other control character.
bool isFieldChar(char c)
{
    const auto byte = static_cast<quint8>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

bool isRequestLineChar(char c)
{
    const auto byte = static_cast<quint8>(c);
    return byte >= 0x20 && byte < 0x7F;
}

/// A name or address with an optional port: no user, no path, no list.
bool isHostChar(char c)
{
    return isTokenChar(c) || c == ':' || c == '[' || c == ']';
}

QByteArrayView trimmedView(QByteArrayView text)
{
    while (!text.isEmpty() && (text.front() == ' ' || text.front() == '\t'))
        text = text.sliced(1);
    while (!text.isEmpty() && (text.back() == ' ' || text.back() == '\t'))
        text.chop(1);
    return text;
}

bool listHasToken(const QByteArray &value, const char *lowerCase)
{
    const QList<QByteArray> parts = value.split(',');
    return std::any_of(parts.begin(), parts.end(),
                       [lowerCase](const QByteArray &part) { return part.trimmed().toLower() == lowerCase; });
}

} // namespace

bool RequestHead::keepAlive() const
{
    bool close = false;
    bool keep = false;
    for (const auto &[name, value] : headers) {
        if (name == "connection") {
            close = close || listHasToken(value, "close");
            keep = keep || listHasToken(value, "keep-alive");
        }
    }
    return !close && (minorVersion >= 1 || keep);
}

bool RequestHead::expectsContinue() const
{
    return minorVersion >= 1 && std::any_of(headers.begin(), headers.end(), [](const auto &header) {
               return header.first == "expect" && header.second.toLower() == "100-continue";
           });
}

HeadScanner::State HeadScanner::refuse(int status, QByteArray detail)
{
    m_fault = {status, std::move(detail)};
    return State::Refused;
}

HeadScanner::State HeadScanner::scan(QByteArrayView buffer)
{
    if (m_fault.status != 0)
        return State::Refused;
    while (true) {
        const qsizetype end = buffer.sliced(m_seen).indexOf('\n');
        const qsizetype lineEnd = end < 0 ? buffer.size() : m_seen + end;
        if (lineEnd - m_offset > m_limits.bytes)
            return refuse(431, "The request head is too large.");
        if (end < 0) {
            // A first line that can never become one is refused before its end comes (TLS or noise on a plain port).
            if (!m_haveRequestLine) {
                const QByteArrayView part = buffer.sliced(m_lineStart);
                const auto bad = std::find_if(part.begin(), part.end(), [](char c) { return !isRequestLineChar(c); });
                if (bad != part.end() && !(*bad == '\r' && bad + 1 == part.end()))
                    return refuse(400, "The request line has a character that does not belong there.");
            }
            m_seen = buffer.size();
            return State::NeedMore;
        }
        QByteArrayView line = buffer.sliced(m_lineStart, lineEnd - m_lineStart);
        if (line.isEmpty() || line.back() != '\r')
            return refuse(400, "Lines end with CR LF.");
        line.chop(1);
        m_lineStart = lineEnd + 1;
        m_seen = m_lineStart;

        if (line.isEmpty()) {
            if (m_haveRequestLine)
                return finish();
            if (m_offset != 0)
                return refuse(400, "The request line is missing.");
            m_offset = m_lineStart;
            continue;
        }
        const bool good = m_haveRequestLine ? headerLine(line) : requestLine(line);
        if (!good)
            return State::Refused;
        m_haveRequestLine = true;
    }
}

bool HeadScanner::requestLine(QByteArrayView line)
{
    const auto fail = [this](int status, QByteArray detail) {
        m_fault = {status, std::move(detail)};
        return false;
    };
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (!std::all_of(line.begin(), line.end(), isRequestLineChar) || first <= 0 || last <= first + 1)
        return fail(400, "The request line is malformed.");
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    const QByteArrayView version = line.sliced(last + 1);
    if (!isToken(line.first(first)) || target.contains(' '))
        return fail(400, "The request line is malformed.");
    if (version.size() != 8 || !version.startsWith("HTTP/") || version[6] != '.' || version[5] < '0' ||
        version[5] > '9' || version[7] < '0' || version[7] > '9')
        return fail(400, "The request line names no HTTP version.");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return fail(400, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    m_head.method = line.first(first).toByteArray();
    m_head.target = target.toByteArray();
    m_head.minorVersion = version[7] - '0';
    return true;
}

bool HeadScanner::headerLine(QByteArrayView line)
{
    const auto fail = [this](int status, QByteArray detail) {
        m_fault = {status, std::move(detail)};
        return false;
    };
    if (m_head.headers.size() >= m_limits.headers)
        return fail(431, "The request has too many headers.");
    if (line.front() == ' ' || line.front() == '\t')
        return fail(400, "A header is folded over two lines.");
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0 || !isToken(line.first(colon)))
        return fail(400, "A header name is malformed.");
    const QByteArrayView value = trimmedView(line.sliced(colon + 1));
    if (!std::all_of(value.begin(), value.end(), isFieldChar))
        return fail(400, "A header value has a control character.");
    m_head.headers.append({line.first(colon).toByteArray().toLower(), value.toByteArray()});
    return true;
}

QList<QByteArray> HeadScanner::valuesOf(const QByteArray &name) const
{
    QList<QByteArray> values;
    for (const auto &header : m_head.headers) {
        if (header.first == name)
            values.append(header.second);
    }
    return values;
}

bool HeadScanner::checkHost()
{
    const QList<QByteArray> hosts = valuesOf("host");
    if (hosts.size() > 1) {
        m_fault = {400, "The request names two Hosts."};
    } else if (hosts.isEmpty() && m_head.minorVersion >= 1) {
        m_fault = {400, "The request names no Host."};
    } else if (!hosts.isEmpty() && !std::all_of(hosts.first().begin(), hosts.first().end(), isHostChar)) {
        m_fault = {400, "The Host is malformed."};
    }
    return m_fault.status == 0;
}

bool HeadScanner::checkFraming()
{
    constexpr qsizetype maxDigits = 18;
    const QList<QByteArray> lengths = valuesOf("content-length");
    const QList<QByteArray> encodings = valuesOf("transfer-encoding");
    if (lengths.size() > 1) {
        m_fault = {400, "Content-Length is given twice."};
    } else if (!encodings.isEmpty() && !lengths.isEmpty()) {
        m_fault = {400, "Content-Length and Transfer-Encoding exclude each other."};
    } else if (encodings.size() > 1 || (!encodings.isEmpty() && encodings.first().toLower() != "chunked")) {
        m_fault = {400, "Only the transfer encoding chunked is understood."};
    } else if (!encodings.isEmpty() && m_head.minorVersion < 1) {
        m_fault = {400, "HTTP/1.0 has no Transfer-Encoding."};
    } else if (!lengths.isEmpty()) {
        const QByteArray &digits = lengths.first();
        if (digits.isEmpty() || digits.size() > maxDigits ||
            !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            m_fault = {400, "Content-Length is not a number."};
        } else {
            m_head.contentLength = digits.toLongLong();
        }
    }
    m_head.chunked = !encodings.isEmpty();
    return m_fault.status == 0;
}

HeadScanner::State HeadScanner::finish()
{
    return checkHost() && checkFraming() ? State::Complete : State::Refused;
}

} // namespace tocsin::net
