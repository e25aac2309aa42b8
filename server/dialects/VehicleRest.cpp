// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/VehicleRest.h"

#include "models/domain/Channels.h"
#include "server/dialects/RestQuery.h"
#include "server/dialects/TelemetryReader.h"
#include "server/dialects/VehicleFrames.h"
#include "server/dialects/VehicleSockets.h"
#include "server/dialects/VehicleStatus.h"

#include <memory>

namespace tocsin {

namespace {

constexpr int maxOffset = 9000;
constexpr int maxStatsRecords = 10000;
constexpr int maxStatusRecords = 20; // a vehicle may tell its figures one by one

QString refusal()
{
    return QStringLiteral("Vehicle not found or access denied");
}

/// A dotted path as FastAPI names a place: ["body", "sensor_data", "rpm"].
QStringList whereIs(const QString &field)
{
    QStringList where{QStringLiteral("body")};
    if (!field.isEmpty())
        where.append(field.split(QLatin1Char('.')));
    return where;
}

QJsonArray oneError(const FieldError &error)
{
    return {validationError(whereIs(error.field), error.message, QStringLiteral("value_error"))};
}

QJsonArray missing(const QString &field)
{
    return {validationError(whereIs(field), QStringLiteral("field required"), QStringLiteral("value_error.missing"))};
}

QJsonObject recordOf(const Reading &reading)
{
    LatestReading whole;
    whole.merge(reading);
    const TimePoint at = reading.sourceTime.value_or(reading.receivedAt);
    QJsonObject record = vehicle::telemetryObject(whole, at, reading.receivedAt);
    record.insert(QStringLiteral("id"), telemetry::recordId(reading));
    record.insert(QStringLiteral("received_at"), toIso8601(reading.receivedAt));
    record.insert(QStringLiteral("sensor_data"), vehicle::sensorData(reading));
    record.insert(QStringLiteral("anomaly_score"), QJsonValue::Null);
    record.insert(QStringLiteral("quality_score"), VehicleStatus::quality({reading}));
    record.insert(QStringLiteral("processed"), true);
    return record;
}

/// {sensor_data, timestamp?, location?} of one ingest or of one entry of a batch; `path` is where it stands.
std::variant<Reading, FieldError> readEntry(const QJsonObject &entry, const QString &path)
{
    const auto at = [&path](const QString &field) { return path.isEmpty() ? field : path + QLatin1Char('.') + field; };
    const bool wrapped = entry.contains(QLatin1String("sensor_data"));
    const QString dataPath = wrapped ? at(QStringLiteral("sensor_data")) : path;
    const QJsonValue data = wrapped ? entry.value(QLatin1String("sensor_data")) : QJsonValue(entry);
    if (!data.isObject())
        return FieldError{dataPath, QStringLiteral("value is not a valid dict")};
    if (data.toObject().isEmpty())
        return FieldError{dataPath, QStringLiteral("Sensor data cannot be empty")};
    auto read = telemetry::read(data.toObject(), dataPath);
    if (!wrapped || std::holds_alternative<FieldError>(read))
        return read;
    auto &reading = std::get<Reading>(read);
    auto time = telemetry::readTime(entry.value(QLatin1String("timestamp")), at(QStringLiteral("timestamp")));
    if (const auto *error = std::get_if<FieldError>(&time))
        return *error;
    if (const auto &told = std::get<std::optional<TimePoint>>(time))
        reading.sourceTime = told;
    if (auto error =
            telemetry::readLocation(entry.value(QLatin1String("location")), at(QStringLiteral("location")), reading))
        return *error;
    return read;
}

} // namespace

VehicleRest::VehicleRest(const DialectOptions &options, const DialectServices &services, VehicleDirectory &directory,
                         ReplyBox &replies)
    : m_options(options)
    , m_services(services)
    , m_directory(directory)
    , m_replies(replies)
{
}

net::HttpResponse VehicleRest::detail(int status, const QString &text)
{
    net::HttpResponse response = jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
    if (status == 401)
        response.headers.emplaceBack("WWW-Authenticate", "Bearer");
    return response;
}

void VehicleRest::handle(VehiclePage page, const QString &vehicleId, const net::HttpRequest &request,
                         const Principal &caller, const net::Respond &respond)
{
    const bool ofBody = page == VehiclePage::Ingest || page == VehiclePage::BatchIngest;
    if (!ofBody && !m_directory.isKnown(vehicleId)) {
        respond(detail(404, refusal()));
        return;
    }
    switch (page) {
    case VehiclePage::Ingest:
        ingest(request, caller, respond);
        break;
    case VehiclePage::BatchIngest:
        batchIngest(request, caller, respond);
        break;
    case VehiclePage::Records:
        records(request, vehicleId, respond);
        break;
    case VehiclePage::RecordedAlerts:
        alerts(request, vehicleId, respond);
        break;
    case VehiclePage::Stats:
        stats(request, vehicleId, respond);
        break;
    case VehiclePage::Status:
        status(vehicleId, respond);
        break;
    case VehiclePage::Telemetry: // sockets
    case VehiclePage::Alerts:
    case VehiclePage::Chat:
        respond(detail(404, QStringLiteral("Not Found")));
        break;
    }
}

Actor VehicleRest::actorOf(const Principal &caller, const QString &vehicleId) const
{
    if (caller.anonymous || caller.id.isEmpty() || caller.role == Role::Device)
        return {Actor::Kind::Device, vehicleId, vehicleId, {}};
    return {caller.isStaff() ? Actor::Kind::Operator : Actor::Kind::User, caller.id, caller.name, {}};
}

void VehicleRest::takeIn(QList<Reading> readings, const QString &vehicleId, const Principal &caller)
{
    for (Reading &reading : readings)
        m_directory.limitChannels(reading);
    if (!readings.isEmpty())
        m_directory.introduce(vehicleId, actorOf(caller, vehicleId), readings.first().receivedAt);
    m_services.sink.take(readings);
}

void VehicleRest::ingest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond)
{
    const auto parsed = parseJsonObject(request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        respond(unprocessable(oneError(*error)));
        return;
    }
    const QJsonObject &body = std::get<QJsonObject>(parsed);
    const QJsonValue id = body.value(QLatin1String("vehicle_id"));
    if (id.isUndefined() || !body.contains(QLatin1String("sensor_data"))) {
        respond(
            unprocessable(missing(id.isUndefined() ? QStringLiteral("vehicle_id") : QStringLiteral("sensor_data"))));
        return;
    }
    if (!isPathId(id.toString())) {
        respond(unprocessable(oneError({QStringLiteral("vehicle_id"), QStringLiteral("str type expected")})));
        return;
    }
    auto read = readEntry(body, QString());
    if (const auto *error = std::get_if<FieldError>(&read)) {
        respond(unprocessable(oneError(*error)));
        return;
    }
    const QString vehicleId = id.toString();
    if (!m_directory.mayTouch(caller, Act::FeedVehicle, vehicleId)) {
        respond(detail(404, refusal()));
        return;
    }
    Reading reading = std::get<Reading>(std::move(read));
    reading.deviceId = vehicleId;
    reading.source = QStringLiteral("dialect1");
    reading.receivedAt = m_options.clock();
    const QString telemetryId = telemetry::recordId(reading);
    takeIn({std::move(reading)}, vehicleId, caller);
    respond(jsonResponse(
        201, QJsonObject{{QStringLiteral("message"), QStringLiteral("Telemetry data ingested successfully")},
                         {QStringLiteral("telemetry_id"), telemetryId},
                         {QStringLiteral("processing_status"), QStringLiteral("queued")}}));
}

void VehicleRest::batchIngest(const net::HttpRequest &request, const Principal &caller, const net::Respond &respond)
{
    const auto parsed = parseJson(request.body, m_options.json);
    if (const auto *error = std::get_if<FieldError>(&parsed)) {
        respond(unprocessable(oneError(*error)));
        return;
    }
    // {vehicle_id, telemetry_data: […]}, or the list alone whose entries name their vehicle each.
    const QJsonDocument &document = std::get<QJsonDocument>(parsed);
    const QJsonObject body = document.object();
    const QString listName = document.isArray() ? QString() : QStringLiteral("telemetry_data");
    const QJsonValue list = document.isArray() ? QJsonValue(document.array()) : body.value(listName);
    if (list.isUndefined()) {
        respond(unprocessable(missing(listName)));
        return;
    }
    if (!list.isArray()) {
        respond(unprocessable(oneError({listName, QStringLiteral("value is not a valid list")})));
        return;
    }
    const QJsonArray entries = list.toArray();
    if (entries.size() > maxBatch) {
        respond(unprocessable(oneError({listName, QStringLiteral("Batch size cannot exceed %1").arg(maxBatch)})));
        return;
    }
    const QString common = body.value(QLatin1String("vehicle_id")).toString();
    QHash<QString, QList<Reading>> byVehicle;
    QStringList ids;
    TimePoint stamp = m_options.clock();
    QSet<QString> allowed;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const QString index = QString::number(i);
        const QString path = listName.isEmpty() ? index : listName + QLatin1Char('.') + index;
        const QJsonObject entry = entries.at(i).toObject();
        if (!entries.at(i).isObject()) {
            respond(unprocessable(oneError({path, QStringLiteral("value is not a valid dict")})));
            return;
        }
        const QString own = entry.value(QLatin1String("vehicle_id")).toString();
        const QString vehicleId = own.isEmpty() ? common : own;
        if (!isPathId(vehicleId)) {
            respond(unprocessable(
                missing(listName.isEmpty() ? path + QStringLiteral(".vehicle_id") : QStringLiteral("vehicle_id"))));
            return;
        }
        auto read = readEntry(entry, path);
        if (const auto *error = std::get_if<FieldError>(&read)) {
            respond(unprocessable(oneError(*error)));
            return;
        }
        if (!allowed.contains(vehicleId)) {
            if (!m_directory.mayTouch(caller, Act::FeedVehicle, vehicleId)) {
                respond(detail(404, refusal()));
                return;
            }
            allowed.insert(vehicleId);
        }
        Reading reading = std::get<Reading>(std::move(read));
        reading.deviceId = vehicleId;
        reading.source = QStringLiteral("dialect1");
        reading.receivedAt = stamp;
        stamp += Duration(1); // in order, and each with an id of its own
        ids.append(telemetry::recordId(reading));
        byVehicle[vehicleId].append(std::move(reading));
    }
    // All or none: nothing was taken in before every entry was read.
    for (auto it = byVehicle.cbegin(); it != byVehicle.cend(); ++it)
        takeIn(it.value(), it.key(), caller);
    respond(jsonResponse(
        201, QJsonObject{{QStringLiteral("message"), QStringLiteral("Batch telemetry data ingested successfully")},
                         {QStringLiteral("records_processed"), ids.size()},
                         {QStringLiteral("telemetry_ids"), QJsonArray::fromStringList(ids)},
                         {QStringLiteral("processing_status"), QStringLiteral("queued")}}));
}

void VehicleRest::records(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond)
{
    RestQuery query(request);
    const int limit = query.integer("limit", 100, 1, 1000);
    const int offset = query.integer("offset", 0, 0, maxOffset);
    ReadingsQuery wanted;
    wanted.deviceId = vehicleId;
    wanted.from = query.time({"from", "start_date", "start_time"});
    wanted.to = query.time({"to", "end_date", "end_time"});
    wanted.limit = limit + offset;
    if (!query.errors().isEmpty()) {
        respond(unprocessable(query.errors()));
        return;
    }
    const std::function<void(const ReadingsResult &)> answer = [respond, offset](const ReadingsResult &result) {
        if (!result.error.isEmpty()) {
            respond(detail(503, result.error));
            return;
        }
        QJsonArray list;
        for (qsizetype i = offset; i < result.readings.size(); ++i)
            list.append(recordOf(result.readings.at(i)));
        respond(jsonResponse(200, list));
    };
    m_services.archive.readings(wanted, m_replies.expect<ReadingsResult>(answer));
}

QJsonObject VehicleRest::alertOf(const Alert &alert) const
{
    QJsonObject object = vehicle::alertObject(alert, m_services.mirror.recipientsOf(alert).value(0));
    object.insert(QStringLiteral("description"), alert.message);
    object.insert(QStringLiteral("recommendations"), object.value(QLatin1String("recommended_actions")));
    object.insert(QStringLiteral("affected_sensors"),
                  alert.channel.isEmpty() ? QJsonArray() : QJsonArray{alert.channel});
    object.insert(QStringLiteral("anomaly_score"), QJsonValue::Null);
    return object;
}

void VehicleRest::alerts(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond)
{
    RestQuery query(request);
    const int limit = query.integer("limit", 50, 1, 200);
    const QString severity =
        query.word("severity", {QStringLiteral("info"), QStringLiteral("low"), QStringLiteral("medium"),
                                QStringLiteral("warning"), QStringLiteral("high"), QStringLiteral("critical")});
    const QString open = query.word("active_only", {QStringLiteral("true"), QStringLiteral("false")});
    if (!query.errors().isEmpty()) {
        respond(unprocessable(query.errors()));
        return;
    }
    const auto level = severity.isEmpty() ? std::nullopt : alertLevelFromString(severity);
    AlertsQuery wanted;
    wanted.source = vehicleId;
    wanted.openOnly = open == QLatin1String("true");
    wanted.limit = level ? 1000 : limit; // the archive does not sort out levels
    const std::function<void(const AlertsResult &)> answer = [this, respond, limit, level](const AlertsResult &result) {
        if (!result.error.isEmpty()) {
            respond(detail(503, result.error));
            return;
        }
        QJsonArray list;
        for (const Alert &alert : result.alerts) {
            const bool fits = !level || alert.level == *level ||
                              (*level == AlertLevel::Critical && alert.level == AlertLevel::Emergency);
            if (fits && list.size() < limit)
                list.append(alertOf(alert));
        }
        respond(jsonResponse(200, list));
    };
    m_services.archive.alerts(wanted, m_replies.expect<AlertsResult>(answer));
}

void VehicleRest::stats(const net::HttpRequest &request, const QString &vehicleId, const net::Respond &respond)
{
    RestQuery query(request);
    const int days = query.integer("days", 30, 1, 365);
    const TimePoint now = m_options.clock();
    const TimePoint to = query.time({"to", "end_date"}).value_or(now);
    const TimePoint from = query.time({"from", "start_date"}).value_or(to - std::chrono::hours(24) * days);
    if (!query.errors().isEmpty()) {
        respond(unprocessable(query.errors()));
        return;
    }
    ReadingsQuery wanted;
    wanted.deviceId = vehicleId;
    wanted.from = from;
    wanted.to = to;
    wanted.limit = maxStatsRecords;
    const std::function<void(const ReadingsResult &)> counted = [=, this](const ReadingsResult &readings) {
        if (!readings.error.isEmpty()) {
            respond(detail(503, readings.error));
            return;
        }
        AlertsQuery raised;
        raised.source = vehicleId;
        raised.limit = 1000;
        const std::function<void(const AlertsResult &)> answer = [=, this](const AlertsResult &alerts) {
            if (!alerts.error.isEmpty()) {
                respond(detail(503, alerts.error));
                return;
            }
            QJsonObject body = VehicleStatus::stats(readings.readings, alerts.alerts, from, to);
            body.insert(QStringLiteral("vehicle_id"), vehicleId);
            body.insert(QStringLiteral("truncated"), readings.readings.size() >= maxStatsRecords);
            body.insert(QStringLiteral("sensor_health"),
                        VehicleStatus::health(readings.readings, m_services.mirror.openAlertsOf(vehicleId)));
            respond(jsonResponse(200, body));
        };
        m_services.archive.alerts(raised, m_replies.expect<AlertsResult>(answer));
    };
    m_services.archive.readings(wanted, m_replies.expect<ReadingsResult>(counted));
}

QJsonObject VehicleRest::statusBody(const QString &vehicleId, const std::optional<LatestReading> &latest) const
{
    QJsonArray open;
    const QList<Alert> alerts = m_services.mirror.openAlertsOf(vehicleId);
    for (const Alert &alert : alerts)
        open.append(alertOf(alert));
    QJsonObject body =
        VehicleStatus::of(latest, m_services.mirror.presence(vehicleId), m_options.clock(), m_options.onlineWithin);
    body.insert(QStringLiteral("vehicle_id"), vehicleId);
    body.insert(QStringLiteral("alerts"), open);
    return body;
}

void VehicleRest::status(const QString &vehicleId, const net::Respond &respond)
{
    if (const auto latest = m_services.latest.find(vehicleId)) {
        respond(jsonResponse(200, statusBody(vehicleId, latest)));
        return;
    }
    // Silent since the server started: what it said last is in the history.
    ReadingsQuery wanted;
    wanted.deviceId = vehicleId;
    wanted.limit = maxStatusRecords;
    const std::function<void(const ReadingsResult &)> answer = [this, vehicleId,
                                                                respond](const ReadingsResult &result) {
        std::optional<LatestReading> latest;
        for (auto it = result.readings.crbegin(); it != result.readings.crend(); ++it) {
            if (!latest)
                latest.emplace();
            latest->merge(*it);
        }
        // Without a history there is still what the desk knows.
        respond(jsonResponse(200, statusBody(vehicleId, latest)));
    };
    m_services.archive.readings(wanted, m_replies.expect<ReadingsResult>(answer));
}

} // namespace tocsin
