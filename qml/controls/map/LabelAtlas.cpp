// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/LabelAtlas.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tocsin::map {

namespace {

constexpr double Outline = 2; ///< pixels beyond the letters
constexpr double OutlineStrength = 0.85;
constexpr double Margin = 3;
constexpr qsizetype MaxLetters = 48;

/// Each pixel becomes the brightest within `radius`. Letters are sparse, so it is done from the bright pixels outwards.
QImage widened(const QImage &mask, double radius)
{
    struct Tap
    {
        int dx;
        int dy;
        int weight; ///< of 256
    };
    std::vector<Tap> taps;
    const int reach = int(std::ceil(radius));
    for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
            const double inside = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0);
            if (inside > 0)
                taps.push_back({dx, dy, int(inside * OutlineStrength * 256)});
        }
    }
    QImage result(mask.size(), QImage::Format_Grayscale8);
    result.fill(Qt::black);
    uchar *out = result.bits();
    const qsizetype line = result.bytesPerLine();
    for (int y = 0; y < mask.height(); ++y) {
        const uchar *in = mask.constScanLine(y);
        for (int x = 0; x < mask.width(); ++x) {
            if (in[x] < 8)
                continue;
            for (const Tap &tap : taps) {
                const int tx = x + tap.dx;
                const int ty = y + tap.dy;
                if (tx < 0 || ty < 0 || tx >= mask.width() || ty >= mask.height())
                    continue;
                uchar &pixel = out[ty * line + tx];
                pixel = std::max(pixel, uchar(in[x] * tap.weight / 256));
            }
        }
    }
    return result;
}

} // namespace

void LabelAtlas::setFamily(const QString &family)
{
    if (family == m_family)
        return;
    m_family = family;
    m_sizes.clear();
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

QString LabelAtlas::shortened(const QString &text)
{
    const QString shown = text.simplified();
    return shown.size() > MaxLetters ? shown.left(MaxLetters - 1) + QChar(0x2026) : shown;
}

QSizeF LabelAtlas::measure(const QString &text, Style style)
{
    if (text.isEmpty())
        return {};
    const auto known = m_sizes.constFind({text, int(style)});
    if (known != m_sizes.constEnd())
        return *known;
    if (m_sizes.size() >= MaxMeasured)
        m_sizes.clear();
    const QFontMetricsF metrics(font(style));
    const QSizeF size(std::ceil(metrics.horizontalAdvance(shortened(text))),
                      std::ceil(metrics.ascent() + metrics.descent()));
    m_sizes.insert({text, int(style)}, size);
    return size;
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
    const QString shown = shortened(text);

    Label label;
    label.text = measure(text, style);
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

    QImage letterMask(width, height, QImage::Format_Grayscale8);
    letterMask.fill(Qt::black);
    QPainter painter(&letterMask);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.scale(m_density, m_density);
    painter.setFont(letters);
    painter.setPen(Qt::white);
    painter.drawText(QPointF(Margin, Margin + metrics.ascent()), shown);
    painter.end();
    const QImage outline = style == Style::Count ? QImage() : widened(letterMask, Outline * m_density);
    for (int y = 0; y < height; ++y) {
        const uchar *letter = letterMask.constScanLine(y);
        const uchar *around = outline.isNull() ? letter : outline.constScanLine(y);
        uchar *pixel = m_image.scanLine(m_y + y) + qsizetype(m_x) * 4;
        for (int x = 0; x < width; ++x, pixel += 4) {
            pixel[0] = pixel[1] = pixel[2] = letter[x];
            pixel[3] = std::max(around[x], letter[x]);
        }
    }

    m_x += width;
    m_rowHeight = std::max(m_rowHeight, height);
    ++m_revision;
    return &*m_labels.insert({text, int(style)}, label);
}

} // namespace tocsin::map
