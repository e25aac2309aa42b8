// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/Json.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace tocsin {

namespace {

/// One open `{` or `[` of the pre-scan.
struct Level
{
    bool object = false;
    bool atKey = false; ///< the next string is a key
    std::size_t firstKey = 0;
};

/// What Qt keeps for one value or key, and besides the bytes of a string.
constexpr qsizetype valueCost = 16;
constexpr qsizetype stringCost = 8;

/// A key with its escapes resolved, so that "a" and "\u0061" are the same; as it stands when that cannot be.
QByteArray decodedKey(QByteArrayView raw)
{
    const QJsonDocument decoded = QJsonDocument::fromJson("[\"" + raw.toByteArray() + "\"]");
    return decoded.isArray() ? decoded.array().at(0).toString().toUtf8() : raw.toByteArray();
}

/// Sorts the keys of one object and names one that is there twice.
std::optional<QByteArrayView> repeatedKey(std::vector<QByteArrayView> &keys, std::size_t first)
{
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, keys.end());
    const auto twice = std::adjacent_find(begin, keys.end());
    return twice == keys.end() ? std::nullopt : std::optional<QByteArrayView>(*twice);
}

/// Index of the quote that ends the string which begins after `start`; size() when it never ends.
qsizetype endOfString(const QByteArray &utf8, qsizetype start)
{
    qsizetype i = start;
    while (i < utf8.size() && utf8.at(i) != '"')
        i += utf8.at(i) == '\\' ? 2 : 1;
    return std::min(i, utf8.size());
}

} // namespace

std::optional<FieldError> checkJsonText(const QByteArray &utf8, const JsonLimits &limits)
{
    if (utf8.size() > limits.maxBytes)
        return FieldError{{}, QStringLiteral("Message is larger than %1 bytes").arg(limits.maxBytes)};
    std::vector<Level> levels;
    std::vector<QByteArrayView> keys;
    std::deque<QByteArray> decoded; // of keys with escapes
    qsizetype tree = valueCost;
    for (qsizetype i = 0; i < utf8.size(); ++i) {
        if (tree > limits.maxTree)
            return FieldError{{}, QStringLiteral("Message has too many values")};
        switch (utf8.at(i)) {
        case '"': {
            const qsizetype end = endOfString(utf8, i + 1);
            const QByteArrayView raw = QByteArrayView(utf8).sliced(i + 1, end - i - 1);
            if (raw.size() > limits.maxString)
                return FieldError{{}, QStringLiteral("A string is longer than %1 bytes").arg(limits.maxString)};
            tree += stringCost + raw.size();
            if (!levels.empty() && levels.back().atKey) {
                tree += valueCost;
                keys.push_back(raw.contains('\\') ? decoded.emplace_back(decodedKey(raw)) : raw);
                levels.back().atKey = false;
            }
            i = end;
            break;
        }
        case '{':
        case '[': {
            const bool object = utf8.at(i) == '{';
            if (static_cast<int>(levels.size()) >= limits.maxDepth)
                return FieldError{{}, QStringLiteral("Message is nested deeper than %1 levels").arg(limits.maxDepth)};
            levels.push_back({object, object, keys.size()});
            tree += valueCost;
            break;
        }
        case '}':
        case ']':
            if (levels.empty())
                return std::nullopt; // not JSON: the parser says so
            if (const auto twice = repeatedKey(keys, levels.back().firstKey)) {
                const QString name = QString::fromUtf8(twice->toByteArray()).left(64);
                return FieldError{name, QStringLiteral("Duplicate key: %1").arg(name)};
            }
            keys.resize(levels.back().firstKey);
            levels.pop_back();
            break;
        case ',':
            tree += valueCost;
            if (!levels.empty())
                levels.back().atKey = levels.back().object;
            break;
        default:
            break;
        }
    }
    return std::nullopt;
}

std::variant<QJsonDocument, FieldError> parseJson(const QByteArray &utf8, const JsonLimits &limits)
{
    if (auto error = checkJsonText(utf8, limits))
        return *error;
    QJsonParseError error;
    QJsonDocument document = QJsonDocument::fromJson(utf8, &error);
    if (error.error != QJsonParseError::NoError)
        return FieldError{{}, QStringLiteral("Invalid JSON message")};
    return document;
}

std::variant<QJsonObject, FieldError> parseJsonObject(const QByteArray &utf8, const JsonLimits &limits)
{
    auto parsed = parseJson(utf8, limits);
    if (auto *error = std::get_if<FieldError>(&parsed))
        return *error;
    const QJsonDocument &document = std::get<QJsonDocument>(parsed);
    if (!document.isObject())
        return FieldError{{}, QStringLiteral("Message must be a JSON object")};
    return document.object();
}

} // namespace tocsin
