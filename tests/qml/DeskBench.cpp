// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/DeskBench.h"

#include "qml/PictureProvider.h"

#include <QTest>
#include <QtQml/qqmlextensionplugin.h>

#include <algorithm>

Q_IMPORT_QML_PLUGIN(Tocsin_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_Controls_MapPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_ModelsPlugin)
Q_IMPORT_QML_PLUGIN(Tocsin_UiPlugin)

namespace tocsin {

namespace {

QString accessibleName(QQuickItem *item)
{
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(item);
    return interface ? interface->text(QAccessible::Name) : QString();
}

bool isSeen(const QQuickItem *item)
{
    return item->isVisible() && item->width() > 0 && item->height() > 0;
}

} // namespace

DeskBench::DeskBench(Start start) : m_console(std::make_unique<Console>(m_link, scene::now, nullptr, QTimeZone(3600)))
{
    m_console->sound()->setOutput(&m_sound);
    m_engine.addImageProvider(PictureProvider::name(), new PictureProvider(m_console->pictureCache()));
    m_engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    m_engine.setInitialProperties(
        {{QStringLiteral("console"), QVariant::fromValue(m_console.get())}, {QStringLiteral("reducedMotion"), true}});
    m_engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Tocsin/Ui/Main.qml")));
    if (m_engine.rootObjects().isEmpty())
        return;
    m_window = qobject_cast<QQuickWindow *>(m_engine.rootObjects().constFirst());
    if (start == Start::Scene)
        scene::open(m_link);
    else
        scene::openEmpty(m_link);
    scene::answerHistory(m_link);
    m_window->requestActivate();
    // Without a window manager (Xvfb) nothing ever becomes active; pictures do not need it.
    const bool offscreen = QGuiApplication::platformName() == QLatin1String("offscreen");
    if (!QTest::qWaitForWindowExposed(m_window) || (offscreen && !QTest::qWaitForWindowActive(m_window)))
        m_window = nullptr;
}

DeskBench::~DeskBench() = default;

QQuickItem *DeskBench::find(const QString &name) const
{
    return findIn(m_window->contentItem(), name);
}

QQuickItem *DeskBench::findIn(QQuickItem *root, const QString &name)
{
    if (!isSeen(root) && root->parentItem())
        return nullptr;
    if (accessibleName(root).startsWith(name))
        return root;
    const QList<QQuickItem *> children = root->childItems();
    for (QQuickItem *child : children) {
        if (QQuickItem *found = findIn(child, name))
            return found;
    }
    return nullptr;
}

QList<QQuickItem *> DeskBench::seenItems() const
{
    QList<QQuickItem *> all{m_window->contentItem()};
    for (qsizetype i = 0; i < all.size(); ++i) {
        const QList<QQuickItem *> children = all[i]->childItems();
        std::copy_if(children.cbegin(), children.cend(), std::back_inserter(all), isSeen);
    }
    return all;
}

bool DeskBench::click(const QString &name)
{
    // Where it comes to rest: a layout may still be under way.
    constexpr int restsFor = 8;
    QPointF middle;
    int rests = 0;
    const auto isAtRest = [&] {
        const QQuickItem *item = find(name);
        const QPointF now = item ? item->mapToScene(QPointF(item->width() / 2, item->height() / 2)) : QPointF();
        rests = item && now == middle ? rests + 1 : 0;
        middle = now;
        return rests >= restsFor;
    };
    if (!QTest::qWaitFor(isAtRest))
        return false;
    QTest::mouseClick(m_window, Qt::LeftButton, Qt::NoModifier, middle.toPoint());
    return true;
}

void DeskBench::key(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QTest::keyClick(m_window, key, modifiers);
}

void DeskBench::type(const QString &text)
{
    for (const QChar letter : text)
        QTest::keyClick(m_window, letter.toLatin1());
}

QStringList DeskBench::alertRows() const
{
    return rowsOf(QStringLiteral("Alerts"));
}

QStringList DeskBench::deviceRows() const
{
    return rowsOf(QStringLiteral("Devices"));
}

QStringList DeskBench::rowsOf(const QString &list) const
{
    QList<std::pair<qreal, QString>> rows;
    const QList<QQuickItem *> all = seenItems();
    for (QQuickItem *view : all) {
        if (!view->inherits("QQuickListView") || accessibleName(view) != list)
            continue;
        for (int row = 0; row < view->property("count").toInt(); ++row) {
            QQuickItem *item = nullptr;
            QMetaObject::invokeMethod(view, "itemAtIndex", Q_RETURN_ARG(QQuickItem *, item), Q_ARG(int, row));
            if (item)
                rows.append({item->y(), accessibleName(item).section(QLatin1Char(','), 0, 0)});
        }
    }
    std::sort(rows.begin(), rows.end());
    QStringList names;
    for (const auto &[y, name] : rows)
        names.append(name);
    return names;
}

} // namespace tocsin
