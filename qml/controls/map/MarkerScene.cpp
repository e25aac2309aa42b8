// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MarkerScene.h"

#include "qml/controls/map/MapPalette.h"
#include "qml/controls/map/Mercator.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin::map {

namespace {

enum Level { None = -1, Info, Warning, Critical, Emergency };
enum State { Normal, Unacknowledged, Acknowledged, Returned };

constexpr double IconRadius = 9;
constexpr int SelectedRank = 3;

/// Bubbles (0) and normal markers below, the selected one over them, then by the alert's weight; what waits for an
/// acknowledge lies over what has one. Nothing hides an emergency.
int rankOf(const Marker &marker, bool selected)
{
    if (!marker.alerting())
        return selected ? SelectedRank : marker.stale ? 1 : 2;
    return SelectedRank + 1 + marker.alertLevel * 2 + (marker.alertState == Unacknowledged ? 1 : 0);
}

bool isEmergency(const Marker &marker)
{
    return marker.alerting() && marker.alertLevel == Emergency;
}

} // namespace

QRectF MarkerScene::region(const MapCamera &camera) const
{
    const double beyond = Beyond / camera.scale();
    return camera.visibleWorld().adjusted(-beyond, -beyond, beyond, beyond);
}

bool MarkerScene::covers(const MapCamera &camera) const
{
    if (camera.zoom() != m_zoom)
        return false;
    QRectF visible = camera.visibleWorld();
    visible.moveLeft(mercator::nearestCopy(visible.center().x(), m_region.center().x()) - visible.width() / 2);
    return m_region.contains(visible);
}

void MarkerScene::collect(const MarkerInput &input)
{
    m_items.clear();
    m_prominent.clear();
    m_fastest = 0;
    m_pulses = false;
    const double middle = m_region.center().x();
    for (const int number : input.groups.singles) {
        const Marker &marker = input.markers[size_t(number)];
        if (!marker.placed)
            continue;
        QPointF world = marker.at(input.now);
        world.setX(mercator::nearestCopy(world.x(), middle));
        if (!m_region.contains(world))
            continue;
        m_items.push_back({world, number, rankOf(marker, number == input.selected), IconRadius});
        if (m_items.back().rank >= SelectedRank)
            m_prominent.push_back(world);
        if (marker.gliding(input.now)) {
            const QPointF way = marker.to - marker.from;
            m_fastest =
                std::max(m_fastest, std::hypot(way.x(), way.y()) * input.camera.scale() * 1000 / marker.glideMs);
        }
        m_pulses = m_pulses || (isEmergency(marker) && marker.alertState == Unacknowledged);
    }
    for (size_t i = 0; i < input.groups.clusters.size(); ++i) {
        const Cluster &group = input.groups.clusters[i];
        QPointF world(mercator::nearestCopy(group.center.x(), middle), group.center.y());
        if (!m_region.contains(world))
            continue;
        const double radius = std::min(22.0, 12 + 2.5 * std::log10(double(group.members.size())) * 1.6);
        world = beside(world, radius, input.camera.scale());
        m_items.push_back({world, int(i), 0, radius, true});
    }
    std::ranges::stable_sort(m_items, {}, &Item::rank);
}

QPointF MarkerScene::beside(QPointF world, double radius, double scale) const
{
    const double needed = (radius + 2 * IconRadius + 6) / scale;
    const QPointF *nearest = nullptr;
    double square = needed * needed;
    for (const QPointF &prominent : m_prominent) {
        const QPointF d = world - prominent;
        const double here = d.x() * d.x() + d.y() * d.y();
        if (here < square) {
            nearest = &prominent;
            square = here;
        }
    }
    if (nearest == nullptr)
        return world;
    const double distance = std::sqrt(square);
    const QPointF away = distance > 0 ? (world - *nearest) / distance : QPointF(0, 1);
    return *nearest + away * needed;
}

void MarkerScene::build(const MarkerInput &input, Scene &scene, LabelPlacer &placer, LabelAtlas &atlas)
{
    m_region = region(input.camera);
    m_zoom = input.camera.zoom();
    m_sides.resize(input.markers.size(), 0);
    collect(input);

    for (const Item &item : m_items) {
        if (!item.cluster && item.rank > 2)
            drawGround(input, item, scene);
    }
    for (const Item &item : m_items) {
        if (item.cluster)
            drawCluster(input, item, scene, atlas);
        else
            drawMarker(input, item, scene);
    }
    if (!input.showLabels)
        return;

    for (const Item &item : m_items) {
        const QPointF at = input.camera.toScreen(item.world);
        placer.block(QRectF(at.x() - item.radius, at.y() - item.radius, 2 * item.radius, 2 * item.radius));
    }
    // Selected and alerting first; of the rest first those that had a label, so that labels do not take turns.
    int left = MaxLabels;
    const auto urgent = [&](const Item &item) { return item.rank > 2 || item.number == input.hovered; };
    for (const Item &item : m_items) {
        if (!item.cluster && item.number == input.selected)
            placeLabel(input, item, scene, placer, atlas);
    }
    for (auto item = m_items.rbegin(); item != m_items.rend() && left > 0; ++item) {
        if (!item->cluster && urgent(*item) && item->number != input.selected) {
            placeLabel(input, *item, scene, placer, atlas);
            --left;
        }
    }
    std::vector<const Item *> later;
    for (const Item &item : m_items) {
        if (item.cluster || urgent(item))
            continue;
        if (m_sides[size_t(item.number)] == 0)
            later.push_back(&item);
        else if (left-- > 0)
            placeLabel(input, item, scene, placer, atlas);
        else
            m_sides[size_t(item.number)] = 0;
    }
    for (const Item *item : later) {
        if (left-- <= 0)
            break;
        placeLabel(input, *item, scene, placer, atlas);
    }
}

void MarkerScene::drawGround(const MarkerInput &input, const Item &item, Scene &scene) const
{
    const Marker &marker = input.markers[size_t(item.number)];
    const double metres = mercator::metresPerUnit(item.world.y());
    const double accuracy = marker.accuracyM > 0 ? marker.accuracyM / metres : 0;
    const double pixels = accuracy * input.camera.scale();
    if (isEmergency(marker)) {
        const QColor color = input.palette.emergency();
        Symbol circle{.shape = Symbol::DashedCircle, .stroke = 1.4};
        circle.radius = pixels > 26 ? 0 : 26;
        circle.worldRadius = pixels > 26 ? accuracy : 0;
        circle.pulse = marker.alertState == Unacknowledged ? 1 : 0;
        circle.fill = ink(color, 0.22);
        circle.line = ink(color, 0.9);
        scene.add(item.world, circle);
    } else if (pixels > 12) {
        const QColor color = marker.alerting() ? input.palette.levelColor(marker.alertLevel) : input.palette.accent();
        scene.add(
            item.world,
            {.radius = 0, .worldRadius = accuracy, .stroke = 1, .fill = ink(color, 0.08), .line = ink(color, 0.45)});
    }
    if (item.number == input.selected) {
        scene.add(item.world, {.radius = 20,
                               .stroke = 2,
                               .fill = ink(input.palette.accent(), 0.12),
                               .line = ink(input.palette.accent())});
    }
}

void MarkerScene::drawMarker(const MarkerInput &input, const Item &item, Scene &scene) const
{
    const Marker &marker = input.markers[size_t(item.number)];
    const MapPalette &palette = input.palette;
    const QColor alert = palette.levelColor(marker.alertLevel);
    if (isEmergency(marker)) {
        Symbol diamond{.shape = Symbol::Diamond, .radius = 9.5, .halo = 1.6};
        if (marker.alertState == Acknowledged) {
            diamond.stroke = 2.4;
            diamond.line = ink(alert);
            diamond.fill = ink(palette.halo());
        } else {
            diamond.fill = ink(alert);
        }
        scene.add(item.world, diamond);
        return;
    }
    const bool active = marker.alerting() && marker.alertState != Returned && marker.alertLevel > Info;
    const QColor color = active ? alert : marker.stale ? palette.markerStale() : palette.marker();
    const double heading = marker.headingAt(input.now);
    if (std::isnan(heading)) {
        scene.add(item.world,
                  {.radius = 6, .stroke = 2.2, .halo = 1.6, .fill = ink(palette.halo(), 0.7), .line = ink(color)});
    } else {
        scene.add(item.world,
                  {.shape = Symbol::Arrow, .radius = IconRadius, .turn = heading, .halo = 1.6, .fill = ink(color)});
    }
    if (marker.alerting())
        drawState(input, item, scene);
}

void MarkerScene::drawState(const MarkerInput &input, const Item &item, Scene &scene)
{
    const Marker &marker = input.markers[size_t(item.number)];
    const QColor color = input.palette.levelColor(marker.alertLevel);
    Symbol symbol{.radius = 5.5, .beside = {12, 10}, .halo = 1.6};
    symbol.shape = stateShape(marker.alertLevel);
    if (marker.alertLevel == Critical)
        symbol.radius = 6.5;
    if (marker.alertState == Acknowledged) {
        symbol.stroke = 1.8;
        symbol.line = ink(color);
        symbol.fill = ink(input.palette.halo());
    } else {
        symbol.fill = ink(color);
    }
    scene.add(item.world, symbol);
}

void MarkerScene::drawCluster(const MarkerInput &input, const Item &item, Scene &scene, LabelAtlas &atlas) const
{
    const Cluster &group = input.groups.clusters[size_t(item.number)];
    const bool silent = std::ranges::all_of(group.members, [&](int i) { return input.markers[size_t(i)].stale; });
    scene.add(item.world, {.radius = item.radius,
                           .stroke = 1.4,
                           .halo = 1.2,
                           .fill = ink(input.palette.clusterFill(), 0.94),
                           .line = ink(input.palette.clusterLine(), silent ? 0.5 : 1)});
    const qsizetype count = qsizetype(group.members.size());
    const QString text = count < 10'000 ? QString::number(count) : QStringLiteral("%1k").arg(count / 1000);
    if (const LabelAtlas::Label *label = atlas.find(text, LabelAtlas::Style::Count)) {
        const QColor color = silent ? input.palette.placeText() : input.palette.labelText();
        const QPointF beside(-std::round(label->text.width() / 2), -std::round(label->text.height() / 2));
        scene.add(scene.labels, item.world, beside, *label, ink(color));
    }
}

void MarkerScene::placeLabel(const MarkerInput &input, const Item &item, Scene &scene, LabelPlacer &placer,
                             LabelAtlas &atlas)
{
    const Marker &marker = input.markers[size_t(item.number)];
    quint8 &memory = m_sides[size_t(item.number)];
    const quint8 before = std::exchange(memory, quint8(0));
    const bool selected = item.number == input.selected;
    const bool emergency = isEmergency(marker);
    const auto style = emergency ? LabelAtlas::Style::MarkerStrong : LabelAtlas::Style::Marker;
    const QSizeF name = atlas.measure(marker.name, style);
    if (name.isEmpty())
        return;
    QSizeF detail;
    if (selected || emergency)
        detail = atlas.measure(marker.detail, LabelAtlas::Style::Detail);
    const QSizeF size(std::max(name.width(), detail.width()), name.height() + std::max(0.0, detail.height()));
    const double clearance = selected ? 25 : marker.alerting() ? 21 : 14;
    const QPointF at = input.camera.toScreen(item.world);
    const auto first = before > 0 ? LabelPlacer::Side(before - 1) : LabelPlacer::Right;
    const bool force = selected || emergency || item.number == input.hovered;
    const auto placement = placer.place(at, clearance, size, first, force);
    if (!placement)
        return;
    memory = quint8(1 + placement->side);

    const MapPalette &palette = input.palette;
    QColor color = marker.stale ? palette.placeText()
                   : selected   ? palette.labelText()
                                : mixed(palette.labelText(), palette.placeText(), 0.25);
    if (emergency)
        color = mixed(palette.labelText(), palette.emergency(), 0.25);
    const QPointF rounded(std::round(placement->topLeft.x() - at.x()), std::round(placement->topLeft.y() - at.y()));
    if (const LabelAtlas::Label *label = atlas.find(marker.name, style))
        scene.add(scene.labels, item.world, rounded, *label, ink(color));
    if (detail.isEmpty())
        return;
    if (const LabelAtlas::Label *label = atlas.find(marker.detail, LabelAtlas::Style::Detail)) {
        scene.add(scene.labels, item.world, rounded + QPointF(0, name.height()), *label,
                  ink(mixed(palette.labelText(), palette.placeText(), 0.5)));
    }
}

MarkerScene::Hit MarkerScene::hit(QPointF screen, const MapCamera &camera, double reach) const
{
    // Later items lie on top; among those within reach the nearest wins, a higher rank gaining some pixels.
    Hit best;
    double bestScore = 1e9;
    for (const Item &item : m_items) {
        const QPointF d = camera.toScreen(item.world) - screen;
        const double distance = std::hypot(d.x(), d.y());
        if (distance > item.radius + reach)
            continue;
        const double score = distance - std::min(item.rank, 10) * 0.6;
        if (score <= bestScore) {
            bestScore = score;
            best = item.cluster ? Hit{-1, item.number} : Hit{item.number, -1};
        }
    }
    return best;
}

} // namespace tocsin::map
