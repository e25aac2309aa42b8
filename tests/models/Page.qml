// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQml
import QtQml.Models
import Tocsin.Models

QtObject {
    id: page

    required property Console desk
    property string names
    property string levels
    property bool pendingRow
    readonly property string figures: page.desk.server.deviceCount + " " + page.desk.threads.totalUnread + " "
        + page.desk.server.connectionText + " " + page.desk.clock.time + " " + page.desk.deviceList.count
    readonly property list<QtObject> parts: [page.desk.devices, page.desk.deviceList, page.desk.alerts, page.desk.queue,
        page.desk.threads, page.desk.chat, page.desk.gauges, page.desk.trend, page.desk.trend.first,
        page.desk.trend.second, page.desk.trail, page.desk.mapView, page.desk.server, page.desk.server.adapters,
        page.desk.clock, page.desk.notices, page.desk.keys, page.desk.selectedDevice, page.desk]
    /// What QML cannot read; empty when every property of every part has a value.
    readonly property string unreadable: {
        let names = [];
        for (let i = 0; i < page.parts.length; ++i) { // 6.4 cannot iterate it otherwise
            const part = page.parts[i];
            for (const name in part) {
                try {
                    if (part[name] === undefined)
                        names.push(name);
                } catch (error) {
                    names.push(name + ": " + error);
                }
            }
        }
        return names.join(", ");
    }

    property Instantiator rows: Instantiator {
        model: page.desk.deviceList
        delegate: QtObject {
            required property string name
            required property int alertLevel
            Component.onCompleted: page.names += name
        }
    }
    property Instantiator waiting: Instantiator {
        model: page.desk.queue
        delegate: QtObject {
            required property int level
            required property string ageText
            required property string detailText
            required property bool pending
            onPendingChanged: page.pendingRow = pending
            Component.onCompleted: page.levels += (level === AlertListModel.Critical ? "critical" : level) + " " + ageText + " " + detailText
        }
    }

    function press(): void {
        page.desk.selectDevice(page.desk.deviceList.deviceIdAt(0));
        page.desk.acknowledgeSelected();
        page.desk.queue.toggleLevelFilter(AlertListModel.Critical);
        page.desk.trend.window = TrendSource.OneHour;
    }
}
