// SPDX-License-Identifier: GPL-3.0-or-later
// Findings on purpose, see clang_tidy.py.
#pragma once

#include <QString>
#include <QStringList>

namespace tocsin {

/// bugprone-macro-parentheses and a reserved name, in a header.
#define _TOCSIN_TWICE(x) x * 2

/// performance-unnecessary-value-param, in a header.
inline qsizetype sizeOf(QString text)
{
    return text.size();
}

} // namespace tocsin
