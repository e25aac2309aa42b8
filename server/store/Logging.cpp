// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/Logging.h"

namespace tocsin {

Q_LOGGING_CATEGORY(lcStore, "tocsin.store", QtInfoMsg)
Q_LOGGING_CATEGORY(lcHistory, "tocsin.history", QtInfoMsg)

} // namespace tocsin
