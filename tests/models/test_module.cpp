// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Console.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

#include <QApplication>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QQmlExtensionPlugin>
#include <QQuickItem>
#include <QQuickView>
#include <QTest>

Q_IMPORT_QML_PLUGIN(Tocsin_ModelsPlugin)

using namespace tocsin;
using namespace tocsin::samples;

/// The module as a page sees it: every type is known, every property has its type, enums have their names.
class TestModule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aPageReadsEveryProperty()
    {
        FakeDeskLink link;
        Console console(link, [] { return noon; }, nullptr, QTimeZone::utc());
        DeskSnapshot snapshot;
        snapshot.devices = {device("u7", "Unit 07")};
        snapshot.alerts = {alert("a", "u7", AlertLevel::Critical, noon - 75s)};
        link.open(snapshot);

        QQmlEngine engine;
        engine.addImportPath(s("qrc:/qt/qml"));
        QStringList warnings;
        connect(&engine, &QQmlEngine::warnings, this, [&](const QList<QQmlError> &errors) {
            for (const QQmlError &error : errors)
                warnings.append(error.toString());
        });
        QQmlComponent component(&engine);
        component.loadUrl(QUrl::fromLocalFile(QStringLiteral(TOCSIN_SOURCE_DIR "/tests/models/Page.qml")));
        const std::unique_ptr<QObject> page(
            component.createWithInitialProperties({{s("desk"), QVariant::fromValue(&console)}}));
        QVERIFY2(page, qPrintable(component.errorString()));
        QCOMPARE(page->property("names").toString(), s("Unit 07"));
        QCOMPARE(page->property("levels").toString(), s("critical 01:15 unacknowledged"));
        QCOMPARE(page->property("figures").toString(), s("1 0 open 12:00:00 1"));
        QCOMPARE(page->property("unreadable").toString(), QString());
        QVERIFY(QMetaObject::invokeMethod(page.get(), "press"));
        QCOMPARE(link.asked.size(), 1);
        QCOMPARE(console.queue()->levelFilter(), int(AlertListModel::Critical));
        QCOMPARE(page->property("pendingRow").toBool(), true);
        QCOMPARE(console.trend()->window(), TrendSource::OneHour);
        QVERIFY2(warnings.isEmpty(), qPrintable(warnings.join(QLatin1Char('\n'))));
    }

    void aChartInQmlShowsTheTrendWithItsBreaks()
    {
        TimePoint now = noon;
        FakeDeskLink link;
        Console console(link, [&] { return now; }, nullptr, QTimeZone::utc());
        DeskSnapshot snapshot;
        snapshot.devices = {device("u7", "Unit 07")};
        link.open(snapshot);
        console.selectDevice(s("u7"));

        QQuickView view;
        view.engine()->addImportPath(s("qrc:/qt/qml"));
        view.setInitialProperties({{s("trend"), QVariant::fromValue(console.trend())}});
        view.setSource(QUrl::fromLocalFile(QStringLiteral(TOCSIN_SOURCE_DIR "/tests/models/Chart.qml")));
        QVERIFY2(view.rootObject(), qPrintable(view.errors().isEmpty() ? QString() : view.errors().first().toString()));
        view.show();
        const auto count = [&] { return view.rootObject()->property("count").toInt(); };
        QCOMPARE(count(), 1);
        for (int i = 0; i < 120; ++i) {
            if (i > 40 && i < 60)
                continue;
            now = noon + i * 1s;
            link.hear({latest(s("u7"), now, {{channel::EngineRpm, 1500.0 + i * 20}})});
        }
        console.trend()->refresh(now);
        QCOMPARE(count(), 2);
        view.grabWindow(); // paints it without complaint
        console.clearSelection();
        QCOMPARE(count(), 1);
    }

    void noTypeCanBeMadeInQml_data()
    {
        QTest::addColumn<QString>("type");
        for (const char *type :
             {"Console", "DeviceListModel", "DeviceFilterModel", "AlertListModel", "AlertQueueModel", "ChatThreadModel",
              "ChatModel", "GaugeModel", "TrendSource", "TrendLine", "TrailModel", "ServerStatus", "AdapterListModel",
              "ConsoleClock", "NoticeModel", "KeyRegistry", "MapViewState", "SelectedDevice"})
            QTest::newRow(type) << s(type);
    }
    void noTypeCanBeMadeInQml()
    {
        QFETCH(QString, type);
        QQmlEngine engine;
        engine.addImportPath(s("qrc:/qt/qml"));
        QQmlComponent component(&engine);
        component.setData(s("import Tocsin.Models\n%1 {}").arg(type).toUtf8(), QUrl());
        QVERIFY(component.isError());
        QVERIFY2(!component.errorString().contains(s("is not a type")), qPrintable(component.errorString()));
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    TestModule test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_module.moc"
