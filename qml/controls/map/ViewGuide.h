// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/controls/map/MapCamera.h"

#include <QString>

#include <optional>

namespace tocsin::map {

/// Decides who may move the view. The rule: it never moves under the operator's hand. Panning or zooming locks it;
/// following then waits until it is released; a jump to a marker remembers where one came from, and asking for
/// the same marker again goes back there. Plain value logic without pixels or clocks, any thread.
class ViewGuide
{
public:
    /// Views remembered at most; the oldest is forgotten.
    static constexpr int MaxPast = 16;

    [[nodiscard]] bool isLocked() const { return m_locked; }
    [[nodiscard]] bool canGoBack() const { return !m_past.isEmpty(); }
    [[nodiscard]] QString followed() const { return m_followed; }
    [[nodiscard]] QString shown() const { return m_shown; }

    /// A button is down or a finger rests on the map: nothing moves by itself meanwhile.
    void setHandDown(bool down) { m_handDown = down; }
    /// The operator panned or zoomed.
    void userMoved();
    /// Following starts, changes or (empty) ends. Starting releases the lock: the operator just asked for it.
    void follow(const QString &id);
    /// Gives the view back to whatever moves it.
    void release();
    /// True when the view should be centred on followed() now.
    [[nodiscard]] bool mayFollow() const { return !m_locked && !m_handDown && !m_followed.isEmpty(); }

    /// The operator asks for a marker that `there` would show. Answers the view to take: `there`, or the one
    /// before if this marker is already being shown.
    [[nodiscard]] View show(const QString &id, const View &here, const View &there);
    /// The view to return to, or nothing if none is remembered.
    [[nodiscard]] std::optional<View> goBack();

private:
    QString m_followed;
    QString m_shown;
    QList<View> m_past;
    bool m_locked = false;
    bool m_handDown = false;
};

} // namespace tocsin::map
