// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hal/Faults.h"
#include "hal/PhoneModel.h"
#include "hal/RigModel.h"
#include "hal/Scenario.h"
#include "hal/StreetGraph.h"
#include "hal/VehicleModel.h"
#include "models/domain/Chat.h"
#include "models/domain/Desk.h"

#include <deque>
#include <memory>
#include <vector>

namespace tocsin {

struct SimulationStep
{
    QList<Reading> readings;
    QList<Request> requests; ///< panics, cancellations, chat lines; in order
};

/// A scenario come alive: vehicles, phones, a rig, and what happens to them. Plain logic without clock or timer,
/// one thread at a time. The same scenario, seed and sequence of steps give the same readings and requests.
/// Ids of panics and chat lines hold the moment of the first step, so another run never repeats them.
class Simulation
{
public:
    Simulation(Scenario scenario, quint64 seed, QString source);
    ~Simulation();
    Simulation(const Simulation &) = delete;
    Simulation &operator=(const Simulation &) = delete;

    /// Everything that takes part, for the desk.
    [[nodiscard]] QList<Device> devices() const;
    /// `dt` is the time since the step before; more than one second (the machine slept) counts as one.
    /// The first step makes every device report, mid-drive.
    [[nodiscard]] SimulationStep step(TimePoint now, Duration dt);
    /// A line of an operator; the phones concerned say in later steps that they got, read and acknowledge it, and answer.
    void hear(const ChatMessage &message);
    /// An order; answered within a second, in a later step. False: the device has no part in this.
    [[nodiscard]] bool obey(const Command &command);

    [[nodiscard]] double seconds() const { return m_time; } ///< of simulated time
    /// How often step() is needed.
    [[nodiscard]] std::chrono::milliseconds stepEvery() const;
    [[nodiscard]] const StreetGraph &streets() const { return m_graph; }
    [[nodiscard]] const std::vector<std::unique_ptr<VehicleModel>> &vehicles() const { return m_vehicles; }

private:
    /// When something reports next, and up to when it was advanced.
    struct Due
    {
        double next = 0;
        double advancedTo = 0;
        bool told = false;
    };
    [[nodiscard]] bool isDue(Due &due, double period, double share) const;
    void runTimeline(SimulationStep &out);
    void run(const TimelineStep &step, SimulationStep &out);
    void hand(Reading reading, SimulationStep &out);
    [[nodiscard]] PhoneModel *findPhone(const QString &id) const;
    [[nodiscard]] QString newId();
    [[nodiscard]] Request requestOf(const PhoneModel &phone, RequestBody body, const QString &id) const;
    [[nodiscard]] Request chatOf(const PhoneModel &phone, const QString &text);
    void mark(const PhoneModel &phone, const ChatMessage &message);
    void owe(double after, Request request);

    /// A request that is due later.
    struct Owed
    {
        double at = 0;
        Request request;
    };
    static constexpr std::size_t MostOwed = 4096; ///< more are not made

    const Scenario m_scenario;
    const QString m_source;
    const StreetGraph m_graph;
    std::vector<std::unique_ptr<VehicleModel>> m_vehicles;
    std::vector<std::unique_ptr<PhoneModel>> m_phones;
    std::vector<RigModel> m_rig;
    std::vector<Due> m_due; ///< vehicles, phones, rig
    std::deque<Owed> m_owed;
    Faults m_faults;
    double m_time = 0;
    double m_roundStart = 0; ///< of the timeline's loop
    qsizetype m_nextStep = 0;
    std::optional<qint64> m_runId;
    int m_ids = 0;
};

} // namespace tocsin
