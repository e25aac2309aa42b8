// SPDX-License-Identifier: GPL-3.0-or-later
// Not a test: saves pictures of the map, to be judged by eye.
//   show_map FOLDER CITY_JSON [light]
#include "tests/qml/map/MapWindow.h"

#include <QDir>
#include <QGuiApplication>
#include <QQmlComponent>
#include <QQmlContext>
#include <QQmlEngine>
#include <QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(Tocsin_Controls_MapPlugin)

using tocsin::map::MapPalette;

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 3)
        return 2;
    const QString prefix =
        QDir(arguments[1]).filePath(arguments.size() > 3 ? QStringLiteral("light-") : QStringLiteral("dark-"));
    MapWindow scene(1150, 590);
    QQmlEngine engine;
    qputenv("QML_IMPORT_TRACE", "1");
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.setObjectOwnership(scene.map, QQmlEngine::CppOwnership);
    engine.rootContext()->setContextProperty(QStringLiteral("mapView"), scene.map);
    QQmlComponent component(&engine);
    component.setData(
        "import QtQuick\nimport Tocsin.Controls.Map\nItem { anchors.fill: parent\n"
        "ScaleBar { view: mapView; anchors { left: parent.left; bottom: parent.bottom; margins: 12 } }\n"
        "MapAttribution { view: mapView; anchors { right: parent.right; bottom: parent.bottom; margins: 10 } }\n"
        "MapButtons { view: mapView; anchors { right: parent.right; top: parent.top; margins: 12 } } }",
        QUrl(QStringLiteral("qrc:/show/Extra.qml")));
    auto *extra = qobject_cast<QQuickItem *>(component.create());
    if (extra == nullptr) {
        qWarning().noquote() << component.errorString();
        return 1;
    }
    extra->setParentItem(scene.map);
    if (arguments.size() > 3)
        scene.map->colors()->setScheme(MapPalette::Light);

    scene.map->setGlide(false);
    scene.map->setOverlaySource(QUrl::fromLocalFile(arguments[2]));
    if (!scene.map->hasOverlay()) {
        qWarning().noquote() << scene.map->overlayError();
        return 1;
    }
    const double lat = scene.map->overlayCenter().latitude();
    const double lon = scene.map->overlayCenter().longitude();
    const auto at = [&](const char *id, double x, double y, double heading, int level = -1, int state = 0) {
        MarkerRows::Row row;
        row.id = QString::fromLatin1(id);
        row.latitude = lat + y * 0.01;
        row.longitude = lon + x * 0.01;
        row.heading = heading;
        row.alertLevel = level;
        row.alertState = state;
        return row;
    };
    QList<MarkerRows::Row> rows{at("Unit 01", -2, 0.4, 250),
                                at("Unit 02", -1.4, 1.1, 95),
                                at("Unit 05", -0.2, -0.7, 190),
                                at("Unit 07", 0.05, 0.1, 80, 1, 1),
                                at("Unit 09", 1.7, -0.55, 5),
                                at("Unit 11", -0.5, 1.5, 170),
                                at("Unit 12", 2.4, 0.5, 60),
                                at("Unit 04", 2.1, -0.2, 140, 2, 1),
                                at("Unit 08", -2.3, -0.6, 20),
                                at("Unit 03", 0.9, -0.1, 200, 2, 2),
                                at("Unit 06", -1.0, -0.3, 300, 1, 2),
                                at("Unit 10", 0.6, 1.2, 30, 0, 1),
                                at("Amir K.", -0.9, 0.6, MarkerRows::Unknown),
                                at("Lena S.", 0.35, -0.35, MarkerRows::Unknown, 1, 3),
                                at("Dana R.", 1.2, 0.7, MarkerRows::Unknown, 3, 1)};
    rows[8].stale = true;
    rows.last().name = QStringLiteral("Dana R. · panic 00:42");
    rows.last().accuracyM = 12;
    rows.last().detail = QStringLiteral("±12 m · fix 3 s ago · 64 %");
    for (int i = 0; i < 6; ++i) {
        rows.append(at("", 1.55 + 0.015 * i, 1.55 + 0.01 * (i % 3), 40 * i));
        rows.last().id = QStringLiteral("Unit %1").arg(20 + i);
    }
    scene.rows.reset(rows);
    scene.map->setMarkers(&scene.rows);
    scene.map->setDetailRole(QStringLiteral("detail"));
    scene.map->setSelectedId(QStringLiteral("Unit 07"));
    scene.map->setTrail({{lon - 0.0215, lat - 0.004},
                         {lon - 0.016, lat - 0.0022},
                         {lon - 0.008, lat - 0.0008},
                         {lon - 0.004, lat},
                         {lon + 0.0005, lat + 0.001}});
    const auto save = [&](const char *name) {
        scene.picture().save(prefix + QString::fromLatin1(name) + QStringLiteral(".png"));
    };
    scene.map->fitOverlay();
    save("city");
    scene.map->setView(lat + 0.002, lon, 14);
    save("z14");
    scene.map->setView(lat, lon + 0.002, 15.2);
    save("z15");
    scene.map->setView(lat - 0.002, lon - 0.004, 17);
    save("z17");
    scene.map->setView(lat, lon, 12);
    save("z12");
    scene.map->setView(lat, lon, 9.5);
    save("z09");
    scene.map->setView(40, -4, 6);
    save("country");
    scene.map->setView(50, 10, 4.2);
    save("continent");
    scene.map->setView(20, 10, 2);
    save("world");
    return 0;
}
