// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "server/store/LogStore.h"
#include "tests/desk/Fakes.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

/// A desk on the real log, from start to stop.
class Shift
{
public:
    Shift(const QString &path, TimePoint &now) : log(LogStore::Options{.path = path})
    {
        error = log.start();
        const auto loaded = log.load();
        initial = loaded.snapshot;
        DeskSettings settings;
        settings.clock = [&now] { return now; };
        desk = std::make_unique<Desk>(settings, builtInRules(), log, archive, initial, loaded.requests);
        QObject::connect(desk.get(), &Desk::published, desk.get(),
                         [this](const QList<Event> &events) { published += events; });
        desk->start();
    }
    ~Shift()
    {
        bool stopped = false;
        QObject::connect(desk.get(), &Desk::stopped, desk.get(), [&stopped] { stopped = true; });
        desk->stop();
        if (!QTest::qWaitFor([&stopped] { return stopped; }))
            qWarning("the desk did not stop");
        log.stop();
    }
    Shift(const Shift &) = delete;
    Shift &operator=(const Shift &) = delete;

    LogStore log;
    FakeArchive archive;
    QString error;
    DeskSnapshot initial;
    std::unique_ptr<Desk> desk;
    QList<Event> published;
};

} // namespace

/// Desk and store together: what one shift knew, the next one knows.
class TestDeskStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theNextShiftGoesOnWhereThisOneStopped()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("desk.db"));
        TimePoint now{1'700'000'000s};
        QString panic;
        {
            Shift shift(path, now);
            QVERIFY2(shift.error.isEmpty(), qPrintable(shift.error));
            shift.desk->take({readingOf(QStringLiteral("van-1"), channel::EngineRpm, 4180.0, now)});
            shift.desk->submit(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")),
                               [&panic](const Outcome &outcome) { panic = outcome.ref; });
            shift.desk->submit(chatBy(QStringLiteral("dana"), QStringLiteral("héllo 😀"), QStringLiteral("m-1")), {});
            QTRY_COMPARE(shift.published.size(), 5); // panic, chat, automatic line, device, alert
            shift.desk->take({readingOf(QStringLiteral("van-1"), channel::EngineRpm, 1000.0, now)});
            QTRY_COMPARE(shift.published.size(), 6); // clearing
        }
        now += 4s;
        Shift shift(path, now);
        QCOMPARE(shift.initial.seq, 6);
        QCOMPARE(shift.initial.alerts.size(), 2);
        QCOMPARE(shift.initial.messages.size(), 2);
        int answered = 0;
        const auto unchanged = [&](const Outcome &outcome) { answered += outcome.ok && !outcome.changed ? 1 : 0; };
        shift.desk->submit(panicBy(QStringLiteral("dana"), QStringLiteral("c-1")), unchanged);
        shift.desk->submit(chatBy(QStringLiteral("dana"), QStringLiteral("héllo 😀"), QStringLiteral("m-1")),
                           unchanged);
        QTRY_COMPARE(answered, 2);
        QVERIFY(shift.published.isEmpty());
        now += 6s;
        shift.desk->tick();
        QTRY_COMPARE(shift.published.size(), 1);
        QCOMPARE(shift.published.first().seq, 7);
        QVERIFY(std::get<AlertChange>(shift.published.first().body).verb == AlertVerb::Return);
    }
};

QTEST_GUILESS_MAIN(TestDeskStore)
#include "test_desk_store.moc"
