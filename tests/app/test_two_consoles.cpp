// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Backend.h"
#include "app/Config.h"
#include "app/console/LocalLink.h"
#include "app/console/RemoteDeskLink.h"
#include "models/Attention.h"
#include "models/Console.h"
#include "tests/support/Pictures.h"

#include <QApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr int patience = 60'000; ///< ms; a deadline, never waited for when all is well

/// Somebody else at a console of the same program.
struct Second
{
    explicit Second(Backend &backend)
        : link(LocalLink::Parts{
              backend.desk(),
              backend.archive(),
              backend.latest(),
              [&backend](std::function<void(DeskSnapshot)> reply) { backend.askSnapshot(std::move(reply)); },
              {Actor::Kind::Operator, QStringLiteral("lind"), QStringLiteral("J. Lind"), {}},
              {},
              &backend.pictures(),
              {},
              {},
              &backend.rules(),
              &backend.hearing(),
              &backend.contacts()})
        , console(link, systemNow)
    {
        QObject::connect(&backend, &Backend::published, &link, &LocalLink::offerEvents, Qt::DirectConnection);
        QObject::connect(&backend, &Backend::peopleChanged, &link, &DeskLink::people, Qt::QueuedConnection);
        backend.seat({QStringLiteral("lind"), QStringLiteral("J. Lind"), Role::Dispatcher, systemNow()});
        link.start();
    }
    LocalLink link;
    Console console;
};

/// The program as `tocsin` starts it, with its own console.
class Program
{
public:
    explicit Program(const QString &data, const QString &rules = {}, const QString &notify = {})
    {
        Config config;
        config.setFlag(QStringLiteral("data"), {data});
        config.setFlag(QStringLiteral("listen"), {QStringLiteral("127.0.0.1:0")});
        config.setFlag(QStringLiteral("open"), {});
        if (!rules.isEmpty())
            config.setFlag(QStringLiteral("rules"), {rules});
        if (!notify.isEmpty())
            config.setFlag(QStringLiteral("notify"), {notify});
        backend = std::make_unique<Backend>(config.settings(), false);
        started = backend->start();
        if (!started.error.isEmpty())
            return;
        const Actor self{Actor::Kind::Operator, QStringLiteral("mo"), QStringLiteral("M. Ortiz"),
                         QStringLiteral("console")};
        link = std::make_unique<LocalLink>(LocalLink::Parts{
            backend->desk(),
            backend->archive(),
            backend->latest(),
            [from = backend.get()](std::function<void(DeskSnapshot)> reply) { from->askSnapshot(std::move(reply)); },
            self,
            {},
            &backend->pictures(),
            {},
            {},
            &backend->rules()});
        QObject::connect(backend.get(), &Backend::published, link.get(), &LocalLink::offerEvents, Qt::DirectConnection);
        QObject::connect(backend.get(), &Backend::peopleChanged, link.get(), &DeskLink::people, Qt::QueuedConnection);
        console = std::make_unique<Console>(*link, systemNow);
        backend->seat({self.id, self.name, Role::Admin, systemNow()});
        link->start();
    }
    ~Program()
    {
        console.reset();
        backend->stop(); // what it answers late finds the link
    }
    [[nodiscard]] QUrl url() const
    {
        QUrl url(started.listeners.value(0));
        url.setScheme(QStringLiteral("ws"));
        url.setPath(QStringLiteral("/ws/v1"));
        return url;
    }
    std::unique_ptr<Second> second; ///< goes after the program, which may still answer it
    std::unique_ptr<Backend> backend;
    std::unique_ptr<LocalLink> link;
    std::unique_ptr<Console> console;
    Backend::Started started;
};

/// `tocsin --connect`.
struct Remote
{
    explicit Remote(const QUrl &url, const QString &name = QStringLiteral("Dana"))
        : link({url, {}, {}, {}}, options(name))
        , console(link, systemNow)
    {
        link.start();
    }
    static RemoteLink::Options options(const QString &name)
    {
        RemoteLink::Options options;
        options.operatorName = name;
        options.delay = ReconnectDelay(50ms, 500ms);
        return options;
    }
    RemoteDeskLink link;
    Console console;
};

QStringList namesOf(const PeopleModel &people)
{
    QStringList names;
    for (int row = 0; row < people.count(); ++row)
        names.append(people.data(people.index(row), PeopleModel::PersonNameRole).toString());
    return names;
}

QStringList picturesIn(const Console &console)
{
    const ChatModel &chat = *console.chat();
    return chat.count() == 0 ? QStringList()
                             : chat.data(chat.index(chat.count() - 1), ChatModel::AttachmentsRole).toStringList();
}

/// Puts a picture into the console's line and sends it.
void sendPicture(Console &console, const QString &file, const QByteArray &bytes)
{
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(bytes);
    out.close();
    console.pictures()->addFiles({QUrl::fromLocalFile(file)});
    (void)console.chat()->send(QStringLiteral("look"));
}

QImage shownIn(Console &console, const QString &id)
{
    QImage shown;
    console.pictureCache().show(id, {32, 32}, [&shown](const QImage &image, const QString &) { shown = image; });
    return QTest::qWaitFor([&shown] { return !shown.isNull(); }, patience) ? shown : QImage();
}

/// Anna calls for help, and whoever sits at that console takes it.
void annaIsTaken(Program &program, IncidentDesk &taker, QString &id)
{
    RaisePanic panic;
    panic.userId = QStringLiteral("anna");
    panic.userName = QStringLiteral("Anna B.");
    program.link->request(panic);
    QTRY_COMPARE_WITH_TIMEOUT(taker.list()->openCount(), 1, patience);
    id = taker.list()->alertIdAt(0);
    taker.open(id);
    taker.setStage(1);
    QTRY_VERIFY_WITH_TIMEOUT(taker.card()->isMine(), patience);
}
} // namespace

class TestTwoConsoles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bothSeeWhoIsOnShift()
    {
        QTemporaryDir data;
        Program program(data.path());
        QCOMPARE(program.started.error, QString());
        QTRY_COMPARE_WITH_TIMEOUT(namesOf(*program.console->people()), QStringList{QStringLiteral("M. Ortiz")},
                                  patience);
        {
            Remote remote(program.url());
            const QStringList both{QStringLiteral("Dana"), QStringLiteral("M. Ortiz")};
            QTRY_COMPARE_WITH_TIMEOUT(namesOf(*remote.console.people()), both, patience); // oneself first
            QTRY_COMPARE_WITH_TIMEOUT(program.console->people()->count(), 2, patience);
            QCOMPARE(program.console->people()->summary(), QStringLiteral("2 on shift: You, Dana"));
        }
        QTRY_COMPARE_WITH_TIMEOUT(program.console->people()->count(), 1, patience);
    }

    void aShiftIsHandedOverAndTheLogKnowsIt()
    {
        QTemporaryDir data;
        Program program(data.path());
        QCOMPARE(program.started.error, QString());
        program.second = std::make_unique<Second>(*program.backend);
        Second &second = *program.second;
        IncidentDesk &leaving = *program.console->incidents();
        IncidentDesk &coming = *second.console.incidents();
        leaving.setShowing(true);
        QString id;
        annaIsTaken(program, leaving, id);
        QVERIFY(leaving.card()->isMine());
        QTRY_COMPARE_WITH_TIMEOUT(leaving.handover()->candidates(), QStringList{QStringLiteral("J. Lind")}, patience);
        leaving.handover()->setShown(true);
        leaving.handover()->outgoing()->setNote(id, QStringLiteral("calm"));
        leaving.handover()->setShiftNote(QStringLiteral("quiet night"));
        leaving.handover()->offer();
        QTRY_COMPARE_WITH_TIMEOUT(coming.handover()->incomingText(), QStringLiteral("M. Ortiz hands over 1 item"),
                                  patience);
        QTRY_COMPARE_WITH_TIMEOUT(coming.handover()->incomingNote(), QStringLiteral("quiet night"), patience);
        coming.handover()->acceptAll();
        coming.open(id);
        QTRY_VERIFY_WITH_TIMEOUT(coming.card()->isMine(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(leaving.handover()->progressText(), QStringLiteral("1 accepted"), patience);
        QVERIFY(!leaving.card()->isMine());
        // From the archive, in order, with who did it.
        QTRY_VERIFY_WITH_TIMEOUT(!coming.log()->loading(), patience);
        const auto titles = [&coming] {
            QStringList list;
            for (const IncidentLogEntry &entry : coming.log()->entries())
                list.append(entry.title);
            return list;
        };
        const QStringList expected{
            QStringLiteral("Panic received"),    QStringLiteral("Acknowledged"),       QStringLiteral("Taken"),
            QStringLiteral("Stage: Contacting"), QStringLiteral("Offered to J. Lind"), QStringLiteral("Taken over")};
        const auto isWhole = [&] {
            QStringList found = titles();
            // What time does meanwhile, on a slow machine: nobody took it at once, the phone fell silent.
            found.removeIf([&expected](const QString &title) { return !expected.contains(title); });
            return found == expected;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(isWhole(), qPrintable(titles().join(QStringLiteral(" / "))), patience);
        QVERIFY(titles().contains(QStringLiteral("Shown at a desk")));
        QVERIFY(coming.contacts()->problem().isEmpty());
    }

    /// An open server knows no accounts: who sits at a console elsewhere is who they say.
    void twoRemoteConsolesHandOverToEachOther()
    {
        QTemporaryDir data;
        Program program(data.path());
        QCOMPARE(program.started.error, QString());
        Remote dana(program.url());
        Remote kim(program.url(), QStringLiteral("Kim"));
        QTRY_VERIFY_WITH_TIMEOUT(dana.console.server()->live() && kim.console.server()->live(), patience);
        QVERIFY(dana.link.self().id != kim.link.self().id);
        IncidentDesk &leaving = *dana.console.incidents();
        IncidentDesk &coming = *kim.console.incidents();
        QString id;
        annaIsTaken(program, leaving, id);
        QVERIFY(leaving.card()->isMine());
        leaving.handover()->setShown(true);
        const auto offerToKim = [&leaving] {
            const qsizetype at = leaving.handover()->candidates().indexOf(QStringLiteral("Kim"));
            leaving.handover()->setCandidate(int(at));
            if (at >= 0)
                leaving.handover()->offer();
            return at >= 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(leaving.handover()->candidates().contains(QStringLiteral("Kim")), patience);
        QVERIFY(offerToKim());
        QTRY_COMPARE_WITH_TIMEOUT(coming.handover()->incomingText(), QStringLiteral("Dana hands over 1 item"),
                                  patience);
        // Taken back, and both see that.
        leaving.withdraw();
        QTRY_COMPARE_WITH_TIMEOUT(coming.handover()->incomingText(), QString(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(leaving.handover()->offerable(), 1, patience);
        QVERIFY(leaving.card()->isMine());
        // Offered again, and accepted.
        QVERIFY(offerToKim());
        QTRY_COMPARE_WITH_TIMEOUT(coming.handover()->incomingText(), QStringLiteral("Dana hands over 1 item"),
                                  patience);
        coming.handover()->acceptAll();
        coming.open(id);
        QTRY_VERIFY_WITH_TIMEOUT(coming.card()->isMine(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!leaving.card()->isMine(), patience);
    }

    /// What the notify file addresses to the consoles reaches this one, wherever it runs; so does who else was told.
    void aNoticeAndWhoWasToldReachTheRemoteOne()
    {
        QTemporaryDir data;
        const QString file = data.filePath(QStringLiteral("notify.toml"));
        QFile toml(file);
        QVERIFY(toml.open(QIODevice::WriteOnly));
        toml.write(
            "[[channel]]\nname = \"screen\"\nkind = \"desktop\"\n[[route]]\nname = \"all\"\nchannel = \"screen\"\n"
            "to = [\"staff\"]\nmin_level = \"warning\"\n");
        toml.close();
        Program program(data.path(), {}, file);
        QCOMPARE(program.started.error, QString());
        Remote remote(program.url());
        Attention attention(remote.link);
        QList<Attention::Call> calls;
        connect(&attention, &Attention::called, this, [&calls](const Attention::Call &call) { calls.append(call); });
        QTRY_VERIFY_WITH_TIMEOUT(remote.console.server()->live(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(program.console->people()->count(), 2, patience);
        ReportAlert report;
        report.source = QStringLiteral("van-1");
        report.code = QStringLiteral("TIRE");
        report.title = QStringLiteral("Low tyre");
        report.level = AlertLevel::Warning;
        // The console has subscribed to notices with its other topics; whether the part that notifies knows that already, nobody can see from here.
        QString alert;
        const auto shown = [&] {
            report.code += QLatin1Char('X');
            remote.link.request(report);
            return QTest::qWaitFor([&calls] { return !calls.isEmpty(); }, 1000);
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(), patience);
        // In sight and below critical: the server's notice alone calls, and it says which alert.
        alert = calls.constFirst().alertId;
        QVERIFY(!alert.isEmpty());
        QVERIFY(!calls.constFirst().urgent);
        // Who was told is in the alert's log, and arrives there while it is open.
        AlertDesk &desk = *remote.console.alertDesk();
        const auto told = [&desk] {
            const AlertLogModel &log = *desk.detail()->log();
            QStringList rows;
            for (int row = 0; row < log.count(); ++row) {
                if (log.data(log.index(row), AlertLogModel::VerbTextRole).toString() == QLatin1String("notified"))
                    rows.append(log.data(log.index(row), AlertLogModel::ReasonRole).toString());
            }
            rows.sort();
            return rows;
        };
        const QStringList both{QStringLiteral("desktop (screen) to Dana (name/dana), step 0: shown"),
                               QStringLiteral("desktop (screen) to M. Ortiz (mo), step 0: shown")};
        desk.select(alert);
        QTRY_COMPARE_WITH_TIMEOUT(told(), both, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.detail()->log()->loading(), patience);
        report.level = AlertLevel::Critical; // the one that was asked for last need not be the one that is shown
        report.code = desk.detail()->code();
        remote.link.request(report);
        QTRY_COMPARE_WITH_TIMEOUT(told(), (QStringList{both[0], both[0], both[1], both[1]}), patience);
        QVERIFY(!desk.detail()->log()->loading()); // nothing was asked again
        // A critical one while nobody looks calls by itself as well: by the event, not by the notice.
        attention.setInSight(false);
        calls.clear();
        report.code = QStringLiteral("HOT");
        report.level = AlertLevel::Critical;
        remote.link.request(report);
        const auto urgent = [&calls](bool own) {
            return std::count_if(calls.cbegin(), calls.cend(), [own](const Attention::Call &call) {
                return call.urgent && call.title.startsWith(QLatin1String("Critical: ")) == own;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(urgent(true) == 1 && urgent(false) == 1, patience);
    }

    void rulesAreChangedFromEitherAndAConflictIsTold()
    {
        QTemporaryDir data;
        Program program(data.path());
        QCOMPARE(program.started.error, QString());
        Remote remote(program.url());
        QTRY_VERIFY_WITH_TIMEOUT(remote.console.server()->live(), patience);
        const QByteArray mine =
            R"({"version":1,"rules":[{"id":"fast","code":"FAST","metric":"speed","condition":">","limit":33,"level":"warning"}]})";
        const QByteArray theirs = QByteArray(mine).replace("33", "44");
        const QByteArray wrong = QByteArray(mine).replace("33", "\"x\"");
        int number = 0;
        for (DeskLink *link : {static_cast<DeskLink *>(program.link.get()), static_cast<DeskLink *>(&remote.link)}) {
            QHash<quint64, RulesAnswer> answers;
            QHash<quint64, RuleTrialAnswer> trials;
            QObject here; // the answers of this round alone
            connect(link, &DeskLink::rulesAnswered, &here,
                    [&answers](quint64 query, const RulesAnswer &answer) { answers.insert(query, answer); });
            connect(link, &DeskLink::ruleTried, &here,
                    [&trials](quint64 query, const RuleTrialAnswer &answer) { trials.insert(query, answer); });
            const quint64 current = link->requestRules();
            QVERIFY(!answers.contains(current)); // never before it returns
            QTRY_VERIFY_WITH_TIMEOUT(answers.contains(current), patience);
            const QString revision = answers.value(current).revision;
            QVERIFY(answers.value(current).outcome.ok && !revision.isEmpty());
            const quint64 checked = link->checkRules(wrong);
            QTRY_VERIFY_WITH_TIMEOUT(answers.contains(checked), patience);
            QCOMPARE(answers.value(checked).outcome.code, QStringLiteral("invalid"));
            QCOMPARE(answers.value(checked).errors.size(), 1);
            QCOMPARE(answers.value(checked).errors.first().ruleId, QStringLiteral("fast"));
            const quint64 tried = link->tryRule(
                {R"({"id":"fast","code":"FAST","metric":"speed","condition":">","limit":33,"level":"warning"})",
                 QStringLiteral("van-1"), systemNow() - 1h, systemNow()});
            QTRY_VERIFY_WITH_TIMEOUT(trials.contains(tried), patience);
            QVERIFY2(trials.value(tried).outcome.ok || trials.value(tried).outcome.code == QLatin1String("not_found"),
                     qPrintable(trials.value(tried).outcome.message));
            const QByteArray text = number++ == 0 ? mine : theirs;
            const quint64 applied = link->applyRules(text, revision);
            QTRY_VERIFY_WITH_TIMEOUT(answers.contains(applied), patience);
            QVERIFY2(answers.value(applied).outcome.ok, qPrintable(answers.value(applied).outcome.message));
            // What was looked at before that is old now: what took its place comes back, and stays in force.
            const quint64 late = link->applyRules(mine, revision);
            QTRY_VERIFY_WITH_TIMEOUT(answers.contains(late), patience);
            QCOMPARE(answers.value(late).outcome.code, QStringLiteral("superseded"));
            QCOMPARE(answers.value(late).text, text);
            QCOMPARE(answers.value(late).revision, answers.value(applied).revision);
        }
        // The console that did not ask sees the other's.
        QByteArray seen;
        connect(program.link.get(), &DeskLink::rulesAnswered, this,
                [&seen](quint64 /*query*/, const RulesAnswer &answer) { seen = answer.text; });
        (void)program.link->requestRules();
        QTRY_COMPARE_WITH_TIMEOUT(seen, theirs, patience);
    }

    void theRemoteOneDrawsTheServersLimits()
    {
        QTemporaryDir data;
        QTemporaryDir other;
        QFile rules(other.filePath(QStringLiteral("rules.json")));
        QVERIFY(rules.open(QIODevice::WriteOnly));
        rules.write(
            R"({"version":1,"rules":[{"id":"fast","code":"FAST","metric":"speed","condition":">","limit":33,"level":"warning"}]})");
        rules.close();
        Program program(data.path(), rules.fileName());
        QCOMPARE(program.started.error, QString());
        Remote remote(program.url());
        QTRY_VERIFY_WITH_TIMEOUT(remote.console.server()->live(), patience);
        Device van;
        van.id = QStringLiteral("van-1");
        van.name = QStringLiteral("Van 1");
        van.kind = DeviceKind::Vehicle;
        remote.link.request(PutDevice{van});
        QTRY_VERIFY_WITH_TIMEOUT(remote.console.devices()->facts(van.id) != nullptr, patience);
        LatestReading reading;
        reading.deviceId = van.id;
        reading.channels.insert(channel::Speed, {40.0, systemNow()});
        Q_EMIT remote.link.latest({reading});
        remote.console.selectDevice(van.id);
        const GaugeModel &gauges = *remote.console.gauges();
        const auto high = [&gauges] { return gauges.data(gauges.index(0), GaugeModel::WarnHighRole).toDouble(); };
        QTRY_COMPARE_WITH_TIMEOUT(high(), 33.0, patience);
    }

    void picturesGoFromEachToTheOther()
    {
        QTemporaryDir data;
        QTemporaryDir files;
        Program program(data.path());
        QCOMPARE(program.started.error, QString());
        Remote remote(program.url());
        QTRY_VERIFY_WITH_TIMEOUT(remote.console.server()->live(), patience);
        for (Console *console : {program.console.get(), &remote.console})
            console->showThread(operatorsThread());
        int number = 0;
        for (const auto &[from, to] :
             {std::pair(program.console.get(), &remote.console), std::pair(&remote.console, program.console.get())}) {
            const QByteArray bytes = test::encoded(test::painted(64, 48, number == 0 ? Qt::red : Qt::blue));
            sendPicture(*from, files.filePath(QStringLiteral("%1.png").arg(++number)), bytes);
            const QString id = QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
            QTRY_COMPARE_WITH_TIMEOUT(picturesIn(*to), QStringList{id}, patience);
            QCOMPARE(shownIn(*to, id).size(), QSize(32, 24));
            QTRY_COMPARE_WITH_TIMEOUT(
                from->chat()->data(from->chat()->index(number - 1), ChatModel::PendingRole).toBool(), false, patience);
        }
        QString problem;
        remote.console.pictureCache().give(QString(64, QLatin1Char('0')),
                                           [&problem](const QByteArray &, const QString &text) { problem = text; });
        QTRY_VERIFY_WITH_TIMEOUT(problem.contains(QStringLiteral("no such picture")), patience);
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestTwoConsoles test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_two_consoles.moc"
