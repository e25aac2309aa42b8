// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/FenceTable.h"

#include "qml/controls/map/Mercator.h"
#include "qml/controls/map/Triangulate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tocsin::map {

namespace {

enum Shape { Circle, Polygon, Line };

constexpr int CircleCorners = 72;
constexpr double ArcStep = std::numbers::pi / 10;

QList<QPointF> worldOf(const QVariant &value, const QPointF *near = nullptr)
{
    QList<QPointF> points;
    const auto degrees = value.value<QList<QPointF>>();
    for (const QPointF &place : degrees) {
        if (!std::isfinite(place.x()) || !std::isfinite(place.y()))
            continue;
        QPointF point = mercator::fromDegrees(place.y(), place.x());
        if (!points.isEmpty())
            point.setX(mercator::nearestCopy(point.x(), points.last().x()));
        else if (near != nullptr)
            point.setX(mercator::nearestCopy(point.x(), near->x()));
        points.append(point);
    }
    return points;
}

QList<QPointF> circle(QPointF middle, double radius)
{
    QList<QPointF> points;
    for (int i = 0; i < CircleCorners; ++i) {
        const double turn = 2 * std::numbers::pi * i / CircleCorners;
        points.append(middle + radius * QPointF(std::cos(turn), std::sin(turn)));
    }
    return points;
}

QPointF unit(QPointF from, QPointF to)
{
    const QPointF way = to - from;
    const double length = std::hypot(way.x(), way.y());
    return length > 0 ? way / length : QPointF();
}

/// Around a corner from one direction to another, half a turn at most.
void arc(QList<QPointF> &into, QPointF middle, double half, double from, double sweep)
{
    const int steps = std::max(1, int(std::ceil(std::abs(sweep) / ArcStep)));
    for (int i = 0; i <= steps; ++i) {
        const double turn = from + sweep * i / steps;
        into.append(middle + half * QPointF(std::cos(turn), std::sin(turn)));
    }
}

/// The side that lies to the left of someone who goes along the points, y pointing down.
void side(QList<QPointF> &into, const QList<QPointF> &course, double half)
{
    for (qsizetype i = 0; i < course.size(); ++i) {
        const QPointF in = i > 0 ? unit(course.at(i - 1), course.at(i)) : unit(course.at(0), course.at(1));
        const QPointF out = i + 1 < course.size() ? unit(course.at(i), course.at(i + 1)) : in;
        const QPointF before(in.y(), -in.x());
        const QPointF after(out.y(), -out.x());
        const double turn = std::atan2(in.x() * out.y() - in.y() * out.x(), in.x() * out.x() + in.y() * out.y());
        if (turn > 0) { // to the right: this side is the outer one
            arc(into, course.at(i), half, std::atan2(before.y(), before.x()), turn);
        } else {
            const QPointF middle = before + after;
            const double square = middle.x() * middle.x() + middle.y() * middle.y();
            into.append(course.at(i) + (square > 0.2 ? middle * (2 * half / square) : after * half));
        }
    }
}

} // namespace

QList<QPointF> corridor(const QList<QPointF> &course, double half)
{
    QList<QPointF> points;
    for (const QPointF &point : course) {
        if (points.isEmpty() || point != points.last())
            points.append(point);
    }
    if (points.size() < 2)
        return {};
    QList<QPointF> outline;
    const auto end = [&outline, half](QPointF from, QPointF to) {
        const QPointF way = unit(from, to);
        arc(outline, to, half, std::atan2(-way.x(), way.y()), std::numbers::pi);
    };
    side(outline, points, half);
    end(points.at(points.size() - 2), points.last());
    std::reverse(points.begin(), points.end());
    side(outline, points, half);
    end(points.at(points.size() - 2), points.last());
    return outline;
}

QList<QPointF> withoutHoles(const QList<QPointF> &outline, const QList<QList<QPointF>> &holes)
{
    const auto area = [](const QList<QPointF> &ring) {
        double sum = 0;
        for (qsizetype i = 0; i < ring.size(); ++i) {
            const QPointF a = ring.at(i) - ring.first();
            const QPointF b = ring.at((i + 1) % ring.size()) - ring.first();
            sum += a.x() * b.y() - b.x() * a.y();
        }
        return sum;
    };
    QList<QPointF> ring = outline;
    // The hole that lies furthest to the right first, so that no way leads through another one.
    QList<QList<QPointF>> later = holes;
    const auto rightmost = [](const QList<QPointF> &points) {
        return std::ranges::max_element(points, {}, &QPointF::x) - points.begin();
    };
    later.removeIf([](const QList<QPointF> &hole) { return hole.size() < 3; });
    std::ranges::sort(later, std::ranges::greater(),
                      [&](const QList<QPointF> &hole) { return hole.at(rightmost(hole)).x(); });
    for (QList<QPointF> hole : later) {
        if ((area(hole) > 0) == (area(ring) > 0))
            std::reverse(hole.begin(), hole.end());
        const qsizetype start = rightmost(hole);
        const QPointF from = hole.at(start);
        // To the right until the ring is met; then to that edge's end that lies further to the right, or what hides it.
        double met = std::numeric_limits<double>::infinity();
        qsizetype to = -1;
        for (qsizetype i = 0; i < ring.size(); ++i) {
            const qsizetype next = (i + 1) % ring.size();
            const QPointF a = ring.at(i);
            const QPointF b = ring.at(next);
            if ((a.y() > from.y()) == (b.y() > from.y()))
                continue;
            const double x = a.x() + (b.x() - a.x()) * (from.y() - a.y()) / (b.y() - a.y());
            if (x < from.x() || x >= met)
                continue;
            met = x;
            to = a.x() > b.x() ? i : next;
        }
        if (to < 0)
            continue; // it lies outside
        const QPointF corner = ring.at(to);
        const auto cross = [](QPointF o, QPointF a, QPointF b) {
            return (a.x() - o.x()) * (b.y() - o.y()) - (a.y() - o.y()) * (b.x() - o.x());
        };
        double best = std::numeric_limits<double>::infinity();
        const QPointF edge(met, from.y());
        for (qsizetype i = 0; i < ring.size(); ++i) {
            const QPointF p = ring.at(i);
            if (p == corner || p.x() < from.x())
                continue;
            const double s1 = cross(from, edge, p);
            const double s2 = cross(edge, corner, p);
            const double s3 = cross(corner, from, p);
            const bool within = (s1 >= 0 && s2 >= 0 && s3 >= 0) || (s1 <= 0 && s2 <= 0 && s3 <= 0);
            const double steep = std::abs(p.y() - from.y()) / std::max(p.x() - from.x(), 1e-18);
            if (within && steep < best) {
                best = steep;
                to = i;
            }
        }
        // Where ways meet already a corner stands in the ring several times: the one that the hole lies before.
        const double turn = area(ring) > 0 ? 1 : -1;
        for (qsizetype i = 0; i < ring.size(); ++i) {
            const QPointF at = ring.at(i);
            const QPointF last = ring.at((i + ring.size() - 1) % ring.size());
            const QPointF next = ring.at((i + 1) % ring.size());
            const bool leftOfIn = turn * cross(last, at, from) >= 0;
            const bool leftOfOut = turn * cross(at, next, from) >= 0;
            const bool before = turn * cross(last, at, next) >= 0 ? leftOfIn && leftOfOut : leftOfIn || leftOfOut;
            if (at == ring.at(to) && before) {
                to = i;
                break;
            }
        }
        QList<QPointF> joined = ring.first(to + 1);
        for (qsizetype i = 0; i <= hole.size(); ++i)
            joined.append(hole.at((start + i) % hole.size()));
        joined += ring.sliced(to);
        ring = joined;
    }
    return ring;
}

void FenceTable::setModel(QAbstractItemModel *model)
{
    if (model == m_model)
        return;
    const int before = count();
    if (m_model)
        m_model->disconnect(this);
    m_model = model;
    if (model != nullptr) {
        connect(model, &QAbstractItemModel::modelReset, this, &FenceTable::announce);
        connect(model, &QAbstractItemModel::rowsInserted, this, &FenceTable::announce);
        connect(model, &QAbstractItemModel::rowsRemoved, this, &FenceTable::announce);
        connect(model, &QAbstractItemModel::rowsMoved, this, &FenceTable::announce);
        connect(model, &QAbstractItemModel::dataChanged, this, &FenceTable::onDataChanged);
        connect(model, &QObject::destroyed, this, &FenceTable::announce);
    }
    Q_EMIT modelChanged();
    m_stale = true;
    if (before != count())
        Q_EMIT countChanged();
    Q_EMIT stale();
}

void FenceTable::announce()
{
    m_stale = true;
    Q_EMIT countChanged();
    Q_EMIT stale();
}

void FenceTable::onDataChanged(const QModelIndex &, const QModelIndex &, const QList<int> &roles)
{
    const int level = m_model->roleNames().key("alertLevel", -1);
    if (roles != QList<int>{level})
        return announce();
    m_levelsStale = true;
    Q_EMIT stale();
}

bool FenceTable::refresh()
{
    if (!m_stale && !m_levelsStale)
        return false;
    m_levelsStale = false;
    if (!m_stale) {
        for (Fence &fence : m_fences)
            fence.level = levelAt(fence.row);
        return true;
    }
    m_stale = false;
    m_fences.clear();
    for (int row = 0; row < count(); ++row) {
        Fence fence = read(row);
        if (fence.outline.size() >= 3 || fence.course.size() >= 2)
            m_fences.push_back(std::move(fence));
    }
    return true;
}

QVariant FenceTable::value(int row, const char *role) const
{
    const int number = m_model->roleNames().key(role, -1);
    return number < 0 ? QVariant() : m_model->index(row, 0).data(number);
}

int FenceTable::levelAt(int row) const
{
    const QVariant level = value(row, "alertLevel");
    return level.isValid() ? level.toInt() : -1;
}

Fence FenceTable::read(int row) const
{
    Fence fence;
    fence.row = row;
    fence.name = value(row, "name").toString();
    fence.level = levelAt(row);
    const QList<QPointF> points = worldOf(value(row, "outline"));
    if (points.isEmpty())
        return fence;
    const double metres = mercator::metresPerUnit(points.first().y());
    switch (value(row, "fenceShape").toInt()) {
    case Circle:
        if (const double radius = value(row, "radiusM").toDouble(); radius > 0)
            fence.outline = circle(points.first(), radius / metres);
        break;
    case Polygon: {
        fence.outline = points;
        const QVariantList holes = value(row, "holes").toList();
        for (const QVariant &hole : holes)
            fence.holes.append(worldOf(hole, &points.first()));
        break;
    }
    case Line:
        fence.course = points;
        if (const double width = value(row, "widthM").toDouble(); width > 0)
            fence.outline = corridor(points, width / 2 / metres);
        break;
    default:
        break;
    }
    const QList<QPointF> &all = fence.outline.isEmpty() ? fence.course : fence.outline;
    if (all.isEmpty())
        return fence;
    const auto [left, right] = std::ranges::minmax_element(all, {}, &QPointF::x);
    const auto [top, bottom] = std::ranges::minmax_element(all, {}, &QPointF::y);
    fence.bounds = QRectF(QPointF(left->x(), top->y()), QPointF(right->x(), bottom->y()));
    fence.ring = withoutHoles(fence.outline, fence.holes);
    if (fence.ring.size() <= Fence::MostFilled)
        fence.filled = triangulate(fence.ring);
    return fence;
}

} // namespace tocsin::map
