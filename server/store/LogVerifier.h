// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/SignedHead.h"

#include <QList>
#include <QString>

#include <optional>

namespace tocsin {

/// A row that is not as the server left it.
struct Damage
{
    QString table; ///< empty: the file as a whole
    QString key;   ///< of the row; empty: the table as a whole
    QString what;  ///< "differs from the log in body, seq"
    [[nodiscard]] QString text() const;
};

struct VerifyReport
{
    static constexpr qsizetype most = 1000;
    QString error;       ///< a sentence: it could not be checked at all
    QList<Damage> found; ///< at most `most`
    qint64 events = 0;
    qint64 copiedSeq = -1; ///< up to where the copied head vouches; −1: there was none
};

/// Checks desk.db: the hash chain of the log, its signed head, that every stream counts without a gap, and that every table
/// holds what a replay of the log gives, column by column. Read-only, in one read transaction: works on a copy and beside a
/// running server. The replay is made in a temporary file of about the tables' size. Any one thread; blocks.
class LogVerifier
{
public:
    struct Options
    {
        QString path;                       ///< desk.db
        QByteArray publicKey{};             ///< of the server, when it is known from elsewhere than the file
        std::optional<SignedHead> copied{}; ///< a head that was copied out earlier
    };
    [[nodiscard]] static VerifyReport verify(const Options &options);

    struct Rebuilt
    {
        QString error;      ///< a sentence; then nothing was changed
        qint64 events = 0;  ///< replayed
        QStringList tables; ///< that were emptied and made anew
    };
    /// Makes every table anew from the log, in one transaction. Only for a file that no server has open, and whose log verify()
    /// has found whole.
    [[nodiscard]] static Rebuilt rebuild(const QString &path);
};

} // namespace tocsin
