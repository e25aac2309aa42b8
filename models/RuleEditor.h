// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/RuleForm.h"
#include "models/RuleTrialModel.h"
#include "models/RulesText.h"

#include <QAbstractListModel>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// The alert rules as somebody edits them: rows are the rules, one of them is shown as a form and as text. GUI thread; owned by Console.
/// Nothing is in force before save() was answered; every change is checked by the desk, which names the field. Somebody else may have saved
/// meanwhile: then it is this operator's choice what becomes of both.
class RuleEditor : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Console.rules")
    Q_PROPERTY(int count READ count NOTIFY changed FINAL)
    Q_PROPERTY(int current READ current WRITE setCurrent NOTIFY changed FINAL) ///< row; −1: none
    Q_PROPERTY(tocsin::RuleForm *form READ form CONSTANT FINAL)
    Q_PROPERTY(tocsin::RuleTrialModel *trial READ trial CONSTANT FINAL)
    Q_PROPERTY(QString title READ title NOTIFY changed FINAL)             ///< of the current rule
    Q_PROPERTY(QString json READ json NOTIFY jsonChanged FINAL)           ///< its text, without the file's indentation
    Q_PROPERTY(QString jsonProblem READ jsonProblem NOTIFY changed FINAL) ///< of what was last set as text
    Q_PROPERTY(QStringList problems READ problems NOTIFY changed FINAL)   ///< of the current rule that no field shows
    Q_PROPERTY(bool loaded READ loaded NOTIFY changed FINAL)
    Q_PROPERTY(bool dirty READ dirty NOTIFY changed FINAL)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY changed FINAL)
    Q_PROPERTY(bool canSave READ canSave NOTIFY changed FINAL)
    Q_PROPERTY(bool conflict READ conflict NOTIFY changed FINAL) ///< somebody else saved other rules meanwhile
    Q_PROPERTY(QString status READ status NOTIFY changed FINAL)  ///< a sentence: how it stands
    Q_PROPERTY(QString origin READ origin NOTIFY changed FINAL)  ///< "built in" or a file
    Q_PROPERTY(int wrong READ wrong NOTIFY changed FINAL)        ///< how many things are
public:
    enum Role {
        RuleIdRole = Qt::UserRole + 1,
        RuleNameRole,
        RuleDetailRole, ///< "engine.temperature > 115"
        RuleLevelRole,  ///< AlertListModel::Level, the most urgent; −1: unknown
        RuleWrongRole,  ///< how many things are wrong with it
        RuleChangedRole,
    };
    Q_ENUM(Role)
    static constexpr int MostUndo = 100;

    RuleEditor(DeskLink &link, DeviceListModel &devices, ModelClock clock, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return m_mine ? int(m_mine->rules().size()) : 0; }
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int row);
    [[nodiscard]] RuleForm *form() const { return m_form; }
    [[nodiscard]] RuleTrialModel *trial() const { return m_trial; }
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString json() const;
    [[nodiscard]] QString jsonProblem() const { return m_jsonProblem; }
    [[nodiscard]] QStringList problems() const { return m_problems; }
    [[nodiscard]] bool loaded() const { return m_mine.has_value(); }
    [[nodiscard]] bool dirty() const { return m_mine && *m_mine != *m_base; }
    [[nodiscard]] bool canUndo() const { return !m_undo.isEmpty(); }
    [[nodiscard]] bool canSave() const
    {
        return dirty() && !m_saving && !m_theirs && m_jsonProblem.isEmpty() && m_errors.isEmpty();
    }
    [[nodiscard]] bool conflict() const { return m_theirs.has_value(); }
    [[nodiscard]] QString status() const { return m_status; }
    [[nodiscard]] QString origin() const { return m_origin; }
    [[nodiscard]] int wrong() const { return int(m_errors.size()); }

    /// The page is looked at: asks for the rules unless something is being changed.
    Q_INVOKABLE void open();
    Q_INVOKABLE void setField(const QString &key, const QString &text);
    Q_INVOKABLE void act(const QString &action); ///< of a row of kind Action
    Q_INVOKABLE void setJson(const QString &text);
    Q_INVOKABLE void addRule();
    Q_INVOKABLE void duplicateRule();
    Q_INVOKABLE void removeRule();
    Q_INVOKABLE void undo();
    Q_INVOKABLE void discard(); ///< back to the rules in force
    Q_INVOKABLE void save();
    /// After a conflict: what somebody else saved, without or with what was changed here.
    Q_INVOKABLE void takeTheirs();
    Q_INVOKABLE void keepMine();

Q_SIGNALS:
    void changed();
    void jsonChanged();

private:
    struct Step
    {
        RulesText rules;
        int current = -1;
        QString key; ///< what was changed: typing on is one step
    };
    void take(quint64 query, const RulesAnswer &answer);
    void takeRules(const RulesAnswer &answer);
    void takeErrors(const QList<RulesError> &errors);
    void saved(const RulesAnswer &answer);
    void change(const RulesText &rules, int current, const QString &key = {});
    void show(const RulesText &rules, int current);
    void showCurrent();
    void check();
    [[nodiscard]] QString freshId(const QString &wish) const;
    [[nodiscard]] QJsonObject currentRule() const;

    DeskLink &m_link;
    RuleForm *m_form;
    RuleTrialModel *m_trial;
    QTimer m_checkSoon;
    std::optional<RulesText> m_base;   ///< in force, as far as is known
    std::optional<RulesText> m_mine;   ///< both or none
    std::optional<RulesText> m_theirs; ///< after a conflict
    QString m_revision;                ///< of m_base
    QString m_theirRevision;
    QString m_origin;
    QList<Step> m_undo;
    QList<RulesError> m_errors;
    QStringList m_problems;
    QString m_jsonProblem;
    QString m_status;
    int m_current = -1;
    bool m_looked = false;           ///< somebody wants to see them
    std::optional<quint64> m_asking; ///< unanswered, as the next two
    std::optional<quint64> m_checking;
    std::optional<quint64> m_saving;
};

} // namespace tocsin
