// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/ScenarioCheck.h"

#include <QJsonArray>

namespace tocsin {

namespace {
constexpr qsizetype MostErrors = 100;
}

ScenarioCheck::ScenarioCheck(const QJsonValue &value, QString path, QStringList &errors)
    : m_object(value.toObject())
    , m_path(std::move(path))
    , m_errors(errors)
{
    if (!value.isObject())
        error(m_path.isEmpty() ? QStringLiteral("file") : m_path, QStringLiteral("must be an object"));
}

void ScenarioCheck::error(const QString &path, const QString &what)
{
    if (m_errors.size() < MostErrors)
        m_errors.append(path + QStringLiteral(": ") + what);
    else if (m_errors.size() == MostErrors)
        m_errors.append(QStringLiteral("and more"));
}

void ScenarioCheck::below(const QJsonValue &value, const QString &path,
                          const std::function<void(ScenarioCheck &)> &read)
{
    ScenarioCheck check(value, path, m_errors);
    if (!value.isObject())
        return;
    read(check);
    check.finish();
}

QString ScenarioCheck::pathOf(const char *name) const
{
    return m_path.isEmpty() ? QString::fromLatin1(name) : m_path + QLatin1Char('.') + QLatin1String(name);
}

QJsonValue ScenarioCheck::take(const char *name)
{
    m_asked.append(QLatin1String(name));
    return m_object.value(QLatin1String(name));
}

QJsonValue ScenarioCheck::value(const char *name)
{
    return take(name);
}

QString ScenarioCheck::text(const char *name)
{
    const QJsonValue value = take(name);
    if (value.isUndefined())
        error(pathOf(name), QStringLiteral("is missing"));
    else if (!value.isString() || value.toString().trimmed().isEmpty())
        error(pathOf(name), QStringLiteral("must be a text that is not empty"));
    return value.toString();
}

QString ScenarioCheck::textOr(const char *name, const QString &fallback)
{
    return has(name) ? text(name) : fallback;
}

double ScenarioCheck::number(const char *name, Range range)
{
    const QJsonValue value = take(name);
    if (value.isUndefined())
        error(pathOf(name), QStringLiteral("is missing"));
    else if (!value.isDouble())
        error(pathOf(name), QStringLiteral("must be a number"));
    else if (value.toDouble() < range.least || value.toDouble() > range.most)
        error(pathOf(name),
              QStringLiteral("%1 is not between %2 and %3").arg(value.toDouble()).arg(range.least).arg(range.most));
    return value.toDouble();
}

double ScenarioCheck::numberOr(const char *name, double fallback, Range range)
{
    return has(name) ? number(name, range) : fallback;
}

bool ScenarioCheck::flagOr(const char *name, bool fallback)
{
    const QJsonValue value = take(name);
    if (!value.isUndefined() && !value.isBool())
        error(pathOf(name), QStringLiteral("must be true or false"));
    return value.toBool(fallback);
}

QStringList ScenarioCheck::textsOr(const char *name)
{
    QStringList texts;
    const QJsonArray items = list(name, false);
    for (qsizetype i = 0; i < items.size(); ++i) {
        if (!items[i].isString() || items[i].toString().isEmpty())
            error(QStringLiteral("%1[%2]").arg(pathOf(name)).arg(i),
                  QStringLiteral("must be a text that is not empty"));
        texts.append(items[i].toString());
    }
    return texts;
}

GeoPoint ScenarioCheck::toPoint(const QJsonValue &value, const QString &path)
{
    const QJsonArray pair = value.toArray();
    const GeoPoint point{pair.at(0).toDouble(), pair.at(1).toDouble()};
    if (pair.size() != 2 || !pair.at(0).isDouble() || !pair.at(1).isDouble())
        error(path, QStringLiteral("must be [latitude, longitude]"));
    else if (std::abs(point.latitude) > 85 || std::abs(point.longitude) > 180)
        error(path, QStringLiteral("lies beyond 85 degrees of latitude or 180 of longitude"));
    return point;
}

GeoPoint ScenarioCheck::point(const char *name)
{
    const QJsonValue value = take(name);
    if (value.isUndefined()) {
        error(pathOf(name), QStringLiteral("is missing"));
        return {};
    }
    return toPoint(value, pathOf(name));
}

QList<GeoPoint> ScenarioCheck::points(const char *name, int atLeast)
{
    QList<GeoPoint> row;
    const QJsonArray items = list(name, true);
    if (items.size() < atLeast && has(name))
        error(pathOf(name), QStringLiteral("needs at least %1 points").arg(atLeast));
    for (qsizetype i = 0; i < items.size(); ++i)
        row.append(toPoint(items[i], QStringLiteral("%1[%2]").arg(pathOf(name)).arg(i)));
    return row;
}

qsizetype ScenarioCheck::word(const char *name, const QStringList &words)
{
    const QJsonValue value = take(name);
    const qsizetype at = words.indexOf(value.toString());
    if (value.isUndefined())
        error(pathOf(name), QStringLiteral("is missing"));
    else if (at < 0)
        error(pathOf(name), QStringLiteral("must be one of %1").arg(words.join(QLatin1String(", "))));
    return std::max<qsizetype>(at, 0);
}

QJsonArray ScenarioCheck::list(const char *name, bool demanded)
{
    const QJsonValue value = take(name);
    if (value.isUndefined()) {
        if (demanded)
            error(pathOf(name), QStringLiteral("is missing"));
    } else if (!value.isArray()) {
        error(pathOf(name), QStringLiteral("must be a list"));
    }
    return value.toArray();
}

void ScenarioCheck::finish()
{
    for (auto it = m_object.constBegin(); it != m_object.constEnd(); ++it) {
        if (!m_asked.contains(it.key()))
            error(m_path.isEmpty() ? it.key() : m_path + QLatin1Char('.') + it.key(), QStringLiteral("is not known"));
    }
}

} // namespace tocsin
