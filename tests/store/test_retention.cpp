// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/DeskFile.h"
#include "server/store/DeskTables.h"
#include "tests/support/Damages.h"
#include "tests/support/Events.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::test;

namespace {
const TimePoint longAgo = timeAt(0);
const TimePoint horizon = timeAt(1000);
const TimePoint lately = timeAt(2000);

/// A log that is written, pruned and looked at.
class Bench
{
public:
    Bench() { error = file.open(path()); }
    void add(EventBody body)
    {
        Event event;
        event.seq = file.head() + 1;
        event.at = longAgo;
        event.body = std::move(body);
        stored = stored && file.begin() && file.insert(event) && file.commit();
    }
    void message(const char *id, const QString &thread, TimePoint at, const QStringList &asked = {})
    {
        ChatMessage message;
        message.id = QString::fromLatin1(id);
        message.thread = thread;
        message.at = at;
        message.urgent = !asked.isEmpty();
        message.asked = asked;
        message.attachments = {QString::fromLatin1(id)};
        add(message);
    }
    void alert(const char *id, bool open, TimePoint at, const char *user = "")
    {
        AlertChange change;
        change.alert.id = QString::fromLatin1(id);
        change.alert.userId = QString::fromLatin1(user);
        change.alert.kind = *user ? AlertKind::Incident : AlertKind::Condition;
        change.alert.cond = open ? AlertCondition::Active : AlertCondition::Clear;
        change.alert.acked = !open;
        change.alert.raisedAt = change.alert.lastSeenAt = at;
        add(change);
    }
    void command(const char *id, CommandState state, TimePoint at)
    {
        Command command;
        command.id = QString::fromLatin1(id);
        command.state = state;
        command.issuedAt = at;
        if (!isOpen(command))
            command.finishedAt = at;
        add(command);
    }
    QStringList ids(const QString &table)
    {
        QStringList all;
        Statement q = file.database().prepare(QStringLiteral("SELECT id FROM %1 ORDER BY id").arg(table));
        for (bool more = file.database().run(q) && file.database().next(q); more; more = file.database().next(q))
            all.append(q.text(0));
        return all;
    }
    [[nodiscard]] QString path() const { return dir.filePath(QStringLiteral("desk.db")); }
    QTemporaryDir dir;
    DeskFile file;
    QString error;
    bool stored = true;
};

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}
} // namespace

class TestRetention : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsOpenIsNeverTouched()
    {
        Bench bench;
        QCOMPARE(bench.error, QString());
        bench.alert("old-open", true, longAgo);
        bench.alert("old-closed", false, longAgo);
        bench.alert("new-closed", false, lately);
        bench.alert("panic", true, longAgo, "dana");
        bench.command("old-queued", CommandState::Queued, longAgo);
        bench.command("old-sent", CommandState::Sent, longAgo);
        bench.command("old-done", CommandState::Succeeded, longAgo);
        bench.command("old-unknown", CommandState::Unknown, longAgo);
        bench.command("new-done", CommandState::Succeeded, lately);
        bench.message("dana", chatThreadOfUser(QStringLiteral("dana")), longAgo);
        bench.message("incident", chatThreadOfIncident(QStringLiteral("panic")), longAgo);
        bench.message("amir", chatThreadOfUser(QStringLiteral("amir")), longAgo);
        bench.message("amir-new", chatThreadOfUser(QStringLiteral("amir")), lately);
        bench.message("owed", operatorsThread(), longAgo, words("lee kim"));
        bench.message("taken", operatorsThread(), longAgo, words("lee"));
        const auto acknowledge = [&bench](const char *message) {
            bench.add(ChatReceipt{operatorsThread(),
                                  QString::fromLatin1(message),
                                  QStringLiteral("lee"),
                                  {},
                                  ChatReceipt::Kind::Acknowledged,
                                  longAgo});
        };
        acknowledge("owed");
        acknowledge("taken");
        QVERIFY(bench.stored);
        const qint64 head = bench.file.head();
        QCOMPARE(bench.file.prune(horizon), QString());
        QCOMPARE(bench.ids(QStringLiteral("alerts")), words("new-closed old-open panic"));
        QCOMPARE(bench.ids(QStringLiteral("commands")), words("new-done old-queued old-sent"));
        QCOMPARE(bench.ids(QStringLiteral("chat_messages")), words("amir-new dana incident owed"));
        QCOMPARE(bench.ids(QStringLiteral("chat_attachments")), words("amir-new dana incident owed"));
        QCOMPARE(bench.file.database().value(QStringLiteral("SELECT count(*) FROM chat_receipts")).toInt(), 1);
        QCOMPARE(damages(bench.path()), QStringList()); // the horizon explains what is missing
        QCOMPARE(bench.file.database().value(QStringLiteral("SELECT count(*) FROM events")).toLongLong(), head);
        QCOMPARE(bench.file.prune(horizon), QString()); // again: nothing
        QCOMPARE(bench.ids(QStringLiteral("alerts")).size(), 3);
        // The same for whoever verifies the file from outside; a row that is not excused by the horizon is named.
        QCOMPARE(damages(bench.path()), QStringList());
        QVERIFY(bench.file.database().exec(QStringLiteral("DELETE FROM commands WHERE id='new-done'")));
        QCOMPARE(damages(bench.path()).size(), 1);
        QVERIFY(damages(bench.path()).constFirst().contains(QStringLiteral("new-done")));
    }

    void whatIsMissingButNotOldEnoughIsStillFound()
    {
        Bench bench;
        bench.alert("a", false, lately);
        bench.command("c", CommandState::Queued, longAgo);
        QCOMPARE(bench.file.prune(horizon), QString());
        QVERIFY(bench.file.database().exec(QStringLiteral("DELETE FROM alerts")));
        QVERIFY(bench.file.database().exec(QStringLiteral("DELETE FROM commands")));
        const QStringList found = damages(bench.path());
        QCOMPARE(found.size(), 2);
    }

    void aConversationIsReadInPages()
    {
        Bench bench;
        const QString thread = chatThreadOfUser(QStringLiteral("dana"));
        for (const char *id : {"m1", "m2", "m3", "m4", "m5"}) {
            bench.message(id, thread, longAgo);
            bench.message((QByteArray("x") + id).constData(), broadcastThread(), longAgo);
        }
        const auto page = [&](const char *after, const char *before, int limit) {
            const ChatResult result = DeskTables::messages(
                bench.file.database(), {thread, QString::fromLatin1(after), QString::fromLatin1(before), limit});
            QStringList ids{result.more ? QStringLiteral("+") : QStringLiteral("-")};
            for (const ChatMessage &message : result.messages)
                ids.append(message.id);
            return ids;
        };
        QCOMPARE(page("", "", 2), words("+ m4 m5"));
        QCOMPARE(page("", "m4", 2), words("+ m2 m3"));
        QCOMPARE(page("", "m2", 2), words("- m1"));
        QCOMPARE(page("m1", "", 2), words("+ m2 m3"));
        QCOMPARE(page("m3", "", 10), words("- m4 m5"));
        QCOMPARE(page("m5", "", 10), words("-"));
        QCOMPARE(page("pruned", "", 10), words("- m1 m2 m3 m4 m5"));
        QCOMPARE(*DeskTables::attachmentThreads(bench.file.database(), QStringLiteral("m1")), QStringList{thread});
        QCOMPARE(*DeskTables::attachmentThreads(bench.file.database(), QStringLiteral("no")), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "test_retention.moc"
