// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ReadingInbox.h"

#include <QHash>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {

/// About what a reading costs in memory.
qint64 costOf(const Reading &reading)
{
    constexpr qint64 perSample = 64; // the name is mostly shared
    qint64 bytes = static_cast<qint64>(sizeof(Reading)) + 2 * (reading.deviceId.size() + reading.source.size());
    for (const Sample &sample : reading.samples) {
        bytes += perSample;
        if (const auto *text = std::get_if<QString>(&sample.value)) {
            bytes += 2 * text->size();
        } else if (const auto *list = std::get_if<QStringList>(&sample.value)) {
            for (const QString &item : *list)
                bytes += perSample + 2 * item.size();
        }
    }
    return bytes;
}

} // namespace

std::function<bool(const Reading &)> eventsOf(const QList<AlertRule> &rules)
{
    QHash<QString, QList<AlertRule>> byMetric;
    for (const AlertRule &rule : rules) {
        if (rule.kind == AlertKind::Event)
            byMetric[rule.metric].append(rule);
    }
    return [byMetric](const Reading &reading) {
        for (const Sample &sample : reading.samples) {
            const auto found = byMetric.constFind(sample.channel);
            if (found == byMetric.cend())
                continue;
            const auto *items = std::get_if<QStringList>(&sample.value);
            const std::optional<double> value = number(sample.value);
            if ((items && !items->isEmpty()) || std::holds_alternative<QString>(sample.value) ||
                (value && std::any_of(found->cbegin(), found->cend(),
                                      [&value](const AlertRule &rule) { return violatedBand(rule, *value) >= 0; })))
                return true;
        }
        return false;
    };
}

ReadingInbox::ReadingInbox(std::size_t capacity, std::size_t keptCapacity,
                           std::function<bool(const Reading &)> mustKeep, std::function<void()> wake,
                           std::shared_ptr<InwardGauge> gauge)
    : m_capacity(capacity)
    , m_keptCapacity(keptCapacity)
    , m_wake(std::move(wake))
    , m_mustKeep(std::move(mustKeep))
    , m_gauge(std::move(gauge))
{
}

void ReadingInbox::push(const QList<Reading> &readings)
{
    if (readings.isEmpty())
        return;
    qint64 bytes = 0;
    for (const Reading &reading : readings)
        bytes += costOf(reading);
    bool first = false;
    {
        const std::scoped_lock lock(m_mutex);
        first = m_batches.empty() && m_kept.empty();
        m_batches.push_back({readings, bytes});
        m_size += static_cast<std::size_t>(readings.size());
        m_bytes += bytes;
        while (m_size > m_capacity)
            dropOldest();
        count();
    }
    if (first && m_wake)
        m_wake();
}

void ReadingInbox::setMustKeep(std::function<bool(const Reading &)> mustKeep)
{
    const std::scoped_lock lock(m_mutex);
    m_mustKeep = std::move(mustKeep);
}

ReadingInbox::Batch ReadingInbox::takeFront()
{
    Batch batch = std::move(m_batches.front());
    m_batches.pop_front();
    m_size -= static_cast<std::size_t>(batch.readings.size());
    m_bytes -= batch.bytes;
    return batch;
}

void ReadingInbox::dropOldest()
{
    const Batch oldest = takeFront();
    for (const Reading &reading : oldest.readings) {
        if (!m_mustKeep || !m_mustKeep(reading)) {
            ++m_dropped;
            continue;
        }
        m_kept.push_back(reading);
        m_bytes += costOf(reading);
        if (m_kept.size() > m_keptCapacity) {
            m_bytes -= costOf(m_kept.front());
            m_kept.pop_front();
            ++m_dropped;
        }
    }
}

QList<QList<Reading>> ReadingInbox::drain(std::size_t readings)
{
    const std::scoped_lock lock(m_mutex);
    QList<QList<Reading>> drained;
    std::size_t taken = 0;
    if (!m_kept.empty()) {
        const auto kept = std::exchange(m_kept, {});
        drained.append(QList<Reading>(kept.cbegin(), kept.cend()));
        taken = kept.size();
        for (const Reading &reading : kept)
            m_bytes -= costOf(reading);
    }
    while (!m_batches.empty() && taken < readings) {
        drained.append(takeFront().readings);
        taken += static_cast<std::size_t>(drained.last().size());
    }
    count();
    return drained;
}

/// Tells the gauge what has changed since it was last told.
void ReadingInbox::count()
{
    if (!m_gauge)
        return;
    const auto items = static_cast<qint64>(m_size) + static_cast<qint64>(m_kept.size());
    m_gauge->add(items - std::exchange(m_countedItems, items), m_bytes - std::exchange(m_countedBytes, m_bytes));
}

bool ReadingInbox::isEmpty() const
{
    const std::scoped_lock lock(m_mutex);
    return m_batches.empty() && m_kept.empty();
}

quint64 ReadingInbox::dropped() const
{
    const std::scoped_lock lock(m_mutex);
    return m_dropped;
}

} // namespace tocsin
