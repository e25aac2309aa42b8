// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/AlertKpiModel.h"

#include "models/Format.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr qsizetype shownSources = 3;
constexpr double muchPerOperator = 10; // EEMUA 191: more than one a minute cannot be dealt with
} // namespace

AlertKpiModel::AlertKpiModel(ModelClock clock, QObject *parent) : QAbstractListModel(parent), m_clock(std::move(clock))
{
    m_kpis.reset({}, m_clock.now());
    renew(m_clock.now());
}

QHash<int, QByteArray> AlertKpiModel::roleNames() const
{
    return {{LabelRole, "label"}, {ValueRole, "value"}, {DetailRole, "detail"}, {BadRole, "bad"}};
}

QVariant AlertKpiModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case LabelRole:
        return row.label;
    case Qt::DisplayRole:
    case ValueRole:
        return row.value;
    case DetailRole:
        return row.detail;
    case BadRole:
        return row.bad;
    default:
        return {};
    }
}

QString AlertKpiModel::sinceText() const
{
    const TimePoint now = m_clock.now();
    return tr("since %1")
        .arg(format::withDay(format::hourMinute(m_figures.since, m_clock.zone), m_figures.since, now, m_clock.zone));
}

QString AlertKpiModel::sourcesText() const
{
    QStringList sources;
    for (const auto &[name, count] : m_figures.topSources.mid(0, shownSources))
        sources.append(tr("%1 %2").arg(name, format::number(double(count), 0)));
    return sources.join(QStringLiteral(" · "));
}

void AlertKpiModel::reset(const QList<Alert> &open, TimePoint now)
{
    // After a gap the counts go on; what is open is told anew.
    if (m_known)
        m_kpis.resume(open);
    else
        m_kpis.reset(open, now);
    m_known = true;
    renew(now);
}

void AlertKpiModel::tick(TimePoint now)
{
    renew(now);
}

void AlertKpiModel::renew(TimePoint now)
{
    m_figures = m_kpis.figures(now);
    const auto count = [](qint64 n) { return format::number(double(n), 0); };
    const auto percent = [](double share) { return format::quantity(share * 100, 0, QStringLiteral("%")); };
    const auto ack = [this](AlertLevel level) {
        const AlertKpis::Level &figures = m_figures.levels.at(std::size_t(level));
        if (!figures.ackP50)
            return format::unknown();
        return tr("%1 / %2").arg(format::waiting(*figures.ackP50), format::waiting(figures.ackP90.value_or(0)));
    };
    QList<Row> rows{
        {tr("New per operator"), format::number(m_figures.perOperator, m_figures.perOperator < 10 ? 1 : 0),
         tr("New alerts per operator in the last ten minutes, with %1 on shift. More than ten are a flood.")
             .arg(m_figures.operators),
         m_figures.perOperator > muchPerOperator},
        {tr("Time in flood"), percent(m_figures.floodShare),
         tr("Share of ten-minute windows with more than ten new alerts per operator."), m_figures.floodShare > 0.01},
        {tr("Ack critical"), ack(AlertLevel::Critical),
         tr("Critical alerts: half were acknowledged within the first time, nine of ten within the second."), false},
        {tr("Ack warning"), ack(AlertLevel::Warning),
         tr("Warnings: half were acknowledged within the first time, nine of ten within the second."), false},
        {tr("Chattering"), count(m_figures.chattering), tr("Open alerts that come and go."), m_figures.chattering > 0},
        {tr("Open > 24 h"), count(m_figures.stale), tr("Alerts that are open for more than a day."),
         m_figures.stale > 0},
        {tr("Shelved"), count(m_figures.shelvedNow), tr("Alerts that are shelved now."), false},
        {tr("Reopened"), count(m_figures.reopened), tr("Closings that were taken back."), false},
        {tr("Ack ran out"), count(m_figures.autoUnacked),
         tr("Acknowledges that ran out, or cancels that nobody confirmed."), m_figures.autoUnacked > 0},
        {tr("Refused"), count(m_figures.refused), tr("Requests of this console that the desk refused."), false},
    };
    if (m_rows.isEmpty()) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    } else {
        for (int row = 0; row < m_rows.size(); ++row) {
            if (rows[row] == m_rows[row])
                continue;
            m_rows[row] = rows[row];
            Q_EMIT dataChanged(index(row), index(row));
        }
    }
    Q_EMIT changed();
}

QList<QStringList> AlertKpiModel::table(TimePoint now) const
{
    const AlertKpis::Figures figures = m_kpis.figures(now);
    const auto number = [](double value) { return QString::number(value, 'g', 6); };
    QList<QStringList> rows{{QStringLiteral("since"), toIso8601(figures.since)},
                            {QStringLiteral("until"), toIso8601(now)},
                            {QStringLiteral("operators"), QString::number(figures.operators)},
                            {QStringLiteral("new_per_operator_10min"), number(figures.perOperator)},
                            {QStringLiteral("new_per_operator_10min_mean"), number(figures.perOperatorMean)},
                            {QStringLiteral("flood_share"), number(figures.floodShare)},
                            {QStringLiteral("chattering"), QString::number(figures.chattering)},
                            {QStringLiteral("open_over_24h"), QString::number(figures.stale)},
                            {QStringLiteral("shelved_now"), QString::number(figures.shelvedNow)},
                            {QStringLiteral("reopened"), QString::number(figures.reopened)},
                            {QStringLiteral("acknowledges_run_out"), QString::number(figures.autoUnacked)},
                            {QStringLiteral("refused"), QString::number(figures.refused)}};
    for (const AlertKpis::Level &level : figures.levels) {
        const QString name = toString(level.level);
        rows.append({QStringLiteral("open_%1").arg(name), QString::number(level.open)});
        rows.append({QStringLiteral("raised_%1").arg(name), QString::number(level.raised)});
        rows.append({QStringLiteral("ack_p50_seconds_%1").arg(name), level.ackP50 ? number(*level.ackP50) : QString()});
        rows.append({QStringLiteral("ack_p90_seconds_%1").arg(name), level.ackP90 ? number(*level.ackP90) : QString()});
    }
    for (qsizetype i = 0; i < figures.topSources.size(); ++i)
        rows.append({QStringLiteral("source_%1").arg(i + 1),
                     tr("%1: %2").arg(figures.topSources[i].first).arg(figures.topSources[i].second)});
    return rows;
}

} // namespace tocsin
