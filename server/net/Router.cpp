// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Router.h"

#include "server/net/HttpText.h"

#include <QLoggingCategory>

namespace tocsin::net {

namespace {
Q_LOGGING_CATEGORY(lcRouter, "tocsin.server.router", QtInfoMsg)
} // namespace

void Router::add(std::unique_ptr<Dialect> dialect)
{
    auto entry = std::make_unique<Entry>();
    entry->dialect = std::move(dialect);
    m_entries.push_back(std::move(entry));
}

Router::Entry *Router::forUpgrade(const QString &path)
{
    for (const auto &entry : m_entries) {
        if (entry->dialect->claimsUpgrade(path))
            return entry.get();
    }
    return nullptr;
}

Router::Entry *Router::forHttp(const QByteArray &method, const QString &path)
{
    for (const auto &entry : m_entries) {
        if (entry->dialect->claimsHttp(method, path))
            return entry.get();
    }
    return nullptr;
}

HttpResponse Router::notFound(const QString &path) const
{
    for (const auto &entry : m_entries) {
        if (auto words = entry->dialect->unknownPath(path))
            return *std::move(words);
    }
    return errorResponse(404, "Not Found");
}

QByteArrayList Router::allowedMethods(const QString &path) const
{
    QByteArrayList methods;
    for (const char *const method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        for (const auto &entry : m_entries) {
            if (entry->dialect->claimsHttp(method, path)) {
                methods.append(method);
                break;
            }
        }
    }
    if (methods.contains("GET"))
        methods.append("HEAD");
    if (!methods.isEmpty())
        methods.append("OPTIONS");
    return methods;
}

std::optional<Principal> Router::authenticate(HttpRequest &request, TimePoint now) const
{
    const QByteArray token = request.token();
    if (!token.isEmpty() && m_authorizer) {
        AuthResult result = m_authorizer->authenticate(token, now);
        if (result.principal) {
            request.credential = std::move(result.credential);
            return result.principal;
        }
        qCInfo(lcRouter) << "A token from" << request.peerAddress << "was refused:" << result.error;
    }
    if (m_posture == Posture::Secure)
        return std::nullopt;
    return Principal{QStringLiteral("anonymous"), QStringLiteral("anonymous"), Role::Admin, true};
}

QString Router::objection(const std::optional<Credential> &credential, TimePoint now) const
{
    if (!credential || !m_authorizer)
        return {};
    return now >= credential->expiresAt ? QStringLiteral("expired") : m_authorizer->objection(*credential);
}

} // namespace tocsin::net
