// SPDX-License-Identifier: GPL-3.0-or-later
pragma ComponentBehavior: Bound

import QtQuick
import QtTest
import Tocsin.Controls

TestCase {
    id: root

    name: "Controls"
    when: windowShown
    width: 600
    height: 400
    visible: true

    Component {
        id: buttonComponent

        PushButton {
        }
    }

    Component {
        id: segmentsComponent

        SegmentedControl {
            width: 300
            segments: ["All", "Alerting 3", "Silent 1"]
            onPicked: index => currentIndex = index
        }
    }

    Component {
        id: fieldComponent

        TextInputField {
            placeholderText: "Search"
        }
    }

    Component {
        id: gaugeComponent

        ArcGauge {
            width: 176
            height: 160
            label: "Engine speed"
            value: 0
            valueText: "–"
            unit: "rpm"
            maximum: 6000
        }
    }

    Component {
        id: badgeComponent

        Badge {
        }
    }

    Component {
        id: chipComponent

        Chip {
            text: "Help is on the way"
        }
    }

    Component {
        id: chartComponent

        TrendChart {
            width: 500
            height: 200
            hasFirst: true
            from: 0
            to: 1000
        }
    }

    Component {
        id: listComponent

        ListView {
            id: list

            property alias bar: scrollBar

            width: 100
            height: 100
            delegate: Item {
                width: 100
                height: 30
            }

            ScrollBar.vertical: ScrollBar {
                id: scrollBar
            }
        }
    }

    Component {
        id: headerComponent

        PanelHeader {
            title: "Devices"
            detail: "a detail that is much too long for the room that it has"
        }
    }

    Component {
        id: iconComponent

        IconItem {
        }
    }

    Component {
        id: spyComponent

        SignalSpy {
        }
    }

    function test_a_button_answers_to_pointer_and_keyboard() {
        const button = createTemporaryObject(buttonComponent, root, {
            text: "Acknowledge"
        });
        const spy = createTemporaryObject(spyComponent, root, {
            target: button,
            signalName: "clicked"
        });
        button.forceActiveFocus(Qt.TabFocusReason);
        verify(button.visualFocus);
        keyClick(Qt.Key_Space);
        compare(spy.count, 1);
        mouseClick(button);
        compare(spy.count, 2);
        button.enabled = false;
        mouseClick(button);
        compare(spy.count, 2);
    }

    function test_a_button_always_has_a_name_to_read_aloud_data() {
        return [
            {
                tag: "text",
                properties: {
                    text: "Send",
                    description: "Sends the message"
                },
                name: "Send"
            },
            {
                tag: "icon alone",
                properties: {
                    iconName: "send",
                    description: "Sends the message"
                },
                name: "Sends the message"
            }
        ];
    }

    function test_a_button_always_has_a_name_to_read_aloud(row) {
        const button = createTemporaryObject(buttonComponent, root, row.properties);
        compare(button.Accessible.name, row.name);
        verify(button.width >= button.height);
    }

    function test_segments_are_picked_by_pointer_and_arrows() {
        const control = createTemporaryObject(segmentsComponent, root);
        mouseClick(control, control.width - 20, control.height / 2);
        compare(control.currentIndex, 2);
        control.forceActiveFocus();
        keyClick(Qt.Key_Left);
        compare(control.currentIndex, 1);
        keyClick(Qt.Key_Left);
        keyClick(Qt.Key_Left);
        compare(control.currentIndex, 0);
        keyClick(Qt.Key_Right);
        compare(control.currentIndex, 1);
    }

    function test_a_field_takes_text_and_lets_go_with_escape() {
        const field = createTemporaryObject(fieldComponent, root);
        const spy = createTemporaryObject(spyComponent, root, {
            target: field,
            signalName: "dismissed"
        });
        mouseClick(field);
        verify(field.activeFocus);
        keyClick(Qt.Key_A);
        keyClick(Qt.Key_J);
        compare(field.text, "aj");
        keyClick(Qt.Key_Escape);
        compare(spy.count, 1);
        compare(field.Accessible.name, "Search");
    }

    function test_a_gauge_is_grey_unless_a_limit_is_broken_data() {
        return [
            {
                tag: "normal",
                value: 3000,
                level: Theme.Normal
            },
            {
                tag: "at the limit",
                value: 4000,
                level: Theme.Normal
            },
            {
                tag: "just past it",
                value: 4000.1,
                level: Theme.Warning
            },
            {
                tag: "past the critical one",
                value: 5001,
                level: Theme.Critical
            },
            {
                tag: "below the lower warning",
                value: 499,
                level: Theme.Warning
            },
            {
                tag: "below the lower critical",
                value: 99,
                level: Theme.Critical
            },
            {
                tag: "above the scale",
                value: 9000,
                level: Theme.Critical
            },
            {
                tag: "unknown",
                value: NaN,
                level: Theme.Normal
            },
            {
                tag: "infinite",
                value: Infinity,
                level: Theme.Critical
            }
        ];
    }

    function test_a_gauge_is_grey_unless_a_limit_is_broken(row) {
        const gauge = createTemporaryObject(gaugeComponent, root, {
            value: row.value,
            criticalLow: 100,
            warningLow: 500,
            warningHigh: 4000,
            criticalHigh: 5000
        });
        compare(gauge.level, row.level);
        compare(gauge.abnormal, row.level !== Theme.Normal);
        compare(gauge.tone, row.level === Theme.Normal ? Theme.text2 : Theme.levelColor(row.level, Theme.scheme));
    }

    function test_a_stale_gauge_loses_its_colour() {
        const gauge = createTemporaryObject(gaugeComponent, root, {
            value: 5000,
            warningHigh: 4000,
            stale: true,
            age: "4 min"
        });
        compare(gauge.tone, Theme.text3);
        verify(gauge.Accessible.description.includes("4 min"));
    }

    function test_a_gauge_without_limits_is_never_abnormal() {
        const gauge = createTemporaryObject(gaugeComponent, root, {
            value: 1e9
        });
        compare(gauge.level, Theme.Normal);
    }

    function test_a_badge_shows_only_what_there_is_data() {
        return [
            {
                tag: "none",
                count: 0,
                visible: false
            },
            {
                tag: "one",
                count: 1,
                visible: true
            },
            {
                tag: "many",
                count: 1234,
                visible: true
            }
        ];
    }

    function test_a_badge_shows_only_what_there_is(row) {
        const badge = createTemporaryObject(badgeComponent, root, {
            count: row.count
        });
        compare(badge.visible, row.visible);
        verify(badge.width < 40);
    }

    function test_a_chip_is_a_button() {
        const chip = createTemporaryObject(chipComponent, root);
        const spy = createTemporaryObject(spyComponent, root, {
            target: chip,
            signalName: "clicked"
        });
        mouseClick(chip);
        compare(spy.count, 1);
        compare(chip.Accessible.name, "Help is on the way");
    }

    function test_the_plot_fills_the_chart() {
        const chart = createTemporaryObject(chartComponent, root, {
            firstMaximum: 6000
        });
        const widthAlone = chart.plotRect.width;
        verify(widthAlone > 0.85 * chart.width);
        verify(chart.plotRect.height > 0.75 * chart.height);
        chart.hasSecond = true;
        verify(chart.plotRect.width < widthAlone);
        chart.firstSeries.append(0, 1);
        compare(chart.firstSeries.count, 1);
    }

    function test_a_limit_outside_the_axis_is_not_drawn() {
        const chart = createTemporaryObject(chartComponent, root, {
            firstMinimum: 0,
            firstMaximum: 100,
            limit: 50
        });
        verify(chart.limitShown);
        chart.limit = 101;
        verify(!chart.limitShown);
        chart.limit = NaN;
        verify(!chart.limitShown);
    }

    function test_a_scroll_bar_shows_only_when_there_is_more_data() {
        return [
            {
                tag: "none",
                rows: 0,
                visible: false
            },
            {
                tag: "fits",
                rows: 3,
                visible: false
            },
            {
                tag: "more",
                rows: 30,
                visible: true
            }
        ];
    }

    function test_a_scroll_bar_shows_only_when_there_is_more(row) {
        const list = createTemporaryObject(listComponent, root, {
            model: row.rows
        });
        tryCompare(list.bar, "visible", row.visible);
    }

    function test_a_header_keeps_its_title_when_there_is_no_room() {
        const header = createTemporaryObject(headerComponent, root, {
            width: 120
        });
        compare(header.height, Theme.headerHeight);
        verify(header.Accessible.name.startsWith("Devices"));
    }

    function test_an_unknown_icon_shows_nothing_and_says_so() {
        ignoreWarning(/There is no icon named "nonsense"/);
        const icon = createTemporaryObject(iconComponent, root, {
            name: "nonsense"
        });
        compare(icon.width, 20);
    }

    function test_every_scheme_fills_every_role_data() {
        return [
            {
                tag: "light",
                scheme: Theme.Light
            },
            {
                tag: "contrast",
                scheme: Theme.Contrast
            }
        ];
    }

    function test_every_scheme_fills_every_role(row) {
        const dark = String(Theme.text);
        Theme.scheme = row.scheme;
        verify(String(Theme.text) !== dark);
        Theme.scheme = Theme.Dark;
        compare(String(Theme.text), dark);
    }

    function test_reduced_motion_stops_easing() {
        verify(Theme.ease > 0);
        Theme.reducedMotion = true;
        compare(Theme.ease, 0);
        Theme.reducedMotion = false;
    }
}
