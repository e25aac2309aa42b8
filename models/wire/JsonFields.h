// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>
#include <type_traits>

// The parts that every JSON body of the wire is written and read with. One list of fields per type serves both directions:
// see fieldOf().

namespace tocsin {

/// Writes one object; empty values are left out.
class JsonWriter
{
public:
    void put(QLatin1String key, const QString &value);
    void put(QLatin1String key, const QStringList &value);
    void put(QLatin1String key, bool value);
    void put(QLatin1String key, int value) { m_object.insert(key, value); }
    void put(QLatin1String key, qint64 value) { m_object.insert(key, value); }
    void put(QLatin1String key, double value) { put(key, std::optional<double>(value)); }
    void put(QLatin1String key, TimePoint value) { m_object.insert(key, toEpochMicros(value)); }
    void put(QLatin1String key, Duration value) { m_object.insert(key, static_cast<qint64>(value.count())); }
    void put(QLatin1String key, const std::optional<TimePoint> &value);
    void put(QLatin1String key, const std::optional<double> &value);
    void put(QLatin1String key, const QList<TimePoint> &value);
    void put(QLatin1String key, const QJsonObject &value) { m_object.insert(key, value); }
    void put(QLatin1String key, const QByteArray &json); ///< any JSON value as compact text
    [[nodiscard]] QJsonObject object() const { return m_object; }

private:
    QJsonObject m_object;
};

/// Reads one object. The first field that is missing or of the wrong kind is remembered; reading goes on with defaults.
class JsonReader
{
public:
    explicit JsonReader(const QJsonObject &object) : m_object(object) {}

    /// A sentence naming the field; empty: all went well.
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] QString errorField() const { return m_errorField; } ///< its name
    void fail(QLatin1String key);

    void get(QLatin1String key, QString &into);
    void get(QLatin1String key, QStringList &into);
    void get(QLatin1String key, bool &into);
    void get(QLatin1String key, int &into);
    void get(QLatin1String key, qint64 &into);
    void get(QLatin1String key, TimePoint &into);
    void get(QLatin1String key, Duration &into);
    void get(QLatin1String key, std::optional<TimePoint> &into);
    void get(QLatin1String key, QList<TimePoint> &into);
    void get(QLatin1String key, std::optional<double> &into);
    void get(QLatin1String key, double &into);
    void get(QLatin1String key, QByteArray &json);
    /// An enumeration by its word.
    template<class Enum, class FromString>
    void get(QLatin1String key, Enum &into, FromString fromString)
    {
        const std::optional<Enum> value = fromString(m_object.value(key).toString());
        if (!value)
            return fail(key);
        into = *value;
    }
    [[nodiscard]] QJsonValue value(QLatin1String key) const { return m_object.value(key); }

private:
    [[nodiscard]] std::optional<qint64> integer(QLatin1String key) const;

    const QJsonObject m_object;
    QString m_error;
    QString m_errorField;
};

/// For lists of fields that serve both directions: writes `value`, or reads it.
template<class Io, class T>
void fieldOf(Io &io, const char *key, T &value)
{
    if constexpr (std::is_same_v<Io, JsonWriter>)
        io.put(QLatin1String(key), value);
    else
        io.get(QLatin1String(key), value);
}

/// Any JSON value as its one compact spelling; nullopt: not JSON.
[[nodiscard]] std::optional<QByteArray> compactJson(const QByteArray &text);

/// A body with its version "v"; fromBody() refuses what is no object or has a version that is not known.
[[nodiscard]] QByteArray toBody(QJsonObject object);
[[nodiscard]] std::optional<QJsonObject> fromBody(const QByteArray &body, QString *error);

} // namespace tocsin
