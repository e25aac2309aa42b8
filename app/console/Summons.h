// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Attention.h"

#include <QObject>
#include <QPointer>
#include <QWindow>

#include <memory>

QT_BEGIN_NAMESPACE
class QSystemTrayIcon;
QT_END_NAMESPACE

namespace tocsin {

/// Does what Attention decides: a notification of the operating system, and the flashing task-bar entry; tells it whether the window is in
/// sight. GUI thread. A desktop without a tray gets the flash alone.
class Summons : public QObject
{
    Q_OBJECT
public:
    Summons(Attention &attention, QWindow &window, QObject *parent = nullptr);
    ~Summons() override;

Q_SIGNALS:
    /// The operator clicked a notification: the window is up, show this.
    void picked(const QString &alertId);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void look();
    void show(const Attention::Call &call);
    void raise();

    Attention &m_attention;
    QPointer<QWindow> m_window;
    std::unique_ptr<QSystemTrayIcon> m_tray; ///< there from the first notification on
    QString m_shown;                         ///< the alert of the last notification
};

} // namespace tocsin
