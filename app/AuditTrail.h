// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/AuditSpool.h"
#include "models/domain/Ports.h"

#include <QMap>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace tocsin {

/// Brings into the audit log what happens outside the desk: what commands beside the server left (AuditSpool), looked for every second, and
/// what is another in the configuration and the rules than at the last start. Main thread; started when the desk
/// runs, gone after it. Answers of the desk come back to this thread.
class AuditTrail : public QObject
{
    Q_OBJECT
public:
    /// What is in force, as text, by the name of the setting.
    using Facts = QMap<QString, QString>;

    AuditTrail(const QString &dataDirectory, DeskPort &desk, QObject *parent = nullptr);

    /// Compares with what was in force at the last start, notes each difference and remembers these. The first start notes nothing.
    void start(const Facts &inForce);
    /// Something else is in force from now on, and the log knows it already.
    void know(const QString &setting, const QString &value);
    /// Looks no more; what was asked may still be answered.
    void stop();

private:
    void look();
    void compare(const Facts &inForce);
    void remember(const Facts &inForce);
    void submit(const QString &id, const Actor &actor, const AuditRecord &record,
                const std::function<void(const Outcome &)> &answered);

    const AuditSpool m_spool;
    const QString m_knownFile;
    DeskPort &m_desk;
    QTimer m_timer;
    QSet<QString> m_asked; ///< ids that the desk has not answered yet
    Facts m_inForce;
    int m_differences = 0; ///< that are not in the log yet
};

} // namespace tocsin
