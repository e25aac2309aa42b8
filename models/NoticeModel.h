// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// What the operator has to be told about an own action: refusals and errors, newest first. GUI thread; owned by Console.
/// They go by themselves (information 8 s, refusals 20 s, errors 60 s); the same again is counted, not repeated; at most 20.
class NoticeModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.notices")
    Q_PROPERTY(int count READ count NOTIFY latestChanged FINAL)
    Q_PROPERTY(QString latestText READ latestText NOTIFY latestChanged FINAL) ///< empty when there is none
    Q_PROPERTY(tocsin::NoticeModel::Severity latestSeverity READ latestSeverity NOTIFY latestChanged FINAL)
public:
    enum Role {
        NoticeIdRole = Qt::UserRole + 1,
        NoticeTextRole,
        SeverityRole, ///< Severity
        TimeTextRole,
        RepeatsRole, ///< 1: once
    };
    Q_ENUM(Role)
    enum Severity { Information, Refusal, Error };
    Q_ENUM(Severity)
    static constexpr int MaxNotices = 20;

    explicit NoticeModel(ModelClock clock, QObject *parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] QString latestText() const;
    [[nodiscard]] Severity latestSeverity() const;

    /// QML may add its own (an export that failed).
    Q_INVOKABLE void add(const QString &text, tocsin::NoticeModel::Severity severity = Information);
    Q_INVOKABLE void dismiss(int noticeId);
    void expire(TimePoint now);

Q_SIGNALS:
    void latestChanged();

private:
    struct Row
    {
        int id = 0;
        QString text;
        Severity severity = Information;
        TimePoint at;
        int repeats = 1;
    };
    void removeAt(int row);
    ModelClock m_clock;
    QList<Row> m_rows;
    int m_nextId = 1;
};

} // namespace tocsin
