// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// One alert: what it says, what to do, its value around the violation, what can be done, everything that happened to it.
Panel {
    id: root

    required property Console console

    readonly property AlertDesk desk: root.console.alertDesk
    readonly property AlertDetail detail: root.desk.detail
    readonly property bool some: root.detail.alertId.length > 0
    readonly property int themeLevel: root.detail.level + 1
    readonly property bool waits: root.detail.alertState === AlertListModel.Unacknowledged || root.detail.alertState === AlertListModel.ReturnedUnacknowledged

    PanelHeader {
        id: header

        width: parent.width
        visible: root.some
        title: root.detail.who
        detail: root.detail.code

        leading: StateShape {
            width: 18
            height: 18
            level: root.themeLevel
            filled: root.waits
            strokeWidth: 2
            color: Theme.levelColor(root.themeLevel, Theme.scheme)
        }

        SimTag {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.detail.simulated
        }

        TextLabel {
            anchors.verticalCenter: parent.verticalCenter
            text: root.detail.ageText
            font.weight: Font.DemiBold
        }
    }

    // Not a list with a header: Qt 6.4 cannot make one out of a bound component.
    Flickable {
        id: log

        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        visible: root.some
        clip: true
        opacity: root.console.server.live ? 1 : 0.6
        contentHeight: content.height
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("What happened to it")
        onAtYEndChanged: if (log.atYEnd && log.contentY > 0)
            root.detail.log.more()
        Keys.onShortcutOverride: event => event.accepted = event.key === Qt.Key_Up || event.key === Qt.Key_Down
        Keys.onUpPressed: log.flick(0, 900)
        Keys.onDownPressed: log.flick(0, -900)

        ScrollBar.vertical: ScrollBar {
        }

        Column {
            id: content

            width: log.width

            Item {
                width: parent.width
                height: 3 * Theme.grid
            }

            TextLabel {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                text: root.detail.message.length > 0 ? root.detail.message : root.detail.title
                font.pixelSize: Theme.fontLarge
                font.weight: Font.DemiBold
                wrapMode: Text.Wrap
                maximumLineCount: 4
            }

            TextLabel {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                topPadding: Theme.grid
                text: root.detail.busyText.length > 0 ? qsTr("%1, waiting for the desk …").arg(root.detail.busyText) : root.detail.stateText
                font.italic: root.detail.busyText.length > 0
                color: Theme.text2
                wrapMode: Text.Wrap
                maximumLineCount: 5
            }

            TextLabel {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                topPadding: Theme.grid
                visible: text.length > 0
                text: root.detail.escalationText
                color: Theme.warning
            }

            AlertHint {
                width: parent.width
                shown: root.detail.offerText.length > 0
                text: root.detail.offerText
                buttonText: root.detail.offeredByMe ? qsTr("Withdraw") : qsTr("Take over")
                onPressed: root.desk.actOn(root.detail.offeredByMe ? AlertVerbs.Withdraw : AlertVerbs.Claim, root.detail.alertId)
            }

            AlertHint {
                width: parent.width
                shown: root.detail.chattering
                text: qsTr("It comes and goes: one alert, one sound for all of it.")
                buttonText: root.detail.shelvable ? qsTr("Shelve …") : ""
                onPressed: root.desk.actOn(AlertVerbs.Shelve, root.detail.alertId)
            }

            Flow {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                topPadding: 3 * Theme.grid
                bottomPadding: 3 * Theme.grid
                spacing: 6

                Repeater {
                    model: root.detail.verbs

                    PushButton {
                        required property int verb
                        required property string verbText
                        required property string actionId
                        required property bool possible
                        required property string whyNot
                        required property bool primary

                        implicitHeight: 28
                        enabled: possible
                        kind: primary ? PushButton.Primary : PushButton.Normal
                        text: verbText
                        description: whyNot
                        shortcutHint: actionId.length > 0 ? root.console.keys.keyText(actionId) : ""
                        onClicked: root.desk.actOn(verb, root.detail.alertId)
                    }
                }
            }

            Rectangle {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                height: guide.height
                visible: root.detail.guidance.length > 0 || root.detail.steps.length > 0
                color: Theme.bg2
                radius: Theme.radius

                Column {
                    id: guide

                    x: 3 * Theme.grid
                    width: parent.width - 6 * Theme.grid
                    topPadding: 2 * Theme.grid
                    bottomPadding: 2 * Theme.grid
                    spacing: Theme.grid

                    TextLabel {
                        text: qsTr("What to do")
                        font.weight: Font.DemiBold
                    }

                    TextLabel {
                        width: parent.width
                        visible: root.detail.guidance.length > 0
                        text: root.detail.guidance
                        wrapMode: Text.Wrap
                        maximumLineCount: 20
                    }

                    Repeater {
                        model: root.detail.steps

                        TextLabel {
                            required property string modelData
                            required property int index

                            width: guide.width
                            text: qsTr("%1. %2").arg(index + 1).arg(modelData)
                            wrapMode: Text.Wrap
                            maximumLineCount: 4
                        }
                    }
                }
            }

            Item {
                width: parent.width
                height: 3 * Theme.grid
            }

            Rectangle {
                x: 3 * Theme.grid
                width: parent.width - 6 * Theme.grid
                height: 204
                visible: root.detail.chart.possible
                color: Theme.bg2
                radius: Theme.radius

                TextLabel {
                    x: 3 * Theme.grid
                    y: 2 * Theme.grid
                    text: root.detail.chart.line.caption
                    font.weight: Font.DemiBold
                }

                TextLabel {
                    anchors.right: parent.right
                    anchors.rightMargin: 3 * Theme.grid
                    y: 2 * Theme.grid
                    text: root.detail.limitText.length > 0 ? qsTr("%1, %2").arg(root.detail.valueText).arg(root.detail.limitText) : root.detail.valueText
                    color: Theme.text2
                }

                AlertChartView {
                    anchors.fill: parent
                    anchors.topMargin: 30
                    anchors.leftMargin: 2 * Theme.grid
                    anchors.rightMargin: 3 * Theme.grid
                    anchors.bottomMargin: Theme.grid
                    source: root.detail.chart
                    tone: Theme.levelColor(root.themeLevel, Theme.scheme)
                }
            }

            Item {
                width: parent.width
                height: 2 * Theme.grid
            }

            Repeater {
                model: root.detail.facts

                FactRow {
                    width: log.width
                }
            }

            PushButton {
                x: 3 * Theme.grid
                implicitHeight: 26
                kind: PushButton.Quiet
                text: qsTr("Only alerts of %1").arg(root.detail.who)
                onClicked: root.desk.pickSource(root.detail.alertId)
            }

            PanelHeader {
                width: parent.width
                title: qsTr("Log")
                detail: root.detail.log.loading ? qsTr("fetching …") : root.detail.log.problem.length > 0 ? root.detail.log.problem : root.detail.log.count > 0 ? qsTr("newest first") : qsTr("nothing is recorded")

                PushButton {
                    implicitHeight: 26
                    visible: root.detail.log.problem.length > 0
                    text: qsTr("Try again")
                    onClicked: root.detail.log.more()
                }
            }

            Repeater {
                model: root.detail.log

                AlertLogRow {
                    width: content.width
                }
            }

            Item {
                width: content.width
                height: 44
                visible: !root.detail.log.complete && !root.detail.log.loading && root.detail.log.count > 0

                PushButton {
                    anchors.centerIn: parent
                    implicitHeight: 26
                    kind: PushButton.Quiet
                    text: qsTr("Older")
                    onClicked: root.detail.log.more()
                }
            }
        }
    }

    FocusRing {
        anchors.fill: log
        shown: log.activeFocus
        radius: 0
    }

    EmptyState {
        anchors.fill: parent
        visible: !root.some
        title: qsTr("No alert is selected")
        detail: qsTr("What to do, the value around the violation and the log of one stand here.")
    }
}
