// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/BaseMap.h"
#include "qml/controls/map/CityOverlay.h"
#include "qml/controls/map/Mercator.h"
#include "qml/controls/map/OverlayMesh.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

using namespace tocsin::map;

namespace {

/// A TBM1 file around any payload, with header and check sum as they should be.
QByteArray fileAround(const QByteArray &payload)
{
    const QByteArray packed = qCompress(payload).sliced(4);
    QByteArray header(48, '\0');
    header.replace(0, 4, "TBM1");
    qToLittleEndian<quint16>(1, header.data() + 4);
    qToLittleEndian<quint32>(quint32(payload.size()), header.data() + 8);
    qToLittleEndian<quint32>(quint32(packed.size()), header.data() + 12);
    header.replace(16, 32, QCryptographicHash::hash(payload, QCryptographicHash::Sha256));
    return header + packed;
}

BaseMap::Result readBytes(QByteArray bytes)
{
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    return BaseMap::read(buffer);
}

/// One level with one cell: a triangle, one coast line, no border; one place.
QByteArray tinyPayload()
{
    QByteArray p;
    p += char(1);                                           // levels
    p += QByteArray("\x00\x00\x01\x00", 4);                 // grid 1 × 1, from zoom 0, one cell
    p += QByteArray("\x00\x00", 2);                         // column, row
    p += QByteArray("\x03\x02\x02\x14\x00\x00\x14", 7);     // corners (1, 1) (11, 1) (11, 11)
    p += QByteArray("\x01\x00\x02\x02", 4);                 // triangle 0 1 2
    p += QByteArray("\x01\x02\x02\x02\x02\x02", 6);         // one coast line (1, 1) (2, 2)
    p += QByteArray("\x00", 1);                             // no borders
    p += char(1);                                           // places
    p += QByteArray("\x00\x19", 2);                         // a city from zoom 2.5
    p += QByteArray("\x40\x4b\x4c\x00\x80\x96\x98\x00", 8); // 50°, 100°
    p += QByteArray("\x03"
                    "Abc",
                    4);
    return p;
}

QByteArray city(const char *inner)
{
    return QByteArray(R"({"city":{"name":"Testville","center":[37.05,-6.62])") + inner + "}}";
}

} // namespace

class TestMapData : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theEmbeddedMapIsWhole()
    {
        const BaseMap::Result result = BaseMap::readFile(QStringLiteral(":/tocsin/map/basemap.tbm"));
        QVERIFY2(result.map.has_value(), qPrintable(result.error));
        const BaseMap &map = *result.map;
        QCOMPARE(map.levels().size(), size_t(3));
        QVERIFY(map.places().size() > 300);
        for (const BaseLevel &level : map.levels()) {
            size_t triangles = 0;
            size_t borders = 0;
            for (const BaseCell &cell : level.cells) {
                triangles += cell.triangles.size() / 3;
                borders += cell.borders.size();
                QVERIFY(level.cell(cell.x, cell.y) == &cell);
            }
            QVERIFY(triangles > 10'000);
            QVERIFY(borders > 100);
        }
        QVERIFY(level2Covers(map, 40.4, -3.7));  // Madrid stands on land
        QVERIFY(level2Covers(map, 66.0, 179.9)); // both sides of the date line
        QVERIFY(level2Covers(map, 66.5, -179.5));
        QVERIFY(level2Covers(map, -82.0, 20.0));  // Antarctica reaches the map's edge
        QVERIFY(!level2Covers(map, 40.0, -30.0)); // the Atlantic
        QVERIFY(!level2Covers(map, 42.0, 51.0));  // the Caspian Sea
    }

    void levelsFollowTheZoom()
    {
        const BaseMap map = *BaseMap::readFile(QStringLiteral(":/tocsin/map/basemap.tbm")).map;
        QCOMPARE(map.levelFor(-1), 0);
        QCOMPARE(map.levelFor(0), 0);
        QCOMPARE(map.levelFor(4), 1);
        QCOMPARE(map.levelFor(20), 2);
        QCOMPARE(BaseMap().levelFor(3), -1);
    }

    void aSmallMapIsReadAsWritten()
    {
        const BaseMap::Result result = readBytes(fileAround(tinyPayload()));
        QVERIFY2(result.map.has_value(), qPrintable(result.error));
        const BaseCell *cell = result.map->levels().front().cell(0, 0);
        QVERIFY(cell != nullptr);
        QCOMPARE(cell->corners.size(), size_t(3));
        QCOMPARE(cell->corners[1].x, quint16(11));
        QCOMPARE(cell->corners[2].y, quint16(11));
        QVERIFY((cell->triangles == std::vector<quint16>{0, 1, 2}));
        QCOMPARE(cell->coasts.size(), size_t(1));
        QVERIFY(cell->borders.empty());
        const BasePlace &place = result.map->places().front();
        QCOMPARE(place.name, QStringLiteral("Abc"));
        QCOMPARE(place.minZoom, 2.5);
        QVERIFY((place.world - mercator::fromDegrees(50, 100)).manhattanLength() < 1e-9);
        QVERIFY(result.map->levels().front().cell(1, 0) == nullptr);
        QVERIFY(result.map->levels().front().cell(-1, 0) == nullptr);
    }

    void aDamagedMapIsRefusedWithAReason_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        const QByteArray good = fileAround(tinyPayload());
        const auto changed = [](QByteArray bytes, qsizetype at, char value) {
            bytes[at] = value;
            return bytes;
        };
        QTest::newRow("empty") << QByteArray() << QStringLiteral("shorter than its header");
        QTest::newRow("half a header") << good.first(20) << QStringLiteral("shorter than its header");
        QTest::newRow("another file") << changed(good, 0, 'X') << QStringLiteral("not a TBM1 file");
        QTest::newRow("a later version") << changed(good, 4, 9) << QStringLiteral("version");
        QTest::newRow("too large") << changed(good, 11, 0x7f) << QStringLiteral("larger than 32 MiB");
        QTest::newRow("cut off") << good.chopped(3) << QStringLiteral("truncated");
        QTest::newRow("packed data changed") << changed(good, good.size() - 2, 'x') << QStringLiteral("unpack");
        QTest::newRow("size changed") << changed(good, 8, 1) << QStringLiteral("unpack");
        QTest::newRow("check sum changed") << changed(good, 20, good[20] ^ 1) << QStringLiteral("check sum");

        const QByteArray payload = tinyPayload();
        QTest::newRow("no payload") << fileAround("") << QStringLiteral("level");
        QTest::newRow("a level is missing") << fileAround(changed(payload, 0, 2)) << QStringLiteral("level");
        QTest::newRow("grid too fine") << fileAround(changed(payload, 1, 20)) << QStringLiteral("level");
        QTest::newRow("more cells than places") << fileAround(changed(payload, 3, 5)) << QStringLiteral("level");
        QTest::newRow("cell outside the grid") << fileAround(changed(payload, 5, 7)) << QStringLiteral("level");
        QTest::newRow("corner outside the cell") << fileAround(changed(payload, 8, 1)) << QStringLiteral("level");
        QTest::newRow("triangle without corner") << fileAround(changed(payload, 17, 0x30)) << QStringLiteral("level");
        QTest::newRow("places missing") << fileAround(payload.chopped(8)) << QStringLiteral("places");
        QTest::newRow("bytes left over") << fileAround(payload + "more") << QStringLiteral("places");
        QTest::newRow("count beyond the file")
            << fileAround(QByteArray("\x01\x00\x00\x01\x00\x00\x00\xff\xff\xff\x7f", 11)) << QStringLiteral("level");
    }
    void aDamagedMapIsRefusedWithAReason()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        const BaseMap::Result result = readBytes(bytes);
        QVERIFY(!result.map.has_value());
        QVERIFY2(result.error.contains(reason), qPrintable(result.error));
    }

    void everyShortenedMapIsRefused()
    {
        const QByteArray payload = tinyPayload();
        for (qsizetype size = 0; size < payload.size(); ++size)
            QVERIFY(!readBytes(fileAround(payload.first(size))).map.has_value());
    }

    void aMissingMapIsNamed()
    {
        const BaseMap::Result result = BaseMap::readFile(QStringLiteral(":/nowhere.tbm"));
        QVERIFY(!result.map.has_value());
        QVERIFY(result.error.contains(QStringLiteral(":/nowhere.tbm")));
    }

    void anOverlayIsReadWhole()
    {
        const CityOverlay::Result result = CityOverlay::parse(city(
            R"(,"streets":[{"name":"High Street","class":"major","points":[[37,-6],[37.1,-6.1]]},
                           {"class":"minor","points":[[37,-6],[37.1,-6.1],[37.2,-6.1]]}],
               "areas":[{"kind":"park","name":"Green","points":[[37,-6],[37.1,-6],[37.1,-6.1],[37,-6]]}],
               "places":[{"name":"Centre","at":[37.05,-6.05],"rank":1},{"name":"Edge","at":[37,-6]}],
               "vehicles":["ignored"])"));
        QVERIFY2(result.overlay.has_value(), qPrintable(result.error));
        const CityOverlay &overlay = *result.overlay;
        QCOMPARE(overlay.name, QStringLiteral("Testville"));
        QCOMPARE(overlay.streets.size(), 2);
        QVERIFY(overlay.streets[0].kind == CityOverlay::StreetClass::Major);
        QVERIFY(overlay.streets[1].name.isEmpty());
        QCOMPARE(overlay.areas[0].points.size(), 3); // the repeated first point is left out
        QCOMPARE(overlay.places[0].rank, 1);
        QCOMPARE(overlay.places[1].rank, 3);
        const OverlayMesh mesh(overlay);
        QCOMPARE(mesh.areas[size_t(CityOverlay::AreaKind::Park)].indices.size(), size_t(3));
        QVERIFY(!mesh.streets[size_t(CityOverlay::StreetClass::Minor)].isEmpty());
        QVERIFY(mesh.streets[size_t(CityOverlay::StreetClass::Motorway)].isEmpty());
    }

    void anOverlayMayBeEmpty()
    {
        const CityOverlay::Result result = CityOverlay::parse(city(""));
        QVERIFY2(result.overlay.has_value(), qPrintable(result.error));
        QVERIFY(result.overlay->streets.isEmpty());
        QCOMPARE(result.overlay->bounds().width(), 0.0);
        QVERIFY(OverlayMesh(*result.overlay).streets[0].isEmpty());
    }

    void aWrongOverlayIsRefusedWithThePathToTheFault_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        QTest::newRow("no JSON") << QByteArray("{") << QStringLiteral("not JSON");
        QTest::newRow("no city") << QByteArray("{}") << QStringLiteral("city: an object");
        QTest::newRow("a list") << QByteArray("[]") << QStringLiteral("city: an object");
        QTest::newRow("no name") << QByteArray(R"({"city":{"center":[1,2]}})") << QStringLiteral("city.name");
        QTest::newRow("no centre") << QByteArray(R"({"city":{"name":"A"}})") << QStringLiteral("city.center");
        QTest::newRow("streets no list") << city(R"(,"streets":5)") << QStringLiteral("city.streets: a list");
        QTest::newRow("street no object") << city(R"(,"streets":[7])") << QStringLiteral("city.streets[0]: an object");
        QTest::newRow("unknown class") << city(R"(,"streets":[{"class":"path","points":[[1,2],[1,3]]}])")
                                       << QStringLiteral("city.streets[0].class: \"path\" is none of minor, major");
        QTest::newRow("one point") << city(R"(,"streets":[{"class":"minor","points":[[1,2]]}])")
                                   << QStringLiteral("city.streets[0].points: at least 2");
        QTest::newRow("latitude") << city(R"(,"streets":[{"class":"minor","points":[[1,2],[95,3]]}])")
                                  << QStringLiteral("city.streets[0].points[1]: the latitude 95");
        QTest::newRow("longitude") << city(R"(,"streets":[{"class":"minor","points":[[1,2],[9,-190]]}])")
                                   << QStringLiteral("points[1]: the longitude -190");
        QTest::newRow("three numbers") << city(R"(,"areas":[{"kind":"park","points":[[1,2],[1,2,3],[4,5]]}])")
                                       << QStringLiteral("city.areas[0].points[1]");
        QTest::newRow("area of two") << city(R"(,"areas":[{"kind":"park","points":[[1,2],[4,5]]}])")
                                     << QStringLiteral("at least 3");
        QTest::newRow("unknown kind") << city(R"(,"areas":[{"kind":"hill","points":[[1,2],[4,5],[3,3]]}])")
                                      << QStringLiteral("city.areas[0].kind");
        QTest::newRow("place without name")
            << city(R"(,"places":[{"at":[1,2]}])") << QStringLiteral("city.places[0].name");
        QTest::newRow("place without place")
            << city(R"(,"places":[{"name":"A"}])") << QStringLiteral("city.places[0].at");
    }
    void aWrongOverlayIsRefusedWithThePathToTheFault()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const CityOverlay::Result result = CityOverlay::parse(json);
        QVERIFY(!result.overlay.has_value());
        QVERIFY2(result.error.contains(error), qPrintable(result.error));
    }

    void anOverlayThatIsTooLargeIsRefused()
    {
        QByteArray points("[");
        for (qsizetype i = 0; i <= CityOverlay::MaxOutline; ++i)
            points += (i > 0 ? ",[1," : "[1,") + QByteArray::number(double(i) / 1000) + "]";
        points += "]";
        const CityOverlay::Result result =
            CityOverlay::parse(city((R"(,"areas":[{"kind":"water","points":)" + points + "}]").constData()));
        QVERIFY(!result.overlay.has_value());
        QVERIFY2(result.error.contains(QStringLiteral("more than 3000 points")), qPrintable(result.error));
    }

    void anOverlayFileIsRead()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("city.json"));
        QVERIFY(CityOverlay::readFile(path).error.contains(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(city(""));
        file.close();
        QVERIFY(CityOverlay::readFile(path).overlay.has_value());
    }

private:
    static bool level2Covers(const BaseMap &map, double latitude, double longitude)
    {
        const BaseLevel &level = map.levels()[2];
        const double side = 1 << level.gridBits;
        const QPointF at = mercator::fromDegrees(latitude, longitude) * side;
        const BaseCell *cell = level.cell(int(at.x()), int(at.y()));
        if (cell == nullptr)
            return false;
        const QPointF p = at - QPointF(cell->x, cell->y);
        const auto cross = [](QPointF a, QPointF b, QPointF c) {
            return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
        };
        for (size_t i = 0; i < cell->triangles.size(); i += 3) {
            const QPointF a = BaseCell::point(cell->corners[cell->triangles[i]]);
            const QPointF b = BaseCell::point(cell->corners[cell->triangles[i + 1]]);
            const QPointF c = BaseCell::point(cell->corners[cell->triangles[i + 2]]);
            const double d1 = cross(a, b, p);
            const double d2 = cross(b, c, p);
            const double d3 = cross(c, a, p);
            if ((d1 >= 0 && d2 >= 0 && d3 >= 0) || (d1 <= 0 && d2 <= 0 && d3 <= 0))
                return true;
        }
        return false;
    }
};

QTEST_GUILESS_MAIN(TestMapData)
#include "test_map_data.moc"
