// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/MessagePack.h"

#include <QStringDecoder>

#include <msgpack.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tocsin {

namespace {

/// What the packer writes into.
struct Sink
{
    QByteArray bytes;
    void write(const char *data, std::size_t size) { bytes.append(data, static_cast<qsizetype>(size)); }
};
using Packer = msgpack::packer<Sink>;

void packText(Packer &packer, const QByteArray &utf8)
{
    packer.pack_str(static_cast<quint32>(utf8.size()));
    packer.pack_str_body(utf8.constData(), static_cast<quint32>(utf8.size()));
}

void packNumber(Packer &packer, const QJsonValue &value)
{
    constexpr qint64 mark = std::numeric_limits<qint64>::min();
    const qint64 whole = value.toInteger(mark);
    const double real = value.toDouble();
    if (whole == mark || (whole == 0 && std::signbit(real)))
        packer.pack_double(real);
    else
        packer.pack_int64(whole);
}

// The depth is that of a document made here: bounded by its maker.
void packValue(Packer &packer, const QJsonValue &value) // NOLINT(misc-no-recursion)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        packer.pack_nil();
        return;
    case QJsonValue::Bool:
        if (value.toBool())
            packer.pack_true();
        else
            packer.pack_false();
        return;
    case QJsonValue::Double:
        packNumber(packer, value);
        return;
    case QJsonValue::String:
        packText(packer, value.toString().toUtf8());
        return;
    case QJsonValue::Array: {
        const QJsonArray array = value.toArray();
        packer.pack_array(static_cast<quint32>(array.size()));
        for (const QJsonValueConstRef item : array)
            packValue(packer, item);
        return;
    }
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        packer.pack_map(static_cast<quint32>(object.size()));
        for (auto it = object.begin(); it != object.end(); ++it) {
            packText(packer, it.key().toUtf8());
            packValue(packer, it.value());
        }
        return;
    }
    }
}

/// Builds the document while msgpack reads. Stops at the first thing that may not be.
class Builder : public msgpack::null_visitor
{
public:
    Builder(qsizetype size, const msgpack::unpack_limit &limits) : m_size(size), m_limits(limits) {}

    [[nodiscard]] const FieldError &error() const { return m_error; }
    [[nodiscard]] const QJsonValue &result() const { return m_result; }

    bool visit_nil() { return add(QJsonValue::Null); }
    bool visit_boolean(bool value) { return add(value); }
    bool visit_positive_integer(uint64_t value)
    {
        constexpr auto most = static_cast<uint64_t>(std::numeric_limits<qint64>::max());
        return value <= most ? add(static_cast<qint64>(value)) : add(static_cast<double>(value));
    }
    bool visit_negative_integer(int64_t value) { return add(static_cast<qint64>(value)); }
    bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
    bool visit_float64(double value)
    {
        return std::isfinite(value) ? add(value) : fail(QStringLiteral("A number is not finite"));
    }
    bool visit_str(const char *text, uint32_t size)
    {
        if (size > m_limits.str())
            return fail(QStringLiteral("A text is too long"));
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString decoded = decoder.decode(QByteArrayView(text, static_cast<qsizetype>(size)));
        if (decoder.hasError())
            return fail(QStringLiteral("A text is not UTF-8"));
        if (m_inKey) {
            m_levels.back().key = decoded;
            return true;
        }
        return add(decoded);
    }
    bool visit_bin(const char * /*data*/, uint32_t /*size*/)
    {
        return fail(QStringLiteral("Binary data has no place here"));
    }
    bool visit_ext(const char * /*data*/, uint32_t /*size*/)
    {
        return fail(QStringLiteral("Extensions have no place here"));
    }
    bool start_array(uint32_t count) { return open(false, count, m_limits.array()); }
    bool end_array()
    {
        QJsonArray array;
        for (const auto &[key, value] : m_levels.back().items)
            array.append(value);
        return close(array);
    }
    bool start_map(uint32_t count) { return open(true, count, m_limits.map()); }
    bool start_map_key()
    {
        m_inKey = true;
        return true;
    }
    bool end_map_key()
    {
        if (!std::exchange(m_inKey, false))
            return true;
        return m_levels.back().key ? true : fail(QStringLiteral("A key is not text"));
    }
    bool end_map()
    {
        // In order, because QJsonObject is a sorted list: inserting at random is quadratic.
        auto &items = m_levels.back().items;
        std::stable_sort(items.begin(), items.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
        const auto twice = std::adjacent_find(items.begin(), items.end(),
                                              [](const auto &a, const auto &b) { return a.first == b.first; });
        if (twice != items.end()) {
            const QString name = twice->first.left(64);
            m_error = FieldError{name, QStringLiteral("Duplicate key: %1").arg(name)};
            return false;
        }
        QJsonObject object;
        for (const auto &[key, value] : items)
            object.insert(key, value);
        return close(object);
    }
    void parse_error(size_t /*parsed*/, size_t /*at*/) { (void)fail(QStringLiteral("Invalid MessagePack message")); }
    void insufficient_bytes(size_t /*parsed*/, size_t /*at*/)
    {
        (void)fail(QStringLiteral("The MessagePack message is cut off"));
    }

private:
    struct Level
    {
        bool map = false;
        std::optional<QString> key;
        std::vector<std::pair<QString, QJsonValue>> items;
    };

    bool fail(const QString &message)
    {
        if (m_error.message.isEmpty())
            m_error = FieldError{{}, message};
        return false;
    }
    bool open(bool map, uint32_t count, std::size_t most)
    {
        if (m_inKey)
            return fail(QStringLiteral("A key is not text"));
        if (count > most || static_cast<qsizetype>(count) > m_size)
            return fail(QStringLiteral("A list claims more items than the message has bytes"));
        if (m_levels.size() >= m_limits.depth())
            return fail(QStringLiteral("Message is nested deeper than %1 levels").arg(m_limits.depth()));
        m_levels.push_back({map, {}, {}});
        return true;
    }
    bool close(const QJsonValue &value)
    {
        m_levels.pop_back();
        return add(value);
    }
    bool add(const QJsonValue &value)
    {
        if (m_inKey)
            return fail(QStringLiteral("A key is not text"));
        if (m_levels.empty()) {
            m_result = value;
            return true;
        }
        Level &level = m_levels.back();
        level.items.emplace_back(std::exchange(level.key, std::nullopt).value_or(QString()), value);
        return true;
    }

    qsizetype m_size;
    msgpack::unpack_limit m_limits;
    std::vector<Level> m_levels;
    QJsonValue m_result;
    FieldError m_error;
    bool m_inKey = false;
};

} // namespace

QByteArray toMessagePack(const QJsonObject &object)
{
    Sink sink;
    Packer packer(sink);
    packValue(packer, object);
    return sink.bytes;
}

std::variant<QJsonObject, FieldError> parseMessagePackObject(const QByteArray &bytes, const JsonLimits &limits)
{
    if (bytes.size() > limits.maxBytes)
        return FieldError{{}, QStringLiteral("Message is larger than %1 bytes").arg(limits.maxBytes)};
    const auto most = static_cast<std::size_t>(bytes.size());
    Builder builder(bytes.size(),
                    msgpack::unpack_limit(most, most, most, 0, 0, static_cast<std::size_t>(limits.maxDepth)));
    std::size_t offset = 0;
    const bool read = msgpack::parse(bytes.constData(), most, offset, builder);
    if (!builder.error().message.isEmpty())
        return builder.error();
    if (!read)
        return FieldError{{}, QStringLiteral("Invalid MessagePack message")};
    if (offset != most)
        return FieldError{{}, QStringLiteral("Bytes follow the MessagePack message")};
    if (!builder.result().isObject())
        return FieldError{{}, QStringLiteral("Message must be a map")};
    return builder.result().toObject();
}

} // namespace tocsin
