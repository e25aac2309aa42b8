// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/BaseMap.h"

#include "qml/controls/map/Mercator.h"

#include <QCryptographicHash>
#include <QFile>
#include <QtEndian>

#include <algorithm>

namespace tocsin::map {

namespace {

constexpr qsizetype HeaderBytes = 48;
constexpr quint32 MaxPayload = 32U << 20U;
constexpr double Quantum = 16383;
constexpr double Margin = 1.0 / 64;
constexpr int MaxGridBits = 6;

/// Reads the payload front to back. After the first item that does not fit, everything reads as zero and ok() is false.
class Cursor
{
public:
    explicit Cursor(const QByteArray &bytes)
        : m_at(reinterpret_cast<const uchar *>(bytes.constData()))
        , m_end(m_at + bytes.size())
    {
    }

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_at == m_end; }
    [[nodiscard]] qsizetype left() const { return m_end - m_at; }

    quint8 u8() { return take(1) ? m_at[-1] : quint8(0); }
    quint16 u16() { return take(2) ? qFromLittleEndian<quint16>(m_at - 2) : quint16(0); }
    qint32 i32() { return take(4) ? qFromLittleEndian<qint32>(m_at - 4) : 0; }

    quint32 varint()
    {
        quint32 value = 0;
        for (quint32 shift = 0; shift < 32; shift += 7) {
            const quint32 byte = u8();
            value |= (byte & 127U) << shift;
            if (byte < 128)
                return value;
        }
        m_ok = false;
        return 0;
    }

    qint32 zigzag()
    {
        const quint32 value = varint();
        return (value & 1U) != 0 ? -qint32(value / 2) - 1 : qint32(value / 2);
    }

    /// A count of items of at least `itemBytes` each; more than the rest of the file could hold is an error.
    quint32 count(qsizetype itemBytes)
    {
        const quint32 value = varint();
        if (qint64(value) * itemBytes > left()) {
            m_ok = false;
            return 0;
        }
        return value;
    }

    QString string()
    {
        const quint32 size = count(1);
        return take(size) ? QString::fromUtf8(reinterpret_cast<const char *>(m_at) - size, qsizetype(size)) : QString();
    }

    void corners(std::vector<BaseCell::Corner> &into, quint32 number)
    {
        into.reserve(number);
        qint32 x = 0;
        qint32 y = 0;
        for (quint32 i = 0; i < number && m_ok; ++i) {
            // Unsigned arithmetic: a hostile file must not overflow a signed sum.
            x = qint32(quint32(x) + quint32(zigzag()));
            y = qint32(quint32(y) + quint32(zigzag()));
            if (x < 0 || y < 0 || x > qint32(Quantum) || y > qint32(Quantum))
                m_ok = false;
            else
                into.push_back({quint16(x), quint16(y)});
        }
    }

    void lines(std::vector<BaseCell::Line> &into)
    {
        const quint32 number = count(5);
        into.reserve(number);
        for (quint32 i = 0; i < number && m_ok; ++i)
            corners(into.emplace_back(), count(2));
    }

private:
    bool take(quint32 bytes)
    {
        if (!m_ok || left() < qsizetype(bytes)) {
            m_ok = false;
            return false;
        }
        m_at += bytes;
        return true;
    }

    const uchar *m_at;
    const uchar *m_end;
    bool m_ok = true;
};

bool readCell(Cursor &in, BaseCell &cell, int side)
{
    cell.x = in.u8();
    cell.y = in.u8();
    if (cell.x >= side || cell.y >= side)
        return false;
    in.corners(cell.corners, in.count(2));
    const quint32 indices = in.count(3) * 3;
    cell.triangles.reserve(indices);
    quint32 last = 0;
    for (quint32 i = 0; i < indices && in.ok(); ++i) {
        last += quint32(in.zigzag());
        if (last >= cell.corners.size())
            return false;
        cell.triangles.push_back(quint16(last));
    }
    in.lines(cell.coasts);
    in.lines(cell.borders);
    return in.ok() && cell.corners.size() <= 65536;
}

bool readLevel(Cursor &in, BaseLevel &level)
{
    level.gridBits = in.u8();
    level.minZoom = in.u8() / 10.0;
    if (level.gridBits > MaxGridBits)
        return false;
    const int side = 1 << level.gridBits;
    const int number = in.u16();
    if (number > side * side)
        return false;
    level.cells.resize(size_t(number));
    if (!std::ranges::all_of(level.cells, [&](BaseCell &cell) { return readCell(in, cell, side); }))
        return false;
    level.index();
    return true;
}

} // namespace

QPointF BaseCell::point(Corner corner)
{
    return {corner.x / Quantum * (1 + 2 * Margin) - Margin, corner.y / Quantum * (1 + 2 * Margin) - Margin};
}

const BaseCell *BaseLevel::cell(int x, int y) const
{
    const int side = 1 << gridBits;
    if (x < 0 || y < 0 || x >= side || y >= side || m_byPlace.empty())
        return nullptr;
    const int number = m_byPlace[size_t(y) * size_t(side) + size_t(x)];
    return number < 0 ? nullptr : &cells[size_t(number)];
}

void BaseLevel::index()
{
    const size_t side = size_t(1) << size_t(gridBits);
    m_byPlace.assign(side * side, -1);
    for (size_t i = 0; i < cells.size(); ++i)
        m_byPlace[size_t(cells[i].y) * side + size_t(cells[i].x)] = int(i);
}

BaseMap::Result BaseMap::read(QIODevice &device)
{
    const auto refuse = [](const char *why) {
        return Result{std::nullopt, QStringLiteral("The base map cannot be read: %1.").arg(QLatin1String(why))};
    };
    const QByteArray header = device.read(HeaderBytes);
    if (header.size() < HeaderBytes)
        return refuse("the file is shorter than its header");
    if (!header.startsWith("TBM1"))
        return refuse("it is not a TBM1 file");
    const auto *raw = reinterpret_cast<const uchar *>(header.constData());
    if (qFromLittleEndian<quint16>(raw + 4) != 1)
        return refuse("its version is unknown");
    const auto size = qFromLittleEndian<quint32>(raw + 8);
    const auto packedSize = qFromLittleEndian<quint32>(raw + 12);
    if (size > MaxPayload || packedSize > MaxPayload)
        return refuse("it claims to be larger than 32 MiB");

    QByteArray packed(4, '\0');
    qToBigEndian(size, packed.data());
    packed += device.read(packedSize);
    if (packed.size() != qsizetype(packedSize) + 4)
        return refuse("the file is truncated");
    const QByteArray payload = qUncompress(packed);
    if (payload.size() != qsizetype(size))
        return refuse("its content does not unpack");
    if (QCryptographicHash::hash(payload, QCryptographicHash::Sha256) != header.sliced(16, 32))
        return refuse("its check sum is wrong");

    Cursor in(payload);
    BaseMap map;
    map.m_levels.resize(in.u8());
    if (map.m_levels.empty() ||
        !std::ranges::all_of(map.m_levels, [&](BaseLevel &level) { return readLevel(in, level); }))
        return refuse("a level of detail is malformed");
    const quint32 places = in.count(11);
    map.m_places.reserve(places);
    for (quint32 i = 0; i < places && in.ok(); ++i) {
        BasePlace place;
        place.kind = in.u8() == 1 ? BasePlace::Kind::Country : BasePlace::Kind::City;
        place.minZoom = in.u8() / 10.0;
        const double latitude = in.i32() / 1e5;
        place.world = mercator::fromDegrees(latitude, in.i32() / 1e5);
        place.name = in.string();
        map.m_places.push_back(std::move(place));
    }
    if (!in.ok() || !in.atEnd())
        return refuse("its list of places is malformed");
    return {std::move(map), {}};
}

BaseMap::Result BaseMap::readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {std::nullopt, QStringLiteral("The base map %1 cannot be opened: %2.").arg(path, file.errorString())};
    return read(file);
}

int BaseMap::levelFor(double zoom) const
{
    int best = m_levels.empty() ? -1 : 0;
    for (size_t i = 0; i < m_levels.size(); ++i) {
        if (m_levels[i].minZoom <= zoom)
            best = int(i);
    }
    return best;
}

} // namespace tocsin::map
