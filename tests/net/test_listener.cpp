// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Descriptor.h"
#include "server/net/TcpListener.h"
#include "tests/net/ServerFixture.h"

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include "server/net/DescriptorListener.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

#include <QAbstractEventDispatcher>
#include <QTcpSocket>
#include <QTest>

#include <functional>

using namespace tocsin::net;
using namespace Qt::StringLiterals;

using Make = std::function<std::unique_ptr<Listener>()>;

namespace {

/// A listener whose connections are kept until the test ends.
struct Bound
{
    explicit Bound(const Make &make, const QString &where = u"127.0.0.1:0"_s) : listener(make())
    {
        error = listener->listenOn(parseListenAddress(where));
        QObject::connect(listener.get(), &Listener::accepted, listener.get(),
                         [this](qintptr descriptor) { descriptors.append(descriptor); });
    }
    ~Bound()
    {
        for (const qintptr descriptor : std::as_const(descriptors))
            closeDescriptor(descriptor);
    }
    std::unique_ptr<Listener> listener;
    QString error;
    QList<qintptr> descriptors;
};

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
/// Takes every descriptor that the process may still open, under a lowered limit.
class Shortage
{
public:
    explicit Shortage(rlim_t most)
    {
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        const rlimit lowered{most, m_before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &lowered);
        for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY))
            m_taken.append(fd);
    }
    ~Shortage()
    {
        for (const int fd : std::as_const(m_taken))
            ::close(fd);
        ::setrlimit(RLIMIT_NOFILE, &m_before);
    }
    Shortage(const Shortage &) = delete;
    Shortage &operator=(const Shortage &) = delete;

    /// Makes room for `count` more.
    void giveBack(int count)
    {
        for (int i = 0; i < count && !m_taken.isEmpty(); ++i)
            ::close(m_taken.takeLast());
    }
    [[nodiscard]] qsizetype taken() const { return m_taken.size(); }

private:
    rlimit m_before{};
    QList<int> m_taken;
};

int messagesSeen = 0;

void countWarnings(QtMsgType type, const QMessageLogContext &context, const QString &)
{
    if (type == QtWarningMsg && qstrcmp(context.category, "tocsin.server.listener") == 0)
        ++messagesSeen;
}
#endif

} // namespace

/// The same behaviour from every kind of listener; then what only our own does.
class TestListener : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void accepts_data();
    void accepts();
    void namesTheCause_data() { accepts_data(); }
    void namesTheCause();
    void listensOnEveryAddress_data() { accepts_data(); }
    void listensOnEveryAddress();
    void acceptsABurst_data() { accepts_data(); }
    void acceptsABurst();
    void listensAgainAtOnce_data() { accepts_data(); }
    void listensAgainAtOnce();
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    void turnsAwayWithoutDescriptors();
    void doesNotSpinWithoutASpare();
    void theServerOutlivesAShortage();
#endif
};

void TestListener::initTestCase()
{
    // The sanitizer's check of a type opens a pipe at its first use; later no descriptors are left for it.
    QString text;
    QDebug(&text) << "warm" << text << 1;
    const tocsin::test::ServerFixture f;
    tocsin::test::RawClient client(f.port, "GET /http/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    QTRY_COMPARE(client.status(), 200);
}

void TestListener::accepts_data()
{
    QTest::addColumn<Make>("make");
    QTest::newRow("QTcpServer") << Make([] { return std::make_unique<TcpListener>(); });
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    QTest::newRow("descriptor") << Make([] { return std::make_unique<DescriptorListener>(); });
#endif
}

void TestListener::accepts()
{
    QFETCH(Make, make);
    Bound bound(make);
    QCOMPARE(bound.error, QString());
    const ListenAddress where = bound.listener->boundTo();
    QCOMPARE(where.address, QHostAddress(QHostAddress::LocalHost));
    QVERIFY(where.port > 0);
    QTcpSocket client;
    client.connectToHost(where.address, where.port);
    QTRY_COMPARE(bound.descriptors.size(), 1);
    QCOMPARE(peerOf(bound.descriptors.first()).port, client.localPort());
}

void TestListener::namesTheCause()
{
    QFETCH(Make, make);
    const Bound first(make);
    const quint16 port = first.listener->boundTo().port;
    const Bound second(make, u"127.0.0.1:%1"_s.arg(port));
    QCOMPARE(second.error, u"Cannot listen on 127.0.0.1:%1: the port is already in use."_s.arg(port));
    const Bound foreign(make, u"192.0.2.1:0"_s);
    QCOMPARE(foreign.error, u"Cannot listen on 192.0.2.1:0: this machine does not have that address."_s);
}

void TestListener::listensOnEveryAddress()
{
    QFETCH(Make, make);
    Bound bound(make, u"*:0"_s);
    QCOMPARE(bound.error, QString());
    const ListenAddress where = bound.listener->boundTo();
    QVERIFY(toText(where.address, where.port).startsWith(u"0.0.0.0:"_s) ||
            toText(where.address, where.port).startsWith(u"[::]:"_s));
    QTcpSocket four;
    four.connectToHost(QHostAddress(QHostAddress::LocalHost), where.port);
    QTRY_COMPARE(bound.descriptors.size(), 1);
    QTcpSocket six;
    six.connectToHost(QHostAddress(QHostAddress::LocalHostIPv6), where.port);
    if (!six.waitForConnected())
        QSKIP("this machine has no IPv6 loopback");
    QTRY_COMPARE(bound.descriptors.size(), 2);
}

void TestListener::acceptsABurst()
{
    QFETCH(Make, make);
    Bound bound(make);
    constexpr int many = 300; // more than one turn accepts
    std::vector<std::unique_ptr<QTcpSocket>> clients;
    for (int i = 0; i < many; ++i) {
        clients.push_back(std::make_unique<QTcpSocket>());
        clients.back()->connectToHost(QHostAddress(QHostAddress::LocalHost), bound.listener->boundTo().port);
    }
    QTRY_COMPARE(bound.descriptors.size(), many);
}

void TestListener::listensAgainAtOnce()
{
    QFETCH(Make, make);
    quint16 port = 0;
    {
        Bound bound(make);
        port = bound.listener->boundTo().port;
        QTcpSocket client;
        client.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        QTRY_COMPARE(bound.descriptors.size(), 1);
        // We close first: the port keeps a connection in TIME_WAIT.
        closeDescriptor(bound.descriptors.takeFirst());
        QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
    }
    const Bound again(make, u"127.0.0.1:%1"_s.arg(port));
    QCOMPARE(again.error, QString());
}

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
void TestListener::turnsAwayWithoutDescriptors()
{
    Bound bound([] { return std::make_unique<DescriptorListener>(); });
    auto *listener = static_cast<DescriptorListener *>(bound.listener.get());
    const quint16 port = listener->boundTo().port;
    std::vector<std::unique_ptr<QTcpSocket>> clients;
    QByteArrayList answers;
    const auto connectOne = [&] {
        clients.push_back(std::make_unique<QTcpSocket>());
        QTcpSocket *const client = clients.back().get();
        client->connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        client->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        QVERIFY(client->waitForBytesWritten());
    };
    messagesSeen = 0;
    const QtMessageHandler before = qInstallMessageHandler(countWarnings);
    {
        Shortage shortage(256);
        QVERIFY(shortage.taken() > 10);
        for (int i = 0; i < 5; ++i) {
            shortage.giveBack(1); // for the client's end alone
            connectOne();
        }
        QTRY_COMPARE(listener->turnedAway(), 5U);
        for (const auto &client : clients) {
            QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
            const QByteArray answer = client->readAll();
            QVERIFY2(answer.startsWith("HTTP/1.1 503 ") && answer.endsWith("{\"detail\":\"Server overloaded\"}"),
                     answer.constData());
        }
        QVERIFY(bound.descriptors.isEmpty());
        QCOMPARE(messagesSeen, 1); // not one line for each
        shortage.giveBack(2);
        connectOne();
        QTRY_COMPARE(bound.descriptors.size(), 1);
        QCOMPARE(listener->turnedAway(), 5U);
    }
    qInstallMessageHandler(before);
}

void TestListener::doesNotSpinWithoutASpare()
{
    Bound bound([] { return std::make_unique<DescriptorListener>(); });
    QTcpSocket client;
    client.connectToHost(QHostAddress(QHostAddress::LocalHost), bound.listener->boundTo().port);
    QVERIFY(client.waitForConnected());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit below{3, before.rlim_max}; // not even the spare's number may be used again
    ::setrlimit(RLIMIT_NOFILE, &below);
    int wakes = 0;
    const auto counting =
        connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, this, [&wakes] { ++wakes; });
    QTest::qWait(400);
    disconnect(counting);
    ::setrlimit(RLIMIT_NOFILE, &before);
    QVERIFY2(wakes < 200, qPrintable(QString::number(wakes))); // spinning would make it many thousands
    QVERIFY(bound.descriptors.isEmpty());
    QTRY_COMPARE(bound.descriptors.size(), 1); // it waited in the queue all the time
}

void TestListener::theServerOutlivesAShortage()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit usual{std::min<rlim_t>(512, limit.rlim_max), limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &usual);
    const tocsin::test::ServerFixture f;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    QCOMPARE(limit.rlim_cur, limit.rlim_max); // raised as far as it goes
    const QByteArray request = "GET /http/a HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer good\r\n\r\n";
    tocsin::test::RawClient early(f.port, request);
    QTRY_COMPARE(early.status(), 200);
    {
        // The server raises the limit at its start, so it is lowered only now.
        Shortage shortage(256);
        shortage.giveBack(1);
        tocsin::test::RawClient refused(f.port, request);
        QTRY_COMPARE(refused.status(), 503);
        QTRY_VERIFY(refused.ended);
        early.got.clear();
        early.send(request); // those who are in do not notice
        QTRY_COMPARE(early.status(), 200);
    }
    tocsin::test::RawClient late(f.port, request);
    QTRY_COMPARE(late.status(), 200);
}
#endif

QTEST_GUILESS_MAIN(TestListener)
#include "test_listener.moc"
