// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/ReplayAdapter.h"

#include "hal/Logging.h"

#include <QFileInfo>
#include <QTimer>

#include <algorithm>

namespace tocsin {

namespace {
constexpr int MostPerTurn = 256; // then the event loop gets its turn

AdapterStatus identity(const ReplayConfig &config)
{
    AdapterStatus status;
    status.adapterId = adapterId(config);
    status.driver = QStringLiteral("replay");
    status.target = config.file;
    return status;
}
} // namespace

ReplayAdapter::ReplayAdapter(ReplayConfig config, ReadingSink &sink, DeskPort &desk, QObject *parent)
    : DeviceAdapter(identity(config), sink, desk, parent)
    , m_config(std::move(config))
{
}

ReplayAdapter::~ReplayAdapter() = default;

void ReplayAdapter::open()
{
    const QString id = adapterId(m_config);
    m_reader = std::make_unique<RecordingReader>(m_config.file, id, QStringLiteral("replay:") + id);
    if (!m_reader->open()) {
        lost(m_reader->error()); // may come yet: a stick that is not mounted
        return;
    }
    m_pace = {};
    m_due = Duration{0};
    if (!m_timer) {
        m_timer = new QTimer(this);
        m_timer->setSingleShot(true);
        m_timer->setTimerType(Qt::PreciseTimer);
        connect(m_timer, &QTimer::timeout, this, &ReplayAdapter::play);
    }
    m_clock.start();
    if (!fetch())
        return;
    running();
    m_timer->start(0);
}

void ReplayAdapter::close()
{
    if (m_timer)
        m_timer->stop();
    m_next.reset();
    m_reader.reset();
}

/// Gets the next item ready, from the start again if so configured. False: over, and the state says how.
bool ReplayAdapter::fetch()
{
    m_next = m_reader->next();
    setBadFrames(m_reader->badFrames());
    if (!m_next && m_reader->error().isEmpty() && m_config.loop) {
        m_pace = {};
        m_due += RecordingPace::Backwards; // a breath between the rounds, and no spinning on a short file
        if (m_reader->open())
            m_next = m_reader->next();
    }
    if (!m_next) {
        const QString error = m_reader->error();
        if (error.isEmpty()) {
            qCInfo(lcReplay) << "Finished" << m_config.file;
            finished();
        } else {
            failed(error);
        }
        return false;
    }
    const double speed = std::clamp(m_config.speed, 0.01, 1000.0);
    m_due += std::chrono::duration_cast<Duration>(m_pace.after(*m_next) / speed);
    return true;
}

void ReplayAdapter::play()
{
    for (int n = 0; n < MostPerTurn; ++n) {
        const auto now = std::chrono::floor<Duration>(std::chrono::nanoseconds{m_clock.nsecsElapsed()});
        if (m_due > now) {
            m_timer->start(std::chrono::ceil<std::chrono::milliseconds>(m_due - now));
            return;
        }
        const RecordingItem item = *std::exchange(m_next, std::nullopt);
        show(item);
        if (!fetch())
            return;
    }
    m_timer->start(0);
}

void ReplayAdapter::show(const RecordingItem &item)
{
    const auto announce = [this](Device device) {
        device.source = QStringLiteral("replay:") + status().adapterId;
        device.simulated = true;
        device.tags = {QStringLiteral("replay")};
        m_announced.insert(device.id);
        put(device);
    };
    if (item.device && !m_announced.contains(item.device->id))
        announce(*item.device);
    QList<Reading> readings = item.readings;
    const TimePoint now = systemNow();
    for (Reading &reading : readings) {
        reading.receivedAt = now;
        if (!m_announced.contains(reading.deviceId)) {
            Device device;
            device.id = reading.deviceId;
            device.name = reading.deviceId;
            device.deviceClass = QStringLiteral("Recording");
            announce(device);
        }
    }
    publish(readings);
}

} // namespace tocsin
