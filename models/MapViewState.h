// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/FenceListModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Who may move the map, and which places on the ground it shows. The view never moves under the operator's hand: a pan or zoom locks it, one key releases it.
/// Following the selected device moves it only while it is not locked. GUI thread; owned by Console.
class MapViewState : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.mapView")
    Q_PROPERTY(bool locked READ locked NOTIFY changed FINAL)
    Q_PROPERTY(bool following READ following WRITE setFollowing NOTIFY changed FINAL)
    /// True: keep the selected device in the middle now.
    Q_PROPERTY(bool centering READ centering NOTIFY changed FINAL)
    /// "View locked by you · L release", "Following Unit 07 · F stop", or empty.
    Q_PROPERTY(QString statusText READ statusText NOTIFY changed FINAL)
    /// Geofences are drawn; on every map, until it is said otherwise.
    Q_PROPERTY(bool fencesShown READ fencesShown NOTIFY fencesShownChanged FINAL)
    Q_PROPERTY(tocsin::FenceListModel *fences READ fences CONSTANT FINAL)
public:
    explicit MapViewState(QObject *parent = nullptr);
    [[nodiscard]] bool locked() const { return m_locked; }
    [[nodiscard]] bool following() const { return m_following; }
    void setFollowing(bool following);
    [[nodiscard]] bool centering() const { return m_following && !m_locked; }
    [[nodiscard]] QString statusText() const;
    [[nodiscard]] bool fencesShown() const { return m_fencesShown; }
    [[nodiscard]] FenceListModel *fences() const { return m_fences; }

    Q_INVOKABLE void lock();    ///< the operator panned or zoomed
    Q_INVOKABLE void release(); ///< `L`
    Q_INVOKABLE void toggleFollow();
    Q_INVOKABLE void toggleFences();         ///< `G`
    void setTargetName(const QString &name); ///< of the selected device; empty: none

Q_SIGNALS:
    void changed();
    void fencesShownChanged();

private:
    FenceListModel *m_fences;
    bool m_locked = false;
    bool m_following = false;
    bool m_fencesShown = true;
    QString m_target;
};

} // namespace tocsin
