// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// Every action that has a key: the one list behind the shortcuts and the sheet of keys. GUI thread; owned by Console.
/// QML makes one Shortcut per row (`sequences`, `actionEnabled`) and calls trigger(); who can do the action listens to
/// triggered(). Console does acknowledge, next and previous itself. Only actions that work are in it.
/// Single-letter keys are dead while `textFocus` is set.
class KeyRegistry : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.keys")
    Q_PROPERTY(int count READ count CONSTANT FINAL)
    /// Set by the window while a text field has the focus.
    Q_PROPERTY(bool textFocus READ textFocus WRITE setTextFocus NOTIFY textFocusChanged FINAL)
public:
    enum Role {
        ActionIdRole = Qt::UserRole + 1, ///< "acknowledge"
        ActionTitleRole,                 ///< "Acknowledge the selected alert"
        GroupRole,                       ///< "Alerts", "Map", "Console"
        SequencesRole,                   ///< list of texts for Shortcut.sequences
        KeyTextRole,                     ///< "J or Down", as the operator reads it
        ActionEnabledRole,
    };
    Q_ENUM(Role)

    explicit KeyRegistry(QObject *parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_actions.size()); }
    [[nodiscard]] bool textFocus() const { return m_textFocus; }
    void setTextFocus(bool textFocus);

    /// Does nothing for a disabled or unknown action.
    Q_INVOKABLE void trigger(const QString &actionId);
    Q_INVOKABLE void setActionEnabled(const QString &actionId, bool enabled);
    Q_INVOKABLE QString keyText(const QString &actionId) const; ///< for hints on buttons: "A"; empty when unknown

Q_SIGNALS:
    void textFocusChanged();
    void triggered(const QString &actionId);

private:
    struct Action
    {
        QString id;
        QString title;
        QString group;
        QStringList sequences;
        bool single = false; ///< a key without Ctrl, Alt or Meta
        bool enabled = true;
    };
    [[nodiscard]] bool isLive(const Action &action) const { return action.enabled && !(m_textFocus && action.single); }
    [[nodiscard]] int find(const QString &actionId) const;
    static QString keyText(const Action &action);
    QList<Action> m_actions;
    bool m_textFocus = false;
};

} // namespace tocsin
