// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AlertReport.h"

#include "server/dialects/TelemetryReader.h"

#include <QJsonArray>
#include <QUuid>

namespace tocsin {

namespace {

constexpr int maxActions = 20;

/// Reads the fields of one object; keeps the first problem.
class Fields
{
public:
    explicit Fields(const QJsonObject &data) : m_data(data) {}

    [[nodiscard]] QString text(const char *name, int maxLength)
    {
        const QJsonValue value = m_data.value(QLatin1String(name));
        if (value.isUndefined() || value.isNull())
            return {};
        if (!value.isString()) {
            wrong(name, QStringLiteral("must be text"));
            return {};
        }
        if (value.toString().size() > maxLength)
            wrong(name, QStringLiteral("is longer than %1 characters").arg(maxLength));
        return value.toString();
    }

    [[nodiscard]] bool flag(const char *name)
    {
        const QJsonValue value = m_data.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isNull() && !value.isBool())
            wrong(name, QStringLiteral("must be true or false"));
        return value.toBool();
    }

    [[nodiscard]] QJsonObject object(const char *name)
    {
        const QJsonValue value = m_data.value(QLatin1String(name));
        if (!value.isUndefined() && !value.isNull() && !value.isObject())
            wrong(name, QStringLiteral("must be an object"));
        return value.toObject();
    }

    [[nodiscard]] QStringList list(const char *name)
    {
        const QJsonValue value = m_data.value(QLatin1String(name));
        if (value.isUndefined() || value.isNull())
            return {};
        QStringList list;
        const QJsonArray array = value.toArray();
        for (const auto &entry : array) {
            if (entry.isString())
                list.append(entry.toString().left(200));
        }
        if (!value.isArray() || list.size() != array.size() || list.size() > maxActions)
            wrong(name, QStringLiteral("must be a list of at most %1 texts").arg(maxActions));
        return list;
    }

    void wrong(const char *name, const QString &why)
    {
        if (m_error)
            return;
        const QString field = QStringLiteral("data.") + QLatin1String(name);
        m_error = FieldError{field, QStringLiteral("%1 %2").arg(field, why)};
    }
    [[nodiscard]] const std::optional<FieldError> &error() const { return m_error; }

private:
    const QJsonObject &m_data;
    std::optional<FieldError> m_error;
};

/// The number that was measured: "value", or the only one beside the threshold ({"temperature": 125, "threshold": 110}).
std::optional<double> measured(const QJsonObject &data)
{
    if (data.value(QLatin1String("value")).isDouble())
        return data.value(QLatin1String("value")).toDouble();
    std::optional<double> only;
    for (auto it = data.begin(); it != data.end(); ++it) {
        if (!it.value().isDouble() || it.key() == QLatin1String("threshold"))
            continue;
        if (only)
            return std::nullopt;
        only = it.value().toDouble();
    }
    return only;
}

} // namespace

std::variant<AlertReport, FieldError> readAlertReport(const QJsonObject &data)
{
    Fields fields(data);
    AlertReport report;
    ReportAlert &alert = report.request;
    const QJsonValue id = data.value(QLatin1String("id"));
    alert.alertId = id.isDouble() ? QString::number(id.toInteger()) : fields.text("id", 128);
    if (alert.alertId.isEmpty())
        alert.alertId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    alert.source = fields.text("vehicle_id", 128);
    alert.code = fields.text("type", 64);
    alert.title = fields.text("title", 200);
    alert.message = fields.text("message", 2000);
    alert.category = fields.text("category", 64);
    alert.acknowledged = fields.flag("acknowledged");
    alert.recommendedActions = fields.list("recommended_actions");
    report.words.data = fields.object("data");
    alert.value = measured(report.words.data);
    if (const QJsonValue threshold = report.words.data.value(QLatin1String("threshold")); threshold.isDouble())
        alert.threshold = threshold.toDouble();

    for (const char *name : {"severity", "level", "priority"}) {
        const QString word = fields.text(name, 32);
        if (word.isEmpty())
            continue;
        const auto level = alertLevelFromString(word);
        if (!level)
            fields.wrong(name, QStringLiteral("must be info, low, medium, warning, high or critical"));
        else
            alert.level = *level;
        report.words.severity = word;
        break;
    }
    report.words.level = alert.level;

    auto time = telemetry::readTime(data.value(QLatin1String("timestamp")), QStringLiteral("data.timestamp"));
    if (fields.error())
        return *fields.error();
    if (auto *error = std::get_if<FieldError>(&time))
        return *error;
    alert.sourceTime = std::get<std::optional<TimePoint>>(time);

    if (alert.code.isEmpty() && alert.title.isEmpty() && alert.message.isEmpty())
        return FieldError{QStringLiteral("data.message"), QStringLiteral("data.message is missing")};
    if (alert.code.isEmpty())
        alert.code = QStringLiteral("alert");
    return report;
}

} // namespace tocsin
