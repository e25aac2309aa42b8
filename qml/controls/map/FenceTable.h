// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QList>
#include <QObject>
#include <QPointF>
#include <QPointer>
#include <QRectF>
#include <QString>

#include <vector>

namespace tocsin::map {

/// One place on the ground as last read from the model, in world units. Rings are not closed.
struct Fence
{
    QString name;
    QList<QPointF> outline;      ///< of what has an inside; a circle's and a corridor's are made of many points
    QList<QList<QPointF>> holes; ///< in the outline
    QList<QPointF> course;       ///< of a line; it alone when the line has no inside
    QList<QPointF> ring;         ///< the outline with ways cut to its holes
    std::vector<quint32> filled; ///< triangles of the ring; none when it has more than MostFilled corners
    QRectF bounds;
    int row = 0;    ///< in the model
    int level = -1; ///< of the alert that is about it, as markers have it; −1: none

    /// Cutting an outline into triangles takes the square of its corners.
    static constexpr qsizetype MostFilled = 3'000;
};

/// Mirrors an item model's rows as places. GUI thread. Roles are found by name: name, fenceShape (0 circle, 1 polygon, 2 line), outline (points, x
/// longitude, y latitude), holes (a list of such), radiusM, widthM, alertLevel. They are few and seldom change: when more than levels
/// did, all are read at the next refresh(). Rows that make no place (a circle without a radius, a line of one point) are passed over.
class FenceTable : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] QAbstractItemModel *model() const { return m_model; }
    void setModel(QAbstractItemModel *model);

    /// Reads what changed since the last call. Answers true if anything did.
    bool refresh();
    [[nodiscard]] const std::vector<Fence> &fences() const { return m_fences; }
    [[nodiscard]] int count() const { return m_model ? m_model->rowCount() : 0; }

Q_SIGNALS:
    void modelChanged();
    void countChanged();
    /// Something is waiting for refresh().
    void stale();

private:
    void announce();
    void onDataChanged(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles);
    [[nodiscard]] QVariant value(int row, const char *role) const;
    [[nodiscard]] int levelAt(int row) const;
    [[nodiscard]] Fence read(int row) const;

    QPointer<QAbstractItemModel> m_model;
    std::vector<Fence> m_fences;
    bool m_stale = false;
    bool m_levelsStale = false;
};

/// The line's sides, `half` world units away from it, with round ends and corners: the outline of a corridor.
[[nodiscard]] QList<QPointF> corridor(const QList<QPointF> &course, double half);
/// The outline with ways cut to its holes, so that one ring without holes encloses the same.
[[nodiscard]] QList<QPointF> withoutHoles(const QList<QPointF> &outline, const QList<QList<QPointF>> &holes);

} // namespace tocsin::map
