// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/GaugeModel.h"

#include "models/Format.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace tocsin {

GaugeModel::GaugeModel(QObject *parent) : QAbstractListModel(parent)
{
}

int GaugeModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> GaugeModel::roleNames() const
{
    return {{ChannelRole, "channel"},
            {LabelRole, "label"},
            {UnitRole, "unit"},
            {ValueRole, "value"},
            {HasValueRole, "hasValue"},
            {ValueTextRole, "valueText"},
            {MinimumRole, "minimum"},
            {MaximumRole, "maximum"},
            {HasRangeRole, "hasRange"},
            {DecimalsRole, "decimals"},
            {AgeTextRole, "ageText"},
            {StaleRole, "stale"},
            {WarnLowRole, "warnLow"},
            {HasWarnLowRole, "hasWarnLow"},
            {WarnHighRole, "warnHigh"},
            {HasWarnHighRole, "hasWarnHigh"},
            {CriticalLowRole, "criticalLow"},
            {HasCriticalLowRole, "hasCriticalLow"},
            {CriticalHighRole, "criticalHigh"},
            {HasCriticalHighRole, "hasCriticalHigh"},
            {ValueStateRole, "valueState"}};
}

QVariant GaugeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const Row &row = m_rows[index.row()];
    switch (role) {
    case ChannelRole:
        return row.info.name;
    case Qt::DisplayRole:
    case LabelRole:
        return row.info.label;
    case UnitRole:
        return row.info.unit;
    case ValueRole:
        return row.value.value_or(nan);
    case HasValueRole:
        return row.value.has_value();
    case ValueTextRole:
        return row.valueText;
    case MinimumRole:
        return row.info.minimum;
    case MaximumRole:
        return row.info.maximum;
    case HasRangeRole:
        return row.info.hasRange();
    case DecimalsRole:
        return row.info.decimals;
    case AgeTextRole:
        return row.ageText;
    case StaleRole:
        return row.state == Stale;
    case WarnLowRole:
        return row.band.warnLow.value_or(nan);
    case HasWarnLowRole:
        return row.band.warnLow.has_value();
    case WarnHighRole:
        return row.band.warnHigh.value_or(nan);
    case HasWarnHighRole:
        return row.band.warnHigh.has_value();
    case CriticalLowRole:
        return row.band.criticalLow.value_or(nan);
    case HasCriticalLowRole:
        return row.band.criticalLow.has_value();
    case CriticalHighRole:
        return row.band.criticalHigh.value_or(nan);
    case HasCriticalHighRole:
        return row.band.criticalHigh.has_value();
    case ValueStateRole:
        return int(row.state);
    default:
        return {};
    }
}

bool GaugeModel::before(const Row &a, const Row &b)
{
    return std::tie(a.info.order, a.info.name) < std::tie(b.info.order, b.info.name);
}

void GaugeModel::setBands(const ChannelBands &bands, TimePoint now)
{
    m_bands = bands;
    for (Row &row : m_rows) {
        row.band = m_bands.find(row.info.name);
        row.state = stateOf(row, now);
    }
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0), index(count() - 1));
}

GaugeModel::ValueState GaugeModel::stateOf(const Row &row, TimePoint now)
{
    if (!row.value)
        return Unknown;
    if (secondsBetween(row.at, now) > row.interval.staleAfterSeconds())
        return Stale;
    switch (bandOf(row.band, *row.value)) {
    case ChannelBands::Band::Normal:
        break;
    case ChannelBands::Band::Warning:
        return Warning;
    case ChannelBands::Band::Critical:
        return Critical;
    }
    return Normal;
}

GaugeModel::Row GaugeModel::makeRow(const QString &channel, const TimedValue &value, TimePoint now) const
{
    Row row;
    row.info = channelInfo(channel);
    row.band = m_bands.find(channel);
    assign(row, value, now);
    return row;
}

/// Numbers belong on a gauge; text, lists and truth values do not. A channel of which the source says "unknown" keeps
/// its place when it is one that has a dial.
bool GaugeModel::isGauge(const QString &channel, const Value &value)
{
    return std::holds_alternative<double>(value) ||
           (std::holds_alternative<std::monostate>(value) && channelInfo(channel).hasRange());
}

QList<int> GaugeModel::assign(Row &row, const TimedValue &value, TimePoint now)
{
    QList<int> roles;
    const std::optional<double> next = number(value.value);
    if (next != row.value) {
        if (next.has_value() != row.value.has_value())
            roles.append(HasValueRole);
        row.value = next;
        roles.append(ValueRole);
    }
    QString text = next ? format::number(*next, row.info.decimals) : format::unknown();
    if (text != row.valueText) {
        row.valueText = std::move(text);
        roles.append(ValueTextRole);
    }
    row.at = value.at;
    row.interval.add(value.at);
    return roles + renew(row, now);
}

QList<int> GaugeModel::renew(Row &row, TimePoint now)
{
    QList<int> roles;
    QString age = format::age(secondsBetween(row.at, now));
    if (age != row.ageText) {
        row.ageText = std::move(age);
        roles.append(AgeTextRole);
    }
    const ValueState state = stateOf(row, now);
    if (state != row.state) {
        if (state == Stale || row.state == Stale)
            roles.append(StaleRole);
        row.state = state;
        roles.append(ValueStateRole);
    }
    return roles;
}

void GaugeModel::show(const LatestReading *latest, TimePoint now)
{
    beginResetModel();
    m_rows.clear();
    if (latest) {
        for (auto it = latest->channels.cbegin(); it != latest->channels.cend(); ++it) {
            if (isGauge(it.key(), it->value))
                m_rows.append(makeRow(it.key(), *it, now));
        }
        std::sort(m_rows.begin(), m_rows.end(), before);
    }
    endResetModel();
    Q_EMIT countChanged();
}

void GaugeModel::update(const LatestReading &latest, TimePoint now)
{
    const int known = count();
    for (auto it = latest.channels.cbegin(); it != latest.channels.cend(); ++it) {
        const auto row =
            std::find_if(m_rows.begin(), m_rows.end(), [&](const Row &r) { return r.info.name == it.key(); });
        if (row != m_rows.end()) {
            if (row->at == it->at)
                continue; // not in this reading
            const QList<int> roles = assign(*row, *it, now);
            const int at = int(row - m_rows.begin());
            if (!roles.isEmpty())
                Q_EMIT dataChanged(index(at), index(at), roles);
        } else if (isGauge(it.key(), it->value)) {
            Row next = makeRow(it.key(), *it, now);
            const int at = int(std::lower_bound(m_rows.cbegin(), m_rows.cend(), next, before) - m_rows.cbegin());
            beginInsertRows({}, at, at);
            m_rows.insert(at, std::move(next));
            endInsertRows();
        }
    }
    if (count() != known)
        Q_EMIT countChanged();
}

void GaugeModel::refreshAges(TimePoint now)
{
    for (int at = 0; at < m_rows.size(); ++at) {
        const QList<int> roles = renew(m_rows[at], now);
        if (!roles.isEmpty())
            Q_EMIT dataChanged(index(at), index(at), roles);
    }
}

} // namespace tocsin
