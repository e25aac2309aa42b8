// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/MapViewState.h"

namespace tocsin {

MapViewState::MapViewState(QObject *parent) : QObject(parent), m_fences(new FenceListModel(this))
{
}

QString MapViewState::statusText() const
{
    if (m_locked)
        return tr("View locked by you · L release");
    if (!m_following)
        return {};
    return m_target.isEmpty() ? tr("Following · F stop") : tr("Following %1 · F stop").arg(m_target);
}

void MapViewState::setFollowing(bool following)
{
    if (following == m_following && !(following && m_locked))
        return;
    m_following = following;
    if (following)
        m_locked = false; // asking to follow is asking to let go
    Q_EMIT changed();
}

void MapViewState::lock()
{
    if (m_locked)
        return;
    m_locked = true;
    Q_EMIT changed();
}

void MapViewState::release()
{
    if (!m_locked)
        return;
    m_locked = false;
    Q_EMIT changed();
}

void MapViewState::toggleFollow()
{
    setFollowing(!centering());
}

void MapViewState::toggleFences()
{
    m_fencesShown = !m_fencesShown;
    Q_EMIT fencesShownChanged();
}

void MapViewState::setTargetName(const QString &name)
{
    if (name == m_target)
        return;
    m_target = name;
    Q_EMIT changed();
}

} // namespace tocsin
