// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/ReadingChunk.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace tocsin {

namespace {
constexpr quint8 chunkVersion = 1;
constexpr std::size_t searchedColumns = 32;
constexpr quint64 maxItems = 1U << 20; // of anything in one chunk: a damaged count must not allocate

constexpr quint64 maxValues = 1U << 22; // of all readings together, likewise

enum Kind : quint8 {
    Number,
    Bool,
    Unknown,
    Text,
    List,
    SourceTime,
    Latitude,
    Longitude,
    Altitude,
    Accuracy,
    Heading,
    Speed
};
constexpr quint8 lastKind = Speed;
enum Form : quint8 { Doubles, Floats, Decimals };

bool isNumeric(quint8 kind)
{
    return kind == Number || kind >= Latitude;
}

constexpr std::array<double, 7> powersOfTen = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};

quint64 zigzag(qint64 value)
{
    return (static_cast<quint64>(value) << 1U) ^ static_cast<quint64>(value >> 63);
}
/// Wraps where times of a damaged chunk are too far apart; adding it gives back the same.
qint64 difference(qint64 a, qint64 b)
{
    return static_cast<qint64>(static_cast<quint64>(a) - static_cast<quint64>(b));
}
qint64 unzigzag(quint64 value)
{
    return static_cast<qint64>(value >> 1U) ^ -static_cast<qint64>(value & 1U);
}

void putVarint(QByteArray &out, quint64 value)
{
    char buffer[10];
    int size = 0;
    while (value >= 0x80) {
        buffer[size++] = static_cast<char>(value | 0x80U);
        value >>= 7U;
    }
    buffer[size++] = static_cast<char>(value);
    out.append(buffer, size);
}

void putBytes(QByteArray &out, const QByteArray &bytes)
{
    putVarint(out, static_cast<quint64>(bytes.size()));
    out.append(bytes);
}

/// The integer that stands for `value` at 10^-exponent, when dividing it again gives back every bit.
std::optional<qint64> scaled(double value, std::size_t exponent)
{
    const double product = value * powersOfTen[exponent];
    if (!(std::abs(product) < 9e15))
        return std::nullopt;
    const qint64 integer = std::llround(product);
    const double back = static_cast<double>(integer) / powersOfTen[exponent];
    return std::bit_cast<quint64>(back) == std::bit_cast<quint64>(value) ? std::optional<qint64>(integer)
                                                                         : std::nullopt;
}

std::optional<QByteArray> asDecimals(const std::vector<double> &numbers)
{
    std::size_t exponent = 0;
    for (const double value : numbers) {
        while (!scaled(value, exponent)) {
            if (++exponent == powersOfTen.size())
                return std::nullopt;
        }
    }
    QByteArray out;
    out.append(char(Decimals));
    out.append(char(exponent));
    qint64 before = 0;
    for (const double value : numbers) {
        const std::optional<qint64> integer = scaled(value, exponent); // an early one may fail at the later exponent
        if (!integer)
            return std::nullopt;
        putVarint(out, zigzag(*integer - before));
        before = *integer;
    }
    return out;
}

QByteArray encodeNumbers(const std::vector<double> &numbers)
{
    const bool floats = std::all_of(numbers.cbegin(), numbers.cend(), [](double value) {
        return std::isfinite(value) && std::abs(value) <= 3e38 &&
               std::bit_cast<quint64>(double(float(value))) == std::bit_cast<quint64>(value);
    });
    const qsizetype plain = qsizetype(numbers.size()) * (floats ? 4 : 8) + 1;
    std::optional<QByteArray> decimals = asDecimals(numbers);
    if (decimals && decimals->size() <= plain)
        return *decimals;
    QByteArray out(plain, Qt::Uninitialized);
    char *to = out.data();
    *to++ = char(floats ? Floats : Doubles);
    for (const double value : numbers) {
        if (floats)
            qToLittleEndian(std::bit_cast<quint32>(float(value)), to);
        else
            qToLittleEndian(std::bit_cast<quint64>(value), to);
        to += floats ? 4 : 8;
    }
    return out;
}

/// Reads what putVarint and friends wrote; after the first error everything is 0 and ok() is false.
class Cursor
{
public:
    Cursor() = default;
    explicit Cursor(QByteArrayView bytes) : m_at(bytes.cbegin()), m_end(bytes.cend()) {}
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_at == m_end; }

    quint64 varint()
    {
        quint64 value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (m_at == m_end)
                break;
            const auto byte = static_cast<quint8>(*m_at++);
            value |= static_cast<quint64>(byte & 0x7fU) << shift;
            if (byte < 0x80)
                return value;
        }
        m_ok = false;
        return 0;
    }
    qint64 signedVarint() { return unzigzag(varint()); }
    std::size_t count()
    {
        const quint64 value = varint();
        if (value > maxItems)
            m_ok = false;
        return m_ok ? static_cast<std::size_t>(value) : 0;
    }
    quint8 byte()
    {
        if (m_at == m_end) {
            m_ok = false;
            return 0;
        }
        return static_cast<quint8>(*m_at++);
    }
    QByteArrayView view(quint64 size)
    {
        if (size > static_cast<quint64>(m_end - m_at)) {
            m_ok = false;
            return {};
        }
        const QByteArrayView bytes(m_at, static_cast<qsizetype>(size));
        m_at += size;
        return bytes;
    }
    QString text() { return QString::fromUtf8(view(varint())); }

private:
    const char *m_at = nullptr;
    const char *m_end = nullptr;
    bool m_ok = true;
};

bool decodeNumbers(QByteArrayView bytes, std::vector<double> &out)
{
    Cursor in(bytes);
    const quint8 form = in.byte();
    if (form == Decimals) {
        const std::size_t exponent = in.byte();
        if (!in.ok() || exponent >= powersOfTen.size())
            return false;
        const double divisor = powersOfTen[exponent];
        quint64 integer = 0; // unsigned, so that damaged bytes wrap instead of overflowing
        while (!in.atEnd()) {
            integer += static_cast<quint64>(in.signedVarint());
            if (!in.ok())
                return false;
            out.push_back(static_cast<double>(static_cast<qint64>(integer)) / divisor);
        }
        return true;
    }
    const qsizetype width = form == Floats ? 4 : 8;
    if (form > Decimals || bytes.isEmpty() || (bytes.size() - 1) % width != 0)
        return false;
    for (const char *at = bytes.cbegin() + 1; at != bytes.cend(); at += width)
        out.push_back(form == Floats ? double(std::bit_cast<float>(qFromLittleEndian<quint32>(at)))
                                     : std::bit_cast<double>(qFromLittleEndian<quint64>(at)));
    return true;
}

/// A chunk taken apart, its columns still encoded.
struct Parsed
{
    struct Column
    {
        quint8 kind = 0;
        quint32 name = 0;
        QByteArrayView bytes;
    };
    struct Shape
    {
        quint32 source = 0;
        std::vector<quint32> columns;
    };
    std::vector<Column> columns;
    std::vector<Shape> shapes;
    std::vector<qint64> times; ///< microseconds
    std::vector<quint32> shapeOf;
};

std::optional<Parsed> parse(const QByteArray &bytes)
{
    Cursor in{QByteArrayView(bytes)};
    Parsed chunk;
    if (in.byte() != chunkVersion)
        return std::nullopt;
    const std::size_t readings = in.count();
    const std::size_t shapes = in.count();
    for (std::size_t i = 0; i < shapes && in.ok(); ++i) {
        Parsed::Shape shape;
        shape.source = static_cast<quint32>(in.varint());
        const std::size_t columns = in.count();
        for (std::size_t j = 0; j < columns && in.ok(); ++j)
            shape.columns.push_back(static_cast<quint32>(in.varint()));
        chunk.shapes.push_back(std::move(shape));
    }
    const std::size_t columns = in.count();
    std::vector<quint64> sizes;
    for (std::size_t i = 0; i < columns && in.ok(); ++i) {
        Parsed::Column column;
        column.kind = in.byte();
        column.name = static_cast<quint32>(in.varint());
        sizes.push_back(in.varint());
        if (column.kind > lastKind)
            return std::nullopt;
        chunk.columns.push_back(column);
    }
    Cursor times(in.view(in.varint()));
    quint64 at = 0;
    for (std::size_t i = 0; i < readings && times.ok(); ++i) {
        at += static_cast<quint64>(times.signedVarint());
        chunk.times.push_back(static_cast<qint64>(at));
    }
    if (shapes == 1)
        chunk.shapeOf.assign(chunk.times.size(), 0);
    else {
        for (std::size_t i = 0; i < readings && in.ok(); ++i)
            chunk.shapeOf.push_back(static_cast<quint32>(in.varint()));
    }
    for (std::size_t i = 0; i < chunk.columns.size() && in.ok(); ++i)
        chunk.columns[i].bytes = in.view(sizes[i]);
    if (!in.ok() || !times.ok() || !in.atEnd() || readings == 0)
        return std::nullopt;
    const bool sound =
        std::all_of(chunk.shapeOf.cbegin(), chunk.shapeOf.cend(), [&](quint32 s) { return s < shapes; }) &&
        std::all_of(chunk.shapes.cbegin(), chunk.shapes.cend(), [&](const Parsed::Shape &shape) {
            return std::all_of(shape.columns.cbegin(), shape.columns.cend(), [&](quint32 c) { return c < columns; });
        });
    if (!sound)
        return std::nullopt;
    // Columns without bytes would let a damaged chunk of kilobytes claim values by the thousand million.
    quint64 values = 0;
    for (const quint32 shape : chunk.shapeOf)
        values += chunk.shapes[shape].columns.size();
    return values <= maxValues ? std::optional<Parsed>(std::move(chunk)) : std::nullopt;
}

/// Hands out the values of one column, one reading after the other.
class ColumnReader
{
public:
    explicit ColumnReader(const Parsed::Column &column) : m_kind(column.kind), m_in(column.bytes)
    {
        m_ok = !isNumeric(m_kind) || decodeNumbers(column.bytes, m_numbers);
    }
    [[nodiscard]] bool ok() const { return m_ok && m_in.ok(); }

    double number()
    {
        if (m_next >= m_numbers.size()) {
            m_ok = false;
            return 0;
        }
        return m_numbers[m_next++];
    }
    qint64 difference() { return m_in.signedVarint(); }
    bool boolean() { return m_in.byte() != 0; }
    Value value()
    {
        switch (m_kind) {
        case Bool:
            return boolean();
        case Unknown:
            return {};
        case Text:
            if (const quint64 mark = m_in.varint(); mark > 0)
                m_text = QString::fromUtf8(m_in.view(mark - 1));
            return m_text;
        case List:
            if (const quint64 mark = m_in.varint(); mark > 0) {
                m_list.clear();
                for (quint64 i = 1; i < mark && m_in.ok(); ++i)
                    m_list.append(m_in.text());
            }
            return m_list;
        default:
            return number();
        }
    }

private:
    const quint8 m_kind;
    Cursor m_in;
    std::vector<double> m_numbers;
    std::size_t m_next = 0;
    QString m_text;
    QStringList m_list;
    bool m_ok = true;
};

void placePosition(Position &position, quint8 kind, double value)
{
    switch (kind) {
    case Latitude:
        position.latitude = value;
        break;
    case Longitude:
        position.longitude = value;
        break;
    case Altitude:
        position.altitudeM = value;
        break;
    case Accuracy:
        position.accuracyM = value;
        break;
    case Heading:
        position.headingDeg = value;
        break;
    default:
        position.speedKmh = value;
        break;
    }
}
} // namespace

ChunkEncoder::Column &ChunkEncoder::column(quint8 kind, quint32 name)
{
    // Devices repeat themselves: the column is most often the one that the previous reading had at this place.
    const std::size_t place = m_shape.columns.size();
    if (!m_shapeOf.empty()) {
        const Shape &before = m_shapes[m_shapeOf.back()];
        if (place < before.columns.size()) {
            Column &guess = m_columns[before.columns[place]];
            if (guess.kind == kind && guess.name == name) {
                m_shape.columns.push_back(before.columns[place]);
                return guess;
            }
        }
    }
    // Else a short search, and a hash for the strange device that has hundreds.
    const quint64 key = (static_cast<quint64>(name) << 8U) | kind;
    const std::size_t searched = std::min(m_columnCount, searchedColumns);
    std::size_t i = 0;
    while (i < searched && (m_columns[i].kind != kind || m_columns[i].name != name))
        ++i;
    if (i == searchedColumns)
        i = m_index.value(key, m_columnCount);
    if (i == m_columnCount) {
        if (i >= searchedColumns)
            m_index.insert(key, i);
        if (m_columnCount == m_columns.size())
            m_columns.emplace_back();
        Column &fresh = m_columns[m_columnCount++];
        fresh.kind = kind;
        fresh.name = name;
        fresh.numbers.clear();
        fresh.bytes.clear();
        fresh.lastText.clear();
        fresh.lastList.clear();
    }
    m_shape.columns.push_back(static_cast<quint32>(i));
    return m_columns[i];
}

void ChunkEncoder::addNumber(quint8 kind, quint32 name, double value)
{
    column(kind, name).numbers.push_back(value);
}

void ChunkEncoder::addReading(const Reading &reading, const NameToId &idOf)
{
    m_shape.columns.clear();
    m_shape.source = idOf(reading.source).value_or(0);
    if (reading.sourceTime)
        putVarint(column(SourceTime, 0).bytes,
                  zigzag(difference(toEpochMicros(*reading.sourceTime), toEpochMicros(reading.receivedAt))));
    if (reading.position) {
        addNumber(Latitude, 0, reading.position->latitude);
        addNumber(Longitude, 0, reading.position->longitude);
        const std::pair<quint8, std::optional<double>> rest[] = {{Altitude, reading.position->altitudeM},
                                                                 {Accuracy, reading.position->accuracyM},
                                                                 {Heading, reading.position->headingDeg},
                                                                 {Speed, reading.position->speedKmh}};
        for (const auto &[kind, value] : rest) {
            if (value)
                addNumber(kind, 0, *value);
        }
    }
    for (const Sample &sample : reading.samples) {
        const std::optional<quint32> name = idOf(sample.channel);
        if (!name)
            continue;
        if (const auto *d = std::get_if<double>(&sample.value)) {
            addNumber(Number, *name, *d);
        } else if (const auto *b = std::get_if<bool>(&sample.value)) {
            column(Bool, *name).bytes.append(*b ? '\1' : '\0');
        } else if (const auto *text = std::get_if<QString>(&sample.value)) {
            Column &c = column(Text, *name);
            if (!c.bytes.isEmpty() && c.lastText == *text) {
                c.bytes.append('\0');
                continue;
            }
            c.lastText = *text;
            const QByteArray utf8 = text->toUtf8();
            putVarint(c.bytes, static_cast<quint64>(utf8.size()) + 1);
            c.bytes.append(utf8);
        } else if (const auto *list = std::get_if<QStringList>(&sample.value)) {
            Column &c = column(List, *name);
            if (!c.bytes.isEmpty() && c.lastList == *list) {
                c.bytes.append('\0');
                continue;
            }
            c.lastList = *list;
            putVarint(c.bytes, static_cast<quint64>(list->size()) + 1);
            for (const QString &item : *list)
                putBytes(c.bytes, item.toUtf8());
        } else {
            column(Unknown, *name);
        }
    }
    if (m_shapeOf.empty() || !(m_shapes[m_shapeOf.back()] == m_shape)) {
        const auto it = std::find(m_shapes.cbegin(), m_shapes.cend(), m_shape);
        m_shapeOf.push_back(static_cast<quint32>(it - m_shapes.cbegin()));
        if (it == m_shapes.cend())
            m_shapes.push_back(m_shape);
    } else {
        m_shapeOf.push_back(m_shapeOf.back());
    }
}

QByteArray ChunkEncoder::encode(const std::vector<const Reading *> &readings, const NameToId &idOf)
{
    m_columnCount = 0;
    m_index.clear();
    m_shapes.clear();
    m_shapeOf.clear();
    QByteArray times;
    qint64 before = 0;
    for (const Reading *reading : readings) {
        const qint64 at = toEpochMicros(reading->receivedAt);
        putVarint(times, zigzag(difference(at, before)));
        before = at;
        addReading(*reading, idOf);
    }
    QByteArray out;
    out.append(char(chunkVersion));
    putVarint(out, readings.size());
    putVarint(out, m_shapes.size());
    for (const Shape &shape : m_shapes) {
        putVarint(out, shape.source);
        putVarint(out, shape.columns.size());
        for (const quint32 index : shape.columns)
            putVarint(out, index);
    }
    putVarint(out, m_columnCount);
    for (std::size_t i = 0; i < m_columnCount; ++i) {
        Column &column = m_columns[i];
        if (isNumeric(column.kind))
            column.bytes = encodeNumbers(column.numbers);
        out.append(char(column.kind));
        putVarint(out, column.name);
        putVarint(out, static_cast<quint64>(column.bytes.size()));
    }
    putBytes(out, times);
    if (m_shapes.size() > 1) {
        for (const quint32 shape : m_shapeOf)
            putVarint(out, shape);
    }
    for (std::size_t i = 0; i < m_columnCount; ++i)
        out.append(m_columns[i].bytes);
    return out;
}

std::optional<QList<Reading>> decodeChunk(const QByteArray &bytes, const QString &deviceId, const IdToName &nameOf)
{
    const std::optional<Parsed> chunk = parse(bytes);
    if (!chunk)
        return std::nullopt;
    std::vector<ColumnReader> columns(chunk->columns.cbegin(), chunk->columns.cend());
    std::vector<QString> names;
    for (const Parsed::Column &column : chunk->columns)
        names.push_back(column.kind < SourceTime ? nameOf(column.name) : QString());
    QList<Reading> readings;
    for (std::size_t i = 0; i < chunk->times.size(); ++i) {
        Reading reading;
        reading.deviceId = deviceId;
        reading.receivedAt = fromEpochMicros(chunk->times[i]);
        const Parsed::Shape &shape = chunk->shapes[chunk->shapeOf[i]];
        reading.source = nameOf(shape.source);
        for (const quint32 index : shape.columns) {
            const quint8 kind = chunk->columns[index].kind;
            if (kind == SourceTime) {
                const auto at =
                    static_cast<quint64>(chunk->times[i]) + static_cast<quint64>(columns[index].difference());
                reading.sourceTime = fromEpochMicros(static_cast<qint64>(at));
            } else if (kind > SourceTime) {
                if (!reading.position)
                    reading.position.emplace();
                placePosition(*reading.position, kind, columns[index].number());
            } else {
                reading.samples.append({names[index], columns[index].value()});
            }
        }
        readings.append(std::move(reading));
    }
    const bool ok = std::all_of(columns.cbegin(), columns.cend(), [](const ColumnReader &c) { return c.ok(); });
    return ok ? std::optional<QList<Reading>>(std::move(readings)) : std::nullopt;
}

bool scanChunk(const QByteArray &bytes, const std::function<bool(quint32)> &wanted,
               const std::function<void(quint32, TimePoint, double)> &sample)
{
    const std::optional<Parsed> chunk = parse(bytes);
    if (!chunk)
        return false;
    std::vector<std::optional<ColumnReader>> columns(chunk->columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Parsed::Column &column = chunk->columns[i];
        if ((column.kind == Number || column.kind == Bool) && wanted(column.name))
            columns[i].emplace(column);
    }
    // Only what is wanted of each shape: most readings have many more columns.
    std::vector<std::vector<quint32>> shapes;
    for (const Parsed::Shape &shape : chunk->shapes) {
        auto &kept = shapes.emplace_back();
        std::copy_if(shape.columns.cbegin(), shape.columns.cend(), std::back_inserter(kept),
                     [&](quint32 index) { return columns[index].has_value(); });
    }
    for (std::size_t i = 0; i < chunk->times.size(); ++i) {
        for (const quint32 index : shapes[chunk->shapeOf[i]]) {
            const bool isBool = chunk->columns[index].kind == Bool;
            const double value = isBool ? (columns[index]->boolean() ? 1.0 : 0.0) : columns[index]->number();
            if (std::isfinite(value))
                sample(chunk->columns[index].name, fromEpochMicros(chunk->times[i]), value);
        }
    }
    return std::all_of(columns.cbegin(), columns.cend(), [](const auto &c) { return !c || c->ok(); });
}

} // namespace tocsin
