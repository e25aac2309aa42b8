// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/RosterPages.h"

#include "server/dialects/RestQuery.h"

#include <QUuid>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {
using Page = RosterPages::Page;
using Method = Route::Method;
constexpr std::array pages{
    Route{Method::Get, "/api/devices[/]", Page::List, Rule::right(Act::FollowDesk, Names::Nothing)},
    Route{Method::Get, "/api/devices/{device}[/]", Page::Show, Rule::right(Act::WatchVehicle, Names::Path)},
    Route{Method::Put, "/api/devices/{device}[/]", Page::Put, Rule::right(Act::KeepDevices, Names::Path)},
    Route{Method::Post, "/api/import/devices[/]", Page::ImportDevices, Rule::right(Act::Administer, Names::Nothing)},
    Route{Method::Post, "/api/import/users[/]", Page::ImportUsers, Rule::right(Act::Administer, Names::Nothing)},
};
static_assert(isSound(pages, Page::ImportUsers));

constexpr int underWay = 128; ///< requests of one import that the desk has not answered

net::HttpResponse detail(int status, const QString &text)
{
    return jsonResponse(status, QJsonObject{{QStringLiteral("detail"), text}});
}

net::HttpResponse refused(const Outcome &outcome)
{
    const bool later = outcome.code == QLatin1String("overloaded") || outcome.code == QLatin1String("storage_failed");
    return detail(later ? 503 : 400, outcome.message);
}

bool isSet(const net::HttpRequest &request, const char *name)
{
    const QString value = request.query.queryItemValue(QLatin1String(name));
    return value == QLatin1String("1") || value == QLatin1String("true");
}

net::HttpResponse problemsResponse(const QList<ImportProblem> &problems)
{
    QJsonArray list;
    for (const ImportProblem &problem : problems)
        list.append(QJsonObject{{QStringLiteral("line"), problem.line},
                                {QStringLiteral("column"), problem.column},
                                {QStringLiteral("message"), problem.message}});
    const QString sentence = QStringLiteral("Nothing was imported: %1 problem(s) in the table").arg(problems.size());
    return jsonResponse(422, QJsonObject{{QStringLiteral("success"), false},
                                         {QStringLiteral("detail"), sentence},
                                         {QStringLiteral("errors"), list}});
}

QJsonObject summary(bool check, int added, int changed, int unchanged)
{
    return {{QStringLiteral("success"), true},        {QStringLiteral("check"), check},
            {QStringLiteral("added"), added},         {QStringLiteral("changed"), changed},
            {QStringLiteral("unchanged"), unchanged}, {QStringLiteral("lines"), added + changed + unchanged}};
}

Actor actorOf(const Principal &caller)
{
    return {Actor::Kind::Operator, caller.id, caller.name.isEmpty() ? caller.id : caller.name, {}};
}

/// A text of the body; false when it is there and none.
bool take(const QJsonObject &body, const char *name, QString &into)
{
    const QJsonValue value = body.value(QLatin1String(name));
    if (value.isUndefined())
        return true;
    into = value.toString();
    return value.isString() && into.size() <= 200;
}

bool take(const QJsonObject &body, const char *name, QStringList &into)
{
    const QJsonValue value = body.value(QLatin1String(name));
    if (value.isUndefined())
        return true;
    into.clear();
    const QJsonArray list = value.toArray();
    for (const auto &entry : list) {
        if (!entry.isString() || entry.toString().isEmpty() || entry.toString().size() > 254)
            return false;
        if (!into.contains(entry.toString()))
            into.append(entry.toString());
    }
    return value.isArray() && into.size() <= 100;
}
} // namespace

/// An import that the desk is asked for bit by bit.
struct RosterPages::DeviceImport
{
    QList<Device> devices;
    qsizetype next = 0;
    qsizetype answered = 0;
    int added = 0;
    int changed = 0;
    int unchanged = 0;
    Actor actor;
    QString id; ///< of the requests: their number is added
    std::optional<Outcome> failure;
    net::Respond respond;
};

RosterPages::RosterPages(Posture posture, Services services) : RuledDialect(posture), m_services(std::move(services))
{
}

std::span<const Route> RosterPages::table()
{
    return pages;
}

void RosterPages::enter(const Place & /*place*/, net::Session *session)
{
    session->close(1008, QStringLiteral("No WebSocket here"));
}

bool RosterPages::permits(const Rule &rule, const QString &object, const Principal &who) const
{
    const Device *device = m_services.mirror.device(object);
    return isAllowed(posture(), who, rule.act(), {object, device ? device->owners : QStringList()});
}

void RosterPages::serve(const Call &call, const net::Respond &respond)
{
    switch (Page(call.route.id)) {
    case Page::List:
        return respond(list());
    case Page::Show:
        return respond(show(call.object));
    case Page::Put:
        return put(call.object, call, respond);
    case Page::ImportDevices:
        return importDevices(call, respond);
    case Page::ImportUsers:
        return importUsers(call, respond);
    }
}

QJsonObject RosterPages::objectOf(const Device &device) const
{
    const auto presence = m_services.mirror.presence(device.id);
    const bool heard = presence && presence->lastSeen != TimePoint();
    return {{QStringLiteral("id"), device.id},
            {QStringLiteral("name"), device.name},
            {QStringLiteral("class"), device.deviceClass},
            {QStringLiteral("kind"), toString(device.kind)},
            {QStringLiteral("source"), device.source},
            {QStringLiteral("simulated"), device.simulated},
            {QStringLiteral("owners"), QJsonArray::fromStringList(device.owners)},
            {QStringLiteral("tags"), QJsonArray::fromStringList(device.tags)},
            {QStringLiteral("actions"), QJsonArray::fromStringList(device.actions)},
            {QStringLiteral("status"), toString(presence ? presence->presence : Presence::Unknown)},
            {QStringLiteral("last_seen"),
             heard ? QJsonValue(toIso8601(presence->lastSeen)) : QJsonValue(QJsonValue::Null)}};
}

net::HttpResponse RosterPages::list() const
{
    QList<Device> devices = m_services.mirror.devices();
    std::sort(devices.begin(), devices.end(), [](const Device &a, const Device &b) { return a.id < b.id; });
    QJsonArray entries;
    for (const Device &device : std::as_const(devices))
        entries.append(objectOf(device));
    return jsonResponse(200,
                        QJsonObject{{QStringLiteral("devices"), entries}, {QStringLiteral("count"), entries.size()}});
}

net::HttpResponse RosterPages::show(const QString &id) const
{
    const Device *device = m_services.mirror.device(id);
    return device ? jsonResponse(200, objectOf(*device)) : detail(404, QStringLiteral("Device %1 not found").arg(id));
}

bool RosterPages::resolveOwners(QStringList &owners, QString *unknown) const
{
    for (QString &owner : owners) {
        const QString id = m_services.people.idOf(owner);
        if (id.isEmpty()) {
            *unknown = owner;
            return false;
        }
        owner = id;
    }
    owners.removeDuplicates();
    return true;
}

void RosterPages::put(const QString &id, const Call &call, const net::Respond &respond)
{
    const auto parsed = parseJsonObject(call.request.body, m_services.json);
    if (const auto *error = std::get_if<FieldError>(&parsed))
        return respond(detail(400, error->message));
    const QJsonObject &body = std::get<QJsonObject>(parsed);
    const Device *known = m_services.mirror.device(id);
    Device device = known ? *known : Device();
    device.id = id;
    QString kind = toString(device.kind);
    if (!known)
        device.source = QStringLiteral("http");
    const std::array texts{std::pair{"name", &device.name}, std::pair{"class", &device.deviceClass},
                           std::pair{"kind", &kind}};
    for (const auto &[name, into] : texts) {
        if (!take(body, name, *into))
            return respond(
                detail(400, QStringLiteral("%1 must be text of at most 200 characters").arg(QLatin1String(name))));
    }
    device.kind = deviceKindFromString(kind);
    if (toString(device.kind) != kind)
        return respond(detail(400, QStringLiteral("kind must be vehicle, phone, hardware, receiver or other")));
    for (const auto &[name, into] : {std::pair{"owners", &device.owners}, std::pair{"tags", &device.tags}}) {
        if (!take(body, name, *into))
            return respond(
                detail(400, QStringLiteral("%1 must be a list of at most 100 texts").arg(QLatin1String(name))));
    }
    QString unknown;
    if (body.contains(QLatin1String("owners")) && !resolveOwners(device.owners, &unknown))
        return respond(detail(400, QStringLiteral("owners: there is no user \"%1\"").arg(unknown)));
    if (device.name.isEmpty())
        device.name = id;
    const std::function<void(const Outcome &)> answered = [this, respond, device](const Outcome &outcome) {
        respond(outcome.ok ? jsonResponse(200, objectOf(device)) : refused(outcome));
    };
    m_services.desk.submit(
        {QUuid::createUuid().toString(QUuid::WithoutBraces), actorOf(*call.caller), PutDevice{device}},
        m_replies.expect<Outcome>(answered));
}

QList<Device> RosterPages::planned(DeviceSheet &sheet, bool update, DeviceImport &import) const
{
    QList<Device> devices;
    for (const DeviceRow &row : std::as_const(sheet.rows)) {
        const auto wrong = [&](const char *column, const QString &message) {
            sheet.problems.append({row.line, QLatin1String(column), message});
        };
        if (row.id.isEmpty())
            continue; // told by the sheet
        const Device *known = m_services.mirror.device(row.id);
        if (known && !update)
            wrong("id", QStringLiteral("the device \"%1\" exists already").arg(row.id));
        Device device = row.onto(known ? *known : Device());
        if (!known)
            device.source = QStringLiteral("import");
        QString unknown;
        if (row.owners && !resolveOwners(device.owners, &unknown))
            wrong("owners", QStringLiteral("there is no user \"%1\"").arg(unknown));
        if (known && device == *known) {
            ++import.unchanged;
            continue;
        }
        ++(known ? import.changed : import.added);
        devices.append(device);
    }
    std::stable_sort(sheet.problems.begin(), sheet.problems.end(),
                     [](const ImportProblem &a, const ImportProblem &b) { return a.line < b.line; });
    return devices;
}

void RosterPages::importDevices(const Call &call, const net::Respond &respond)
{
    const bool check = isSet(call.request, "check");
    if (m_importing && !check)
        return respond(detail(409, QStringLiteral("Another import is under way; try again when it is done.")));
    auto import = std::make_shared<DeviceImport>();
    DeviceSheet sheet = DeviceSheet::read(call.request.body);
    import->devices = planned(sheet, isSet(call.request, "update"), *import);
    if (!sheet.problems.isEmpty())
        return respond(problemsResponse(sheet.problems));
    if (check)
        return respond(jsonResponse(200, summary(true, import->added, import->changed, import->unchanged)));
    import->actor = actorOf(*call.caller);
    import->id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    import->respond = respond;
    m_importing = true;
    const AuditRecord record{QStringLiteral("devices_imported"),
                             {},
                             QStringLiteral("%1 added, %2 changed.").arg(import->added).arg(import->changed),
                             true,
                             call.request.peerAddress};
    // In the audit before anything is another.
    const std::function<void(const Outcome &)> noted = [this, import](const Outcome &outcome) {
        if (!outcome.ok)
            import->failure = outcome;
        proceed(import);
    };
    m_services.desk.submit({import->id, import->actor, NoteAudit{record}}, m_replies.expect<Outcome>(noted));
}

void RosterPages::proceed(const std::shared_ptr<DeviceImport> &import)
{
    while (!import->failure && import->next < import->devices.size() && import->next - import->answered < underWay) {
        const std::function<void(const Outcome &)> answered = [this, import](const Outcome &outcome) {
            ++import->answered;
            if (!outcome.ok && !import->failure)
                import->failure = outcome;
            proceed(import);
        };
        const Device &device = import->devices.at(import->next);
        const QString id = QStringLiteral("%1-%2").arg(import->id).arg(++import->next);
        m_services.desk.submit({id, import->actor, PutDevice{device}}, m_replies.expect<Outcome>(answered));
    }
    if (import->answered < import->next || !import->respond)
        return;
    m_importing = false;
    const net::Respond respond = std::exchange(import->respond, {});
    if (!import->failure)
        return respond(jsonResponse(200, summary(false, import->added, import->changed, import->unchanged)));
    const QString sentence =
        QStringLiteral("%1 The first %2 of %3 lines may have been imported; import the table again with update.")
            .arg(import->failure->message)
            .arg(import->answered)
            .arg(import->devices.size());
    respond(detail(503, sentence));
}

void RosterPages::importUsers(const Call &call, const net::Respond &respond)
{
    UserImport wanted;
    wanted.csv = call.request.body;
    wanted.check = isSet(call.request, "check");
    wanted.update = isSet(call.request, "update");
    wanted.by = call.caller->id;
    wanted.address = call.request.peerAddress;
    const std::function<void(const UserImportAnswer &)> answered = [respond, wanted](const UserImportAnswer &answer) {
        if (!answer.problems.isEmpty())
            return respond(problemsResponse(answer.problems));
        if (!answer.error.isEmpty())
            return respond(detail(503, answer.error));
        QJsonObject body = summary(wanted.check, answer.added, answer.changed, answer.unchanged);
        QJsonArray passwords;
        for (const UserImportAnswer::Password &made : answer.passwords)
            passwords.append(
                QJsonObject{{QStringLiteral("name"), made.name}, {QStringLiteral("password"), made.password}});
        body.insert(QStringLiteral("passwords"), passwords);
        net::HttpResponse response = jsonResponse(200, body);
        response.headers.emplaceBack("Cache-Control", "no-store");
        respond(response);
    };
    m_services.users.importUsers(wanted, m_replies.expect<UserImportAnswer>(answered));
}

} // namespace tocsin
