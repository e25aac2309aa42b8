// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import Tocsin.Controls

/// Every control in every state, for eyes.
Rectangle {
    id: root

    readonly property list<int> levels: [Theme.Emergency, Theme.Critical, Theme.Warning, Theme.Info, Theme.Normal]

    width: 1440
    height: 900
    color: Theme.bg0

    Component.onCompleted: {
        chart.firstSeries.append(0, 1000);
        chart.firstSeries.append(100000, 3200);
        chart.firstSeries.append(200000, 4300);
        chart.firstSeries.append(300000, 3000);
        chart.secondSeries.append(0, 20);
        chart.secondSeries.append(150000, 60);
        chart.secondSeries.append(300000, 52);
    }

    Column {
        x: 24
        y: 24
        spacing: 16

        Row {
            spacing: 24

            Repeater {
                model: root.levels

                Row {
                    id: shapes

                    required property int modelData

                    spacing: 8

                    StateShape {
                        level: shapes.modelData
                        color: Theme.levelColor(shapes.modelData, Theme.scheme)
                    }

                    StateShape {
                        level: shapes.modelData
                        filled: false
                        color: Theme.levelColor(shapes.modelData, Theme.scheme)
                    }

                    StateShape {
                        width: 40
                        height: 40
                        level: shapes.modelData
                        color: Theme.levelColor(shapes.modelData, Theme.scheme)
                    }

                    StateShape {
                        width: 40
                        height: 40
                        level: shapes.modelData
                        filled: false
                        color: Theme.levelColor(shapes.modelData, Theme.scheme)
                    }
                }
            }
        }

        Row {
            spacing: 12

            ArcGauge {
                label: "Engine speed"
                value: 4180
                valueText: "4 180"
                unit: "rpm"
                maximum: 6000
                warningHigh: 4000
                age: "0.2 s"
            }

            ArcGauge {
                label: "Oil pressure"
                value: 14
                valueText: "14"
                unit: "psi"
                maximum: 80
                criticalLow: 20
                warningLow: 28
                age: "0.2 s"
            }

            ArcGauge {
                label: "Coolant"
                value: 91
                valueText: "91"
                unit: "°C"
                minimum: 40
                maximum: 130
                warningHigh: 105
                criticalHigh: 115
                age: "0.2 s"
            }

            ArcGauge {
                label: "Fuel"
                value: 41
                valueText: "41"
                unit: "%"
                maximum: 100
                age: "4 min"
                stale: true
            }

            ArcGauge {
                label: "Battery"
                value: NaN
                valueText: "–"
                unit: "V"
                minimum: 9
                maximum: 16
                age: "–"
            }

            ArcGauge {
                label: "Odometer"
                value: 123456
                valueText: "123 456"
                unit: "km"
                dial: false
                age: "3 s"
            }

            ArcGauge {
                height: 112
                width: 120
                label: "Speed"
                value: 52
                valueText: "52"
                unit: "km/h"
                maximum: 140
                age: "0.2 s"
            }
        }

        Row {
            spacing: 12

            PushButton {
                text: "Normal"
                description: "What it does"
            }

            PushButton {
                text: "Primary"
                kind: PushButton.Primary
                shortcutHint: "A"
            }

            PushButton {
                text: "Danger"
                kind: PushButton.Danger
            }

            PushButton {
                text: "Off"
                enabled: false
            }

            PushButton {
                iconName: "search"
                description: "Search"
            }

            Chip {
                text: "Help is on the way"
            }

            Chip {
                text: "Checked"
                checked: true
            }

            Badge {
                count: 3
            }

            Badge {
                count: 120
                tone: Theme.emergencyTint
            }

            KeyHint {
                text: "A"
            }

            KeyHint {
                text: "Ctrl+1"
            }
        }

        Row {
            spacing: 12

            TextInputField {
                placeholderText: "Search name, IMEI, tag"
                iconName: "search"
            }

            TextInputField {
                text: "with text"
            }

            SegmentedControl {
                segments: ["All", "Alerting 3", "Silent 1"]
                onPicked: index => currentIndex = index
            }
        }

        Row {
            spacing: 12

            Repeater {
                model: ["desk", "map", "devices", "alerts", "incidents", "chat", "hardware", "replay", "reports", "settings", "search", "close", "plus", "minus", "follow", "lock", "fit", "arrow-up", "arrow-down", "send", "check", "keyboard", "signal-lost"]

                IconItem {
                    required property string modelData

                    name: modelData
                    width: 24
                    height: 24
                    color: Theme.text2
                }
            }
        }

        Card {
            width: 900
            height: 200

            TrendChart {
                id: chart

                anchors.fill: parent
                anchors.margins: 12
                hasFirst: true
                hasSecond: true
                from: 0
                to: 300000
                fromText: "14:02"
                middleText: "14:04"
                toText: "14:06"
                firstMaximum: 6000
                secondMaximum: 80
                limit: 4000
                limitLabel: "limit 4 000"
            }
        }

        Panel {
            width: 400
            height: 80

            PanelHeader {
                width: parent.width
                title: "Alerts"
                detail: "4 waiting · 2 acknowledged"

                Chip {
                    text: "critical"
                }
            }
        }

        Row {
            spacing: 24

            TextLabel {
                text: "0123456789 1111 0000 14:06:21 −12.5 °C"
            }

            TextLabel {
                text: "0123456789 1111 0000"
                font.weight: Font.DemiBold
                font.pixelSize: Theme.fontFigure
            }
        }
    }
}
