// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls
import Tocsin.Models

/// The adapters: what each is, how it does, what it has read and could not read.
Item {
    id: root

    required property ServerStatus server

    ListView {
        id: list

        anchors.fill: parent
        clip: true
        opacity: root.server.live ? 1 : 0.6
        model: root.server.adapters
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Adapters")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: AdapterRow {
            width: list.width
        }

        FocusRing {
            shown: list.activeFocus
            radius: 0
        }
    }

    EmptyState {
        anchors.fill: parent
        visible: list.count === 0
        trouble: !root.server.live
        title: root.server.live ? qsTr("No adapter is configured") : root.server.absenceTitle
        detail: root.server.live ? qsTr("A GPS receiver: --serial\nA simulation: --simulate\nA recording: --replay") : root.server.absenceText
    }
}
