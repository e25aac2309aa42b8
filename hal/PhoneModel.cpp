// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/PhoneModel.h"

#include "models/domain/Channels.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {
constexpr double PanicFixSeconds = 1;
constexpr double BatteryPercentPerHour = 9;
const DrivingStyle Car{2.2, 2.2, 2.2, 25, 0.93, 15, 60};
} // namespace

PhoneModel::PhoneModel(PhoneSpec spec, const StreetGraph &graph, quint64 seed)
    : m_spec(std::move(spec))
    , m_graph(graph)
    , m_random(seed, m_spec.id)
{
    m_battery = m_spec.batteryPercent;
    m_pace = m_random.uniform(1.15, 1.5);
    m_accuracy = m_random.uniform(5, 11);
    m_signal = m_random.uniform(-95, -70);
    m_headingDeg = m_random.uniform(0, 359);
    using Mode = PhoneSpec::Mode;
    const std::optional<LocalPoint> start = m_spec.at ? std::optional(graph.toLocal(*m_spec.at)) : std::nullopt;
    if (m_spec.mode == Mode::Drive) {
        m_car = std::make_unique<RoadMover>(graph, Car, start, m_random);
    } else if (m_spec.mode == Mode::Path) {
        std::vector<LocalPoint> points;
        for (const GeoPoint &p : m_spec.path)
            points.push_back(graph.toLocal(p));
        m_track = Track::of(points);
        m_at = points.front();
    } else if (m_spec.mode == Mode::Walk) {
        const auto &nodes = graph.usableNodes();
        m_goal = start ? graph.nodeNear(*start) : nodes[std::size_t(m_random.index(int(nodes.size())))];
        m_at = graph.node(m_goal).at;
    } else {
        m_at = *start;
    }
}

LocalPoint PhoneModel::place() const
{
    if (m_car)
        return m_car->position();
    return m_track.isEmpty() ? m_at : m_track.at(m_s);
}

double PhoneModel::fixEverySeconds() const
{
    return m_panicOpen ? std::min(PanicFixSeconds, m_spec.fixEverySeconds) : m_spec.fixEverySeconds;
}

void PhoneModel::walk(double seconds)
{
    m_speedMs = 0;
    if (m_rest > 0) {
        m_rest -= seconds;
        return;
    }
    if (m_spec.mode == PhoneSpec::Mode::Walk && (m_track.isEmpty() || m_s >= m_track.length())) {
        const auto &nodes = m_graph.usableNodes();
        const int to = nodes[std::size_t(m_random.index(int(nodes.size())))];
        const auto legs = m_graph.route(m_goal, to);
        if (legs.empty())
            return;
        m_track = Track::of(m_graph, legs);
        m_goal = to;
        m_s = 0;
    }
    if (m_track.isEmpty())
        return;
    m_speedMs = m_pace * m_random.uniform(0.9, 1.1);
    m_s = std::clamp(m_s + (m_back ? -1 : 1) * m_speedMs * seconds, 0.0, m_track.length());
    const double ahead = m_track.headingAt(m_s);
    m_headingDeg = m_back ? std::fmod(ahead + 180, 360) : ahead;
    if (m_s <= 0 || m_s >= m_track.length()) {
        m_rest = m_random.uniform(4, 12);
        if (m_spec.mode == PhoneSpec::Mode::Path)
            m_back = m_s > 0;
    } else if (m_random.uniform(0, 1) < 0.01 * seconds) {
        m_rest = m_random.uniform(5, 25); // stops to look at something
    }
}

void PhoneModel::advance(double seconds, double simTime)
{
    if (seconds <= 0)
        return;
    if (m_car) {
        m_car->advance(seconds, simTime);
        m_speedMs = m_car->speedMs();
        m_headingDeg = m_car->headingDeg();
    } else {
        const int steps = std::max(1, int(std::ceil(seconds)));
        for (int i = 0; i < steps; ++i)
            walk(seconds / steps);
    }
    // The error of a fix moves slowly and stays within the accuracy that the phone tells.
    const double keep = std::exp(-seconds / 30);
    const double step = m_accuracy * 0.3 * std::sqrt(1 - keep * keep);
    m_drift = {m_drift.x * keep + m_random.noise(step), m_drift.y * keep + m_random.noise(step)};
    m_accuracy = std::clamp(m_accuracy + m_random.noise(0.4), 4.0, 14.0);
    m_signal = std::clamp(m_signal + m_random.noise(0.8), -105.0, -60.0);
    m_battery = std::max(30.0, m_battery - BatteryPercentPerHour * seconds / 3600);
}

Position PhoneModel::position() const
{
    LocalPoint p = place();
    p.x += m_drift.x;
    p.y += m_drift.y;
    const GeoPoint geo = m_graph.toGeo(p);
    Position position;
    position.latitude = roundedTo(geo.latitude, 1e-7);
    position.longitude = roundedTo(geo.longitude, 1e-7);
    position.accuracyM = roundedTo(m_accuracy, 0.1);
    position.speedKmh = roundedTo(m_speedMs * 3.6, 0.1);
    if (m_speedMs > 0.3) { // who stands has no course
        const double heading = roundedTo(m_headingDeg, 0.1);
        position.headingDeg = heading >= 360 ? 0 : heading;
    }
    return position;
}

Reading PhoneModel::reading(TimePoint now, const QString &source)
{
    Reading reading;
    reading.deviceId = m_spec.id;
    reading.source = source;
    reading.receivedAt = now;
    reading.sourceTime = now;
    reading.position = position();
    reading.samples = {Sample{channel::Speed, *reading.position->speedKmh},
                       Sample{channel::BatteryLevel, roundedTo(m_battery, 1)},
                       Sample{channel::Signal, roundedTo(m_signal, 1)}};
    return reading;
}

void PhoneModel::hear(double simTime)
{
    const QStringList &lines = m_panicOpen ? m_spec.panicReplies : m_spec.replies;
    if (!lines.isEmpty() && !m_answerAt)
        m_answerAt = simTime + m_random.uniform(3, 8);
}

std::optional<QString> PhoneModel::say(double simTime)
{
    if (!m_answerAt || simTime < *m_answerAt)
        return std::nullopt;
    m_answerAt.reset();
    const QStringList &lines = m_panicOpen ? m_spec.panicReplies : m_spec.replies;
    if (lines.isEmpty())
        return std::nullopt;
    int &count = m_panicOpen ? m_panicAnswers : m_answers;
    return lines[count++ % lines.size()];
}

} // namespace tocsin
