// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"

#include <QByteArray>
#include <QString>

namespace tocsin {

/// What a message is about.
enum class NotifyOccasion { Alert, Over, Test };

/// One message as its recipient reads it. Made when it is decided, so that a preview, the first try and the last say the same.
struct NotifyWords
{
    QString subject;                               ///< one line
    QString text;                                  ///< lines end in \n
    QString brief;                                 ///< for SMS: at most `longestBrief`
    QByteArray json;                               ///< for a webhook
    static constexpr qsizetype longestBrief = 459; ///< three parts of 153
};

/// For whom it is put into words.
struct NotifyReader
{
    QString desk;
    int step = 0;
    bool contact = false; ///< an emergency contact of the person, not staff
    bool duress = false;  ///< may know that a cancel was under threat
};

/// `personName`: of who called for help. Pure.
[[nodiscard]] NotifyWords wordsOf(const Alert &alert, NotifyOccasion occasion, const NotifyReader &reader,
                                  const QString &personName);
[[nodiscard]] NotifyWords testWords(const QString &desk, const QString &by, TimePoint now);

/// RFC 5322 with MIME: what goes over SMTP, without the dot-stuffing. `from` and `to` are mailboxes; `id` is unique, without blanks.
struct MimeMail
{
    QString from;
    QString to;
    QString subject;
    QString text;
    QString id;
    TimePoint at;
    bool urgent = false;
};
[[nodiscard]] QByteArray mimeOf(const MimeMail &mail);

/// "sha256=…" of a body, for X-Tocsin-Signature-256.
[[nodiscard]] QByteArray signatureOf(const QByteArray &body, const QByteArray &key);

} // namespace tocsin
