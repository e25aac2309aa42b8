// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/link/RemoteLink.h"

namespace tocsin::test {

/// Options of a link that waits for nothing longer than a test wants to.
inline RemoteLink::Options quick()
{
    RemoteLink::Options options;
    options.client = QStringLiteral("test");
    options.delay = ReconnectDelay(std::chrono::milliseconds(20), std::chrono::milliseconds(100));
    options.handshake = std::chrono::seconds(2);
    return options;
}

/// What a link answered, by the question's number.
template<class Answer>
struct Answers : QHash<quint64, Answer>
{
    Answers(RemoteLink &link, void (RemoteLink::*answered)(quint64, const Answer &))
    {
        QObject::connect(&link, answered, &m_here,
                         [this](quint64 id, const Answer &answer) { this->insert(id, answer); });
    }

private:
    QObject m_here; ///< the connection ends with it
};

} // namespace tocsin::test
