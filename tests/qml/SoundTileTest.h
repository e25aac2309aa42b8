// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

/// The top bar's sound as an operator works it. Run by test_desk_page: one program for the window.
class TestSoundTile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sound_health_is_said_in_words();
    void the_key_silences_what_sounds_and_the_bar_counts_down();
    void the_settings_mute_test_and_set_volumes();
    void the_output_device_is_chosen();
    void every_button_has_a_name();
};
