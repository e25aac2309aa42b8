// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/TrendBuffer.h"
#include "models/domain/ChannelBands.h"
#include "models/domain/Channels.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// One line of the trend with its axis and limit. GUI thread; owned by TrendSource.
class TrendLine : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("TrendSource.first and TrendSource.second")
    /// Writing another channel of the device asks for its history; empty: no line.
    Q_PROPERTY(QString channel READ channel WRITE setChannel NOTIFY channelChanged FINAL)
    Q_PROPERTY(QString label READ label NOTIFY channelChanged FINAL)     ///< "Engine speed"
    Q_PROPERTY(QString unit READ unit NOTIFY channelChanged FINAL)       ///< "rpm"
    Q_PROPERTY(QString caption READ caption NOTIFY channelChanged FINAL) ///< "Engine speed, rpm"
    Q_PROPERTY(int decimals READ decimals NOTIFY channelChanged FINAL)
    Q_PROPERTY(double minimum READ minimum NOTIFY rangeChanged FINAL)
    Q_PROPERTY(double maximum READ maximum NOTIFY rangeChanged FINAL)
    Q_PROPERTY(double tickInterval READ tickInterval NOTIFY rangeChanged FINAL)
    Q_PROPERTY(bool hasLimit READ hasLimit NOTIFY limitChanged FINAL)
    Q_PROPERTY(double limit READ limit NOTIFY limitChanged FINAL)          ///< NaN without one
    Q_PROPERTY(QString limitText READ limitText NOTIFY limitChanged FINAL) ///< "limit 4 000"
    Q_PROPERTY(bool hasData READ hasData NOTIFY hasDataChanged FINAL)      ///< anything within the window
public:
    explicit TrendLine(QObject *parent = nullptr);

    [[nodiscard]] QString channel() const { return m_channel; }
    void setChannel(const QString &channel);
    [[nodiscard]] QString label() const { return m_info.label; }
    [[nodiscard]] QString unit() const { return m_info.unit; }
    [[nodiscard]] QString caption() const;
    [[nodiscard]] int decimals() const { return m_info.decimals; }
    [[nodiscard]] double minimum() const { return m_range.minimum; }
    [[nodiscard]] double maximum() const { return m_range.maximum; }
    [[nodiscard]] double tickInterval() const { return m_range.interval; }
    [[nodiscard]] bool hasLimit() const { return m_limit.has_value(); }
    [[nodiscard]] double limit() const;
    [[nodiscard]] QString limitText() const;
    [[nodiscard]] bool hasData() const { return m_hasData; }

    void setBand(const ChannelBand &band);
    /// Forgets the points.
    void clear(Duration window);
    [[nodiscard]] TrendBuffer &buffer() { return m_buffer; }
    [[nodiscard]] const TrendBuffer &buffer() const { return m_buffer; }
    /// Renews axis and hasData for what lies in the window.
    void refresh(TimePoint from, TimePoint to);

Q_SIGNALS:
    void channelChanged();
    void rangeChanged();
    void limitChanged();
    void hasDataChanged();

private:
    QString m_channel;
    ChannelInfo m_info;
    AxisRange m_range;
    std::optional<double> m_limit;
    TrendBuffer m_buffer;
    bool m_hasData = false;
};

} // namespace tocsin
