// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ConnectionDesk.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;

namespace {
TimePoint moment()
{
    return fromEpochMillis(1'769'864'781'034);
}

ClientInfo client(const char *id, const char *user, const char *dialect, double perSecond)
{
    ClientInfo info;
    info.id = QString::fromLatin1(id);
    info.userId = info.userName = QString::fromLatin1(user);
    info.dialect = QString::fromLatin1(dialect);
    info.path = QStringLiteral("/ws/x");
    info.address = QStringLiteral("10.0.0.7");
    info.since = info.lastHeard = moment() - std::chrono::minutes(4);
    info.in.perSecond = perSecond;
    return info;
}

QStringList ids(const char *words)
{
    return QString::fromLatin1(words).split(QLatin1Char(' '));
}

TappedFrame frame(const QString &text)
{
    return {QStringLiteral("ws-1"), moment(), true, false, text.size(), text};
}
} // namespace

class TestConnections : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_link = std::make_unique<FakeDeskLink>();
        m_files = std::make_unique<FilePicker>();
        m_desk = std::make_unique<ConnectionDesk>(*m_link, *m_files, ModelClock{moment, QTimeZone::utc()});
        m_link->start();
    }
    void cleanup() { m_desk.reset(); }

    void theListFollowsWhatTheServerTells()
    {
        const QAbstractItemModelTester tester(m_desk->rows(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(m_desk->totalText(), QStringLiteral("–"));
        m_desk->setWatching(true);
        QVERIFY(m_link->watchesConnections);
        tell({true, 3, {client("ws-1", "ann", "vehicle", 1), client("ws-2", "bob", "native", 5)}, {}, {}});
        tell({false, 3, {client("ws-3", "cid", "vehicle", 0)}, {}, {}});
        QCOMPARE(shown(), ids("ws-1 ws-2 ws-3"));
        QCOMPARE(m_desk->totalText(), QStringLiteral("3"));
        m_desk->select(QStringLiteral("ws-2"));
        tell({false,
              30,
              {},
              {QStringLiteral("ws-2")},
              {{QStringLiteral("ws-2"),
                QStringLiteral("native"),
                QStringLiteral("bob"),
                {},
                {},
                moment(),
                4010,
                QStringLiteral("Off")}}});
        QCOMPARE(shown(), ids("ws-1 ws-3"));
        QCOMPARE(m_desk->totalText(), QStringLiteral("2 of 30"));
        QVERIFY(!m_desk->selectedOpen());
        QCOMPARE(m_desk->selectedTitle(), QStringLiteral("bob, Native")); // the last that was known stays
        QCOMPARE(m_desk->closed()->data(m_desk->closed()->index(0), FactListModel::ValueRole).toString(),
                 QStringLiteral("4010 Off"));
        tell({true, 0, {}, {}, {}});
        QCOMPARE(m_desk->rows()->count(), 0);
    }

    void rowsAreSortedNarrowedAndHeld()
    {
        tell({true,
              3,
              {client("ws-1", "ann", "vehicle", 1), client("ws-2", "bob", "native", 5),
               client("ws-3", "cid", "vehicle", 2)},
              {},
              {}});
        ConnectionFilterModel &rows = *m_desk->rows();
        rows.sortBy(ConnectionFilterModel::In);
        QCOMPARE(shown(), ids("ws-2 ws-3 ws-1"));
        rows.sortBy(ConnectionFilterModel::In);
        QVERIFY(rows.descending());
        QCOMPARE(shown(), ids("ws-1 ws-3 ws-2"));
        rows.setHeld(true);
        tell({false, 3, {client("ws-1", "ann", "vehicle", 9)}, {}, {}});
        QCOMPARE(shown(), ids("ws-1 ws-3 ws-2"));
        rows.setHeld(false);
        QCOMPARE(shown(), ids("ws-3 ws-2 ws-1"));
        rows.setSearch(QStringLiteral("VEHICLE 10.0"));
        QCOMPARE(shown(), ids("ws-3 ws-1"));
        for (int column = ConnectionFilterModel::Dialect; column <= ConnectionFilterModel::Quality; ++column)
            rows.sortBy(ConnectionFilterModel::Column(column));
        QCOMPARE(rows.count(), 2);
    }

    void qualityIsWhatWasMeasured()
    {
        ClientInfo one = client("ws-1", "ann", "vehicle", 1);
        const auto quality = [&] {
            tell({false, 1, {one}, {}, {}});
            return m_desk->rows()->data(m_desk->rows()->index(0, 0), ConnectionListModel::QualityRole).toInt();
        };
        QCOMPARE(quality(), int(ConnectionListModel::Unknown));
        one.roundTripMs = one.roundTripP95Ms = 3;
        QCOMPARE(quality(), int(ConnectionListModel::Good));
        one.roundTripP95Ms = 501;
        QCOMPARE(quality(), int(ConnectionListModel::Slow));
        one.conflated = 1;
        QCOMPARE(quality(), int(ConnectionListModel::Behind));
        QCOMPARE(quality(), int(ConnectionListModel::Slow)); // none since
        one.lost = 1;
        QCOMPARE(quality(), int(ConnectionListModel::Losing));
        one.waitingBytes = 70'000;
        QCOMPARE(quality(), int(ConnectionListModel::Behind));
    }

    void disconnectingIsAskedForAndAnswered()
    {
        QSignalSpy refused(m_desk.get(), &ConnectionDesk::refused);
        QSignalSpy said(m_desk.get(), &ConnectionDesk::said);
        m_desk->disconnectSelected({});
        QCOMPARE(refused.size(), 1);
        QVERIFY(m_link->orders.isEmpty());
        tell({true, 1, {client("ws-1", "ann", "vehicle", 1)}, {}, {}});
        m_desk->select(QStringLiteral("ws-1"));
        m_desk->disconnectSelected(QStringLiteral("Why"));
        QCOMPARE(std::get<DisconnectClient>(m_link->orders.constLast()),
                 (DisconnectClient{QStringLiteral("ws-1"), QStringLiteral("Why")}));
        Q_EMIT m_link->replied(QStringLiteral("o1"),
                               Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("No.")));
        QCOMPARE(refused.size(), 2);
        m_desk->disconnectSelected({});
        Q_EMIT m_link->replied(QStringLiteral("o2"), Outcome::done(QStringLiteral("ws-1")));
        QCOMPARE(said.size(), 1);
    }

    void theInspectorRunsWhenItMay()
    {
        FrameInspector &inspector = *m_desk->inspector();
        QSignalSpy refused(m_desk.get(), &ConnectionDesk::refused);
        m_desk->setWatching(true);
        inspector.inspectWhere(QStringLiteral("dialect:1 user:ann flat tyre"));
        QCOMPARE(*std::get<InspectFrames>(m_link->orders.constLast()).filter,
                 (TapFilter{{}, QStringLiteral("dialect1"), QStringLiteral("ann"), QStringLiteral("flat tyre")}));
        QVERIFY(!inspector.running());
        Q_EMIT m_link->replied(QStringLiteral("o1"),
                               Outcome::refused(QStringLiteral("forbidden"), QStringLiteral("No.")));
        QCOMPARE(refused.size(), 1);
        inspector.inspect(QStringLiteral("ws-1"));
        Q_EMIT m_link->framesSeen({{frame(QStringLiteral("early"))}, 0});
        Q_EMIT m_link->replied(QStringLiteral("o2"), Outcome::done({}));
        QVERIFY(inspector.running());
        Q_EMIT m_link->framesSeen({{frame(QStringLiteral("one"))}, 7});
        QCOMPARE(inspector.frames()->count(), 1);
        QVERIFY(inspector.runningText().contains(QStringLiteral("7 more")));
        m_desk->setWatching(false); // whoever leaves the page inspects no more
        QVERIFY(!inspector.running());
        QVERIFY(!std::get<InspectFrames>(m_link->orders.constLast()).filter);
        inspector.inspect(QStringLiteral("ws-1"));
        Q_EMIT m_link->replied(QStringLiteral("o4"), Outcome::done({}));
        m_link->setState(DeskLink::State::Reconnecting);
        QVERIFY(!inspector.running());
    }

    void aLogOfFramesIsBoundedNarrowedAndHeldBack()
    {
        FrameListModel log(ModelClock{moment, QTimeZone::utc()});
        const QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto line = [](const QString &text) {
            return FrameLine{FrameLine::Way::In, moment(), QStringLiteral("ws-1"), 3, text};
        };
        QList<FrameLine> many;
        for (int i = 0; i < 2500; ++i)
            many.append(line(QStringLiteral("n%1").arg(i)));
        log.append(many);
        QCOMPARE(log.count(), 2000);
        log.append({line(QStringLiteral("last"))});
        QCOMPARE(log.count(), 2000);
        QCOMPARE(log.textAt(1999), QStringLiteral("2026-01-31T13:06:21.034Z ws-1 < last"));
        log.setSearch(QStringLiteral("N249"));
        QCOMPARE(log.count(), 10);
        log.setPaused(true);
        log.append({line(QStringLiteral("n2490")), line(QStringLiteral("other"))});
        QCOMPARE(log.count(), 10);
        QCOMPARE(log.waiting(), 2);
        log.setPaused(false);
        QCOMPARE(log.count(), 11);
        QCOMPARE(log.data(log.index(0), FrameListModel::FrameTimeRole).toString(), QStringLiteral("13:06:21.034"));
        log.copy(10);
        QCOMPARE(QGuiApplication::clipboard()->text(), log.textAt(10));
        log.clear();
        QCOMPARE(log.count(), 0);
        log.append({});
        QVERIFY(log.allText().isEmpty());
    }

    void theTestClientSaysWhatItWillNotDo()
    {
        TestClientModel &tester = *m_desk->tester();
        for (int dialect = 0; dialect < tester.dialects().size(); ++dialect) {
            tester.setDialect(dialect);
            QVERIFY(!tester.paths().isEmpty() && !tester.simulation().isEmpty());
            for (int message = 0; message < tester.messages().size(); ++message) {
                const QString text = probe::filled(tester.templateAt(message), {QStringLiteral("x"), {}, 1, 2});
                QVERIFY2(!text.isEmpty() && !text.contains(QLatin1String("{n}")) &&
                             !text.contains(QLatin1String("{id}")),
                         qPrintable(text));
                const qsizetype json = text.indexOf(QRegularExpression(QStringLiteral("[{\\[]")));
                if (json >= 0)
                    QVERIFY2(!QJsonDocument::fromJson(text.mid(json).toUtf8()).isNull(), qPrintable(text));
            }
        }
        QVERIFY(!tester.send(QStringLiteral("x")));
        tester.setAddress(QStringLiteral("ftp://x"));
        tester.open(QStringLiteral("/"), {}, {}, false);
        QVERIFY(!tester.busy());
        QCOMPARE(tester.frames()->count(), 2);
    }

private:
    void tell(const ClientsUpdate &update) { Q_EMIT m_link->connections(update); }
    [[nodiscard]] QStringList shown() const
    {
        QStringList ids;
        for (int row = 0; row < m_desk->rows()->count(); ++row)
            ids.append(m_desk->rows()->clientIdAt(row));
        return ids;
    }

    std::unique_ptr<FakeDeskLink> m_link;
    std::unique_ptr<FilePicker> m_files;
    std::unique_ptr<ConnectionDesk> m_desk;
};

QTEST_MAIN(TestConnections)
#include "test_connections.moc"
