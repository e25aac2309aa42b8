// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/EventCodec.h"
#include "models/wire/JsonFields.h"
#include "tests/support/Events.h"

#include <QTest>

#include <cmath>

using namespace tocsin;
using namespace tocsin::test;

class TestEventCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyRandomEventComesBackWhole()
    {
        RandomEvents random(20260101);
        for (int i = 1; i <= 3000; ++i) {
            const Event event = random.next(i);
            const EncodedEvent encoded = encodeEvent(event.body);
            QString error;
            const auto back = decodeEvent(encoded.kind, encoded.body, &error);
            QVERIFY2(back, qPrintable(error));
            QVERIFY2(*back == event.body, encoded.body.constData());
        }
    }

    void whatIsNotANumberStaysNotANumber()
    {
        Alert alert;
        alert.value = std::nan("");
        QString error;
        const auto back = decodeAlert(encodeAlert(alert), &error);
        QVERIFY(back && back->value && std::isnan(*back->value));
        QVERIFY(!back->threshold);
    }

    void eachEventKnowsItsStream()
    {
        QCOMPARE(encodeEvent(chatEvent(1).body).stream, QStringLiteral("chat/user/7"));
        QCOMPARE(encodeEvent(alertEvent(1, QStringLiteral("a")).body).stream, QStringLiteral("alerts"));
        QCOMPARE(encodeEvent(deviceEvent(1, QStringLiteral("d"), {}).body).stream, QStringLiteral("devices"));
        QCOMPARE(encodeEvent(Command{}).stream, QStringLiteral("commands"));
        QCOMPARE(encodeEvent(AuditRecord{}).stream, QStringLiteral("audit"));
        ChatReceipt receipt;
        receipt.thread = QStringLiteral("incident/a1");
        QCOMPARE(encodeEvent(receipt).stream, QStringLiteral("chat/incident/a1"));
    }

    void jsonHasOneSpelling_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("compact");
        QTest::newRow("object") << QByteArray(" { \"b\" : 1 , \"a\" : [ ] } ") << QByteArray(R"({"a":[],"b":1})");
        QTest::newRow("text") << QByteArray(R"("x")") << QByteArray(R"("x")");
        QTest::newRow("null") << QByteArray("null") << QByteArray("null");
        QTest::newRow("large integer") << QByteArray("9007199254740993") << QByteArray("9007199254740993");
        QTest::newRow("nothing") << QByteArray() << QByteArray();
        QTest::newRow("two values") << QByteArray("1,2") << QByteArray();
        QTest::newRow("closing and opening again") << QByteArray("1],[2") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("{a:1}") << QByteArray();
    }
    void jsonHasOneSpelling()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, compact);
        QCOMPARE(compactJson(text).value_or(QByteArray()), compact);
    }

    void aBodyThatIsNotOursIsRefusedNamingTheField_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("names");
        QTest::newRow("empty") << QStringLiteral("chat") << QByteArray() << QStringLiteral("JSON");
        QTest::newRow("not an object") << QStringLiteral("chat") << QByteArray("[1]") << QStringLiteral("JSON");
        QTest::newRow("cut off") << QStringLiteral("chat") << encodeChat({}).chopped(3) << QStringLiteral("JSON");
        QTest::newRow("no version") << QStringLiteral("chat") << QByteArray(R"({"at":1})") << QStringLiteral("version");
        QTest::newRow("later version") << QStringLiteral("chat") << QByteArray(R"({"v":2,"at":1})")
                                       << QStringLiteral("version");
        QTest::newRow("no time") << QStringLiteral("chat") << QByteArray(R"({"v":1})") << QStringLiteral("\"at\"");
        QTest::newRow("time as text") << QStringLiteral("chat") << QByteArray(R"({"v":1,"at":"1"})")
                                      << QStringLiteral("\"at\"");
        QTest::newRow("fraction of a microsecond")
            << QStringLiteral("chat") << QByteArray(R"({"v":1,"at":1.5})") << QStringLiteral("\"at\"");
        QTest::newRow("text as number") << QStringLiteral("chat") << QByteArray(R"({"v":1,"at":1,"text":5})")
                                        << QStringLiteral("\"text\"");
        QTest::newRow("unknown device kind")
            << QStringLiteral("device") << QByteArray(R"({"v":1,"first_seen":1,"kind":"submarine"})")
            << QStringLiteral("\"kind\"");
        QTest::newRow("list of numbers") << QStringLiteral("device")
                                         << QByteArray(R"({"v":1,"first_seen":1,"kind":"other","tags":[1]})")
                                         << QStringLiteral("\"tags\"");
        QTest::newRow("unknown verb") << QStringLiteral("alert")
                                      << QByteArray(
                                             R"({"v":1,"verb":"explode","from":"NORMAL","to":"UNACK","alert":{}})")
                                      << QStringLiteral("\"verb\"");
        QTest::newRow("empty alert") << QStringLiteral("alert")
                                     << QByteArray(R"({"v":1,"verb":"raise","from":"NORMAL","to":"UNACK","alert":{}})")
                                     << QStringLiteral("\"occurrence\"");
        QTest::newRow("unknown command state")
            << QStringLiteral("command")
            << QByteArray(
                   R"({"v":1,"issued_at":1,"timeout_us":1,"retries":0,"attempt":0,"parameters":{},"state":"lost"})")
            << QStringLiteral("\"state\"");
        QTest::newRow("command without a time-out")
            << QStringLiteral("command")
            << QByteArray(R"({"v":1,"issued_at":1,"retries":0,"attempt":0,"state":"sent"})")
            << QStringLiteral("\"timeout_us\"");
        QTest::newRow("unknown receipt") << QStringLiteral("receipt") << QByteArray(R"({"v":1,"at":1,"kind":"seen"})")
                                         << QStringLiteral("\"kind\"");
        QTest::newRow("audit result as text")
            << QStringLiteral("audit") << QByteArray(R"({"v":1,"ok":"yes"})") << QStringLiteral("\"ok\"");
        QTest::newRow("unknown kind") << QStringLiteral("poem") << encodeChat({}) << QStringLiteral("poem");
    }
    void aBodyThatIsNotOursIsRefusedNamingTheField()
    {
        QFETCH(QString, kind);
        QFETCH(QByteArray, body);
        QFETCH(QString, names);
        QString error;
        QVERIFY(!decodeEvent(kind, body, &error));
        QVERIFY2(error.contains(names), qPrintable(error));
    }

    void actorsAreNamed()
    {
        for (const auto kind : {Actor::Kind::System, Actor::Kind::Operator, Actor::Kind::Device, Actor::Kind::User})
            QVERIFY(actorKindNamed(actorKindName(kind)) == kind);
        QVERIFY(!actorKindNamed(u"robot"));
    }
};

QTEST_GUILESS_MAIN(TestEventCodec)
#include "test_eventcodec.moc"
