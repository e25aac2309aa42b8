// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Included before everything in this program. Qt's containers look at their reference count with a relaxed load before they
// write in place; ThreadSanitizer cannot see that the last reader's release came before, and reports a race that is none.
// With an acquire load it sees it, and nothing has to be suppressed: a lock that is missing is still found.
#include <QtCore/qatomic.h>
#define loadRelaxed loadAcquire
