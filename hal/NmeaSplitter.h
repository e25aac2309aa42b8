// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace tocsin {

/// Finds NMEA 0183 sentences in a stream of bytes: `$` body `*` checksum, ended by CR LF, LF or anything else
/// once the checksum is there. Whatever lies between sentences (binary protocols, comments, torn lines) is
/// passed over. Plain logic, any thread, one at a time; holds at most one unfinished sentence.
/// The standard allows 82 characters with `$` and CR LF; proprietary ones are longer, so 120 are taken.
class NmeaSplitter
{
public:
    static constexpr qsizetype MaxLength = 120; ///< from `$` to the checksum

    struct Counters
    {
        qint64 good = 0;
        qint64 badChecksum = 0;
        qint64 withoutChecksum = 0; ///< refused, unless configured otherwise
        qint64 broken = 0;          ///< too long, torn by another start or by a control character
    };

    explicit NmeaSplitter(bool acceptWithoutChecksum = false) : m_acceptWithoutChecksum(acceptWithoutChecksum) {}

    /// The verified bodies (between `$` and `*`), oldest first.
    [[nodiscard]] QList<QByteArray> feed(QByteArrayView bytes);
    [[nodiscard]] const Counters &counters() const { return m_counters; }

    /// XOR of all characters of a body.
    [[nodiscard]] static quint8 checksum(QByteArrayView body);

private:
    void endLine(QList<QByteArray> &out);
    void giveUp();

    const bool m_acceptWithoutChecksum;
    bool m_inside = false;
    qsizetype m_star = -1; ///< where `*` is in m_line
    QByteArray m_line;     ///< without `$`
    Counters m_counters;
};

} // namespace tocsin
