// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ServerStatus.h"

#include "models/Format.h"

#include <cmath>
#include <utility>

namespace tocsin {

static_assert(int(ServerStatus::Connecting) == int(DeskLink::State::Connecting));
static_assert(int(ServerStatus::Open) == int(DeskLink::State::Open));
static_assert(int(ServerStatus::Closing) == int(DeskLink::State::Closing));
static_assert(int(ServerStatus::Closed) == int(DeskLink::State::Closed));
static_assert(int(ServerStatus::Reconnecting) == int(DeskLink::State::Reconnecting));
static_assert(int(ServerStatus::Failed) == int(DeskLink::State::Failed));

ServerStatus::ServerStatus(const DeviceListModel &devices, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_devices(devices)
    , m_clock(std::move(clock))
    , m_adapters(new AdapterListModel(this))
{
    for (auto signal : {&ServerStatus::connectionChanged, &ServerStatus::statsChanged, &ServerStatus::countsChanged})
        connect(this, signal, this, &ServerStatus::summaryChanged);
}

QString ServerStatus::connectionText() const
{
    switch (m_connection) {
    case Connecting:
        return tr("connecting");
    case Open:
        return tr("open");
    case Closing:
        return tr("closing");
    case Closed:
        return tr("closed");
    case Reconnecting:
        return tr("reconnecting");
    case Failed:
        break;
    }
    return tr("failed");
}

QString ServerStatus::addressText() const
{
    return m_stats.listeners.isEmpty() ? tr("not listening") : m_stats.listeners.join(QStringLiteral(", "));
}

QString ServerStatus::messagesPerSecondText() const
{
    if (!live() || !m_hasStats)
        return format::unknown();
    const double rate = m_stats.messagesPerSecond;
    return format::number(rate, rate > 0 && rate < 10 ? 1 : 0);
}

QString ServerStatus::p95Text() const
{
    // 0: nothing was measured yet; a message never takes no time.
    if (!live() || !m_hasStats || !(m_stats.p95LatencyMs > 0))
        return format::unknown();
    return tr("%1 ms").arg(format::number(m_stats.p95LatencyMs, m_stats.p95LatencyMs < 10 ? 1 : 0));
}

QString ServerStatus::summary() const
{
    const auto count = [this](int devices) { return pictured() ? format::number(devices, 0) : format::unknown(); };
    return tr("%1 devices · %2 phones · %3 msg/s · p95 %4")
        .arg(count(m_deviceCount), count(m_phoneCount), messagesPerSecondText(), p95Text());
}

QString ServerStatus::awayText() const
{
    if (live() || m_target.isEmpty())
        return {};
    QString text;
    if (m_connection == Failed) {
        text = m_lastLive.isEmpty() ? tr("The connection to %1 failed").arg(m_target)
                                    : tr("The connection to %1 has failed since %2").arg(m_target, m_lastLive);
        text += m_reason.isEmpty() ? tr(".") : tr(": %1.").arg(m_reason);
    } else if (m_lastLive.isEmpty())
        text = m_reason.isEmpty() ? tr("Connecting to %1 …").arg(m_target)
                                  : tr("Connecting to %1 … (%2)").arg(m_target, m_reason);
    else
        text = m_reason.isEmpty() ? tr("The server has been away since %1.").arg(m_lastLive)
                                  : tr("The server has been away since %1 (%2).").arg(m_lastLive, m_reason);
    if (!m_lastLive.isEmpty())
        text += QLatin1Char(' ') + tr("This is the last picture.");
    if (m_pending > 0)
        text += QLatin1Char(' ') + (m_pending == 1 ? tr("1 action waits to be confirmed.")
                                                   : tr("%1 actions wait to be confirmed.").arg(m_pending));
    return text;
}

QString ServerStatus::absenceTitle() const
{
    if (live())
        return {};
    return m_target.isEmpty() ? tr("Not connected to the desk") : tr("Not connected to %1").arg(m_target);
}

QString ServerStatus::absenceText() const
{
    if (live())
        return {};
    QStringList sentences;
    if (!m_reason.isEmpty())
        sentences += m_connection == Failed ? tr("The connection failed: %1.").arg(m_reason)
                                            : tr("The last attempt: %1.").arg(m_reason);
    sentences += m_lastLive.isEmpty() ? tr("Nothing has come from it yet.")
                                      : tr("What you see is of %1 and may be old.").arg(m_lastLive);
    if (m_connection == Failed)
        sentences += tr("It does not try again by itself: start the console anew.");
    else if (m_connection == Connecting || m_connection == Reconnecting)
        sentences += tr("It keeps trying.");
    return sentences.join(QLatin1Char(' '));
}

void ServerStatus::setPending(int requests)
{
    if (requests == m_pending)
        return;
    m_pending = requests;
    Q_EMIT connectionChanged();
}

void ServerStatus::setConnection(DeskLink::State state, const QString &reason, const QString &target)
{
    const auto connection = Connection(int(state));
    if (connection == m_connection && reason == m_reason && target == m_target)
        return;
    m_reason = reason;
    m_target = target;
    if (live() && connection != Open)
        m_lastLive = format::timeOfDay(m_clock.now(), m_clock.zone);
    m_connection = connection;
    Q_EMIT connectionChanged();
    Q_EMIT statsChanged(); // figures are "–" while it is not open
}

void ServerStatus::setStats(const ServerStats &stats)
{
    if (m_hasStats && stats == m_stats)
        return;
    m_stats = stats;
    m_hasStats = true;
    Q_EMIT statsChanged();
}

void ServerStatus::countDevices()
{
    int phones = 0;
    for (int row = 0; row < m_devices.count(); ++row)
        phones += m_devices.factsAt(row).device.kind == DeviceKind::Phone ? 1 : 0;
    const int devices = m_devices.count() - phones;
    if (devices == m_deviceCount && phones == m_phoneCount)
        return;
    m_deviceCount = devices;
    m_phoneCount = phones;
    Q_EMIT countsChanged();
}

} // namespace tocsin
