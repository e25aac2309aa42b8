// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <optional>

namespace tocsin {

/// One field of a form.
struct FormPart
{
    QByteArray name;
    QByteArray fileName; ///< empty: none was given
    QByteArray content;
};

/// Reads a multipart/form-data body (RFC 7578, RFC 2046 5.1.1). Nothing when it is not one: no boundary, no closing line, a part without a
/// head, more than 32 parts. Plain function, any thread.
[[nodiscard]] std::optional<QList<FormPart>> readMultipartForm(const QByteArray &contentType, const QByteArray &body);
/// Whether a Content-Type says multipart/form-data.
[[nodiscard]] bool isMultipartForm(const QByteArray &contentType);

} // namespace tocsin
