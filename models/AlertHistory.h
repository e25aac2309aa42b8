// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertListModel.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// The closed alerts: those that closed while the console ran, and page by page those of the desk's archive, at most 20,000. GUI thread;
/// owned by AlertDesk.
class AlertHistory : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.alertDesk")
    Q_PROPERTY(bool loading READ loading NOTIFY changed FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL) ///< why the last page did not come; a sentence
    Q_PROPERTY(bool complete READ complete NOTIFY changed FINAL) ///< the archive has no older ones, or there is no room
    Q_PROPERTY(bool started READ started NOTIFY changed FINAL)   ///< a page was asked for
public:
    static constexpr int MaxRows = 20'000;
    static constexpr int PageRows = 200;

    AlertHistory(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] AlertListModel &list() { return m_list; }
    [[nodiscard]] bool loading() const { return m_asked.has_value(); }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] bool complete() const { return m_complete; }
    [[nodiscard]] bool started() const { return m_started; }

    /// Asks for the next page, unless one is under way or there is none.
    Q_INVOKABLE void more();
    /// A fact from the desk: closed ones join, those opened again leave.
    void take(const Alert &alert, TimePoint now);
    void reset(const QList<Alert> &alerts, TimePoint now);

Q_SIGNALS:
    void changed();

private:
    void takePage(quint64 queryId, const AlertsResult &result);

    DeskLink &m_link;
    ModelClock m_clock;
    AlertListModel m_list;
    std::optional<quint64> m_asked;
    QString m_oldest; ///< the last id of the last page
    QString m_problem;
    bool m_complete = false;
    bool m_started = false;
};

} // namespace tocsin
