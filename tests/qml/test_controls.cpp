// SPDX-License-Identifier: GPL-3.0-or-later
// Runs controls/tst_*.qml. Its own main: Qt Charts needs a QApplication.

#include <QApplication>
#include <QQmlEngine>
#include <QtQml/qqmlextensionplugin.h>
#include <QtQuickTest/quicktest.h>

Q_IMPORT_QML_PLUGIN(Tocsin_ControlsPlugin)

class Setup : public QObject
{
    Q_OBJECT
public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine) { engine->addImportPath(QStringLiteral("qrc:/qt/qml")); }
};

int main(int argc, char *argv[])
{
    const QApplication app(argc, argv);
    Setup setup;
    return quick_test_main_with_setup(argc, argv, "controls", TOCSIN_SOURCE_DIR "/tests/qml/controls", &setup);
}

#include "test_controls.moc"
