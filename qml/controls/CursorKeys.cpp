// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/CursorKeys.h"

#include <QKeyEvent>

#include <algorithm>

namespace tocsin {

void CursorKeys::setTarget(QQuickItem *target)
{
    if (target == m_target)
        return;
    if (m_target)
        m_target->removeEventFilter(this);
    m_target = target;
    if (m_target)
        m_target->installEventFilter(this);
    Q_EMIT changed();
}

void CursorKeys::setCurrent(int row)
{
    if (row == m_current)
        return;
    m_current = row;
    Q_EMIT changed();
}

void CursorKeys::setCount(int count)
{
    if (count == m_count)
        return;
    m_count = count;
    Q_EMIT changed();
}

std::optional<int> CursorKeys::rowAfter(const QKeyEvent &event) const
{
    if ((event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != 0)
        return std::nullopt;
    const int last = std::max(0, m_count - 1);
    switch (event.key()) {
    case Qt::Key_J:
    case Qt::Key_Down:
        return std::min(m_current + 1, last);
    case Qt::Key_K:
    case Qt::Key_Up:
        return std::max(m_current - 1, 0);
    case Qt::Key_Home:
        return 0;
    case Qt::Key_End:
        return last;
    default:
        return std::nullopt;
    }
}

bool CursorKeys::eventFilter(QObject *watched, QEvent *event)
{
    const bool key = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (!key || watched != m_target || !m_target->hasActiveFocus())
        return QObject::eventFilter(watched, event);
    auto *press = static_cast<QKeyEvent *>(event);
    const std::optional<int> row = rowAfter(*press);
    if (!row)
        return QObject::eventFilter(watched, event);
    press->accept(); // an override that is accepted comes again as a key
    if (event->type() == QEvent::KeyPress && m_count > 0 && *row != m_current)
        Q_EMIT moved(*row, *row - m_current, press->modifiers().testFlag(Qt::ShiftModifier));
    return true;
}

} // namespace tocsin
