// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The page Rules as an operator works it. Run by test_desk_page: one program for the window.
class TestRulesPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void the_page_opens_by_its_key_and_reads_the_rules();
    void a_field_is_typed_into_and_what_is_wrong_stands_below_it();
    void a_level_is_added_and_taken_back();
    void the_text_is_edited_as_well();
    void a_trial_shows_when_it_would_have_been_raised();
    void whoever_saves_second_is_asked();
    void the_list_with_the_focus_has_the_movement_keys();
    void every_button_has_a_name();
};
