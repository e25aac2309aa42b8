// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/controls/map/ViewGuide.h"

#include <QTest>

using namespace tocsin::map;

namespace {

const View Home{{0.25, 0.5}, 12};
const View AtA{{0.3, 0.5}, 15};
const View AtB{{0.4, 0.5}, 15};
const QString A = QStringLiteral("a");
const QString B = QStringLiteral("b");

} // namespace

class TestViewGuide : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingMovesTheViewAtFirst()
    {
        const ViewGuide guide;
        QVERIFY(!guide.mayFollow());
        QVERIFY(!guide.isLocked());
        QVERIFY(!guide.canGoBack());
    }

    void followingMovesTheViewUntilTheOperatorDoes()
    {
        ViewGuide guide;
        guide.follow(A);
        QVERIFY(guide.mayFollow());
        guide.userMoved();
        QVERIFY(guide.isLocked());
        QVERIFY(!guide.mayFollow());
        QCOMPARE(guide.followed(), A);
        guide.release();
        QVERIFY(guide.mayFollow());
    }

    void theViewNeverMovesUnderAHand()
    {
        ViewGuide guide;
        guide.follow(A);
        guide.setHandDown(true);
        QVERIFY(!guide.mayFollow());
        guide.release();
        QVERIFY(!guide.mayFollow());
        guide.setHandDown(false);
        QVERIFY(guide.mayFollow());
    }

    void followingAnewReleasesTheLock()
    {
        ViewGuide guide;
        guide.follow(A);
        guide.userMoved();
        guide.follow(A); // no change, no release
        QVERIFY(guide.isLocked());
        guide.follow(B);
        QVERIFY(guide.mayFollow());
        guide.userMoved();
        guide.follow({});
        QVERIFY(guide.isLocked());
        QVERIFY(!guide.mayFollow());
    }

    void askingTwiceForAMarkerGoesBack()
    {
        ViewGuide guide;
        QVERIFY(guide.show(A, Home, AtA) == AtA);
        QVERIFY(guide.canGoBack());
        QVERIFY(guide.show(A, AtA, AtA) == Home);
        QVERIFY(!guide.canGoBack());
        QVERIFY(guide.show(A, Home, AtA) == AtA);
    }

    void askingForAnotherMarkerGoesThereAndBackStepByStep()
    {
        ViewGuide guide;
        QVERIFY(guide.show(A, Home, AtA) == AtA);
        QVERIFY(guide.show(B, AtA, AtB) == AtB);
        QVERIFY(guide.show(B, AtB, AtB) == AtA);
        QVERIFY(guide.goBack() == Home);
        QVERIFY(!guide.goBack().has_value());
    }

    void afterTheOperatorMovedTheMarkerIsShownAgain()
    {
        ViewGuide guide;
        QVERIFY(guide.show(A, Home, AtA) == AtA);
        guide.userMoved();
        const View elsewhere{{0.7, 0.5}, 9};
        QVERIFY(guide.show(A, elsewhere, AtA) == AtA);
        QVERIFY(guide.show(A, AtA, AtA) == elsewhere);
    }

    void showingAnotherMarkerHoldsTheViewAgainstFollowing()
    {
        ViewGuide guide;
        guide.follow(A);
        QVERIFY(guide.show(A, Home, AtA) == AtA);
        QVERIFY(!guide.isLocked()); // the followed one may go on moving the view
        QVERIFY(guide.show(B, AtA, AtB) == AtB);
        QVERIFY(guide.isLocked());
        guide.release();
        QVERIFY(guide.mayFollow());
    }

    void goingBackHoldsTheViewAgainstFollowing()
    {
        ViewGuide guide;
        QVERIFY(guide.show(A, Home, AtA) == AtA);
        guide.follow(A);
        QVERIFY(guide.goBack() == Home);
        QVERIFY(!guide.mayFollow());
    }

    void onlySoManyViewsAreRemembered()
    {
        ViewGuide guide;
        for (int i = 0; i < ViewGuide::MaxPast + 10; ++i)
            (void)guide.show(QString::number(i), View{{i / 100.0, 0.5}, 10}, AtA);
        int steps = 0;
        View last;
        while (const auto view = guide.goBack()) {
            last = *view;
            ++steps;
        }
        QCOMPARE(steps, ViewGuide::MaxPast);
        QVERIFY(last == (View{{10 / 100.0, 0.5}, 10})); // the ten oldest are gone
    }
};

QTEST_GUILESS_MAIN(TestViewGuide)
#include "test_view_guide.moc"
