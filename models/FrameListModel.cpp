// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/FrameListModel.h"

#include "models/Format.h"

#include <QClipboard>
#include <QGuiApplication>

#include <algorithm>
#include <utility>

namespace tocsin {

static_assert(int(FrameListModel::In) == int(FrameLine::Way::In));
static_assert(int(FrameListModel::Out) == int(FrameLine::Way::Out));
static_assert(int(FrameListModel::Note) == int(FrameLine::Way::Note));

FrameListModel::FrameListModel(ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_clock(std::move(clock))
{
}

int FrameListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> FrameListModel::roleNames() const
{
    return {{WayRole, "way"},
            {WayTextRole, "wayText"},
            {FrameTimeRole, "frameTime"},
            {FrameClientRole, "frameClient"},
            {SizeTextRole, "sizeText"},
            {FrameTextRole, "frameText"}};
}

QString FrameListModel::timeText(TimePoint at) const
{
    constexpr int perSecond = 1000;
    constexpr int digits = 3;
    constexpr int base = 10;
    return QStringLiteral("%1.%2")
        .arg(format::timeOfDay(at, m_clock.zone))
        .arg(toEpochMillis(at) % perSecond, digits, base, QLatin1Char('0'));
}

QVariant FrameListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const FrameLine &line = m_shown.at(std::size_t(index.row()));
    switch (role) {
    case WayRole:
        return int(line.way);
    case WayTextRole:
        return line.way == FrameLine::Way::In ? tr("in") : line.way == FrameLine::Way::Out ? tr("out") : QString();
    case FrameTimeRole:
        return timeText(line.at);
    case FrameClientRole:
        return line.client;
    case SizeTextRole:
        return line.way == FrameLine::Way::Note ? QString() : tr("%1 B").arg(format::number(double(line.size), 0));
    case Qt::DisplayRole:
    case FrameTextRole:
        return line.text;
    default:
        return {};
    }
}

bool FrameListModel::passes(const FrameLine &line) const
{
    return m_search.isEmpty() || line.text.contains(m_search, Qt::CaseInsensitive) ||
           line.client.contains(m_search, Qt::CaseInsensitive);
}

void FrameListModel::append(const QList<FrameLine> &lines)
{
    if (lines.isEmpty())
        return;
    if (!m_paused)
        return show(lines);
    m_waiting.insert(m_waiting.end(), lines.cbegin(), lines.cend());
    while (m_waiting.size() > mostLines)
        m_waiting.pop_front();
    Q_EMIT countChanged();
}

void FrameListModel::show(const QList<FrameLine> &lines)
{
    QList<FrameLine> fresh;
    for (const FrameLine &line : lines) {
        m_all.push_back(line);
        if (passes(line))
            fresh.append(line);
    }
    while (m_all.size() > mostLines)
        m_all.pop_front();
    if (fresh.isEmpty())
        return;
    fresh = fresh.mid(std::max<qsizetype>(0, fresh.size() - qsizetype(mostLines)));
    const int over = std::max(0, count() + int(fresh.size()) - int(mostLines));
    if (over > 0) {
        beginRemoveRows({}, 0, over - 1);
        m_shown.erase(m_shown.begin(), m_shown.begin() + over);
        endRemoveRows();
    }
    beginInsertRows({}, count(), count() + int(fresh.size()) - 1);
    m_shown.insert(m_shown.end(), fresh.cbegin(), fresh.cend());
    endInsertRows();
    Q_EMIT countChanged();
}

void FrameListModel::rebuild()
{
    beginResetModel();
    m_shown.clear();
    std::copy_if(m_all.cbegin(), m_all.cend(), std::back_inserter(m_shown),
                 [this](const FrameLine &line) { return passes(line); });
    endResetModel();
    Q_EMIT countChanged();
}

void FrameListModel::setSearch(const QString &search)
{
    if (search == m_search)
        return;
    m_search = search;
    rebuild();
    Q_EMIT searchChanged();
}

void FrameListModel::setPaused(bool paused)
{
    if (paused == m_paused)
        return;
    m_paused = paused;
    const std::deque<FrameLine> waiting = std::exchange(m_waiting, {});
    append(QList<FrameLine>(waiting.cbegin(), waiting.cend()));
    Q_EMIT pausedChanged();
    Q_EMIT countChanged();
}

void FrameListModel::clear()
{
    m_all.clear();
    m_waiting.clear();
    rebuild();
}

QString FrameListModel::textAt(int row) const
{
    if (row < 0 || row >= count())
        return {};
    const FrameLine &line = m_shown.at(std::size_t(row));
    const QString way = line.way == FrameLine::Way::In    ? QStringLiteral("<")
                        : line.way == FrameLine::Way::Out ? QStringLiteral(">")
                                                          : QStringLiteral("#");
    return QStringList{toIso8601(line.at), line.client, way, line.text}.join(QLatin1Char(' ')).simplified();
}

QString FrameListModel::allText() const
{
    QString text;
    for (int row = 0; row < count(); ++row)
        text += textAt(row) + QLatin1Char('\n');
    return text;
}

void FrameListModel::copy(int row) const
{
    QGuiApplication::clipboard()->setText(textAt(row));
}

void FrameListModel::copyAll() const
{
    QGuiApplication::clipboard()->setText(allText());
}

} // namespace tocsin
