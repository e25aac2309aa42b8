// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The checks of JSON texts are the wire's; the dialects use the same.
#include "models/wire/Json.h"
