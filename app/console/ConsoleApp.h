// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "app/Settings.h"
#include "models/link/LinkTarget.h"

#include <QCoreApplication>
#include <QStringList>

#include <memory>

namespace tocsin {

class Backend;

/// The console on the screen: link, models, QML engine, and the screenshot that --screenshot asks for. GUI thread.
/// Lives shorter than the application and the backend.
class ConsoleApp
{
public:
    [[nodiscard]] static const QStringList &pages();
    /// Qt Charts wants a QApplication.
    [[nodiscard]] static std::unique_ptr<QCoreApplication> createApplication(int &argc, char **argv);

    ConsoleApp(Backend &backend, const Settings &settings, const CommandLine &line);
    /// The console of a server elsewhere.
    ConsoleApp(const LinkTarget &target, const Settings &settings, const CommandLine &line);
    ~ConsoleApp();
    ConsoleApp(const ConsoleApp &) = delete;
    ConsoleApp &operator=(const ConsoleApp &) = delete;

    /// After the backend, if there is one, has started. A sentence when the window cannot be made.
    [[nodiscard]] QString show();
    /// Says good-bye to a server elsewhere.
    void close();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace tocsin
