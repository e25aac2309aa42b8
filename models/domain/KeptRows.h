// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QMap>
#include <QSet>
#include <QString>

namespace tocsin {

/// A small durable table of one owner: text to bytes. Calls block until it is on the disk; one thread at a time, which is never the desk's.
class KeptRows
{
public:
    struct Loaded
    {
        QString error; ///< a sentence; empty: read
        QMap<QString, QByteArray> rows;
    };
    /// Applied whole or not at all: first what is removed, then what is put.
    struct Change
    {
        QHash<QString, QByteArray> put;
        QSet<QString> removed;
        [[nodiscard]] bool isEmpty() const { return put.isEmpty() && removed.isEmpty(); }
    };

    KeptRows() = default;
    KeptRows(const KeptRows &) = delete;
    KeptRows &operator=(const KeptRows &) = delete;
    virtual ~KeptRows() = default;
    [[nodiscard]] virtual Loaded load() = 0;
    /// A sentence when it is not durable.
    [[nodiscard]] virtual QString apply(const Change &change) = 0;
};

} // namespace tocsin
