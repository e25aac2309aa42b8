// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/ViewGuide.h"

namespace tocsin::map {

void ViewGuide::userMoved()
{
    m_locked = true;
    // The marker may be out of sight by now; asking for it again must show it, not leave it.
    m_shown.clear();
}

void ViewGuide::follow(const QString &id)
{
    if (id == m_followed)
        return;
    m_followed = id;
    if (!id.isEmpty())
        m_locked = false;
}

void ViewGuide::release()
{
    m_locked = false;
}

View ViewGuide::show(const QString &id, const View &here, const View &there)
{
    if (id == m_shown && canGoBack())
        return *goBack();
    m_past.append(here);
    if (m_past.size() > MaxPast)
        m_past.removeFirst();
    m_shown = id;
    // Otherwise following another marker would take the view away at its next fix.
    if (!m_followed.isEmpty() && m_followed != id)
        m_locked = true;
    return there;
}

std::optional<View> ViewGuide::goBack()
{
    m_shown.clear();
    if (m_past.isEmpty())
        return std::nullopt;
    const View view = m_past.takeLast();
    // The operator chose this view before; following must not take it away at once.
    if (!m_followed.isEmpty())
        m_locked = true;
    return view;
}

} // namespace tocsin::map
