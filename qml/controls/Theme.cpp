// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/Theme.h"

#include <QFontDatabase>
#include <QLoggingCategory>

#include <algorithm>
#include <array>
#include <cmath>

namespace tocsin {

namespace {

Q_LOGGING_CATEGORY(lcTheme, "tocsin.theme")

struct Roles
{
    QRgb bg0, bg1, bg2, bg3, line;
    QRgb text, text2, text3;
    QRgb accent, emergency, critical, warning, info, ok, good;
    QRgb accentTint, emergencyTint, criticalTint, warningTint;
};

constexpr Roles dark = {
    0xff11151a, 0xff181e25, 0xff212932, 0xff2b3540, 0xff303b47, 0xffe8edf2, 0xffb3beca,
    0xff96a3b0, 0xff5ba8e5, 0xffff3d7f, 0xffff5f52, 0xfff5b638, 0xff7fb8f0, 0xff8c99a7,
    0xff6fcf97, 0xff1c3448, 0xff3f152a, 0xff32191a, 0xff2e2719,
};

constexpr Roles light = {
    0xffe6eaee, 0xfff7f9fa, 0xffffffff, 0xffdfe5ea, 0xffc3ccd4, 0xff12181e, 0xff3a4652,
    0xff52606d, 0xff1262a3, 0xffb8004a, 0xffb3261e, 0xff8a5800, 0xff1f63a6, 0xff5d6975,
    0xff1a6e3e, 0xffd3e6f6, 0xfffadbe6, 0xfffbe1de, 0xfff7ecd2,
};

constexpr Roles contrast = {
    0xff000000, 0xff000000, 0xff101010, 0xff2a2a2a, 0xff9a9a9a, 0xffffffff, 0xfff2f2f2,
    0xffdcdcdc, 0xff6cc4ff, 0xffff6aa3, 0xffff8478, 0xffffc940, 0xffa5d4ff, 0xffdcdcdc,
    0xff86e8b0, 0xff003a61, 0xff57002a, 0xff520d06, 0xff3d2d00,
};

const Roles &rolesOf(Theme::Scheme scheme)
{
    return scheme == Theme::Scheme::Light ? light : scheme == Theme::Scheme::Contrast ? contrast : dark;
}

/// Registers the typeface once per process; answers its family, or the system's when that fails.
QString loadFamily()
{
    static constexpr std::array files = {":/tocsin/fonts/TocsinSans-Regular.otf",
                                         ":/tocsin/fonts/TocsinSans-Medium.otf",
                                         ":/tocsin/fonts/TocsinSans-SemiBold.otf"};
    for (const char *file : files) {
        if (QFontDatabase::addApplicationFont(QString::fromLatin1(file)) < 0) {
            qCWarning(lcTheme) << "The typeface" << file << "cannot be loaded; the system's is used instead.";
            return QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
        }
    }
    return QStringLiteral("Tocsin Sans");
}

} // namespace

Theme::Theme(QObject *parent) : QObject(parent)
{
    fill();
}

void Theme::setScheme(Scheme scheme)
{
    if (scheme == m_scheme)
        return;
    m_scheme = scheme;
    fill();
    Q_EMIT schemeChanged();
}

void Theme::setReducedMotion(bool reduced)
{
    if (reduced == m_reducedMotion)
        return;
    m_reducedMotion = reduced;
    Q_EMIT reducedMotionChanged();
}

QString Theme::fontFamily()
{
    static const QString family = loadFamily();
    return family;
}

QColor Theme::levelColor(Level level, Scheme scheme) const
{
    const Roles &roles = rolesOf(scheme);
    switch (level) {
    case Level::Info:
        return roles.info;
    case Level::Warning:
        return roles.warning;
    case Level::Critical:
        return roles.critical;
    case Level::Emergency:
        return roles.emergency;
    case Level::Normal:
        break;
    }
    return roles.ok;
}

QColor Theme::levelTint(Level level, Scheme scheme) const
{
    const Roles &roles = rolesOf(scheme);
    switch (level) {
    case Level::Critical:
        return roles.criticalTint;
    case Level::Emergency:
        return roles.emergencyTint;
    case Level::Normal:
    case Level::Info:
    case Level::Warning:
        break;
    }
    return Qt::transparent;
}

QString Theme::figure(double value, int decimals) const
{
    if (!std::isfinite(value))
        return QStringLiteral("\u2013");
    QString text = QString::number(std::abs(value), 'f', decimals);
    const qsizetype point = text.indexOf(QLatin1Char('.'));
    for (qsizetype at = (point < 0 ? text.size() : point) - 3; at > 0; at -= 3)
        text.insert(at, QChar(0x202f));
    const bool zero = std::none_of(text.cbegin(), text.cend(), [](QChar c) { return c >= u'1' && c <= u'9'; });
    return value < 0 && !zero ? QChar(0x2212) + text : text;
}

void Theme::fill()
{
    const Roles &roles = rolesOf(m_scheme);
    m_bg0 = QColor(roles.bg0);
    m_bg1 = QColor(roles.bg1);
    m_bg2 = QColor(roles.bg2);
    m_bg3 = QColor(roles.bg3);
    m_line = QColor(roles.line);
    m_text = QColor(roles.text);
    m_text2 = QColor(roles.text2);
    m_text3 = QColor(roles.text3);
    m_accent = QColor(roles.accent);
    m_emergency = QColor(roles.emergency);
    m_critical = QColor(roles.critical);
    m_warning = QColor(roles.warning);
    m_info = QColor(roles.info);
    m_ok = QColor(roles.ok);
    m_good = QColor(roles.good);
    m_accentTint = QColor(roles.accentTint);
    m_emergencyTint = QColor(roles.emergencyTint);
    m_criticalTint = QColor(roles.criticalTint);
    m_warningTint = QColor(roles.warningTint);
}

} // namespace tocsin
