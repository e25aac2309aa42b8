// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <variant>

namespace tocsin {

/// What is wrong with a message, for the sender: a sentence and, when one is to blame, the field's dotted path.
struct FieldError
{
    QString field;
    QString message;
    bool operator==(const FieldError &) const = default;
};

struct JsonLimits
{
    qsizetype maxBytes = 10'485'760;
    int maxDepth = 64;
    qsizetype maxString = 2'097'152; ///< bytes of one string: as QString it takes twice as many again
    qsizetype maxTree = 20'971'520;  ///< bytes that the tree would take: a short text may have millions of values
};

/// Looks at the text before any tree is built: size, depth, what the tree would take, and keys that occur twice in one object
/// (RFC 8259 leaves their meaning open, so two readers could understand two things). Linear in the size.
/// Whether the text is JSON at all is not decided here. Any thread.
[[nodiscard]] std::optional<FieldError> checkJsonText(const QByteArray &utf8, const JsonLimits &limits = {});

/// checkJsonText(), then a strict parse.
[[nodiscard]] std::variant<QJsonDocument, FieldError> parseJson(const QByteArray &utf8, const JsonLimits &limits = {});
/// The same for texts that must be an object.
[[nodiscard]] std::variant<QJsonObject, FieldError> parseJsonObject(const QByteArray &utf8,
                                                                    const JsonLimits &limits = {});

} // namespace tocsin
