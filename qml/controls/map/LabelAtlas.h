// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QHash>
#include <QImage>
#include <QRectF>
#include <QSizeF>
#include <QString>

namespace tocsin::map {

/// Keeps drawn labels in one picture that becomes one texture. Each label is drawn once, at the screen's density, white
/// with a black outline: a shader gives both their colours. GUI thread. When the picture is full it starts anew and
/// whoever is still on the map asks again; it never grows beyond Side × Side device pixels.
class LabelAtlas
{
public:
    static constexpr int Side = 1024; ///< at a density of 1; doubled above
    enum class Style : quint8 { Marker, MarkerStrong, Detail, Count, Place, PlaceStrong, City, Country, Street };

    struct Label
    {
        QRectF texture;    ///< 0 … 1
        QSizeF size;       ///< logical pixels of the quad, outline and margin included
        QSizeF text;       ///< logical pixels of the text alone
        QPointF textStart; ///< the text's top left corner within the quad
    };

    [[nodiscard]] QString family() const { return m_family; }
    void setFamily(const QString &family);
    /// Device pixels per logical pixel.
    void setDensity(double density);
    [[nodiscard]] double density() const { return m_density; }

    /// How many new labels may be drawn until the next call: keeps a frame short when a crowd comes into sight.
    void setBudget(int labels) { m_budget = labels; }
    /// The text's own size, logical pixels; nothing is drawn for it, so room can be sought first. Empty for no text.
    [[nodiscard]] QSizeF measure(const QString &text, Style style);
    /// The label, or nullptr if it is empty, does not fit or the budget is spent. Valid until the next call.
    [[nodiscard]] const Label *find(const QString &text, Style style);
    /// True once after a label was put off; asking again in the next frame draws it.
    [[nodiscard]] bool takePostponed();

    [[nodiscard]] const QImage &image() const { return m_image; }
    /// Grows with each change of image().
    [[nodiscard]] quint64 revision() const { return m_revision; }
    void clear();

private:
    static constexpr qsizetype MaxMeasured = 20'000;
    using Key = std::pair<QString, int>; ///< text and style
    [[nodiscard]] QFont font(Style style) const;
    [[nodiscard]] static QString shortened(const QString &text);
    const Label *draw(const QString &text, Style style);

    QString m_family = QStringLiteral("Inter");
    double m_density = 1;
    QImage m_image;
    QHash<Key, Label> m_labels;
    QHash<Key, QSizeF> m_sizes;
    int m_x = 0;
    int m_y = 0;
    int m_rowHeight = 0;
    int m_budget = 1000;
    quint64 m_revision = 0;
    bool m_postponed = false;
    bool m_full = false;
};

} // namespace tocsin::map
