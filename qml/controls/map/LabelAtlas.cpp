// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/LabelAtlas.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tocsin::map {

namespace {

constexpr double Outline = 2.2; ///< pixels beyond the letters
constexpr double Margin = 3;
constexpr qsizetype MaxLetters = 48;

} // namespace

void LabelAtlas::setFamily(const QString &family)
{
    if (family == m_family)
        return;
    m_family = family;
    clear();
}

void LabelAtlas::setDensity(double density)
{
    if (qFuzzyCompare(density, m_density) || !(density > 0))
        return;
    m_density = density;
    m_image = {};
    clear();
}

void LabelAtlas::clear()
{
    m_labels.clear();
    m_image.fill(Qt::transparent);
    m_x = m_y = m_rowHeight = 0;
    m_full = false;
    ++m_revision;
}

QFont LabelAtlas::font(Style style) const
{
    struct Look
    {
        double size;
        QFont::Weight weight;
        double spacing;
    };
    const Look look = [style]() -> Look {
        switch (style) {
        case Style::Marker:
            return {12, QFont::Normal, 0.2};
        case Style::MarkerStrong:
            return {13, QFont::DemiBold, 0};
        case Style::Detail:
            return {11, QFont::Normal, 0.1};
        case Style::Count:
            return {12, QFont::DemiBold, 0};
        case Style::Place:
            return {12, QFont::Normal, 1};
        case Style::PlaceStrong:
            return {15, QFont::Medium, 1.2};
        case Style::City:
            return {12, QFont::Normal, 0.2};
        case Style::Country:
            return {12, QFont::Medium, 1.6};
        case Style::Street:
            break;
        }
        return {11, QFont::Normal, 0.3};
    }();
    QFont font(m_family);
    font.setPixelSize(int(look.size));
    font.setWeight(look.weight);
    font.setLetterSpacing(QFont::AbsoluteSpacing, look.spacing);
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

bool LabelAtlas::takePostponed()
{
    // Full: what is still needed is drawn anew into an empty picture.
    if (std::exchange(m_full, false)) {
        clear();
        m_postponed = true;
    }
    return std::exchange(m_postponed, false);
}

const LabelAtlas::Label *LabelAtlas::find(const QString &text, Style style)
{
    if (text.isEmpty())
        return nullptr;
    const auto known = m_labels.constFind({text, int(style)});
    if (known != m_labels.constEnd())
        return &*known;
    if (m_full)
        return nullptr;
    if (m_budget <= 0) {
        m_postponed = true;
        return nullptr;
    }
    --m_budget;
    return draw(text, style);
}

const LabelAtlas::Label *LabelAtlas::draw(const QString &text, Style style)
{
    if (m_image.isNull()) {
        const int side = m_density > 1 ? 2 * Side : Side;
        m_image = QImage(side, side, QImage::Format_RGBA8888_Premultiplied);
        m_image.fill(Qt::transparent);
    }
    const QFont letters = font(style);
    const QFontMetricsF metrics(letters);
    QString shown = text.simplified();
    if (shown.size() > MaxLetters)
        shown = shown.left(MaxLetters - 1) + QChar(0x2026);

    Label label;
    label.text = {std::ceil(metrics.horizontalAdvance(shown)), std::ceil(metrics.ascent() + metrics.descent())};
    label.textStart = {Margin, Margin};
    const int width = int(std::ceil((label.text.width() + 2 * Margin) * m_density));
    const int height = int(std::ceil((label.text.height() + 2 * Margin) * m_density));
    if (m_x + width > m_image.width()) {
        m_x = 0;
        m_y += m_rowHeight;
        m_rowHeight = 0;
    }
    if (m_y + height > m_image.height() || width > m_image.width()) {
        m_full = true;
        return nullptr;
    }
    const double side = m_image.width();
    label.texture = {m_x / side, m_y / side, width / side, height / side};
    label.size = {width / m_density, height / m_density};

    QPainter painter(&m_image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.setClipRect(m_x, m_y, width, height);
    painter.translate(m_x, m_y);
    painter.scale(m_density, m_density);
    const QPointF baseline(Margin, Margin + metrics.ascent());
    if (style != Style::Count) {
        QPainterPath outline;
        outline.addText(baseline, letters, shown);
        painter.setPen(QPen(Qt::black, 2 * Outline, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setOpacity(0.85);
        painter.drawPath(outline);
        painter.setOpacity(1);
    }
    painter.setFont(letters);
    painter.setPen(Qt::white);
    painter.drawText(baseline, shown);

    m_x += width;
    m_rowHeight = std::max(m_rowHeight, height);
    ++m_revision;
    return &*m_labels.insert({text, int(style)}, label);
}

} // namespace tocsin::map
