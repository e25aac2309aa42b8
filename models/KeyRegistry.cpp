// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/KeyRegistry.h"

#include <QKeySequence>

#include <algorithm>

namespace tocsin {

KeyRegistry::KeyRegistry(QObject *parent) : QAbstractListModel(parent)
{
    const auto add = [this](const char *id, const QString &group, const QString &title, const QStringList &sequences) {
        Action action;
        action.id = QString::fromLatin1(id);
        action.group = group;
        action.title = title;
        action.sequences = sequences;
        action.single = std::none_of(sequences.cbegin(), sequences.cend(),
                                     [](const QString &s) { return s.contains(QStringLiteral("Ctrl+")); });
        m_actions.append(action);
    };
    const QString alerts = tr("Alerts");
    add("acknowledge", alerts, tr("Acknowledge the selected alert"), {QStringLiteral("A")});
    add("acknowledgeAll", alerts, tr("Acknowledge all that are shown, with one comment"), {QStringLiteral("Shift+A")});
    add("silence", alerts, tr("Silence all that sounds, on every console"), {QStringLiteral("S")});
    add("shelve", alerts, tr("Shelve"), {QStringLiteral("H")});
    add("unshelve", alerts, tr("Unshelve"), {QStringLiteral("Shift+H")});
    add("claim", alerts, tr("Claim: say that you handle it"), {QStringLiteral("C")});
    add("release", alerts, tr("Release what you have claimed"), {QStringLiteral("Shift+C")});
    add("transfer", alerts, tr("Hand over to somebody"), {QStringLiteral("T")});
    add("comment", alerts, tr("Comment"), {QStringLiteral("N")});
    add("unacknowledge", alerts, tr("Take an acknowledge back"), {QStringLiteral("U")});
    add("reset", alerts, tr("Reset what is over and latched"), {QStringLiteral("R")});
    add("closeAlert", alerts, tr("Close with a disposition"), {QStringLiteral("X")});
    add("outOfService", alerts, tr("Take out of service"), {QStringLiteral("Shift+O")});
    add("returnToService", alerts, tr("Return to service"), {QStringLiteral("Shift+R")});
    add("undo", alerts, tr("Take the closing back, within a minute"), {QStringLiteral("Ctrl+Z")});
    // CursorKeys takes these for a list that has the focus.
    add("next", alerts, tr("Next alert, or next row of the list with the focus"),
        {QStringLiteral("J"), QStringLiteral("Down")});
    add("previous", alerts, tr("Previous alert, or row of that list"), {QStringLiteral("K"), QStringLiteral("Up")});
    add("first", alerts, tr("First alert, or row of that list"), {QStringLiteral("Home")});
    add("last", alerts, tr("Last alert, or row of that list"), {QStringLiteral("End")});
    const QString map = tr("Map");
    add("follow", map, tr("Follow the selected device, or stop"), {QStringLiteral("F")});
    add("unlockView", map, tr("Release the map's view"), {QStringLiteral("L")});
    add("fences", map, tr("Show or hide geofences"), {QStringLiteral("G")});
    add("zoomIn", map, tr("Zoom in"), {QStringLiteral("+"), QStringLiteral("=")});
    add("zoomOut", map, tr("Zoom out"), {QStringLiteral("-")});
    const QString incidents = tr("Incident");
    add("stage1", incidents, tr("Stage: contacting"), {QStringLiteral("1")});
    add("stage2", incidents, tr("Stage: dispatched"), {QStringLiteral("2")});
    add("stage3", incidents, tr("Stage: on scene"), {QStringLiteral("3")});
    add("stage4", incidents, tr("Stage: monitoring"), {QStringLiteral("4")});
    add("closeIncident", incidents, tr("Close with a disposition"), {QStringLiteral("5")});
    add("personWell", incidents, tr("The person is well"), {QStringLiteral("W")});
    add("logEntry", incidents, tr("Write into the log"), {QStringLiteral("E")});
    add("queueStrip", incidents, tr("Open or close the alert queue"), {QStringLiteral("Q")});
    const QString console = tr("Console");
    add("deskPage", console, tr("The desk"), {QStringLiteral("Ctrl+1")});
    add("alertsPage", console, tr("Alerts"), {QStringLiteral("Ctrl+4")});
    add("incidentsPage", console, tr("Incidents"), {QStringLiteral("Ctrl+5")});
    add("rulesPage", console, tr("The alert rules"), {QStringLiteral("Ctrl+Shift+R")});
    add("hardwarePage", console, tr("Hardware and connections"), {QStringLiteral("Ctrl+7")});
    add("handoverPage", console, tr("Hand over the shift"), {QStringLiteral("Ctrl+9")});
    add("search", console, tr("Search devices"), {QStringLiteral("/")});
    add("chat", console, tr("Write a message"), {QStringLiteral("M")});
    add("commands", console, tr("Give the selected device an order"), {QStringLiteral("O")});
    add("keySheet", console, tr("All keys"), {QStringLiteral("?")});
    add("clear", console, tr("Close, or clear search and filter"), {QStringLiteral("Esc")});
    m_actions.last().single = false; // leaves a text field, so it lives there too
}

int KeyRegistry::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> KeyRegistry::roleNames() const
{
    return {{ActionIdRole, "actionId"},   {ActionTitleRole, "actionTitle"}, {GroupRole, "group"},
            {SequencesRole, "sequences"}, {KeyTextRole, "keyText"},         {ActionEnabledRole, "actionEnabled"}};
}

QVariant KeyRegistry::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Action &action = m_actions[index.row()];
    switch (role) {
    case ActionIdRole:
        return action.id;
    case Qt::DisplayRole:
    case ActionTitleRole:
        return action.title;
    case GroupRole:
        return action.group;
    case SequencesRole:
        return action.sequences;
    case KeyTextRole:
        return keyText(action);
    case ActionEnabledRole:
        return isLive(action);
    default:
        return {};
    }
}

QString KeyRegistry::keyText(const Action &action)
{
    QStringList texts;
    for (const QString &sequence : action.sequences)
        texts.append(QKeySequence(sequence, QKeySequence::PortableText).toString(QKeySequence::NativeText));
    return texts.join(tr(" or "));
}

int KeyRegistry::find(const QString &actionId) const
{
    const auto it =
        std::find_if(m_actions.cbegin(), m_actions.cend(), [&](const Action &a) { return a.id == actionId; });
    return it == m_actions.cend() ? -1 : int(it - m_actions.cbegin());
}

void KeyRegistry::setTextFocus(bool textFocus)
{
    if (textFocus == m_textFocus)
        return;
    m_textFocus = textFocus;
    Q_EMIT textFocusChanged();
    Q_EMIT dataChanged(index(0), index(count() - 1), {ActionEnabledRole});
}

void KeyRegistry::trigger(const QString &actionId)
{
    const int at = find(actionId);
    if (at >= 0 && isLive(m_actions[at]))
        Q_EMIT triggered(actionId);
}

void KeyRegistry::setActionEnabled(const QString &actionId, bool enabled)
{
    const int at = find(actionId);
    if (at < 0 || m_actions[at].enabled == enabled)
        return;
    m_actions[at].enabled = enabled;
    Q_EMIT dataChanged(index(at), index(at), {ActionEnabledRole});
}

QString KeyRegistry::keyText(const QString &actionId) const
{
    const int at = find(actionId);
    return at < 0 ? QString() : keyText(m_actions[at]);
}

} // namespace tocsin
