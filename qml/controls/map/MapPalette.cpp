// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/MapPalette.h"

#include <algorithm>

namespace tocsin::map {

namespace {

// In the order of MapPalette::Role.
constexpr std::array<QRgb, MapPalette::RoleCount> DarkScheme{
    0xFF16242F, 0xFF151B21, 0xFF2A3B4A, 0xFF333F4B, 0xFF1A2820, 0xFF222B34, 0xFF2B3641, 0xFF35424F, 0xFF11161B,
    0xFF5BA8E5, 0xFF8794A1, 0xFFE8EDF2, 0xFF11151A, 0xFFB3BECA, 0xFF66727F, 0xFF5BA8E5, 0xFF7FB8F0, 0xFFF5B638,
    0xFFFF5F52, 0xFFFF3D7F, 0xFF2B3540, 0xFF8C99A7, 0xFF181E25, 0xFF303B47, 0xFF2B3540, 0xFFB3BECA, 0xFFB3BECA,
};
constexpr std::array<QRgb, MapPalette::RoleCount> LightScheme{
    0xFFC3D8E6, 0xFFF2F3F1, 0xFF9FB9CA, 0xFFB4BBC2, 0xFFD7E6D2, 0xFFE0E2E3, 0xFFD0D4D7, 0xFFBEC5CB, 0xFFF9FAFA,
    0xFF1E6FB3, 0xFF5F6B77, 0xFF1B232B, 0xFFFFFFFF, 0xFF44515E, 0xFF8A95A0, 0xFF1E6FB3, 0xFF2F78BD, 0xFFB87400,
    0xFFCC2F23, 0xFFC7115A, 0xFFFFFFFF, 0xFF5F6B77, 0xFFFFFFFF, 0xFFC9D0D6, 0xFFE6EAED, 0xFF38434E, 0xFF44515E,
};

} // namespace

void MapPalette::setScheme(Scheme scheme)
{
    if (scheme == m_scheme)
        return;
    m_scheme = scheme;
    Q_EMIT changed();
}

QColor MapPalette::color(Role role) const
{
    const auto &scheme = m_scheme == Light ? LightScheme : DarkScheme;
    return m_own.at(role).value_or(QColor::fromRgba(scheme.at(role)));
}

QColor MapPalette::levelColor(int level) const
{
    constexpr std::array roles{Info, Warning, Critical, Emergency};
    return color(roles.at(size_t(std::clamp(level, 0, int(roles.size()) - 1))));
}

void MapPalette::setColor(Role role, const QColor &color)
{
    const std::optional<QColor> own = color.isValid() ? std::optional(color) : std::nullopt;
    if (m_own.at(role) == own)
        return;
    m_own.at(role) = own;
    Q_EMIT changed();
}

} // namespace tocsin::map
