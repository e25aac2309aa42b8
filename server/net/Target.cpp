// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Target.h"

#include "server/net/Utf8.h"

#include <algorithm>
#include <optional>

namespace tocsin::net {

namespace {

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool isControl(char c)
{
    const auto byte = static_cast<quint8>(c);
    return byte < 0x20 || byte == 0x7F;
}

/// Decoded bytes; empty optional when an escape is broken.
std::optional<QByteArray> percentDecoded(QByteArrayView raw)
{
    QByteArray out;
    out.reserve(raw.size());
    for (qsizetype i = 0; i < raw.size(); ++i) {
        if (raw[i] != '%') {
            out.append(raw[i]);
            continue;
        }
        if (i + 2 >= raw.size())
            return std::nullopt;
        const int high = hexValue(raw[i + 1]);
        const int low = hexValue(raw[i + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out.append(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

QByteArray pathError(QByteArrayView raw, const std::optional<QByteArray> &decoded)
{
    if (!decoded)
        return "The path has a broken percent-escape.";
    if (std::any_of(decoded->begin(), decoded->end(), isControl))
        return "The path has a control character.";
    if (raw.toByteArray().toLower().contains("%2f"))
        return "The path has an encoded slash.";
    if (!isValidUtf8(*decoded))
        return "The path is not UTF-8.";
    const QByteArrayList segments = decoded->split('/');
    if (segments.contains("..") || segments.contains("."))
        return "The path has a dot segment.";
    return {};
}

QByteArray queryError(QByteArrayView raw)
{
    const std::optional<QByteArray> decoded = percentDecoded(raw);
    if (!decoded)
        return "The query has a broken percent-escape.";
    if (decoded->contains('\0'))
        return "The query has an encoded NUL.";
    if (!isValidUtf8(*decoded))
        return "The query is not UTF-8.";
    return {};
}

Target broken(QByteArray why)
{
    Target target;
    target.error = std::move(why);
    return target;
}

} // namespace

Target parseTarget(QByteArrayView raw)
{
    Target target;
    if (raw == "*") {
        target.path = QStringLiteral("*");
        return target;
    }
    const auto outside = [](char c) { return static_cast<quint8>(c) <= 0x20 || static_cast<quint8>(c) >= 0x7F; };
    if (std::any_of(raw.begin(), raw.end(), outside) || raw.contains('#'))
        return broken("The request target has a character that must be escaped.");

    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (raw.first(std::min(raw.size(), scheme.size())).toByteArray().toLower() != scheme)
            continue;
        const QByteArray rest = raw.sliced(scheme.size()).toByteArray();
        const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
        target.authority = rest.left(end - rest.begin());
        if (target.authority.isEmpty() || target.authority.contains('@'))
            return broken("The request target names no host.");
        raw = raw.sliced(scheme.size() + target.authority.size());
        break;
    }
    if (raw.isEmpty() || raw.front() == '?') {
        if (target.authority.isEmpty())
            return broken("The request target must begin with a slash.");
        target.path = QStringLiteral("/");
    } else if (raw.front() != '/') {
        return broken("The request target must begin with a slash.");
    }

    const qsizetype mark = raw.indexOf('?');
    const QByteArrayView rawPath = mark < 0 ? raw : raw.first(mark);
    if (!rawPath.isEmpty()) {
        const std::optional<QByteArray> path = percentDecoded(rawPath);
        const QByteArray why = pathError(rawPath, path);
        if (!why.isEmpty())
            return broken(why);
        target.path = QString::fromUtf8(*path);
    }
    if (mark >= 0) {
        const QByteArrayView rawQuery = raw.sliced(mark + 1);
        const QByteArray why = queryError(rawQuery);
        if (!why.isEmpty())
            return broken(why);
        // Forms write a space as '+'; every source system reads it so.
        target.query.setQuery(QString::fromLatin1(rawQuery).replace(QLatin1Char('+'), QLatin1String("%20")));
    }
    return target;
}

} // namespace tocsin::net
