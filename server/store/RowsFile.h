// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/KeptRows.h"
#include "server/store/Database.h"

namespace tocsin {

/// KeptRows as a database of its own (WAL, synchronous FULL). A damaged file is kept aside and begun anew: what it held is not worth that the
/// program does not start. Made anywhere; opened by load(), used and deleted on one thread.
class RowsFile final : public KeptRows
{
public:
    explicit RowsFile(QString path) : m_path(std::move(path)) {}
    [[nodiscard]] Loaded load() override;
    [[nodiscard]] QString apply(const Change &change) override;

private:
    const QString m_path;
    Database m_database;
};

} // namespace tocsin
