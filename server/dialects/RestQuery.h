// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Time.h"
#include "server/net/Http.h"

#include <QJsonArray>

#include <initializer_list>
#include <optional>

namespace tocsin {

/// One entry of a 422's `detail`: where, what, and which kind of mistake.
[[nodiscard]] QJsonObject validationError(const QStringList &where, const QString &message, const QString &type);
[[nodiscard]] net::HttpResponse unprocessable(const QJsonArray &errors);
[[nodiscard]] net::HttpResponse jsonResponse(int status, const QJsonValue &body);

/// Reads the query of a call; everything that is wrong is collected, so that the caller hears of it at once.
class RestQuery
{
public:
    explicit RestQuery(const net::HttpRequest &request) : m_query(request.query) {}

    /// Absent: `fallback`. Not a whole number, or out of range: an error.
    [[nodiscard]] int integer(const char *name, int fallback, int least, int most);
    /// The first of the names that is there.
    [[nodiscard]] std::optional<TimePoint> time(std::initializer_list<const char *> names);
    /// One of the words, or empty when absent.
    [[nodiscard]] QString word(const char *name, const QStringList &allowed);

    [[nodiscard]] const QJsonArray &errors() const { return m_errors; }

private:
    void wrong(const char *name, const QString &message, const QString &type);

    QUrlQuery m_query;
    QJsonArray m_errors;
};

} // namespace tocsin
