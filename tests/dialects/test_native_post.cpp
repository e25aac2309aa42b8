// SPDX-License-Identifier: GPL-3.0-or-later
// Requests over HTTP, decided by the real desk on a store that stalls and fails.
#include "server/desk/Desk.h"
#include "server/desk/RulesFile.h"
#include "server/dialects/NativePost.h"
#include "tests/desk/Fakes.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <memory>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

class Counter
{
public:
    explicit Counter(Posture posture = Posture::Secure, int perWindow = 200, std::size_t uncommitted = 4096)
    {
        options.posture = posture;
        options.messagesPerWindow = perWindow;
        options.clock = [this] { return now; };
        DeskSettings settings;
        settings.clock = options.clock;
        settings.commit.retryFirst = settings.commit.retryMost = 1ms;
        settings.uncommitted = uncommitted;
        DeskSnapshot initial;
        Device van;
        van.id = QStringLiteral("van-1");
        van.name = QStringLiteral("Van 1");
        van.owners = {QStringLiteral("anna")};
        initial.devices = {van};
        mirror.setSnapshot(initial);
        desk = std::make_unique<Desk>(settings, builtInRules(), store, archive, initial);
        QObject::connect(desk.get(), &Desk::published, desk.get(), [this](const QList<Event> &events) {
            published += events;
            mirror.apply(events);
        });
        desk->start();
        post = std::make_unique<NativePost>(NativePost::Parts{options, *desk, mirror, addresses});
    }

    struct Answer
    {
        int status = 0; ///< 0: none yet
        QJsonObject reply;
        QByteArray retryAfter;
        [[nodiscard]] QString code() const
        {
            return reply.value(QLatin1String("error")).toObject().value(QLatin1String("code")).toString();
        }
        [[nodiscard]] QString field() const
        {
            return reply.value(QLatin1String("error")).toObject().value(QLatin1String("field")).toString();
        }
        [[nodiscard]] QJsonObject result() const { return reply.value(QLatin1String("result")).toObject(); }
    };
    using Headers = QList<std::pair<QByteArray, QByteArray>>;

    /// The answer may come later: keep what is returned.
    std::shared_ptr<Answer> send(const Headers &headers, const QByteArray &body, const Principal &who)
    {
        auto answer = std::make_shared<Answer>();
        net::HttpRequest request;
        request.method = "POST";
        request.path = QStringLiteral("/api/requests");
        request.headers = headers;
        request.body = body;
        request.peerAddress = QStringLiteral("192.0.2.7");
        post->answer(request, who, [answer](const net::HttpResponse &response) {
            QCOMPARE(answer->status, 0); // once
            answer->status = response.status;
            answer->reply = QJsonDocument::fromJson(response.body).object();
            for (const auto &[name, value] : response.headers) {
                if (name == "Retry-After")
                    answer->retryAfter = value;
            }
        });
        return answer;
    }
    Answer ask(const QByteArray &key, const QByteArray &body, const Principal &who)
    {
        const auto answer = send({{"idempotency-key", key}}, body, who);
        settle();
        return *answer;
    }
    static void settle()
    {
        for (int i = 0; i < 8; ++i)
            QCoreApplication::processEvents();
    }
    /// The lines that a person wrote.
    [[nodiscard]] QStringList lines() const
    {
        QStringList texts;
        for (const Event &event : published) {
            const auto *message = std::get_if<ChatMessage>(&event.body);
            if (message != nullptr && !message->automatic)
                texts.append(message->text);
        }
        return texts;
    }

    TimePoint now{1'700'000'000s};
    DialectOptions options;
    FakeStore store;
    FakeArchive archive;
    DeskMirror mirror;
    AddressLimits addresses;
    QList<Event> published;
    std::unique_ptr<Desk> desk;
    std::unique_ptr<NativePost> post;
};

Principal anna()
{
    return {QStringLiteral("anna"), QStringLiteral("Anna"), Role::Citizen, false};
}
Principal dana()
{
    return {QStringLiteral("dana"), QStringLiteral("Dana"), Role::Dispatcher, false};
}

QByteArray line(const QByteArray &text)
{
    return R"({"kind":"send_chat","thread":"user/anna","text":")" + text + "\"}";
}

const QByteArray panicBody = R"({"kind":"raise_panic","client_alert_id":"p-1"})";
} // namespace

class TestNativePost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aRequestIsAnsweredAsOverASocket()
    {
        Counter counter;
        const auto answer = counter.ask("m-1", line("I am at the quay"), anna());
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.reply.value(QLatin1String("type")).toString(), QStringLiteral("reply"));
        QCOMPARE(answer.reply.value(QLatin1String("id")).toString(), QStringLiteral("m-1"));
        QVERIFY(answer.reply.value(QLatin1String("ok")).toBool());
        QVERIFY(!answer.reply.contains(QLatin1String("dup")));
        QVERIFY(!answer.result().value(QLatin1String("ref")).toString().isEmpty());
        QCOMPARE(counter.lines(), QStringList{QStringLiteral("I am at the quay")});
        QCOMPARE(counter.published.first().requestId, QStringLiteral("m-1"));
    }

    void theSameAgainIsAnsweredAgainAndNotDoneAgain()
    {
        Counter counter;
        const auto first = counter.ask("m-1", line("one"), anna());
        const auto again = counter.ask("\"m-1\"", line("one"), anna()); // as the draft on the header quotes it
        QCOMPARE(again.status, 200);
        QVERIFY(again.reply.value(QLatin1String("dup")).toBool());
        QCOMPARE(again.result(), first.result());
        const auto other = counter.ask("m-1", line("two"), anna());
        QCOMPARE(other.status, 409);
        QCOMPARE(other.code(), QStringLiteral("id_conflict"));
        // Another person's key is another key.
        QCOMPARE(counter.ask("m-1", line("two"), dana()).status, 200);
        QCOMPARE(counter.lines(), (QStringList{QStringLiteral("one"), QStringLiteral("two")}));
    }

    void theTableIsThatOfTheSockets()
    {
        Counter counter;
        QList<Outcome> outcomes;
        SendChat chat;
        chat.thread = QStringLiteral("user/anna");
        chat.text = QStringLiteral("one");
        // As NativeSession asks.
        counter.desk->submit(
            {QStringLiteral("m-1"),
             {Actor::Kind::User, QStringLiteral("anna"), QStringLiteral("Anna"), QStringLiteral("session-7")},
             chat},
            [&outcomes](const Outcome &outcome) { outcomes.append(outcome); });
        QTRY_COMPARE(outcomes.size(), 1);
        const auto again = counter.ask("m-1", line("one"), anna());
        QVERIFY(again.reply.value(QLatin1String("dup")).toBool());
        QCOMPARE(again.result().value(QLatin1String("ref")).toString(), outcomes.first().ref);
    }

    void nothingIsAnsweredBeforeItIsDurable()
    {
        Counter counter;
        counter.store.stall();
        const auto first = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        const auto again = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        Counter::settle();
        QCOMPARE(counter.store.attempts(), 1); // it has arrived, but it is not stored
        QCOMPARE(first->status, 0);
        QCOMPARE(again->status, 0);
        counter.store.release();
        Counter::settle();
        QCOMPARE(first->status, 200);
        QCOMPARE(again->status, 200);
        QVERIFY(again->reply.value(QLatin1String("dup")).toBool());
    }

    void aStoreThatFailsDelaysTheAnswer()
    {
        Counter counter;
        counter.store.failNext(1'000'000);
        const auto answer = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        QTRY_VERIFY(counter.store.attempts() > 2);
        QCOMPARE(answer->status, 0);
        counter.store.failNext(0);
        QTRY_COMPARE(answer->status, 200);
        QCOMPARE(counter.store.stored().first().requestId, QStringLiteral("p"));
    }

    void whatCannotBeStoredAtAllIsRefused()
    {
        Counter counter(Posture::Secure, 200, 1);
        counter.store.failNext(1'000'000);
        const auto panic = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        QTRY_VERIFY(counter.desk->stats().storageFailing);
        const auto answer = counter.ask("m-1", line("one"), anna());
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.code(), QStringLiteral("storage_failed"));
        counter.store.failNext(0);
        QTRY_COMPARE(panic->status, 200);
        // Not remembered: it may be tried again under its key.
        QTRY_COMPARE(counter.ask("m-1", line("one"), anna()).status, 200);
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("field");
        const QString invalid = QStringLiteral("invalid");
        const QString header = QStringLiteral("Idempotency-Key");
        QTest::newRow("no key") << QByteArray() << panicBody << 400 << invalid << header;
        QTest::newRow("empty key") << QByteArray("\"\"") << panicBody << 400 << invalid << header;
        QTest::newRow("long key") << QByteArray(129, 'k') << panicBody << 400 << invalid << header;
        QTest::newRow("key with a blank") << QByteArray("a b") << panicBody << 400 << invalid << header;
        QTest::newRow("key beyond ASCII") << QByteArray("\xc3\xa9") << panicBody << 400 << invalid << header;
        QTest::newRow("longest key") << QByteArray(128, 'k') << panicBody << 200 << QString() << QString();
        QTest::newRow("no JSON") << QByteArray("k") << QByteArray("kind=raise_panic") << 400 << invalid << QString();
        QTest::newRow("nothing") << QByteArray("k") << QByteArray() << 400 << invalid << QString();
        QTest::newRow("a list") << QByteArray("k") << QByteArray("[]") << 400 << invalid << QString();
        QTest::newRow("a key twice") << QByteArray("k") << QByteArray(R"({"kind":"raise_panic","kind":"ack"})") << 400
                                     << invalid << QStringLiteral("kind");
        QTest::newRow("unknown kind") << QByteArray("k") << QByteArray(R"({"kind":"nonsense"})") << 400 << invalid
                                      << QStringLiteral("kind");
        QTest::newRow("wrong type") << QByteArray("k") << QByteArray(R"({"kind":"send_chat","thread":7})") << 400
                                    << invalid << QStringLiteral("thread");
        QTest::newRow("too deep") << QByteArray("k")
                                  << QByteArray(R"({"kind":"issue_command","parameters":)" + QByteArray(70, '[') +
                                                QByteArray(70, ']') + '}')
                                  << 400 << invalid << QString();
        const QByteArray head = "{\"kind\":\"raise_panic\",\"message\":\""; // as a raw string moc misreads it
        QTest::newRow("as large as may be")
            << QByteArray("k") << QByteArray(head + QByteArray(1'048'576 - head.size() - 2, 'x') + "\"}") << 200
            << QString() << QString();
        QTest::newRow("too large") << QByteArray("k")
                                   << QByteArray(head + QByteArray(1'048'576 - head.size() - 1, 'x') + "\"}") << 413
                                   << QStringLiteral("too_large") << QString();
        QTest::newRow("not there") << QByteArray("k") << QByteArray(R"({"kind":"cancel_panic"})") << 404
                                   << QStringLiteral("not_found") << QString();
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(QString, code);
        QFETCH(QString, field);
        Counter counter;
        const auto answer =
            counter.send(key.isEmpty() ? Counter::Headers() : Counter::Headers{{"idempotency-key", key}}, body, anna());
        Counter::settle();
        QCOMPARE(answer->status, status);
        QCOMPARE(answer->code(), code);
        if (!field.isEmpty())
            QCOMPARE(answer->field(), field);
        QCOMPARE(counter.published.size(), status == 200 ? 1 : 0);
    }

    void twoKeysAreNone()
    {
        Counter counter;
        const auto answer = counter.send({{"idempotency-key", "a"}, {"idempotency-key", "b"}}, panicBody, anna());
        QCOMPARE(answer->status, 400);
        QCOMPARE(answer->field(), QStringLiteral("Idempotency-Key"));
    }

    void theRightsAreThoseOfTheSockets_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("citizen");
        QTest::addColumn<int>("device");
        QTest::addColumn<int>("dispatcher");
        QTest::newRow("own conversation") << line("x") << 200 << 403 << 200;
        QTest::newRow("the operators' room")
            << QByteArray(R"({"kind":"send_chat","thread":"operators","text":"x"})") << 403 << 403 << 200;
        QTest::newRow("report") << QByteArray(R"({"kind":"report_alert","source":"van-1","code":"T","title":"T"})")
                                << 200 << 200 << 200;
        QTest::newRow("foreign report") << QByteArray(
                                               R"({"kind":"report_alert","source":"van-2","code":"T","title":"T"})")
                                        << 403 << 403 << 200;
        QTest::newRow("acknowledge what is not there")
            << QByteArray(R"({"kind":"acknowledge","alert_id":"a-1"})") << 403 << 403 << 404;
        QTest::newRow("command") << QByteArray(R"({"kind":"issue_command","device_id":"gone","action":"stop"})") << 403
                                 << 403 << 404;
        QTest::newRow("answer of a device")
            << QByteArray(R"({"kind":"report_command","command_id":"k"})") << 403 << 404 << 404;
        QTest::newRow("panic") << panicBody << 200 << 200 << 200;
    }
    void theRightsAreThoseOfTheSockets()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, citizen);
        QFETCH(int, device);
        QFETCH(int, dispatcher);
        Counter counter;
        const Principal van{QStringLiteral("van-1"), QStringLiteral("Van 1"), Role::Device, false};
        QCOMPARE(counter.ask("k", body, anna()).status, citizen);
        QCOMPARE(counter.ask("k", body, van).status, device);
        QCOMPARE(counter.ask("k", body, dana()).status, dispatcher);
    }

    void nobodySpeaksForTheDeskOrForOthers()
    {
        Counter counter;
        const auto answer = counter.ask(
            "m", R"({"kind":"send_chat","thread":"user/anna","text":"x","from_desk":true,"simulated":true})", anna());
        QCOMPARE(answer.status, 200);
        const auto message = std::get<ChatMessage>(counter.published.first().body);
        QVERIFY(!message.fromDesk && !message.simulated);
        QCOMPARE(counter.ask("p", R"({"kind":"raise_panic","user_id":"ben"})", anna()).status, 200);
        QCOMPARE(std::get<AlertChange>(counter.published.last().body).alert.userId, QStringLiteral("anna"));
    }

    void exactlyTheLimitPassesAndPanicsAlways()
    {
        Counter counter(Posture::Secure, 3);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(counter.ask("m-" + QByteArray::number(i), line("x"), anna()).status, 200);
        const auto refused = counter.ask("m-3", line("x"), anna());
        QCOMPARE(refused.status, 429);
        QCOMPARE(refused.code(), QStringLiteral("rate_limited"));
        QCOMPARE(refused.retryAfter, QByteArray("60"));
        QCOMPARE(counter.ask("m-4", line("x"), dana()).status, 200); // it is counted by sender
        for (int i = 0; i < 20; ++i)
            QCOMPARE(counter.ask("p-" + QByteArray::number(i), panicBody, anna()).status, 200);
        counter.now += 61s;
        QCOMPARE(counter.ask("m-3", line("x"), anna()).status, 200);
    }

    void tooManyThatWaitAreRefusedButNoPanic()
    {
        Counter counter(Posture::Secure, 1000);
        counter.store.stall();
        for (int i = 0; i < 256; ++i)
            QCOMPARE(counter.send({{"idempotency-key", "m-" + QByteArray::number(i)}}, line("x"), anna())->status, 0);
        const auto refused = counter.send({{"idempotency-key", "m"}}, line("x"), anna());
        QCOMPARE(refused->status, 503);
        QCOMPARE(refused->code(), QStringLiteral("overloaded"));
        const auto panic = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        QCOMPARE(panic->status, 0);
        counter.store.release();
        QTRY_COMPARE(panic->status, 200);
    }

    void whoeverGoesFirstIsNotWaitedFor()
    {
        Counter counter;
        counter.store.stall();
        const auto answer = counter.send({{"idempotency-key", "p"}}, panicBody, anna());
        Counter::settle();
        counter.post.reset();
        counter.store.release();
        Counter::settle();
        QCOMPARE(answer->status, 0); // nobody is there to answer; it is stored all the same
        QCOMPARE(counter.published.size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestNativePost)
#include "test_native_post.moc"
