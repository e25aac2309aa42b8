// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/RoadMover.h"
#include "models/domain/Reading.h"

#include <memory>

namespace tocsin {

/// A simulated person with a phone: walks streets or a given path, drives, or stays; its fixes wander within
/// their accuracy, its battery runs down. Answers an operator's chat line 3 to 8 seconds later, one answer at a
/// time. Plain logic; the graph outlives it. Neither copied nor moved.
class PhoneModel
{
public:
    PhoneModel(PhoneSpec spec, const StreetGraph &graph, quint64 seed);
    PhoneModel(const PhoneModel &) = delete;
    PhoneModel &operator=(const PhoneModel &) = delete;

    void advance(double seconds, double simTime);
    [[nodiscard]] Reading reading(TimePoint now, const QString &source);
    [[nodiscard]] Position position() const; ///< as the phone knows it
    [[nodiscard]] const PhoneSpec &spec() const { return m_spec; }
    [[nodiscard]] double fixEverySeconds() const; ///< 1 s while a panic is open

    void setPanicOpen(bool open) { m_panicOpen = open; }
    void hear(double simTime);                                ///< an operator wrote
    [[nodiscard]] std::optional<QString> say(double simTime); ///< the answer, once, when it is due

private:
    void walk(double seconds);
    [[nodiscard]] LocalPoint place() const;

    const PhoneSpec m_spec;
    const StreetGraph &m_graph;
    SimRandom m_random;
    std::unique_ptr<RoadMover> m_car; ///< Mode::Drive
    Track m_track;                    ///< Mode::Walk and Mode::Path
    LocalPoint m_at;                  ///< Mode::Still
    int m_goal = -1;
    double m_s = 0;
    bool m_back = false; ///< on the way back along a path
    double m_pace = 1.35;
    double m_rest = 0;
    double m_speedMs = 0;
    double m_headingDeg = 0;
    LocalPoint m_drift; ///< of the fix from the truth
    double m_accuracy = 8;
    double m_battery = 80;
    double m_signal = -80;
    bool m_panicOpen = false;
    std::optional<double> m_answerAt;
    int m_answers = 0;
    int m_panicAnswers = 0;
};

} // namespace tocsin
