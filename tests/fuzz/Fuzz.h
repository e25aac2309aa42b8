// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// What the fuzz targets share. A target is one file fuzz_NAME.cpp with LLVMFuzzerTestOneInput and a folder corpus/NAME;
// libFuzzer drives it (run.sh), and every test run replays the corpus through it (replay.cpp).

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace tocsin::fuzz {

/// A property that must hold for every input; ends the program when it does not, so that the input is kept.
inline void require(bool holds, const char *property)
{
    if (holds)
        return;
    std::fprintf(stderr, "property violated: %s\n", property);
    std::abort();
}

/// An input taken from the front. The first bytes choose settings, the rest is what the target reads.
class Input
{
public:
    Input(const std::uint8_t *data, std::size_t size)
        : m_rest(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size))
    {
    }
    [[nodiscard]] quint8 byte()
    {
        if (m_rest.isEmpty())
            return 0;
        const auto first = static_cast<quint8>(m_rest.front());
        m_rest = m_rest.sliced(1);
        return first;
    }
    [[nodiscard]] QByteArrayView rest() const { return m_rest; }

private:
    QByteArrayView m_rest;
};

/// Cuts bytes into pieces of sizes that `seed` decides: 0 means one byte each.
class Pieces
{
public:
    Pieces(QByteArrayView bytes, quint8 seed) : m_rest(bytes), m_state(seed) {}
    [[nodiscard]] bool atEnd() const { return m_rest.isEmpty(); }
    [[nodiscard]] QByteArrayView next()
    {
        m_state = m_state == 0 ? 0 : m_state * 1'103'515'245U + 12'345U;
        const qsizetype size = qMin(m_rest.size(), qsizetype(1 + ((m_state >> 16U) & 31U)));
        const QByteArrayView piece = m_rest.first(size);
        m_rest = m_rest.sliced(size);
        return piece;
    }

private:
    QByteArrayView m_rest;
    quint32 m_state;
};

} // namespace tocsin::fuzz
