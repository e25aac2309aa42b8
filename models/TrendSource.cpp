// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/TrendSource.h"

#include "models/Format.h"
#include "models/TableExport.h"

#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr int refreshMs = 250;

QDateTime utc(TimePoint t)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(t), Qt::UTC);
}
} // namespace

TrendSource::TrendSource(DeskLink &link, ModelClock clock, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_clock(std::move(clock))
    , m_request(link)
    , m_first(new TrendLine(this))
    , m_second(new TrendLine(this))
{
    for (TrendLine *line : {m_first, m_second}) {
        connect(line, &TrendLine::channelChanged, this, [this, line] { lineChanged(line); });
        line->clear(span());
    }
    m_to = m_clock.now();
    m_timer.setInterval(refreshMs);
    connect(&m_timer, &QTimer::timeout, this, [this] { refresh(m_clock.now()); });
}

Duration TrendSource::span() const
{
    switch (m_window) {
    case OneMinute:
        return 1min;
    case FiveMinutes:
        return 5min;
    case OneHour:
        return 1h;
    case OneDay:
        break;
    }
    return 24h;
}

QString TrendSource::windowText() const
{
    switch (m_window) {
    case OneMinute:
        return tr("Last minute");
    case FiveMinutes:
        return tr("Last 5 minutes");
    case OneHour:
        return tr("Last hour");
    case OneDay:
        break;
    }
    return tr("Last 24 hours");
}

QDateTime TrendSource::fromTime() const
{
    return utc(from()).toTimeZone(m_clock.zone);
}

QDateTime TrendSource::toTime() const
{
    return utc(m_to).toTimeZone(m_clock.zone);
}

QStringList TrendSource::timeTicks() const
{
    const auto text = [this](TimePoint t) {
        return m_window == OneMinute ? format::timeOfDay(t, m_clock.zone) : format::hourMinute(t, m_clock.zone);
    };
    return {text(from()), text(from() + span() / 2), text(m_to)};
}

QStringList TrendSource::channelLabels() const
{
    QStringList labels;
    for (const QString &channel : m_channels)
        labels.append(channelInfo(channel).label);
    return labels;
}

const TrendLine *TrendSource::line(int which) const
{
    return which == 0 ? m_first : which == 1 ? m_second : nullptr;
}

void TrendSource::setWindow(Window window)
{
    if (window == m_window || window < OneMinute || window > OneDay)
        return;
    m_window = window;
    restart();
    Q_EMIT windowChanged();
}

void TrendSource::setBands(const ChannelBands &bands)
{
    m_bands = bands;
    for (TrendLine *line : {m_first, m_second})
        line->setBand(m_bands.find(line->channel()));
}

void TrendSource::show(const QString &deviceId, const LatestReading *latest)
{
    m_deviceId = deviceId;
    m_latest = latest ? *latest : LatestReading();
    setChannels(latest);
    chooseLines();
    restart();
    if (deviceId.isEmpty())
        m_timer.stop();
    else
        m_timer.start();
}

void TrendSource::setChannels(const LatestReading *latest)
{
    QList<ChannelInfo> infos;
    if (latest) {
        for (auto it = latest->channels.cbegin(); it != latest->channels.cend(); ++it) {
            if (std::holds_alternative<double>(it->value))
                infos.append(channelInfo(it.key()));
        }
    }
    std::sort(infos.begin(), infos.end(), [](const ChannelInfo &a, const ChannelInfo &b) {
        return std::tuple(!a.hasRange(), a.order, a.name) < std::tuple(!b.hasRange(), b.order, b.name);
    });
    QStringList channels;
    for (const ChannelInfo &info : std::as_const(infos))
        channels.append(info.name);
    m_known = latest ? latest->channels.size() : 0;
    if (channels == m_channels)
        return;
    m_channels = channels;
    Q_EMIT channelsChanged();
}

/// What the operator chose, where the device has it; else engine speed and speed; else the first two.
void TrendSource::chooseLines()
{
    const auto choose = [this](const QString &chosen, const QString &taken) {
        for (const QString &channel : QStringList{chosen, channel::EngineRpm, channel::Speed} + m_channels) {
            if (channel != taken && m_channels.contains(channel))
                return channel;
        }
        return QString();
    };
    m_choosing = true;
    const QString first = choose(m_chosen[0], m_chosen[1]);
    const QString second = choose(m_chosen[1], first);
    m_first->setChannel(first);
    m_second->setChannel(second);
    m_choosing = false;
}

void TrendSource::lineChanged(TrendLine *line)
{
    line->setBand(m_bands.find(line->channel()));
    if (m_choosing)
        return;
    m_chosen[line == m_first ? 0 : 1] = line->channel();
    restart();
}

/// Other lines, another window or device: the points are asked for anew.
void TrendSource::restart()
{
    for (TrendLine *line : {m_first, m_second}) {
        line->clear(span());
        feed(*line);
    }
    m_dirty = true;
    reload();
    refresh(m_clock.now());
}

void TrendSource::reload()
{
    QStringList channels;
    for (const TrendLine *line : {m_first, m_second}) {
        if (!line->channel().isEmpty() && !channels.contains(line->channel()))
            channels.append(line->channel());
    }
    const bool wasLoading = loading();
    setProblem(QString());
    if (m_deviceId.isEmpty() || channels.isEmpty()) {
        m_request.cancel();
    } else {
        HistoryQuery query;
        query.deviceId = m_deviceId;
        query.channels = channels;
        query.to = m_clock.now();
        query.from = query.to - span();
        query.maxPoints = 2 * TrendBuffer::Steps;
        m_request.ask(query, query.to);
    }
    if (loading() != wasLoading)
        Q_EMIT loadingChanged();
}

void TrendSource::feed(TrendLine &line) const
{
    const auto it = m_latest.channels.constFind(line.channel());
    if (it == m_latest.channels.cend())
        return;
    if (const auto value = number(it->value))
        line.buffer().add(it->at, *value);
}

void TrendSource::update(const LatestReading &latest)
{
    if (latest.deviceId != m_deviceId)
        return;
    m_latest = latest;
    if (latest.channels.size() != m_known) {
        const QString first = m_first->channel();
        const QString second = m_second->channel();
        setChannels(&latest);
        chooseLines();
        if (first != m_first->channel() || second != m_second->channel())
            restart();
    }
    feed(*m_first);
    feed(*m_second);
    m_dirty = true;
}

bool TrendSource::takeHistory(quint64 queryId, const HistoryResult &result)
{
    const auto taken = m_request.take(queryId, m_clock.now());
    if (taken == HistoryRequest::Taken::NotMine)
        return false;
    if (taken == HistoryRequest::Taken::Current) {
        for (const HistorySeries &series : result.series) {
            for (TrendLine *line : {m_first, m_second}) {
                if (line->channel() == series.channel)
                    line->buffer().merge(series.points);
            }
        }
        setProblem(result.error);
        m_dirty = true;
        refresh(m_clock.now());
    }
    Q_EMIT loadingChanged();
    return true;
}

void TrendSource::refresh(TimePoint now)
{
    // The window moves in steps of a six-hundredth, so that a day's chart is not drawn anew four times a second.
    const Duration step = span() / 600;
    const TimePoint to{(now.time_since_epoch() / step + 1) * step};
    if (to == m_to && !m_dirty)
        return;
    m_to = to;
    m_dirty = false;
    for (TrendLine *line : {m_first, m_second}) {
        line->buffer().dropBefore(from());
        line->refresh(from(), m_to);
    }
    ++m_revision;
    Q_EMIT revisionChanged();
}

void TrendSource::setProblem(const QString &problem)
{
    if (problem == m_problem)
        return;
    m_problem = problem;
    Q_EMIT problemChanged();
}

QList<QPointF> TrendSource::points(int which) const
{
    const TrendLine *chosen = line(which);
    return chosen ? chosen->buffer().points(from(), m_to) : QList<QPointF>();
}

QString TrendSource::exportCsv() const
{
    std::map<double, std::array<std::optional<double>, 2>> rows;
    for (int which : {0, 1}) {
        for (const QPointF &point : points(which)) {
            if (!std::isnan(point.y()))
                rows[point.x()][which] = point.y();
        }
    }
    QStringList header{tables::csvCell(QStringLiteral("time"))};
    for (const QString &caption : captions())
        header.append(tables::csvCell(caption));
    QString csv = header.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    for (const auto &[ms, values] : rows) {
        QStringList cells{toIso8601(fromEpochMicros(std::llround(ms * 1000)))};
        for (int which : {0, 1}) {
            if (!line(which)->channel().isEmpty())
                cells.append(values[which] ? QString::number(*values[which], 'g', 10) : QString());
        }
        csv += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    }
    return csv;
}

bool TrendSource::exportTo(const QUrl &file)
{
    if (!file.isLocalFile()) {
        setProblem(tr("%1 is not a file on this computer.").arg(file.toDisplayString()));
        return false;
    }
    QSaveFile target(file.toLocalFile());
    if (!target.open(QIODevice::WriteOnly) || target.write(exportCsv().toUtf8()) < 0 || !target.commit()) {
        setProblem(tr("%1 could not be written: %2").arg(file.toLocalFile(), target.errorString()));
        return false;
    }
    setProblem(QString());
    // Data has left the desk: who took what out is in the audit.
    AuditRecord record;
    record.action = QStringLiteral("export");
    record.object = QFileInfo(file.toLocalFile()).fileName();
    record.detail = QStringLiteral("%1: %2 from %3 to %4, CSV.")
                        .arg(m_deviceId, captions().join(QStringLiteral(", ")), toIso8601(from()), toIso8601(m_to));
    m_note = m_link.request(NoteAudit{record});
    return true;
}

QStringList TrendSource::captions() const
{
    QStringList captions;
    for (const TrendLine *line : {m_first, m_second}) {
        if (!line->channel().isEmpty())
            captions.append(line->caption());
    }
    return captions;
}

bool TrendSource::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (requestId.isEmpty() || requestId != m_note)
        return false;
    m_note.clear();
    if (!outcome.ok)
        setProblem(tr("The export is not in the audit log: %1").arg(outcome.message));
    return true;
}

} // namespace tocsin
