// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QHash>
#include <QObject>
#include <QPointF>
#include <QPointer>
#include <QString>

#include <functional>
#include <limits>
#include <vector>

namespace tocsin::map {

/// One marker as last read from the model. It glides from where it was seen to its newest fix.
struct Marker
{
    static constexpr double Unknown = std::numeric_limits<double>::quiet_NaN();

    QString id;
    QString name;
    QString detail;
    QPointF from; ///< world units
    QPointF to;
    double headingFrom = Unknown; ///< degrees true
    double heading = Unknown;
    double accuracyM = Unknown;
    qint64 fixMs = 0; ///< when `to` came
    int glideMs = 0;  ///< 0: already there
    int alertLevel = -1;
    int alertState = 0;
    bool stale = false;
    bool placed = false; ///< has a position

    [[nodiscard]] bool alerting() const { return placed && alertLevel >= 0 && alertState != 0; }
    [[nodiscard]] bool gliding(qint64 now) const { return glideMs > 0 && now < fixMs + glideMs; }
    [[nodiscard]] QPointF at(qint64 now) const;
    /// NaN when unknown.
    [[nodiscard]] double headingAt(qint64 now) const;
};

/// Mirrors an item model's rows as markers. GUI thread. Roles are found by name: deviceId, name, latitude, longitude,
/// heading, accuracyM, alertLevel, alertState, stale, hasPosition and the one that detailRole names; missing ones keep
/// their defaults. A changed row is read once, at the next refresh(), however often it was announced meanwhile.
class MarkerTable : public QObject
{
    Q_OBJECT
public:
    using Clock = std::function<qint64()>;
    static constexpr int MaxGlideMs = 1000;

    /// `clock` answers milliseconds that never go back.
    explicit MarkerTable(Clock clock, QObject *parent = nullptr);
    ~MarkerTable() override;

    [[nodiscard]] QAbstractItemModel *model() const { return m_model; }
    void setModel(QAbstractItemModel *model);
    [[nodiscard]] QString detailRole() const { return m_detailRole; }
    void setDetailRole(const QString &name);
    /// Off: markers jump to each fix.
    void setGlide(bool on) { m_glide = on; }

    /// Reads what changed since the last call. Answers true if anything did.
    bool refresh();
    [[nodiscard]] const std::vector<Marker> &markers() const { return m_markers; }
    /// -1 when there is none; after refresh().
    [[nodiscard]] int indexOf(const QString &id) const;
    /// Grows whenever a row came, went or changed its place in the order or its standing (alert, staleness, position
    /// known): what decides about grouping, apart from movement.
    [[nodiscard]] quint64 revision() const { return m_revision; }

Q_SIGNALS:
    void modelChanged();
    void countChanged();
    /// Something is waiting for refresh(); told once until then.
    void stale();

private:
    enum Field : quint8 { Id, Name, Detail, Latitude, Longitude, Heading, Accuracy, Level, State, Stale, HasPosition };
    static constexpr int FieldCount = HasPosition + 1;
    void findRoles();
    void rereadAll();
    void touch(int first, int last, quint32 fields);
    void onDataChanged(const QModelIndex &first, const QModelIndex &last, const QList<int> &roles);
    void onInserted(const QModelIndex &parent, int first, int last);
    void onRemoved(const QModelIndex &parent, int first, int last);
    void announce();
    void read(int row, quint32 fields, qint64 now);
    void moveTo(Marker &marker, QPointF world, double heading, qint64 now) const;

    Clock m_clock;
    QPointer<QAbstractItemModel> m_model;
    QString m_detailRole;
    int m_roles[FieldCount] = {};
    std::vector<Marker> m_markers;
    std::vector<quint32> m_dirty; ///< fields to read, per row
    std::vector<int> m_dirtyRows;
    mutable QHash<QString, int> m_index;
    mutable bool m_indexValid = false;
    quint64 m_revision = 0;
    bool m_glide = true;
    bool m_announced = false;
};

} // namespace tocsin::map
