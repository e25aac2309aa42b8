// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Clock.h"
#include "models/DeskLink.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The orders given to the selected device, newest first, and the way to give it one. GUI thread; owned by Console.
/// send() only asks: the row is `pending` until the desk's event comes back; what the desk refuses is said in `refused`.
/// Bounded: the newest 100 of each device, and 20 requests under way.
class CommandModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.commands")
    Q_PROPERTY(int count READ count NOTIFY changed FINAL)
    Q_PROPERTY(QString deviceName READ deviceName NOTIFY changed FINAL)
    Q_PROPERTY(QStringList actions READ actions NOTIFY changed FINAL) ///< what the device says it can be told
    Q_PROPERTY(bool canSend READ canSend NOTIFY canSendChanged FINAL)
    Q_PROPERTY(int openCount READ openCount NOTIFY changed FINAL) ///< not finished yet
    Q_PROPERTY(
        QString latestText READ latestText NOTIFY changed FINAL)    ///< "stop: done"; empty: none in the last minute
    Q_PROPERTY(int latestTone READ latestTone NOTIFY changed FINAL) ///< Tone
public:
    enum Role {
        CommandIdRole = Qt::UserRole + 1,
        ActionRole,
        ParametersRole, ///< "rpm 600"; empty: none
        StateTextRole,  ///< "sent, attempt 2 of 3"
        ToneRole,       ///< Tone
        DetailRole,     ///< the answer or the error; may be empty
        IssuedTextRole, ///< "14:05:48 · M. Ortiz"
        CancelableRole,
    };
    Q_ENUM(Role)
    enum Tone { Waiting, Good, Bad, Quiet };
    Q_ENUM(Tone)
    static constexpr int MostOfDevice = 100;
    static constexpr int MostUnderWay = 20;

    CommandModel(DeskLink &link, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] QString deviceName() const { return m_device.name; }
    [[nodiscard]] QStringList actions() const { return m_device.actions; }
    [[nodiscard]] bool canSend() const;
    [[nodiscard]] int openCount() const;
    [[nodiscard]] QString latestText() const;
    [[nodiscard]] int latestTone() const;

    /// Why these parameters cannot be sent, a sentence; empty: they can. `parameters`: a JSON object, or nothing.
    Q_INVOKABLE QString problemOf(const QString &action, const QString &parameters) const;
    /// False (and nothing sent): see problemOf(), or no device, or no connection.
    Q_INVOKABLE bool send(const QString &action, const QString &parameters = {}, int timeoutSeconds = 5,
                          int retries = 0);
    Q_INVOKABLE void cancel(const QString &commandId);

    void show(const Device &device); ///< an empty record: none
    void reset(const QList<Command> &commands);
    void apply(const Command &command, const QString &requestId);
    /// An order that an earlier console asked for.
    void adopt(const QString &requestId, const IssueCommand &order, TimePoint at);
    bool takeReply(const QString &requestId, const Outcome &outcome);
    void refresh() { Q_EMIT changed(); } ///< time has passed

Q_SIGNALS:
    void changed();
    void canSendChanged();
    void refused(const QString &text);

private:
    struct Asked ///< not yet an event
    {
        QString requestId;
        QString deviceId;
        QString action;
        QByteArray parameters;
        TimePoint at;
    };
    struct Row
    {
        QString key; ///< command id, or request id while it is under way
        QString action;
        QString parameters;
        QString state;
        QString detail;
        QString issued;
        Tone tone = Waiting;
        bool cancelable = false;
        bool operator==(const Row &) const = default;
    };
    [[nodiscard]] Row rowOf(const Command &command) const;
    [[nodiscard]] Row rowOf(const Asked &asked) const;
    void rebuild();

    DeskLink &m_link;
    ModelClock m_clock;
    Device m_device;
    QHash<QString, QList<Command>> m_commands; ///< by device, oldest first
    QList<Asked> m_asked;
    QHash<QString, QString> m_cancels; ///< request → action, under way
    QList<Row> m_rows;
};

} // namespace tocsin
