// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertBook.h"
#include "models/domain/Channels.h"
#include "models/wire/EventCodec.h"

#include <QTest>

#include <utility>

namespace tocsin {

/// A book, a clock and one van, told as a story: what is fed, what is said.
class AlertStory
{
public:
    explicit AlertStory(QList<AlertRule> rules = {}, AlertLimits limits = {})
        : m_rules(std::move(rules))
        , m_limits(limits)
        , m_book(makeBook())
    {
        van.id = QStringLiteral("van-7");
        van.name = QStringLiteral("Unit 07");
        van.kind = DeviceKind::Vehicle;
        van.deviceClass = QStringLiteral("Delivery van");
        van.owners = {QStringLiteral("dana")};
        m_book->setDevice(van);
    }

    /// Feeds a reading now; the changes are also kept in `log`.
    QList<AlertChange> say(const QList<Sample> &samples, std::optional<TimePoint> sourceTime = {},
                           const QString &device = QStringLiteral("van-7"))
    {
        Reading reading;
        reading.deviceId = device;
        reading.receivedAt = now;
        reading.sourceTime = sourceTime;
        reading.samples = samples;
        return kept(m_book->apply(reading, now));
    }
    QList<AlertChange> say(const QString &channel, double value) { return say(QList<Sample>{{channel, value}}); }
    /// Time passes; timers run.
    QList<AlertChange> wait(Duration span)
    {
        now += span;
        return kept(m_book->tick(now));
    }
    /// Time passes while the van reports the same every second.
    void keepSaying(const QString &channel, double value, int seconds)
    {
        for (int i = 0; i < seconds; ++i) {
            wait(std::chrono::seconds(1));
            say(channel, value);
        }
    }
    Outcome ack(const QString &id, int occurrence = 0, AlertLevel seen = AlertLevel::Emergency,
                const QString &who = QStringLiteral("M. Ortiz"))
    {
        const Actor actor{Actor::Kind::Operator, who, who, {}};
        return take(m_book->acknowledge({id, occurrence, seen, {}}, actor, now));
    }
    /// What came of a request; the changes are kept like others.
    Outcome take(const AlertBook::Result &result)
    {
        kept(result.changes);
        return result.outcome;
    }
    QList<AlertChange> kept(const QList<AlertChange> &changes)
    {
        log += changes;
        if (!changes.isEmpty())
            m_writtenAt = now;
        return changes;
    }
    /// The process ends and starts again with what the rows of the log say, as the store writes and reads them.
    void restart()
    {
        QList<Alert> stored;
        QHash<QString, qsizetype> at;
        for (const AlertChange &change : std::as_const(log)) {
            const EncodedEvent row = encodeEvent(change);
            QString error;
            const auto read = decodeEvent(row.kind, row.body, &error);
            QVERIFY2(read.has_value(), qPrintable(error));
            const Alert alert = std::get<AlertChange>(*read).alert;
            if (!at.contains(alert.id)) {
                at.insert(alert.id, stored.size());
                stored.append(alert);
            }
            stored[at.value(alert.id)] = alert;
        }
        m_book = makeBook();
        m_book->setDevice(van);
        m_book->restore(stored, now, m_writtenAt);
    }
    void restartWith(QList<AlertRule> rules)
    {
        m_rules = std::move(rules);
        restart();
    }

    [[nodiscard]] AlertBook &book() { return *m_book; }
    [[nodiscard]] Alert only() const
    {
        const QList<Alert> open = m_book->openAlerts();
        return open.size() == 1 ? open.constFirst() : Alert{};
    }
    [[nodiscard]] QString state() const { return toString(stateOf(only())); }
    [[nodiscard]] int count(AlertVerb verb) const
    {
        return static_cast<int>(
            std::count_if(log.cbegin(), log.cend(), [verb](const AlertChange &c) { return c.verb == verb; }));
    }

    [[nodiscard]] TimePoint writtenAt() const { return m_writtenAt; } ///< the last row of the log

    TimePoint now{std::chrono::seconds(1'700'000'000)};
    QList<AlertChange> log;
    Device van;

private:
    std::unique_ptr<AlertBook> makeBook()
    {
        return std::make_unique<AlertBook>(m_rules, m_limits, [this] { return QStringLiteral("a%1").arg(++m_lastId); });
    }
    QList<AlertRule> m_rules;
    AlertLimits m_limits;
    TimePoint m_writtenAt;
    int m_lastId = 0;
    std::unique_ptr<AlertBook> m_book;
};

inline QString words(const char *text)
{
    return QString::fromLatin1(text);
}

inline Actor personNamed(const char *name, bool supervises = false)
{
    Actor actor{Actor::Kind::Operator, words(name), words(name), {}};
    actor.supervises = supervises;
    return actor;
}

/// No device is missed for being silent.
inline AlertLimits withoutSilence()
{
    AlertLimits limits;
    limits.deviceStale = {};
    return limits;
}

inline AlertRule ruleOf(const QString &code, const QString &metric, Comparison comparison,
                        const QList<AlertBand> &bands)
{
    AlertRule rule;
    rule.id = code.toLower();
    rule.code = code;
    rule.title = code;
    rule.metric = metric;
    rule.comparison = comparison;
    rule.bands = bands;
    rule.offDelay = std::chrono::seconds(10);
    rule.message = QStringLiteral("{value} {unit}, limit {limit}");
    return rule;
}

inline AlertRule highRpm()
{
    AlertRule rule = ruleOf(QStringLiteral("HIGH_RPM"), channel::EngineRpm, Comparison::Greater,
                            {{AlertLevel::Warning, 4000, 0, {}}});
    rule.clear = AlertTest{Comparison::Less, 3800, 0};
    rule.unit = QStringLiteral("rpm");
    return rule;
}

inline AlertRule overheat()
{
    AlertRule rule = ruleOf(QStringLiteral("engine_overheat"), channel::EngineTemperature, Comparison::Greater,
                            {{AlertLevel::Critical, 115, 0, {}}, {AlertLevel::Warning, 105, 0, {}}});
    rule.deadband = 1;
    rule.unit = QStringLiteral("°C");
    return rule;
}

inline AlertRule crash()
{
    AlertRule rule = ruleOf(QStringLiteral("CRASH_DETECTED"), channel::Crash, Comparison::Greater,
                            {{AlertLevel::Emergency, 0, 0, {}}});
    rule.kind = AlertKind::Event;
    rule.offDelay = {};
    rule.message = QStringLiteral("Crash sensor tripped");
    return rule;
}

inline AlertRule troubleCodes()
{
    AlertRule rule = ruleOf(QStringLiteral("diagnostic_code"), channel::TroubleCodes, Comparison::AnyItem,
                            {{AlertLevel::Critical, 0, 0, QStringLiteral("P0")}, {AlertLevel::Warning, 0, 0, {}}});
    rule.kind = AlertKind::Event;
    rule.offDelay = {};
    rule.message = QStringLiteral("Trouble code {item}");
    return rule;
}

} // namespace tocsin
