// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ChatLog.h"
#include "models/ChatModel.h"
#include "models/ChatThreadModel.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
const QString dana = s("user/dana");

struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    ChatLog log;
    ModelClock clock{[this] { return now; }, QTimeZone::utc()};
    ChatThreadModel threads{log, clock,
                            [](const QString &user) { return user == s("amir") ? s("Amir K.") : QString(); }};
    PictureCache cache{link};
    FilePicker files;
    ChatPictures pictures{link, cache, files};
    ChatModel chat{link, log, threads, pictures, clock};
    QAbstractItemModelTester threadsTester{&threads};
    QAbstractItemModelTester chatTester{&chat};

    Desk()
    {
        link.start();
        log.setSelf(link.self().id);
        QObject::connect(&link, &DeskLink::events, &chat, [this](const QList<Event> &events) {
            for (const Event &event : events) {
                if (const auto *message = std::get_if<ChatMessage>(&event.body)) {
                    chat.confirm(*message);
                    threads.refresh(log.apply(*message));
                } else if (const auto *receipt = std::get_if<ChatReceipt>(&event.body)) {
                    threads.refresh(log.apply(*receipt));
                } else {
                    threads.refresh(log.apply(std::get<AlertChange>(event.body).alert));
                }
                chat.refresh();
            }
        });
        QObject::connect(&link, &DeskLink::replied, &chat, &ChatModel::takeReply);
    }
    QVariant last(const char *role) const { return show(chat, chat.count() - 1, role); }
};
} // namespace

class TestChat : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anOwnLineIsPendingUntilTheEventAndStaysTheSameRow()
    {
        Desk desk;
        desk.link.publish(message("1", "dana", "hello", noon));
        desk.chat.setCurrentThread(dana);
        desk.now = noon + 10s;
        QVERIFY(desk.chat.send(s("  I see you.  ")));
        QCOMPARE(desk.chat.count(), 2);
        QCOMPARE(desk.last("messageText").toString(), s("I see you."));
        QCOMPARE(desk.last("pending").toBool(), true);
        QCOMPARE(desk.last("mine").toBool(), true);
        const auto request = std::get<SendChat>(desk.link.asked.first().body);
        QCOMPARE(request.thread, dana);
        QCOMPARE(request.text, s("I see you."));
        QVERIFY(request.fromDesk);
        QVERIFY(!request.clientMessageId.isEmpty());
        QSignalSpy inserts(&desk.chat, &ChatModel::rowsInserted);
        QSignalSpy removes(&desk.chat, &ChatModel::rowsRemoved);
        desk.link.accept(noon + 11s);
        QCOMPARE(desk.chat.count(), 2);
        QCOMPARE(desk.last("pending").toBool(), false);
        QCOMPARE(desk.last("timeText").toString(), s("12:00:11"));
        QCOMPARE(inserts.count() + removes.count(), 0);
    }

    void aReplyBeforeTheEventLeavesTheLinePending()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        desk.chat.send(s("one"));
        const auto request = desk.link.stall();
        desk.link.replyTo(request, Outcome::done(QString()));
        QCOMPARE(desk.last("pending").toBool(), true);
        desk.link.publishEventOf(request, noon);
        QCOMPARE(desk.chat.count(), 1);
        QCOMPARE(desk.last("pending").toBool(), false);
    }

    void aRefusedLineSaysWhyAndCanBeSentAgainOrForgotten()
    {
        Desk desk;
        QSignalSpy refused(&desk.chat, &ChatModel::refused);
        desk.chat.setCurrentThread(dana);
        desk.chat.send(s("one"));
        const QString clientId = std::get<SendChat>(desk.link.asked.first().body).clientMessageId;
        desk.link.refuse(s("storage_failed"), s("The disk is full."));
        QCOMPARE(desk.last("failed").toBool(), true);
        QCOMPARE(desk.last("pending").toBool(), false);
        QCOMPARE(desk.last("failReason").toString(), s("The disk is full."));
        QCOMPARE(refused[0][0].toString(), s("Your message to dana was not sent: The disk is full."));
        desk.chat.retry(desk.last("messageId").toString());
        QCOMPARE(desk.last("pending").toBool(), true);
        // The same client id: the desk never takes it twice.
        QCOMPARE(std::get<SendChat>(desk.link.asked.first().body).clientMessageId, clientId);
        desk.link.refuse(s("storage_failed"), s("Still."));
        desk.chat.discard(s("something else"));
        QCOMPARE(desk.chat.count(), 1);
        desk.chat.discard(clientId);
        QCOMPARE(desk.chat.count(), 0);
    }

    void aLineThatTheDeskHadAlreadyIsNotShownTwice()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        desk.chat.send(s("one"));
        const auto request = desk.link.stall();
        desk.link.publishEventOf(request, noon);
        desk.link.replyTo(request, Outcome::done(QString(), false));
        QCOMPARE(desk.chat.count(), 1);
    }

    void linesUnderWaySurviveAReconnect()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        for (const char *text : {"one", "two", "three"})
            desk.chat.send(s(text));
        const auto one = std::get<SendChat>(desk.link.asked[0].body);
        // "one" was stored before the connection broke; "two" was confirmed but its event got lost with it.
        desk.link.replyTo(desk.link.asked.takeAt(1), Outcome::done(QString()));
        ChatMessage stored = message("s1", "dana", "one", noon, true);
        stored.senderId = s("mo");
        stored.clientMessageId = one.clientMessageId;
        ChatMessage second = stored;
        second.id = s("s2");
        second.text = s("two");
        second.clientMessageId = s("other");
        desk.log.reset({stored, second}, {});
        desk.threads.reset();
        desk.chat.reconcile();
        QCOMPARE(column(desk.chat, "messageText"), s("one two three"));
        QCOMPARE(column(desk.chat, "pending"), s("false false true"));
    }

    void whatCannotBeSentIsNot_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("sent");
        QTest::addColumn<int>("refusals");
        QTest::newRow("empty") << QString() << false << 0;
        QTest::newRow("blanks") << s(" \n\t ") << false << 0;
        QTest::newRow("one letter") << s("a") << true << 0;
        QTest::newRow("as long as allowed") << QString(ChatModel::MaxLength, QLatin1Char('x')) << true << 0;
        QTest::newRow("blanks around do not count")
            << QString(ChatModel::MaxLength, QLatin1Char('x')) + s("   ") << true << 0;
        QTest::newRow("too long") << QString(ChatModel::MaxLength + 1, QLatin1Char('x')) << false << 1;
    }
    void whatCannotBeSentIsNot()
    {
        QFETCH(QString, text);
        QFETCH(bool, sent);
        Desk desk;
        QVERIFY(!desk.chat.canSend()); // to whom?
        QVERIFY(!desk.chat.send(s("x")));
        desk.chat.setCurrentThread(dana);
        QVERIFY(desk.chat.canSend());
        QSignalSpy refused(&desk.chat, &ChatModel::refused);
        QCOMPARE(desk.chat.send(text), sent);
        QCOMPARE(desk.link.asked.size(), sent ? 1 : 0);
        QTEST(int(refused.count()), "refusals");
    }

    void nothingIsSentOverAClosedLink()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        QSignalSpy changed(&desk.chat, &ChatModel::canSendChanged);
        desk.link.setState(DeskLink::State::Failed);
        QVERIFY(!desk.chat.canSend());
        QVERIFY(!desk.chat.send(s("x")));
        QCOMPARE(changed.count(), 1);
        desk.link.setState(DeskLink::State::Reconnecting); // the link keeps it until it is back
        QVERIFY(desk.chat.send(s("x")));
    }

    void aStalledDeskIsNotBuriedUnderMessages()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        for (int i = 0; i < ChatModel::MaxUnconfirmed; ++i)
            QVERIFY(desk.chat.send(s("x")));
        QVERIFY(!desk.chat.send(s("one more")));
        desk.link.accept(noon);
        QVERIFY(desk.chat.send(s("one more")));
    }

    void notesOfTheIncidentStandBetweenTheLines()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        Alert alert = panic("p", "dana", noon);
        desk.link.publish(alert);
        desk.link.publish(message("1", "dana", "someone is following me", noon + 9s));
        alert.acked = true;
        alert.ackedAt = noon + 5s;
        alert.ackedBy = s("M. Ortiz");
        desk.link.publish(alert);
        desk.link.publish(alert); // the same again adds nothing
        QCOMPARE(desk.chat.count(), 3);
        QCOMPARE(show(desk.chat, 0, "messageText").toString(), s("panic received"));
        QCOMPARE(show(desk.chat, 0, "lineKind").toInt(), int(ChatModel::Note));
        QCOMPARE(show(desk.chat, 1, "messageText").toString(), s("acknowledged by M. Ortiz"));
        QCOMPARE(show(desk.chat, 1, "timeText").toString(), s("12:00:05"));
        QCOMPARE(show(desk.chat, 2, "lineKind").toInt(), int(ChatModel::Message));
        QCOMPARE(desk.chat.subtitle(), s("Chat · panic open since 12:00:00"));
        QVERIFY(desk.chat.isIncident());
        alert.cond = AlertCondition::Canceled;
        alert.clearedAt = noon + 60s;
        desk.link.publish(alert);
        QCOMPARE(desk.last("messageText").toString(), s("canceled by the caller"));
        QVERIFY(!desk.chat.isIncident());
        QCOMPARE(desk.chat.subtitle(), s("Chat"));
        // A vehicle's alert is no part of a conversation.
        desk.link.publish(samples::alert("v", "van", AlertLevel::Critical));
        QCOMPARE(desk.threads.count(), 1);
    }

    void aNewDayHasAHeader()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        desk.link.publish(message("1", "dana", "late", noon + 11h + 59min));
        desk.link.publish(message("2", "dana", "early", noon + 12h));
        desk.link.publish(message("3", "dana", "again", noon + 12h + 1s));
        QCOMPARE(show(desk.chat, 0, "dayHeader").toString(), QString());
        QCOMPARE(show(desk.chat, 1, "dayHeader").toString(), s("Tue 3 Mar 2026"));
        QCOMPARE(show(desk.chat, 2, "dayHeader").toString(), QString());
        // A line that comes late from the day before keeps everything right.
        desk.link.publish(message("0", "dana", "first", noon));
        QCOMPARE(column(desk.chat, "messageText"), s("first late early again"));
        QCOMPARE(show(desk.chat, 2, "dayHeader").toString(), s("Tue 3 Mar 2026"));
    }

    void aKnownMessageIsIgnoredAndTheLogIsBounded()
    {
        ChatLog log;
        QCOMPARE(log.apply(message("1", "dana", "a", noon)), dana);
        QCOMPARE(log.apply(message("1", "dana", "a", noon)), QString());
        QCOMPARE(log.apply(message("", "dana", "a", noon)), QString());
        for (int i = 0; i < ChatLog::MaxMessages + 10; ++i)
            log.apply(message(qPrintable(s("m%1").arg(i)), "dana", "x", noon + i * 1s));
        QCOMPARE(log.find(dana)->messages.size(), ChatLog::MaxMessages);
        QCOMPARE(log.find(dana)->messages.last().id, s("m%1").arg(ChatLog::MaxMessages + 9));
        for (int i = 0; i < ChatLog::MaxNotes + 10; ++i)
            log.apply(panic(qPrintable(s("p%1").arg(i)), "dana", noon + i * 1s));
        QCOMPARE(log.find(dana)->notes.size(), ChatLog::MaxNotes);
    }

    void unreadIsWhatNobodyAnsweredOrRead()
    {
        ChatLog log;
        log.apply(message("1", "dana", "a", noon));
        log.apply(message("2", "dana", "answer", noon + 1s, true));
        QCOMPARE(log.find(dana)->unread(), 0);
        log.apply(message("3", "dana", "b", noon + 2s));
        ChatMessage automatic = message("4", "dana", "Your message reached the desk.", noon + 3s, true);
        automatic.automatic = true;
        log.apply(automatic); // answers nothing
        log.apply(message("5", "dana", "c", noon + 4s));
        QCOMPARE(log.find(dana)->unread(), 2);
        QVERIFY(log.markRead(dana));
        QCOMPARE(log.find(dana)->unread(), 0);
        QVERIFY(!log.markRead(dana));
        QVERIFY(!log.markRead(s("user/nobody")));
        // What was read stays read over a reconnect.
        log.reset({message("1", "dana", "a", noon), message("5", "dana", "c", noon + 4s),
                   message("6", "dana", "d", noon + 5s)},
                  {});
        QCOMPARE(log.find(dana)->unread(), 1);
    }

    void incidentsComeFirstThenTheNewest()
    {
        Desk desk;
        desk.link.publish(message("1", "amir", "hi", noon));
        desk.link.publish(message("2", "lena", "hi", noon + 1s));
        desk.link.publish(message("3", "dana", "hi", noon + 2s));
        QCOMPARE(column(desk.threads, "userId"), s("dana lena amir"));
        QSignalSpy moves(&desk.threads, &ChatThreadModel::rowsMoved);
        desk.link.publish(message("4", "amir", "two\nlines", noon + 3s));
        QCOMPARE(column(desk.threads, "userId"), s("amir dana lena"));
        desk.link.publish(panic("p", "lena", noon - 1h));
        QCOMPARE(column(desk.threads, "userId"), s("lena amir dana"));
        QCOMPARE(moves.count(), 2);
        QCOMPARE(show(desk.threads, 0, "isIncident").toBool(), true);
        QCOMPARE(show(desk.threads, 1, "unread").toInt(), 2);
        QCOMPARE(show(desk.threads, 1, "lastText").toString(), s("two lines"));
        QCOMPARE(show(desk.threads, 1, "lastTimeText").toString(), s("12:00"));
        QCOMPARE(desk.threads.totalUnread(), 4);
        QCOMPARE(desk.threads.threadAt(2), dana);
        QCOMPARE(desk.threads.threadAt(3), QString());
        QCOMPARE(desk.threads.rowOf(s("user/nobody")), -1);
    }

    void aPersonIsCalledByTheBestNameKnown()
    {
        Desk desk;
        QCOMPARE(desk.threads.titleOf(s("user/amir")), s("Amir K.")); // the phone's record
        QCOMPARE(desk.threads.titleOf(s("user/lena")), s("lena"));
        QCOMPARE(desk.threads.titleOf(s("room")), s("room"));
        desk.link.publish(message("1", "dana", "hi", noon));
        QCOMPARE(desk.threads.titleOf(dana), s("Dana R.")); // as the messages say
    }

    void eachThreadKeepsItsDraft()
    {
        Desk desk;
        QSignalSpy changed(&desk.chat, &ChatModel::draftChanged);
        desk.chat.setDraft(s("to nobody"));
        QCOMPARE(desk.chat.draft(), QString());
        desk.chat.setCurrentThread(dana);
        desk.chat.setDraft(s("I am"));
        desk.chat.setCurrentThread(s("user/amir"));
        QCOMPARE(desk.chat.draft(), QString());
        desk.chat.setCurrentThread(dana);
        QCOMPARE(desk.chat.draft(), s("I am"));
        QVERIFY(desk.chat.send(desk.chat.quickReplies().first())); // a canned line leaves the draft alone
        QCOMPARE(desk.chat.draft(), s("I am"));
        QVERIFY(desk.chat.send(s("I am")));
        QCOMPARE(desk.chat.draft(), QString());
        QVERIFY(changed.count() >= 5);
    }

    void othersAtTheDeskAreNotMe()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        desk.link.publish(message("1", "dana", "from a colleague", noon, true));
        QCOMPARE(desk.last("fromDesk").toBool(), true);
        QCOMPARE(desk.last("mine").toBool(), false);
        QCOMPARE(desk.last("senderName").toString(), s("A. Operator"));
    }

    void ownLinesShowHowFarTheyCame()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        desk.chat.send(s("one"));
        desk.link.accept(noon);
        QCOMPARE(desk.last("markText").toString(), s("sent"));
        const QString id = desk.last("messageId").toString();
        const auto receipt = [&](ChatReceipt::Kind kind, const char *person) {
            return ChatReceipt{dana, id, s(person), s(person), kind, noon};
        };
        desk.link.publish(receipt(ChatReceipt::Kind::Delivered, "mo")); // the sender's own does not count
        QCOMPARE(desk.last("mark").toInt(), int(ChatModel::Sent));
        desk.link.publish(receipt(ChatReceipt::Kind::Delivered, "dana"));
        QCOMPARE(desk.last("markText").toString(), s("delivered"));
        desk.link.publish(receipt(ChatReceipt::Kind::Read, "dana"));
        QCOMPARE(desk.last("markText").toString(), s("read"));
        QCOMPARE(desk.last("mark").toInt(), int(ChatModel::Read));
        desk.chat.send(s("two"));
        desk.link.accept(noon + 1s);
        QCOMPARE(desk.last("mark").toInt(), int(ChatModel::Sent)); // the receipt ends at the first
        QCOMPARE(show(desk.chat, 0, "mark").toInt(), int(ChatModel::Read));
    }

    void whatIsShownIsToldToBeReadOnce()
    {
        Desk desk;
        desk.link.publish(message("1", "dana", "hello", noon));
        desk.chat.setCurrentThread(dana);
        QVERIFY(desk.link.asked.isEmpty()); // nobody sees it yet
        desk.chat.setShown(true);
        QCOMPARE(desk.link.asked.size(), 1);
        const auto mark = std::get<MarkChat>(desk.link.asked.first().body);
        QCOMPARE(mark.messageId, s("1"));
        QVERIFY(mark.kind == ChatReceipt::Kind::Read);
        desk.chat.refresh();
        desk.chat.setShown(false);
        desk.chat.setShown(true);
        QCOMPARE(desk.link.asked.size(), 1);
        desk.link.publish({dana, s("1"), s("mo"), s("M. Ortiz"), ChatReceipt::Kind::Read, noon});
        QCOMPARE(desk.link.asked.size(), 1);
        desk.link.publish(message("2", "dana", "hello again", noon + 1s));
        QCOMPARE(std::get<MarkChat>(desk.link.asked.last().body).messageId, s("2"));
    }

    void anUrgentLineNamesWhoHasAcknowledged()
    {
        Desk desk;
        desk.chat.setCurrentThread(operatorsThread());
        desk.chat.setUrgent(true);
        desk.chat.send(s("All units back"));
        QVERIFY(!desk.chat.urgent()); // one line only
        QVERIFY(std::get<SendChat>(desk.link.asked.first().body).urgent);
        ChatMessage urgent = message("u", "lee", "Evacuate", noon);
        urgent.thread = operatorsThread();
        urgent.fromDesk = true;
        urgent.urgent = true;
        urgent.asked = {s("mo"), s("kim")};
        desk.link.asked.clear();
        desk.link.publish(urgent);
        const auto row = [&](const char *role) { return show(desk.chat, 0, role); };
        QCOMPARE(row("ackText").toString(), s("waiting for mo, kim"));
        QVERIFY(row("canAcknowledge").toBool());
        desk.chat.acknowledge(s("u"));
        desk.chat.acknowledge(s("u"));
        QCOMPARE(desk.link.asked.size(), 1);
        QVERIFY(std::get<MarkChat>(desk.link.asked.first().body).kind == ChatReceipt::Kind::Acknowledged);
        QVERIFY(!row("canAcknowledge").toBool());
        desk.link.publish({operatorsThread(), s("u"), s("mo"), s("M. Ortiz"), ChatReceipt::Kind::Acknowledged, noon});
        QCOMPARE(row("ackText").toString(), s("acknowledged by M. Ortiz · waiting for kim"));
        QVERIFY(!row("canAcknowledge").toBool());
    }

    void whoWritesIsShownForFiveSecondsAndToldEveryThree()
    {
        Desk desk;
        desk.chat.setCurrentThread(dana);
        QSignalSpy changes(&desk.chat, &ChatModel::typingChanged);
        desk.link.tell(TypingNotice{dana, s("dana"), s("Dana R."), noon});
        QCOMPARE(desk.chat.typingText(), s("Dana R. is writing …"));
        desk.link.tell(TypingNotice{s("user/amir"), s("amir"), s("Amir K."), noon});
        desk.link.tell(TypingNotice{dana, s("mo"), s("M. Ortiz"), noon}); // oneself
        QCOMPARE(desk.chat.typingText(), s("Dana R. is writing …"));
        desk.now += 5s;
        desk.chat.tick(desk.now);
        QVERIFY(desk.chat.typingText().isEmpty());
        QVERIFY(changes.count() >= 2);
        desk.link.tell(TypingNotice{dana, s("dana"), s("Dana R."), noon});
        desk.link.publish(message("1", "dana", "hello", noon)); // the line is there
        QVERIFY(desk.chat.typingText().isEmpty());

        for (const char *draft : {"a", "ab", "abc"})
            desk.chat.setDraft(s(draft));
        QCOMPARE(desk.link.typed, QStringList{dana});
        desk.now += 3s;
        desk.chat.setDraft(s("abcd"));
        QCOMPARE(desk.link.typed.size(), 2);
        desk.now += 3s;
        desk.chat.setDraft(QString());
        QCOMPARE(desk.link.typed.size(), 2);
    }

    void theConversationCanBeSwitched()
    {
        Desk desk;
        QCOMPARE(desk.chat.scope(), -1);
        QVERIFY(!desk.chat.hasPerson());
        desk.link.publish(panic("p", "dana"));
        desk.chat.setCurrentThread(dana);
        QCOMPARE(desk.chat.scope(), int(ChatModel::Direct));
        QCOMPARE(desk.chat.threadOf(ChatModel::Incident), s("incident/p"));
        desk.chat.setCurrentThread(s("incident/p"));
        QCOMPARE(desk.chat.scope(), int(ChatModel::Incident));
        ChatMessage line = message("i", "dana", "here", noon);
        line.thread = s("incident/p");
        desk.link.publish(line);
        desk.chat.refresh();
        QCOMPARE(desk.chat.title(), s("Incident · Dana R."));
        QCOMPARE(desk.chat.threadOf(ChatModel::Direct), dana);
        desk.chat.setCurrentThread(desk.chat.threadOf(ChatModel::Everybody));
        QCOMPARE(desk.chat.title(), s("Everybody"));
        QCOMPARE(desk.chat.threadOf(ChatModel::Direct), dana); // one can go back
    }

    void cannedRepliesAreFilled()
    {
        Desk desk;
        desk.chat.setReplies(
            {{s("a"), s("Help is on the way, {name}.")}, {s("b"), s("{operator} has your {incident}.")}});
        desk.link.publish(panic("p", "dana"));
        desk.chat.setCurrentThread(dana);
        QCOMPARE(desk.chat.quickReplies(),
                 (QStringList{s("Help is on the way, Dana R.."), s("M. Ortiz has your panic.")}));
        QVERIFY(desk.chat.sendReply(1));
        QVERIFY(!desk.chat.sendReply(2));
        QCOMPARE(std::get<SendChat>(desk.link.asked.first().body).quickReply, s("b"));
        desk.chat.setCurrentThread(operatorsThread());
        QCOMPARE(desk.chat.quickReplies(), QStringList{s("Help is on the way.")}); // there is no incident here
    }

    void aBadFileOfRepliesIsRefusedNamingThePlace_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("names");
        QTest::newRow("no JSON") << QByteArray("{") << s("not JSON");
        QTest::newRow("no list") << QByteArray("{}") << s("replies: must be a list");
        QTest::newRow("no text") << QByteArray(R"({"replies":[{"id":"a"}]})") << s("replies[0].text");
        QTest::newRow("same id") << QByteArray(R"({"replies":[{"id":"a","text":"x"},{"id":"a","text":"y"}]})")
                                 << s("replies[1].id");
        QTest::newRow("unknown placeholder")
            << QByteArray(R"({"replies":[{"id":"a","text":"{nmae}"}]})") << s("{nmae}");
        QTest::newRow("right") << QByteArray(R"({"replies":[{"id":"a","text":"{name} {time}"}]})") << QString();
    }
    void aBadFileOfRepliesIsRefusedNamingThePlace()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, names);
        const ChatRepliesResult result = parseChatReplies(json);
        QCOMPARE(result.error.isEmpty(), names.isEmpty());
        QVERIFY2(result.error.contains(names), qPrintable(result.error));
    }

    void theBuiltInRepliesAreRight()
    {
        const ChatRepliesResult result = loadChatReplies(QString());
        QCOMPARE(result.error, QString());
        QVERIFY(result.replies.size() >= 3);
    }
};

QTEST_GUILESS_MAIN(TestChat)
#include "test_chat.moc"
