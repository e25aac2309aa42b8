// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/SimRandom.h"
#include "hal/Track.h"

namespace tocsin {

/// How something drives; SI units.
struct DrivingStyle
{
    double acceleration = 2.0; ///< from rest; less at speed
    double braking = 2.0;      ///< planned; 3.5 at most when it comes suddenly
    double cornering = 2.0;    ///< sideways
    double topMs = 25;
    double shareOfLimit = 0.95;
    double leastStop = 6; ///< seconds at a destination
    double mostStop = 25;
};

/// Drives along the streets from one chance destination to the next: keeps limits, brakes for bends, crossings
/// and red lights (a fixed cycle per crossing), stops a while where it arrives. Starts in the middle of a trip.
/// Plain logic; time is the seconds of the simulation. The graph outlives it.
class RoadMover
{
public:
    RoadMover(const StreetGraph &graph, const DrivingStyle &style, std::optional<LocalPoint> start, SimRandom &random);

    void advance(double seconds, double simTime);
    /// An emergency stop (9 m/s²), then standing for so long.
    void crash(double standSeconds);
    /// While the gears change there is no drive.
    void coastFor(double seconds) { m_coast = seconds; }

    [[nodiscard]] LocalPoint position() const { return m_track.at(m_s); }
    [[nodiscard]] double headingDeg() const { return m_track.headingAt(m_s); }
    [[nodiscard]] double speedMs() const { return m_v; }
    [[nodiscard]] double accelerationMs2() const { return m_a; }
    [[nodiscard]] double limitMs() const;                          ///< of the street it is on
    [[nodiscard]] double travelled() const { return m_travelled; } ///< metres

    static constexpr double MostBraking = 3.5;
    static constexpr double CrashBraking = 9.0;

private:
    void depart(int from);
    void step(double h, double simTime);
    [[nodiscard]] double mostAt(double s) const;
    [[nodiscard]] double mostBeforeLights(double ahead, double simTime) const;

    const StreetGraph &m_graph;
    const DrivingStyle m_style;
    SimRandom &m_random;
    Track m_track;
    int m_destination = -1;
    int m_arrivedBy = -1; ///< piece
    double m_s = 0;
    double m_v = 0;
    double m_a = 0;
    double m_travelled = 0;
    double m_stand = 0; ///< seconds still to stand
    double m_coast = 0;
    bool m_crashing = false;
};

} // namespace tocsin
