// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/DeskRequests.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <variant>

namespace tocsin {

namespace {

constexpr qsizetype longestId = 128;
constexpr qsizetype longestLine = 200;
constexpr qsizetype longestText = 2000;
constexpr qsizetype mostActions = 20;
constexpr qsizetype largestInfo = 4096;

QString tooLong(const char *field, qsizetype size, qsizetype limit)
{
    return size <= limit
               ? QString()
               : QStringLiteral("%1: must not be longer than %2 characters.").arg(QLatin1String(field)).arg(limit);
}

QString problemOf(const ReportAlert &report)
{
    const QString problems[] = {
        tooLong("id", report.alertId.size(), longestId),
        tooLong("source", report.source.size(), longestId),
        tooLong("user_id", report.userId.size(), longestId),
        tooLong("type", report.code.size(), longestId),
        tooLong("title", report.title.size(), longestLine),
        tooLong("category", report.category.size(), longestLine),
        tooLong("message", report.message.size(), longestText),
    };
    for (const QString &problem : problems) {
        if (!problem.isEmpty())
            return problem;
    }
    if (report.recommendedActions.size() > mostActions)
        return QStringLiteral("recommended_actions: must not be more than %1.").arg(mostActions);
    for (const QString &action : report.recommendedActions) {
        if (action.size() > longestText)
            return tooLong("recommended_actions", action.size(), longestText);
    }
    return {};
}

QString problemOf(const AuditRecord &record)
{
    if (record.action.isEmpty())
        return QStringLiteral("action: must not be empty.");
    const QString problems[] = {
        tooLong("action", record.action.size(), longestId),
        tooLong("object", record.object.size(), longestText),
        tooLong("detail", record.detail.size(), longestText),
        tooLong("address", record.address.size(), longestId),
    };
    for (const QString &problem : problems) {
        if (!problem.isEmpty())
            return problem;
    }
    return {};
}

} // namespace

QString problemOf(const Request &request)
{
    if (const auto *acknowledge = std::get_if<Acknowledge>(&request.body))
        return tooLong("comment", acknowledge->comment.size(), longestText);
    if (const auto *stage = std::get_if<SetStage>(&request.body))
        return tooLong("comment", stage->comment.size(), longestText);
    if (const auto *handle = std::get_if<HandleAlert>(&request.body)) {
        const QString problems[] = {tooLong("comment", handle->comment.size(), longestText),
                                    tooLong("to_id", handle->toId.size(), longestId),
                                    tooLong("to_name", handle->toName.size(), longestLine)};
        const auto *problem =
            std::find_if(std::cbegin(problems), std::cend(problems), [](const QString &one) { return !one.isEmpty(); });
        return problem == std::cend(problems) ? QString() : *problem;
    }
    if (const auto *out = std::get_if<TakeOutOfService>(&request.body))
        return tooLong("comment", out->comment.size(), longestText);
    if (const auto *back = std::get_if<ReturnToService>(&request.body))
        return tooLong("comment", back->comment.size(), longestText);
    if (const auto *close = std::get_if<CloseAlert>(&request.body))
        return tooLong("comment", close->comment.size(), longestText);
    if (const auto *report = std::get_if<ReportAlert>(&request.body))
        return problemOf(*report);
    if (const auto *audit = std::get_if<NoteAudit>(&request.body))
        return problemOf(audit->record);
    if (const auto *mark = std::get_if<MarkChat>(&request.body))
        return tooLong("message_id", mark->messageId.size(), longestId);
    return {};
}

bool isEdit(const Actor &actor)
{
    return actor.kind == Actor::Kind::Operator || actor.kind == Actor::Kind::User;
}

AuditRecord auditOf(const Device &before, const Device &after)
{
    if (before.id.isEmpty())
        return {QStringLiteral("add_device"), after.id, QStringLiteral("Added as \"%1\".").arg(after.name), true, {}};
    const auto listed = [](const QStringList &items) { return items.join(QLatin1String(", ")); };
    const std::array<std::tuple<const char *, QString, QString>, 7> fields{{
        {"name", before.name, after.name},
        {"class", before.deviceClass, after.deviceClass},
        {"kind", toString(before.kind), toString(after.kind)},
        {"source", before.source, after.source},
        {"owners", listed(before.owners), listed(after.owners)},
        {"tags", listed(before.tags), listed(after.tags)},
        {"actions", listed(before.actions), listed(after.actions)},
    }};
    QStringList changes;
    for (const auto &[name, from, to] : fields) {
        if (from != to)
            changes.append(QStringLiteral("%1: \"%2\" to \"%3\"").arg(QLatin1String(name), from, to));
    }
    return {QStringLiteral("edit_device"), after.id, changes.join(QLatin1String("; ")).left(longestText), true, {}};
}

RaisePanic tidied(RaisePanic panic, const Actor &actor)
{
    if (panic.userId.isEmpty())
        panic.userId = actor.id.isEmpty() ? QStringLiteral("unknown") : actor.id;
    panic.userId.truncate(longestId);
    panic.userName.truncate(longestLine);
    panic.alertType.truncate(longestLine);
    panic.message.truncate(longestText);
    panic.address.truncate(longestText);
    panic.pin.truncate(longestId);
    panic.duressPin.truncate(longestId);
    for (QByteArray *info : {&panic.deviceInfo, &panic.networkInfo}) {
        const QJsonDocument object = QJsonDocument::fromJson(*info);
        *info = object.isObject() ? object.toJson(QJsonDocument::Compact) : QByteArray(); // as the log spells it
        if (info->size() > largestInfo)
            info->clear();
    }
    if (panic.clientAlertId.size() > longestId) // cutting could make two of them one
        panic.clientAlertId.clear();
    return panic;
}

bool hasUsableId(const Request &request)
{
    return !request.id.isEmpty() && request.id.size() <= longestId;
}

bool isUrgent(const Request &request)
{
    return std::holds_alternative<RaisePanic>(request.body) || std::holds_alternative<CancelPanic>(request.body);
}

} // namespace tocsin
