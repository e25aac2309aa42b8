// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/AttachmentPages.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace tocsin;

namespace {
const QString id = QString(64, QLatin1Char('a'));

/// Knows one picture; answers later, as the real one.
class FakeAttachments : public AttachmentPort
{
public:
    void put(const QByteArray &bytes, Reply reply) override
    {
        AttachmentResult result;
        if (bytes == "text")
            result = {QStringLiteral("unsupported"), QStringLiteral("no picture"), {}};
        else if (bytes == "large")
            result = {QStringLiteral("too_large"), QStringLiteral("too large"), {}};
        else
            result.attachment = {id, "image/png", {}};
        answer(std::move(reply), result);
    }
    void get(const QString &asked, Reply reply) override
    {
        AttachmentResult result{QStringLiteral("not_found"), QStringLiteral("none"), {}};
        if (asked == id)
            result = {{}, {}, {id, "image/png", "pixels"}};
        answer(std::move(reply), result);
    }

private:
    static void answer(Reply reply, const AttachmentResult &result)
    {
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [reply = std::move(reply), result] { reply(result); }, Qt::QueuedConnection);
    }
};

Principal person(const char *name, Role role = Role::Citizen)
{
    return {QString::fromLatin1(name), QString::fromLatin1(name), role, false};
}

struct Pages
{
    Pages()
    {
        DeskSnapshot snapshot;
        Alert alert;
        alert.id = QStringLiteral("a1");
        alert.userId = QStringLiteral("dana");
        snapshot.alerts = {alert};
        mirror.setSnapshot(snapshot);
    }
    net::HttpResponse ask(const char *method, const QString &path, const std::optional<Principal> &who,
                          const QByteArray &body = {})
    {
        net::HttpRequest request;
        request.method = method;
        request.path = path;
        request.body = body;
        std::optional<net::HttpResponse> answer;
        pages.http(request, who, [&answer](net::HttpResponse response) { answer = std::move(response); });
        for (int i = 0; i < 100 && !answer; ++i)
            QCoreApplication::processEvents();
        return answer.value_or(net::HttpResponse{0, {}, {}, {}});
    }
    int statusOf(const QString &thread, const Principal &who)
    {
        threads = {thread};
        return ask("GET", QStringLiteral("/api/attachments/") + id, who).status;
    }
    FakeAttachments attachments;
    DeskMirror mirror;
    QStringList threads;
    AttachmentPages pages{Posture::Secure, {attachments, mirror, [this](const QString &, auto reply) {
                                                reply(AttachmentPages::Threads(threads));
                                            }}};
};
} // namespace

class TestAttachmentPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aPictureIsTakenFromWhoeverIsKnown()
    {
        Pages pages;
        QCOMPARE(pages.ask("POST", QStringLiteral("/api/attachments"), std::nullopt, "png").status, 401);
        const auto answer = pages.ask("POST", QStringLiteral("/api/attachments"), person("dana"), "png");
        QCOMPARE(answer.status, 201);
        const QJsonObject body = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(body.value(QStringLiteral("id")).toString(), id);
        QCOMPARE(body.value(QStringLiteral("type")).toString(), QStringLiteral("image/png"));
        QCOMPARE(body.value(QStringLiteral("size")).toInt(), 3);
        QCOMPARE(pages.ask("POST", QStringLiteral("/api/attachments"), person("dana"), "text").status, 415);
        QCOMPARE(pages.ask("POST", QStringLiteral("/api/attachments"), person("dana"), "large").status, 413);
    }

    void itIsSeenByThoseWhoMayReadAConversationThatNamesIt_data()
    {
        QTest::addColumn<QString>("thread");
        QTest::addColumn<QString>("who");
        QTest::addColumn<bool>("seen");
        const auto row = [](const char *thread, const char *who, bool seen) {
            QTest::addRow("%s in %s", who, thread) << QString::fromLatin1(thread) << QString::fromLatin1(who) << seen;
        };
        row("user/dana", "dana", true);
        row("user/dana", "eve", false);
        row("user/", "", false);
        row("incident/a1", "dana", true);
        row("incident/a1", "eve", false);
        row("incident/gone", "dana", false);
        row("operators", "dana", false);
        row("broadcast", "eve", true);
    }
    void itIsSeenByThoseWhoMayReadAConversationThatNamesIt()
    {
        QFETCH(QString, thread);
        QFETCH(QString, who);
        QFETCH(bool, seen);
        Pages pages;
        QCOMPARE(pages.statusOf(thread, person(who.toLatin1().constData())), seen ? 200 : 404);
        QCOMPARE(pages.statusOf(thread, person("lee", Role::Dispatcher)), 200);
    }

    void itIsGivenAsAPictureAndNothingElse()
    {
        Pages pages;
        const auto answer = pages.ask("GET", QStringLiteral("/api/attachments/") + id, person("lee", Role::Dispatcher));
        QCOMPARE(answer.body, QByteArray("pixels"));
        QCOMPARE(answer.contentType, QByteArray("image/png"));
        QVERIFY(answer.headers.contains({QByteArray("X-Content-Type-Options"), QByteArray("nosniff")}));
        QCOMPARE(pages.ask("GET", QStringLiteral("/api/attachments/none"), person("lee", Role::Dispatcher)).status,
                 404);
        QCOMPARE(pages.ask("GET", QStringLiteral("/api/attachments/") + id, std::nullopt).status, 401);
    }
};

QTEST_GUILESS_MAIN(TestAttachmentPages)
#include "test_attachment_pages.moc"
