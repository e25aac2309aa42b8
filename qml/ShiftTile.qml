// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Tocsin.Controls
import Tocsin.Models

/// Who is on shift, as circles. Press: each with name, role, since when, and what that person handles.
T.AbstractButton {
    id: root

    required property PeopleModel people
    /// Who sits here, shown beside the circles where there is room.
    required property string name
    property bool nameShown: true
    /// false: it is who was there when the connection was lost.
    property bool live: true
    required property Handover handover
    /// Of the hand-over page.
    property string keyText: ""

    readonly property int most: 4

    signal handoverAsked

    implicitWidth: implicitContentWidth
    implicitHeight: 34
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    opacity: root.live ? 1 : 0.6
    Accessible.role: Accessible.Button
    Accessible.name: root.people.count > 0 ? root.people.summary : qsTr("You are %1").arg(root.name)
    Accessible.description: qsTr("Shows who is on shift and what each handles")
    onClicked: popup.opened ? popup.close() : popup.open()

    contentItem: Item {
        implicitWidth: children[0].implicitWidth

        Row {
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.grid

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.nameShown && root.name.length > 0
                rightPadding: Theme.grid
                width: Math.min(implicitWidth, 130)
                text: root.name
                color: Theme.text2
            }

            PushButton {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.handover.incoming.count > 0
                implicitHeight: 30
                kind: PushButton.Primary
                text: root.handover.incomingText
                description: qsTr("Look at what is handed over to you")
                onClicked: root.handoverAsked()
            }

            PersonCircle {
                visible: root.people.count === 0
                initials: ""
                you: true
            }

            Repeater {
                model: root.people

                PersonCircle {
                    required property int index

                    visible: index < root.most
                }
            }

            TextLabel {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.people.count > root.most
                text: qsTr("+%1").arg(root.people.count - root.most)
                color: Theme.text2
            }
        }
    }

    background: Item {
        FocusRing {
            shown: root.visualFocus
        }
    }

    Tooltip {
        shown: root.hovered && !popup.opened
        text: root.people.summary
    }

    PeoplePopup {
        id: popup

        x: root.width - width
        y: root.height + 3 * Theme.grid
        people: root.people
        live: root.live
        progressText: root.handover.progressText
        keyText: root.keyText
        onHandoverAsked: {
            popup.close();
            root.handoverAsked();
        }
    }
}
