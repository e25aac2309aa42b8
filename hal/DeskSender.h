// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Inbox.h"
#include "models/domain/Ports.h"

#include <QHash>
#include <QString>

#include <memory>

namespace tocsin {

/// Brings an adapter's requests to the desk until they are taken: what was refused for the moment (overloaded,
/// storage failed) is asked again after a second, with the same id, so nothing is applied twice.
/// Lives on the adapter's thread; the desk's answers may come on any, also after this is gone.
/// Limit: 1,024 requests under way; beyond that a request is lost, with a warning.
class DeskSender
{
public:
    DeskSender(DeskPort &port, QString idPrefix);

    void send(Request request, TimePoint now);
    /// Takes the answers and asks again what is due. A few times a second.
    void poll(TimePoint now);
    [[nodiscard]] int underWay() const { return int(m_open.size()); }

private:
    struct Open
    {
        Request request;
        std::optional<TimePoint> askAgainAt;
    };
    struct Answer
    {
        QString id;
        Outcome outcome;
    };
    void submit(const Request &request);

    static constexpr int Limit = 1024;
    DeskPort &m_port;
    const QString m_prefix;
    qint64 m_count = 0;
    QHash<QString, Open> m_open;
    std::shared_ptr<Inbox<Answer>> m_answers;
};

} // namespace tocsin
