// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Reading.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

// How readings of one device lie in history.db. Plain functions and values, any thread.
//
// A chunk holds up to some thousand readings, oldest first, column by column: a history query of one channel reads the times
// and that channel and skips the rest. Which columns a reading has, and in which order, is its *shape*; a device knows few
// shapes, so a reading costs one small index for it. Layout (all integers LEB128, signed ones zigzag):
//
//     version (1) · readings · shapes {source name, columns {index}} · columns {kind, name, bytes}
//     · bytes of the times · times as differences · shape per reading (left out when there is one) · the columns' bytes
//
// Column kinds: numbers, booleans, unknowns (no bytes), texts, lists of texts, and what is not a channel: the source's own time (difference
// to ours), latitude, longitude, altitude, accuracy, heading, speed. Names are numbers from the file's names table.
// A column of numbers is stored in the smallest of three forms that gives back every bit: decimal fractions as differences of integers (12.3, 12.4
// = one byte each), 4-byte floats, 8-byte floats. A text equal to the one before costs one byte.

namespace tocsin {

/// Gives a channel's or source's name its number in the file; nullopt: no more names are taken, the sample is left out.
using NameToId = std::function<std::optional<quint32>(const QString &)>;
using IdToName = std::function<QString(quint32)>;

/// Encodes readings of one device; keep one and reuse it (its buffers stay).
class ChunkEncoder
{
public:
    /// `readings` ascending by receivedAt, not empty.
    [[nodiscard]] QByteArray encode(const std::vector<const Reading *> &readings, const NameToId &idOf);

private:
    struct Column
    {
        quint8 kind = 0;
        quint32 name = 0;
        std::vector<double> numbers;
        QByteArray bytes; ///< everything but numbers, already encoded
        QString lastText; ///< for texts and lists
        QStringList lastList;
    };
    struct Shape
    {
        quint32 source = 0;
        std::vector<quint32> columns;
        bool operator==(const Shape &) const = default;
    };
    void addReading(const Reading &reading, const NameToId &idOf);
    Column &column(quint8 kind, quint32 name);
    void addNumber(quint8 kind, quint32 name, double value);

    std::vector<Column> m_columns; ///< the first m_columnCount are in use
    std::size_t m_columnCount = 0;
    QHash<quint64, std::size_t> m_index; ///< of the columns beyond the first few
    std::vector<Shape> m_shapes;
    std::vector<quint32> m_shapeOf;
    Shape m_shape; ///< of the reading being added
};

/// All readings of a chunk, oldest first; nullopt when the bytes are not a chunk.
[[nodiscard]] std::optional<QList<Reading>> decodeChunk(const QByteArray &bytes, const QString &deviceId,
                                                        const IdToName &nameOf);

/// Walks the numeric channels of a chunk without building readings. Returns false when the bytes are not a chunk.
/// `wanted(name id)` says whether a channel is of interest; `sample(name id, at, value)` gets its finite values in order.
[[nodiscard]] bool scanChunk(const QByteArray &bytes, const std::function<bool(quint32)> &wanted,
                             const std::function<void(quint32, TimePoint, double)> &sample);

} // namespace tocsin
