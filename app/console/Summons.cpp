// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/Summons.h"

#include <QApplication>
#include <QEvent>
#include <QGuiApplication>
#include <QIcon>
#include <QStyle>
#include <QSystemTrayIcon>

namespace tocsin {

namespace {
constexpr int shownForMs = 20'000;
}

Summons::Summons(Attention &attention, QWindow &window, QObject *parent)
    : QObject(parent)
    , m_attention(attention)
    , m_window(&window)
{
    connect(&attention, &Attention::called, this, &Summons::show);
    connect(&attention, &Attention::flashing, this, [this](bool flashes) {
        if (m_window)
            m_window->alert(flashes ? 0 : 1); // 0: until the operator comes
    });
    connect(&window, &QWindow::activeChanged, this, &Summons::look);
    connect(&window, &QWindow::visibilityChanged, this, &Summons::look);
    connect(qGuiApp, &QGuiApplication::applicationStateChanged, this, &Summons::look);
    window.installEventFilter(this);
    look();
}

Summons::~Summons() = default;

bool Summons::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Expose)
        QMetaObject::invokeMethod(this, &Summons::look, Qt::QueuedConnection); // once it has been handled
    return QObject::eventFilter(watched, event);
}

/// A window without the focus may be behind another one, and no platform tells reliably: it counts as not in sight.
void Summons::look()
{
    if (!m_window)
        return;
    const bool hidden = m_window->visibility() == QWindow::Hidden || m_window->visibility() == QWindow::Minimized;
    const bool active =
        QGuiApplication::focusWindow() != nullptr && QGuiApplication::applicationState() == Qt::ApplicationActive;
    m_attention.setInSight(!hidden && m_window->isExposed() && active);
}

void Summons::show(const Attention::Call &call)
{
    m_shown = call.alertId;
    if (!QSystemTrayIcon::isSystemTrayAvailable() || !QSystemTrayIcon::supportsMessages())
        return;
    if (!m_tray) {
        QIcon icon = QGuiApplication::windowIcon();
        if (icon.isNull())
            icon = QApplication::style()->standardIcon(QStyle::SP_MessageBoxWarning);
        m_tray = std::make_unique<QSystemTrayIcon>(icon);
        connect(m_tray.get(), &QSystemTrayIcon::messageClicked, this, &Summons::raise);
        connect(m_tray.get(), &QSystemTrayIcon::activated, this, &Summons::raise);
        m_tray->setToolTip(QGuiApplication::applicationDisplayName());
        m_tray->show();
    }
    m_tray->showMessage(call.title, call.text, call.urgent ? QSystemTrayIcon::Critical : QSystemTrayIcon::Information,
                        shownForMs);
}

void Summons::raise()
{
    if (!m_window)
        return;
    m_window->show();
    m_window->raise();
    m_window->requestActivate();
    if (!m_shown.isEmpty())
        Q_EMIT picked(m_shown);
}

} // namespace tocsin
