// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <span>
#include <vector>

namespace tocsin::map {

/// Cuts a polygon without holes into triangles by clipping ears; answers three indices per triangle. The outline may
/// turn either way and need not repeat its first point. An outline that crosses itself still gives triangles, only
/// not those one would wish for. Time grows with the square of the number of points: meant for some hundreds.
[[nodiscard]] std::vector<quint32> triangulate(std::span<const QPointF> outline);

} // namespace tocsin::map
