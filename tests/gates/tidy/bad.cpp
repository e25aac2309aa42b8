// SPDX-License-Identifier: GPL-3.0-or-later
// Findings on purpose, see clang_tidy.py.
#include "tests/gates/tidy/Bad.h"

namespace tocsin {

/// performance-for-range-copy
qsizetype total(const QStringList &texts)
{
    qsizetype sum = 0;
    for (const QString text : texts)
        sum += _TOCSIN_TWICE(sizeOf(text));
    return sum;
}

/// bugprone-use-after-move
QString moved(QString text)
{
    const QString other = std::move(text);
    return text + other;
}

/// clang-analyzer-core.DivideZero, in a function of a reserved name
int quotient__of(bool known)
{
    const int divisor = known ? 1 : 0;
    return known ? 1 : 7 / divisor;
}

} // namespace tocsin
