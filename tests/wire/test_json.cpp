// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/Json.h"

#include <QtTest>

using namespace tocsin;

class TestJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void acceptsAndRefuses_data();
    void acceptsAndRefuses();
    void namesTheDuplicateKey();
    void readsLargeTextsInLinearTime();
};

void TestJson::acceptsAndRefuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("message"); // empty: accepted
    const auto row = [](const char *name, const QByteArray &text, const QString &message) {
        QTest::newRow(name) << text << message;
    };
    const QString invalid = QStringLiteral("Invalid JSON message");
    const QString notObject = QStringLiteral("Message must be a JSON object");
    row("an object", R"({"a":1})", {});
    row("an empty object", "{}", {});
    row("white space around", " \n{\"a\":[1,2,{}]}\t", {});
    row("nothing", "", invalid);
    row("white space only", "  ", invalid);
    row("not closed", R"({"a":1)", invalid);
    row("closed twice", "{}}", invalid);
    row("closed before it opens", "}", invalid);
    row("a string that never ends", R"({"a":"b)", invalid);
    row("an escape at the end", "{\"a\":\"\\", invalid);
    row("words", "hello", invalid);
    row("two objects", "{}{}", invalid);
    row("a comment", "{}//", invalid);
    row("NaN", R"({"a":NaN})", invalid);
    row("a trailing comma", R"({"a":1,})", invalid);
    row("single quotes", "{'a':1}", invalid);
    row("broken UTF-8", QByteArray("{\"a\":\"\xff\"}"), invalid);
    row("an array", "[1]", notObject);
    row("a number", "7", invalid); // QJsonDocument knows no bare values
    row("64 levels", QByteArray(R"({"a":)").repeated(63) + "{}" + QByteArray("}").repeated(63), {});
    row("65 levels", QByteArray(R"({"a":)").repeated(64) + "{}" + QByteArray("}").repeated(64),
        QStringLiteral("Message is nested deeper than 64 levels"));
    row("65 levels of arrays", "{\"a\":" + QByteArray("[").repeated(64) + QByteArray("]").repeated(64) + "}",
        QStringLiteral("Message is nested deeper than 64 levels"));
    row("100,000 levels that never close", QByteArray("[").repeated(100000),
        QStringLiteral("Message is nested deeper than 64 levels"));
    row("brackets within text are no levels", "{\"a\":\"" + QByteArray("[").repeated(100) + "\"}", {});
    row("a key twice", R"({"a":1,"a":2})", QStringLiteral("Duplicate key: a"));
    row("a key twice, once escaped", "{\"a\":1,\"\\u0061\":2}", QStringLiteral("Duplicate key: a"));
    row("a key twice inside", R"({"a":{"b":1,"c":2,"b":3}})", QStringLiteral("Duplicate key: b"));
    row("the same key in two objects", R"({"a":{"x":1},"b":{"x":2},"x":3})", {});
    row("a value like a key", R"({"a":"b","b":"a"})", {});
    row("texts twice in a list", R"({"a":["x","x"]})", {});
    row("a quote within a key", R"({"a\"":1,"a":2})", {});
    row("a key that ends in a backslash", R"({"a\\":1,"a":2})", {});
    row("a long text", "{\"a\":\"" + QByteArray(2'097'152, 'x') + "\"}", {});
    row("a longer one", "{\"a\":\"" + QByteArray(2'097'153, 'x') + "\"}",
        QStringLiteral("A string is longer than 2097152 bytes"));
    const QString many = QStringLiteral("Message has too many values");
    row("many numbers", "{\"a\":[" + QByteArray("1,").repeated(1'300'000) + "1]}", {});
    row("more numbers", "{\"a\":[" + QByteArray("1,").repeated(1'320'000) + "1]}", many);
    row("too many empty texts", "{\"a\":[" + QByteArray("\"\",").repeated(900'000) + "1]}", many);
    row("too many lists", "{\"a\":[" + QByteArray("[],").repeated(700'000) + "1]}", many);
}

void TestJson::acceptsAndRefuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, message);
    const auto parsed = parseJsonObject(text);
    const auto *error = std::get_if<FieldError>(&parsed);
    QCOMPARE(error ? error->message : QString(), message);
}

void TestJson::namesTheDuplicateKey()
{
    const auto error = checkJsonText(R"({"speed":1,"speed":2})");
    QVERIFY(error);
    QCOMPARE(error->field, QStringLiteral("speed"));
    QVERIFY(checkJsonText(QByteArray(11, ' '), {10, 64}));
    QVERIFY(!checkJsonText(QByteArray(10, ' '), {10, 64}));
}

void TestJson::readsLargeTextsInLinearTime()
{
    // 200,000 different keys: pairwise comparison would take minutes and the test's time limit.
    QByteArray text = "{";
    for (int i = 0; i < 200000; ++i)
        text += (i ? ",\"k" : "\"k") + QByteArray::number(i) + "\":0";
    text += '}';
    const auto parsed = parseJsonObject(text);
    QVERIFY(std::holds_alternative<QJsonObject>(parsed));
    QCOMPARE(std::get<QJsonObject>(parsed).size(), 200000);
}

QTEST_GUILESS_MAIN(TestJson)
#include "test_json.moc"
