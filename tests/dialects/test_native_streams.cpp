// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dialects/NativeStage.h"

using namespace tocsin;

namespace {
QList<qint64> range(qint64 from, qint64 to)
{
    QList<qint64> seqs;
    for (qint64 seq = from; seq <= to; ++seq)
        seqs.append(seq);
    return seqs;
}

wire::Cursors cursorAt(qint64 seq, const QString &epoch = QStringLiteral("e1"))
{
    return {{QStringLiteral("desk"), {epoch, seq}}};
}
} // namespace

/// What must not be lost, over the native protocol.
class TestNativeStreams : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNewClientGetsTheStateAndThenWhatHappens()
    {
        NativeStage stage(Posture::Open, 3);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console);
        QList<QJsonObject> frames = console->take();
        QCOMPARE(frames.first().value(QStringLiteral("type")), QStringLiteral("welcome"));
        const auto grant =
            frames.first().value(QStringLiteral("streams")).toObject().value(QStringLiteral("desk")).toObject();
        QCOMPARE(grant.value(QStringLiteral("state")), QStringLiteral("reset"));
        const QList<QJsonObject> snapshots = ofType(frames, "snapshot");
        QCOMPARE(snapshots.size(), 1);
        QCOMPARE(snapshots.first().value(QStringLiteral("seq")).toInteger(), 3);
        QCOMPARE(snapshots.first()
                     .value(QStringLiteral("state"))
                     .toObject()
                     .value(QStringLiteral("messages"))
                     .toArray()
                     .size(),
                 3);
        QCOMPARE(seqsOf(frames), QList<qint64>());
        stage.publish({NativeStage::line(4), NativeStage::line(5)});
        QCOMPARE(seqsOf(console->take()), (QList<qint64>{4, 5}));
        QVERIFY(stage.log.asked.isEmpty());
    }

    void aReturningClientGetsWhatItMissedFromTheLogAndNoSnapshot()
    {
        NativeStage stage(Posture::Open, 100);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(40));
        const QList<QJsonObject> frames = console->take();
        QCOMPARE(seqsOf(frames), range(41, 100));
        QVERIFY(ofType(frames, "snapshot").isEmpty());
        QCOMPARE(stage.snapshotsAsked, 0);
        QVERIFY(!stage.log.asked.isEmpty());
    }

    void theWindowHoldsUntilItIsAcknowledged()
    {
        NativeStage stage(Posture::Open, 1000);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(0));
        QCOMPARE(seqsOf(console->take()), range(1, 256));
        NativeStage::acknowledge(*console, QStringLiteral("desk"), 255); // the last frame is not whole yet
        const QList<qint64> more = seqsOf(console->take());
        QCOMPARE(more.first(), 257);
        QVERIFY(more.size() < 256);
        NativeStage::acknowledge(*console, QStringLiteral("desk"), more.last());
        QCOMPARE(seqsOf(console->take()), range(more.last() + 1, more.last() + 256));
    }

    void theWindowIsAlsoOneOfBytes()
    {
        FeedWindow window;
        window.bytes = 20'000;
        NativeStage stage(Posture::Open, 0, window);
        ChatMessage large = NativeStage::line(1);
        large.text = QString(8000, QLatin1Char('x'));
        for (int i = 0; i < 10; ++i)
            stage.publish({large});
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(0));
        const QList<qint64> first = seqsOf(console->take());
        QVERIFY2(first.size() >= 3 && first.size() < 10, qPrintable(QString::number(first.size())));
        NativeStage::acknowledge(*console, QStringLiteral("desk"), first.last());
        QVERIFY(!seqsOf(console->take()).isEmpty());
    }

    void aClientTenThousandBehindGetsAllInOrderWhileMoreHappens()
    {
        NativeStage stage(Posture::Open, 10'000);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(0));
        QList<qint64> got;
        qint64 written = 10'000;
        for (int round = 0; round < 1000 && got.size() < written; ++round) {
            got += seqsOf(console->take());
            if (round < 30) {
                stage.publish({NativeStage::line(++written)});
                got += seqsOf(console->take());
            }
            NativeStage::acknowledge(*console, QStringLiteral("desk"), got.last());
        }
        QCOMPARE(got, range(1, 10'030));
        stage.publish({NativeStage::line(10'031)});
        QCOMPARE(seqsOf(console->take()), QList<qint64>{10'031}); // live, and not asked for
    }

    void whatComesWhileTheLogIsAskedIsNotLostAndNotTwice()
    {
        NativeStage stage(Posture::Open, 10);
        stage.log.waits = true;
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(5));
        stage.publish({NativeStage::line(11)});
        stage.publish({NativeStage::line(12), NativeStage::line(13)});
        QCOMPARE(seqsOf(console->take()), QList<qint64>());
        stage.log.flush();
        NativeStage::settle();
        QCOMPARE(seqsOf(console->take()), range(6, 13));
        stage.publish({NativeStage::line(14)});
        QCOMPARE(seqsOf(console->take()), QList<qint64>{14});
    }

    void aCursorOfAnotherEpochIsToldSoAndGetsASnapshot_data()
    {
        QTest::addColumn<QString>("epoch");
        QTest::addColumn<qint64>("seq");
        QTest::newRow("another epoch") << QStringLiteral("e0") << qint64(3);
        QTest::newRow("beyond the head") << QStringLiteral("e1") << qint64(99);
        QTest::newRow("no epoch") << QString() << qint64(0);
    }
    void aCursorOfAnotherEpochIsToldSoAndGetsASnapshot()
    {
        QFETCH(QString, epoch);
        QFETCH(qint64, seq);
        NativeStage stage(Posture::Open, 5);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(seq, epoch));
        const QList<QJsonObject> frames = console->take();
        QCOMPARE(ofType(frames, "resync").size(), 1);
        QCOMPARE(ofType(frames, "snapshot").size(), 1);
        QCOMPARE(ofType(frames, "snapshot").first().value(QStringLiteral("epoch")), QStringLiteral("e1"));
        QCOMPARE(seqsOf(frames), QList<qint64>());
    }

    void whatTheLogNoLongerHasEndsInASnapshot()
    {
        NativeStage stage(Posture::Open, 50);
        stage.log.events_.remove(10, 5); // as after a retention that went too far
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(0));
        const QList<QJsonObject> frames = console->take();
        QCOMPARE(ofType(frames, "resync").size(), 1);
        QCOMPARE(ofType(frames, "snapshot").size(), 1);
    }

    void aLogThatRefusesIsAskedAgainLater()
    {
        NativeStage stage(Posture::Open, 10);
        stage.log.refuses = true;
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(5));
        QCOMPARE(seqsOf(console->take()), QList<qint64>());
        stage.log.refuses = false;
        stage.tick(std::chrono::seconds(1));
        QCOMPARE(seqsOf(console->take()), range(6, 10));
    }

    void aGapOfTheMirrorIsNoGapForTheClient()
    {
        NativeStage stage(Posture::Open, 2);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(2));
        (void)console->take();
        for (int i = 3; i <= 20; ++i)
            stage.log.append(NativeStage::line(i)); // the server thread was too slow for these
        stage.mirror.markGap();
        stage.mirror.setSnapshot(stage.log.snapshot());
        NativeStage::settle();
        QCOMPARE(seqsOf(console->take()), range(3, 20));
    }

    void whoeverAcknowledgesNothingIsClosed()
    {
        NativeStage stage(Posture::Open, 0);
        const auto lazy = stage.connect(anonymousAdmin());
        const auto diligent = stage.connect(anonymousAdmin());
        for (FakeSession *session : {lazy.get(), diligent.get()}) {
            NativeStage::hello(*session, {}, cursorAt(0));
            (void)session->take();
        }
        stage.publish({NativeStage::line(1)});
        NativeStage::acknowledge(*diligent, QStringLiteral("desk"), 1);
        stage.tick(std::chrono::seconds(59));
        QVERIFY(lazy->isOpen());
        stage.tick(std::chrono::seconds(2));
        QCOMPARE(lazy->closeCode, 4008);
        QVERIFY(diligent->isOpen());
    }

    void anAcknowledgeOfWhatWasNotSentIsRefused()
    {
        NativeStage stage(Posture::Open, 2);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console, {}, cursorAt(2));
        (void)console->take();
        NativeStage::acknowledge(*console, QStringLiteral("desk"), 3);
        const QJsonObject reply = console->takeOne();
        QCOMPARE(reply.value(QStringLiteral("error")).toObject().value(QStringLiteral("field")),
                 QStringLiteral("cursors"));
        NativeStage::acknowledge(*console, QStringLiteral("alerts"), 0);
        QCOMPARE(console->takeOne().value(QStringLiteral("ok")), false);
    }

    void aSlowSocketIsNotFilledAndGoesOnWhenItHasDrained()
    {
        NativeStage stage(Posture::Open, 300);
        const auto console = stage.connect(anonymousAdmin());
        console->behind = true;
        NativeStage::hello(*console, {}, cursorAt(0));
        QCOMPARE(seqsOf(console->take()), QList<qint64>());
        console->behind = false;
        Q_EMIT console->drained();
        NativeStage::settle();
        QCOMPARE(seqsOf(console->take()), range(1, 256));
    }

    void eachStreamCountsForItself()
    {
        NativeStage stage(Posture::Open, 0);
        const auto phone = stage.connect(anonymousAdmin());
        const QString chat = QStringLiteral("chat/user/7");
        NativeStage::hello(*phone, {chat}, {{chat, {QStringLiteral("e1"), 0}}});
        (void)phone->take();
        stage.publish({vehicleOf(QStringLiteral("van-1")), NativeStage::line(1)});
        stage.publish({vehicleOf(QStringLiteral("van-2")), NativeStage::line(2)});
        const QList<QJsonObject> frames = phone->take();
        QCOMPARE(seqsOf(frames, chat), (QList<qint64>{1, 2}));
        const QJsonObject event =
            ofType(frames, "events").last().value(QStringLiteral("events")).toArray().last().toObject();
        QCOMPARE(event.value(QStringLiteral("log")).toInteger(), 4);
    }

    void theStateOfAStreamIsItsOwn()
    {
        NativeStage stage(Posture::Open, 2);
        stage.publish({vehicleOf(QStringLiteral("van-1"))});
        const auto phone = stage.connect(anonymousAdmin());
        NativeStage::hello(*phone,
                           {QStringLiteral("devices"), QStringLiteral("chat/user/7"), QStringLiteral("chat/user/8")});
        QHash<QString, QJsonObject> states;
        for (const QJsonObject &frame : ofType(phone->take(), "snapshot"))
            states.insert(frame.value(QStringLiteral("stream")).toString(), frame);
        QCOMPARE(states.size(), 3);
        QCOMPARE(states[QStringLiteral("devices")].value(QStringLiteral("seq")).toInteger(), 1);
        QCOMPARE(states[QStringLiteral("devices")].value(QStringLiteral("state")).toObject().keys(),
                 QStringList{QStringLiteral("devices")});
        QCOMPARE(states[QStringLiteral("chat/user/7")].value(QStringLiteral("state")).toObject().keys(),
                 QStringList{QStringLiteral("messages")});
        QCOMPARE(states[QStringLiteral("chat/user/8")].value(QStringLiteral("state")).toObject().keys(), QStringList());
        QCOMPARE(stage.snapshotsAsked, 1);
    }

    void auditIsWithheldFromADispatcherWithoutAGap()
    {
        NativeStage stage(Posture::Secure, 0);
        const auto dispatcher = stage.connect(somebody(QStringLiteral("dana"), Role::Dispatcher));
        const auto supervisor = stage.connect(somebody(QStringLiteral("sam"), Role::Supervisor));
        for (FakeSession *session : {dispatcher.get(), supervisor.get()}) {
            NativeStage::hello(*session, {}, cursorAt(0));
            (void)session->take();
        }
        stage.publish({NativeStage::line(1), AuditRecord{QStringLiteral("login"), QStringLiteral("x"), {}, true, {}},
                       NativeStage::line(3)});
        const auto kinds = [](const QList<QJsonObject> &frames) {
            QStringList found;
            for (const QJsonObject &frame : ofType(frames, "events")) {
                for (const QJsonValueConstRef event : frame.value(QStringLiteral("events")).toArray())
                    found.append(event.toObject().value(QStringLiteral("kind")).toString());
            }
            return found.join(QLatin1Char(' '));
        };
        const QList<QJsonObject> seen = dispatcher->take();
        QCOMPARE(seqsOf(seen), range(1, 3));
        QCOMPARE(kinds(seen), QStringLiteral("chat withheld chat"));
        QVERIFY(!QJsonDocument(ofType(seen, "events").last()).toJson().contains("login"));
        QCOMPARE(kinds(supervisor->take()), QStringLiteral("chat audit chat"));
    }

    void aLargeStateComesInParts()
    {
        NativeStage stage(Posture::Open, 0);
        QList<EventBody> devices;
        for (int i = 0; i < 5000; ++i)
            devices.append(vehicleOf(QStringLiteral("vehicle-with-a-name-%1").arg(i)));
        stage.publish(devices);
        const auto console = stage.connect(anonymousAdmin());
        NativeStage::hello(*console);
        const QList<QJsonObject> parts = ofType(console->take(), "snapshot");
        QVERIFY(parts.size() > 2);
        qsizetype count = 0;
        for (qsizetype i = 0; i < parts.size(); ++i) {
            QCOMPARE(parts.at(i).value(QStringLiteral("part")).toInt(), i + 1);
            QCOMPARE(parts.at(i).value(QStringLiteral("parts")).toInt(), parts.size());
            count +=
                parts.at(i).value(QStringLiteral("state")).toObject().value(QStringLiteral("devices")).toArray().size();
        }
        QCOMPARE(count, 5000);
    }
};

QTEST_GUILESS_MAIN(TestNativeStreams)
#include "test_native_streams.moc"
