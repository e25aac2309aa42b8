// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/HearingWatch.h"

#include <QStringList>

#include <algorithm>

namespace tocsin {

namespace {
constexpr qsizetype reasonsTold = 5;
}

std::optional<HearingRule> hearingRuleFromString(QStringView text)
{
    if (text == QLatin1String("expected"))
        return HearingRule::Expected;
    if (text == QLatin1String("always"))
        return HearingRule::Always;
    if (text == QLatin1String("never"))
        return HearingRule::Never;
    return std::nullopt;
}

void HearingWatch::start(TimePoint now)
{
    m_startedAt = now;
    judge(now);
}

void HearingWatch::report(const HearingReport &report, TimePoint now)
{
    if (!m_consoles.contains(report.console) && m_consoles.size() >= m_limits.consoles)
        return;
    HearingReport said = report;
    said.why = report.heard ? QString() : report.why.left(HearingReport::longestWhy);
    m_consoles.insert(report.console, {said, now + m_limits.lease});
    m_expected = true;
    judge(now);
}

void HearingWatch::leave(const QString &console, TimePoint now)
{
    if (m_consoles.remove(console) > 0)
        judge(now);
}

void HearingWatch::tick(TimePoint now)
{
    m_consoles.removeIf([now, this](const auto &entry) {
        // Set back by more than a lease, the clock would keep it for ever.
        return entry.value().until <= now || entry.value().until > now + 2 * m_limits.lease;
    });
    judge(now);
}

void HearingWatch::judge(TimePoint now)
{
    m_audibility.consoles = static_cast<int>(m_consoles.size());
    m_audibility.heard = static_cast<int>(
        std::count_if(m_consoles.cbegin(), m_consoles.cend(), [](const Console &one) { return one.said.heard; }));
    const bool wanted = m_limits.rule == HearingRule::Always ? m_expected || now - m_startedAt >= m_limits.settle
                                                             : m_limits.rule == HearingRule::Expected && m_expected;
    m_audibility.nobodyHears = wanted && m_audibility.heard == 0;
    if (!m_audibility.nobodyHears)
        m_silentSince.reset();
    else if (!m_silentSince || *m_silentSince > now)
        m_silentSince = now;
}

bool HearingWatch::takeAlarm(TimePoint now)
{
    if (m_alarmed || !m_silentSince || now - *m_silentSince < m_limits.alarmAfter)
        return false;
    m_alarmed = true;
    return true;
}

std::optional<QString> HearingWatch::takeRelief()
{
    if (!m_alarmed || m_audibility.heard == 0)
        return std::nullopt;
    m_alarmed = false;
    const auto who =
        std::find_if(m_consoles.cbegin(), m_consoles.cend(), [](const Console &one) { return one.said.heard; });
    return who->said.person;
}

QString HearingWatch::reasons() const
{
    QStringList all;
    for (const Console &one : m_consoles) {
        if (!one.said.why.isEmpty())
            all.append(one.said.person + QLatin1String(": ") + one.said.why);
    }
    std::sort(all.begin(), all.end());
    const qsizetype more = all.size() - reasonsTold;
    QString text = all.mid(0, reasonsTold).join(QLatin1String("; "));
    if (more > 0)
        text += QStringLiteral("; and %1 more").arg(more);
    return text;
}

std::optional<TimePoint> HearingWatch::nextDeadline() const
{
    std::optional<TimePoint> due;
    const auto include = [&due](TimePoint at) {
        if (!due || at < *due)
            due = at;
    };
    for (const Console &one : m_consoles)
        include(one.until);
    if (m_silentSince && !m_alarmed)
        include(*m_silentSince + m_limits.alarmAfter);
    if (m_limits.rule == HearingRule::Always && !m_expected && !m_audibility.nobodyHears)
        include(m_startedAt + m_limits.settle);
    return due;
}

} // namespace tocsin
