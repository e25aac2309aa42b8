// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrackFile.h"

#include "models/domain/Channels.h"

#include <QHash>
#include <QXmlStreamWriter>

namespace tocsin {

QByteArray gpxOf(const QString &name, const HistoryResult &history)
{
    QHash<qint64, double> longitudes;
    QList<HistoryPoint> latitudes;
    for (const HistorySeries &series : history.series) {
        if (series.channel == channel::Latitude)
            latitudes = series.points;
        else if (series.channel == channel::Longitude)
            for (const HistoryPoint &point : series.points)
                longitudes.insert(toEpochMicros(point.at), point.value);
    }
    QByteArray text;
    QXmlStreamWriter xml(&text);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeStartElement(QStringLiteral("gpx"));
    xml.writeDefaultNamespace(QStringLiteral("http://www.topografix.com/GPX/1/1"));
    xml.writeAttribute(QStringLiteral("version"), QStringLiteral("1.1"));
    xml.writeAttribute(QStringLiteral("creator"), QStringLiteral("Tocsin"));
    xml.writeStartElement(QStringLiteral("trk"));
    xml.writeTextElement(QStringLiteral("name"), name);
    xml.writeStartElement(QStringLiteral("trkseg"));
    for (const HistoryPoint &point : std::as_const(latitudes)) {
        const auto longitude = longitudes.constFind(toEpochMicros(point.at));
        if (longitude == longitudes.cend())
            continue;
        xml.writeStartElement(QStringLiteral("trkpt"));
        xml.writeAttribute(QStringLiteral("lat"), QString::number(point.value, 'f', 7));
        xml.writeAttribute(QStringLiteral("lon"), QString::number(*longitude, 'f', 7));
        xml.writeTextElement(QStringLiteral("time"), toIso8601(point.at));
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    return text;
}

} // namespace tocsin
