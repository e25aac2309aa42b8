// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FanOut.h"
#include "server/net/FrameCodec.h"
#include "server/net/Server.h"
#include "server/net/ServerThread.h"
#include "tests/bench/net/LoadClient.h"

#include <QTest>
#include <QThread>

using namespace tocsin;
using namespace tocsin::net;
using namespace std::chrono_literals;
using tocsin::bench::LoadClient;

namespace {

/// /sub listens, /pub publishes to all that do, everything else is idle.
class TopicDialect final : public Dialect
{
public:
    [[nodiscard]] QString name() const override { return QStringLiteral("topic"); }
    [[nodiscard]] bool claimsUpgrade(const QString &) const override { return true; }
    [[nodiscard]] bool claimsHttp(const QByteArray &, const QString &) const override { return false; }
    [[nodiscard]] Verdict authorizeUpgrade(const HttpRequest &, const std::optional<Principal> &) const override
    {
        return Verdict::allow();
    }
    void opened(Session *session) override
    {
        if (session->path() == QLatin1String("/sub")) {
            m_fanOut.subscribe(session, QStringLiteral("all"));
        } else {
            QObject::connect(session, &Session::textReceived, session, [this](const QByteArray &text) {
                m_fanOut.publish(QStringLiteral("all"), Frame::text(text));
            });
        }
    }
    void http(const HttpRequest &, const std::optional<Principal> &, const Respond &) override {}

private:
    FanOut m_fanOut;
};

/// A server as in the real program: on its own thread, with that thread's dispatcher.
class Running
{
public:
    explicit Running(const std::function<void(ServerSettings &)> &change = {})
    {
        ServerSettings settings;
        settings.listen = QStringList{QStringLiteral("127.0.0.1:0")};
        settings.posture = Posture::Open;
        if (change)
            change(settings);
        setServerEventDispatcher(m_thread);
        m_server = new Server(settings, nullptr);
        m_server->addDialect(std::make_unique<TopicDialect>());
        m_server->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_server, &QObject::deleteLater);
        m_thread.start();
        QMetaObject::invokeMethod(
            m_server,
            [this] {
                const Server::StartResult started = m_server->start();
                port = started.listening.value(0).section(QLatin1Char(':'), -1).toUShort();
            },
            Qt::BlockingQueuedConnection);
    }
    ~Running()
    {
        m_thread.quit();
        m_thread.wait();
    }
    [[nodiscard]] ServerCounters counters() const
    {
        ServerCounters counters;
        QMetaObject::invokeMethod(
            m_server, [this, &counters] { counters = m_server->counters(); }, Qt::BlockingQueuedConnection);
        return counters;
    }
    quint16 port = 0;

private:
    QThread m_thread;
    Server *m_server = nullptr;
};

constexpr auto patience = 60s;

} // namespace

/// The scale benchmarks at a size for every run: what happens, not how fast.
class TestScale : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holdsTwoThousandAndTakesThemBackAtOnce();
    void readersThatStopHarmNobodyElse();
    void givesUpReadersThatNeverReadAgain();
};

void TestScale::holdsTwoThousandAndTakesThemBackAtOnce()
{
    constexpr std::size_t count = 2'000;
    const Running server([](ServerSettings &settings) { settings.deadlines.requestHead = patience; });
    LoadClient client(server.port);
    client.add(count, "/idle");
    QVERIFY2(client.connectAll(200, patience), client.firstError().c_str());
    QCOMPARE(server.counters().sessionsNow, int(count));
    client.dropAll();
    QVERIFY2(client.connectAll(count, patience), client.firstError().c_str());
    QTRY_COMPARE_WITH_TIMEOUT(server.counters().sessionsNow, int(count), 30'000); // the old ones are gone
    QCOMPARE(server.counters().connectionsTotal, quint64(2 * count));
    QCOMPARE(server.counters().connectionsRefused, 0U);
}

void TestScale::readersThatStopHarmNobodyElse()
{
    constexpr std::size_t readers = 450;
    constexpr std::size_t stopped = 50;
    constexpr std::uint64_t messages = 300;
    const Running server([](ServerSettings &settings) {
        settings.limits.waitingA = 131'072;
        settings.deadlines.closeLinger = 60s; // they are to see the code
    });
    LoadClient client(server.port);
    const std::size_t first = client.add(readers, "/sub");
    const std::size_t stuck = client.add(stopped, "/sub", false);
    const std::size_t publisher = client.add(1, "/pub");
    QVERIFY2(client.connectAll(200, patience), client.firstError().c_str());
    const std::string text(2'000, 'x');
    std::uint64_t sent = 0;
    // The publisher waits for the slowest of those that read; nobody waits for those that do not.
    const auto step = [&] {
        std::uint64_t least = messages;
        for (std::size_t i = first; i < first + readers; ++i)
            least = std::min(least, client.peers()[i].messages);
        for (; sent < messages && sent < least + 8; ++sent)
            client.send(publisher, text);
        return least == messages;
    };
    QVERIFY2(client.runUntil(step, patience), client.firstError().c_str());
    QCOMPARE(client.open(), readers + stopped + 1); // those that stopped have not even noticed
    QTRY_COMPARE_WITH_TIMEOUT(server.counters().closedSlow, quint64(stopped), 10'000);
    for (std::size_t i = stuck; i < stuck + stopped; ++i)
        client.resumeReading(i);
    QVERIFY(client.runUntil([&] { return client.open() == readers + 1; }, patience));
    for (std::size_t i = stuck; i < stuck + stopped; ++i) {
        QCOMPARE(client.peers()[i].closeCode, CloseCode::Slow);
        QVERIFY(client.peers()[i].messages < messages);
    }
}

void TestScale::givesUpReadersThatNeverReadAgain()
{
    const Running server([](ServerSettings &settings) {
        settings.limits.waitingA = 131'072;
        settings.deadlines.closeLinger = 100ms;
    });
    LoadClient client(server.port);
    client.add(5, "/sub", false);
    const std::size_t publisher = client.add(1, "/pub");
    QVERIFY2(client.connectAll(10, patience), client.firstError().c_str());
    for (int i = 0; i < 300; ++i)
        client.send(publisher, std::string(2'000, 'x'));
    // They are told although they do not read; the system keeps nothing for them.
    QVERIFY(client.runUntil([&client] { return client.open() == 1; }, 20s));
    QCOMPARE(server.counters().closedSlow, 5U);
}

QTEST_GUILESS_MAIN(TestScale)
#include "test_scale.moc"
