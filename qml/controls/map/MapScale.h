// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace tocsin::map {

/// The length of a scale bar: the roundest distance (1, 2 or 5 times a power of ten) that fits the given width.
/// GUI thread. Imperial counts in feet and miles, nautical in metres below and nautical miles above one.
class MapScale : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(double metresPerPixel READ metresPerPixel WRITE setMetresPerPixel NOTIFY changed FINAL)
    /// Pixels that the bar may be long at most.
    Q_PROPERTY(double maximumLength READ maximumLength WRITE setMaximumLength NOTIFY changed FINAL)
    Q_PROPERTY(tocsin::map::MapScale::Units units READ units WRITE setUnits NOTIFY changed FINAL)
    /// Pixels; 0 while the scale is unknown.
    Q_PROPERTY(double length READ length NOTIFY changed FINAL)
    /// "500 m"; empty while the scale is unknown.
    Q_PROPERTY(QString text READ text NOTIFY changed FINAL)
public:
    enum Units { Metric, Imperial, Nautical };
    Q_ENUM(Units)
    using QObject::QObject;

    [[nodiscard]] double metresPerPixel() const { return m_metresPerPixel; }
    void setMetresPerPixel(double metres);
    [[nodiscard]] double maximumLength() const { return m_maximumLength; }
    void setMaximumLength(double pixels);
    [[nodiscard]] Units units() const { return m_units; }
    void setUnits(Units units);
    [[nodiscard]] double length() const { return m_length; }
    [[nodiscard]] QString text() const { return m_text; }

Q_SIGNALS:
    void changed();

private:
    void measure();

    double m_metresPerPixel = 0;
    double m_maximumLength = 120;
    Units m_units = Metric;
    double m_length = 0;
    QString m_text;
};

} // namespace tocsin::map
