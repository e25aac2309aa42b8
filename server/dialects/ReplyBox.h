// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>

#include <any>
#include <functional>
#include <memory>
#include <mutex>

namespace tocsin {

/// Brings the answers of other threads home. expect() keeps the handler here, on the thread that made the box, and
/// gives out a callback that carries a ticket alone: it may be called, copied and destroyed on any thread, before or after the box
/// is gone. Handlers run on the box's thread, never inside expect(), once; those still waiting when the box goes are dropped unrun.
class ReplyBox : public QObject
{
    Q_OBJECT
public:
    explicit ReplyBox(QObject *parent = nullptr);
    ~ReplyBox() override;

    template<class T>
    [[nodiscard]] std::function<void(const T &)> expect(std::function<void(const T &)> handler)
    {
        const quint64 ticket = keep([handler = std::move(handler)](const std::any &answer) {
            if (const T *value = std::any_cast<T>(&answer))
                handler(*value);
        });
        return [home = m_home, ticket](const T &answer) { deliver(home, ticket, std::any(answer)); };
    }
    [[nodiscard]] qsizetype waiting() const { return m_waiting.size(); }

private:
    /// What callbacks hold: where home is, as long as there is one.
    struct Home
    {
        std::mutex mutex;
        ReplyBox *box = nullptr;
    };
    quint64 keep(const std::function<void(const std::any &)> &handler);
    static void deliver(const std::shared_ptr<Home> &home, quint64 ticket, std::any answer);
    void open(quint64 ticket, const std::any &answer);

    std::shared_ptr<Home> m_home;
    quint64 m_lastTicket = 0;
    QHash<quint64, std::function<void(const std::any &)>> m_waiting;
};

} // namespace tocsin
