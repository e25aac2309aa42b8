// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QQuickItem>
#include <QtQml/qqmlregistration.h>

#include <optional>

class QKeyEvent;

namespace tocsin {

/// The keys that move the cursor of a list: J or Down, K or Up, Home, End, each also with Shift. While `target` has the keyboard they are the list's own,
/// whatever shortcuts the window has for them; without it they are not. Which row that is, is up to whoever listens to moved(). GUI thread.
class CursorKeys : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQuickItem *target READ target WRITE setTarget NOTIFY changed FINAL) ///< the list
    Q_PROPERTY(int current READ current WRITE setCurrent NOTIFY changed FINAL)      ///< row of the cursor; −1: none
    Q_PROPERTY(int count READ count WRITE setCount NOTIFY changed FINAL)            ///< rows
public:
    using QObject::QObject;

    [[nodiscard]] QQuickItem *target() const { return m_target; }
    void setTarget(QQuickItem *target);
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int row);
    [[nodiscard]] int count() const { return m_count; }
    void setCount(int count);

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    void changed();
    /// To `row`, which is another one and there is: `rows` away. `extend`: with Shift.
    void moved(int row, int rows, bool extend);

private:
    /// Where the key leads, within the list; nothing: it moves no cursor.
    [[nodiscard]] std::optional<int> rowAfter(const QKeyEvent &event) const;

    QPointer<QQuickItem> m_target;
    int m_current = -1;
    int m_count = 0;
};

} // namespace tocsin
