// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

namespace tocsin {

/// The text of a rules file cut into its rules, so that one can be changed and all others stay as somebody wrote them. A value.
class RulesText
{
public:
    /// Nothing when it is no JSON with a list "rules" of objects; `problem` then says what is wrong, and where.
    [[nodiscard]] static std::optional<RulesText> read(const QByteArray &text, QString *problem);

    [[nodiscard]] QByteArray text() const;
    [[nodiscard]] const QList<QByteArray> &rules() const { return m_rules; } ///< the text of each, as it stands
    [[nodiscard]] QByteArray &rule(qsizetype index) { return m_rules[index]; }
    void insert(qsizetype index, const QByteArray &rule) { m_rules.insert(index, rule); }
    void remove(qsizetype index) { m_rules.removeAt(index); }

    [[nodiscard]] static QString idOf(const QByteArray &rule); ///< empty: it has none
    /// What `mine` changed since `base`, done to `theirs`, by the rules' ids; `both`: ids that both changed, where mine is taken.
    [[nodiscard]] static RulesText merged(const RulesText &base, const RulesText &mine, const RulesText &theirs,
                                          QStringList *both);

    bool operator==(const RulesText &) const = default;

private:
    QByteArray m_head; ///< up to and with the [ of the list
    QByteArray m_tail; ///< from its ] on
    QList<QByteArray> m_rules;
};

/// One rule as people write it in the file: a line per key, in the usual order.
[[nodiscard]] QByteArray ruleToText(const QJsonObject &rule);
/// The object of a text; `problem` says what is wrong with it and in which of its lines.
[[nodiscard]] std::optional<QJsonObject> ruleFromText(const QByteArray &text, QString *problem);

} // namespace tocsin
