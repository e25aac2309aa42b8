// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "app/Settings.h"

#include <QJsonObject>

namespace tocsin {

/// `tocsin notify …`: asks a running server who is notified of what, and checks a configuration. Needs an application object to run, none to be read.
struct NotifyCommand
{
    enum class What { Channels, Preview, Test, Check };

    What what = What::Channels;
    QJsonObject question; ///< as POST /api/notify/… takes it
    QString file;         ///< `check FILE`
    bool full = false;    ///< `preview --full`: with the words
    CommandLine server;   ///< which one is asked: --url, --token-file, --ca, --config, --data
    bool help = false;
    QString error; ///< one sentence naming the flag

    /// `arguments` as main() got them: the program's name, "notify", the rest.
    [[nodiscard]] static NotifyCommand parse(const QStringList &arguments);
    [[nodiscard]] static QString helpText();
    /// 0: done; 1: nobody would be reached, or the test failed; 2: it could not be asked.
    [[nodiscard]] int run(const Settings &settings) const;
};

} // namespace tocsin
