// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/DemoShift.h"

#include <QPointer>

#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
const QString console = QStringLiteral("demo");
constexpr auto hearingEvery = 30s;
} // namespace

DemoShift::DemoShift(Desk &desk, quint32 seed, std::function<TimePoint()> clock, QObject *parent)
    : QObject(parent)
    , m_desk(desk)
    , m_operator(seed)
    , m_clock(std::move(clock))
{
}

void DemoShift::start()
{
    connect(&m_desk, &Desk::published, this, [this](const QList<Event> &events) {
        if (m_begun)
            m_operator.see(events, m_clock());
    });
    m_timer = new QTimer(this);
    connect(m_timer, &QTimer::timeout, this, &DemoShift::tick);
    m_timer->start(1s);
    // Same thread as the desk: no event can come between the snapshot and what follows it.
    m_desk.snapshot([self = QPointer<DemoShift>(this)](const DeskSnapshot &snapshot) {
        if (!self || !self->m_timer)
            return;
        self->m_operator.begin(snapshot, self->m_clock());
        self->m_begun = true;
    });
}

void DemoShift::stop()
{
    m_begun = false;
    disconnect(&m_desk, nullptr, this, nullptr);
    m_desk.hearing().leave(console);
    delete std::exchange(m_timer, nullptr);
}

void DemoShift::tick()
{
    const TimePoint now = m_clock();
    if (m_heardAt > now || now - m_heardAt >= hearingEvery) {
        m_heardAt = now;
        m_desk.hearing().report({console, DemoOperator::self().name, true, {}});
    }
    const QList<Request> requests = m_operator.tick(now);
    for (const Request &request : requests)
        m_desk.submit(request, {});
}

} // namespace tocsin
