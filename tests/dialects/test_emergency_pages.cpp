// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dialects/Fakes.h"

#include "server/dialects/emergency/EmergencyDialect.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tocsin;
using namespace std::chrono_literals;

namespace {

class NoContacts final : public ContactsPort
{
public:
    void contactsOf(const QString &, Reply reply) override { reply({ContactsAnswer::Code::Done, {}}); }
    void put(const EmergencyContact &, Reply reply) override { reply({}); }
    void remove(const QString &, qint64, Reply reply) override { reply({}); }
};

class NoAttachments final : public AttachmentPort
{
public:
    void put(const QByteArray &, Reply reply) override { reply({}); }
    void get(const QString &, Reply reply) override { reply({}); }
};

/// Holds alerts that the mirror has no more, and the fixes of one phone, a second apart.
class LongMemory final : public FakeArchive
{
public:
    void alerts(const AlertsQuery &query, std::function<void(const AlertsResult &)> reply) override
    {
        alertsAsked.append(query);
        AlertsResult result;
        for (const Alert &alert : closed) {
            if (query.alertId.isEmpty() || query.alertId == alert.id)
                result.alerts.append(alert);
        }
        reply(result);
    }
    void readings(const ReadingsQuery &query, std::function<void(const ReadingsResult &)> reply) override
    {
        readingsAsked.append(query);
        ReadingsResult result;
        for (int i = fixes - 1; i >= 0 && result.readings.size() < query.limit; --i) {
            const TimePoint at = firstFix + std::chrono::seconds(i);
            if (at <= query.to.value_or(TimePoint::max()))
                result.readings.append(Reading{query.deviceId, {}, at, {}, Position{37, -6, {}, {}, {}, {}}, {}});
        }
        reply(result);
    }
    QList<Alert> closed;
    int fixes = 0;
    TimePoint firstFix;
};

struct Rig
{
    explicit Rig(const QList<Alert> &open = {}, int fixes = 0)
    {
        archive.fixes = fixes; // before the start
        archive.firstFix = now - 1h;
        DeskSnapshot snapshot;
        snapshot.alerts = open;
        mirror.setSnapshot(snapshot);
        DialectOptions options;
        options.posture = Posture::Secure;
        options.clock = [this] { return now; };
        const DialectServices services{mirror, latest, sink, desk, archive};
        dialect = std::make_unique<EmergencyDialect>(
            options,
            EmergencyDialect::Parts{services, nullptr, std::make_shared<AccountsBoard>(), contacts, attachments});
    }
    /// Status and body.
    std::pair<int, QJsonObject> get(const QString &path, const char *who, Role role)
    {
        net::HttpRequest request;
        request.method = "GET";
        request.path = path;
        net::HttpResponse answer;
        answer.status = 0;
        dialect->http(request, somebody(QString::fromLatin1(who), role),
                      [&answer](net::HttpResponse response) { answer = std::move(response); });
        for (int i = 0; i < 5 && answer.status == 0; ++i)
            QCoreApplication::processEvents();
        return {answer.status, QJsonDocument::fromJson(answer.body).object()};
    }
    TimePoint now = fromEpochMillis(1'700'000'000'000);
    DeskMirror mirror;
    LatestValues latest;
    FakeSink sink;
    FakeDesk desk;
    LongMemory archive;
    NoContacts contacts;
    NoAttachments attachments;
    std::unique_ptr<EmergencyDialect> dialect;
};

Alert panicOf(const QString &id, const QString &who, TimePoint at)
{
    Alert alert = alertOf(id, who, AlertLevel::Emergency);
    alert.kind = AlertKind::Incident;
    alert.userId = who;
    alert.raisedAt = at;
    alert.incident.edit([](IncidentFacts &) {});
    return alert;
}

} // namespace

class TestEmergencyPages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anIncidentOfLongAgoIsOpenedByItsPersonAndByStaff()
    {
        Rig rig;
        Alert old = panicOf(QStringLiteral("old"), QStringLiteral("anna"), rig.now - std::chrono::days(90));
        old.cond = AlertCondition::Clear;
        old.acked = true;
        rig.archive.closed = {old};
        const QString page = QStringLiteral("/api/alerts/old/");
        QCOMPARE(rig.get(page, "ben", Role::Citizen).first, 403);
        const auto mine = rig.get(page, "anna", Role::Citizen);
        QCOMPARE(mine.first, 200);
        QCOMPARE(mine.second.value(QLatin1String("id")).toString(), QStringLiteral("old"));
        QCOMPARE(rig.get(page, "dora", Role::Dispatcher).first, 200);
        QCOMPARE(rig.get(QStringLiteral("/api/chat/old/messages/"), "anna", Role::Citizen).first, 200);
        QCOMPARE(rig.get(QStringLiteral("/api/chat/old/messages/"), "ben", Role::Citizen).first, 403);
        // One that never was is refused as a foreign one is, and staff are told that there is none.
        QCOMPARE(rig.get(QStringLiteral("/api/alerts/none/"), "anna", Role::Citizen).first, 403);
        QCOMPARE(rig.get(QStringLiteral("/api/alerts/none/"), "dora", Role::Dispatcher).first, 404);
    }

    void thePlacesOfALongPanicAreAllCountedAfterARestart()
    {
        const TimePoint now = fromEpochMillis(1'700'000'000'000);
        Rig rig({panicOf(QStringLiteral("long"), QStringLiteral("anna"), now - 2h)}, 2345);
        const auto counted = [&rig] {
            return rig.get(QStringLiteral("/api/alerts/long/"), "anna", Role::Citizen)
                .second.value(QLatin1String("location_count"))
                .toInt();
        };
        QCOMPARE(rig.get(QStringLiteral("/api/alerts/long/"), "anna", Role::Citizen).first, 200);
        QTRY_COMPARE(counted(), 2345);
        QCOMPARE(rig.archive.readingsAsked.size(), 3);
    }
};

QTEST_GUILESS_MAIN(TestEmergencyPages)
#include "test_emergency_pages.moc"
