// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/RulesPort.h"

#include <QAbstractListModel>
#include <QJsonObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// One rule as fields to fill in: rows that come and go with what the rule is about. GUI thread; owned by RuleEditor. What is not a number
/// where one belongs stays in the rule as it was written, so that the desk's check names the field.
class RuleForm : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("RuleEditor.form")
    Q_PROPERTY(int count READ count NOTIFY shown FINAL)
    Q_PROPERTY(int firstWrong READ firstWrong NOTIFY shown FINAL) ///< row; −1: nothing is
public:
    enum Role {
        FieldKeyRole = Qt::UserRole + 1, ///< as the file calls it: "limit", "bands[0].level", "match.devices"
        HeadRole,                        ///< "When it is raised" above the first field of a section; empty above others
        LabelRole,
        FieldKindRole,  ///< Kind
        FieldTextRole,  ///< as it stands in a field
        ChoicesRole,    ///< of Choice: what may stand there; an empty one for "not set"
        ChosenRole,     ///< of Choice: row of `choices`; of Flag: 0 or 1
        HintRole,       ///< what is meant, or what counts while it is empty
        FieldErrorRole, ///< what the desk says is wrong; empty: nothing
    };
    Q_ENUM(Role)
    enum Kind { Line, Number, Choice, List, Flag, Paragraph, Json, Action };
    Q_ENUM(Kind)

    explicit RuleForm(QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] int count() const { return int(m_rows.size()); }

    [[nodiscard]] int firstWrong() const;

    /// Shows another rule, or the same after a change; rows that stay keep their place.
    void show(const QJsonObject &rule);
    /// Errors of this rule. Those whose key no row has are returned.
    [[nodiscard]] QList<RulesError> setErrors(const QList<RulesError> &errors);
    [[nodiscard]] int rowOf(const QString &key) const; ///< −1: there is none

    /// The rule with this field as the operator wrote it; an empty field takes the key away.
    [[nodiscard]] static QJsonObject withField(const QJsonObject &rule, const QString &key, const QString &text);
    /// "bands+": one more level, "bands-1": without that one.
    [[nodiscard]] static QJsonObject withAction(const QJsonObject &rule, const QString &action);

Q_SIGNALS:
    void shown();

private:
    struct Row
    {
        QString key;
        QString head; ///< of its section, when it is the first
        QString label;
        Kind kind = Line;
        QStringList choices{};
        QString hint{};
        QString text{};
        QString error{};
        bool operator==(const Row &) const = default;
    };
    [[nodiscard]] static QList<Row> rowsOf(const QJsonObject &rule);
    [[nodiscard]] QString errorAt(const QString &key) const;

    QList<Row> m_rows;
    QList<RulesError> m_errors;
};

} // namespace tocsin
