// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/Route.h"

#include <algorithm>

namespace tocsin {

QByteArray toBytes(Route::Method method)
{
    switch (method) {
    case Route::Method::Get:
    case Route::Method::WebSocket:
        return "GET";
    case Route::Method::Post:
        return "POST";
    case Route::Method::Put:
        return "PUT";
    case Route::Method::Patch:
        return "PATCH";
    case Route::Method::Delete:
        break;
    }
    return "DELETE";
}

bool isPathId(QStringView text)
{
    constexpr qsizetype longest = 128;
    return !text.isEmpty() && text.size() <= longest && std::none_of(text.begin(), text.end(), [](QChar c) {
        return c == QLatin1Char('/') || c.category() == QChar::Other_Control;
    });
}

bool isPathRest(QStringView text)
{
    const QList<QStringView> parts = text.split(QLatin1Char('/'));
    return std::all_of(parts.begin(), parts.end(), isPathId);
}

bool matchesPattern(std::string_view pattern, QStringView path, QString *object)
{
    constexpr std::string_view optionalSlash = "[/]";
    if (pattern.ends_with(optionalSlash)) {
        pattern.remove_suffix(optionalSlash.size());
        if (path.size() > 1 && path.back() == QLatin1Char('/'))
            path.chop(1);
    }
    while (!pattern.empty()) {
        if (pattern.front() == '{') {
            if (pattern.ends_with("...}")) {
                *object = path.toString();
                return isPathRest(path);
            }
            pattern.remove_prefix(pattern.find('}') + 1);
            const qsizetype slash = path.indexOf(QLatin1Char('/'));
            const QStringView segment = slash < 0 ? path : path.first(slash);
            if (!isPathId(segment))
                return false;
            *object = segment.toString();
            path = path.mid(segment.size());
            continue;
        }
        if (path.isEmpty() || path.front() != QLatin1Char(pattern.front()))
            return false;
        pattern.remove_prefix(1);
        path = path.mid(1);
    }
    return path.isEmpty();
}

} // namespace tocsin
