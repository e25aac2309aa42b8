// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Console.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"
#include "tests/support/Pictures.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;
using namespace tocsin::test;

namespace {
constexpr int patience = 30'000; ///< ms, a deadline

/// The console with Dana's conversation open.
struct Desk
{
    TimePoint now = noon;
    FakeDeskLink link;
    Console console{link, [this] { return now; }, nullptr, QTimeZone::utc()};
    ChatPictures &pictures = *console.pictures();
    ChatModel &chat = *console.chat();
    QAbstractItemModelTester tester{&pictures};
    QSignalSpy refusals{&pictures, &ChatPictures::refused};
    QTemporaryDir folder;

    Desk()
    {
        link.start();
        console.selectThread(s("user/dana"));
    }
    QUrl file(const char *name, const QByteArray &bytes) const
    {
        QFile file(folder.filePath(s(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return {};
        return QUrl::fromLocalFile(file.fileName());
    }
    int state(int row) const { return show(pictures, row, "pictureState").toInt(); }
    QString lastRefusal() const { return refusals.isEmpty() ? QString() : refusals.last().first().toString(); }
};
} // namespace

class TestPictures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aChosenPictureIsShownThenStoredThenSentWithItsLine()
    {
        Desk desk;
        QSignalSpy asked(&desk.console.files(), &FilePicker::asked);
        desk.pictures.choose();
        QCOMPARE(asked.count(), 1);
        const auto question = asked.first().first().value<FilePicker::Question>();
        QVERIFY(!question.save);
        const QByteArray first = encoded(painted(40, 30));
        const QByteArray second = encoded(painted(30, 40, Qt::blue), "jpeg");
        desk.console.files().answer(question.id, {desk.file("quay.png", first), desk.file("gate.jpg", second)});
        desk.console.files().answer(question.id, {desk.file("again.png", first)}); // answered once
        QCOMPARE(desk.pictures.count(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(1), int(ChatPictures::Ready), patience);
        QCOMPARE(show(desk.pictures, 0, "nameText").toString(), s("quay.png"));
        QCOMPARE(show(desk.pictures, 0, "pictureId").toString(), idOf(first));
        QVERIFY(desk.link.transfers.isEmpty()); // nothing leaves before it is sent
        // It can be looked at without the desk.
        QImage preview;
        desk.console.pictureCache().show(idOf(first), {20, 20},
                                         [&](const QImage &image, const QString &) { preview = image; });
        QTRY_COMPARE_WITH_TIMEOUT(preview.size(), QSize(20, 15), patience);

        desk.chat.setDraft(s("look"));
        QVERIFY(!desk.chat.send(desk.chat.draft())); // the pictures go first
        QVERIFY(desk.pictures.busy());
        QVERIFY(!desk.chat.send(desk.chat.draft())); // once
        QCOMPARE(desk.link.transfers.size(), 1);     // one after the other
        QCOMPARE(desk.link.transfers.first().bytes, first);
        QVERIFY(desk.link.asked.isEmpty());
        Q_EMIT desk.link.pictureProgress(desk.link.transfers.first().id, first.size() / 2);
        QVERIFY(desk.pictures.progress() > 0 && desk.pictures.progress() < 1);
        QVERIFY2(desk.pictures.statusText().startsWith(s("Sending 2 pictures")),
                 qPrintable(desk.pictures.statusText()));
        desk.link.finishTransfer();
        QCOMPARE(desk.state(0), int(ChatPictures::There));
        QCOMPARE(desk.link.transfers.first().bytes, second);
        desk.link.finishTransfer();
        QCOMPARE(desk.link.asked.size(), 1);
        const SendChat request = std::get<SendChat>(desk.link.asked.first().body);
        QCOMPARE(request.text, s("look"));
        QCOMPARE(request.attachments, (QStringList{idOf(first), idOf(second)}));
        QCOMPARE(desk.chat.draft(), QString());
        QCOMPARE(desk.pictures.count(), 0);
        QVERIFY(!desk.pictures.busy());
        // The line is pending with its pictures, and the event confirms it.
        QCOMPARE(show(desk.chat, 0, "attachments").toStringList(), request.attachments);
        QVERIFY(show(desk.chat, 0, "pending").toBool());
        desk.link.accept(desk.now);
        QCOMPARE(desk.chat.count(), 1);
        QVERIFY(!show(desk.chat, 0, "pending").toBool());
        QCOMPARE(desk.chat.picturesOf(show(desk.chat, 0, "messageId").toString()), request.attachments);
        QVERIFY(desk.refusals.isEmpty());
    }

    void aPictureNeedsNoWords()
    {
        Desk desk;
        desk.pictures.addImage(painted(10, 10), s("pasted"));
        QVERIFY(!desk.chat.send({})); // still being read: it waits for it
        QTRY_COMPARE_WITH_TIMEOUT(desk.link.transfers.size(), 1, patience);
        desk.link.finishTransfer();
        const SendChat request = std::get<SendChat>(desk.link.asked.first().body);
        QCOMPARE(request.text, QString());
        QCOMPARE(request.attachments.size(), 1);
    }

    void whatCannotBeSentSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("why");
        QTest::newRow("no picture") << QByteArray("hello") << s("It is no picture that can be sent");
        QTest::newRow("a picture of another kind")
            << encoded(painted(4, 4), "bmp") << s("It is no picture that can be sent");
        QTest::newRow("empty") << QByteArray() << s("It is no picture that can be sent");
        QTest::newRow("too large") << QByteArray("\x89PNG\r\n\x1a\n") + QByteArray(ChatPictures::MaxBytes, 'x')
                                   << s("at most 10.5 MB");
    }
    void whatCannotBeSentSaysWhy()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, why);
        Desk desk;
        desk.pictures.addFiles({desk.file("a.png", bytes)});
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(0), int(ChatPictures::Unfit), patience);
        QVERIFY2(show(desk.pictures, 0, "problem").toString().contains(why), qPrintable(desk.lastRefusal()));
        QVERIFY(desk.lastRefusal().startsWith(s("a.png cannot be sent.")));
        QVERIFY(!desk.chat.send(s("words")));
        QVERIFY(desk.link.transfers.isEmpty() && desk.link.asked.isEmpty());
        QVERIFY(!desk.pictures.busy());
        desk.pictures.remove(0);
        QVERIFY(desk.chat.send(s("words")));
    }

    void filesThatAreNotHereAndTooManyAreRefused()
    {
        Desk desk;
        desk.pictures.addFiles({QUrl(s("https://example.org/a.png"))});
        QVERIFY(desk.lastRefusal().contains(s("is not a file on this computer")));
        QCOMPARE(desk.pictures.count(), 0);
        desk.pictures.addFiles(
            {QUrl::fromLocalFile(desk.folder.filePath(s("none.png"))), QUrl::fromLocalFile(desk.folder.path())});
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(1), int(ChatPictures::Unfit), patience);
        QVERIFY(show(desk.pictures, 0, "problem").toString().contains(s("cannot be read")));
        for (int i = 0; i < ChatPictures::MaxPictures; ++i)
            desk.pictures.addImage(painted(2, 2), s("p"));
        QCOMPARE(desk.pictures.count(), int(ChatPictures::MaxPictures));
        QVERIFY(desk.lastRefusal().contains(s("at most 8 pictures")));
        while (desk.pictures.count() > 0)
            desk.pictures.remove(0);
        desk.pictures.remove(0); // of none
    }

    void aTransferThatFailsKeepsEverythingAndCanGoAgain()
    {
        Desk desk;
        const QByteArray bytes = encoded(painted(9, 9));
        desk.pictures.addFiles({desk.file("quay.png", bytes)});
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(0), int(ChatPictures::Ready), patience);
        desk.chat.setDraft(s("look"));
        desk.chat.setUrgent(true);
        (void)desk.chat.send(desk.chat.draft());
        desk.link.failTransfer(s("offline"), s("The server cannot be reached."));
        QCOMPARE(desk.state(0), int(ChatPictures::Failed));
        QVERIFY(!desk.pictures.busy());
        QCOMPARE(desk.lastRefusal(), s("quay.png was not sent: The server cannot be reached."));
        QVERIFY(desk.pictures.statusText().contains(s("cannot be reached")));
        QCOMPARE(desk.chat.draft(), s("look"));
        QVERIFY(desk.chat.urgent() && desk.link.asked.isEmpty());
        (void)desk.chat.send(desk.chat.draft());
        QCOMPARE(desk.link.transfers.size(), 1);
        // The operator goes elsewhere and types there; the line goes where it was written.
        desk.console.showThread(operatorsThread());
        QCOMPARE(desk.pictures.count(), 0);
        desk.chat.setDraft(s("something else"));
        desk.link.finishTransfer();
        const SendChat request = std::get<SendChat>(desk.link.asked.first().body);
        QCOMPARE(request.thread, s("user/dana"));
        QVERIFY(request.urgent);
        QCOMPARE(desk.chat.draft(), s("something else"));
    }

    void sendingCanBeCanceled()
    {
        Desk desk;
        desk.pictures.addImage(painted(9, 9), s("a"));
        desk.pictures.addImage(painted(8, 8), s("b"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(1), int(ChatPictures::Ready), patience);
        desk.chat.setDraft(s("look"));
        (void)desk.chat.send(desk.chat.draft());
        desk.link.finishTransfer();
        QCOMPARE(desk.link.transfers.size(), 1);
        desk.pictures.addImage(painted(7, 7), s("c")); // not now
        QVERIFY(desk.lastRefusal().contains(s("on their way")));
        desk.pictures.cancel();
        QVERIFY(desk.link.transfers.isEmpty());
        QVERIFY(!desk.pictures.busy());
        QCOMPARE(desk.pictures.count(), 2);
        QCOMPARE(desk.chat.draft(), s("look"));
        QVERIFY(desk.link.asked.isEmpty());
        // What is at the desk already goes no second time.
        (void)desk.chat.send(desk.chat.draft());
        QCOMPARE(desk.link.transfers.size(), 1);
        desk.pictures.remove(1); // the one under way
        QVERIFY(desk.link.transfers.isEmpty());
        (void)desk.chat.send(desk.chat.draft());
        QCOMPARE(desk.link.asked.size(), 1);
    }

    void theClipboardGivesPicturesAndTextStaysText()
    {
        Desk desk;
        QClipboard *clipboard = QGuiApplication::clipboard();
        clipboard->setText(s("words"));
        QVERIFY(!desk.pictures.paste());
        clipboard->setImage(painted(12, 12));
        QVERIFY(desk.pictures.paste());
        QCOMPARE(desk.pictures.count(), 1);
        auto *both = new QMimeData;
        both->setText(s("a table"));
        both->setImageData(painted(3, 3));
        clipboard->setMimeData(both);
        QVERIFY(!desk.pictures.paste());
        auto *files = new QMimeData;
        files->setUrls({desk.file("quay.png", encoded(painted(5, 5)))});
        clipboard->setMimeData(files);
        QVERIFY(desk.pictures.paste());
        QTRY_COMPARE_WITH_TIMEOUT(desk.state(1), int(ChatPictures::Ready), patience);
        QCOMPARE(show(desk.pictures, 1, "nameText").toString(), s("quay.png"));
        clipboard->clear();
    }

    void picturesAreFetchedOnceDecodedToSizeAndKeptWithinBounds()
    {
        FakeDeskLink link;
        link.start();
        PictureCache cache(link);
        const QByteArray bytes = encoded(painted(400, 200));
        const QString id = idOf(bytes);
        QList<QSize> sizes;
        const auto note = [&](const QImage &image, const QString &) { sizes.append(image.size()); };
        cache.show(id, {100, 100}, note);
        cache.show(id, {100, 100}, note);
        cache.show(id, {1000, 1000}, note);
        QCOMPARE(link.transfers.size(), 1);
        link.finishTransfer(bytes);
        QTRY_COMPARE_WITH_TIMEOUT(sizes.size(), 3, patience);
        QCOMPARE(sizes.count(QSize(100, 50)), 2);
        QCOMPARE(sizes.count(QSize(400, 200)), 1); // never made larger
        cache.show(id, {100, 100}, note);          // known: at once
        QCOMPARE(sizes.size(), 4);
        QVERIFY(link.transfers.isEmpty());

        // What cannot be had or read says so, and is asked for again the next time.
        QString problem;
        const auto why = [&](const QImage &, const QString &text) { problem = text; };
        cache.show(s("gone"), {10, 10}, why);
        link.failTransfer(s("not_found"), s("There is no such picture."));
        QTRY_COMPARE_WITH_TIMEOUT(problem, s("There is no such picture."), patience);
        cache.show(s("broken"), {10, 10}, why);
        link.finishTransfer(bytes.left(60));
        QTRY_VERIFY_WITH_TIMEOUT(problem.startsWith(s("The picture cannot be read")), patience);

        // At most a few at once, and not more than a bounded number waiting; those on the screen (the newest) come first.
        int refused = 0;
        for (int i = 0; i < PictureCache::MaxFetches + PictureCache::MaxWaiting + 5; ++i)
            cache.give(s("p%1").arg(i),
                       [&refused](const QByteArray &, const QString &text) { refused += text.isEmpty() ? 0 : 1; });
        QCOMPARE(link.transfers.size(), qsizetype(PictureCache::MaxFetches));
        QCOMPARE(refused, 5);
        link.finishTransfer(bytes);
        QCOMPARE(link.transfers.last().picture, s("p%1").arg(PictureCache::MaxFetches + PictureCache::MaxWaiting + 4));
    }

    void aPictureWithTooManyPointsIsNotDecoded()
    {
        // A header alone: 60,000 x 60,000 points would need 14 GB.
        QByteArray bytes = encoded(painted(1, 1));
        const auto side = QByteArray::fromHex("0000ea60");
        bytes.replace(16, 4, side).replace(20, 4, side);
        QString problem;
        QVERIFY(decodePicture(bytes, {100, 100}, &problem).isNull());
        QVERIFY(!problem.isEmpty());
    }

    void savingAPictureWritesItAsItWasAndIsNoted()
    {
        Desk desk;
        const QByteArray bytes = encoded(painted(6, 6));
        QSignalSpy asked(&desk.console.files(), &FilePicker::asked);
        desk.console.savePicture(idOf(bytes));
        desk.link.finishTransfer(bytes);
        QCOMPARE(asked.count(), 1);
        const auto question = asked.first().first().value<FilePicker::Question>();
        QVERIFY(question.save);
        QCOMPARE(question.suggested, s("picture-%1.png").arg(idOf(bytes).left(8)));
        desk.console.files().answer(question.id, {}); // thought better of it
        QVERIFY(desk.link.asked.isEmpty());
        desk.console.savePicture(idOf(bytes));
        const QString path = desk.folder.filePath(s("saved.png"));
        desk.console.files().answer(asked.last().first().value<FilePicker::Question>().id, {QUrl::fromLocalFile(path)});
        QTRY_COMPARE_WITH_TIMEOUT(desk.link.asked.size(), 1, patience);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), bytes);
        const AuditRecord record = std::get<NoteAudit>(desk.link.asked.first().body).record;
        QCOMPARE(record.action, s("export"));
        QCOMPARE(record.object, s("saved.png"));
        // One that cannot be written is said, and not noted.
        desk.console.savePicture(idOf(bytes));
        desk.console.files().answer(asked.last().first().value<FilePicker::Question>().id,
                                    {QUrl::fromLocalFile(desk.folder.filePath(s("no/such/folder.png")))});
        QTRY_VERIFY_WITH_TIMEOUT(desk.console.notices()->latestText().contains(s("could not be written")), patience);
        QCOMPARE(desk.link.asked.size(), 1);
    }

    void theTrendIsExportedWhereTheOperatorSaysSo()
    {
        Desk desk;
        DeskSnapshot state;
        state.devices = {device("van", "Van")};
        desk.link.open(state);
        desk.link.hear({latest(s("van"), noon, {{channel::Speed, 10.0}})});
        desk.console.selectDevice(s("van"));
        QSignalSpy asked(&desk.console.files(), &FilePicker::asked);
        desk.console.exportTrend();
        const auto question = asked.first().first().value<FilePicker::Question>();
        QCOMPARE(question.suggested, s("van.csv"));
        const QString path = desk.folder.filePath(s("trend.csv"));
        desk.console.files().answer(question.id, {QUrl::fromLocalFile(path)});
        QVERIFY(QFile::exists(path));
        QCOMPARE(std::get<NoteAudit>(desk.link.asked.last().body).record.object, s("trend.csv"));
        QVERIFY(desk.console.notices()->latestText().contains(path));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestPictures test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_pictures.moc"
