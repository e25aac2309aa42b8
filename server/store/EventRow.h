// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "server/store/Statement.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace tocsin {

/// A row of the table `events`: an Event as the file holds it, texts as UTF-8. `hash` is its link of the chain: BLAKE2b-256 of the
/// hash before it and of every other column, so that no row can be changed, left out or moved without breaking what follows.
struct EventRow
{
    qint64 seq = 0;
    qint64 at = 0; ///< microseconds since 1970
    QByteArray stream;
    QByteArray kind;
    QByteArray actorKind;
    QByteArray actorId;
    QByteArray actorName;
    QByteArray actorSession;
    QByteArray requestId;
    QByteArray body;
    QByteArray streams; ///< encodeStreams()
    QByteArray hash;

    /// Without the hash, which needs the row before.
    [[nodiscard]] static EventRow of(const Event &event);
    /// From a query for eventColumns().
    [[nodiscard]] static EventRow read(const Statement &statement);
    /// nullopt with a sentence when it is none of ours.
    [[nodiscard]] std::optional<Event> event(QString *error) const;
    /// What `hash` must be.
    [[nodiscard]] QByteArray chained(const QByteArray &previousHash) const;
};

constexpr int hashBytes = 32;
/// The hash "before" the first row.
[[nodiscard]] QByteArray firstHash();
[[nodiscard]] QString eventColumns();

/// "5:6:alerts3:6:user/7": seq, length in bytes and name of each. An id may hold any character.
[[nodiscard]] QByteArray encodeStreams(const QList<StreamPosition> &streams);
[[nodiscard]] std::optional<QList<StreamPosition>> decodeStreams(const QByteArray &text);

} // namespace tocsin
