// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Account.h"
#include "models/domain/CsvTable.h"
#include "models/domain/Device.h"

#include <optional>

// The two tables that can be imported, as rows. What can be said of a row without knowing who or what exists already is checked here. Plain
// functions, any thread.

namespace tocsin {

/// A line of the devices' table: columns id, name, class, kind, owners, tags. Several owners or tags of one cell are separated by ';' or '|'.
/// A column that the file does not have leaves a known device as it is; an empty cell empties.
struct DeviceRow
{
    int line = 0;
    QString id;
    std::optional<QString> name;
    std::optional<QString> deviceClass;
    std::optional<DeviceKind> kind;
    std::optional<QStringList> owners; ///< user ids or e-mail addresses
    std::optional<QStringList> tags;

    /// `known` with what the row says.
    [[nodiscard]] Device onto(Device known) const;
};
struct DeviceSheet
{
    QList<DeviceRow> rows;
    QList<ImportProblem> problems; ///< none: all rows are good

    [[nodiscard]] static DeviceSheet read(const QByteArray &utf8);
    static constexpr qsizetype mostRows = 20'000;
};

/// A line of the users' table: columns name, email, role, first_name, last_name, password. Without a role: citizen. Without a password a
/// new user gets a generated one, and a known one keeps theirs.
struct UserRow
{
    int line = 0;
    QString name;
    std::optional<QString> email;
    std::optional<Role> role;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    QString password; ///< never logged
};
struct UserSheet
{
    QList<UserRow> rows;
    QList<ImportProblem> problems;

    [[nodiscard]] static UserSheet read(const QByteArray &utf8);
    static constexpr qsizetype mostRows = 1'000; ///< a password takes a tenth of a second
};

} // namespace tocsin
