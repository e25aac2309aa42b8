// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/PeopleDirectory.h"
#include "server/dialects/Rights.h"

#include <QtTest>

using namespace tocsin;

namespace {
const Role roles[] = {Role::Citizen, Role::Device, Role::Dispatcher, Role::Supervisor, Role::Admin};
}

/// Generated from the table that the server uses: role × act × own, owned and foreign object.
class TestRights : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyActHasOneRow();
    void theTableDecides_data();
    void theTableDecides();
    void theOpenPostureAllowsEverything();
    void nobodyOwnsWhatHasNoId();
    void theRowsThatMatterMost();
    void peopleAreFoundByAddressAndId_data();
    void peopleAreFoundByAddressAndId();
};

void TestRights::everyActHasOneRow()
{
    for (std::size_t i = 0; i < actCount; ++i) {
        QCOMPARE(std::count_if(rightsTable.begin(), rightsTable.end(), [i](const Right &r) { return r.act == Act(i); }),
                 1);
    }
    QVERIFY(reachOf(Role::Admin, Act(actCount)) == Reach::None);
}

void TestRights::theTableDecides_data()
{
    QTest::addColumn<int>("act");
    QTest::addColumn<int>("role");
    for (const Right &right : rightsTable) {
        for (const Role role : roles)
            QTest::addRow("act %d as %s", int(right.act), qPrintable(toString(role))) << int(right.act) << int(role);
    }
}

void TestRights::theTableDecides()
{
    QFETCH(int, act);
    QFETCH(int, role);
    const Reach reach = reachOf(Role(role), Act(act));
    const Principal who{QStringLiteral("me"), QStringLiteral("Me"), Role(role), false};
    const Subject self{QStringLiteral("me"), {}};
    const Subject owned{QStringLiteral("van-1"), {QStringLiteral("you"), QStringLiteral("me")}};
    const Subject foreign{QStringLiteral("van-2"), {QStringLiteral("you")}};
    const Subject nobodys{QStringLiteral("van-3"), {}};
    const auto allowed = [&](const Subject &object) { return isAllowed(Posture::Secure, who, Act(act), object); };
    QCOMPARE(allowed(self), reach != Reach::None);
    QCOMPARE(allowed(owned), reach == Reach::Own || reach == Reach::Any);
    QCOMPARE(allowed(foreign), reach == Reach::Any);
    QCOMPARE(allowed(nobodys), reach == Reach::Any);
}

void TestRights::theOpenPostureAllowsEverything()
{
    for (const Right &right : rightsTable) {
        for (const Role role : roles)
            QVERIFY(isAllowed(Posture::Open, {QStringLiteral("me"), {}, role, false}, right.act, {}));
    }
}

void TestRights::nobodyOwnsWhatHasNoId()
{
    const Principal nameless{QString(), QString(), Role::Citizen, false};
    for (const Right &right : rightsTable)
        QVERIFY(!isAllowed(Posture::Secure, nameless, right.act, {QString(), {QString()}}));
}

void TestRights::theRowsThatMatterMost()
{
    QVERIFY(reachOf(Role::Device, Act::FeedVehicle) == Reach::Self);
    QVERIFY(reachOf(Role::Device, Act::AcknowledgeAlert) == Reach::None);
    QVERIFY(reachOf(Role::Citizen, Act::WatchVehicle) == Reach::Own);
    QVERIFY(reachOf(Role::Citizen, Act::Chat) == Reach::Self);
    QVERIFY(reachOf(Role::Citizen, Act::ReadMetrics) == Reach::None);
    QVERIFY(reachOf(Role::Dispatcher, Act::AcknowledgeAlert) == Reach::Any);
    for (const Role role : roles)
        QVERIFY((reachOf(role, Act::ManageAccounts) == Reach::Any) == (role == Role::Admin));
}

void TestRights::peopleAreFoundByAddressAndId_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("secure");
    QTest::addColumn<QString>("open");
    const auto row = [](const QString &text, const char *secure, const char *open) {
        QTest::addRow("%s", qPrintable(text.left(40))) << text << QString::fromUtf8(secure) << QString::fromUtf8(open);
    };
    row(QStringLiteral("anna@example.org"), "anna", "anna");
    row(QStringLiteral(" Anna@Example.org "), "anna", "anna");
    row(QStringLiteral("anna"), "anna", "anna");
    row(QStringLiteral("ANNA"), "anna", "anna");
    row(QStringLiteral("Ben@Example.org"), "", "ben@example.org");
    row(QStringLiteral("Ben"), "", "Ben");
    row(QString(), "", "");
    row(QStringLiteral("  "), "", "");
    row(QStringLiteral("a/b"), "", "");
    row(QString(254, QLatin1Char('x')), "", "");
    row(QString(255, QLatin1Char('x')), "", "");
}

void TestRights::peopleAreFoundByAddressAndId()
{
    QFETCH(QString, text);
    AccountsSnapshot accounts;
    accounts.accounts.insert(QStringLiteral("anna"), {QStringLiteral("Anna"), Role::Citizen, false, {}});
    accounts.idByEmail.insert(QStringLiteral("anna@example.org"), QStringLiteral("anna"));
    const auto board = std::make_shared<AccountsBoard>();
    board->publish(std::make_shared<const AccountsSnapshot>(accounts));
    QTEST(PeopleDirectory(board, Posture::Secure).idOf(text), "secure");
    QTEST(PeopleDirectory(board, Posture::Open).idOf(text), "open");
}

QTEST_GUILESS_MAIN(TestRights)
#include "test_rights.moc"
