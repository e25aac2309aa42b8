// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/DeskLink.h"

namespace tocsin {

/// A desk that does what the test says: it starts with the scene, keeps every request, and answers none by itself
/// except for history. GUI thread.
class SceneLink : public DeskLink
{
    Q_OBJECT
public:
    struct Sent
    {
        QString id;
        RequestBody body;
    };

    using DeskLink::DeskLink;

    void start() override; ///< the whole scene
    void startEmpty();     ///< a desk that nobody has reported to
    void setState(State state);
    [[nodiscard]] State state() const override { return m_state; }
    [[nodiscard]] Actor self() const override;
    QString request(const RequestBody &body) override;
    quint64 requestHistory(const HistoryQuery &query) override;

    [[nodiscard]] const QList<Sent> &sent() const { return m_sent; }
    /// The requests of one kind, in order.
    template<class T>
    [[nodiscard]] QList<T> sentOf() const
    {
        QList<T> found;
        for (const Sent &one : m_sent) {
            if (const T *body = std::get_if<T>(&one.body))
                found.append(*body);
        }
        return found;
    }
    void refuseLast(const QString &code, const QString &message);
    void acknowledgeLast(); ///< the event and the reply to the last Acknowledge
    void tellLast();        ///< the event and the reply to the last SendChat
    void raiseOne();        ///< a new critical alert

private:
    State m_state = State::Connecting;
    QList<Sent> m_sent;
    qint64 m_seq = 100;
    quint64 m_query = 0;
};

} // namespace tocsin
