// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/CertificateMaker.h"
#include "server/net/TcpTransport.h"
#include "server/net/TlsIdentity.h"
#include "server/net/TlsTransport.h"

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include "server/net/DescriptorTransport.h"
#endif

#include <QSignalSpy>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTest>

#include <functional>

using namespace tocsin::net;

using Adopt = std::function<std::unique_ptr<Transport>(qintptr)>;

namespace {

class Acceptor final : public QTcpServer
{
public:
    qintptr descriptor = -1;

protected:
    void incomingConnection(qintptr accepted) override { descriptor = accepted; }
};

class Recorder final : public Transport::Sink
{
public:
    void transportReceived(QByteArrayView bytes) override
    {
        got += bytes.toByteArray();
        largest = std::max(largest, bytes.size());
        if (onReceived)
            onReceived();
    }
    void transportDrained() override { ++drained; }
    void transportEnded() override { ++ended; }

    QByteArray got;
    qsizetype largest = 0;
    int drained = 0;
    int ended = 0;
    std::function<void()> onReceived;
};

std::unique_ptr<Transport> adoptTls(qintptr descriptor)
{
    static const QSslConfiguration configuration = [] {
        const auto year = std::chrono::hours(24 * 365);
        const CertificatePair pair =
            makeServerCertificate(makeAuthority(QStringLiteral("Test"), tocsin::systemNow(), 2 * year),
                                  {QStringLiteral("localhost")}, tocsin::systemNow(), year);
        TlsIdentity identity;
        identity.chain = pair.certificate;
        identity.key = pair.key;
        return serverConfiguration(identity);
    }();
    return TlsTransport::adopt(descriptor, configuration);
}

/// A transport and the client at its other end.
struct Pair
{
    explicit Pair(const Adopt &adopt)
    {
        acceptor.listen(QHostAddress::LocalHost);
        client.connectToHost(QHostAddress::LocalHost, acceptor.serverPort());
        [this] { QTRY_VERIFY(acceptor.descriptor >= 0 && client.state() == QAbstractSocket::ConnectedState); }();
        transport = adopt(acceptor.descriptor);
        transport->setSink(&sink);
        if (!transport->isEncrypted())
            return;
        client.setPeerVerifyMode(QSslSocket::VerifyNone);
        client.startClientEncryption();
        [this] { QTRY_VERIFY(transport->isReady() && client.isEncrypted()); }();
    }
    Acceptor acceptor;
    QSslSocket client; // plain until it is told otherwise
    Recorder sink;
    std::unique_ptr<Transport> transport;
};

/// A round trip elsewhere: whatever was ready before it has been handled after it.
void roundTrip(const Adopt &adopt)
{
    Pair other(adopt);
    other.transport->setReading(true);
    other.client.write("x");
    QTRY_COMPARE(other.sink.got, QByteArray("x"));
}

} // namespace

/// The same behaviour from every kind of transport.
class TestTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void knowsItsPeer();
    void readsOnlyWhenAllowed();
    void readsInBoundedPieces();
    void writesEverythingInOrder();
    void halfClosesAfterSending();
    void closesAfterSending();
    void saysThatThePeerLeft();
    void abortsWithoutACall();
    void mayStopWithinACall();
};

void TestTransport::initTestCase_data()
{
    QTest::addColumn<Adopt>("adopt");
    QTest::newRow("QTcpSocket") << Adopt(&TcpTransport::adopt);
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    QTest::newRow("descriptor") << Adopt(&DescriptorTransport::adopt);
#endif
    QTest::newRow("TLS") << Adopt(&adoptTls);
}

void TestTransport::knowsItsPeer()
{
    QFETCH_GLOBAL(Adopt, adopt);
    const Pair pair(adopt);
    QCOMPARE(pair.transport->peerAddress(), QHostAddress(QHostAddress::LocalHost));
    QCOMPARE(pair.transport->peerPort(), pair.client.localPort());
    QVERIFY(pair.transport->isOpen());
    QCOMPARE(pair.transport->isEncrypted(), pair.client.isEncrypted());
    QVERIFY(pair.transport->isReady());
}

void TestTransport::readsOnlyWhenAllowed()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    pair.client.write("first");
    QVERIFY(pair.client.waitForBytesWritten());
    roundTrip(adopt);
    QVERIFY(pair.sink.got.isEmpty());
    pair.transport->setReading(true);
    QTRY_COMPARE(pair.sink.got, QByteArray("first"));
    pair.transport->setReading(false);
    pair.client.write(" second");
    QVERIFY(pair.client.waitForBytesWritten());
    roundTrip(adopt);
    QCOMPARE(pair.sink.got, QByteArray("first"));
    pair.transport->setReading(true);
    QTRY_COMPARE(pair.sink.got, QByteArray("first second"));
}

void TestTransport::readsInBoundedPieces()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    const QByteArray bulk(3'000'000, 'x');
    pair.transport->setReading(true);
    pair.client.write(bulk);
    QTRY_COMPARE(pair.sink.got.size(), bulk.size());
    QVERIFY(pair.sink.largest <= 65'536);
}

void TestTransport::writesEverythingInOrder()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    QByteArray expected;
    QByteArrayList chunks;
    for (int i = 0; i < 20'000; ++i) {
        chunks.append(QByteArray::number(i).repeated(100));
        expected += chunks.last();
    }
    chunks.insert(1, QByteArray());
    pair.transport->write(chunks);
    pair.transport->write({"the end"});
    expected += "the end";
    QVERIFY(pair.transport->unsent() > 0);
    QByteArray got;
    QTRY_VERIFY((got += pair.client.readAll()).size() >= expected.size());
    QVERIFY(got == expected);
    QTRY_COMPARE(pair.transport->unsent(), 0);
    QVERIFY(pair.sink.drained > 0);
}

void TestTransport::halfClosesAfterSending()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    pair.transport->setReading(true);
    pair.transport->write({QByteArray(5'000'000, 'x')});
    pair.transport->finishWriting();
    QSignalSpy ended(&pair.client, &QTcpSocket::readChannelFinished);
    qsizetype got = 0;
    QTRY_VERIFY((got += pair.client.readAll().size()) >= 5'000'000 && !ended.isEmpty());
    QCOMPARE(got, 5'000'000);
    QTRY_COMPARE(pair.sink.ended, 1); // the client's socket closes when it has seen our end
}

void TestTransport::closesAfterSending()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    pair.client.write("unread");
    pair.transport->write({QByteArray(5'000'000, 'x'), "end"});
    pair.transport->closeWhenSent();
    QVERIFY(!pair.transport->isOpen());
    QByteArray got;
    QTRY_VERIFY((got += pair.client.readAll()).endsWith("end"));
    QCOMPARE(got.size(), 5'000'003);
    QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
    QTRY_COMPARE(pair.sink.ended, 1);
}

void TestTransport::saysThatThePeerLeft()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    pair.client.write("last words");
    pair.client.disconnectFromHost();
    pair.transport->setReading(true);
    QTRY_COMPARE(pair.sink.ended, 1);
    QCOMPARE(pair.sink.got, QByteArray("last words"));
    pair.transport->write({"into the void"});
    QCOMPARE(pair.transport->unsent(), 0);
    QVERIFY(!pair.transport->isOpen());

    Pair reset(adopt);
    reset.transport->setReading(true);
    reset.client.abort();
    QTRY_COMPARE(reset.sink.ended, 1);
}

void TestTransport::abortsWithoutACall()
{
    QFETCH_GLOBAL(Adopt, adopt);
    Pair pair(adopt);
    pair.transport->setReading(true);
    pair.transport->write({QByteArray(5'000'000, 'x')});
    pair.transport->abort();
    QVERIFY(!pair.transport->isOpen());
    QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(pair.sink.ended, 0);
}

void TestTransport::mayStopWithinACall()
{
    QFETCH_GLOBAL(Adopt, adopt);
    {
        Pair pair(adopt);
        pair.sink.onReceived = [&pair] { pair.transport->abort(); };
        pair.transport->setReading(true);
        pair.client.write(QByteArray(500'000, 'x'));
        QTRY_COMPARE(pair.client.state(), QAbstractSocket::UnconnectedState);
        QVERIFY(pair.sink.got.size() <= 65'536);
    }
    Pair pair(adopt);
    pair.sink.onReceived = [&pair] { pair.transport->setReading(false); };
    pair.transport->setReading(true);
    pair.client.write(QByteArray(500'000, 'x'));
    QTRY_VERIFY(!pair.sink.got.isEmpty());
    const qsizetype before = pair.sink.got.size();
    roundTrip(adopt);
    QCOMPARE(pair.sink.got.size(), before);
}

QTEST_GUILESS_MAIN(TestTransport)
#include "test_transport.moc"
