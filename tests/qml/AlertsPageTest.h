// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The Alerts page, the queue's strip and what the top bar shows of alerts, worked with keys and by accessible names.
class TestAlertsPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ctrl_4_shows_the_table_and_the_selected_alert_closer();
    void enter_in_the_queue_opens_the_alert();
    void several_are_marked_with_keys_and_acknowledged_with_one_comment();
    void a_shelf_asks_how_long_and_why();
    void a_tab_is_picked_and_what_is_empty_says_so();
    void a_flood_is_one_row_that_opens();
};
