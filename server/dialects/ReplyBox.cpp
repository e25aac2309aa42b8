// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/ReplyBox.h"

namespace tocsin {

ReplyBox::ReplyBox(QObject *parent) : QObject(parent), m_home(std::make_shared<Home>())
{
    m_home->box = this;
}

ReplyBox::~ReplyBox()
{
    const std::scoped_lock lock(m_home->mutex);
    m_home->box = nullptr;
}

quint64 ReplyBox::keep(const std::function<void(const std::any &)> &handler)
{
    m_waiting.insert(++m_lastTicket, handler);
    return m_lastTicket;
}

void ReplyBox::deliver(const std::shared_ptr<Home> &home, quint64 ticket, std::any answer)
{
    // The lock keeps the box alive until the call is posted; what is posted dies with the box.
    const std::scoped_lock lock(home->mutex);
    if (ReplyBox *box = home->box) {
        QMetaObject::invokeMethod(
            box, [box, ticket, answer = std::move(answer)] { box->open(ticket, answer); }, Qt::QueuedConnection);
    }
}

void ReplyBox::open(quint64 ticket, const std::any &answer)
{
    const auto handler = m_waiting.take(ticket);
    if (handler)
        handler(answer);
}

} // namespace tocsin
