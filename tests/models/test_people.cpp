// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Console.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QSignalSpy>
#include <QTest>

using namespace tocsin;
using namespace tocsin::samples;

namespace {
OnlinePerson person(const char *id, const char *name, Role role = Role::Dispatcher, TimePoint since = noon)
{
    return {s(id), s(name), role, since};
}
} // namespace

class TestPeople : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void staffIsListedAndWhoSitsHereComesFirst()
    {
        FakeDeskLink link; // M. Ortiz sits here
        Console console(link, [] { return noon; }, nullptr, QTimeZone::utc());
        PeopleModel &people = *console.people();
        QAbstractItemModelTester tester(&people);
        QSignalSpy counts(&people, &PeopleModel::countChanged);
        QCOMPARE(people.summary(), s("nobody is on shift"));
        Q_EMIT link.people({person("dana", "Dana van der Berg", Role::Supervisor, noon - 26h), person("mo", "M. Ortiz"),
                            person("anna", "Anna", Role::Citizen), person("rig", "Rig", Role::Device)});
        QCOMPARE(people.count(), 2);
        QCOMPARE(counts.count(), 1);
        QCOMPARE(column(people, "personName"), s("M. Ortiz Dana van der Berg"));
        QCOMPARE(column(people, "initials"), s("MO DB"));
        QCOMPARE(show(people, 0, "you").toBool(), true);
        QCOMPARE(show(people, 1, "you").toBool(), false);
        QCOMPARE(show(people, 1, "roleText").toString(), s("supervisor"));
        QCOMPARE(show(people, 0, "sinceText").toString(), s("12:00"));
        QVERIFY(show(people, 1, "sinceText").toString().endsWith(s("2026 10:00"))); // yesterday: with the date
        QCOMPARE(people.summary(), s("2 on shift: You, Dana van der Berg"));
        link.setState(DeskLink::State::Reconnecting);
        QCOMPARE(people.count(), 2); // the last picture
        Q_EMIT link.people({});
        QCOMPARE(people.count(), 0);
    }

    void whatSomebodyHandlesIsWhatHeAcknowledgedAndIsOpen()
    {
        FakeDeskLink link;
        Console console(link, [] { return noon; }, nullptr, QTimeZone::utc());
        link.start();
        Q_EMIT link.people({person("mo", "M. Ortiz"), person("dana", "Dana")});
        PeopleModel &people = *console.people();
        QSignalSpy changes(&people, &PeopleModel::dataChanged);
        Alert one = alert("a-1", "van-1", AlertLevel::Warning);
        one.sourceName = s("Unit 1");
        link.publish(one);
        QCOMPARE(show(people, 0, "handles").toInt(), 0);
        one.acked = true;
        one.ackedBy = s("Dana");
        ++one.revision;
        link.publish(one, AlertVerb::Acknowledge);
        QCOMPARE(show(people, 1, "handlesText").toString(), s("Unit 1"));
        QCOMPARE(changes.count(), 1);
        one.cond = AlertCondition::Clear;
        ++one.revision;
        link.publish(one, AlertVerb::Return);
        QCOMPARE(show(people, 1, "handles").toInt(), isOpen(one) ? 1 : 0);
        QCOMPARE(show(people, 0, "handles").toInt(), 0);
    }

    void limitsThatTheDeskTellsAreDrawn()
    {
        FakeDeskLink link;
        Console console(link, [] { return noon; }, nullptr, QTimeZone::utc());
        DeskSnapshot state;
        state.devices = {device("van", "Van")};
        link.open(state);
        LatestReading reading;
        reading.deviceId = s("van");
        reading.channels.insert(channel::EngineRpm, {2500.0, noon});
        link.hear({reading});
        console.selectDevice(s("van"));
        QCOMPARE(show(*console.gauges(), 0, "warnHigh").toDouble(), 4000.0); // built in
        QCOMPARE(show(*console.gauges(), 0, "valueState").toInt(), int(GaugeModel::Normal));
        ChannelBand band;
        band.channel = channel::EngineRpm;
        band.criticalHigh = 2000;
        Q_EMIT link.limits({band});
        QCOMPARE(show(*console.gauges(), 0, "hasWarnHigh").toBool(), false);
        QCOMPARE(show(*console.gauges(), 0, "criticalHigh").toDouble(), 2000.0);
        QCOMPARE(show(*console.gauges(), 0, "valueState").toInt(), int(GaugeModel::Critical));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestPeople test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_people.moc"
