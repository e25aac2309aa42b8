// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AlertKpis.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};

Alert alertOf(const QString &id, const QString &source, AlertLevel level, TimePoint raisedAt)
{
    Alert alert;
    alert.id = id;
    alert.source = source;
    alert.level = level;
    alert.raisedAt = raisedAt;
    return alert;
}

AlertChange changeOf(AlertVerb verb, const Alert &alert, const QString &reason = {})
{
    return {verb, AlertState::Normal, stateOf(alert), alert, reason, {}};
}

void raise(AlertKpis &kpis, int count, TimePoint at, const QString &source = QStringLiteral("van"))
{
    static int number = 0;
    for (int i = 0; i < count; ++i)
        kpis.take(changeOf(AlertVerb::Raise, alertOf(QString::number(++number), source, AlertLevel::Warning, at)), at);
}
} // namespace

class TestAlertKpis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aQuietDeskHasZerosAndNoTimesToAcknowledge()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        const auto figures = kpis.figures(noon + 1h);
        QCOMPARE(figures.perOperator, 0.0);
        QCOMPARE(figures.floodShare, 0.0);
        QVERIFY(figures.topSources.isEmpty());
        for (const auto &level : figures.levels)
            QVERIFY(!level.ackP50 && !level.ackP90 && level.open == 0);
    }

    void alertsAreSharedAmongTheOperators()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        kpis.setOperators(3, noon);
        raise(kpis, 12, noon + 1min);
        QCOMPARE(kpis.figures(noon + 2min).perOperator, 4.0);
        QCOMPARE(kpis.figures(noon + 30min).perOperator, 0.0); // they are more than ten minutes old
        QCOMPARE(kpis.figures(noon + 9min).perOperatorMean, 4.0);
        QCOMPARE(kpis.figures(noon + 19min).perOperatorMean, 2.0);
    }

    void theShareOfWindowsInFloodCountsMoreThanTen_data()
    {
        QTest::addColumn<int>("raised");
        QTest::addColumn<double>("share");
        QTest::newRow("none") << 0 << 0.0;
        QTest::newRow("ten are no flood") << 10 << 0.0;
        QTest::newRow("eleven are") << 11 << 0.25;
    }
    void theShareOfWindowsInFloodCountsMoreThanTen()
    {
        QFETCH(int, raised);
        QFETCH(double, share);
        AlertKpis kpis;
        kpis.reset({}, noon);
        raise(kpis, raised, noon + 5min);
        QCOMPARE(kpis.figures(noon + 39min).floodShare, share); // four windows of ten minutes
    }

    void aDayLaterTheOldWindowsAreForgotten()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        raise(kpis, 500, noon);
        QVERIFY(kpis.figures(noon + 23h).floodShare > 0);
        QCOMPARE(kpis.figures(noon + 25h).floodShare, 0.0);
        raise(kpis, 1, noon + 24h); // the same place in the ring
        QCOMPARE(kpis.figures(noon + 24h).perOperator, 1.0);
    }

    void timesToAcknowledgeAreToldPerLevel()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        for (int seconds = 1; seconds <= 10; ++seconds) {
            Alert alert = alertOf(QString::number(seconds), QStringLiteral("van"), AlertLevel::Critical, noon);
            alert.acked = true;
            alert.ackedAt = noon + std::chrono::seconds(seconds);
            kpis.take(changeOf(AlertVerb::Acknowledge, alert), noon + 1min);
        }
        const auto figures = kpis.figures(noon + 1min);
        QCOMPARE(*figures.levels[int(AlertLevel::Critical)].ackP50, 5.0);
        QCOMPARE(*figures.levels[int(AlertLevel::Critical)].ackP90, 9.0);
        QVERIFY(!figures.levels[int(AlertLevel::Warning)].ackP50);
    }

    void whatIsOpenIsCountedByLevelAgeAndHold()
    {
        AlertKpis kpis;
        kpis.reset({alertOf(QStringLiteral("old"), QStringLiteral("van"), AlertLevel::Info, noon - 23h)}, noon);
        Alert shelved = alertOf(QStringLiteral("s"), QStringLiteral("van"), AlertLevel::Warning, noon);
        shelved.hold = AlertHold::Shelved;
        kpis.take(changeOf(AlertVerb::Shelve, shelved), noon);
        Alert flapping = alertOf(QStringLiteral("c"), QStringLiteral("van"), AlertLevel::Critical, noon);
        flapping.chattering = true;
        kpis.take(changeOf(AlertVerb::Raise, flapping), noon);
        auto figures = kpis.figures(noon);
        QCOMPARE(figures.stale, 0);
        QCOMPARE(figures.shelvedNow, 1);
        QCOMPARE(figures.chattering, 1);
        QCOMPARE(figures.levels[int(AlertLevel::Info)].open, 1);
        QCOMPARE(kpis.figures(noon + 90min).stale, 1);
        flapping.cond = AlertCondition::Clear;
        flapping.acked = true;
        kpis.take(changeOf(AlertVerb::Return, flapping), noon);
        figures = kpis.figures(noon);
        QCOMPARE(figures.chattering, 0);
        QCOMPARE(figures.levels[int(AlertLevel::Critical)].open, 0);
        QCOMPARE(figures.levels[int(AlertLevel::Critical)].raised, 1);
    }

    void whatWentBackIsCounted()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        const Alert alert = alertOf(QStringLiteral("a"), QStringLiteral("van"), AlertLevel::Warning, noon);
        kpis.take(changeOf(AlertVerb::Unacknowledge, alert), noon); // by a person
        kpis.take(changeOf(AlertVerb::Unacknowledge, alert, QStringLiteral("ack_expired")), noon);
        kpis.take(changeOf(AlertVerb::Reactivate, alert, QStringLiteral("cancel_unconfirmed")), noon);
        kpis.take(changeOf(AlertVerb::Reopen, alert), noon);
        kpis.refused();
        const auto figures = kpis.figures(noon);
        QCOMPARE(figures.autoUnacked, 2);
        QCOMPARE(figures.reopened, 1);
        QCOMPARE(figures.refused, 1);
    }

    void theTenWorstSourcesAreFoundAmongManyMoreThanAreKept()
    {
        AlertKpis kpis;
        kpis.reset({}, noon);
        for (int round = 0; round < 3; ++round) {
            for (int worst = 0; worst < 12; ++worst)
                raise(kpis, 20 + worst, noon, QStringLiteral("worst %1").arg(worst, 2, 10, QLatin1Char('0')));
            for (int other = 0; other < 1200; ++other)
                raise(kpis, 1, noon, QStringLiteral("other %1").arg(other + 1200 * round));
        }
        const auto figures = kpis.figures(noon);
        QCOMPARE(figures.topSources.size(), 10);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(figures.topSources[i].first, QStringLiteral("worst %1").arg(11 - i, 2, 10, QLatin1Char('0')));
    }
};

QTEST_GUILESS_MAIN(TestAlertKpis)
#include "test_alert_kpis.moc"
