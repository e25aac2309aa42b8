// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/JsonFields.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>
#include <limits>

namespace tocsin {

namespace {
constexpr int bodyVersion = 1;

QJsonValue numberToJson(double value)
{
    if (std::isnan(value))
        return QStringLiteral("nan");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("inf") : QStringLiteral("-inf");
    return value;
}

std::optional<double> numberFromJson(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    const QString text = value.toString();
    if (text == QLatin1String("nan"))
        return std::numeric_limits<double>::quiet_NaN();
    if (text == QLatin1String("inf"))
        return std::numeric_limits<double>::infinity();
    if (text == QLatin1String("-inf"))
        return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

std::optional<qint64> wholeNumber(const QJsonValue &value)
{
    constexpr qint64 mark = std::numeric_limits<qint64>::min();
    const qint64 number = value.toInteger(mark);
    return value.isDouble() && number != mark ? std::optional<qint64>(number) : std::nullopt;
}

QByteArray textOf(const QJsonValue &value)
{
    if (value.isObject())
        return QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2);
}

std::optional<QJsonValue> valueOf(const QByteArray &text)
{
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson('[' + text + ']', &error);
    if (error.error != QJsonParseError::NoError || document.array().size() != 1)
        return std::nullopt;
    return document.array().first();
}
} // namespace

void JsonWriter::put(QLatin1String key, const QString &value)
{
    if (!value.isEmpty())
        m_object.insert(key, value);
}

void JsonWriter::put(QLatin1String key, const QStringList &value)
{
    if (!value.isEmpty())
        m_object.insert(key, QJsonArray::fromStringList(value));
}

void JsonWriter::put(QLatin1String key, bool value)
{
    if (value)
        m_object.insert(key, true);
}

void JsonWriter::put(QLatin1String key, const std::optional<TimePoint> &value)
{
    if (value)
        put(key, *value);
}

void JsonWriter::put(QLatin1String key, const std::optional<double> &value)
{
    if (value)
        m_object.insert(key, numberToJson(*value));
}

void JsonWriter::put(QLatin1String key, const QList<TimePoint> &value)
{
    if (value.isEmpty())
        return;
    QJsonArray times;
    for (const TimePoint at : value)
        times.append(toEpochMicros(at));
    m_object.insert(key, times);
}

void JsonWriter::put(QLatin1String key, const QByteArray &json)
{
    if (const auto value = json.isEmpty() ? std::nullopt : valueOf(json))
        m_object.insert(key, *value);
}

void JsonReader::fail(QLatin1String key)
{
    if (!m_error.isEmpty())
        return;
    m_errorField = key;
    m_error = QStringLiteral("The field \"%1\" is missing or not valid.").arg(key);
}

void JsonReader::get(QLatin1String key, QString &into)
{
    const QJsonValue value = m_object.value(key);
    if (value.isString())
        into = value.toString();
    else if (!value.isUndefined())
        fail(key);
}

void JsonReader::get(QLatin1String key, QStringList &into)
{
    const QJsonValue value = m_object.value(key);
    if (value.isUndefined())
        return;
    if (!value.isArray())
        return fail(key);
    for (const QJsonValueConstRef item : value.toArray()) {
        if (!item.isString())
            return fail(key);
        into.append(item.toString());
    }
}

void JsonReader::get(QLatin1String key, bool &into)
{
    const QJsonValue value = m_object.value(key);
    if (!value.isUndefined() && !value.isBool())
        return fail(key);
    into = value.toBool();
}

void JsonReader::get(QLatin1String key, int &into)
{
    const std::optional<qint64> value = integer(key);
    if (!value || *value < std::numeric_limits<int>::min() || *value > std::numeric_limits<int>::max())
        return fail(key);
    into = static_cast<int>(*value);
}

void JsonReader::get(QLatin1String key, qint64 &into)
{
    const std::optional<qint64> value = integer(key);
    if (!value)
        return fail(key);
    into = *value;
}

void JsonReader::get(QLatin1String key, TimePoint &into)
{
    const std::optional<qint64> value = integer(key);
    if (!value)
        return fail(key);
    into = fromEpochMicros(*value);
}

void JsonReader::get(QLatin1String key, std::optional<TimePoint> &into)
{
    if (m_object.contains(key))
        get(key, into.emplace());
}

void JsonReader::get(QLatin1String key, QList<TimePoint> &into)
{
    const QJsonValue value = m_object.value(key);
    if (value.isUndefined())
        return;
    if (!value.isArray())
        return fail(key);
    for (const QJsonValueConstRef item : value.toArray()) {
        const std::optional<qint64> at = wholeNumber(item);
        if (!at)
            return fail(key);
        into.append(fromEpochMicros(*at));
    }
}

void JsonReader::get(QLatin1String key, std::optional<double> &into)
{
    if (!m_object.contains(key))
        return;
    into = numberFromJson(m_object.value(key));
    if (!into)
        fail(key);
}

void JsonReader::get(QLatin1String key, double &into)
{
    std::optional<double> value;
    get(key, value);
    if (!value)
        return fail(key);
    into = *value;
}

void JsonReader::get(QLatin1String key, Duration &into)
{
    const std::optional<qint64> value = integer(key);
    if (!value)
        return fail(key);
    into = Duration(*value);
}

void JsonReader::get(QLatin1String key, QByteArray &json)
{
    const QJsonValue value = m_object.value(key);
    if (!value.isUndefined())
        json = textOf(value);
}

std::optional<qint64> JsonReader::integer(QLatin1String key) const
{
    return wholeNumber(m_object.value(key));
}

std::optional<QByteArray> compactJson(const QByteArray &text)
{
    const auto value = valueOf(text);
    return value ? std::optional<QByteArray>(textOf(*value)) : std::nullopt;
}

QByteArray toBody(QJsonObject object)
{
    object.insert(QLatin1String("v"), bodyVersion);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

std::optional<QJsonObject> fromBody(const QByteArray &body, QString *error)
{
    QJsonParseError parse{};
    const QJsonDocument document = QJsonDocument::fromJson(body, &parse);
    if (!document.isObject()) {
        *error = QStringLiteral("The body is not a JSON object (%1).").arg(parse.errorString());
        return std::nullopt;
    }
    QJsonObject object = document.object();
    if (object.value(QLatin1String("v")).toInt() != bodyVersion) {
        *error = QStringLiteral("The body has a version that this Tocsin does not know.");
        return std::nullopt;
    }
    return object;
}

} // namespace tocsin
