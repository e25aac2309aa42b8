// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Scenario.h"

#include <QJsonObject>
#include <QJsonValue>

#include <functional>
#include <limits>

namespace tocsin {

/// Reads one JSON object name by name and notes everything that is wrong, with its path. What cannot be read is
/// answered with a harmless default, so that one pass finds all errors. Plain, short-lived.
class ScenarioCheck
{
public:
    struct Range
    {
        double least = -std::numeric_limits<double>::max();
        double most = std::numeric_limits<double>::max();
    };

    ScenarioCheck(const QJsonValue &value, QString path, QStringList &errors);
    ScenarioCheck(const ScenarioCheck &) = delete;
    ScenarioCheck &operator=(const ScenarioCheck &) = delete;

    [[nodiscard]] bool has(const char *name) const { return m_object.contains(QLatin1String(name)); }
    [[nodiscard]] QString text(const char *name); ///< demanded, not empty
    [[nodiscard]] QString textOr(const char *name, const QString &fallback);
    [[nodiscard]] double number(const char *name, Range range);
    [[nodiscard]] double numberOr(const char *name, double fallback, Range range);
    [[nodiscard]] bool flagOr(const char *name, bool fallback);
    [[nodiscard]] QStringList textsOr(const char *name);
    [[nodiscard]] GeoPoint point(const char *name);
    [[nodiscard]] QList<GeoPoint> points(const char *name, int atLeast);
    /// The index of the word among `words`; 0 after noting an error.
    [[nodiscard]] qsizetype word(const char *name, const QStringList &words);
    [[nodiscard]] QJsonArray list(const char *name, bool demanded);
    [[nodiscard]] QJsonValue value(const char *name);

    /// Reads `value` as an object of its own, and finishes it.
    void below(const QJsonValue &value, const QString &path, const std::function<void(ScenarioCheck &)> &read);
    void error(const QString &path, const QString &what);
    [[nodiscard]] QString pathOf(const char *name) const;
    /// Notes every name that was never asked for.
    void finish();

private:
    [[nodiscard]] QJsonValue take(const char *name);
    [[nodiscard]] GeoPoint toPoint(const QJsonValue &value, const QString &path);

    QJsonObject m_object;
    const QString m_path;
    QStringList &m_errors;
    QStringList m_asked;
};

} // namespace tocsin
