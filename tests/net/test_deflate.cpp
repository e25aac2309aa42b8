// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/ServerFixture.h"

#include "server/net/Deflate.h"
#include "server/net/FrameReader.h"

#include <QRandomGenerator>

using namespace tocsin;
using namespace tocsin::net;
using namespace tocsin::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

struct Inflated
{
    Inflater::Result result = Inflater::Result::Good;
    QByteArray bytes;
};

Inflated inflate(const QByteArray &packed, qsizetype piece, qsizetype limit)
{
    Inflater inflater;
    Inflated out;
    for (qsizetype at = 0; at < packed.size() && out.result == Inflater::Result::Good; at += piece)
        out.result =
            inflater.feed(QByteArrayView(packed).sliced(at, std::min(piece, packed.size() - at)), out.bytes, limit);
    if (out.result == Inflater::Result::Good)
        out.result = inflater.finish(out.bytes, limit);
    return out;
}

QByteArray telemetry(qsizetype size)
{
    QByteArray text;
    for (int i = 0; text.size() < size; ++i)
        text += "{\"speed\":" + QByteArray::number(i % 97) + ",\"rpm\":" + QByteArray::number(800 + i * 7 % 3000) + "}";
    text.truncate(size);
    return text;
}

/// A client's frame with RSV1.
QByteArray packedFrame(const QByteArray &packed, bool fin = true)
{
    QByteArray frame = RawClient::frame(Opcode::Text, packed, fin);
    frame[0] = static_cast<char>(frame.at(0) | 0x40);
    return frame;
}

} // namespace

class TestDeflate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void negotiates_data();
    void negotiates();
    void roundTrips_data();
    void roundTrips();
    void stopsAtTheLimit();
    void refusesWhatIsNotDeflate_data();
    void refusesWhatIsNotDeflate();
    void readsFinalBlocks();
    void compressesAFrameOnceForAll();
    void leavesFramesThatGainNothing();
    void readsCompressedMessages();
    void othersHaveTheirTurnWhileMuchIsInflated();
    void whatNoLongerCountsIsNotInflated();
    void speaksCompressedWithAClientThatOffersIt();
    void staysPlainWhenToldTo();
};

void TestDeflate::negotiates_data()
{
    QTest::addColumn<QByteArray>("offer");
    QTest::addColumn<QByteArray>("response"); // empty: declined
    QTest::addColumn<bool>("compresses");
    const auto row = [](const QByteArray &offer, const QByteArray &response, bool compresses = true) {
        QTest::newRow(offer.constData()) << offer << response << compresses;
    };
    row("permessage-deflate", agreed);
    row("permessage-deflate; client_max_window_bits", agreed);
    row("permessage-deflate;client_max_window_bits=10 ; server_no_context_takeover", agreed);
    row("permessage-deflate; server_max_window_bits=15", agreed + "; server_max_window_bits=15");
    row("permessage-deflate; server_max_window_bits=\"12\"", agreed + "; server_max_window_bits=12", false);
    row("permessage-deflate; server_max_window_bits=99, permessage-deflate", agreed);
    row("x-foo; a=1, permessage-deflate", agreed);
    row("", {});
    row("x-foo", {});
    row("permessage-deflate=1", {});
    row("permessage-deflate; unknown", {});
    row("permessage-deflate;", {});
    row("permessage-deflate; server_max_window_bits", {});
    row("permessage-deflate; server_max_window_bits=7", {});
    row("permessage-deflate; server_max_window_bits=8", {}); // legal, but zlib cannot
    row("permessage-deflate; server_max_window_bits=16", {});
    row("permessage-deflate; server_max_window_bits=09", {});
    row("permessage-deflate; client_max_window_bits=99", {});
    row("permessage-deflate; server_no_context_takeover=1", {});
    row("permessage-deflate; client_no_context_takeover; client_no_context_takeover", {});
}

void TestDeflate::negotiates()
{
    QFETCH(QByteArray, offer);
    QFETCH(QByteArray, response);
    QFETCH(bool, compresses);
    const auto agreement = negotiateDeflate({offer});
    QCOMPARE(agreement.has_value(), !response.isEmpty());
    if (agreement) {
        QCOMPARE(agreement->response, response);
        QCOMPARE(agreement->compresses, compresses);
    }
    QVERIFY(!negotiateDeflate({}));
}

void TestDeflate::roundTrips_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {100, 1024, 16'383, 16'384, 16'385, 200'000})
        QTest::addRow("%d bytes", size) << size;
}

void TestDeflate::roundTrips()
{
    QFETCH(int, size);
    const QByteArray text = telemetry(size);
    const auto packed = deflated(text);
    QVERIFY(packed);
    QVERIFY(packed->size() < text.size());
    for (const qsizetype piece : {qsizetype(1), qsizetype(7), packed->size()}) {
        const Inflated back = inflate(*packed, piece, size);
        QCOMPARE(back.result, Inflater::Result::Good);
        QCOMPARE(back.bytes, text);
    }
}

void TestDeflate::stopsAtTheLimit()
{
    const auto bomb = deflated(QByteArray(50'000'000, '\0'));
    QVERIFY(bomb);
    QVERIFY(bomb->size() < 500'000);
    for (const qsizetype piece : {qsizetype(100), bomb->size()}) {
        const Inflated out = inflate(*bomb, piece, 1'000'000);
        QCOMPARE(out.result, Inflater::Result::TooLarge);
        QVERIFY(out.bytes.size() <= 1'000'001);
    }
    const auto exact = deflated(QByteArray(10'000, 'x'));
    QCOMPARE(inflate(*exact, 100, 10'000).result, Inflater::Result::Good);
    QCOMPARE(inflate(*exact, 100, 9'999).result, Inflater::Result::TooLarge);
}

void TestDeflate::refusesWhatIsNotDeflate_data()
{
    QTest::addColumn<QByteArray>("packed");
    QTest::newRow("noise") << QByteArray(50, '\xFF');
    QTest::newRow("zlib instead of raw") << qCompress("text that is long enough to be packed").mid(4);
    QTest::newRow("distance too far back") << QByteArray::fromHex("4b04a20000");
    const auto whole = deflated(telemetry(5000));
    QTest::newRow("cut short") << whole->first(whole->size() / 2);
}

void TestDeflate::refusesWhatIsNotDeflate()
{
    QFETCH(QByteArray, packed);
    QCOMPARE(inflate(packed, 3, 100'000).result, Inflater::Result::Broken);
}

void TestDeflate::readsFinalBlocks()
{
    // "hello" in a block with BFINAL, then the byte that RFC 7692 7.2.3.4 asks for.
    const QByteArray packed = QByteArray::fromHex("cb48cdc9c9070000");
    for (const qsizetype piece : {qsizetype(1), packed.size()}) {
        const Inflated out = inflate(packed, piece, 100);
        QCOMPARE(out.result, Inflater::Result::Good);
        QCOMPARE(out.bytes, QByteArray("hello"));
    }
}

void TestDeflate::compressesAFrameOnceForAll()
{
    const QByteArray text = telemetry(5000);
    const Frame frame = Frame::text(text);
    const Frame copy = frame; // NOLINT(performance-unnecessary-copy-initialization): that copies share is the point
    const QByteArray &packed = frame.compressedWire();
    QVERIFY(packed.size() < frame.wire().size() / 2);
    QCOMPARE(copy.compressedWire().constData(), packed.constData());
    QCOMPARE(frame.wire().size(), text.size() + 4);
    QCOMPARE(static_cast<quint8>(packed.front()), 0xC1);
    QCOMPARE(inflate(packed.mid(4), 100, 5000).bytes, text);
}

void TestDeflate::leavesFramesThatGainNothing()
{
    QByteArray noise(5000, '\0');
    for (char &byte : noise)
        byte = static_cast<char>(QRandomGenerator::global()->bounded(1, 127));
    for (const Frame &frame :
         {Frame(), Frame::text("short"), Frame::binary(telemetry(5000)), Frame::text(telemetry(300'000))}) {
        QCOMPARE(frame.compressedWire(), frame.wire());
        QCOMPARE(frame.compressedWire(), frame.wire()); // asked twice
    }
    QVERIFY(Frame::text(noise).compressedWire().size() <= Frame::text(noise).wire().size());
}

void TestDeflate::readsCompressedMessages()
{
    const QByteArray text = telemetry(5000) + "€";
    const QByteArray packed = *deflated(text);
    const QByteArray wire = packedFrame(packed.left(100), false) + RawClient::frame(Opcode::Ping, "p") +
                            RawClient::frame(Opcode::Continuation, packed.mid(100)) +
                            RawClient::frame(Opcode::Text, "plain");
    for (const qsizetype piece : {qsizetype(1), qsizetype(13), wire.size()}) {
        FrameReader reader(10'000);
        reader.allowDeflate();
        QByteArrayList events;
        for (qsizetype at = 0; at < wire.size(); at += piece) {
            QByteArrayView in = QByteArrayView(wire).sliced(at, std::min(piece, wire.size() - at));
            while (!in.isEmpty()) {
                const FrameReader::Event event = reader.read(in, {});
                if (event.kind != FrameReader::Kind::NeedMore)
                    events.append(event.payload);
            }
        }
        QCOMPARE(events, (QByteArrayList{"p", text, "plain"}));
    }

    const auto codeFor = [](const QByteArray &bytes, bool allow) {
        FrameReader reader(1'000);
        if (allow)
            reader.allowDeflate();
        QByteArrayView in(bytes);
        FrameReader::Event event;
        while (!in.isEmpty() && event.kind != FrameReader::Kind::Error)
            event = reader.read(in, {});
        return event.closeCode;
    };
    QCOMPARE(codeFor(packedFrame(packed), false), CloseCode::Protocol);
    QCOMPARE(codeFor(packedFrame(packed), true), CloseCode::TooBig);
    QCOMPARE(codeFor(packedFrame(QByteArray(50, '\xFF')), true), CloseCode::BadText);
    QCOMPARE(codeFor(packedFrame(*deflated(QByteArray(100, 'x') + "\xC3\x28")), true), CloseCode::BadText);
    QCOMPARE(codeFor(packedFrame(*deflated(QByteArray(100, 'x') + "\xC3")), true), CloseCode::BadText);
    QByteArray ping = RawClient::frame(Opcode::Ping, "p");
    ping[0] = static_cast<char>(ping.at(0) | 0x40);
    QCOMPARE(codeFor(ping, true), CloseCode::Protocol);
}

void TestDeflate::othersHaveTheirTurnWhileMuchIsInflated()
{
    constexpr qsizetype size = 8 * 1'048'576;
    const QByteArray wire = packedFrame(*deflated(QByteArray(size, '\0')));
    FrameReader reader(size);
    reader.allowDeflate();
    QByteArrayView in(wire);
    int pauses = 0;
    FrameReader::Event event = reader.read(in, {});
    for (; event.kind == FrameReader::Kind::Pause; event = reader.read(in, {}))
        ++pauses;
    QCOMPARE(event.kind, FrameReader::Kind::Text);
    QCOMPARE(event.payload, QByteArray(size, '\0'));
    QVERIFY(in.isEmpty());
    QVERIFY2(pauses >= 4, qPrintable(QString::number(pauses)));
}

void TestDeflate::whatNoLongerCountsIsNotInflated()
{
    const QByteArray packed = *deflated(telemetry(5000));
    FrameReader reader(10'000);
    reader.allowDeflate();
    const QByteArray begun = packedFrame(packed.left(100), false);
    QByteArrayView in(begun);
    QCOMPARE(reader.read(in, {}).kind, FrameReader::Kind::NeedMore);
    reader.skipMessages();
    // The rest of that message, one that cannot be inflated, no text, and between them what still counts.
    const QByteArray wire = RawClient::frame(Opcode::Continuation, packed.mid(100)) +
                            RawClient::frame(Opcode::Ping, "p") + packedFrame(QByteArray(50, '\xFF')) +
                            RawClient::frame(Opcode::Text, "\xC3\x28") + RawClient::frame(Opcode::Close, "");
    in = wire;
    QList<FrameReader::Kind> kinds;
    QByteArray payloads;
    while (!in.isEmpty()) {
        const FrameReader::Event event = reader.read(in, {});
        kinds.append(event.kind);
        payloads += event.payload;
    }
    using Kind = FrameReader::Kind;
    QCOMPARE(kinds, (QList<Kind>{Kind::Text, Kind::Ping, Kind::Text, Kind::Text, Kind::Close}));
    QCOMPARE(payloads, "p");
}

void TestDeflate::speaksCompressedWithAClientThatOffersIt()
{
    const ServerFixture f;
    RawClient client(f.port, RawClient::upgrade("/ws?token=good", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    QTRY_VERIFY(client.got.contains("\r\n\r\n"));
    QCOMPARE(client.status(), 101);
    QVERIFY(client.got.contains("Sec-WebSocket-Extensions: " + agreed + "\r\n"));
    QVERIFY(client.afterHead().isEmpty());
    client.got.clear();
    const QByteArray text = telemetry(5000);
    client.send(packedFrame(*deflated(text)));
    const QByteArray expected = Frame::text(text).compressedWire();
    QTRY_COMPARE(client.got, expected);
    QVERIFY(expected.size() < text.size());
    QCOMPARE(f.dialect->received, QByteArrayList{text});
}

void TestDeflate::staysPlainWhenToldTo()
{
    const ServerFixture f([](ServerSettings &s) { s.deflate = false; });
    RawClient client(f.port, RawClient::upgrade("/ws?token=good", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    QTRY_VERIFY(client.got.contains("\r\n\r\n"));
    QCOMPARE(client.status(), 101);
    QVERIFY(!client.got.contains("Extensions"));
}

QTEST_GUILESS_MAIN(TestDeflate)
#include "test_deflate.moc"
