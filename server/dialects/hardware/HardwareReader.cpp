// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareReader.h"

#include <algorithm>
#include <cmath>

namespace tocsin::hardware {

namespace {

constexpr double shortestTimeout = 0.1; // s, IssueCommand
constexpr double longestTimeout = 600;
constexpr int mostRetries = 10;

/// Reads fields one by one; the first that is wrong is remembered, those that are missing or null are left as they were.
class Fields
{
public:
    explicit Fields(const QJsonObject &object, QString folder = QStringLiteral("data."))
        : m_object(object)
        , m_folder(std::move(folder))
    {
    }
    [[nodiscard]] const std::optional<FieldError> &error() const { return m_error; }

    void text(const char *key, QString &into)
    {
        const QJsonValue value = at(key);
        if (isMissing(value))
            return;
        if (!value.isString())
            wrong(key, QStringLiteral("must be text"));
        else if (value.toString().size() > longestId)
            wrong(key, QStringLiteral("is longer than %1 characters").arg(longestId));
        else
            into = value.toString();
    }
    void flag(const char *key, std::optional<bool> &into)
    {
        const QJsonValue value = at(key);
        if (isMissing(value))
            return;
        if (!value.isBool())
            wrong(key, QStringLiteral("must be true or false"));
        else
            into = value.toBool();
    }
    void number(const char *key, std::optional<double> &into)
    {
        const QJsonValue value = at(key);
        if (isMissing(value))
            return;
        if (!value.isDouble())
            wrong(key, QStringLiteral("must be a number"));
        else
            into = value.toDouble();
    }
    void hz(std::optional<double> &into)
    {
        number("frequency_hz", into);
        if (into && !(*into > 0))
            wrong("frequency_hz", QStringLiteral("must be greater than 0"));
        else if (into)
            into = std::max(*into, slowestHz);
    }
    void mode(std::optional<StreamMode> &into)
    {
        QString word;
        text("mode", word);
        if (word.isEmpty())
            return;
        for (const StreamMode mode : {StreamMode::Full, StreamMode::Delta, StreamMode::Sampled, StreamMode::Custom}) {
            if (toString(mode) == word)
                into = mode;
        }
        if (!into)
            wrong("mode", QStringLiteral("must be full, delta, sampled or custom"));
    }
    /// ["all"] and [] are all.
    void fields(std::optional<QStringList> &into)
    {
        const QJsonValue value = at("fields");
        if (isMissing(value))
            return;
        QStringList names;
        const QJsonArray list = value.toArray();
        bool good = value.isArray() && list.size() <= mostFields;
        for (const QJsonValueConstRef name : list) {
            good = good && name.isString() && name.toString().size() <= longestId;
            names.append(name.toString());
        }
        if (!good) {
            wrong("fields", QStringLiteral("must be a list of at most %1 names").arg(mostFields));
            return;
        }
        if (names.contains(QLatin1String("all")))
            names.clear();
        names.sort();
        names.removeDuplicates();
        into = names;
    }
    void wrong(const char *key, const QString &why)
    {
        const QString field = m_folder + QLatin1String(key);
        fail({field, QStringLiteral("%1 %2").arg(field, why)});
    }
    void fail(const FieldError &error)
    {
        if (!m_error)
            m_error = error;
    }

private:
    [[nodiscard]] QJsonValue at(const char *key) const { return m_object.value(QLatin1String(key)); }
    static bool isMissing(const QJsonValue &value) { return value.isUndefined() || value.isNull(); }

    QJsonObject m_object;
    QString m_folder;
    std::optional<FieldError> m_error;
};

FieldError missing(const char *field, const QString &words)
{
    return {QLatin1String(field), words};
}

} // namespace

QString toString(StreamMode mode)
{
    switch (mode) {
    case StreamMode::Full:
        return QStringLiteral("full");
    case StreamMode::Delta:
        return QStringLiteral("delta");
    case StreamMode::Sampled:
        return QStringLiteral("sampled");
    case StreamMode::Custom:
        break;
    }
    return QStringLiteral("custom");
}

std::variant<Subscribe, FieldError> readSubscribe(const QJsonObject &data)
{
    Fields in(data);
    Subscribe asked;
    std::optional<double> hz;
    std::optional<StreamMode> mode;
    std::optional<QStringList> fields;
    std::optional<bool> resume;
    in.text("device_id", asked.spec.deviceId);
    in.hz(hz);
    in.mode(mode);
    in.fields(fields);
    in.flag("binary", asked.binary);
    in.flag("compress", asked.compress);
    in.flag("resume", resume);
    asked.resume = resume.value_or(false);
    if (asked.spec.deviceId.isEmpty() && !asked.resume)
        in.fail(missing("data.device_id", QStringLiteral("Missing device_id")));
    if (in.error())
        return *in.error();
    asked.spec.hz = hz.value_or(asked.spec.hz);
    asked.spec.mode = mode.value_or(asked.spec.mode);
    asked.spec.fields = fields.value_or(QStringList());
    return asked;
}

std::variant<Unsubscribe, FieldError> readUnsubscribe(const QJsonObject &data)
{
    Fields in(data);
    Unsubscribe asked;
    in.text("device_id", asked.deviceId);
    const QJsonValue stream = data.value(QLatin1String("stream_id"));
    // Our own ids may be longer than a client's names.
    if (stream.isString())
        asked.streamId = stream.toString();
    else if (!stream.isUndefined() && !stream.isNull())
        in.wrong("stream_id", QStringLiteral("must be text"));
    if (in.error())
        return *in.error();
    return asked;
}

std::variant<SetMode, FieldError> readSetMode(const QJsonObject &data)
{
    Fields in(data);
    SetMode asked;
    const QJsonValue stream = data.value(QLatin1String("stream_id"));
    if (stream.isUndefined() || stream.isNull())
        in.fail(missing("data.stream_id", QStringLiteral("Missing stream_id")));
    else if (!stream.isString())
        in.wrong("stream_id", QStringLiteral("must be text"));
    asked.streamId = stream.toString();
    in.mode(asked.mode);
    in.hz(asked.hz);
    in.fields(asked.fields);
    if (in.error())
        return *in.error();
    return asked;
}

std::variant<IssueCommand, FieldError> readCommand(const QJsonObject &data)
{
    FieldError lacking = missing("data", QStringLiteral("Missing device_id or command"));
    Fields in(data);
    IssueCommand order;
    in.text("device_id", order.deviceId);
    if (in.error())
        return *in.error();
    const QJsonValue command = data.value(QLatin1String("command"));
    if (order.deviceId.isEmpty() || command.isUndefined() || command.isNull())
        return lacking;
    if (!command.isObject()) {
        in.wrong("command", QStringLiteral("must be an object"));
        return *in.error();
    }
    Fields inside(command.toObject(), QStringLiteral("data.command."));
    inside.text("action", order.action);
    if (order.action.isEmpty())
        inside.wrong("action", QStringLiteral("is missing"));
    const QJsonValue parameters = command.toObject().value(QLatin1String("parameters"));
    if (parameters.isObject())
        order.parameters = QJsonDocument(parameters.toObject()).toJson(QJsonDocument::Compact);
    else if (!parameters.isUndefined() && !parameters.isNull())
        inside.wrong("parameters", QStringLiteral("must be an object"));
    if (inside.error())
        return *inside.error();
    std::optional<double> timeout;
    std::optional<double> retries;
    in.number("timeout", timeout);
    if (timeout && !(*timeout >= shortestTimeout && *timeout <= longestTimeout))
        in.wrong("timeout", QStringLiteral("must be 0.1 to 600 seconds"));
    in.number("retries", retries);
    if (retries && (!(*retries >= 0 && *retries <= mostRetries) || *retries != std::floor(*retries)))
        in.wrong("retries", QStringLiteral("must be a whole number from 0 to %1").arg(mostRetries));
    if (in.error())
        return *in.error();
    if (timeout)
        order.timeout = std::chrono::floor<Duration>(std::chrono::duration<double>(*timeout));
    order.retries = static_cast<int>(retries.value_or(0));
    return order;
}

std::variant<ListDevices, FieldError> readListDevices(const QJsonObject &data)
{
    Fields in(data);
    ListDevices asked;
    std::optional<bool> active;
    in.text("protocol", asked.protocol);
    in.flag("active_only", active);
    if (in.error())
        return *in.error();
    asked.activeOnly = active.value_or(true);
    return asked;
}

std::variant<QString, FieldError> readDeviceId(const QJsonObject &data)
{
    Fields in(data);
    QString id;
    in.text("device_id", id);
    if (id.isEmpty())
        in.fail(missing("data.device_id", QStringLiteral("Missing device_id")));
    if (in.error())
        return *in.error();
    return id;
}

} // namespace tocsin::hardware
