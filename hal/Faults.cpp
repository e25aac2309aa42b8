// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/Faults.h"

#include "models/domain/Channels.h"

#include <algorithm>

namespace tocsin {

namespace {
constexpr double Unsteadiness = 0.002; // of the fault's value

double smooth(double t)
{
    t = std::clamp(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

Value *findValue(Reading &reading, const QString &channel)
{
    const auto it = std::find_if(reading.samples.begin(), reading.samples.end(),
                                 [&](const Sample &sample) { return sample.channel == channel; });
    return it == reading.samples.end() ? nullptr : &it->value;
}

double stepOf(const QString &channel)
{
    return channel == channel::EngineRpm || channel == channel::MotorRpm ? 1
           : channel == channel::BatteryVoltage                          ? 0.01
                                                                         : 0.1;
}
} // namespace

void Faults::begin(const TimelineStep &step, double simTime)
{
    m_running.push_back({step, simTime});
}

double Faults::strength(const Running &fault, double simTime)
{
    const double t = simTime - fault.since;
    const TimelineStep &s = fault.step;
    if (t < 0 || t > s.rise + s.hold + s.fall)
        return 0;
    if (t < s.rise)
        return smooth(t / s.rise);
    if (t <= s.rise + s.hold)
        return 1;
    return s.fall > 0 ? 1 - smooth((t - s.rise - s.hold) / s.fall) : 0;
}

void Faults::apply(Reading &reading, double simTime)
{
    for (const Running &fault : m_running) {
        const TimelineStep &s = fault.step;
        if (s.device != reading.deviceId || s.action != TimelineStep::Action::Fault)
            continue;
        const double k = strength(fault, simTime);
        if (k <= 0)
            continue;
        if (s.fault == TimelineStep::Fault::Crash) {
            if (Value *value = findValue(reading, channel::Crash))
                *value = 1.0;
        } else if (s.fault == TimelineStep::Fault::TroubleCode) {
            if (Value *codes = findValue(reading, channel::TroubleCodes)) {
                QStringList list = std::get<QStringList>(*codes);
                list.append(s.text);
                *codes = list;
                if (Value *count = findValue(reading, channel::TroubleCount))
                    *count = double(list.size());
            }
        } else if (Value *value = findValue(reading, s.channel)) {
            const double normal = number(*value).value_or(s.to);
            const double bent = normal + (s.to - normal) * k + k * m_random.noise(std::abs(s.to) * Unsteadiness);
            *value = roundedTo(bent, stepOf(s.channel));
        }
    }
}

bool Faults::isSilent(const QString &device, double simTime) const
{
    return std::any_of(m_running.cbegin(), m_running.cend(), [&](const Running &fault) {
        return fault.step.action == TimelineStep::Action::Silence && fault.step.device == device &&
               strength(fault, simTime) > 0;
    });
}

void Faults::forget(double simTime)
{
    std::erase_if(m_running,
                  [&](const Running &f) { return simTime - f.since > f.step.rise + f.step.hold + f.step.fall; });
}

} // namespace tocsin
