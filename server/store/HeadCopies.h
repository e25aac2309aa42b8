// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/SignedHead.h"

#include <QString>

namespace tocsin {

/// Copies of the signed head in a directory, best on another disk or machine: what was copied out cannot be unsaid. One file for each day
/// ("head-2026-11-25.txt", the day's last one) and "latest.txt". Plain class, one thread.
class HeadCopies
{
public:
    explicit HeadCopies(QString directory) : m_directory(std::move(directory)) {}

    /// Makes the directory where missing; replaces each file whole. A sentence when that fails.
    [[nodiscard]] QString write(const SignedHead &head, qint64 nowMicros) const;
    [[nodiscard]] QString latest() const { return m_directory + QStringLiteral("/latest.txt"); }

private:
    const QString m_directory;
};

} // namespace tocsin
