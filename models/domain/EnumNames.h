// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1String>
#include <QString>
#include <QStringView>

#include <cstddef>
#include <optional>
#include <utility>

// Words of enumerations, for the sources that define them. The first row with a value is how it is written, all are read.

namespace tocsin::names {

template<class Enum, std::size_t N>
using Table = const std::pair<Enum, QLatin1String> (&)[N];

template<class Enum, std::size_t N>
QString nameOf(Table<Enum, N> names, Enum value)
{
    for (const auto &[candidate, name] : names) {
        if (candidate == value)
            return name;
    }
    return {};
}

template<class Enum, std::size_t N>
std::optional<Enum> valueOf(Table<Enum, N> names, QStringView text)
{
    for (const auto &[candidate, name] : names) {
        if (text.compare(name, Qt::CaseInsensitive) == 0)
            return candidate;
    }
    return std::nullopt;
}

} // namespace tocsin::names
