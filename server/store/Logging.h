// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace tocsin {

Q_DECLARE_LOGGING_CATEGORY(lcStore)   // tocsin.store: the data directory, desk.db, accounts.db
Q_DECLARE_LOGGING_CATEGORY(lcHistory) // tocsin.history: history.db

} // namespace tocsin
