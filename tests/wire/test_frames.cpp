// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/ClientFrames.h"
#include "models/wire/MessagePack.h"
#include "models/wire/ReadingCodec.h"
#include "models/wire/RequestCodec.h"
#include "models/wire/ServerFrames.h"
#include "models/wire/SnapshotCodec.h"
#include "tests/wire/RandomFrames.h"

#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTest>

#include <array>

using namespace tocsin;
using namespace tocsin::test;

namespace {
/// Over both formats, as it travels.
QJsonObject travelled(const QJsonObject &object)
{
    const auto packed = parseMessagePackObject(toMessagePack(object));
    const auto text = parseJsonObject(QJsonDocument(object).toJson(QJsonDocument::Compact));
    if (!std::holds_alternative<QJsonObject>(packed) || !std::holds_alternative<QJsonObject>(text) ||
        std::get<QJsonObject>(packed) != std::get<QJsonObject>(text))
        return {};
    return std::get<QJsonObject>(text);
}

wire::ClientFrame sent(const wire::ClientFrame &frame)
{
    const auto back = wire::clientFrameFromJson(travelled(toJson(frame)));
    if (const auto *error = std::get_if<wire::FrameError>(&back)) {
        qWarning() << error->error.field << error->error.message << toJson(frame);
        return wire::Ping{QStringLiteral("refused")};
    }
    return std::get<wire::ClientFrame>(back);
}

QJsonObject parsed(const char *json)
{
    return QJsonDocument::fromJson(json).object();
}
} // namespace

class TestFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyRequestComesBackWhole()
    {
        RandomFrames random(1);
        for (std::size_t i = 0; i < 3000; ++i) {
            const RequestBody body = random.request(i);
            const auto back = wire::requestFromJson(travelled(wire::toJson(body)));
            QVERIFY2(
                std::holds_alternative<RequestBody>(back),
                qPrintable(std::holds_alternative<FieldError>(back) ? std::get<FieldError>(back).message : QString()));
            QVERIFY2(sameRequest(std::get<RequestBody>(back), body), qPrintable(wire::kindOf(body)));
        }
    }

    void everyClientFrameComesBackWhole()
    {
        RandomFrames random(2);
        for (std::size_t i = 0; i < 4000; ++i) {
            const wire::ClientFrame frame = random.clientFrame(i);
            const wire::ClientFrame back = sent(frame);
            QCOMPARE(back.index(), frame.index());
            QCOMPARE(toJson(back), toJson(frame));
            if (const auto *ask = std::get_if<wire::Ask>(&frame)) {
                QCOMPARE(std::get<wire::Ask>(back).cmdId, ask->cmdId);
                QVERIFY(sameRequest(std::get<wire::Ask>(back).body, ask->body));
            } else if (const auto *hello = std::get_if<wire::Hello>(&frame)) {
                QCOMPARE(std::get<wire::Hello>(back), *hello);
            } else if (const auto *ack = std::get_if<wire::Ack>(&frame)) {
                QCOMPARE(std::get<wire::Ack>(back), *ack);
            } else if (const auto *query = std::get_if<wire::Query>(&frame)) {
                QCOMPARE(std::get<wire::Query>(back).what.index(), query->what.index());
            }
        }
    }

    void everyServerFrameComesBackWhole()
    {
        RandomFrames random(3);
        for (std::size_t i = 0; i < 4000; ++i) {
            const wire::ServerFrame frame = random.serverFrame(i);
            const auto back = wire::serverFrameFromJson(travelled(wire::toJson(frame)));
            QVERIFY2(
                std::holds_alternative<wire::ServerFrame>(back),
                qPrintable(std::holds_alternative<FieldError>(back) ? std::get<FieldError>(back).message : QString()));
            QCOMPARE(wire::toJson(std::get<wire::ServerFrame>(back)), wire::toJson(frame));
            if (const auto *welcome = std::get_if<wire::Welcome>(&frame))
                QCOMPARE(std::get<wire::Welcome>(std::get<wire::ServerFrame>(back)), *welcome);
            if (const auto *reply = std::get_if<wire::Reply>(&frame))
                QCOMPARE(std::get<wire::Reply>(std::get<wire::ServerFrame>(back)), *reply);
            if (const auto *events = std::get_if<wire::Events>(&frame)) {
                const auto &there = std::get<wire::Events>(std::get<wire::ServerFrame>(back));
                QCOMPARE(there.events.size(), events->events.size());
                for (qsizetype n = 0; n < there.events.size(); ++n) {
                    QCOMPARE(there.events.at(n).seq, events->events.at(n).seq);
                    QCOMPARE(there.events.at(n).event.has_value(), events->events.at(n).event.has_value());
                    if (there.events.at(n).event)
                        QVERIFY(sameEvent(*there.events.at(n).event, *events->events.at(n).event));
                }
            }
        }
    }

    void readingsComeBackWhole()
    {
        RandomFrames random(4);
        QString error;
        for (int i = 0; i < 1000; ++i) {
            const Reading reading = random.reading();
            const auto back = wire::readingFromJson(travelled(wire::toJson(reading)), &error);
            QVERIFY2(back, qPrintable(error));
            QCOMPARE(*back, reading);
            const LatestReading latest = random.latest();
            const auto latestBack = wire::latestFromJson(travelled(wire::toJson(latest)), &error);
            QVERIFY2(latestBack, qPrintable(error));
            QVERIFY(sameLatest(*latestBack, latest));
        }
    }

    void aValueThatIsNotANumberStaysOne()
    {
        const auto back = wire::valueFromJson(wire::valueToJson(std::nan("")));
        QVERIFY(back && std::isnan(std::get<double>(*back)));
        QCOMPARE(wire::valueFromJson(wire::valueToJson(QStringLiteral("nan"))), Value(QStringLiteral("nan")));
    }

    void aHistoryComesBackWhole()
    {
        RandomFrames random(5);
        QString error;
        for (int i = 0; i < 300; ++i) {
            const HistoryResult history = random.history();
            const auto back = wire::historyFromJson(travelled(wire::toJson(history)), &error);
            QVERIFY2(back, qPrintable(error));
            QCOMPARE(back->series.size(), history.series.size());
            for (qsizetype n = 0; n < back->series.size(); ++n) {
                QCOMPARE(back->series.at(n).channel, history.series.at(n).channel);
                QCOMPARE(back->series.at(n).points, history.series.at(n).points);
            }
        }
    }

    void aSnapshotInPartsIsTheSnapshot_data()
    {
        QTest::addColumn<qsizetype>("bytes");
        QTest::newRow("one item each") << qsizetype(1);
        QTest::newRow("some") << qsizetype(3000);
        QTest::newRow("one part") << qsizetype(100'000'000);
    }
    void aSnapshotInPartsIsTheSnapshot()
    {
        QFETCH(qsizetype, bytes);
        const DeskSnapshot snapshot = RandomFrames(6).snapshot();
        DeskSnapshot joined;
        const QList<QJsonObject> parts = wire::snapshotParts(snapshot, bytes);
        QVERIFY(bytes > 1 || parts.size() > 30);
        QVERIFY(bytes < 100'000'000 || parts.size() == 1);
        for (const QJsonObject &part : parts) {
            QString error;
            const auto read = wire::snapshotFromJson(travelled(part), &error);
            QVERIFY2(read, qPrintable(error));
            joined.devices += read->devices;
            joined.presence += read->presence;
            joined.alerts += read->alerts;
            joined.messages += read->messages;
            joined.commands += read->commands;
            joined.receipts += read->receipts;
        }
        QCOMPARE(joined.devices, snapshot.devices);
        QCOMPARE(joined.presence, snapshot.presence);
        QCOMPARE(joined.alerts, snapshot.alerts);
        QCOMPARE(joined.messages, snapshot.messages);
        QCOMPARE(joined.commands, snapshot.commands);
        QCOMPARE(joined.receipts, snapshot.receipts);
    }

    void anEmptySnapshotIsOnePart() { QCOMPARE(wire::snapshotParts({}, 1000), QList<QJsonObject>{QJsonObject()}); }

    void outcomesComeBackAsReplies()
    {
        for (const Outcome &outcome :
             {Outcome::done(QStringLiteral("a-1")), Outcome::done({}, false),
              Outcome::refused(QStringLiteral("superseded"), QStringLiteral("It rose."), QStringLiteral("a-1"))}) {
            for (const bool dup : {false, true}) {
                Outcome told = outcome;
                told.dup = dup;
                const auto back =
                    wire::serverFrameFromJson(travelled(wire::toJson(wire::replyOf(QStringLiteral("c"), told))));
                QCOMPARE(wire::outcomeOf(std::get<wire::Reply>(std::get<wire::ServerFrame>(back))), told);
            }
        }
    }

    void aFrameThatIsWrongNamesItsFieldAndItsAsker_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("field");
        const auto row = [](const char *name, const char *json, const char *id, const char *field,
                            const char *code = "invalid") {
            QTest::newRow(name) << QByteArray(json) << QString::fromLatin1(id) << QString::fromLatin1(code)
                                << QString::fromLatin1(field);
        };
        row("no type", R"({})", "", "type", "unknown_type");
        row("unknown type", R"({"type":"dance","id":"7"})", "7", "type", "unknown_type");
        row("type is a number", R"({"type":1})", "", "type", "unknown_type");
        row("hello without a version", R"({"type":"hello"})", "", "v");
        row("hello with a version of text", R"({"type":"hello","v":"1"})", "", "v");
        row("token is a number", R"({"type":"hello","v":1,"token":7})", "", "token");
        row("streams is a text", R"({"type":"hello","v":1,"streams":"desk"})", "", "streams");
        row("cursors is a list", R"({"type":"hello","v":1,"cursors":[1]})", "", "cursors");
        row("cursor without epoch", R"({"type":"hello","v":1,"cursors":{"desk":[5]}})", "", "cursors");
        row("cursor below zero", R"({"type":"hello","v":1,"cursors":{"desk":["e",-1]}})", "", "cursors");
        row("cursor with a fraction", R"({"type":"hello","v":1,"cursors":{"desk":["e",1.5]}})", "", "cursors");
        row("cursor beyond whole numbers", R"({"type":"hello","v":1,"cursors":{"desk":["e",1e300]}})", "", "cursors");
        row("subscribe without id", R"({"type":"subscribe","topics":["stats"]})", "", "id");
        row("topics is a text", R"({"type":"subscribe","id":"s","topics":"stats"})", "s", "topics");
        row("hz below zero", R"({"type":"subscribe","id":"s","topics":[],"hz":-1})", "s", "hz");
        row("hz too high", R"({"type":"subscribe","id":"s","topics":[],"hz":1001})", "s", "hz");
        row("request without cmd_id", R"({"type":"request","body":{"kind":"cancel_panic"}})", "", "cmd_id");
        row("request without body", R"({"type":"request","cmd_id":"c"})", "c", "body");
        row("request of unknown kind", R"({"type":"request","cmd_id":"c","body":{"kind":"dance"}})", "c", "body.kind");
        row("acknowledge of nothing", R"({"type":"request","cmd_id":"c","body":{"kind":"acknowledge"}})", "c",
            "body.alert_id");
        row("occurrence is a text",
            R"({"type":"request","cmd_id":"c","body":{"kind":"acknowledge","alert_id":"a","occurrence":"1"}})", "c",
            "body.occurrence");
        row("unknown level",
            R"({"type":"request","cmd_id":"c","body":{"kind":"acknowledge","alert_id":"a","seen_level":"red"}})", "c",
            "body.seen_level");
        row("chat without thread", R"({"type":"request","cmd_id":"c","body":{"kind":"send_chat","text":"x"}})", "c",
            "body.thread");
        row("position without longitude",
            R"({"type":"request","cmd_id":"c","body":{"kind":"raise_panic","position":{"lat":1}}})", "c",
            "body.position");
        row("device without id", R"({"type":"request","cmd_id":"c","body":{"kind":"put_device","device":{}}})", "c",
            "body.device");
        row("unknown receipt",
            R"({"type":"request","cmd_id":"c","body":{"kind":"mark_chat","thread":"t","message_id":"m","receipt":"x"}})",
            "c", "body.receipt");
        row("query of nothing", R"({"type":"query","id":"q"})", "q", "what");
        row("history without device", R"({"type":"query","id":"q","what":"history","from":1,"to":2})", "q", "device");
        row("history without time", R"({"type":"query","id":"q","what":"history","device":"d","to":2})", "q", "from");
        row("too many points",
            R"({"type":"query","id":"q","what":"history","device":"d","from":1,"to":2,"max_points":10001})", "q",
            "max_points");
        row("no events", R"({"type":"query","id":"q","what":"events","stream":"desk","limit":0})", "q", "limit");
        row("after below zero", R"({"type":"query","id":"q","what":"events","stream":"desk","after":-1})", "q",
            "after");
        row("ack without cursors", R"({"type":"ack"})", "", "cursors");
        row("ack of a text", R"({"type":"ack","cursors":{"desk":"5"}})", "", "cursors");
        row("typing nowhere", R"({"type":"typing"})", "", "thread");
        row("heard or not", R"({"type":"hearing"})", "", "heard");
        row("heard is a text", R"({"type":"hearing","heard":"yes"})", "", "heard");
        row("why is a number", R"({"type":"hearing","heard":false,"why":3})", "", "why");
    }
    void aFrameThatIsWrongNamesItsFieldAndItsAsker()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, id);
        QFETCH(QString, code);
        QFETCH(QString, field);
        const auto result = wire::clientFrameFromJson(QJsonDocument::fromJson(json).object());
        QVERIFY(std::holds_alternative<wire::FrameError>(result));
        const auto &error = std::get<wire::FrameError>(result);
        QCOMPARE(error.id, id);
        QCOMPARE(error.code, code);
        QCOMPARE(error.error.field, field);
        QVERIFY(!error.error.message.isEmpty());
    }

    void aGapInAnEventsFrameIsRefused()
    {
        const auto result = wire::serverFrameFromJson(
            parsed(R"({"type":"events","stream":"desk","epoch":"e","events":[{"seq":1,"kind":"withheld"},
                                                                           {"seq":3,"kind":"withheld"}]})"));
        QVERIFY(std::holds_alternative<FieldError>(result));
        QCOMPARE(std::get<FieldError>(result).field, QStringLiteral("events"));
    }

    void whatMayBeLeftOutHasItsDefault()
    {
        const auto body = wire::requestFromJson(parsed(R"({"kind":"issue_command","device_id":"d","action":"reset"})"));
        const auto &command = std::get<IssueCommand>(std::get<RequestBody>(body));
        QCOMPARE(command.timeout, Duration(std::chrono::seconds(5)));
        QCOMPARE(command.retries, 0);
        const auto device =
            wire::requestFromJson(parsed(R"({"kind":"put_device","device":{"id":"van-1","name":"Van"}})"));
        QCOMPARE(std::get<PutDevice>(std::get<RequestBody>(device)).device.name, QStringLiteral("Van"));
    }

    /// The page beside the code is true: every frame that it shows is read, and written again as it stands there.
    void everyFrameOfTheProtocolPageIsReadAndWritten()
    {
        QFile file(QStringLiteral(TOCSIN_SOURCE_DIR "/models/wire/PROTOCOL.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString page = QString::fromUtf8(file.readAll());
        static const QRegularExpression block(QStringLiteral("```json (client|server)\\n(.*?)```"),
                                              QRegularExpression::DotMatchesEverythingOption);
        QSet<QString> types;
        auto matches = block.globalMatch(page);
        while (matches.hasNext()) {
            const auto match = matches.next();
            const QByteArray text = match.captured(2).toUtf8();
            const auto document = parseJsonObject(text);
            QVERIFY2(std::holds_alternative<QJsonObject>(document), text.constData());
            const auto &object = std::get<QJsonObject>(document);
            types.insert(match.captured(1) + QLatin1Char(' ') + object.value(QStringLiteral("type")).toString());
            if (match.captured(1) == QLatin1String("client")) {
                const auto frame = wire::clientFrameFromJson(object);
                QVERIFY2(std::holds_alternative<wire::ClientFrame>(frame), text.constData());
                QCOMPARE(toJson(std::get<wire::ClientFrame>(frame)), object);
                if (const auto *ask = std::get_if<wire::Ask>(&std::get<wire::ClientFrame>(frame)))
                    types.insert(QStringLiteral("request ") + wire::kindOf(ask->body));
            } else {
                const auto frame = wire::serverFrameFromJson(object);
                QVERIFY2(std::holds_alternative<wire::ServerFrame>(frame), text.constData());
                QCOMPARE(wire::toJson(std::get<wire::ServerFrame>(frame)), object);
            }
        }
        QStringList missing;
        RandomFrames random(8);
        for (std::size_t i = 0; i < std::variant_size_v<wire::ClientFrame>; ++i)
            missing.append(QStringLiteral("client ") +
                           toJson(random.clientFrame(i)).value(QStringLiteral("type")).toString());
        for (std::size_t i = 0; i < std::variant_size_v<wire::ServerFrame>; ++i)
            missing.append(QStringLiteral("server ") +
                           wire::toJson(random.serverFrame(i)).value(QStringLiteral("type")).toString());
        for (std::size_t i = 0; i < std::variant_size_v<RequestBody>; ++i)
            missing.append(QStringLiteral("request ") + wire::kindOf(random.request(i)));
        missing.removeIf([&types](const QString &type) { return types.contains(type); });
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(QStringLiteral(", "))));
    }
};

QTEST_GUILESS_MAIN(TestFrames)
#include "test_frames.moc"
