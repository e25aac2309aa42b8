// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Backend.h"
#include "app/Config.h"
#include "app/console/LocalLink.h"
#include "app/console/RemoteDeskLink.h"
#include "models/Console.h"
#include "tests/support/Pictures.h"

#include <QApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

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
    explicit Program(const QString &data, const QString &rules = {})
    {
        Config config;
        config.setFlag(QStringLiteral("data"), {data});
        config.setFlag(QStringLiteral("listen"), {QStringLiteral("127.0.0.1:0")});
        config.setFlag(QStringLiteral("open"), {});
        if (!rules.isEmpty())
            config.setFlag(QStringLiteral("rules"), {rules});
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
            &backend->pictures()});
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
    explicit Remote(const QUrl &url) : link({url, {}, {}, {}}, options()), console(link, systemNow) { link.start(); }
    static RemoteLink::Options options()
    {
        RemoteLink::Options options;
        options.operatorName = QStringLiteral("Dana");
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
        RaisePanic panic;
        panic.userId = QStringLiteral("anna");
        panic.userName = QStringLiteral("Anna B.");
        program.link->request(panic);
        QTRY_COMPARE_WITH_TIMEOUT(leaving.list()->openCount(), 1, patience);
        const QString id = leaving.list()->alertIdAt(0);
        leaving.open(id);
        leaving.setStage(1);
        QTRY_VERIFY_WITH_TIMEOUT(leaving.card()->isMine(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(leaving.handover()->candidates(), QStringList{QStringLiteral("J. Lind")}, patience);
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
