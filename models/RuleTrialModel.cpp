// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RuleTrialModel.h"

#include "models/AlertListModel.h"
#include "models/Format.h"
#include "models/domain/Decimals.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXYSeries>

#include <array>
#include <cmath>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr std::array<Duration, 4> lengths{1h, 6h, 24h, 168h};
constexpr int pointsWanted = 2 * TrendBuffer::Steps;

static_assert(int(RuleTrialModel::Raised) == int(RuleTrialMoment::What::Raised));
static_assert(int(RuleTrialModel::Level) == int(RuleTrialMoment::What::Level));
static_assert(int(RuleTrialModel::Cleared) == int(RuleTrialMoment::What::Cleared));

double millis(TimePoint at)
{
    return double(toEpochMicros(at)) / 1000.0;
}

/// What can be drawn beside the metric itself: the limits of its value, each with its level.
QVariantList limitsOf(const QJsonObject &rule)
{
    const QString measure = rule.value(QLatin1String("measure")).toString();
    if (!measure.isEmpty() && measure != QLatin1String("value"))
        return {};
    const QJsonArray bands = rule.value(QLatin1String("bands")).toArray({rule});
    QVariantList limits;
    for (const auto &band : bands) {
        const QJsonObject one = band.toObject();
        const QJsonValue value = one.value(QLatin1String("limit"));
        if (!value.isDouble())
            continue;
        const double limit = value.toDouble();
        const auto level = alertLevelFromString(one.value(QLatin1String("level")).toString());
        limits.append(QVariantMap{
            {QStringLiteral("value"), limit},
            {QStringLiteral("label"), RuleTrialModel::tr("limit %1").arg(format::number(limit, decimalsToShow(limit)))},
            {QStringLiteral("level"), int(level.value_or(AlertLevel::Warning))}});
    }
    return limits;
}
} // namespace

RuleTrialModel::RuleTrialModel(DeskLink &link, DeviceListModel &devices, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_devices(devices)
    , m_clock(std::move(clock))
    , m_line(new TrendLine(this))
{
    connect(&link, &DeskLink::ruleTried, this, &RuleTrialModel::take);
    connect(&link, &DeskLink::historyReady, this, &RuleTrialModel::takeHistory);
    connect(&devices, &DeviceListModel::countChanged, this, &RuleTrialModel::devicesChanged);
}

int RuleTrialModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_moments.size());
}

QHash<int, QByteArray> RuleTrialModel::roleNames() const
{
    return {{WhenTextRole, "whenText"},     {WhatRole, "what"},   {MomentLevelRole, "momentLevel"},
            {MomentTextRole, "momentText"}, {PlaceRole, "place"}, {SpanRole, "span"}};
}

QVariant RuleTrialModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const RuleTrialMoment &moment = m_moments[index.row()];
    switch (role) {
    case WhenTextRole:
        return format::withDay(format::timeOfDay(moment.at, m_clock.zone), moment.at, m_clock.now(), m_clock.zone);
    case WhatRole:
        return int(moment.what);
    case MomentLevelRole:
        return int(moment.level);
    case Qt::DisplayRole:
    case MomentTextRole:
        switch (moment.what) {
        case RuleTrialMoment::What::Raised:
            return tr("%1: %2").arg(format::alertLevel(moment.level), moment.message);
        case RuleTrialMoment::What::Level:
            return tr("now %1: %2").arg(format::alertLevel(moment.level), moment.message);
        case RuleTrialMoment::What::Cleared:
            return tr("over");
        }
        return {};
    case PlaceRole:
        return placeOf(moment.at);
    case SpanRole: {
        if (moment.what != RuleTrialMoment::What::Raised)
            return 0.0;
        TimePoint end = m_to;
        for (qsizetype i = index.row() + 1; i < m_moments.size(); ++i) {
            if (m_moments[i].what == RuleTrialMoment::What::Cleared) {
                end = m_moments[i].at;
                break;
            }
        }
        return placeOf(end) - placeOf(moment.at);
    }
    default:
        return {};
    }
}

double RuleTrialModel::placeOf(TimePoint at) const
{
    return m_to > m_from ? std::clamp((millis(at) - millis(m_from)) / (millis(m_to) - millis(m_from)), 0.0, 1.0) : 0;
}

// --- what is asked

QStringList RuleTrialModel::devices() const
{
    QStringList names;
    for (int row = 0; row < m_devices.rowCount(); ++row)
        names.append(m_devices.factsAt(row).device.name);
    return names;
}

int RuleTrialModel::device() const
{
    return m_devices.rowOf(m_device);
}

void RuleTrialModel::setDevice(int row)
{
    if (row < 0 || row >= m_devices.rowCount() || m_devices.factsAt(row).device.id == m_device)
        return;
    m_device = m_devices.factsAt(row).device.id;
    Q_EMIT askedChanged();
    outdate();
}

QStringList RuleTrialModel::spans()
{
    return {tr("1 h"), tr("6 h"), tr("24 h"), tr("7 d")};
}

void RuleTrialModel::setSpanIndex(int index)
{
    if (index < 0 || index >= int(lengths.size()) || index == m_spanIndex)
        return;
    m_spanIndex = index;
    Q_EMIT askedChanged();
    outdate();
}

void RuleTrialModel::setRule(const QByteArray &rule)
{
    if (rule == m_rule)
        return;
    m_rule = rule;
    outdate();
}

void RuleTrialModel::outdate()
{
    m_outdated = true;
    Q_EMIT changed();
}

void RuleTrialModel::run()
{
    if (m_device.isEmpty() || m_rule.isEmpty())
        return;
    const QJsonObject rule = QJsonDocument::fromJson(m_rule).object();
    const QString metric = rule.value(QLatin1String("metric")).toString();
    m_to = m_clock.now();
    m_from = m_to - lengths.at(std::size_t(m_spanIndex));
    m_limits = limitsOf(rule);
    beginResetModel();
    m_moments.clear();
    endResetModel();
    m_drawn.clear();
    m_line->setChannel(metric);
    m_line->clear(m_to - m_from);
    m_line->refresh(m_from, m_to);
    m_done = false;
    m_outdated = false;
    m_summary = tr("Looking at what was recorded …");
    // An answer that is still under way is no longer that of this question.
    m_trial = m_link.tryRule({m_rule, m_device, m_from, m_to});
    m_history = m_link.requestHistory({m_device, {metric}, m_from, m_to, pointsWanted});
    ++m_revision;
    Q_EMIT changed();
}

void RuleTrialModel::cancel()
{
    if (!busy())
        return;
    m_trial.reset();
    m_history.reset();
    m_summary = tr("Canceled.");
    Q_EMIT changed();
}

void RuleTrialModel::take(quint64 query, const RuleTrialAnswer &answer)
{
    if (!m_trial || *m_trial != query)
        return;
    m_trial.reset();
    m_done = true;
    m_drawn = answer.drawn;
    if (!m_drawn.isEmpty()) {
        m_line->buffer().merge(answer.drawn);
        m_line->refresh(m_from, m_to);
        ++m_revision;
    }
    beginResetModel();
    m_moments = answer.moments;
    endResetModel();
    conclude(answer);
    Q_EMIT changed();
}

QString RuleTrialModel::noReadings(const RuleTrialAnswer &answer) const
{
    if (fenceOfMetric(m_line->channel()).isEmpty())
        return tr("The device told nothing of this in that time.");
    if (answer.positions == 0)
        return tr("No position of the device was recorded in that time, so nothing says where it was.");
    return tr("None of %1 recorded positions was good enough to say on which side of the geofence it was.")
        .arg(answer.positions);
}

void RuleTrialModel::conclude(const RuleTrialAnswer &answer)
{
    if (!answer.outcome.ok) {
        m_summary = answer.errors.isEmpty() ? answer.outcome.message : tr("The rule is not right yet.");
        return;
    }
    if (answer.readings == 0) {
        m_summary = noReadings(answer);
        return;
    }
    int raised = 0;
    Duration open{};
    std::optional<TimePoint> since;
    for (const RuleTrialMoment &moment : answer.moments) {
        if (moment.what == RuleTrialMoment::What::Raised) {
            ++raised;
            since = moment.at;
        } else if (moment.what == RuleTrialMoment::What::Cleared && since) {
            open += moment.at - *since;
            since.reset();
        }
    }
    if (since)
        open += m_to - *since;
    const double seconds = std::chrono::duration<double>(open).count();
    if (raised == 0)
        m_summary = answer.positions > 0 ? tr("Nothing would have been raised, of %1 positions.").arg(answer.positions)
                                         : tr("Nothing would have been raised, of %1 readings.").arg(answer.readings);
    else
        m_summary = (raised == 1 ? tr("Raised once") : tr("Raised %1 times").arg(raised)) +
                    (answer.positions > 0
                         ? tr(", open for %1 in all, of %2 positions.").arg(format::age(seconds)).arg(answer.positions)
                         : tr(", open for %1 in all, of %2 readings.").arg(format::age(seconds)).arg(answer.readings));
    if (answer.cut)
        m_summary += QLatin1Char(' ') + tr("There was more; the newest was looked at.");
}

void RuleTrialModel::takeHistory(quint64 query, const HistoryResult &result)
{
    if (!m_history || *m_history != query)
        return;
    m_history.reset();
    for (const HistorySeries &series : result.series)
        m_line->buffer().merge(series.points);
    m_line->refresh(m_from, m_to);
    ++m_revision;
    Q_EMIT changed();
}

// --- the picture

double RuleTrialModel::from() const
{
    return millis(m_from);
}

double RuleTrialModel::to() const
{
    return millis(m_to);
}

QString RuleTrialModel::fromText() const
{
    return m_to > m_from ? format::withDay(format::hourMinute(m_from, m_clock.zone), m_from, m_to, m_clock.zone)
                         : QString();
}

QString RuleTrialModel::middleText() const
{
    const TimePoint middle = m_from + (m_to - m_from) / 2;
    return m_to > m_from ? format::withDay(format::hourMinute(middle, m_clock.zone), middle, m_to, m_clock.zone)
                         : QString();
}

QString RuleTrialModel::toText() const
{
    return m_to > m_from ? format::hourMinute(m_to, m_clock.zone) : QString();
}

bool RuleTrialModel::fill(QAbstractSeries *series) const
{
    auto *xy = qobject_cast<QXYSeries *>(series);
    if (xy == nullptr)
        return false;
    QList<QPointF> points;
    for (const HistoryPoint &corner : m_drawn)
        points.append({millis(corner.at), corner.value});
    if (!points.isEmpty()) { // few already, and each counts
        xy->replace(points);
        return true;
    }
    for (const QPointF &point : m_line->buffer().points(m_from, m_to)) {
        if (!std::isnan(point.y())) // Qt Charts' line has no gaps
            points.append(point);
    }
    xy->replace(points);
    return true;
}

} // namespace tocsin
