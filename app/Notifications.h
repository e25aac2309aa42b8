// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"
#include "app/Worker.h"
#include "server/dialects/StatusBoard.h"
#include "server/notify/Notifier.h"
#include "server/store/RowsFile.h"

#include <memory>
#include <optional>

namespace tocsin {

class Desk;

/// The "notify" thread with what runs on it. Main thread. Without a configuration it follows no alert and answers that there is no channel.
///
/// What it uses may be deleted after stop(), and must be before this: late answers of theirs find it still there.
class Notifications
{
public:
    /// The configuration, or a sentence with every bad line in `error`.
    [[nodiscard]] static NotifyConfig read(const Settings &settings, QString *error);
    /// Which file that is, for the audit.
    [[nodiscard]] static QString inForce(const Settings &settings);

    struct Parts
    {
        NotifyConfig config;
        QString file; ///< where it keeps what has not arrived
        Desk &desk;
        ArchivePort &archive;
        ContactsPort &contacts;
        std::shared_ptr<const AccountsBoard> accounts;
    };
    explicit Notifications(Parts parts);
    ~Notifications();
    Notifications(const Notifications &) = delete;
    Notifications &operator=(const Notifications &) = delete;

    /// Before the desk starts; a sentence when it failed.
    [[nodiscard]] QString start(const DeskSnapshot &initial);
    /// Before the desk stops.
    void stop();

    [[nodiscard]] Notifier &notifier() { return *m_notifier; } ///< its thread-safe part
    [[nodiscard]] QList<Metric> metrics() const;               ///< any thread

private:
    RowsFile m_rows;
    std::unique_ptr<Notifier> m_notifier;
    std::optional<Worker> m_worker; ///< the last, so that it ends before what it uses
};

} // namespace tocsin
