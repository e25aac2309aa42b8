// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"

#include <QHash>
#include <QObject>

namespace tocsin {

/// Decides when the operating system has to call the operator to a console that is not in sight: for what is critical and above and
/// has just begun to wait, once per occurrence and level. GUI thread; the application shows what it says (app/console/Summons).
class Attention : public QObject
{
    Q_OBJECT
public:
    struct Call
    {
        QString title; ///< "EMERGENCY: Dana R."
        QString text;  ///< "Engine overheating – 118 °C, limit 115 °C"
        bool urgent = false;
        QString alertId; ///< for who clicks; may be empty
    };

    explicit Attention(DeskLink &link, QObject *parent = nullptr);

    /// Whether the operator can see the console: its window is active, or at least shown and uncovered.
    void setInSight(bool inSight);
    [[nodiscard]] bool inSight() const { return m_inSight; }
    /// What a server asks to be shown on the desktop. Shown whether the console is in sight or not.
    void tell(const DesktopNotice &notice);

Q_SIGNALS:
    void called(const tocsin::Attention::Call &call); ///< show a notification
    void flashing(bool flashes);                      ///< of the task bar's entry
private:
    struct Known
    {
        int occurrence = 0;
        int level = 0;
        bool waiting = false;
    };
    void reset(const QList<Alert> &alerts);
    void see(const Alert &alert);
    void refresh();

    QHash<QString, Known> m_known; ///< open alerts
    bool m_inSight = true;
    bool m_pictured = false;
    bool m_missed = false; ///< an alert came while it was not in sight
    bool m_told = false;   ///< so did something urgent that a server told
    bool m_flashing = false;
};

} // namespace tocsin
