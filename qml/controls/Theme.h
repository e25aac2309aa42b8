// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QObject>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Colours, type and measures of the console, by role. The only singleton. GUI thread; owned by the QML engine.
///
/// Normal things are grey; only what is not normal has a colour, and never a colour alone (ISA-101). The three
/// schemes fill the same roles; text roles reach 4.5:1 on every background, level colours 3:1 (WCAG 2.1).
/// Sizes are logical pixels on a grid of four. The typeface (resources/fonts) has figures of one width, so
/// a changing number moves nothing.
class Theme : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

    Q_PROPERTY(Scheme scheme READ scheme WRITE setScheme NOTIFY schemeChanged FINAL)
    /// No flashing and no easing: what asks for attention stays lit. Default off.
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY reducedMotionChanged FINAL)

    // Surfaces, from the back to the front, and the line between them.
    Q_PROPERTY(QColor bg0 MEMBER m_bg0 NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor bg1 MEMBER m_bg1 NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor bg2 MEMBER m_bg2 NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor bg3 MEMBER m_bg3 NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor line MEMBER m_line NOTIFY schemeChanged FINAL)
    // Text: what is read, what explains it, what may be overlooked.
    Q_PROPERTY(QColor text MEMBER m_text NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor text2 MEMBER m_text2 NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor text3 MEMBER m_text3 NOTIFY schemeChanged FINAL)
    // Meaning.
    Q_PROPERTY(QColor accent MEMBER m_accent NOTIFY schemeChanged FINAL) ///< selection and focus
    Q_PROPERTY(QColor emergency MEMBER m_emergency NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor critical MEMBER m_critical NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor warning MEMBER m_warning NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor info MEMBER m_info NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor ok MEMBER m_ok NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor good MEMBER m_good NOTIFY schemeChanged FINAL) ///< a thing the operator asked for is done
    // The same meanings as a surface behind text.
    Q_PROPERTY(QColor accentTint MEMBER m_accentTint NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor emergencyTint MEMBER m_emergencyTint NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor criticalTint MEMBER m_criticalTint NOTIFY schemeChanged FINAL)
    Q_PROPERTY(QColor warningTint MEMBER m_warningTint NOTIFY schemeChanged FINAL)

    Q_PROPERTY(QString fontFamily READ fontFamily CONSTANT FINAL)
    Q_PROPERTY(int fontTiny READ fontTiny CONSTANT FINAL)       ///< 11: ages, ticks
    Q_PROPERTY(int fontSmall READ fontSmall CONSTANT FINAL)     ///< 12: second lines
    Q_PROPERTY(int fontBase READ fontBase CONSTANT FINAL)       ///< 13
    Q_PROPERTY(int fontLarge READ fontLarge CONSTANT FINAL)     ///< 15
    Q_PROPERTY(int fontHeading READ fontHeading CONSTANT FINAL) ///< 19: the clock
    Q_PROPERTY(int fontFigure READ fontFigure CONSTANT FINAL)   ///< 24: a gauge's value

    Q_PROPERTY(int grid READ grid CONSTANT FINAL)     ///< 4; spacings are multiples
    Q_PROPERTY(int radius READ radius CONSTANT FINAL) ///< corners of buttons and cards
    Q_PROPERTY(int controlHeight READ controlHeight CONSTANT FINAL)
    Q_PROPERTY(int headerHeight READ headerHeight CONSTANT FINAL)
    Q_PROPERTY(int ease READ ease NOTIFY reducedMotionChanged FINAL) ///< milliseconds; 0 with reduced motion

public:
    enum class Scheme { Dark, Light, Contrast };
    Q_ENUM(Scheme)
    /// How far a thing is from normal; also the shape that says so.
    enum class Level { Normal, Info, Warning, Critical, Emergency };
    Q_ENUM(Level)

    explicit Theme(QObject *parent = nullptr);

    [[nodiscard]] Scheme scheme() const { return m_scheme; }
    void setScheme(Scheme scheme);
    [[nodiscard]] bool reducedMotion() const { return m_reducedMotion; }
    void setReducedMotion(bool reduced);

    [[nodiscard]] static QString fontFamily();
    [[nodiscard]] static int fontTiny() { return 11; }
    [[nodiscard]] static int fontSmall() { return 12; }
    [[nodiscard]] static int fontBase() { return 13; }
    [[nodiscard]] static int fontLarge() { return 15; }
    [[nodiscard]] static int fontHeading() { return 19; }
    [[nodiscard]] static int fontFigure() { return 24; }
    [[nodiscard]] static int grid() { return 4; }
    [[nodiscard]] static int radius() { return 6; }
    [[nodiscard]] static int controlHeight() { return 32; }
    [[nodiscard]] static int headerHeight() { return 44; }
    [[nodiscard]] int ease() const { return m_reducedMotion ? 0 : 140; }

    /// The colour of a level in a scheme (Normal: `ok`). Pass `Theme.scheme`: that makes a binding follow it.
    [[nodiscard]] Q_INVOKABLE QColor levelColor(tocsin::Theme::Level level, tocsin::Theme::Scheme scheme) const;
    /// A number as the console writes it: thousands apart, a real minus, an en dash for what is not known.
    [[nodiscard]] Q_INVOKABLE QString figure(double value, int decimals = 0) const;
    /// The surface of a row of that level that nobody took yet; transparent below critical.
    [[nodiscard]] Q_INVOKABLE QColor levelTint(tocsin::Theme::Level level, tocsin::Theme::Scheme scheme) const;

Q_SIGNALS:
    void schemeChanged();
    void reducedMotionChanged();

private:
    void fill();

    Scheme m_scheme = Scheme::Dark;
    bool m_reducedMotion = false;
    QColor m_bg0, m_bg1, m_bg2, m_bg3, m_line;
    QColor m_text, m_text2, m_text3;
    QColor m_accent, m_emergency, m_critical, m_warning, m_info, m_ok, m_good;
    QColor m_accentTint, m_emergencyTint, m_criticalTint, m_warningTint;
};

} // namespace tocsin
