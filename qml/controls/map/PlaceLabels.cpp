// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/PlaceLabels.h"

#include "qml/controls/map/MapPalette.h"
#include "qml/controls/map/MarkerScene.h"
#include "qml/controls/map/Mercator.h"

#include <QSet>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tocsin::map {

namespace {

using Style = LabelAtlas::Style;

constexpr double OverlayFrom = 10; ///< zoom
constexpr double CountriesUpTo = 8;
constexpr double SmallestNamed = 48; ///< pixels across

/// Opacity of something that appears around this zoom.
double appearing(double zoom, double from)
{
    return std::clamp((zoom - from) / 0.15, 0.0, 1.0);
}

QPointF middleOf(const QList<QPointF> &outline)
{
    double area = 0;
    QPointF sum;
    const QPointF origin = outline.first();
    for (qsizetype i = 0; i < outline.size(); ++i) {
        const QPointF a = outline[i] - origin;
        const QPointF b = outline[(i + 1) % outline.size()] - origin;
        const double part = a.x() * b.y() - b.x() * a.y();
        area += part;
        sum += (a + b) * part;
    }
    return area == 0 ? origin : origin + sum / (3 * area);
}

/// A line with the way to each of its points.
struct Path
{
    explicit Path(const QList<QPointF> &line) : points(line)
    {
        double way = 0;
        for (qsizetype i = 0; i < line.size(); ++i) {
            if (i > 0)
                way += std::hypot(line[i].x() - line[i - 1].x(), line[i].y() - line[i - 1].y());
            ways.append(way);
        }
    }

    [[nodiscard]] double length() const { return ways.last(); }

    [[nodiscard]] QPointF at(double way) const
    {
        const auto next = std::ranges::lower_bound(ways, way);
        const qsizetype i = std::clamp<qsizetype>(next - ways.begin(), 1, points.size() - 1);
        const double part = ways[i] > ways[i - 1] ? (way - ways[i - 1]) / (ways[i] - ways[i - 1]) : 0;
        return points[i - 1] + (points[i] - points[i - 1]) * std::clamp(part, 0.0, 1.0);
    }

    const QList<QPointF> &points;
    QList<double> ways;
};

} // namespace

PlaceLabels::PlaceLabels(const MapCamera &camera, const MapPalette &palette, Scene &scene, LabelPlacer &placer,
                         LabelAtlas &atlas)
    : m_camera(camera)
    , m_palette(palette)
    , m_scene(scene)
    , m_placer(placer)
    , m_atlas(atlas)
{
    const double beyond = MarkerScene::Beyond / camera.scale();
    m_sight = camera.visibleWorld().adjusted(-beyond, -beyond, beyond, beyond);
}

QPointF PlaceLabels::nearest(QPointF world) const
{
    return {mercator::nearestCopy(world.x(), m_camera.center().x()), world.y()};
}

bool PlaceLabels::addCentered(QPointF world, const QString &text, Style style, const QColor &color, double opacity)
{
    const QPointF at = nearest(world);
    if (opacity <= 0 || !inSight(at))
        return false;
    const QSizeF size = m_atlas.measure(text, style);
    if (size.isEmpty() || !m_placer.placeCentered(m_camera.toScreen(at), size + QSizeF(12, 6)))
        return false;
    const LabelAtlas::Label *label = m_atlas.find(text, style);
    if (label == nullptr)
        return false;
    const QPointF beside(-std::round(label->text.width() / 2), -std::round(label->text.height() / 2));
    m_scene.add(m_scene.places, at, beside, *label, ink(color, opacity));
    return true;
}

void PlaceLabels::add(const CityOverlay &overlay)
{
    const double zoom = m_camera.zoom();
    const QColor text = m_palette.placeText();
    if (zoom < OverlayFrom) {
        addCentered(overlay.center, overlay.name, Style::City, m_palette.labelText(), appearing(zoom, 4));
        return;
    }
    QList<CityOverlay::Place> places = overlay.places;
    std::ranges::stable_sort(places, {}, &CityOverlay::Place::rank);
    QSet<QString> named;
    for (const CityOverlay::Place &place : std::as_const(places)) {
        named.insert(place.name);
        if (place.rank == 1) {
            // The city's own name gives way to its districts as one comes closer.
            const double opacity = 1 - std::clamp((zoom - 13.2) / 0.4, 0.0, 1.0);
            addCentered(place.world, place.name, Style::PlaceStrong, m_palette.labelText(), opacity);
        } else {
            const double from = 11.6 + 0.9 * (place.rank - 2);
            addCentered(place.world, place.name, Style::Place, text, appearing(zoom, from));
        }
    }
    for (const CityOverlay::Area &area : overlay.areas) {
        if (area.name.isEmpty())
            continue;
        if (area.kind == CityOverlay::AreaKind::Zone)
            addZone(area);
        else if (!named.contains(area.name))
            addCentered(middleOf(area.points), area.name, Style::Place, text, appearing(zoom, 14.2));
    }
    for (const auto kind :
         {CityOverlay::StreetClass::Motorway, CityOverlay::StreetClass::Major, CityOverlay::StreetClass::Minor}) {
        const double from = kind == CityOverlay::StreetClass::Minor ? 15.6 : 14.3;
        if (zoom < from)
            continue;
        for (const CityOverlay::Street &street : overlay.streets) {
            if (street.kind == kind && !street.name.isEmpty())
                addStreet(street);
        }
    }
}

/// Those that an alert is about have the room first.
void PlaceLabels::add(std::span<const Fence> fences)
{
    for (const bool alerting : {true, false}) {
        for (const Fence &fence : fences) {
            if ((fence.level >= 0) == alerting)
                addFence(fence);
        }
    }
}

/// Whether the corners of some room on the screen lie within the outline.
bool PlaceLabels::holds(const Fence &fence, const QRectF &room) const
{
    const auto inside = [&](QPointF screen) {
        QPointF at = m_camera.toWorld(screen);
        at.setX(mercator::nearestCopy(at.x(), fence.bounds.center().x()));
        bool odd = false;
        for (qsizetype i = 0; i < fence.ring.size(); ++i) {
            const QPointF a = fence.ring.at(i);
            const QPointF b = fence.ring.at((i + 1) % fence.ring.size());
            if ((a.y() > at.y()) != (b.y() > at.y()) &&
                at.x() < a.x() + (b.x() - a.x()) * (at.y() - a.y()) / (b.y() - a.y()))
                odd = !odd;
        }
        return odd;
    };
    return inside(room.topLeft()) && inside(room.topRight()) && inside(room.bottomLeft()) && inside(room.bottomRight());
}

/// Inside, below its northernmost corner, or where else there is room; a small one goes without, unless an alert is about it. Then the level's
/// shape stands before the name.
void PlaceLabels::addFence(const Fence &fence)
{
    const bool alerting = fence.level >= 0;
    const double reach = std::max(fence.bounds.width(), fence.bounds.height()) * m_camera.scale();
    const QSizeF text = m_atlas.measure(fence.name, Style::Detail);
    if (text.isEmpty() || (!alerting && reach < SmallestNamed))
        return;
    const double sign = alerting ? 16 : 0;
    const QSizeF size(text.width() + sign, text.height());
    QList<QPointF> middles; // of the name, pixels on the screen
    QPointF anchor;
    if (fence.outline.isEmpty()) {
        const Path path(fence.course);
        anchor = nearest(path.at(path.length() / 2));
        const QPointF at = m_camera.toScreen(anchor);
        for (const double side : {1.0, -1.0})
            middles.append(at + QPointF(side * (size.width() / 2 + 10), 0));
        middles.append(at - QPointF(0, size.height()));
    } else {
        anchor = nearest(*std::ranges::min_element(fence.outline, {}, &QPointF::y));
        const QPointF at = m_camera.toScreen(anchor);
        const QPointF below = at + QPointF(0, size.height() / 2 + 6);
        if (holds(fence, QRectF(below - QPointF(size.width(), size.height()) / 2, size)))
            middles.append(below);
        middles.append(at - QPointF(0, size.height() / 2 + 5));
        middles.append(below);
    }
    if (!inSight(anchor))
        return;
    const auto free = std::ranges::find_if(
        middles, [&](QPointF middle) { return m_placer.placeCentered(middle, size + QSizeF(8, 4)); });
    if (free == middles.end())
        return;
    const LabelAtlas::Label *label = m_atlas.find(fence.name, Style::Detail);
    if (label == nullptr)
        return;
    const QPointF from = *free - m_camera.toScreen(anchor) - QPointF(size.width() / 2, 0);
    if (alerting) {
        Symbol symbol{.radius = 5.5, .beside = from + QPointF(6, 0), .halo = 1.6};
        symbol.shape = stateShape(fence.level);
        symbol.fill = ink(m_palette.levelColor(fence.level));
        m_scene.add(anchor, symbol);
    }
    const QPointF beside(std::round(from.x() + sign), std::round(from.y() - text.height() / 2));
    m_scene.add(m_scene.places, anchor, beside, *label, ink(alerting ? m_palette.labelText() : m_palette.fence()));
}

void PlaceLabels::addZone(const CityOverlay::Area &area)
{
    if (m_camera.zoom() < 12.8)
        return;
    const auto corner = std::ranges::min_element(area.points, {}, [](QPointF p) { return p.x() + p.y(); });
    const QPointF at = nearest(*corner);
    if (!inSight(at))
        return;
    const QPointF beside(10, 7);
    const QRectF room(m_camera.toScreen(at) + beside, m_atlas.measure(area.name, Style::Detail));
    if (!m_placer.isFree(room))
        return;
    m_placer.block(room);
    if (const LabelAtlas::Label *label = m_atlas.find(area.name, Style::Detail))
        m_scene.add(m_scene.places, at, beside, *label, ink(m_palette.zone(), appearing(m_camera.zoom(), 12.8)));
}

void PlaceLabels::addStreet(const CityOverlay::Street &street)
{
    const double scale = m_camera.scale();
    const Path path(street.points);
    const double length = path.length() * scale;
    if (length < 60 || std::ranges::none_of(street.points, [this](QPointF p) { return inSight(nearest(p)); }))
        return;
    const QSizeF text = m_atlas.measure(street.name, Style::Street);
    if (length < text.width() * 1.25)
        return;
    const double half = text.width() / 2 / scale;
    const int times = std::max(1, int(length / 700));
    for (int i = 0; i < times; ++i) {
        const double middle = path.length() * (i + 0.5) / times;
        const QPointF at = nearest(path.at(middle));
        if (!inSight(at))
            continue;
        const QPointF chord = path.at(middle + half) - path.at(middle - half);
        const double reach = std::hypot(chord.x(), chord.y());
        if (reach < 2 * half * 0.985) // the street bends too much below the name
            continue;
        double angle = std::atan2(chord.y(), chord.x());
        if (std::abs(angle) > std::numbers::pi / 2)
            angle -= std::copysign(std::numbers::pi, angle);
        const double c = std::abs(std::cos(angle));
        const double s = std::abs(std::sin(angle));
        const QSizeF box(text.width() * c + text.height() * s, text.width() * s + text.height() * c);
        if (!m_placer.placeCentered(m_camera.toScreen(at), box))
            continue;
        if (const LabelAtlas::Label *label = m_atlas.find(street.name, Style::Street)) {
            m_scene.add(m_scene.places, at, {-text.width() / 2, -text.height() / 2}, *label, ink(m_palette.placeText()),
                        angle);
        }
    }
}

void PlaceLabels::add(const BaseMap &map)
{
    const double zoom = m_camera.zoom();
    for (const BasePlace &place : map.places()) {
        if (place.minZoom > zoom)
            break; // they are sorted
        const double opacity = appearing(zoom, place.minZoom - 0.01);
        if (place.kind == BasePlace::Kind::Country) {
            if (zoom < CountriesUpTo)
                addCentered(place.world, place.name, Style::Country, m_palette.placeText(), opacity * 0.85);
            continue;
        }
        const QPointF at = nearest(place.world);
        if (!inSight(at))
            continue;
        const QPointF screen = m_camera.toScreen(at);
        const auto placement = m_placer.place(screen, 7, m_atlas.measure(place.name, Style::City));
        if (!placement)
            continue;
        m_placer.block({screen.x() - 4, screen.y() - 4, 8, 8});
        m_scene.add(at, {.radius = 2.4, .halo = 1.4, .fill = ink(m_palette.placeText(), opacity)});
        const QPointF beside(std::round(placement->topLeft.x() - screen.x()),
                             std::round(placement->topLeft.y() - screen.y()));
        if (const LabelAtlas::Label *label = m_atlas.find(place.name, Style::City))
            m_scene.add(m_scene.places, at, beside, *label, ink(m_palette.placeText(), opacity));
    }
}

} // namespace tocsin::map
