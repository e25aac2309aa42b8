// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/FrameCodec.h"
#include "server/net/FrameReader.h"
#include "server/net/Session.h"
#include "server/net/Utf8.h"

#include <QTest>
#include <QtEndian>

#include <random>

using namespace tocsin::net;

namespace {

using Kind = FrameReader::Kind;
constexpr qsizetype limit = 1000;
constexpr auto start = FrameReader::Clock::time_point{};

struct Options
{
    bool fin = true;
    int reserved = 0;
    bool masked = true;
    int lengthForm = 0; ///< 0: shortest, else 16 or 64
    qint64 announced = -1;
    quint32 key = 0x01FF7F80;
};

/// One client frame, right or wrong.
QByteArray frame(int opcode, const QByteArray &payload, const Options &options = {})
{
    const auto length = static_cast<quint64>(options.announced >= 0 ? options.announced : payload.size());
    const int form = options.lengthForm != 0 ? options.lengthForm : length < 126 ? 7 : length < 65536 ? 16 : 64;
    const int mask = options.masked ? 0x80 : 0;
    QByteArray out;
    out.append(static_cast<char>((options.fin ? 0x80 : 0) | options.reserved << 4 | opcode));
    out.append(static_cast<char>(mask | (form == 7 ? static_cast<int>(length) : form == 16 ? 126 : 127)));
    for (int shift = form == 16 ? 8 : form == 64 ? 56 : -1; shift >= 0; shift -= 8)
        out.append(static_cast<char>(length >> shift));
    QByteArray key(4, '\0');
    qToBigEndian(options.key, key.data());
    if (options.masked)
        out.append(key);
    for (qsizetype i = 0; i < payload.size(); ++i)
        out.append(options.masked ? static_cast<char>(payload.at(i) ^ key.at(i & 3)) : payload.at(i));
    return out;
}

QByteArray part(int opcode, const QByteArray &payload)
{
    Options options;
    options.fin = false;
    return frame(opcode, payload, options);
}

QByteArray with(const std::function<void(Options &)> &change, int opcode, const QByteArray &payload = "x")
{
    Options options;
    change(options);
    return frame(opcode, payload, options);
}

QByteArray code(quint16 value)
{
    QByteArray bytes(2, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

/// "text:payload", "ping:…", "close 1000:reason", "error 1002" and so on, in order.
QStringList eventsOf(const QByteArray &wire, const std::function<qsizetype()> &piece, qsizetype messageLimit = limit)
{
    FrameReader reader(messageLimit);
    QStringList events;
    for (qsizetype at = 0; at < wire.size();) {
        const qsizetype count = std::min(piece(), wire.size() - at);
        QByteArrayView in = QByteArrayView(wire).sliced(at, count);
        at += count;
        while (!in.isEmpty()) {
            const FrameReader::Event event = reader.read(in, start);
            const QString text = QString::fromUtf8(event.payload);
            switch (event.kind) {
            case Kind::NeedMore:
            case Kind::Pause:
                break;
            case Kind::Text:
                events << QStringLiteral("text:") + text;
                break;
            case Kind::Binary:
                events << QStringLiteral("binary:") + QString::fromLatin1(event.payload.toHex());
                break;
            case Kind::Ping:
                events << QStringLiteral("ping:") + text;
                break;
            case Kind::Pong:
                events << QStringLiteral("pong:") + text;
                break;
            case Kind::Close:
                events << QStringLiteral("close %1:%2").arg(event.closeCode).arg(text);
                break;
            case Kind::Error:
                events << QStringLiteral("error %1").arg(event.closeCode);
                break;
            }
        }
    }
    return events;
}

} // namespace

class TestFrameReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsFramesInAnyPieces_data();
    void readsFramesInAnyPieces();
    void refusesAtTheFirstBadByte();
    void unmasksAtEveryOffset();
    void chargesTinyFragments();
    void keepsLittleForAnAnnouncement();
    void callsASlowMessageStalled();
    void callsAMessageStalledWhateverIsPinged();
    void checksUtf8_data();
    void checksUtf8();
    void encodesFrames_data();
    void encodesFrames();
};

void TestFrameReader::readsFramesInAnyPieces_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QStringList>("events");
    const auto row = [](const char *name, const QByteArray &wire, const QStringList &events) {
        QTest::newRow(name) << wire << events;
    };
    const auto one = [](const char *event) { return QStringList{QString::fromUtf8(event)}; };
    const QByteArray euro = "a\xE2\x82\xAC";

    row("text", frame(1, "hi"), one("text:hi"));
    row("empty text", frame(1, ""), one("text:"));
    row("binary", frame(2, QByteArray("\x00\xFF", 2)), one("binary:00ff"));
    row("zero key", with([](Options &o) { o.key = 0; }, 1, "hi"), one("text:hi"));
    row("two messages", frame(1, "a") + frame(1, "b"), {QStringLiteral("text:a"), QStringLiteral("text:b")});
    row("fragments", part(1, "a") + part(0, "b") + frame(0, "c"), one("text:abc"));
    row("empty fragments", part(1, "") + part(0, "") + frame(0, ""), one("text:"));
    row("ping inside fragments", part(1, "a") + frame(9, "p") + frame(0, "b"),
        {QStringLiteral("ping:p"), QStringLiteral("text:ab")});
    row("character over two fragments", part(1, euro.left(2)) + frame(0, euro.mid(2)), one("text:a€"));
    row("character with a ping inside", part(1, euro.left(3)) + frame(9, "") + frame(0, euro.mid(3)),
        {QStringLiteral("ping:"), QStringLiteral("text:a€")});
    row("126 bytes", frame(1, QByteArray(126, 'x')), {QStringLiteral("text:") + QString(126, QLatin1Char('x'))});
    row("at the limit", frame(1, QByteArray(limit, 'x')), {QStringLiteral("text:") + QString(limit, QLatin1Char('x'))});
    row("close without code", frame(8, ""), one("close 0:"));
    row("close with reason", frame(8, code(1000) + "bye"), one("close 1000:bye"));
    row("close 4999", frame(8, code(4999)), one("close 4999:"));
    row("pong of 125", frame(10, QByteArray(125, 'x')), {QStringLiteral("pong:") + QString(125, QLatin1Char('x'))});

    row("unmasked", with([](Options &o) { o.masked = false; }, 1), one("error 1002"));
    row("unmasked ping", with([](Options &o) { o.masked = false; }, 9), one("error 1002"));
    for (int bits = 1; bits < 8; ++bits)
        QTest::addRow("reserved bits %d", bits)
            << with([bits](Options &o) { o.reserved = bits; }, 2) << one("error 1002");
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        QTest::addRow("opcode %d", opcode) << frame(opcode, "x") << one("error 1002");
    row("continuation of nothing", frame(0, "x"), one("error 1002"));
    row("continuation after the end", frame(1, "a") + frame(0, "x"),
        {QStringLiteral("text:a"), QStringLiteral("error 1002")});
    row("message inside a message", part(1, "a") + frame(2, "b"), one("error 1002"));
    row("fragmented ping", part(9, "a"), one("error 1002"));
    row("fragmented close", part(8, code(1000)), one("error 1002"));
    row("ping of 126", frame(9, QByteArray(126, 'x')), one("error 1002"));
    row("125 in 16 bits", with([](Options &o) { o.lengthForm = 16; }, 2, QByteArray(125, 'x')), one("error 1002"));
    row("126 in 64 bits", with([](Options &o) { o.lengthForm = 64; }, 2, QByteArray(126, 'x')), one("error 1002"));
    row("0 in 64 bits", with([](Options &o) { o.lengthForm = 64; }, 2, ""), one("error 1002"));
    row("above the limit", frame(2, QByteArray(limit + 1, 'x')), one("error 1009"));
    row("announced above it", with([](Options &o) { o.announced = limit + 1; }, 2, ""), one("error 1009"));
    row("announced 2^62", with([](Options &o) { o.announced = 1LL << 62; }, 2, ""), one("error 1009"));
    row("fragments above it", part(2, QByteArray(limit, 'x')) + frame(0, "y"), one("error 1009"));
    row("nothing after an error", frame(3, "x") + frame(1, "hi"), one("error 1002"));
    row("bad text", frame(1, "\xC3\x28"), one("error 1007"));
    row("text that ends in a character", frame(1, "\xE2\x82"), one("error 1007"));
    row("bad text in an unfinished fragment", part(1, "\xF5"), one("error 1007"));
    row("bad bytes are fine in binary", frame(2, "\xF5"), one("binary:f5"));
    row("close of one byte", frame(8, "x"), one("error 1002"));
    row("bad reason", frame(8, code(1000) + "\xCE\xBA\xFF"), one("error 1007"));
    for (const int bad : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
        QTest::addRow("close code %d", bad) << frame(8, code(static_cast<quint16>(bad))) << one("error 1002");
}

void TestFrameReader::readsFramesInAnyPieces()
{
    QFETCH(QByteArray, wire);
    QFETCH(QStringList, events);
    QCOMPARE(eventsOf(wire, [&wire] { return wire.size(); }), events);
    QCOMPARE(eventsOf(wire, [] { return qsizetype(1); }), events);
    std::mt19937 random(6455); // NOLINT(bugprone-random-generator-seed): repeatable
    for (int round = 0; round < 20; ++round) {
        std::uniform_int_distribution<qsizetype> size(1, 9);
        QCOMPARE(eventsOf(wire, [&] { return size(random); }), events);
    }
}

void TestFrameReader::refusesAtTheFirstBadByte()
{
    const auto first = [](const QByteArray &wire) {
        FrameReader reader(limit);
        QByteArrayView in(wire);
        return reader.read(in, start).kind;
    };
    QCOMPARE(first(frame(3, "").left(1)), Kind::Error);
    QCOMPARE(first(QByteArray("\x81\x02", 2)), Kind::Error); // not masked
    QCOMPARE(first(with([](Options &o) { o.announced = 1LL << 40; }, 2, "").left(10)), Kind::Error);
}

void TestFrameReader::unmasksAtEveryOffset()
{
    QByteArray payload;
    for (int i = 0; i < 300; ++i)
        payload.append(static_cast<char>(i * 7));
    const QStringList whole{QStringLiteral("binary:") + QString::fromLatin1(payload.toHex())};
    for (qsizetype piece = 1; piece < 40; ++piece)
        QCOMPARE(eventsOf(frame(2, payload), [piece] { return piece; }), whole);
}

void TestFrameReader::chargesTinyFragments()
{
    // 64 bytes per fragment: a message of a thousand empty fragments is too expensive at a limit of 1000 bytes.
    const QByteArray flood = part(2, "a") + part(0, "").repeated(1000);
    QCOMPARE(eventsOf(flood, [&flood] { return flood.size(); }), QStringList{QStringLiteral("error 1009")});
    const QByteArray few = part(2, "a") + part(0, "b").repeated(20) + frame(0, "c");
    QCOMPARE(eventsOf(few, [&few] { return few.size(); }).size(), 1);
}

void TestFrameReader::keepsLittleForAnAnnouncement()
{
    FrameReader reader(1LL << 40);
    const QByteArray head = with([](Options &o) { o.announced = 1LL << 39; }, 2, "x");
    QByteArrayView in(head);
    QCOMPARE(reader.read(in, start).kind, Kind::NeedMore); // would not get here if it had taken half a terabyte
}

void TestFrameReader::callsASlowMessageStalled()
{
    using namespace std::chrono_literals;
    FrameReader reader(1'000'000);
    QVERIFY(!reader.isStalled(start + 1h)); // nothing begun
    const QByteArray wire = frame(2, QByteArray(100'000, 'x'));
    QByteArrayView in = QByteArrayView(wire).first(100);
    QCOMPARE(reader.read(in, start).kind, Kind::NeedMore);
    QVERIFY(!reader.isStalled(start + 9s));
    QVERIFY(reader.isStalled(start + 10s)); // 100 bytes where 500 were due
    in = QByteArrayView(wire).sliced(100, 50'000);
    QCOMPARE(reader.read(in, start + 10s).kind, Kind::NeedMore);
    QVERIFY(!reader.isStalled(start + 100s));
    in = QByteArrayView(wire).sliced(50'100);
    QCOMPARE(reader.read(in, start + 101s).kind, Kind::Binary);
    QVERIFY(!reader.isStalled(start + 1h));
}

void TestFrameReader::callsAMessageStalledWhateverIsPinged()
{
    using namespace std::chrono_literals;
    FrameReader reader(1'000'000);
    const QByteArray begun = part(1, "a");
    QByteArrayView in = begun;
    QCOMPARE(reader.read(in, start).kind, Kind::NeedMore);
    const QByteArray ping = frame(9, QByteArray(125, 'p'));
    for (int i = 0; i < 100; ++i) {
        in = ping;
        QCOMPARE(reader.read(in, start + 5s).kind, Kind::Ping);
    }
    QVERIFY(!reader.isStalled(start + 9s));
    QVERIFY(reader.isStalled(start + 10s));
}

void TestFrameReader::checksUtf8_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("valid");
    const auto row = [](const char *hex, bool valid) { QTest::newRow(hex) << QByteArray::fromHex(hex) << valid; };
    for (const char *good : {"", "00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080",
                             "f48fbfbf", "efbbbf", "6162636465666768c3a96162"})
        row(good, true);
    for (const char *bad : {"80", "bf", "c0", "c080", "c1bf", "c3", "c328", "e08080", "e09fbf", "eda080", "edbfbf",
                            "e282", "f08fbfbf", "f4908080", "f5808080", "f8888080", "fe", "ff", "616263646566676880"})
        row(bad, false);
}

void TestFrameReader::checksUtf8()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, valid);
    QCOMPARE(isValidUtf8(bytes), valid);
    Utf8Check check;
    bool good = true;
    for (const char byte : bytes)
        good = good && check.feed(QByteArrayView(&byte, 1));
    QCOMPARE(good && check.atBoundary(), valid);
}

void TestFrameReader::encodesFrames_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<QByteArray>("head");
    QTest::newRow("0") << 0 << QByteArray::fromHex("8100");
    QTest::newRow("125") << 125 << QByteArray::fromHex("817d");
    QTest::newRow("126") << 126 << QByteArray::fromHex("817e007e");
    QTest::newRow("65535") << 65535 << QByteArray::fromHex("817effff");
    QTest::newRow("65536") << 65536 << QByteArray::fromHex("817f0000000000010000");
}

void TestFrameReader::encodesFrames()
{
    QFETCH(int, size);
    QFETCH(QByteArray, head);
    const QByteArray payload(size, 'x');
    QCOMPARE(Frame::text(payload).wire(), head + payload);
    head[0] = static_cast<char>(0x82);
    QCOMPARE(Frame::binary(payload).wire(), head + payload);
    QVERIFY(Frame().isEmpty());
    // What we give Qt must pass our own reader.
    QCOMPARE(eventsOf(encodeFrame(Opcode::Ping, "p", Masking::ZeroKey), [] { return qsizetype(100); }),
             QStringList{QStringLiteral("ping:p")});
}

QTEST_GUILESS_MAIN(TestFrameReader)
#include "test_frame_reader.moc"
