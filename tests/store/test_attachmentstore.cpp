// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/AttachmentId.h"
#include "server/store/AttachmentStore.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {
const QByteArray png = QByteArray("\x89PNG\r\n\x1a\n", 8) + "pixels";

struct Bench
{
    explicit Bench(AttachmentStore::Options options = {}) : store(prepared(std::move(options), dir)) {}
    static AttachmentStore::Options prepared(AttachmentStore::Options options, const QTemporaryDir &dir)
    {
        options.directory = dir.filePath(QStringLiteral("attachments"));
        return options;
    }
    AttachmentResult put(const QByteArray &bytes)
    {
        AttachmentResult got;
        bool answered = false;
        store.put(bytes, [&](const AttachmentResult &result) {
            got = result;
            answered = true;
        });
        for (int i = 0; i < 100 && !answered; ++i)
            QCoreApplication::processEvents();
        return answered ? got : AttachmentResult{QStringLiteral("no answer"), {}, {}};
    }
    AttachmentResult get(const QString &id)
    {
        AttachmentResult got{QStringLiteral("no answer"), {}, {}};
        store.get(id, [&](const AttachmentResult &result) { got = result; });
        for (int i = 0; i < 100 && got.code == QLatin1String("no answer"); ++i)
            QCoreApplication::processEvents();
        return got;
    }
    [[nodiscard]] QString file(const QString &id) const
    {
        return dir.filePath(QStringLiteral("attachments/%1/%2").arg(id.left(2), id));
    }
    QTemporaryDir dir;
    AttachmentStore store;
};
} // namespace

class TestAttachmentStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aPictureIsKnownByItsContent_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("type");
        QTest::newRow("png") << png << QByteArray("image/png");
        QTest::newRow("jpeg") << QByteArray("\xff\xd8\xff\xe0 JFIF") << QByteArray("image/jpeg");
        QTest::newRow("gif") << QByteArray("GIF89a...") << QByteArray("image/gif");
        QTest::newRow("webp") << QByteArray("RIFF....WEBPVP8 ") << QByteArray("image/webp");
        QTest::newRow("svg") << QByteArray("<svg onload='alert(1)'/>") << QByteArray();
        QTest::newRow("html") << QByteArray("<html>") << QByteArray();
        QTest::newRow("wave") << QByteArray("RIFF....WAVEfmt ") << QByteArray();
        QTest::newRow("nothing") << QByteArray() << QByteArray();
        QTest::newRow("cut off") << png.left(7) << QByteArray();
    }
    void aPictureIsKnownByItsContent()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, type);
        QCOMPARE(imageTypeOf(bytes), type);
        Bench bench;
        QCOMPARE(bench.store.start(), QString());
        const AttachmentResult stored = bench.put(bytes);
        if (type.isEmpty()) {
            QCOMPARE(stored.code, QStringLiteral("unsupported"));
            return;
        }
        QCOMPARE(stored.code, QString());
        const AttachmentResult back = bench.get(stored.attachment.id);
        QCOMPARE(back.attachment.bytes, bytes);
        QCOMPARE(back.attachment.type, type);
    }

    void theSamePictureIsKeptOnceAndForItsOwnerAlone()
    {
        Bench bench;
        QCOMPARE(bench.store.start(), QString());
        const QString id = bench.put(png).attachment.id;
        QCOMPARE(bench.put(png).attachment.id, id);
        QCOMPARE(bench.store.total(), png.size());
        QVERIFY(isAttachmentId(id));
        QVERIFY(!(QFile::permissions(bench.file(id)) & (QFile::ReadGroup | QFile::ReadOther)));
        AttachmentStore again(Bench::prepared({}, bench.dir));
        QCOMPARE(again.start(), QString());
        QCOMPARE(again.total(), png.size()); // counted anew
    }

    void whatIsTooMuchIsRefused()
    {
        AttachmentStore::Options options;
        options.mostBytes = 20;
        options.mostTotal = png.size();
        Bench bench(options);
        QCOMPARE(bench.store.start(), QString());
        QCOMPARE(bench.put(png + QByteArray(20, 'x')).code, QStringLiteral("too_large"));
        QCOMPARE(bench.put(png).code, QString());
        QCOMPARE(bench.put(png + "x").code, QStringLiteral("full"));
        QCOMPARE(bench.put(png).code, QString()); // has its room already
    }

    void waitingIsBounded()
    {
        AttachmentStore::Options options;
        options.mostWaiting = png.size();
        Bench bench(options);
        QCOMPARE(bench.store.start(), QString());
        QStringList codes;
        for (int i = 0; i < 3; ++i)
            bench.store.put(png, [&codes](const AttachmentResult &result) { codes.append(result.code); });
        QCOMPARE(codes, (QStringList{QStringLiteral("overloaded"), QStringLiteral("overloaded")}));
        QTRY_COMPARE(codes.size(), 3);
        QCOMPARE(codes.last(), QString());
    }

    void idsAreNoPaths()
    {
        Bench bench;
        QCOMPARE(bench.store.start(), QString());
        for (const char *id : {"", "..", "../../etc/passwd", "abc"})
            QCOMPARE(bench.get(QString::fromLatin1(id)).code, QStringLiteral("not_found"));
        QCOMPARE(bench.get(QString(64, QLatin1Char('0'))).code, QStringLiteral("not_found"));
    }

    void aDamagedPictureIsNotGivenOut()
    {
        Bench bench;
        QCOMPARE(bench.store.start(), QString());
        const QString id = bench.put(png).attachment.id;
        QFile file(bench.file(id));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(9) && file.write("X") == 1);
        file.close();
        QCOMPARE(bench.get(id).code, QStringLiteral("storage_failed"));
    }

    void onlyOldOnesAreRemoved()
    {
        Bench bench;
        QCOMPARE(bench.store.start(), QString());
        const QString id = bench.put(png).attachment.id;
        const TimePoint now = systemNow();
        QVERIFY(bench.store.candidates(now).isEmpty());
        QCOMPARE(bench.store.candidates(now + 25h), QStringList{id});
        bench.store.remove(id, now); // sent again meanwhile
        QCOMPARE(bench.get(id).code, QString());
        bench.store.remove(id, now + 25h);
        QCOMPARE(bench.get(id).code, QStringLiteral("not_found"));
        QCOMPARE(bench.store.total(), 0);
    }
};

QTEST_GUILESS_MAIN(TestAttachmentStore)
#include "test_attachmentstore.moc"
