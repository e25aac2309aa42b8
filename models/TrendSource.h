// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"
#include "models/HistoryRequest.h"
#include "models/TrendLine.h"

#include <QAbstractSeries>
#include <QDateTime>
#include <QObject>
#include <QTimer>
#include <QUrl>
#include <QtQml/qqmlregistration.h>

#include <array>

namespace tocsin {

/// Two channels of the selected device over the last minutes: live, with what the archive knows. GUI thread; owned by
/// Console. It renews itself at most four times a second; QML binds to `revision` and calls fill().
class TrendSource : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.trend")
    Q_PROPERTY(tocsin::TrendLine *first READ first CONSTANT FINAL)
    Q_PROPERTY(tocsin::TrendLine *second READ second CONSTANT FINAL)
    Q_PROPERTY(tocsin::TrendSource::Window window READ window WRITE setWindow NOTIFY windowChanged FINAL)
    Q_PROPERTY(QString windowText READ windowText NOTIFY windowChanged FINAL) ///< "Last 5 minutes"
    /// The numeric channels of the device, to choose from; labels in the same order.
    Q_PROPERTY(QStringList channels READ channels NOTIFY channelsChanged FINAL)
    Q_PROPERTY(QStringList channelLabels READ channelLabels NOTIFY channelsChanged FINAL)
    /// Counts up with every renewal of the points.
    Q_PROPERTY(int revision READ revision NOTIFY revisionChanged FINAL)
    Q_PROPERTY(double fromMs READ fromMs NOTIFY revisionChanged FINAL) ///< the time axis, ms since 1970 UTC
    Q_PROPERTY(double toMs READ toMs NOTIFY revisionChanged FINAL)
    Q_PROPERTY(QDateTime fromTime READ fromTime NOTIFY revisionChanged FINAL) ///< the same for a DateTimeAxis
    Q_PROPERTY(QDateTime toTime READ toTime NOTIFY revisionChanged FINAL)
    Q_PROPERTY(QStringList timeTicks READ timeTicks NOTIFY revisionChanged FINAL) ///< start, middle, end: "14:02"
    Q_PROPERTY(bool loading READ loading NOTIFY loadingChanged FINAL)             ///< history is on its way
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged FINAL) ///< why there is no history; a sentence
public:
    enum Window { OneMinute, FiveMinutes, OneHour, OneDay };
    Q_ENUM(Window)

    TrendSource(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] TrendLine *first() const { return m_first; }
    [[nodiscard]] TrendLine *second() const { return m_second; }
    [[nodiscard]] Window window() const { return m_window; }
    void setWindow(Window window);
    [[nodiscard]] QString windowText() const;
    [[nodiscard]] QStringList channels() const { return m_channels; }
    [[nodiscard]] QStringList channelLabels() const;
    [[nodiscard]] int revision() const { return m_revision; }
    [[nodiscard]] double fromMs() const { return double(toEpochMillis(from())); }
    [[nodiscard]] double toMs() const { return double(toEpochMillis(m_to)); }
    [[nodiscard]] QDateTime fromTime() const;
    [[nodiscard]] QDateTime toTime() const;
    [[nodiscard]] QStringList timeTicks() const;
    [[nodiscard]] bool loading() const { return m_request.waiting(); }
    [[nodiscard]] QString problem() const { return m_problem; }

    /// Puts the points of line `which` (0, 1) into an XY series of Qt Charts. Where the line breaks, it goes on in further
    /// series that this call adds to the same chart, with the same pen and axes. False: no such line, or not an XY series.
    Q_INVOKABLE bool fill(QAbstractSeries *series, int which);
    /// The points as a list; a NaN y stands in each break.
    [[nodiscard]] QList<QPointF> points(int which) const;
    /// What the chart shows, RFC 4180: time (ISO 8601, UTC) and one column per line.
    Q_INVOKABLE QString exportCsv() const;
    /// Writes the same to a local file and has it noted in the audit. False: see problem().
    Q_INVOKABLE bool exportTo(const QUrl &file);

    void setBands(const ChannelBands &bands);
    /// Another device (nullptr: none).
    void show(const QString &deviceId, const LatestReading *latest);
    void update(const LatestReading &latest);
    bool takeHistory(quint64 queryId, const HistoryResult &result);
    bool takeReply(const QString &requestId, const Outcome &outcome);
    /// After a reconnect: asks again for what was missed.
    void reload();
    /// Renews window, axes and revision; called by the timer.
    void refresh(TimePoint now);

Q_SIGNALS:
    void windowChanged();
    void channelsChanged();
    void revisionChanged();
    void loadingChanged();
    void problemChanged();

private:
    [[nodiscard]] TimePoint from() const { return m_to - span(); }
    [[nodiscard]] Duration span() const;
    [[nodiscard]] QStringList captions() const; ///< of the lines that there are
    [[nodiscard]] const TrendLine *line(int which) const;
    void setChannels(const LatestReading *latest);
    void chooseLines();
    void lineChanged(TrendLine *line);
    void restart();
    void feed(TrendLine &line) const;
    void setProblem(const QString &problem);

    DeskLink &m_link;
    ModelClock m_clock;
    HistoryRequest m_request;
    ChannelBands m_bands = ChannelBands::defaults();
    TrendLine *m_first;
    TrendLine *m_second;
    Window m_window = FiveMinutes;
    QString m_deviceId;
    LatestReading m_latest; ///< of the device
    QStringList m_channels;
    std::array<QString, 2> m_chosen; ///< by the operator; empty: not
    qsizetype m_known = 0;           ///< channels of the device, text ones too
    QTimer m_timer;
    TimePoint m_to;
    QString m_problem;
    QString m_note; ///< request that notes the last export
    int m_revision = 0;
    bool m_dirty = false;
    bool m_choosing = false;
};

} // namespace tocsin
