// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/RulesCodec.h"

#include "models/wire/JsonFields.h"

#include <QJsonArray>

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
