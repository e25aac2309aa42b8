// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace tocsin {

// Placeholders {to} {text} {id} {desk} {secret} of a gateway's request, each escaped as the place where it stands wants it. Pure functions. Braces around
// anything but a lower-case word are left alone, so JSON can be written as it is.

/// What they are filled with.
struct TemplateFill
{
    QString to;
    QString text;
    QString id; ///< of the message: the same again when it is sent again
    QString desk;
    QString secret;
};

[[nodiscard]] QStringList smsPlaceholders();
/// Those in `text` that are none of `allowed`.
[[nodiscard]] QStringList placeholdersBeyond(const QString &text, const QStringList &allowed);
[[nodiscard]] TemplateFill sampleFill(); ///< with everything that has to be escaped
/// Percent-encoded; nothing that is put in can change the URL's structure.
[[nodiscard]] QString expandedUrl(const QString &url, const TemplateFill &fill);
/// Line ends and other controls are left out.
[[nodiscard]] QString expandedHeader(const QString &value, const TemplateFill &fill);
/// As the content type wants it: JSON (inside its quotes), a form, XML, else as it is.
[[nodiscard]] QByteArray expandedBody(const QString &body, const QString &contentType, const TemplateFill &fill);
/// Why a body is none of its content type; empty: it is.
[[nodiscard]] QString problemOfBody(const QString &body, const QString &contentType);

} // namespace tocsin
