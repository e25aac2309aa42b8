// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The pages Incidents and Handover as an operator works them, by keys. Run by test_desk_page: one program for the window.
class TestIncidentsPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void a_call_is_worked_from_the_acknowledge_to_the_closing_by_keys();
    void what_must_not_be_overlooked_is_said_data();
    void what_must_not_be_overlooked_is_said();
    void the_queue_is_a_strip_that_opens();
    void an_entry_is_written_into_the_log();
    void a_closing_is_taken_back();
    void nobody_needs_help();
    void a_shift_is_handed_over();
    void a_shift_is_taken_over();
    void every_button_has_a_name();
};
