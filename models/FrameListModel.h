// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <deque>

namespace tocsin {

/// One line of a log of frames.
struct FrameLine
{
    enum class Way { In, Out, Note };
    Way way = Way::In;
    TimePoint at;
    QString client; ///< whose connection; empty where there is one alone
    qint64 size = 0;
    QString text;
};

/// A log of frames, newest last: the newest 2,000, narrowed by a text, held back while it is paused. GUI thread; owned by FrameInspector
/// and TestClientModel.
class FrameListModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("FrameInspector.frames")
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL) ///< shown
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged FINAL)
    Q_PROPERTY(bool paused READ paused WRITE setPaused NOTIFY pausedChanged FINAL)
    Q_PROPERTY(int waiting READ waiting NOTIFY countChanged FINAL) ///< came while it is paused
public:
    enum Role {
        WayRole = Qt::UserRole + 1, ///< Way
        WayTextRole,                ///< "in", "out", ""
        FrameTimeRole,              ///< "14:06:21.034"
        FrameClientRole,
        SizeTextRole, ///< "212 B"; empty for a note
        FrameTextRole,
    };
    Q_ENUM(Role)
    enum Way { In, Out, Note };
    Q_ENUM(Way)
    static constexpr std::size_t mostLines = 2000;

    explicit FrameListModel(ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_shown.size()); }
    [[nodiscard]] QString search() const { return m_search; }
    void setSearch(const QString &search);
    [[nodiscard]] bool paused() const { return m_paused; }
    void setPaused(bool paused);
    [[nodiscard]] int waiting() const { return int(m_waiting.size()); }

    void append(const QList<FrameLine> &lines);
    Q_INVOKABLE void clear();
    /// A line as text; of all that are shown.
    [[nodiscard]] QString textAt(int row) const;
    [[nodiscard]] QString allText() const;
    /// To the clipboard.
    Q_INVOKABLE void copy(int row) const;
    Q_INVOKABLE void copyAll() const;

Q_SIGNALS:
    void countChanged();
    void searchChanged();
    void pausedChanged();

private:
    [[nodiscard]] bool passes(const FrameLine &line) const;
    [[nodiscard]] QString timeText(TimePoint at) const;
    void show(const QList<FrameLine> &lines);
    void rebuild();

    ModelClock m_clock;
    std::deque<FrameLine> m_all;
    std::deque<FrameLine> m_shown;
    std::deque<FrameLine> m_waiting;
    QString m_search;
    bool m_paused = false;
};

} // namespace tocsin
