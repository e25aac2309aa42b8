// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// Frames as they came, the newest at the end; follows the end while it is in sight. A press copies a line.
Item {
    id: root

    required property FrameListModel frames
    property string emptyTitle: ""
    property string emptyDetail: ""

    ListView {
        id: list

        property bool follows: true

        anchors.fill: parent
        clip: true
        model: root.frames
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        reuseItems: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Frames")
        onMovementEnded: list.follows = list.atYEnd
        onCountChanged: list.follows ? list.positionViewAtEnd() : undefined

        ScrollBar.vertical: ScrollBar {
        }

        delegate: FrameRow {
            width: list.width
            onPicked: index => root.frames.copy(index)
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    EmptyState {
        anchors.fill: parent
        visible: list.count === 0
        title: root.frames.search.length > 0 ? qsTr("No frame holds “%1”").arg(root.frames.search) : root.emptyTitle
        detail: root.frames.search.length > 0 ? "" : root.emptyDetail
    }
}
