// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Simulation.h"

#include <algorithm>
#include <cmath>

namespace tocsin {

namespace {
constexpr double LongestStep = 1.0; // s
constexpr double GoldenShare = 0.618034;
// What a person does with a line, and a rig with an order: seconds of simulated time.
constexpr double DeliveredAfter = 0.2;
constexpr double ReadAfter = 1.5;
constexpr double AcknowledgedAfter = 2.5;
constexpr double ObeyedAfter = 0.3;
} // namespace

Simulation::Simulation(Scenario scenario, quint64 seed, QString source)
    : m_scenario(std::move(scenario))
    , m_source(std::move(source))
    , m_graph(m_scenario.center, m_scenario.streets)
    , m_faults(seed)
{
    for (const VehicleSpec &spec : m_scenario.vehicles)
        m_vehicles.push_back(std::make_unique<VehicleModel>(spec, m_graph, seed));
    for (const PhoneSpec &spec : m_scenario.phones)
        m_phones.push_back(std::make_unique<PhoneModel>(spec, m_graph, seed));
    for (const RigSpec &spec : m_scenario.rig)
        m_rig.emplace_back(spec, m_scenario.center, seed);
    m_due.resize(m_vehicles.size() + m_phones.size() + m_rig.size());
}

Simulation::~Simulation() = default;

QList<Device> Simulation::devices() const
{
    QList<Device> all;
    const auto add = [&](const QString &id, const QString &name, const QString &deviceClass,
                         DeviceKind kind) -> Device & {
        Device device;
        device.id = id;
        device.name = name;
        device.deviceClass = deviceClass;
        device.kind = kind;
        device.source = m_source;
        device.simulated = true;
        all.append(device);
        return all.last();
    };
    for (const VehicleSpec &spec : m_scenario.vehicles)
        add(spec.id, spec.name, spec.deviceClass, DeviceKind::Vehicle);
    for (const PhoneSpec &spec : m_scenario.phones)
        add(spec.id, spec.name, QStringLiteral("Phone"), DeviceKind::Phone).owners = {spec.id};
    for (const RigSpec &spec : m_scenario.rig) {
        Device &device = add(spec.id, spec.name, QStringLiteral("Hardware"), DeviceKind::Hardware);
        device.tags = {spec.rigName};
        device.actions = RigModel::actions(spec.type);
    }
    return all;
}

std::chrono::milliseconds Simulation::stepEvery() const
{
    double fastest = 2;
    for (const auto &vehicle : m_vehicles)
        fastest = std::max(fastest, vehicle->spec().hz);
    for (const RigModel &rig : m_rig)
        fastest = std::max(fastest, rig.spec().hz);
    return std::chrono::milliseconds{std::clamp(int(1000 / fastest), 20, 100)};
}

/// Everybody reports at once in the first step, then spread evenly, so that a desk is not hit in bursts.
bool Simulation::isDue(Due &due, double period, double share) const
{
    if (!due.told) {
        due.told = true;
        due.next = m_time + period * (0.5 + share / 2);
        return true;
    }
    due.next = std::min(due.next, m_time + period); // the period may have become shorter
    if (m_time + 1e-9 < due.next)
        return false;
    due.next += period;
    if (due.next <= m_time)
        due.next = m_time + period;
    return true;
}

SimulationStep Simulation::step(TimePoint now, Duration dt)
{
    SimulationStep out;
    if (!m_runId)
        m_runId = toEpochMillis(now);
    m_time += std::clamp(std::chrono::duration<double>(dt).count(), 0.0, LongestStep);
    runTimeline(out);

    std::size_t actor = 0;
    const auto next = [&](double period) -> std::optional<double> { // seconds to advance, when due
        const double share = std::fmod(double(actor) * GoldenShare, 1);
        Due &due = m_due[actor++];
        if (!isDue(due, period, share))
            return std::nullopt;
        return m_time - std::exchange(due.advancedTo, m_time);
    };
    for (const auto &vehicle : m_vehicles) {
        if (const auto seconds = next(1 / vehicle->spec().hz)) {
            vehicle->advance(*seconds, m_time);
            hand(vehicle->reading(now, m_source), out);
        }
    }
    for (const auto &phone : m_phones) {
        if (const auto seconds = next(phone->fixEverySeconds())) {
            phone->advance(*seconds, m_time);
            hand(phone->reading(now, m_source), out);
        }
        if (const auto text = phone->say(m_time))
            out.requests.append(chatOf(*phone, *text));
    }
    for (RigModel &rig : m_rig) {
        if (next(1 / rig.spec().hz))
            hand(rig.reading(now, m_time, m_source), out);
    }
    for (Owed &owed : m_owed) {
        if (owed.at <= m_time)
            out.requests.append(std::move(owed.request));
    }
    std::erase_if(m_owed, [this](const Owed &owed) { return owed.at <= m_time; });
    m_faults.forget(m_time);
    return out;
}

void Simulation::hand(Reading reading, SimulationStep &out)
{
    if (m_faults.isSilent(reading.deviceId, m_time))
        return;
    m_faults.apply(reading, m_time);
    out.readings.append(std::move(reading));
}

void Simulation::runTimeline(SimulationStep &out)
{
    const auto &steps = m_scenario.timeline;
    while (true) {
        if (m_nextStep < steps.size()) {
            if (m_roundStart + steps[m_nextStep].at > m_time)
                return;
            run(steps[m_nextStep++], out);
            continue;
        }
        if (steps.isEmpty() || !m_scenario.loopSeconds || m_time < m_roundStart + *m_scenario.loopSeconds)
            return;
        m_roundStart += *m_scenario.loopSeconds;
        m_nextStep = 0;
    }
}

void Simulation::run(const TimelineStep &step, SimulationStep &out)
{
    using enum TimelineStep::Action;
    if (step.action == Fault || step.action == Silence) {
        m_faults.begin(step, m_time);
        if (step.action == Fault && step.fault == TimelineStep::Fault::Crash) {
            for (const auto &vehicle : m_vehicles) {
                if (vehicle->spec().id == step.device)
                    vehicle->crash(step.hold);
            }
        }
        return;
    }
    PhoneModel *phone = findPhone(step.device);
    if (!phone)
        return;
    if (step.action == Chat) {
        out.requests.append(chatOf(*phone, step.text));
    } else if (step.action == Panic) {
        phone->setPanicOpen(true);
        RaisePanic panic;
        panic.userId = phone->spec().id;
        panic.userName = phone->spec().name;
        panic.clientAlertId = newId();
        panic.message = step.text;
        panic.alertType = step.panicType;
        panic.silent = step.silent;
        panic.simulated = true;
        panic.position = phone->position();
        out.requests.append(requestOf(*phone, panic, panic.clientAlertId));
    } else {
        phone->setPanicOpen(false);
        out.requests.append(requestOf(*phone, tocsin::CancelPanic{QString(), phone->spec().id}, newId()));
    }
}

void Simulation::hear(const ChatMessage &message)
{
    if (!message.fromDesk || message.automatic)
        return;
    if (message.thread == broadcastThread()) {
        for (const auto &phone : m_phones)
            mark(*phone, message);
    } else if (PhoneModel *phone = findPhone(userOfChatThread(message.thread))) {
        mark(*phone, message);
        phone->hear(m_time);
    }
}

void Simulation::mark(const PhoneModel &phone, const ChatMessage &message)
{
    using enum ChatReceipt::Kind;
    const auto request = [&](ChatReceipt::Kind kind) {
        return requestOf(phone, MarkChat{message.thread, message.id, kind}, newId());
    };
    owe(DeliveredAfter, request(Delivered));
    owe(ReadAfter, request(Read));
    if (message.urgent)
        owe(AcknowledgedAfter, request(Acknowledged));
}

void Simulation::owe(double after, Request request)
{
    if (m_owed.size() < MostOwed)
        m_owed.push_back({m_time + after, std::move(request)});
}

bool Simulation::obey(const Command &command)
{
    const auto answer = [&](CommandState state, const QByteArray &response, const QString &error) {
        owe(ObeyedAfter, Request{newId(), Actor{Actor::Kind::Device, command.deviceId, command.deviceId, m_source},
                                 ReportCommand{command.id, state, response, error}});
        return true;
    };
    for (RigModel &rig : m_rig) {
        if (rig.spec().id == command.deviceId)
            return answer(CommandState::Succeeded, rig.obey(command.action, command.parameters), {});
    }
    const QList<Device> all = devices();
    if (std::none_of(all.cbegin(), all.cend(), [&](const Device &device) { return device.id == command.deviceId; }))
        return false;
    return answer(CommandState::Failed, {}, QStringLiteral("This device takes no commands."));
}

PhoneModel *Simulation::findPhone(const QString &id) const
{
    const auto it =
        std::find_if(m_phones.cbegin(), m_phones.cend(), [&](const auto &phone) { return phone->spec().id == id; });
    return it == m_phones.cend() ? nullptr : it->get();
}

QString Simulation::newId()
{
    return QStringLiteral("sim-%1-%2").arg(m_runId.value_or(0)).arg(++m_ids);
}

Request Simulation::requestOf(const PhoneModel &phone, RequestBody body, const QString &id) const
{
    return Request{id, Actor{Actor::Kind::User, phone.spec().id, phone.spec().name, m_source}, std::move(body)};
}

Request Simulation::chatOf(const PhoneModel &phone, const QString &text)
{
    SendChat chat;
    chat.thread = chatThreadOfUser(phone.spec().id);
    chat.text = text;
    chat.clientMessageId = newId();
    chat.simulated = true;
    return requestOf(phone, chat, chat.clientMessageId);
}

} // namespace tocsin
