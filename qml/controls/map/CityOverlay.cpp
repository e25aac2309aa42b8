// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/CityOverlay.h"

#include "qml/controls/map/Mercator.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>

namespace tocsin::map {

namespace {

/// Walks the JSON. The first fault is kept with the path to it; afterwards everything reads as empty.
class Reader
{
public:
    [[nodiscard]] const QString &error() const { return m_error; }

    void fail(const QString &path, const QString &why)
    {
        if (m_error.isEmpty())
            m_error = path + QStringLiteral(": ") + why;
    }

    QString text(const QJsonObject &object, const QString &path, const QString &key, bool required)
    {
        const QJsonValue value = object.value(key);
        if (value.isString() && (!required || !value.toString().isEmpty()))
            return value.toString();
        if (required || !(value.isUndefined() || value.isNull()))
            fail(path + QLatin1Char('.') + key, QStringLiteral("a text is needed"));
        return {};
    }

    QJsonArray list(const QJsonObject &object, const QString &path, const QString &key)
    {
        const QJsonValue value = object.value(key);
        if (!value.isArray() && !value.isUndefined())
            fail(path + QLatin1Char('.') + key, QStringLiteral("a list is needed"));
        return value.toArray();
    }

    QPointF point(const QJsonValue &value, const QString &path)
    {
        const QJsonArray pair = value.toArray();
        if (pair.size() != 2 || !pair[0].isDouble() || !pair[1].isDouble()) {
            fail(path, QStringLiteral("[latitude, longitude] is needed"));
            return {};
        }
        const double latitude = pair[0].toDouble();
        const double longitude = pair[1].toDouble();
        if (std::abs(latitude) > 90)
            fail(path, QStringLiteral("the latitude %1 is not within ±90").arg(latitude));
        if (std::abs(longitude) > 180)
            fail(path, QStringLiteral("the longitude %1 is not within ±180").arg(longitude));
        return mercator::fromDegrees(latitude, longitude);
    }

    QList<QPointF> points(const QJsonObject &object, const QString &path, qsizetype least)
    {
        const QString here = path + QStringLiteral(".points");
        const QJsonArray array = list(object, path, QStringLiteral("points"));
        m_points += array.size();
        if (array.size() < least)
            fail(here, QStringLiteral("at least %1 points are needed").arg(least));
        else if (m_points > CityOverlay::MaxPoints)
            fail(here, QStringLiteral("the overlay has more than %1 points").arg(CityOverlay::MaxPoints));
        QList<QPointF> result;
        for (qsizetype i = 0; i < array.size() && m_error.isEmpty(); ++i)
            result.append(point(array[i], QStringLiteral("%1[%2]").arg(here).arg(i)));
        return result;
    }

    /// Calls `item(object, path)` for each element of a list of objects until a fault.
    template<typename Item>
    void each(const QJsonObject &city, const QString &key, Item item)
    {
        const QJsonArray array = list(city, QStringLiteral("city"), key);
        for (qsizetype i = 0; i < array.size() && m_error.isEmpty(); ++i) {
            const QString path = QStringLiteral("city.%1[%2]").arg(key).arg(i);
            if (array[i].isObject())
                item(array[i].toObject(), path);
            else
                fail(path, QStringLiteral("an object is needed"));
        }
    }

    /// The position of a word among the allowed ones.
    int word(const QJsonObject &object, const QString &path, const QString &key, const QStringList &allowed)
    {
        const QString value = object.value(key).toString();
        const qsizetype number = allowed.indexOf(value);
        if (number < 0) {
            fail(path + QLatin1Char('.') + key,
                 QStringLiteral("\"%1\" is none of %2").arg(value, allowed.join(QStringLiteral(", "))));
        }
        return int(std::max<qsizetype>(number, 0));
    }

private:
    QString m_error;
    qsizetype m_points = 0;
};

} // namespace

CityOverlay::Result CityOverlay::parse(const QByteArray &json)
{
    QJsonParseError fault;
    const QJsonDocument document = QJsonDocument::fromJson(json, &fault);
    if (fault.error != QJsonParseError::NoError) {
        return {std::nullopt,
                QStringLiteral("This is not JSON: %1 at byte %2.").arg(fault.errorString()).arg(fault.offset)};
    }
    const QJsonValue value = document.object().value(QStringLiteral("city"));
    if (!value.isObject())
        return {std::nullopt, QStringLiteral("city: an object is needed")};

    const QJsonObject city = value.toObject();
    const QString root = QStringLiteral("city");
    Reader reader;
    CityOverlay overlay;
    overlay.name = reader.text(city, root, QStringLiteral("name"), true);
    overlay.center = reader.point(city.value(QStringLiteral("center")), QStringLiteral("city.center"));
    reader.each(city, QStringLiteral("streets"), [&](const QJsonObject &object, const QString &path) {
        static const QStringList classes{QStringLiteral("minor"), QStringLiteral("major"), QStringLiteral("motorway")};
        Street street;
        street.name = reader.text(object, path, QStringLiteral("name"), false);
        street.kind = StreetClass(reader.word(object, path, QStringLiteral("class"), classes));
        street.points = reader.points(object, path, 2);
        overlay.streets.append(std::move(street));
    });
    reader.each(city, QStringLiteral("areas"), [&](const QJsonObject &object, const QString &path) {
        static const QStringList kinds{QStringLiteral("park"), QStringLiteral("water"), QStringLiteral("zone")};
        Area area;
        area.name = reader.text(object, path, QStringLiteral("name"), false);
        area.kind = AreaKind(reader.word(object, path, QStringLiteral("kind"), kinds));
        area.points = reader.points(object, path, 3);
        if (area.points.size() > MaxOutline)
            reader.fail(path + QStringLiteral(".points"), QStringLiteral("more than %1 points").arg(MaxOutline));
        if (area.points.size() > 3 && area.points.first() == area.points.last())
            area.points.removeLast();
        overlay.areas.append(std::move(area));
    });
    reader.each(city, QStringLiteral("places"), [&](const QJsonObject &object, const QString &path) {
        Place place;
        place.name = reader.text(object, path, QStringLiteral("name"), true);
        place.world = reader.point(object.value(QStringLiteral("at")), path + QStringLiteral(".at"));
        place.rank = std::clamp(object.value(QStringLiteral("rank")).toInt(3), 1, 9);
        overlay.places.append(std::move(place));
    });
    if (!reader.error().isEmpty())
        return {std::nullopt, reader.error()};
    return {std::move(overlay), {}};
}

CityOverlay::Result CityOverlay::readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {std::nullopt, QStringLiteral("The overlay %1 cannot be opened: %2.").arg(path, file.errorString())};
    constexpr qint64 MaxBytes = 64LL << 20U;
    if (file.size() > MaxBytes)
        return {std::nullopt, QStringLiteral("The overlay %1 is larger than 64 MiB.").arg(path)};
    return parse(file.readAll());
}

QRectF CityOverlay::bounds() const
{
    double left = center.x();
    double right = center.x();
    double top = center.y();
    double bottom = center.y();
    const auto include = [&](const QList<QPointF> &points) {
        for (const QPointF &point : points) {
            left = std::min(left, point.x());
            right = std::max(right, point.x());
            top = std::min(top, point.y());
            bottom = std::max(bottom, point.y());
        }
    };
    for (const Street &street : streets)
        include(street.points);
    for (const Area &area : areas) {
        if (area.kind == AreaKind::Park)
            include(area.points);
    }
    return {QPointF(left, top), QPointF(right, bottom)};
}

} // namespace tocsin::map
