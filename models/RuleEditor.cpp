// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RuleEditor.h"

#include "models/AlertListModel.h"

#include <QJsonArray>

#include <algorithm>
#include <utility>

namespace tocsin {

using namespace std::chrono_literals;

namespace {
constexpr auto checkAfter = 300ms; ///< of quiet at the keyboard

QString conditionText(const QJsonObject &rule)
{
    const QString condition = rule.value(QLatin1String("condition")).toString();
    const QJsonValue bands = rule.value(QLatin1String("bands"));
    const QJsonObject holder = bands.isArray() ? bands.toArray().at(0).toObject() : rule;
    QStringList limits;
    for (const QJsonValueConstRef limit : holder.value(QLatin1String("limits")).toArray())
        limits.append(limit.toVariant().toString());
    if (holder.contains(QLatin1String("limit")))
        limits.append(holder.value(QLatin1String("limit")).toVariant().toString());
    return QStringList{rule.value(QLatin1String("metric")).toString(), condition, limits.join(QStringLiteral(" … "))}
        .join(QLatin1Char(' '))
        .trimmed();
}

int levelOf(const QJsonObject &rule)
{
    const QJsonValue bands = rule.value(QLatin1String("bands"));
    const QJsonObject holder = bands.isArray() ? bands.toArray().at(0).toObject() : rule;
    const auto level = alertLevelFromString(holder.value(QLatin1String("level")).toString());
    return level ? int(*level) : int(AlertListModel::NoLevel);
}

QJsonObject objectOf(const QByteArray &text)
{
    QString problem;
    return ruleFromText(text, &problem).value_or(QJsonObject());
}

/// The file indents a rule by four; alone it begins at the margin.
QString withoutIndent(const QByteArray &rule)
{
    return QString::fromUtf8(rule).replace(QStringLiteral("\n    "), QStringLiteral("\n"));
}

QByteArray withIndent(const QString &text)
{
    return text.trimmed().replace(QLatin1Char('\n'), QStringLiteral("\n    ")).toUtf8();
}
} // namespace

RuleEditor::RuleEditor(DeskLink &link, DeviceListModel &devices, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_form(new RuleForm(this))
    , m_trial(new RuleTrialModel(link, devices, std::move(clock), this))
    , m_status(tr("The rules have not been read yet."))
{
    m_checkSoon.setSingleShot(true);
    m_checkSoon.setInterval(checkAfter);
    connect(&m_checkSoon, &QTimer::timeout, this, &RuleEditor::check);
    connect(&link, &DeskLink::rulesAnswered, this, &RuleEditor::take);
    connect(&link, &DeskLink::stateChanged, this, [this](DeskLink::State state) {
        if (state == DeskLink::State::Open && m_looked)
            open(); // a new connection: they may be others
    });
}

int RuleEditor::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> RuleEditor::roleNames() const
{
    return {{RuleIdRole, "ruleId"},       {RuleNameRole, "ruleName"},   {RuleDetailRole, "ruleDetail"},
            {RuleLevelRole, "ruleLevel"}, {RuleWrongRole, "ruleWrong"}, {RuleChangedRole, "ruleChanged"}};
}

QVariant RuleEditor::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const QByteArray &text = m_mine->rules()[index.row()];
    const QJsonObject rule = objectOf(text);
    switch (role) {
    case RuleIdRole:
        return rule.value(QLatin1String("id")).toString();
    case Qt::DisplayRole:
    case RuleNameRole: {
        const QString name = rule.value(QLatin1String("name")).toString();
        return name.isEmpty() ? rule.value(QLatin1String("id")).toString() : name;
    }
    case RuleDetailRole:
        return conditionText(rule);
    case RuleLevelRole:
        return levelOf(rule);
    case RuleWrongRole:
        return int(std::count_if(m_errors.cbegin(), m_errors.cend(),
                                 [&index](const RulesError &error) { return error.rule == index.row(); }));
    case RuleChangedRole:
        return !m_base->rules().contains(text);
    default:
        return {};
    }
}

QJsonObject RuleEditor::currentRule() const
{
    return m_current < 0 ? QJsonObject() : objectOf(m_mine->rules()[m_current]);
}

QString RuleEditor::title() const
{
    return m_current < 0 ? QString() : data(index(m_current), RuleNameRole).toString();
}

QString RuleEditor::json() const
{
    return m_current < 0 ? QString() : withoutIndent(m_mine->rules()[m_current]);
}

// --- the desk

void RuleEditor::open()
{
    m_looked = true;
    if (m_asking || m_saving || dirty() || m_theirs)
        return;
    m_asking = m_link.requestRules();
}

void RuleEditor::take(quint64 query, const RulesAnswer &answer)
{
    if (m_asking == query) {
        m_asking.reset();
        takeRules(answer);
    } else if (m_checking == query) {
        m_checking.reset();
        const bool judged = answer.outcome.ok || answer.outcome.code == QLatin1String("invalid");
        if (judged)
            takeErrors(answer.errors);
        else
            m_status = tr("The rules could not be checked: %1").arg(answer.outcome.message);
        Q_EMIT changed();
    } else if (m_saving == query) {
        m_saving.reset();
        saved(answer);
    }
}

void RuleEditor::takeRules(const RulesAnswer &answer)
{
    if (!answer.outcome.ok) {
        m_status = tr("The rules could not be read: %1").arg(answer.outcome.message);
        Q_EMIT changed();
        return;
    }
    if (dirty())
        return; // began while the question was under way
    QString problem;
    const std::optional<RulesText> read = RulesText::read(answer.text, &problem);
    if (!read) {
        m_status = tr("The rules could not be read: %1").arg(problem);
        Q_EMIT changed();
        return;
    }
    m_revision = answer.revision;
    m_origin = answer.origin;
    const bool same = m_base == read;
    m_base = read;
    m_undo.clear();
    m_status = tr("These rules are in force.");
    if (same && m_mine == read) {
        Q_EMIT changed();
        return;
    }
    takeErrors({});
    show(*read, std::clamp(m_current, 0, int(read->rules().size()) - 1));
}

void RuleEditor::check()
{
    if (m_mine && dirty())
        m_checking = m_link.checkRules(m_mine->text());
}

void RuleEditor::takeErrors(const QList<RulesError> &errors)
{
    m_errors = errors;
    QList<RulesError> here;
    m_problems.clear();
    for (const RulesError &error : errors) {
        if (error.rule == m_current)
            here.append(error);
        else if (error.rule < 0)
            m_problems.append(error.reason);
    }
    for (const RulesError &error : m_form->setErrors(here))
        m_problems.append(error.key.isEmpty() ? error.reason : tr("%1: %2").arg(error.key, error.reason));
    if (dirty() && !m_theirs)
        m_status = errors.isEmpty() ? tr("Changed, and right. Not saved yet.")
                   : errors.size() == 1
                       ? tr("One thing is wrong; nothing can be saved before it is right.")
                       : tr("%1 things are wrong; nothing can be saved before they are right.").arg(errors.size());
    if (count() > 0)
        Q_EMIT dataChanged(index(0), index(count() - 1), {RuleWrongRole, RuleChangedRole});
}

void RuleEditor::save()
{
    if (!canSave())
        return;
    m_status = tr("Saving …");
    m_saving = m_link.applyRules(m_mine->text(), m_revision);
    Q_EMIT changed();
}

void RuleEditor::saved(const RulesAnswer &answer)
{
    QString problem;
    if (answer.outcome.ok) {
        m_base = RulesText::read(answer.text, &problem).value_or(*m_mine);
        m_revision = answer.revision;
        m_origin = answer.origin;
        m_undo.clear();
        m_status = tr("Saved: these rules are in force.");
        if (!dirty()) {
            takeErrors({});
            Q_EMIT changed();
        } else { // typed on meanwhile
            m_checkSoon.start();
            Q_EMIT changed();
        }
    } else if (answer.outcome.code == QLatin1String("superseded")) {
        m_theirs = RulesText::read(answer.text, &problem);
        m_theirRevision = answer.revision;
        m_status = m_theirs ? tr("Somebody else has saved other rules meanwhile. Nothing of yours is in force.")
                            : tr("Somebody else has saved other rules, which cannot be read: %1").arg(problem);
        Q_EMIT changed();
    } else if (answer.outcome.code == QLatin1String("invalid")) {
        takeErrors(answer.errors);
        Q_EMIT changed();
    } else {
        m_status = tr("The rules were not saved: %1").arg(answer.outcome.message);
        Q_EMIT changed();
    }
}

void RuleEditor::takeTheirs()
{
    if (!m_theirs)
        return;
    m_base = *std::exchange(m_theirs, std::nullopt);
    m_revision = m_theirRevision;
    m_undo.clear();
    m_status = tr("These rules are in force.");
    takeErrors({});
    show(*m_base, std::clamp(m_current, 0, int(m_base->rules().size()) - 1));
}

void RuleEditor::keepMine()
{
    if (!m_theirs)
        return;
    QStringList both;
    const RulesText theirs = *std::exchange(m_theirs, std::nullopt);
    const RulesText merged = RulesText::merged(*m_base, *m_mine, theirs, &both);
    const QString id = m_current < 0 ? QString() : RulesText::idOf(m_mine->rules()[m_current]);
    m_base = theirs;
    m_revision = m_theirRevision;
    m_undo.clear();
    int current = 0;
    for (qsizetype i = 0; i < merged.rules().size(); ++i) {
        if (RulesText::idOf(merged.rules()[i]) == id)
            current = int(i);
    }
    show(merged, std::min(current, int(merged.rules().size()) - 1));
    m_status = both.isEmpty()
                   ? tr("Your changes stand on theirs now. Not saved yet.")
                   : tr("Both of you changed %1: yours is kept. Not saved yet.").arg(both.join(QStringLiteral(", ")));
    Q_EMIT changed();
    check();
}

// --- changes

void RuleEditor::setCurrent(int row)
{
    if (row < 0 || row >= count() || row == m_current)
        return;
    m_current = row;
    showCurrent();
}

void RuleEditor::show(const RulesText &rules, int current)
{
    beginResetModel();
    m_mine = rules;
    m_current = rules.rules().isEmpty() ? -1 : std::max(current, 0);
    endResetModel();
    showCurrent();
}

void RuleEditor::showCurrent()
{
    m_jsonProblem.clear();
    m_form->show(currentRule());
    takeErrors(QList<RulesError>(m_errors));
    m_trial->setRule(m_current < 0 ? QByteArray() : m_mine->rules()[m_current]);
    Q_EMIT jsonChanged();
    Q_EMIT changed();
}

void RuleEditor::change(const RulesText &rules, int current, const QString &key)
{
    if (!m_mine || rules == *m_mine)
        return;
    if (key.isEmpty() || m_undo.isEmpty() || m_undo.last().key != key || m_undo.last().current != m_current)
        m_undo.append({*m_mine, m_current, key});
    if (m_undo.size() > MostUndo)
        m_undo.removeFirst();
    const bool sameRows = rules.rules().size() == m_mine->rules().size() && current == m_current;
    if (sameRows) {
        m_mine = rules;
        Q_EMIT dataChanged(index(0), index(count() - 1));
        showCurrent();
    } else {
        m_errors.clear(); // of other rows
        show(rules, current);
    }
    if (!m_theirs)
        m_status = dirty() ? tr("Changed. Not saved yet.") : tr("These rules are in force.");
    m_checkSoon.start();
    if (!dirty())
        takeErrors({});
    Q_EMIT changed();
}

void RuleEditor::setField(const QString &key, const QString &text)
{
    if (m_current < 0)
        return;
    const QJsonObject before = currentRule();
    const QJsonObject after = RuleForm::withField(before, key, text);
    if (after == before)
        return;
    RulesText rules = *m_mine;
    rules.rule(m_current) = ruleToText(after);
    change(rules, m_current, key);
}

void RuleEditor::act(const QString &action)
{
    if (m_current < 0)
        return;
    RulesText rules = *m_mine;
    rules.rule(m_current) = ruleToText(RuleForm::withAction(currentRule(), action));
    change(rules, m_current);
}

void RuleEditor::setJson(const QString &text)
{
    if (m_current < 0)
        return;
    QString problem;
    if (!ruleFromText(text.toUtf8(), &problem)) {
        m_jsonProblem = problem;
        Q_EMIT changed();
        return;
    }
    RulesText rules = *m_mine;
    rules.rule(m_current) = withIndent(text);
    m_jsonProblem.clear();
    change(rules, m_current, QStringLiteral("{}"));
    Q_EMIT changed();
}

QString RuleEditor::freshId(const QString &wish) const
{
    QSet<QString> ids;
    for (const QByteArray &rule : m_mine->rules())
        ids.insert(RulesText::idOf(rule));
    QString id = wish;
    for (int i = 2; ids.contains(id); ++i)
        id = QStringLiteral("%1-%2").arg(wish).arg(i);
    return id;
}

void RuleEditor::addRule()
{
    if (!m_mine)
        return;
    const QJsonObject rule{{QLatin1String("id"), freshId(QStringLiteral("new-rule"))},
                           {QLatin1String("code"), QStringLiteral("NEW_RULE")},
                           {QLatin1String("name"), tr("New rule")},
                           {QLatin1String("metric"), QStringLiteral("engine.temperature")},
                           {QLatin1String("condition"), QStringLiteral(">")},
                           {QLatin1String("limit"), 110},
                           {QLatin1String("level"), QStringLiteral("warning")}};
    RulesText rules = *m_mine;
    rules.insert(count(), ruleToText(rule));
    change(rules, count());
}

void RuleEditor::duplicateRule()
{
    if (m_current < 0)
        return;
    QJsonObject rule = currentRule();
    rule.insert(QLatin1String("id"), freshId(rule.value(QLatin1String("id")).toString()));
    RulesText rules = *m_mine;
    rules.insert(m_current + 1, ruleToText(rule));
    change(rules, m_current + 1);
}

void RuleEditor::removeRule()
{
    if (m_current < 0)
        return;
    RulesText rules = *m_mine;
    rules.remove(m_current);
    change(rules, std::min(m_current, int(rules.rules().size()) - 1));
}

void RuleEditor::undo()
{
    if (m_undo.isEmpty())
        return;
    const Step step = m_undo.takeLast();
    m_errors.clear();
    show(step.rules, step.current);
    m_status = dirty() ? tr("Changed. Not saved yet.") : tr("These rules are in force.");
    m_checkSoon.start();
    Q_EMIT changed();
}

void RuleEditor::discard()
{
    if (!dirty())
        return;
    const Step step{*m_mine, m_current, {}}; // can be had back
    m_theirs.reset();
    m_errors.clear();
    m_undo.append(step);
    show(*m_base, std::min(m_current, int(m_base->rules().size()) - 1));
    m_status = tr("These rules are in force.");
    Q_EMIT changed();
}

} // namespace tocsin
