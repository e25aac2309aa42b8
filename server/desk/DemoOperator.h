// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QHash>
#include <QList>

#include <optional>
#include <random>

namespace tocsin {

/// The demo's own operator, "M. Ortiz": acknowledges simulated alerts some time after they are raised and answers
/// simulated phones, so that a demo lives without anybody at the desk. Plain value logic: fed with events, it
/// answers with requests; time is an argument, chance is seeded.
///
/// Never touches what is not simulated; never an emergency within its first minute; silent in a conversation
/// in which another operator wrote in the last two minutes.
class DemoOperator
{
public:
    explicit DemoOperator(quint32 seed);

    void begin(const DeskSnapshot &snapshot, TimePoint now);
    void see(const QList<Event> &events, TimePoint now);
    /// What is due, in order.
    [[nodiscard]] QList<Request> tick(TimePoint now);

    [[nodiscard]] static Actor self();

private:
    struct Task ///< an alert to acknowledge, or to reset
    {
        TimePoint due;
        int occurrence = 0;
        AlertLevel level = AlertLevel::Info;
        bool reset = false;
    };
    struct Talk ///< a conversation with a simulated phone
    {
        std::optional<TimePoint> due;
        QString question;
        std::optional<TimePoint> otherOperator; ///< when one last wrote
        bool real = false;                      ///< somebody real wrote as the user: hands off for good
        int answers = 0;
    };
    void consider(const Alert &alert, TimePoint now);
    void consider(const ChatMessage &message, TimePoint now);
    [[nodiscard]] Duration between(int leastS, int mostS);
    [[nodiscard]] QString answerTo(const Talk &talk);
    [[nodiscard]] QString nextId();

    std::mt19937 m_chance;
    QHash<QString, Task> m_tasks;
    QHash<QString, Talk> m_talks;
    QHash<QString, QString> m_panics; ///< simulated users in need, by user: the alert
    quint64 m_lastId = 0;
};

} // namespace tocsin
