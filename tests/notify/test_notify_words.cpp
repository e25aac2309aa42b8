// SPDX-License-Identifier: GPL-3.0-or-later
// What can be configured, and how messages read: the file, hours, addresses, placeholders, mails.
#include "server/notify/NotifyConfig.h"
#include "server/notify/NotifyTemplate.h"
#include "server/notify/NotifyText.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QtTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

QString words(const char *text)
{
    return QString::fromUtf8(text);
}

NotifyFile readText(const QByteArray &toml)
{
    return readNotifyText(toml, words("notify.toml"), QDir::tempPath(), [](const QString &name) {
        return name == QLatin1String("SECRET") ? std::optional<QByteArray>("s3cret") : std::nullopt;
    });
}

const QByteArray good = "desk = \"Harbour control\"\n"
                        "zone = \"Europe/Berlin\"\n"
                        "[limits]\n"
                        "attempts = 3\n"
                        "[[channel]]\n"
                        "name = \"mail\"\n"
                        "kind = \"email\"\n"
                        "server = \"mail.example.org\"\n"
                        "from = \"Harbour control <desk@example.org>\"\n"
                        "user = \"desk\"\n"
                        "password_env = \"SECRET\"\n"
                        "[[channel]]\n"
                        "name = \"sms\"\n"
                        "kind = \"sms\"\n"
                        "url = \"https://gateway.example.org/send\"\n"
                        "secret_env = \"SECRET\"\n"
                        "headers = [\"Authorization: Bearer {secret}\"]\n"
                        "body = '{\"to\": \"{to}\", \"text\": \"{text}\"}'\n"
                        "[[channel]]\n"
                        "name = \"hook\"\n"
                        "kind = \"webhook\"\n"
                        "url = \"https://hook.example.org/tocsin\"\n"
                        "secret_env = \"SECRET\"\n"
                        "[[channel]]\n"
                        "name = \"desk\"\n"
                        "kind = \"desktop\"\n"
                        "[[route]]\n"
                        "name = \"chief\"\n"
                        "channel = \"sms\"\n"
                        "to = [\"Chief <+49 151 123-45>\", \"112000\"]\n"
                        "min_level = \"critical\"\n"
                        "categories = [\"eng*\"]\n"
                        "devices = [\"van-*\"]\n"
                        "steps = [1, 2]\n"
                        "quiet = [\"22:00-06:00\"]\n"
                        "active = [\"mon-fri 08:00-18:00\", \"sat,sun\"]\n"
                        "[[route]]\n"
                        "name = \"all\"\n"
                        "channel = \"hook\"\n"
                        "[[route]]\n"
                        "name = \"console\"\n"
                        "channel = \"desk\"\n"
                        "to = [\"staff\", \"role:supervisor\", \"dana\"]\n"
                        "[contacts]\n"
                        "email = \"mail\"\n"
                        "sms = \"sms\"\n"
                        "steps = [0, 2]\n"
                        "after_duress = \"nothing\"\n";

Alert panicOf(const char *who)
{
    Alert alert;
    alert.id = words("a-1");
    alert.kind = AlertKind::Incident;
    alert.level = AlertLevel::Emergency;
    alert.source = alert.userId = words(who);
    alert.sourceName = words("Änna Müller");
    alert.code = words("PANIC");
    alert.title = words("Panic");
    alert.message = words("Somebody follows me");
    alert.raisedAt = fromEpochMillis(1'700'000'000'000);
    alert.position = Position{48.137154, 11.576124, {}, {}, {}, {}};
    alert.incident.edit([](IncidentFacts &facts) { facts.address = words("Marienplatz 1"); });
    return alert;
}

/// As a mail program would read it.
QString decodedHeader(const QByteArray &mail, const QByteArray &name)
{
    QString unfolded = QString::fromLatin1(mail.left(mail.indexOf("\r\n\r\n")));
    unfolded.replace(QRegularExpression(words("\r\n[ \t]+")), words(" "));
    const QStringList lines = unfolded.split(words("\r\n"));
    for (const QString &line : lines) {
        if (!line.startsWith(QString::fromLatin1(name) + words(": ")))
            continue;
        QString value = line.mid(name.size() + 2);
        value.replace(words("?= =?"), words("?==?"));
        static const QRegularExpression word(words("=\\?utf-8\\?B\\?([^?]*)\\?="));
        QString out;
        qsizetype at = 0;
        auto matches = word.globalMatch(value);
        while (matches.hasNext()) {
            const auto match = matches.next();
            out += value.mid(at, match.capturedStart() - at) +
                   QString::fromUtf8(QByteArray::fromBase64(match.captured(1).toLatin1()));
            at = match.capturedEnd();
        }
        return out + value.mid(at);
    }
    return {};
}

QString decodedBody(const QByteArray &mail)
{
    QByteArray body = mail.mid(mail.indexOf("\r\n\r\n") + 4);
    body.replace("=\r\n", "").replace('%', "=25").replace('=', '%');
    return QString::fromUtf8(QByteArray::fromPercentEncoding(body)).replace(words("\r\n"), words("\n"));
}

} // namespace

class TestNotifyWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aGoodFileIsTaken()
    {
        const NotifyFile file = readText(good);
        QCOMPARE(file.problems, QStringList());
        const NotifyConfig &config = file.config;
        QCOMPARE(config.desk, words("Harbour control"));
        QCOMPARE(config.limits.attempts, 3);
        QCOMPARE(config.channels.size(), 4);
        QCOMPARE(config.channel(words("mail"))->url, words("smtp://mail.example.org:587"));
        QCOMPARE(config.channel(words("mail"))->secret, QByteArray("s3cret"));
        QCOMPARE(config.routes.size(), 3);
        QCOMPARE(config.routes.at(0).steps, (QList<int>{1, 2}));
        QVERIFY(config.routes.at(0).minLevel == AlertLevel::Critical);
        QCOMPARE(config.contacts.steps, (QList<int>{0, 2}));
        QVERIFY(config.contacts.afterDuress == NotifyContacts::AfterDuress::Nothing);
        QVERIFY(readText("").problems.isEmpty());
    }

    void theSampleIsGood()
    {
        const NotifyFile file = readNotifyFile(words(TOCSIN_SOURCE_DIR "/resources/notify/sample.toml"),
                                               [](const QString &) { return std::optional<QByteArray>("x"); });
        QCOMPARE(file.problems, QStringList());
        QVERIFY(file.config.channels.size() >= 4);
        QVERIFY(file.config.contacts.enabled());
    }

    void everyBadLineIsNamed_data()
    {
        QTest::addColumn<QByteArray>("toml");
        QTest::addColumn<QString>("problem");
        const QByteArray mail = "[[channel]]\nname = \"mail\"\nkind = \"email\"\nserver = \"m\"\nfrom = \"a@b\"\n";
        QTest::newRow("syntax") << QByteArray("desk = ") << words("line 1");
        QTest::newRow("unknown key") << QByteArray("\nwat = 1") << words("line 2: unknown key \"wat\"");
        QTest::newRow("unknown key of a channel")
            << mail + "colour = \"red\"" << words("line 6: unknown key \"channel mail: colour\"");
        QTest::newRow("type") << QByteArray("simulated = 1") << words("line 1: simulated must be true or false");
        QTest::newRow("range") << QByteArray("[limits]\nqueue = 0")
                               << words("line 2: limits.queue must be a whole number");
        QTest::newRow("zone") << QByteArray("zone = \"Moon/Sea\"") << words("zone must be like");
        QTest::newRow("kind") << QByteArray("[[channel]]\nname = \"x\"\nkind = \"fax\"")
                              << words("kind must be webhook");
        QTest::newRow("name") << QByteArray("[[channel]]\nname = \"a b\"\nkind = \"desktop\"")
                              << words("name must be 1 to 32");
        QTest::newRow("twice") << mail + mail << words("line 7: channel mail: name is there twice");
        QTest::newRow("a password in the file")
            << mail + "user = \"u\"\npassword = \"p\"" << words("line 7: channel mail: password must not stand here");
        QTest::newRow("no such variable")
            << mail + "user = \"u\"\npassword_env = \"NONE\"" << words("names NONE, which is not set");
        QTest::newRow("no such file") << mail + "user = \"u\"\npassword_file = \"none\""
                                      << words("password_file cannot be read");
        QTest::newRow("password without a user") << mail + "password_env = \"SECRET\"" << words("belong together");
        QTest::newRow("password in the clear") << mail + "user = \"u\"\nsecurity = \"none\"\npassword_env = \"SECRET\""
                                               << words("where there is a password");
        QTest::newRow("from") << QByteArray(
                                     "[[channel]]\nname = \"mail\"\nkind = \"email\"\nserver = \"m\"\nfrom = \"desk\"")
                              << words("from must be an address");
        QTest::newRow("url") << QByteArray("[[channel]]\nname = \"h\"\nkind = \"webhook\"\nurl = \"ftp://x\"")
                             << words("url must be https://");
        QTest::newRow("secret over http")
            << QByteArray("[[channel]]\nname = \"s\"\nkind = \"sms\"\nurl = \"http://gw.example.org/\"\nsecret_env = "
                          "\"SECRET\"\nbody = '{\"a\":\"{to}{text}\"}'")
            << words("because it carries a secret");
        QTest::newRow("no text")
            << QByteArray("[[channel]]\nname = \"s\"\nkind = \"sms\"\nurl = \"https://gw/\"\nbody = '{\"a\":\"{to}\"}'")
            << words("must contain {text}");
        QTest::newRow("no JSON") << QByteArray("[[channel]]\nname = \"s\"\nkind = \"sms\"\nurl = \"https://gw/\"\nbody "
                                               "= '{\"a\":{to}, \"b\":\"{text}\"}'")
                                 << words("is no JSON");
        QTest::newRow("placeholder") << QByteArray("[[channel]]\nname = \"s\"\nkind = \"sms\"\nurl = "
                                                   "\"https://gw/{city}\"\nbody = '{\"a\":\"{to}{text}\"}'")
                                     << words("uses {city}");
        QTest::newRow("no channel") << QByteArray("[[route]]\nname = \"r\"\nchannel = \"none\"")
                                    << words("names \"none\", which is no channel");
        QTest::newRow("nobody") << mail + "[[route]]\nname = \"r\"\nchannel = \"mail\"" << words("to names nobody");
        QTest::newRow("no address") << mail + "[[route]]\nname = \"r\"\nchannel = \"mail\"\nto = [\"chief\"]"
                                    << words("which email cannot reach");
        QTest::newRow("level") << mail +
                                      "[[route]]\nname = \"r\"\nchannel = \"mail\"\nto = [\"a@b\"]\nmin_level = \"bad\""
                               << words("min_level must be info");
        QTest::newRow("step") << mail + "[[route]]\nname = \"r\"\nchannel = \"mail\"\nto = [\"a@b\"]\nsteps = [10]"
                              << words("from 0 to 9");
        QTest::newRow("hours")
            << mail + "[[route]]\nname = \"r\"\nchannel = \"mail\"\nto = [\"a@b\"]\nquiet = [\"nights\"]"
            << words("has \"nights\"");
        QTest::newRow("contacts") << mail + "[contacts]\nsms = \"mail\"" << words("no channel of the kind sms");
        QTest::newRow("after duress") << QByteArray("[contacts]\nafter_duress = \"lie\"") << words("must be as_phone");
    }
    void everyBadLineIsNamed()
    {
        QFETCH(QByteArray, toml);
        QFETCH(QString, problem);
        const NotifyFile file = readText(toml);
        QVERIFY2(file.problems.join(QLatin1Char('\n')).contains(problem),
                 qPrintable(file.problems.join(QLatin1Char('\n'))));
        QVERIFY(file.config.channels.isEmpty()); // nothing of it counts
        for (const QString &one : file.problems)
            QVERIFY(!one.contains(words("s3cret")));
    }

    void allBadLinesAtOnce() { QCOMPARE(readText("a = 1\nb = 2\n[limits]\nc = 3").problems.size(), 3); }

    void hours_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("weekday");
        QTest::addColumn<int>("minute");
        QTest::addColumn<bool>("holds");
        QTest::newRow("in the day") << words("08:00-18:00") << 2 << 8 * 60 << true;
        QTest::newRow("its end is not in it") << words("08:00-18:00") << 2 << 18 * 60 << false;
        QTest::newRow("before midnight") << words("22:00-06:00") << 0 << 23 * 60 << true;
        QTest::newRow("after midnight") << words("22:00-06:00") << 0 << 5 * 60 + 59 << true;
        QTest::newRow("at noon") << words("22:00-06:00") << 0 << 12 * 60 << false;
        QTest::newRow("a night that began on Friday") << words("fri 22:00-06:00") << 5 << 60 << true;
        QTest::newRow("the night after it") << words("fri 22:00-06:00") << 5 << 23 * 60 << false;
        QTest::newRow("days") << words("sat,sun") << 6 << 0 << true;
        QTest::newRow("not on Monday") << words("sat,sun") << 0 << 700 << false;
        QTest::newRow("over the end of the week") << words("sat-mon") << 0 << 700 << true;
        QTest::newRow("until midnight") << words("mon 20:00-24:00") << 0 << 23 * 60 + 59 << true;
    }
    void hours()
    {
        QFETCH(QString, text);
        QFETCH(int, weekday);
        QFETCH(int, minute);
        const auto hours = NotifyHours::parse(text);
        QVERIFY(hours);
        QTEST(hours->holds(weekday, minute), "holds");
    }

    void noHours()
    {
        for (const char *bad :
             {"", "noon", "25:00-26:00", "08:00", "08:00-08:00", "mon 8", "mon tue 08:00-09:00", "08:00-09:00 mon"})
            QVERIFY2(!NotifyHours::parse(words(bad)), bad);
    }

    void addresses()
    {
        const auto mail = NotifyAddress::parse(NotifyMeans::Email, words("\"Carl, chief\" <carl@example.org>"));
        QVERIFY(mail);
        QCOMPARE(mail->name, words("Carl, chief"));
        QCOMPARE(mail->masked(NotifyMeans::Email), words("Carl, chief (c…@example.org)"));
        const auto phone = NotifyAddress::parse(NotifyMeans::Sms, words("+49 (151) 123-45"));
        QVERIFY(phone);
        QCOMPARE(phone->address, words("+4915112345"));
        QCOMPARE(phone->masked(NotifyMeans::Sms), words("…45"));
        for (const char *bad : {"", "carl", "a@b\r\nRCPT TO:<x@y>", "a b@c", "a@b,c@d", "<a@b", "ä@b"})
            QVERIFY2(!NotifyAddress::parse(NotifyMeans::Email, words(bad)), bad);
        for (const char *bad : {"", "12", "call me", "+49;151", "1\n2345"})
            QVERIFY2(!NotifyAddress::parse(NotifyMeans::Sms, words(bad)), bad);
        QVERIFY(!NotifyAddress::parse(NotifyMeans::Desktop, words("role:king")));
    }

    void whatIsPutInIsEscapedForItsPlace()
    {
        const TemplateFill fill{words("+49 1"), words("a\"b\\c&d=e <f> ü\n{to}"), words("id"), words("desk"),
                                words("k\"y")};
        QCOMPARE(expandedUrl(words("https://h/?to={to}&t={text}#x"), fill),
                 words("https://h/?to=%2B49%201&t=a%22b%5Cc%26d%3De%20%3Cf%3E%20%C3%BC%0A%7Bto%7D#x"));
        const QByteArray json = expandedBody(words("{\"to\":\"{to}\",\"text\":\"{text}\",\"key\":\"{secret}\"}"),
                                             words("application/json; charset=utf-8"), fill);
        const QJsonObject object = QJsonDocument::fromJson(json).object();
        QCOMPARE(object.value(words("text")).toString(), fill.text);
        QCOMPARE(object.value(words("key")).toString(), fill.secret);
        QCOMPARE(expandedBody(words("a={text}"), words("application/x-www-form-urlencoded"), fill),
                 QByteArray("a=a%22b%5Cc%26d%3De%20%3Cf%3E%20%C3%BC%0A%7Bto%7D"));
        QCOMPARE(expandedBody(words("<t>{text}</t>"), words("application/xml"), fill),
                 words("<t>a&quot;b\\c&amp;d=e &lt;f&gt; ü\n{to}</t>").toUtf8());
        QCOMPARE(expandedBody(words("{text}"), words("text/plain"), fill), fill.text.toUtf8());
        QCOMPARE(expandedHeader(words("Bearer {secret}{text}"), fill), words("Bearer k\"ya\"b\\c&d=e <f> ü{to}"));
    }

    void aMailIsWellFormed()
    {
        const QString subject = words("Überlauf bei Änna 🚨: ") + QString(100, QLatin1Char('x')) + words(" Ende");
        const QString text = words(".\n.a line with a dot\nGrüße = 100 %\n") + QString(300, QChar(0xe4)) +
                             words("\ntrailing blank \nFrom here\n");
        const QByteArray mail =
            mimeOf({words("Leitstelle Süd <desk@example.org>"), words("\"Carl, chief\" <carl@example.org>"), subject,
                    text, words("m-1"), fromEpochMillis(1'700'000'000'000), true});
        for (const QByteArray &line : mail.split('\n'))
            QVERIFY2(line.size() <= 77, line.constData()); // with its \r
        QCOMPARE(mail.count('\n'), mail.count("\r\n"));
        for (const char c : mail)
            QVERIFY((c >= ' ' && c < 0x7f) || c == '\r' || c == '\n');
        QCOMPARE(decodedHeader(mail, "Subject"), subject);
        QCOMPARE(decodedHeader(mail, "From"), words("Leitstelle Süd <desk@example.org>"));
        QCOMPARE(decodedHeader(mail, "To"), words("\"Carl, chief\" <carl@example.org>"));
        QCOMPARE(decodedHeader(mail, "Message-ID"), words("<m-1@example.org>"));
        QCOMPARE(decodedHeader(mail, "Date"), words("Tue, 14 Nov 2023 22:13:20 +0000"));
        QCOMPARE(decodedHeader(mail, "Importance"), words("high"));
        QCOMPARE(decodedBody(mail), text);
    }

    void nothingCanBreakOutOfAHeader()
    {
        const QByteArray mail = mimeOf({words("desk@example.org"),
                                        words("carl@example.org"),
                                        words("a\r\nBcc: all@example.org"),
                                        {},
                                        words("m"),
                                        {},
                                        false});
        QVERIFY(!mail.contains("\nBcc"));
    }

    void theSignatureIsTheOneOfRfc4231()
    {
        QCOMPARE(signatureOf("what do ya want for nothing?", "Jefe"),
                 QByteArray("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    }

    void contactsReadWhatConcernsThem()
    {
        Alert alert = panicOf("anna");
        alert.silentAtSource = true;
        const NotifyWords said =
            wordsOf(alert, NotifyOccasion::Alert, {words("Harbour control"), 0, true, false}, alert.sourceName);
        QCOMPARE(said.subject, words("Änna Müller has called for help"));
        QVERIFY(said.text.contains(words("48.13715, 11.57612")));
        QVERIFY(said.text.contains(words("Marienplatz 1")));
        QVERIFY(said.brief.contains(words("do not call or write to the phone")));
        QVERIFY(said.brief.size() <= NotifyWords::longestBrief);
    }

    /// Whoever is not meant to know of a threat reads nothing of it, whatever the occasion.
    void duressIsTheDesksAlone()
    {
        Alert alert = panicOf("anna");
        alert.incident.edit([](IncidentFacts &facts) {
            facts.duress = true;
            facts.canceledAtSource = fromEpochMillis(1'700'000'100'000);
        });
        for (const bool contact : {false, true}) {
            for (const NotifyOccasion occasion : {NotifyOccasion::Alert, NotifyOccasion::Over}) {
                const NotifyWords said = wordsOf(contact ? asOriginatorSees(alert) : alert, occasion,
                                                 {words("desk"), 1, contact, false}, words("Anna"));
                const QString all = said.subject + said.text + said.brief + QString::fromUtf8(said.json);
                QVERIFY2(!all.contains(words("duress"), Qt::CaseInsensitive) &&
                             !all.contains(words("threat"), Qt::CaseInsensitive),
                         qPrintable(all));
            }
        }
        QVERIFY(wordsOf(alert, NotifyOccasion::Alert, {words("desk"), 0, false, true}, {})
                    .subject.startsWith(words("DURESS")));
        QCOMPARE(wordsOf(asOriginatorSees(alert), NotifyOccasion::Over, {words("desk"), 0, true, false}, words("Anna"))
                     .subject,
                 words("Anna has canceled the call for help"));
    }

    void aLongTextIsCutForAnSms()
    {
        Alert alert = panicOf("anna");
        alert.message = QString(3000, QChar(0xe4));
        QCOMPARE(wordsOf(alert, NotifyOccasion::Alert, {words("desk"), 0, false, false}, {}).brief.size(),
                 NotifyWords::longestBrief);
    }
};

QTEST_GUILESS_MAIN(TestNotifyWords)
#include "test_notify_words.moc"
