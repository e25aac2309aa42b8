// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Fingerprint.h"
#include "models/domain/Streams.h"

#include <QSet>
#include <QTest>

using namespace tocsin;

namespace {
AlertChange alertOf(AlertKind kind, const QString &source, const QString &user)
{
    AlertChange change;
    change.alert.kind = kind;
    change.alert.source = source;
    change.alert.userId = user;
    return change;
}

/// One body of every kind, with every field filled.
QList<RequestBody> bodies()
{
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    Device device;
    device.id = a;
    device.name = b;
    return {Acknowledge{a, 2, AlertLevel::Critical, b},
            SendChat{a, b, {}, false, false, false, {}, {}},
            ReportAlert{a, b, {}, {}, {}, {}, {}, AlertLevel::Warning, false, {}, {}, {}, {}},
            RaisePanic{a, b, {}, {}, {}, false, false, {}},
            CancelPanic{a, b},
            PutDevice{device},
            IssueCommand{a, b, "{}", std::chrono::seconds(5), 1},
            ReportCommand{a, CommandState::Succeeded, {}, b},
            CancelCommand{a},
            MarkChat{a, b, ChatReceipt::Kind::Read},
            NoteAudit{{a, b, {}, true, {}}},
            MarkSeen{a},
            SetStage{a, IncidentStage::OnScene, b},
            CloseAlert{a, 1, Disposition::Test, b},
            HandleAlert{AlertVerb::Shelve, a, 1, AlertLevel::Warning, b},
            TakeOutOfService{a, 1, {}, b},
            ReturnToService{a, b}};
}
} // namespace

class TestStreams : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyEventBelongsToItsStreams_data()
    {
        QTest::addColumn<EventBody>("body");
        QTest::addColumn<QStringList>("streams");
        const auto words = [](const char *list) { return QString::fromLatin1(list).split(QLatin1Char(' ')); };
        const QString van = QStringLiteral("van-1");
        const QString ada = QStringLiteral("ada");
        QTest::newRow("a device's alert")
            << EventBody(alertOf(AlertKind::Condition, van, {})) << words("alerts device/van-1");
        QTest::newRow("of a person's device")
            << EventBody(alertOf(AlertKind::Event, van, ada)) << words("alerts user/ada device/van-1");
        QTest::newRow("a panic") << EventBody(alertOf(AlertKind::Incident, ada, ada)) << words("alerts user/ada");
        QTest::newRow("a person's report")
            << EventBody(alertOf(AlertKind::Event, ada, ada)) << words("alerts user/ada");
        QTest::newRow("of nobody") << EventBody(alertOf(AlertKind::Event, {}, {})) << words("alerts");
        ChatMessage message;
        message.thread = QStringLiteral("incident/a1");
        QTest::newRow("chat") << EventBody(message) << words("chat/incident/a1");
        ChatReceipt receipt;
        receipt.thread = QStringLiteral("user/ada");
        QTest::newRow("receipt") << EventBody(receipt) << words("chat/user/ada");
        Device device;
        device.id = van;
        QTest::newRow("device") << EventBody(device) << words("devices device/van-1");
        Command command;
        command.deviceId = van;
        QTest::newRow("command") << EventBody(command) << words("commands device/van-1");
        QTest::newRow("audit") << EventBody(AuditRecord()) << words("audit");
    }
    void everyEventBelongsToItsStreams()
    {
        QFETCH(EventBody, body);
        QFETCH(QStringList, streams);
        QCOMPARE(streamsOf(body), streams);
    }

    void theSameBodyHasTheSameFingerprintAndNoOtherHas()
    {
        QSet<QByteArray> seen;
        for (const RequestBody &body : bodies()) {
            QCOMPARE(fingerprint(body).size(), 32);
            QCOMPARE(fingerprint(body), fingerprint(RequestBody(body)));
            seen.insert(fingerprint(body));
        }
        QCOMPARE(seen.size(), qsizetype(std::variant_size_v<RequestBody>));
    }

    void aTextMovedToTheNextFieldIsAnotherBody()
    {
        const QString ab = QStringLiteral("ab");
        const QString a = QStringLiteral("a");
        const QString b = QStringLiteral("b");
        QVERIFY(fingerprint(CancelPanic{ab, {}}) != fingerprint(CancelPanic{a, b}));
        QVERIFY(fingerprint(CancelPanic{{}, ab}) != fingerprint(CancelPanic{ab, {}}));
        RaisePanic there;
        there.position = Position{};
        QVERIFY(fingerprint(there) != fingerprint(RaisePanic()));
        RaisePanic silent;
        silent.silent = true;
        QVERIFY(fingerprint(silent) != fingerprint(RaisePanic()));
    }

    /// What is on disk must still mean the same after an upgrade.
    void fingerprintsDoNotChangeWithTheProgram()
    {
        QCOMPARE(fingerprint(CancelPanic{QStringLiteral("a1"), QStringLiteral("ada")}).toHex(),
                 QByteArray("6175f91d1a281e85149321238ac480a5cf80628080c7f85400d04f3ec6b0aa69"));
    }

    void sendersOfDifferentKindsDiffer()
    {
        QSet<QString> senders;
        for (const auto kind : {Actor::Kind::System, Actor::Kind::Operator, Actor::Kind::Device, Actor::Kind::User})
            senders.insert(requestSender({kind, QStringLiteral("7"), {}, QStringLiteral("session")}));
        QCOMPARE(senders.size(), 4);
        QCOMPARE(requestSender({Actor::Kind::Operator, QStringLiteral("dana"), {}, QStringLiteral("s1")}),
                 QStringLiteral("operator/dana"));
    }
};

QTEST_GUILESS_MAIN(TestStreams)
#include "test_streams.moc"
