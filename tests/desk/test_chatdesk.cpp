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

    void whoMayWriteWhere_data()
    {
        QTest::addColumn<QString>("thread");
        QTest::addColumn<bool>("staff");
        QTest::addColumn<bool>("concerned");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, const char *thread, bool staff, bool concerned, const char *code) {
            QTest::newRow(name) << QString::fromLatin1(thread) << staff << concerned << QString::fromLatin1(code);
        };
        row("staff among themselves", "operators", true, false, "");
        row("a user to the staff's room", "operators", false, true, "forbidden");
        row("staff to everybody", "broadcast", true, false, "");
        row("a user to everybody", "broadcast", false, true, "forbidden");
        row("staff to an incident", "incident/a1", true, false, "");
        row("the person to the own incident", "incident/a1", false, true, "");
        row("a stranger to an incident", "incident/a1", false, false, "forbidden");
        row("an incident that is not known", "incident/no", true, false, "not_found");
        row("no thread", "elsewhere", true, false, "invalid");
        row("no user", "user/", true, false, "invalid");
    }
    void whoMayWriteWhere()
    {
        QFETCH(QString, thread);
        QFETCH(bool, staff);
        QFETCH(bool, concerned);
        QFETCH(QString, code);
        ChatDesk chat;
        const Actor actor = staff ? operatorOf(QStringLiteral("Ortiz"))
                                  : userOf(concerned ? QStringLiteral("dana") : QStringLiteral("eve"));
        const ChatFacts facts{thread == QLatin1String("incident/a1"), QStringLiteral("dana")};
        const auto sent = chat.send({thread, QStringLiteral("x"), {}, staff, false}, actor, start, facts);
        QCOMPARE(sent.outcome.code, code);
        QCOMPARE(sent.messages.isEmpty(), !code.isEmpty());
    }

    void aReceiptCountsOnlyWhenItTellsMore()
    {
        ChatDesk chat;
        const Actor dana = userOf(QStringLiteral("dana"));
        const Actor ortiz = operatorOf(QStringLiteral("Ortiz"));
        QStringList ids;
        for (int i = 0; i < 3; ++i)
            ids.append(chat.send(lineOf(QStringLiteral("x"), {}, true), ortiz, start).outcome.ref);
        using enum ChatReceipt::Kind;
        const auto mark = [&](int line, ChatReceipt::Kind kind, const Actor &who) {
            return chat.mark({danasThread, ids.at(line), kind}, who, start + 1s);
        };
        const auto first = mark(1, Delivered, dana);
        QVERIFY(first.receipt);
        QCOMPARE(first.receipt->personId, QStringLiteral("dana"));
        QCOMPARE(first.receipt->at, start + 1s);
        QVERIFY(!mark(1, Delivered, dana).receipt); // twice
        QVERIFY(!mark(0, Delivered, dana).receipt); // said already
        QVERIFY(mark(0, Delivered, dana).outcome.ok);
        QVERIFY(mark(1, Read, dana).receipt);
        QVERIFY(mark(2, Delivered, dana).receipt);
        QVERIFY(!mark(2, Read, ortiz).receipt);                                        // the sender's own
        QCOMPARE(mark(2, Acknowledged, dana).outcome.code, QStringLiteral("invalid")); // nobody asked
        QCOMPARE(mark(2, Read, userOf(QStringLiteral("eve"))).outcome.code, QStringLiteral("forbidden"));
        QCOMPARE(chat.mark({danasThread, QStringLiteral("no"), Read}, dana, start).outcome.code,
                 QStringLiteral("not_found"));
        QCOMPARE(chat.mark({QStringLiteral("user/eve"), ids.first(), Read}, userOf(QStringLiteral("eve")), start)
                     .outcome.code,
                 QStringLiteral("not_found"));
    }

    void receiptsSurviveARestart()
    {
        ChatDesk before;
        const Actor dana = userOf(QStringLiteral("dana"));
        const auto sent =
            before.send(lineOf(QStringLiteral("x"), {}, true), operatorOf(QStringLiteral("Ortiz")), start);
        const MarkChat read{danasThread, sent.outcome.ref, ChatReceipt::Kind::Read};
        const auto marked = before.mark(read, dana, start);
        ChatDesk after;
        after.restore(sent.messages, {*marked.receipt});
        QVERIFY(!after.mark(read, dana, start).receipt);
        QVERIFY(after.mark({danasThread, sent.outcome.ref, ChatReceipt::Kind::Delivered}, dana, start).receipt);
    }

    void anUrgentMessageAsksThoseItIsFor()
    {
        ChatDesk chat;
        const Actor ortiz = operatorOf(QStringLiteral("Ortiz"));
        const Actor lee = operatorOf(QStringLiteral("Lee"));
        const auto askedIn = [&](const QString &thread, const Actor &actor, const ChatFacts &facts = {}) {
            SendChat urgent{thread, QStringLiteral("now"), {}, actor.kind == Actor::Kind::Operator, false};
            urgent.urgent = true;
            QStringList asked = chat.send(urgent, actor, start, facts).messages.first().asked;
            asked.sort();
            return asked;
        };
        chat.meet(ortiz);
        chat.meet(lee);
        QCOMPARE(askedIn(danasThread, ortiz), QStringList{QStringLiteral("dana")});
        QCOMPARE(askedIn(QStringLiteral("operators"), ortiz), QStringList{QStringLiteral("lee")});
        QCOMPARE(askedIn(danasThread, userOf(QStringLiteral("dana"))), QStringList{QStringLiteral("ortiz")});
        QCOMPARE(askedIn(QStringLiteral("user/eve"), userOf(QStringLiteral("eve"))),
                 (QStringList{QStringLiteral("lee"), QStringLiteral("ortiz")})); // nobody has spoken to her yet
        const ChatFacts facts{true, QStringLiteral("dana")};
        QCOMPARE(askedIn(QStringLiteral("incident/a1"), lee, facts), QStringList{QStringLiteral("dana")});
        QCOMPARE(askedIn(QStringLiteral("incident/a1"), ortiz, facts),
                 (QStringList{QStringLiteral("dana"), QStringLiteral("lee")}));
    }

    void aPictureNeedsNoWords()
    {
        ChatDesk chat;
        const Actor dana = userOf(QStringLiteral("dana"));
        SendChat line = lineOf(QString(), QStringLiteral("m-1"));
        line.attachments = {QString(64, QLatin1Char('a'))};
        QCOMPARE(chat.send(line, dana, start).messages.first().attachments, line.attachments);
        QVERIFY(!chat.send(line, dana, start).outcome.changed);
        line.attachments = {QString(64, QLatin1Char('b'))};
        QCOMPARE(chat.send(line, dana, start).outcome.code, QStringLiteral("id_conflict"));
        line.clientMessageId.clear();
        line.attachments = {QStringLiteral("../../etc/passwd")};
        QCOMPARE(chat.send(line, dana, start).outcome.code, QStringLiteral("invalid"));
        line.attachments = QStringList(9, QString(64, QLatin1Char('a')));
        QCOMPARE(chat.send(line, dana, start).outcome.code, QStringLiteral("invalid"));
    }
};

QTEST_GUILESS_MAIN(TestChatDesk)
#include "test_chatdesk.moc"
