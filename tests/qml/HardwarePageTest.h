// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The page Hardware as an operator works it. Run by test_desk_page: one program for the window.
class TestHardwarePage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void the_page_opens_by_its_key_and_the_queue_stays();
    void keys_move_the_cursor_of_the_table();
    void a_client_is_disconnected_after_asking_once_more();
    void the_search_narrows_and_a_head_sorts();
    void the_inspector_shows_frames_until_it_is_stopped();
    void the_test_client_is_filled_by_templates();
    void the_adapters_are_listed();
    void every_button_has_a_name();
};
