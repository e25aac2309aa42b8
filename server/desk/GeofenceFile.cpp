// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/GeofenceFile.h"

#include "server/desk/JsonLines.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin {

namespace {

constexpr qsizetype mostFences = 2000;
constexpr qsizetype mostPoints = 100'000;
constexpr double longestM = 1'000'000;
constexpr double poleDegrees = 90;
constexpr double turnDegrees = 180;

QString key(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

class FenceReader
{
public:
    explicit FenceReader(const QByteArray &text) : m_lines(text) {}
    GeofencesResult read(const QJsonObject &root);

private:
    void fail(const QString &where, const QString &reason, const QString &path = {});
    void feature(const QJsonObject &object);
    [[nodiscard]] QString idOf(const QJsonObject &object, const QJsonObject &properties);
    [[nodiscard]] double metresOf(const QJsonObject &properties, const char *name, bool required);
    void match(const QJsonObject &properties, Geofence &fence);
    void geometry(const QJsonObject &object, const QJsonObject &properties, Geofence &fence);
    [[nodiscard]] QList<GeoPoint> chain(const QJsonValue &value, qsizetype atLeast, const QString &where);
    [[nodiscard]] QList<GeoPoint> ring(const QJsonValue &value, const QString &where);

    JsonLines m_lines;
    GeofencesResult m_result;
    QSet<QString> m_ids;
    qsizetype m_points = 0;
    qsizetype m_index = -1;
    QString m_id;
};

void FenceReader::fail(const QString &where, const QString &reason, const QString &path)
{
    QString text;
    const QString place =
        m_index < 0 ? path : QStringLiteral("/features/%1%2").arg(m_index).arg(path.isEmpty() ? path : u'/' + path);
    if (const int line = m_lines.lineOf(place); line > 0)
        text = QStringLiteral("line %1: ").arg(line);
    if (m_index >= 0)
        text += QStringLiteral("feature %1%2, ")
                    .arg(QString::number(m_index + 1), m_id.isEmpty() ? m_id : QStringLiteral(" (%1)").arg(m_id));
    m_result.errors.append(text + where + QStringLiteral(": ") + reason);
}

QString FenceReader::idOf(const QJsonObject &object, const QJsonObject &properties)
{
    static const QRegularExpression good(QStringLiteral("^[A-Za-z0-9_-]{1,64}$"));
    const QJsonValue given = properties.contains(key("id")) ? properties.value(key("id")) : object.value(key("id"));
    const QString id = given.isDouble() ? given.toVariant().toString() : given.toString();
    m_id = id;
    if (id.isEmpty())
        fail(key("id"), key("is missing"), key("properties"));
    else if (!good.match(id).hasMatch())
        fail(key("id"), key("must be 1 to 64 letters, digits, - and _"), key("properties/id"));
    else if (m_ids.contains(id))
        fail(key("id"), QStringLiteral("another feature is called %1").arg(id), key("properties/id"));
    m_ids.insert(id);
    return id;
}

double FenceReader::metresOf(const QJsonObject &properties, const char *name, bool required)
{
    const QJsonValue value = properties.value(key(name));
    if (value.isUndefined() && !required)
        return 0;
    const double metres = value.toDouble(-1);
    if (value.isUndefined())
        fail(key(name), key("is missing"), key("properties"));
    else if (!value.isDouble() || metres <= 0 || metres > longestM)
        fail(key(name), key("must be metres, more than 0, at most 1000000"), key("properties/") + key(name));
    return metres;
}

void FenceReader::match(const QJsonObject &properties, Geofence &fence)
{
    const QJsonValue value = properties.value(key("match"));
    if (value.isUndefined() || value.isNull())
        return;
    if (!value.isObject())
        return fail(key("match"), key("must be an object"), key("properties/match"));
    const QList<std::pair<QString, QStringList *>> lists{{key("devices"), &fence.match.devices},
                                                         {key("kinds"), &fence.match.kinds},
                                                         {key("classes"), &fence.match.classes},
                                                         {key("tags"), &fence.match.tags},
                                                         {key("sources"), &fence.match.sources}};
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        const auto list =
            std::find_if(lists.cbegin(), lists.cend(), [&](const auto &l) { return l.first == it.key(); });
        const QString where = QStringLiteral("match.") + it.key();
        const QString path = QStringLiteral("properties/match/") + it.key();
        if (list == lists.cend()) {
            fail(where, key("is not a key that this version knows"), path);
            continue;
        }
        const QJsonArray array = it.value().toArray();
        for (const auto &item : array) {
            if (item.isString() && !item.toString().isEmpty())
                list->second->append(item.toString());
        }
        if (!it.value().isArray() || list->second->size() != array.size())
            fail(where, key("must be a list of texts"), path);
    }
}

QList<GeoPoint> FenceReader::chain(const QJsonValue &value, qsizetype atLeast, const QString &where)
{
    QList<GeoPoint> points;
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.size() < atLeast) {
        fail(key("coordinates"), QStringLiteral("must be at least %1 positions").arg(atLeast), where);
        return points;
    }
    m_points += array.size();
    if (m_points > mostPoints) {
        fail(key("coordinates"), QStringLiteral("there are more than %1 in the file").arg(mostPoints), where);
        return points;
    }
    for (qsizetype i = 0; i < array.size(); ++i) {
        const QJsonArray pair = array.at(i).toArray();
        const double longitude = pair.at(0).toDouble(NAN);
        const double latitude = pair.at(1).toDouble(NAN);
        if (!(std::abs(longitude) <= turnDegrees && std::abs(latitude) <= poleDegrees)) {
            fail(key("coordinates"), QStringLiteral("position %1 must be [longitude, latitude] in degrees").arg(i + 1),
                 where);
            return {};
        }
        points.append({latitude, longitude});
    }
    return points;
}

QList<GeoPoint> FenceReader::ring(const QJsonValue &value, const QString &where)
{
    constexpr qsizetype fewest = 4;
    QList<GeoPoint> points = chain(value, fewest, where);
    if (points.isEmpty())
        return points;
    if (points.constFirst() != points.constLast())
        fail(key("coordinates"), key("a ring must end where it begins"), where);
    points.removeLast();
    return points;
}

void FenceReader::geometry(const QJsonObject &object, const QJsonObject &properties, Geofence &fence)
{
    const QJsonObject geometry = object.value(key("geometry")).toObject();
    const QString type = geometry.value(key("type")).toString();
    const QJsonValue coordinates = geometry.value(key("coordinates"));
    const QString where = key("geometry/coordinates");
    if (type == QLatin1String("Point")) {
        fence.shape = Geofence::Shape::Circle;
        fence.points = chain(QJsonArray{coordinates}, 1, where);
        fence.radiusM = metresOf(properties, "radius_m", true);
    } else if (type == QLatin1String("LineString")) {
        fence.shape = Geofence::Shape::Line;
        fence.points = chain(coordinates, 2, where);
        fence.widthM = metresOf(properties, "width_m", false);
    } else if (type == QLatin1String("Polygon")) {
        fence.shape = Geofence::Shape::Polygon;
        const QJsonArray rings = coordinates.toArray();
        fence.points = ring(rings.at(0), where);
        for (qsizetype i = 1; i < rings.size(); ++i)
            fence.holes.append(ring(rings.at(i), where));
    } else {
        fail(key("geometry.type"), QStringLiteral("\"%1\" is none of Point, LineString, Polygon").arg(type),
             key("geometry/type"));
    }
}

void FenceReader::feature(const QJsonObject &object)
{
    m_id.clear();
    if (object.value(key("type")).toString() != QLatin1String("Feature"))
        return fail(key("type"), key("must be \"Feature\""), key("type"));
    const QJsonObject properties = object.value(key("properties")).toObject();
    Geofence fence;
    fence.id = idOf(object, properties);
    const QJsonValue name = properties.value(key("name"));
    if (!name.isUndefined() && !name.isString() && !name.isNull())
        fail(key("name"), key("must be text"), key("properties/name"));
    fence.name = name.toString().isEmpty() ? fence.id : name.toString();
    match(properties, fence);
    geometry(object, properties, fence);
    m_result.fences.append(fence);
}

GeofencesResult FenceReader::read(const QJsonObject &root)
{
    const QJsonValue features = root.value(key("features"));
    for (const auto &[path, line] : m_lines.duplicates())
        m_result.errors.append(QStringLiteral("line %1: the key \"%2\" stands there twice")
                                   .arg(line)
                                   .arg(path.section(QLatin1Char('/'), -1)));
    if (root.value(key("type")).toString() != QLatin1String("FeatureCollection"))
        fail(key("type"), key("must be \"FeatureCollection\""), key("/type"));
    else if (!features.isArray())
        fail(key("features"), key("must be a list"), key("/features"));
    const QJsonArray list = features.toArray();
    if (list.size() > mostFences)
        fail(key("features"), QStringLiteral("there must be at most %1").arg(mostFences), key("/features"));
    for (m_index = 0; m_index < std::min(list.size(), mostFences); ++m_index)
        feature(list.at(m_index).toObject());
    if (!m_result.ok())
        m_result.fences.clear();
    return m_result;
}

} // namespace

GeofencesResult readGeofences(const QByteArray &geoJson)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(geoJson, &error);
    if (error.error != QJsonParseError::NoError)
        return {{},
                {QStringLiteral("line %1: this is not JSON: %2")
                     .arg(JsonLines::lineAt(geoJson, error.offset))
                     .arg(error.errorString())}};
    if (!document.isObject())
        return {{}, {QStringLiteral("line 1: the file must be one GeoJSON object")}};
    return FenceReader(geoJson).read(document.object());
}

GeofencesResult loadGeofences(const QString &path)
{
    constexpr qint64 mostBytes = 16'777'216;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, {QStringLiteral("the file cannot be read: %1").arg(file.errorString())}};
    const QByteArray text = file.read(mostBytes + 1);
    if (text.size() > mostBytes)
        return {{}, {QStringLiteral("the file is larger than 16 MiB")}};
    return readGeofences(text);
}

QList<RulesError> unknownFences(const QList<AlertRule> &rules, const QList<Geofence> &fences)
{
    QList<RulesError> problems;
    for (qsizetype i = 0; i < rules.size(); ++i) {
        const QString id = fenceOfMetric(rules.at(i).metric);
        const bool known = std::any_of(fences.cbegin(), fences.cend(), [&id](const Geofence &f) { return f.id == id; });
        if (!id.isEmpty() && !known)
            problems.append(
                {0, int(i), rules.at(i).id, key("metric"), QStringLiteral("there is no geofence %1").arg(id)});
    }
    return problems;
}

} // namespace tocsin
