// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Channels.h"
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "tests/desk/Fakes.h"

#include <QTest>
#include <QThread>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

/// What a consumer knows after a snapshot and the events that follow it.
struct View
{
    qint64 seq = 0;
    QHash<QString, Alert> alerts;
    QHash<QString, ChatMessage> messages;
    QHash<QString, Device> devices;

    void take(const DeskSnapshot &snapshot)
    {
        seq = snapshot.seq;
        for (const Alert &alert : snapshot.alerts)
            alerts.insert(alert.id, alert);
        for (const ChatMessage &message : snapshot.messages)
            messages.insert(message.id, message);
        for (const Device &device : snapshot.devices)
            devices.insert(device.id, device);
    }
    bool take(const Event &event)
    {
        if (event.seq != seq + 1)
            return false;
        seq = event.seq;
        if (const auto *change = std::get_if<AlertChange>(&event.body))
            alerts.insert(change->alert.id, change->alert);
        else if (const auto *message = std::get_if<ChatMessage>(&event.body))
            messages.insert(message->id, *message);
        else if (const auto *device = std::get_if<Device>(&event.body))
            devices.insert(device->id, *device);
        return true;
    }
    bool operator==(const View &) const = default;
};

/// Joins a desk of another thread while it works, as sessions and consoles do.
class Consumer : public QObject
{
public:
    explicit Consumer(Desk &desk)
    {
        connect(&desk, &Desk::published, this, [this](const QList<Event> &events) {
            for (const Event &event : events) {
                if (!joined)
                    early.append(event);
                else
                    follow(event);
            }
        });
        desk.snapshot([this](const DeskSnapshot &snapshot) {
            QMetaObject::invokeMethod(this, [this, snapshot] { join(snapshot); }, Qt::QueuedConnection);
        });
    }
    void join(const DeskSnapshot &snapshot)
    {
        view.take(snapshot);
        joined = true;
        for (const Event &event : std::as_const(early))
            follow(event);
    }
    void follow(const Event &event)
    {
        if (event.seq > view.seq)
            consistent = view.take(event) && consistent;
    }
    bool joined = false;
    bool consistent = true;
    QList<Event> early;
    View view;
};

class Running
{
public:
    Running() : desk(DeskSettings{}, builtInRules(), store, archive, {})
    {
        QObject::connect(&desk, &Desk::stopped, &thread, &QThread::quit, Qt::DirectConnection);
        thread.start();
        desk.moveToThread(&thread);
        QMetaObject::invokeMethod(&desk, &Desk::start, Qt::BlockingQueuedConnection);
    }
    ~Running()
    {
        QMetaObject::invokeMethod(&desk, &Desk::stop, Qt::QueuedConnection);
        thread.wait();
    }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

    FakeStore store;
    FakeArchive archive;
    QThread thread;
    Desk desk;
};

} // namespace

/// The desk on its own thread, with many who ask at once.
class TestDeskThreads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSnapshotAndTheStreamFitUnderLoad()
    {
        constexpr int writers = 4;
        constexpr int rounds = 150; // lines per thread within what a snapshot holds
        Running running;
        std::atomic<int> answered = 0;
        std::atomic<int> refused = 0;
        std::vector<std::unique_ptr<Consumer>> consumers;
        std::vector<std::thread> threads;
        threads.reserve(writers);
        for (int w = 0; w < writers; ++w) {
            threads.emplace_back([&running, &answered, &refused, w] {
                const QString user = QStringLiteral("u%1").arg(w);
                const auto count = [&](const Outcome &outcome) {
                    ++answered;
                    refused += outcome.ok ? 0 : 1;
                };
                for (int i = 0; i < rounds; ++i) {
                    running.desk.submit(chatBy(user, QString::number(i), QStringLiteral("%1").arg(i)), count);
                    running.desk.submit(panicBy(user, QStringLiteral("c%1").arg(i % 10)), count);
                    running.desk.take({readingOf(QStringLiteral("van-%1-%2").arg(w).arg(i % 7), channel::EngineRpm,
                                                 i % 2 ? 5000.0 : 1000.0, systemNow())});
                }
            });
        }
        for (int i = 0; i < 20; ++i) {
            consumers.push_back(std::make_unique<Consumer>(running.desk));
            QCoreApplication::processEvents();
            if (i % 5 == 0) { // the store hiccups meanwhile
                running.store.stall();
                running.store.release();
            }
        }
        for (std::thread &thread : threads)
            thread.join();
        QTRY_COMPARE(answered.load(), writers * rounds * 2);
        QCOMPARE(refused.load(), 0);
        // Everything told; now all views must be the same, whenever they joined.
        QTRY_COMPARE(running.desk.stats().uncommitted, quint64{0});
        const auto last = std::make_unique<Consumer>(running.desk);
        QTRY_VERIFY(last->joined);
        const qint64 seq = running.store.stored().constLast().seq;
        QVERIFY(last->view.seq >= seq);
        for (const auto &consumer : consumers) {
            QTRY_COMPARE(consumer->view.seq, last->view.seq);
            QVERIFY(consumer->consistent);
            QVERIFY(consumer->view.alerts == last->view.alerts);
            QVERIFY(consumer->view.devices == last->view.devices);
            QVERIFY(consumer->view.messages == last->view.messages);
        }
        const QList<Event> stored = running.store.stored();
        for (qsizetype i = 0; i < stored.size(); ++i)
            QCOMPARE(stored.at(i).seq, i + 1);
        QCOMPARE(last->view.messages.size(), writers * (rounds + 1));
    }

    void twoOperatorsAcknowledgeAtOnce()
    {
        for (int round = 0; round < 20; ++round) {
            Running running;
            std::atomic<bool> raised = false;
            QString alert;
            running.desk.submit(panicBy(QStringLiteral("dana")), [&](const Outcome &outcome) {
                alert = outcome.ref;
                raised = true;
            });
            QTRY_VERIFY(raised.load());
            std::atomic<int> changed = 0;
            std::atomic<int> unchanged = 0;
            const auto acknowledge = [&](const QString &name) {
                running.desk.submit(
                    {{}, operatorOf(name), Acknowledge{alert, 1, AlertLevel::Emergency, {}}},
                    [&](const Outcome &outcome) { ++(outcome.ok && outcome.changed ? changed : unchanged); });
            };
            std::thread one(acknowledge, QStringLiteral("M. Ortiz"));
            std::thread two(acknowledge, QStringLiteral("J. Lind"));
            one.join();
            two.join();
            QTRY_COMPARE(changed + unchanged, 2);
            QCOMPARE(changed.load(), 1);
            QCOMPARE(running.store.stored().size(), 2);
        }
    }

    void twoOperatorsAtOnce_data()
    {
        using Ask = std::function<RequestBody(const QString &)>;
        QTest::addColumn<Ask>("one");
        QTest::addColumn<Ask>("two");
        const auto verb = [](AlertVerb verb, const QString &toId = {}) {
            return Ask([=](const QString &alert) {
                HandleAlert request;
                request.verb = verb;
                request.alertId = alert;
                request.occurrence = 1;
                request.comment = QStringLiteral("because");
                request.oneShot = verb == AlertVerb::Shelve;
                request.toId = toId;
                return RequestBody(request);
            });
        };
        const Ask acknowledge = [](const QString &alert) {
            return RequestBody(Acknowledge{alert, 1, AlertLevel::Emergency, {}});
        };
        const Ask close = [](const QString &alert) {
            return RequestBody(CloseAlert{alert, 1, Disposition::Assisted, QStringLiteral("done")});
        };
        const Ask claim = verb(AlertVerb::Claim);
        QTest::newRow("acknowledge, acknowledge") << acknowledge << acknowledge;
        QTest::newRow("claim, claim") << claim << claim;
        QTest::newRow("shelve, acknowledge") << verb(AlertVerb::Shelve) << acknowledge;
        QTest::newRow("close, acknowledge") << close << acknowledge;
        QTest::newRow("close, close") << close << close;
        QTest::newRow("take an offer back, accept it") << verb(AlertVerb::Release) << claim;
        QTest::newRow("offer it anew, accept it") << verb(AlertVerb::Transfer, QStringLiteral("kim")) << claim;
    }
    /// Whoever is first: each change is one event, in the order of the answers; who changed nothing has left none; and the state that
    /// everybody sees is that of the last event.
    void twoOperatorsAtOnce()
    {
        using Ask = std::function<RequestBody(const QString &)>;
        QFETCH(Ask, one);
        QFETCH(Ask, two);
        const Actor ortiz = operatorOf(QStringLiteral("ortiz"));
        const Actor lind = operatorOf(QStringLiteral("lind"));
        for (int round = 0; round < 4; ++round) {
            Running running;
            std::atomic<int> prepared = 0;
            const auto count = [&prepared](const Outcome &outcome) { prepared += outcome.ok ? 1 : 100; };
            const QString alert = QStringLiteral("a-1");
            running.desk.submit(reportBy(QStringLiteral("van-1"), alert), count);
            HandleAlert mine;
            mine.verb = AlertVerb::Claim;
            mine.alertId = alert;
            running.desk.submit({{}, ortiz, mine}, count);
            mine.verb = AlertVerb::Transfer;
            mine.toId = lind.id;
            running.desk.submit({{}, ortiz, mine}, count);
            QVERIFY(QTest::qWaitFor([&] { return prepared.load() >= 3; }));
            QCOMPARE(prepared.load(), 3);
            const auto before = running.store.stored().size();

            std::atomic<int> answered = 0;
            Outcome said[2];
            const auto ask = [&](int who) {
                running.desk.submit(
                    {QStringLiteral("r%1").arg(who), who == 0 ? ortiz : lind, (who == 0 ? one : two)(alert)},
                    [&said, &answered, who](const Outcome &outcome) {
                        said[who] = outcome;
                        ++answered;
                    });
            };
            std::thread first(ask, 0);
            std::thread second(ask, 1);
            first.join();
            second.join();
            QVERIFY(QTest::qWaitFor([&] { return answered.load() == 2; }));
            const QList<Event> events = running.store.stored().mid(before);
            QStringList changed;
            for (int who = 0; who < 2; ++who) {
                if (said[who].ok && said[who].changed)
                    changed.append(QStringLiteral("r%1").arg(who));
                else
                    QVERIFY2(said[who].ok || said[who].code == QLatin1String("closed") ||
                                 said[who].code == QLatin1String("forbidden") ||
                                 said[who].code == QLatin1String("invalid"),
                             qPrintable(said[who].code));
            }
            QVERIFY(!changed.isEmpty()); // one of them was first
            QStringList told;
            int revision = 0;
            for (const Event &event : events) {
                const Alert &now = std::get<AlertChange>(event.body).alert;
                QVERIFY(now.revision > revision);
                revision = now.revision;
                told.append(event.requestId);
            }
            told.sort();
            QCOMPARE(told, changed);
            const Consumer consumer(running.desk);
            QVERIFY(QTest::qWaitFor([&] { return consumer.joined; }));
            QVERIFY(consumer.view.alerts.value(alert) == std::get<AlertChange>(events.constLast().body).alert);
        }
    }

    void everyRequestIsAnsweredOnceWhileTheDeskStops()
    {
        std::atomic<int> asked = 0;
        std::atomic<int> answered = 0;
        std::thread asker;
        {
            Running running;
            std::atomic<bool> begun = false;
            asker = std::thread([&] {
                for (int i = 0; i < 2000; ++i) {
                    ++asked;
                    running.desk.submit(chatBy(QStringLiteral("dana"), QString::number(i)),
                                        [&](const Outcome &) { ++answered; });
                    begun = true;
                }
            });
            QTRY_VERIFY(begun.load());
            QMetaObject::invokeMethod(&running.desk, &Desk::stop, Qt::QueuedConnection);
            asker.join(); // who may call has stopped before the desk goes
        }
        QCOMPARE(answered.load(), asked.load());
    }
};

QTEST_GUILESS_MAIN(TestDeskThreads)
#include "test_desk_threads.moc"
