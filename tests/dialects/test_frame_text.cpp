// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/MessagePack.h"
#include "server/dialects/FrameText.h"

#include <QJsonObject>
#include <QTest>

using namespace tocsin;

// moc cannot read raw strings with quotes: the class stands before them.

/// No secret in what the inspector shows, however it is written. "S3CRET" stands for one.
class TestFrameText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noSecretIsShown_data();
    void noSecretIsShown();
    void everythingElseIsShownAsItIs();
    void binaryIsShownAsJsonOrAsItsFirstBytes();
};

void TestFrameText::noSecretIsShown_data()
{
    QTest::addColumn<QString>("text");
    const char *const texts[] = {
        R"({"type":"auth","token":"S3CRET"})",
        R"({"type":"hello","v":1,"token" : "S3CRET","client":"x"})",
        R"({"Password":"S3CRET"})",
        R"({"data":{"access_token":"S3CRET","refreshToken":"S3CRET"}})",
        R"({"auth":{"a":"S3CRET","b":["S3CRET",{"c":"S3CRET"}]},"d":1})",
        R"({"authorization":"Bearer S3CRET"})",
        R"({"headers":{"Authorization":"Bearer S3CRET"}})",
        R"({"to\u006ben":"S3CRET"})",
        R"({"\u0074oken":"S3CRET"})",
        R"({"duress_pin":1234,"pin":"S3CRET"})",
        R"({"token":"a\"S3CRET"})",
        R"({"token":"S3CRET)", // cut off
        R"({"token":["S3CRET)",
        R"({"note":"{\"token\":\"S3CRET\"}"})",
        R"({"note":"{\"a\":\"{\\\"token\\\":\\\"S3CRET\\\"}\"}"})",
        R"({"url":"/ws/x?token=S3CRET&a=1"})",
        R"({"said":"authorization: bearer S3CRET"})",
        R"(40{"token":"S3CRET"})",
        R"(42["x",{"auth":"S3CRET"}])",
        R"(0{"sid":"S3CRET","upgrades":[]})", // whoever has it is the session
        R"(token=S3CRET)",
        R"({"plain":"eyJhbGciOiJIUzI1NiJ9.S3CRET.S3CRET"})",
        R"({"plain":"eyJhbGciOiS3CRET)",
    };
    for (const char *text : texts)
        QTest::addRow("%s", text) << QString::fromUtf8(text);
}

void TestFrameText::noSecretIsShown()
{
    QFETCH(QString, text);
    const QString shown = shownText(text.toUtf8(), false, 4096);
    QVERIFY2(!shown.contains(QLatin1String("S3CRET")), qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("•••")), qPrintable(shown));
    QCOMPARE(withoutSecrets(shown), shown); // nothing more to hide
}

void TestFrameText::everythingElseIsShownAsItIs()
{
    for (const QString &text :
         {QString(), QStringLiteral("2"), QStringLiteral(R"({"type":"ping","n":1.50,"a":"x\"y","u":"\u00e4"})"),
          QStringLiteral(R"(42["telemetry_data",{"imei":"1","speed":3}])"), QStringLiteral("{broken \"json"),
          QStringLiteral(R"({"author":"Anna","pinned":true,"text":"a: b = c"})")})
        QCOMPARE(shownText(text.toUtf8(), false, 4096), text);
    QCOMPARE(shownText(QByteArray(10'000, 'x'), false, 4096).size(), 4096);
    QVERIFY(!shownText("{\"pad\":\"" + QByteArray(70'000, 'x') + "\",\"token\":\"S3CRET\"}", false, 1'000'000)
                 .contains(QLatin1String("S3CRET")));
}

void TestFrameText::binaryIsShownAsJsonOrAsItsFirstBytes()
{
    const QJsonObject hello{{QStringLiteral("token"), QStringLiteral("S3CRET")}, {QStringLiteral("v"), 1}};
    const QString shown = shownText(toMessagePack(hello), true, 4096);
    QCOMPARE(shown, QStringLiteral("{\"token\":\"•••\",\"v\":1}"));
    const QByteArray raw = QByteArray::fromHex("00010203") + QByteArray(40, 'S');
    QCOMPARE(shownText(raw, true, 4096), QStringLiteral("44 bytes: 00 01 02 03 53 53 53 53 53 53 53 53 53 53 53 53"));
}

QTEST_GUILESS_MAIN(TestFrameText)
#include "test_frame_text.moc"
