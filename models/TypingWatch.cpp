// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TypingWatch.h"

namespace tocsin {

namespace {
QString keyOf(const QString &thread, const QString &personId)
{
    return thread + QChar(0x1f) + personId;
}
} // namespace

void TypingWatch::see(const TypingNotice &notice, TimePoint now)
{
    const QString key = keyOf(notice.thread, notice.personId);
    if (m_seen.size() < MostPeople || m_seen.contains(key))
        m_seen.insert(key, {notice, now});
}

void TypingWatch::forget(const QString &thread, const QString &personId)
{
    m_seen.remove(keyOf(thread, personId));
}

bool TypingWatch::expire(TimePoint now)
{
    m_told.removeIf([now](const auto &entry) { return now - entry.value() >= toldEvery; });
    return m_seen.removeIf([now](const auto &entry) { return now - entry.value().at >= shownFor; }) > 0;
}

QStringList TypingWatch::namesIn(const QString &thread) const
{
    QStringList names;
    for (const Seen &seen : m_seen) {
        if (seen.notice.thread == thread)
            names.append(seen.notice.personName.isEmpty() ? seen.notice.personId : seen.notice.personName);
    }
    names.sort(Qt::CaseInsensitive);
    return names;
}

bool TypingWatch::tell(const QString &thread, TimePoint now)
{
    const auto told = m_told.constFind(thread);
    if (told != m_told.cend() && now - *told < toldEvery)
        return false;
    m_told.insert(thread, now);
    return true;
}

} // namespace tocsin
