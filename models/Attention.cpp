// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Attention.h"

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
constexpr qsizetype longestTitle = 120;
constexpr qsizetype longestText = 400;

bool callsFor(const Alert &alert)
{
    return isWaiting(alert) && alert.level >= AlertLevel::Critical;
}
} // namespace

Attention::Attention(DeskLink &link, QObject *parent) : QObject(parent)
{
    connect(&link, &DeskLink::snapshot, this, [this](const DeskSnapshot &snapshot) { reset(snapshot.alerts); });
    connect(&link, &DeskLink::noticed, this, &Attention::tell);
    connect(&link, &DeskLink::events, this, [this](const QList<Event> &events) {
        for (const Event &event : events) {
            if (const auto *change = std::get_if<AlertChange>(&event.body))
                see(change->alert);
        }
        refresh();
    });
}

/// What is in a picture of the desk was told before, or is older than this console. Only what is new calls.
void Attention::reset(const QList<Alert> &alerts)
{
    const bool first = !std::exchange(m_pictured, true);
    const QHash<QString, Known> before = std::exchange(m_known, {});
    for (const Alert &alert : alerts) {
        if (!isOpen(alert))
            continue;
        if (const auto known = before.constFind(alert.id); known != before.cend())
            m_known.insert(alert.id, *known);
        else if (first)
            m_known.insert(alert.id, {alert.occurrence, static_cast<int>(alert.level), callsFor(alert)});
        see(alert);
    }
    refresh();
}

void Attention::see(const Alert &alert)
{
    if (!isOpen(alert)) {
        m_known.remove(alert.id);
        return;
    }
    const Known before = m_known.value(alert.id);
    const Known now{alert.occurrence, static_cast<int>(alert.level), callsFor(alert)};
    m_known.insert(alert.id, now);
    const bool anew =
        now.waiting && (!before.waiting || now.occurrence != before.occurrence || now.level > before.level);
    if (!anew || m_inSight)
        return;
    m_missed = true;
    Call call;
    call.urgent = true;
    call.alertId = alert.id;
    const QString level = alert.level == AlertLevel::Emergency ? tr("EMERGENCY") : tr("Critical");
    call.title = tr("%1: %2").arg(level, alert.sourceName).left(longestTitle);
    const QString what = alert.title.isEmpty() ? alert.code : alert.title;
    call.text = (alert.message.isEmpty() ? what : tr("%1 – %2").arg(what, alert.message)).left(longestText);
    Q_EMIT called(call);
}

void Attention::setInSight(bool inSight)
{
    if (std::exchange(m_inSight, inSight) == inSight)
        return;
    if (inSight)
        m_missed = m_told = false;
    refresh();
}

void Attention::tell(const DesktopNotice &notice)
{
    const bool urgent = notice.level >= AlertLevel::Critical;
    Q_EMIT called({notice.title.left(longestTitle), notice.text.left(longestText), urgent, notice.alertId});
    m_told = m_told || (urgent && !m_inSight);
    refresh();
}

/// Flashes while something was missed; ends when the operator looks, or when nothing waits any more.
void Attention::refresh()
{
    const bool waits = std::any_of(m_known.cbegin(), m_known.cend(), [](const Known &known) { return known.waiting; });
    m_missed = m_missed && waits;
    if (const bool flashes = m_missed || m_told; flashes != m_flashing) {
        m_flashing = flashes;
        Q_EMIT flashing(flashes);
    }
}

} // namespace tocsin
