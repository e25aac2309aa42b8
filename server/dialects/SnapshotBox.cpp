// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/SnapshotBox.h"

#include <utility>

namespace tocsin {

namespace {
constexpr auto freshFor = std::chrono::seconds(1);
} // namespace

SnapshotBox::SnapshotBox(AskDesk askDesk, std::function<TimePoint()> clock, QObject *parent)
    : QObject(parent)
    , m_askDesk(std::move(askDesk))
    , m_clock(std::move(clock))
{
}

void SnapshotBox::ask(QObject *context, Handler handler)
{
    m_waiting.push_back({context, std::move(handler)});
    if (m_asking)
        return;
    m_asking = true;
    if (m_held && m_clock() - m_heldAt < freshFor) {
        QMetaObject::invokeMethod(this, &SnapshotBox::serve, Qt::QueuedConnection);
        return;
    }
    m_askDesk(m_replies.expect<DeskSnapshot>([this](const DeskSnapshot &snapshot) { take(snapshot); }));
}

void SnapshotBox::take(const DeskSnapshot &snapshot)
{
    m_held = snapshot;
    m_heldAt = m_clock();
    serve();
}

void SnapshotBox::serve()
{
    m_asking = false;
    const DeskSnapshot snapshot = *m_held;
    for (const Waiting &one : std::exchange(m_waiting, {})) {
        if (one.context)
            one.handler(snapshot);
    }
}

} // namespace tocsin
