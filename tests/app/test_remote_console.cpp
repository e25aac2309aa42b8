// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/RemoteDeskLink.h"
#include "models/Console.h"

#include <QApplication>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QWebSocket>

#include <csignal>
#include <memory>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr int patience = 60'000; ///< ms; a deadline, never waited for when all is well

/// The real program, headless, on one port for its life and the next.
class Server
{
public:
    explicit Server(QStringList more = {QStringLiteral("--open")}) : m_more(std::move(more)) {}
    ~Server() { kill(); }

    [[nodiscard]] bool start()
    {
        m_process = std::make_unique<QProcess>();
        m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process->start(QStringLiteral(TOCSIN_BINARY),
                         QStringList{QStringLiteral("--headless"), QStringLiteral("--listen"),
                                     QStringLiteral("127.0.0.1:%1").arg(m_port), QStringLiteral("--data"),
                                     m_data.path()} +
                             m_more);
        QByteArray said;
        while (!said.contains('\n')) {
            if (!m_process->waitForReadyRead(patience))
                return false;
            said += m_process->readAllStandardOutput();
        }
        m_port = said.mid(said.lastIndexOf(':') + 1).trimmed().toUShort();
        return m_port != 0;
    }
    void kill()
    {
        if (!m_process)
            return;
        m_process->kill();
        m_process->waitForFinished(patience);
        m_process.reset();
    }
    [[nodiscard]] QString data() const { return m_data.path(); }
    void freeze() { ::kill(static_cast<pid_t>(m_process->processId()), SIGSTOP); }
    [[nodiscard]] QString at(const QString &scheme, const QString &path) const
    {
        return QStringLiteral("%1://127.0.0.1:%2%3").arg(scheme).arg(m_port).arg(path);
    }
    [[nodiscard]] QJsonObject get(const QString &path) const
    {
        QNetworkAccessManager http;
        QNetworkReply *reply = http.get(QNetworkRequest(QUrl(at(QStringLiteral("http"), path))));
        if (!QTest::qWaitFor([reply] { return reply->isFinished(); }, patience))
            return {};
        return QJsonDocument::fromJson(reply->readAll()).object();
    }
    /// How often an alert was acknowledged, by the log.
    [[nodiscard]] int acknowledges(const QString &alertId) const
    {
        int count = 0;
        for (const QJsonValueConstRef event :
             get(QStringLiteral("/api/streams/alerts?limit=1000")).value(QStringLiteral("events")).toArray()) {
            const QJsonObject body = event.toObject().value(QStringLiteral("body")).toObject();
            count += body.value(QStringLiteral("verb")) == QStringLiteral("acknowledge") &&
                             body.value(QStringLiteral("alert")).toObject().value(QStringLiteral("id")) == alertId
                         ? 1
                         : 0;
        }
        return count;
    }

private:
    QTemporaryDir m_data;
    QStringList m_more;
    quint16 m_port = 0;
    std::unique_ptr<QProcess> m_process;
};

/// The whole console but its window.
struct RemoteConsole
{
    explicit RemoteConsole(const Server &server, const QString &token = {}, const QString &pending = {})
        : link({QUrl(server.at(QStringLiteral("ws"), QStringLiteral("/ws/v1"))), token, {}, {}}, options(pending))
        , console(link, systemNow)
    {
        link.start();
    }
    static RemoteLink::Options options(const QString &pending)
    {
        RemoteLink::Options options;
        options.pendingDirectory = pending;
        options.operatorName = QStringLiteral("Dana");
        options.delay = ReconnectDelay(50ms, 500ms);
        return options;
    }
    [[nodiscard]] bool isPending(const QString &alertId) const
    {
        return console.alerts()->isPending(console.alerts()->rowOf(alertId));
    }
    /// The newest alert of a device that nobody took.
    [[nodiscard]] QString waitingAlertOf(const QString &device) const
    {
        for (int row = 0; row < console.alerts()->count(); ++row) {
            const Alert &alert = console.alerts()->at(row);
            if (alert.source == device && stateOf(alert) == AlertState::Unacknowledged)
                return alert.id;
        }
        return {};
    }

    RemoteDeskLink link;
    Console console;
};

/// A vehicle or phone of dialect 1.
class Peer
{
public:
    Peer(const Server &server, const QString &path)
    {
        QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket, [this](const QString &text) {
            heard.append(QJsonDocument::fromJson(text.toUtf8()).object());
        });
        m_socket.open(QUrl(server.at(QStringLiteral("ws"), path)));
        (void)QTest::qWaitFor([this] { return m_socket.state() == QAbstractSocket::ConnectedState; }, patience);
    }
    void say(const QByteArray &json) { m_socket.sendTextMessage(QString::fromUtf8(json)); }
    QList<QJsonObject> heard;

private:
    QWebSocket m_socket;
};

const QByteArray hotEngine = R"({"type":"telemetry_data","data":{"speed":48,"engine_metrics":{"temperature":118}}})";
} // namespace

/// `tocsin --connect`: every model of the console against a server in another process.
class TestRemoteConsole : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theWholeConsoleWorksAgainstAServerElsewhere()
    {
        Server server({QStringLiteral("--open"), QStringLiteral("--simulate"),
                       QStringLiteral(TOCSIN_SOURCE_DIR "/resources/scenarios/city.json"), QStringLiteral("--fences"),
                       QStringLiteral(TOCSIN_SOURCE_DIR "/resources/scenarios/city-fences.json")});
        QVERIFY(server.start());
        RemoteConsole remote(server);
        Console &console = remote.console;
        QTRY_VERIFY_WITH_TIMEOUT(console.server()->live(), patience);
        QCOMPARE(console.operatorName(), QStringLiteral("Dana"));
        QTRY_VERIFY_WITH_TIMEOUT(console.devices()->count() > 10, patience);          // the simulated city
        QTRY_VERIFY_WITH_TIMEOUT(!console.server()->addresses().isEmpty(), patience); // server figures
        QTRY_VERIFY_WITH_TIMEOUT(console.server()->adapters()->rowCount() > 0, patience);

        Peer van(server, QStringLiteral("/ws/telemetry/van-1"));
        van.say(hotEngine);
        QTRY_VERIFY_WITH_TIMEOUT(console.devices()->facts(QStringLiteral("van-1")) != nullptr, patience);
        console.selectDevice(QStringLiteral("van-1"));
        QTRY_VERIFY_WITH_TIMEOUT(console.gauges()->rowCount() > 0, patience);

        QTRY_VERIFY_WITH_TIMEOUT(!remote.waitingAlertOf(QStringLiteral("van-1")).isEmpty(), patience);
        const QString alert = remote.waitingAlertOf(QStringLiteral("van-1"));
        console.acknowledge(alert);
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(*console.alerts()->find(alert)) == AlertState::Acknowledged, patience);
        QCOMPARE(console.alerts()->find(alert)->ackedBy, QStringLiteral("Dana"));

        Peer phone(server, QStringLiteral("/ws/chat/anna"));
        phone.say(R"({"message":"I am at the quay"})");
        QTRY_VERIFY_WITH_TIMEOUT(console.threads()->rowCount() > 0, patience);
        remote.link.request(
            SendChat{QStringLiteral("user/anna"), QStringLiteral("Stay there"), {}, true, false, false, {}, {}});
        const auto told = [&phone] {
            for (const QJsonObject &frame : phone.heard) {
                if (frame.value(QStringLiteral("response")) == QStringLiteral("Stay there"))
                    return true;
            }
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(told(), patience);

        HistoryResult history;
        QObject::connect(&remote.link, &DeskLink::historyReady, this,
                         [&history](quint64 /*id*/, const HistoryResult &result) { history = result; });
        const auto asked = [&] {
            (void)remote.link.requestHistory(
                {QStringLiteral("van-1"), {QStringLiteral("speed")}, systemNow() - 10min, systemNow() + 1s, 100});
            return QTest::qWaitFor(
                [&history] { return !history.series.isEmpty() && !history.series.first().points.isEmpty(); }, 1000);
        };
        QTRY_VERIFY_WITH_TIMEOUT(asked(), patience); // the history is written in batches

        // The map knows the geofences, and a rule about one is tried on where a vehicle was.
        const FenceListModel &fences = *console.mapView()->fences();
        QTRY_COMPARE_WITH_TIMEOUT(fences.count(), 4, patience);
        QCOMPARE(fences.index(0).data(FenceListModel::NameRole).toString(), QStringLiteral("Harbour zone"));
        RuleTrialAnswer tried;
        QObject::connect(&remote.link, &DeskLink::ruleTried, this,
                         [&tried](quint64 /*id*/, const RuleTrialAnswer &answer) { tried = answer; });
        const auto triedOnPositions = [&] {
            (void)remote.link.tryRule({R"({"id":"h","code":"H","metric":"fence.harbour","condition":"==","limit":1,
                                           "level":"warning"})",
                                       QStringLiteral("unit-01"), systemNow() - 10min, systemNow() + 1s});
            return QTest::qWaitFor([&tried] { return tried.positions > 0; }, 1000);
        };
        QTRY_VERIFY_WITH_TIMEOUT(triedOnPositions(), patience);
        QVERIFY2(tried.outcome.ok, qPrintable(tried.outcome.message));
        QCOMPARE(tried.readings, tried.positions);
        QVERIFY(!tried.drawn.isEmpty());
    }

    void whatIsDoneWhileTheServerIsDeadIsAppliedOnceWhenItIsBack()
    {
        Server server;
        QVERIFY(server.start());
        RemoteConsole remote(server);
        Console &console = remote.console;
        auto van = std::make_unique<Peer>(server, QStringLiteral("/ws/telemetry/van-1"));
        van->say(hotEngine);
        QTRY_VERIFY_WITH_TIMEOUT(!remote.waitingAlertOf(QStringLiteral("van-1")).isEmpty(), patience);
        const QString alert = remote.waitingAlertOf(QStringLiteral("van-1"));

        server.kill();
        QTRY_COMPARE_WITH_TIMEOUT(console.server()->connectionText(), QStringLiteral("reconnecting"), patience);
        QVERIFY(!console.server()->live());
        QVERIFY(console.server()->awayText().contains(QLatin1String("last picture")));
        QVERIFY(console.alerts()->find(alert) != nullptr); // the picture stays
        console.acknowledge(alert);
        QVERIFY(remote.isPending(alert));
        QTRY_VERIFY(console.server()->awayText().contains(QLatin1String("1 action")));
        QVERIFY(stateOf(*console.alerts()->find(alert)) == AlertState::Unacknowledged);

        QVERIFY(server.start());
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(*console.alerts()->find(alert)) == AlertState::Acknowledged, patience);
        QTRY_VERIFY(!remote.isPending(alert));
        QVERIFY(console.server()->live());
        QTRY_COMPARE(console.server()->awayText(), QString());
        QTRY_COMPARE(remote.link.pendingActions().size(), 0);
        QCOMPARE(server.acknowledges(alert), 1);
    }

    void whatWasOnItsWayWhenTheServerDiedIsAppliedOnceToo()
    {
        Server server;
        QVERIFY(server.start());
        RemoteConsole remote(server);
        Peer van(server, QStringLiteral("/ws/telemetry/van-1"));
        van.say(hotEngine);
        QTRY_VERIFY_WITH_TIMEOUT(!remote.waitingAlertOf(QStringLiteral("van-1")).isEmpty(), patience);
        const QString alert = remote.waitingAlertOf(QStringLiteral("van-1"));
        server.freeze(); // the request leaves the console and is never read
        remote.console.acknowledge(alert);
        QTest::qWait(50);
        server.kill();
        QVERIFY(server.start());
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(*remote.console.alerts()->find(alert)) == AlertState::Acknowledged, patience);
        QTRY_COMPARE(remote.link.pendingActions().size(), 0);
        QCOMPARE(server.acknowledges(alert), 1);
    }

    void whatWaitsOutlivesTheConsoleAndIsAppliedOnce()
    {
        QTemporaryDir kept;
        Server server;
        QVERIFY(server.start());
        QString alert;
        {
            RemoteConsole remote(server, {}, kept.path());
            Peer van(server, QStringLiteral("/ws/telemetry/van-1"));
            van.say(hotEngine);
            QTRY_VERIFY_WITH_TIMEOUT(!remote.waitingAlertOf(QStringLiteral("van-1")).isEmpty(), patience);
            alert = remote.waitingAlertOf(QStringLiteral("van-1"));
            server.freeze(); // one leaves and is never read, the other is made while nobody is there
            remote.console.acknowledge(alert);
            QTest::qWait(50);
            server.kill();
            QTRY_VERIFY_WITH_TIMEOUT(!remote.console.server()->live(), patience);
            remote.console.showThread(operatorsThread());
            QVERIFY(remote.console.chat()->send(QStringLiteral("written while the server was away")));
            QTRY_COMPARE(remote.console.pending()->count(), 2);
        } // the console ends, and another one begins before the server is back
        RemoteConsole again(server, {}, kept.path());
        QCOMPARE(again.console.pending()->count(), 2);
        again.console.showThread(operatorsThread());
        QVERIFY(again.console.chat()->data(again.console.chat()->index(0), ChatModel::PendingRole).toBool());
        QVERIFY(server.start());
        QTRY_VERIFY_WITH_TIMEOUT(again.console.server()->live(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(*again.console.alerts()->find(alert)) == AlertState::Acknowledged, patience);
        QTRY_COMPARE_WITH_TIMEOUT(again.console.pending()->count(), 0, patience);
        QCOMPARE(server.acknowledges(alert), 1);
        QTRY_COMPARE_WITH_TIMEOUT(again.console.chat()->count(), 1, patience);
        QVERIFY(!again.console.chat()->data(again.console.chat()->index(0), ChatModel::PendingRole).toBool());
        QTRY_VERIFY(QDir(kept.path()).entryList({QStringLiteral("*.json")}, QDir::Files).isEmpty());
    }

    void picturesNeedTheTokenToo()
    {
        Server server{QStringList()};
        const auto run = [&server](const QStringList &arguments, const QByteArray &typed) {
            QProcess tool;
            tool.start(QStringLiteral(TOCSIN_BINARY), arguments + QStringList{QStringLiteral("--data"), server.data()});
            tool.write(typed);
            tool.closeWriteChannel();
            return tool.waitForFinished(patience) && tool.exitCode() == 0 ? tool.readAllStandardOutput().trimmed()
                                                                          : QByteArray();
        };
        const QString dana = QStringLiteral("dana");
        QVERIFY(!run({QStringLiteral("user"), QStringLiteral("add"), dana, QStringLiteral("--role"),
                      QStringLiteral("dispatcher"), QStringLiteral("--password-stdin")},
                     "correct horse battery\n")
                     .isEmpty());
        const QByteArray token = run({QStringLiteral("token"), dana}, {});
        QVERIFY(!token.isEmpty());
        QVERIFY(server.start());
        const QByteArray bytes = QByteArray("\x89PNG\r\n\x1a\n") + QByteArray(200'000, 'x');
        QHash<quint64, AttachmentResult> told;
        const auto note = [&told](quint64 transfer, const AttachmentResult &result) { told.insert(transfer, result); };
        const QUrl url(server.at(QStringLiteral("ws"), QStringLiteral("/ws/v1")));
        for (const QString &wrong : {QString(), QStringLiteral("no token of ours")}) {
            RemotePictures stranger({url, wrong, {}, {}});
            connect(&stranger, &RemotePictures::stored, this, note);
            const quint64 refused = stranger.store(bytes.left(500)); // who is unknown may send no more
            QTRY_VERIFY_WITH_TIMEOUT(told.contains(refused), patience);
            QCOMPARE(told.take(refused).code, QStringLiteral("forbidden"));
        }
        RemotePictures pictures({url, QString::fromLatin1(token), {}, {}});
        connect(&pictures, &RemotePictures::stored, this, note);
        connect(&pictures, &RemotePictures::fetched, this, note);
        qint64 most = 0;
        connect(&pictures, &RemotePictures::progress, this,
                [&most](quint64 /*id*/, qint64 done) { most = std::max(most, done); });
        const quint64 canceled = pictures.store(bytes + "y");
        pictures.cancel(canceled);
        const quint64 stored = pictures.store(bytes);
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(stored), patience);
        QCOMPARE(told.value(stored).code, QString());
        QCOMPARE(most, bytes.size());
        const quint64 fetched = pictures.fetch(told.value(stored).attachment.id);
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(fetched), patience);
        QCOMPARE(told.value(fetched).attachment.bytes, bytes);
        const quint64 unfit = pictures.store("no picture");
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(unfit), patience);
        QCOMPARE(told.value(unfit).code, QStringLiteral("unsupported"));
        QVERIFY(told.value(unfit).message.contains(QLatin1String("PNG, JPEG")));
        const quint64 nothing = pictures.fetch(QStringLiteral("../accounts"));
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(nothing), patience);
        QCOMPARE(told.value(nothing).code, QStringLiteral("not_found"));
        server.kill();
        const quint64 away = pictures.store(bytes);
        QTRY_VERIFY_WITH_TIMEOUT(told.contains(away), patience);
        QCOMPARE(told.value(away).code, QStringLiteral("offline"));
        QVERIFY(!told.contains(canceled));
    }

    void aRefusedTokenIsSaidInWords()
    {
        Server server{QStringList()};
        QVERIFY(server.start());
        RemoteConsole remote(server, QStringLiteral("no token of ours"));
        QTRY_COMPARE_WITH_TIMEOUT(remote.console.server()->connectionText(), QStringLiteral("failed"), patience);
        QVERIFY2(remote.console.server()->awayText().contains(QLatin1String("token was refused")),
                 qPrintable(remote.console.server()->awayText()));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv); // the trend is a Qt Charts series
    TestRemoteConsole test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_remote_console.moc"
