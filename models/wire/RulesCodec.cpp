// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/RulesCodec.h"

#include "models/wire/JsonFields.h"

#include <QJsonArray>
#include <QtNumeric>

namespace tocsin::wire {

namespace {

// One list of fields per type, for both directions.

template<class Io, class T>
void outcomeFields(Io &io, T &outcome)
{
    fieldOf(io, "ok", outcome.ok);
    fieldOf(io, "changed", outcome.changed);
    fieldOf(io, "code", outcome.code);
    fieldOf(io, "message", outcome.message);
    fieldOf(io, "ref", outcome.ref);
}

template<class Io, class T>
void errorFields(Io &io, T &error)
{
    fieldOf(io, "line", error.line);
    fieldOf(io, "rule", error.rule);
    fieldOf(io, "rule_id", error.ruleId);
    fieldOf(io, "key", error.key);
    fieldOf(io, "reason", error.reason);
}

template<class Io, class T>
void momentFields(Io &io, T &moment)
{
    fieldOf(io, "at", moment.at);
    fieldOf(io, "value", moment.value);
    fieldOf(io, "message", moment.message);
}

template<class Io, class T>
void answerFields(Io &io, T &answer)
{
    outcomeFields(io, answer.outcome);
    fieldOf(io, "revision", answer.revision);
    fieldOf(io, "origin", answer.origin);
    fieldOf(io, "count", answer.count);
}

template<class Io, class T>
void trialFields(Io &io, T &answer)
{
    outcomeFields(io, answer.outcome);
    fieldOf(io, "readings", answer.readings);
    fieldOf(io, "cut", answer.cut);
}

QJsonArray errorsToJson(const QList<RulesError> &errors)
{
    QJsonArray list;
    for (const RulesError &error : errors) {
        JsonWriter out;
        errorFields(out, error);
        list.append(out.object());
    }
    return list;
}

bool readErrors(const QJsonObject &json, QList<RulesError> &errors)
{
    const QJsonArray list = json.value(QLatin1String("errors")).toArray();
    for (const auto &one : list) {
        JsonReader in(one.toObject());
        RulesError error;
        errorFields(in, error);
        if (!one.isObject() || !in.error().isEmpty())
            return false;
        errors.append(error);
    }
    return true;
}

QJsonArray pointsToJson(const QList<GeoPoint> &points)
{
    QJsonArray list;
    for (const GeoPoint &point : points) {
        list.append(point.latitude);
        list.append(point.longitude);
    }
    return list;
}

/// Latitude and longitude in turn.
bool readPoints(const QJsonValue &json, qsizetype least, QList<GeoPoint> &points)
{
    const QJsonArray list = json.toArray();
    if (list.size() % 2 != 0 || list.size() / 2 < least)
        return false;
    for (qsizetype i = 0; i < list.size(); i += 2) {
        const Position place{list.at(i).toDouble(qQNaN()), list.at(i + 1).toDouble(qQNaN()), {}, {}, {}, {}};
        if (!place.isValid())
            return false;
        points.append({place.latitude, place.longitude});
    }
    return true;
}

QJsonArray fencesToJson(const QList<Geofence> &fences)
{
    QJsonArray list;
    for (const Geofence &fence : fences) {
        JsonWriter out;
        out.put(QLatin1String("id"), fence.id);
        out.put(QLatin1String("name"), fence.name);
        out.put(QLatin1String("shape"), toString(fence.shape));
        QJsonObject one = out.object();
        one.insert(QLatin1String("points"), pointsToJson(fence.points));
        QJsonArray holes;
        for (const QList<GeoPoint> &hole : fence.holes)
            holes.append(pointsToJson(hole));
        if (!holes.isEmpty())
            one.insert(QLatin1String("holes"), holes);
        if (fence.shape == Geofence::Shape::Circle)
            one.insert(QLatin1String("radius_m"), fence.radiusM);
        if (fence.widthM > 0)
            one.insert(QLatin1String("width_m"), fence.widthM);
        list.append(one);
    }
    return list;
}

bool readFence(const QJsonObject &json, Geofence &fence)
{
    JsonReader in(json);
    in.get(QLatin1String("id"), fence.id);
    in.get(QLatin1String("name"), fence.name);
    in.get(QLatin1String("shape"), fence.shape, [](const QString &text) { return geofenceShapeFromString(text); });
    const qsizetype least = fence.shape == Geofence::Shape::Circle ? 1 : fence.shape == Geofence::Shape::Line ? 2 : 3;
    if (!in.error().isEmpty() || fence.id.isEmpty() ||
        !readPoints(in.value(QLatin1String("points")), least, fence.points))
        return false;
    const QJsonArray holes = in.value(QLatin1String("holes")).toArray();
    for (const auto &one : holes) {
        QList<GeoPoint> hole;
        if (!readPoints(one, 3, hole))
            return false;
        fence.holes.append(hole);
    }
    fence.radiusM = in.value(QLatin1String("radius_m")).toDouble();
    fence.widthM = in.value(QLatin1String("width_m")).toDouble();
    return fence.shape != Geofence::Shape::Circle || fence.radiusM > 0;
}

bool readFences(const QJsonObject &json, QList<Geofence> &fences)
{
    const QJsonArray list = json.value(QLatin1String("fences")).toArray();
    for (const auto &one : list) {
        Geofence fence;
        if (!one.isObject() || !readFence(one.toObject(), fence))
            return false;
        fences.append(fence);
    }
    return true;
}

/// A line in turn: when, what.
QJsonArray drawnToJson(const QList<HistoryPoint> &points)
{
    QJsonArray list;
    for (const HistoryPoint &point : points) {
        list.append(toEpochMicros(point.at));
        list.append(point.value);
    }
    return list;
}

bool readDrawn(const QJsonObject &json, QList<HistoryPoint> &points)
{
    const QJsonArray list = json.value(QLatin1String("drawn")).toArray();
    for (qsizetype i = 0; i + 1 < list.size(); i += 2) {
        if (!list.at(i).isDouble() || !list.at(i + 1).isDouble())
            return false;
        points.append({fromEpochMicros(list.at(i).toInteger()), list.at(i + 1).toDouble()});
    }
    return list.size() % 2 == 0;
}

bool failed(const QString &what, QString *error)
{
    if (error)
        *error = what;
    return true;
}

} // namespace

QJsonObject toJson(const RulesAnswer &answer)
{
    JsonWriter out;
    answerFields(out, answer);
    out.put(QLatin1String("text"), QString::fromUtf8(answer.text));
    QJsonObject json = out.object();
    if (!answer.errors.isEmpty())
        json.insert(QLatin1String("errors"), errorsToJson(answer.errors));
    if (!answer.fences.isEmpty())
        json.insert(QLatin1String("fences"), fencesToJson(answer.fences));
    return json;
}

std::optional<RulesAnswer> rulesAnswerFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    RulesAnswer answer;
    answerFields(in, answer);
    answer.text = json.value(QLatin1String("text")).toString().toUtf8();
    if (!in.error().isEmpty() && failed(in.error(), error))
        return std::nullopt;
    if (!readErrors(json, answer.errors) && failed(QStringLiteral("errors: must be a list of what is wrong"), error))
        return std::nullopt;
    if (!readFences(json, answer.fences) && failed(QStringLiteral("fences: must be a list of places"), error))
        return std::nullopt;
    return answer;
}

QJsonObject toJson(const RuleTrialAnswer &answer)
{
    JsonWriter out;
    trialFields(out, answer);
    QJsonObject json = out.object();
    if (!answer.errors.isEmpty())
        json.insert(QLatin1String("errors"), errorsToJson(answer.errors));
    QJsonArray moments;
    for (const RuleTrialMoment &moment : answer.moments) {
        JsonWriter one;
        momentFields(one, moment);
        one.put(QLatin1String("what"), toString(moment.what));
        one.put(QLatin1String("level"), toString(moment.level));
        moments.append(one.object());
    }
    json.insert(QLatin1String("moments"), moments);
    if (answer.positions > 0)
        json.insert(QLatin1String("positions"), answer.positions);
    if (!answer.drawn.isEmpty())
        json.insert(QLatin1String("drawn"), drawnToJson(answer.drawn));
    return json;
}

std::optional<RuleTrialAnswer> ruleTrialAnswerFromJson(const QJsonObject &json, QString *error)
{
    JsonReader in(json);
    RuleTrialAnswer answer;
    trialFields(in, answer);
    if (!in.error().isEmpty() && failed(in.error(), error))
        return std::nullopt;
    if (!readErrors(json, answer.errors) && failed(QStringLiteral("errors: must be a list of what is wrong"), error))
        return std::nullopt;
    answer.positions = json.value(QLatin1String("positions")).toInt();
    if (!readDrawn(json, answer.drawn) && failed(QStringLiteral("drawn: must be moments and values in turn"), error))
        return std::nullopt;
    const QJsonArray moments = json.value(QLatin1String("moments")).toArray();
    for (const auto &one : moments) {
        JsonReader part(one.toObject());
        RuleTrialMoment moment;
        momentFields(part, moment);
        part.get(QLatin1String("what"), moment.what, [](const QString &text) { return ruleTrialWhatFromString(text); });
        part.get(QLatin1String("level"), moment.level, [](const QString &text) { return alertLevelFromString(text); });
        if ((!one.isObject() || !part.error().isEmpty()) && failed(QStringLiteral("moments: ") + part.error(), error))
            return std::nullopt;
        answer.moments.append(moment);
    }
    return answer;
}

} // namespace tocsin::wire
