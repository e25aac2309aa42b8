// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/AdapterConfig.h"
#include "hal/Scenario.h"
#include "tests/hal/Scenarios.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace tocsin;

class TestScenario : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theDemoIsRight()
    {
        const ScenarioResult result = readScenario(demoScenario);
        QCOMPARE(result.errors, QStringList());
        const Scenario &s = result.scenario;
        QCOMPARE(s.vehicles.size(), 12);
        QCOMPARE(s.phones.size(), 4);
        QCOMPARE(s.rig.size(), 4);
        QCOMPARE(s.vehicles[6].name, QStringLiteral("Unit 07"));
        QVERIFY(s.streets.size() > 100);
        QVERIFY(s.loopSeconds > 300);
        for (qsizetype i = 1; i < s.timeline.size(); ++i)
            QVERIFY(s.timeline[i - 1].at <= s.timeline[i].at);
    }

    void everyErrorIsNamedWithItsPath_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QStringList>("errors"); // each must begin like this
        const auto row = [](const char *name, const QByteArray &json, const QStringList &errors) {
            QTest::newRow(name) << json << errors;
        };
        const auto s = [](const char *t) { return QString::fromLatin1(t); };
        row("a right one", fake::smallTown(), {});
        row("empty", "", {s("line 1: not JSON")});
        row("torn", "{\n\"city\":\n{]", {s("line 3: not JSON")});
        row("a list", "[]", {s("file: must be an object")});
        row("no city", "{}", {s("city: must be an object")});
        row("wrong types", R"({"city":{"name":7,"center":[1],"streets":{}},"vehicles":3})",
            {s("city.name: must be a text"), s("city.center: must be [latitude, longitude]"),
             s("city.streets: must be a list"), s("vehicles: must be a list")});
        row("streets",
            R"({"city":{"name":"x","center":[0,0],"streets":[{"class":"lane","points":[[0,0]]},{"points":[[0,0],[0,200]]},5]}})",
            {s("city.streets[0].class: must be one of minor, major, motorway"),
             s("city.streets[0].points: needs at least 2"), s("city.streets[1].class: is missing"),
             s("city.streets[1].points[1]: lies beyond"), s("city.streets[2]: must be an object")});
        row("nothing to drive on",
            R"({"city":{"name":"x","center":[0,0],"streets":[]},"vehicles":[{"id":"a","name":"A"}]})",
            {s("city.streets: is empty")});
        row("ids",
            fake::smallTown(R"("rig":[{"name":"R","at":[0,0],"devices":[{"id":"van","name":"V","type":"gps"}]}])"),
            {s("rig[0].devices[0].id: \"van\" is used twice")});
        row("ranges and unknown names",
            fake::smallTown(
                R"("rig":[{"name":"R","at":[0,0],"devices":[{"id":"g","name":"G","type":"gps","hz":60,"colour":1}]}],"tmeline":[])"),
            {s("rig[0].devices[0].hz: 60 is not between"), s("rig[0].devices[0].colour: is not known"),
             s("tmeline: is not known")});
        row("timeline",
            fake::smallTown(
                R"("loop":60,"timeline":[{"at":60,"do":"chat","phone":"ann","text":""},{"at":-1,"do":"dance"},{"at":1,"do":"panic","phone":"van"},
              {"at":1,"do":"fault","device":"bus","kind":"crash","hold":1},{"at":1,"do":"fault","device":"ann","kind":"crash","hold":1},{"at":1,"do":"fault","device":"van","kind":"value","hold":1},
              {"at":1,"do":"fault","device":"van","kind":"trouble_code","hold":1},{"at":1,"do":"silence","device":"van"}])"),
            {s("timeline[0].at: lies behind"), s("timeline[0].text: must be"), s("timeline[1].at: -1 is not between"),
             s("timeline[1].do: must be one of"), s("timeline[1].device: is missing"),
             s("timeline[1].hold: is missing"), s("timeline[1].kind: is missing"),
             s("timeline[2].phone: there is no phone \"van\""), s("timeline[3].device: there is no \"bus\""),
             s("timeline[3].device: there is no vehicle"), s("timeline[4].device: there is no vehicle"),
             s("timeline[5].channel: is missing"), s("timeline[5].to: is missing"), s("timeline[6].code: is missing"),
             s("timeline[7].hold: is missing")});
    }
    void everyErrorIsNamedWithItsPath()
    {
        QFETCH(QByteArray, json);
        QFETCH(QStringList, errors);
        const ScenarioResult result = parseScenario(json);
        QVERIFY2(result.errors.size() == errors.size(), qPrintable(result.errors.join(QLatin1Char('\n'))));
        for (qsizetype i = 0; i < errors.size(); ++i)
            QVERIFY2(result.errors[i].startsWith(errors[i]),
                     qPrintable(result.errors[i] + QStringLiteral(" / ") + errors[i]));
        QCOMPARE(result.scenario.vehicles.isEmpty(), !errors.isEmpty()); // none of it is applied
    }

    void aHundredErrorsAreEnough()
    {
        QJsonArray many;
        for (int i = 0; i < 1000; ++i)
            many.append(i);
        const QJsonObject root{{QLatin1String("city"), QJsonObject{{QLatin1String("streets"), many}}}};
        QCOMPARE(parseScenario(QJsonDocument(root).toJson()).errors.size(), 101);
    }

    void aMissingFileIsAnError()
    {
        const QTemporaryDir dir;
        const ScenarioResult result = readScenario(dir.filePath(QStringLiteral("none.json")));
        QCOMPARE(result.errors.size(), 1);
        QVERIFY(result.errors[0].startsWith(QLatin1String("file: cannot be read")));
    }
};

QTEST_GUILESS_MAIN(TestScenario)
#include "test_scenario.moc"
