// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/ChatDesk.h"
#include "tests/desk/Fakes.h"

#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
constexpr TimePoint start{1'700'000'000s};
const QString danasThread = QStringLiteral("user/dana");

SendChat lineOf(const QString &text, const QString &clientId = {}, bool fromDesk = false)
{
    return {danasThread, text, clientId, fromDesk, false};
}
} // namespace

class TestChatDesk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyTheFirstLineInAQuietThreadIsAnsweredAutomatically()
    {
        ChatDesk chat;
        const Actor dana = userOf(QStringLiteral("dana"));
        QCOMPARE(chat.send(lineOf(QStringLiteral("one")), dana, start).messages.size(), 2);
        QCOMPARE(chat.send(lineOf(QStringLiteral("two")), dana, start + 9min).messages.size(), 1);
        QCOMPARE(chat.send(lineOf(QStringLiteral("three")), dana, start + 18min).messages.size(), 1);
        QCOMPARE(chat.send(lineOf(QStringLiteral("four")), dana, start + 28min).messages.size(), 2);
    }

    void operatorsAreNotAnsweredAutomatically()
    {
        ChatDesk chat;
        const auto sent = chat.send(lineOf(QStringLiteral("Where are you?"), {}, true),
                                    operatorOf(QStringLiteral("M. Ortiz")), start);
        QCOMPARE(sent.messages.size(), 1);
        QVERIFY(sent.messages.first().fromDesk);
        QCOMPARE(chat.send(lineOf(QStringLiteral("here")), userOf(QStringLiteral("dana")), start + 1s).messages.size(),
                 1);
    }

    void aRetryIsTheSameMessage()
    {
        ChatDesk chat;
        const Actor dana = userOf(QStringLiteral("dana"));
        const auto first = chat.send(lineOf(QStringLiteral("one"), QStringLiteral("m-1")), dana, start);
        const auto again = chat.send(lineOf(QStringLiteral("one"), QStringLiteral("m-1")), dana, start + 1h);
        QVERIFY(again.outcome.ok && !again.outcome.changed);
        QCOMPARE(again.outcome.ref, first.outcome.ref);
        QVERIFY(again.messages.isEmpty());
        QCOMPARE(chat.send(lineOf(QStringLiteral("two"), QStringLiteral("m-1")), dana, start).outcome.code,
                 QStringLiteral("id_conflict"));
        QVERIFY(chat.send(lineOf(QStringLiteral("one"), QStringLiteral("m-2")), dana, start).outcome.changed);
        QVERIFY(chat.send(lineOf(QStringLiteral("one")), dana, start).outcome.changed); // never by text
        const Actor ortiz = operatorOf(QStringLiteral("M. Ortiz"));
        QVERIFY(chat.send(lineOf(QStringLiteral("x"), QStringLiteral("m-1"), true), ortiz, start).outcome.changed);
    }

    void theMemoryOfIdsAndThreadsIsBounded()
    {
        ChatLimits limits;
        limits.rememberedIds = 2;
        limits.rememberedThreads = 10;
        ChatDesk chat(limits);
        const Actor dana = userOf(QStringLiteral("dana"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(chat.send(lineOf(QStringLiteral("x"), QString::number(i)), dana, start).outcome.changed);
        QVERIFY(chat.send(lineOf(QStringLiteral("x"), QStringLiteral("0")), dana, start).outcome.changed);
        for (int i = 0; i < 100; ++i) {
            const QString user = QString::number(i);
            SendChat line{chatThreadOfUser(user), QStringLiteral("x"), {}, false, false};
            QCOMPARE(chat.send(line, userOf(user), start + i * 1s).messages.size(), 2);
        }
        SendChat newest{QStringLiteral("user/99"), QStringLiteral("x"), {}, false, false};
        QCOMPARE(chat.send(newest, userOf(QStringLiteral("99")), start + 100s).messages.size(), 1);
    }

    void whatMayBeSent_data()
    {
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("fromDesk");
        QTest::addColumn<bool>("staff");
        QTest::addColumn<QString>("code");
        const QString ok;
        const QString invalid = QStringLiteral("invalid");
        const QString forbidden = QStringLiteral("forbidden");
        const QString hi = QStringLiteral("hi");
        QTest::newRow("own thread") << danasThread << hi << false << false << ok;
        QTest::newRow("another's thread") << QStringLiteral("user/amir") << hi << false << false << forbidden;
        QTest::newRow("as the desk") << danasThread << hi << true << false << forbidden;
        QTest::newRow("desk") << danasThread << hi << true << true << ok;
        QTest::newRow("no thread") << QString() << hi << false << false << invalid;
        QTest::newRow("no user") << QStringLiteral("user/") << hi << false << false << invalid;
        QTest::newRow("other kind") << QStringLiteral("room/1") << hi << true << true << invalid;
        QTest::newRow("empty") << danasThread << QString() << false << false << invalid;
        QTest::newRow("blank") << danasThread << QStringLiteral(" \r\n\t ") << false << false << invalid;
        QTest::newRow("longest") << danasThread << QString(8000, QLatin1Char('x')) << false << false << ok;
        QTest::newRow("too long") << danasThread << QString(8001, QLatin1Char('x')) << false << false << invalid;
    }
    void whatMayBeSent()
    {
        QFETCH(QString, to);
        QFETCH(QString, text);
        QFETCH(bool, fromDesk);
        QFETCH(bool, staff);
        QFETCH(QString, code);
        ChatDesk chat;
        const Actor actor = staff ? operatorOf(QStringLiteral("M. Ortiz")) : userOf(QStringLiteral("dana"));
        const auto result = chat.send({to, text, {}, fromDesk, false}, actor, start);
        QCOMPARE(result.outcome.code, code);
        QCOMPARE(result.messages.isEmpty(), !code.isEmpty());
    }

    void textIsPlain()
    {
        ChatDesk chat;
        const QString dirty = QStringLiteral(" a\r\nb\rc\x01\x1b[31m <b>é😀</b>\n");
        const auto sent = chat.send(lineOf(dirty), userOf(QStringLiteral("dana")), start);
        QCOMPARE(sent.messages.first().text, QStringLiteral("a\nb\nc[31m <b>é😀</b>"));
    }
};

QTEST_GUILESS_MAIN(TestChatDesk)
#include "test_chatdesk.moc"
