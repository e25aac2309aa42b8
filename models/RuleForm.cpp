// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/RuleForm.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {

QStringList words(std::initializer_list<const char *> list)
{
    QStringList all;
    for (const char *word : list)
        all.append(QString::fromLatin1(word));
    return all;
}

const QStringList &levels()
{
    static const QStringList all = words({"info", "warning", "critical", "emergency"});
    return all;
}

const QStringList &comparisons()
{
    static const QStringList all = words({">", ">=", "<", "<=", "==", "!=", "between", "outside", "any_item"});
    return all;
}

bool isRange(const QString &condition)
{
    return condition == QLatin1String("between") || condition == QLatin1String("outside");
}

/// "bands[0].level" → "bands", 0, "level"; without an index −1.
struct Path
{
    explicit Path(const QString &key)
    {
        static const QRegularExpression shape(QStringLiteral("^(\\w+)(?:\\[(\\d+)\\])?(?:\\.(.+))?$"));
        const QRegularExpressionMatch match = shape.match(key);
        name = match.captured(1);
        index = match.captured(2).isEmpty() ? -1 : match.captured(2).toInt();
        rest = match.captured(3);
    }
    QString name;
    qsizetype index = -1;
    QString rest;
};

QJsonValue valueAt(const QJsonObject &object, const QString &key)
{
    const Path path(key);
    QJsonValue value = object.value(path.name);
    if (path.index >= 0)
        value = value.toArray().at(path.index);
    return path.rest.isEmpty() ? value : valueAt(value.toObject(), path.rest);
}

QJsonValue withValue(const QJsonValue &whole, const QString &key, const QJsonValue &value)
{
    const Path path(key);
    QJsonObject object = whole.toObject();
    QJsonValue inner = object.value(path.name);
    QJsonArray array = inner.toArray();
    if (path.index >= 0)
        inner = array.at(path.index);
    inner = path.rest.isEmpty() ? value : withValue(inner, path.rest, value);
    if (path.index >= 0) {
        while (array.size() <= path.index)
            array.append(QJsonValue::Null);
        array[path.index] = inner.isUndefined() ? QJsonValue(QJsonValue::Null) : inner;
        const bool empty =
            std::all_of(array.cbegin(), array.cend(), [](const QJsonValue &one) { return one.isNull(); });
        inner = empty ? QJsonValue(QJsonValue::Undefined) : QJsonValue(array);
    }
    if (inner.isUndefined() || (inner.isObject() && inner.toObject().isEmpty() && path.index < 0))
        object.remove(path.name);
    else
        object.insert(path.name, inner);
    return object;
}

QString textOf(const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return {};
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isDouble()) // as short as it may be, and never 1e+06
        return QString::number(value.toDouble(), 'f', QLocale::FloatingPointShortest);
    const QByteArray json = value.isArray() ? QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact)
                                            : QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json);
}

QString listText(const QJsonValue &value)
{
    if (!value.isArray())
        return textOf(value);
    QStringList items;
    for (const QJsonValueConstRef item : value.toArray())
        items.append(textOf(item));
    return items.join(QStringLiteral(", "));
}

/// A number as people write it; what is none stays a text, and the check names it.
QJsonValue numberOr(const QString &text)
{
    bool ok = false;
    const double number = QString(text).replace(QChar(0x2212), QLatin1Char('-')).toDouble(&ok);
    return ok ? QJsonValue(number) : QJsonValue(text);
}

} // namespace

RuleForm::RuleForm(QObject *parent) : QAbstractListModel(parent)
{
}

QList<RuleForm::Row> RuleForm::rowsOf(const QJsonObject &rule)
{
    QList<Row> rows;
    QString section;
    const auto add = [&](const QString &key, Kind kind, const QString &label, const QString &hint = {},
                         const QStringList &choices = {}) {
        Row row{key, std::exchange(section, {}), label, kind, choices, hint};
        const QJsonValue value = valueAt(rule, key);
        row.text = kind == List ? listText(value) : textOf(value);
        rows.append(row);
    };
    const auto text = [&rule](const char *key) { return rule.value(QLatin1String(key)).toString(); };
    const QString condition = text("condition");

    section = tr("What it is");
    add(QStringLiteral("id"), Line, tr("Id"), tr("The rule's own name, in the log as well"));
    add(QStringLiteral("name"), Line, tr("Name"));
    add(QStringLiteral("code"), Line, tr("Code"), tr("What the alert is called: HIGH_RPM"));
    add(QStringLiteral("title"), Line, tr("Title"), tr("What the operator reads first"));
    add(QStringLiteral("category"), Line, tr("Category"), tr("engine, battery, security, …"));
    add(QStringLiteral("kind"), Choice, tr("Kind"), tr("A condition can return to normal, an event is momentary"),
        words({"", "condition", "event"}));

    section = tr("Which devices");
    add(QStringLiteral("match.devices"), List, tr("Devices"), tr("Ids, * for any letters; empty: all"));
    add(QStringLiteral("match.classes"), List, tr("Classes"), tr("Empty: all"));
    add(QStringLiteral("match.tags"), List, tr("Tags"), tr("One of them is enough; empty: all"));
    add(QStringLiteral("match.kinds"), List, tr("Kinds"), tr("vehicle, phone, …; empty: all"));
    add(QStringLiteral("match.sources"), List, tr("Sources"), tr("serial:*, dialect1; empty: all"));

    section = tr("When it is raised");
    add(QStringLiteral("metric"), Line, tr("Metric"), tr("The channel: engine.temperature"));
    const QString measure = text("measure");
    add(QStringLiteral("measure"), Choice, tr("What of it"), tr("Its value, if nothing is chosen"),
        words({"", "value", "rate", "time_to_limit", "silence"}));
    if (measure == QLatin1String("rate") || measure == QLatin1String("time_to_limit"))
        add(QStringLiteral("window"), Number, tr("Trend over"), tr("Seconds"));
    if (measure == QLatin1String("time_to_limit")) {
        add(QStringLiteral("target.condition"), Choice, tr("Must not come to"), {}, words({"", ">", ">=", "<", "<="}));
        add(QStringLiteral("target.limit"), Number, tr("… this value"));
    }
    add(QStringLiteral("condition"), Choice, tr("Condition"), {}, comparisons());
    const auto limits = [&](const QString &prefix) {
        if (condition == QLatin1String("any_item")) {
            add(prefix + QStringLiteral("prefix"), Line, tr("Begins with"), tr("Empty: any item"));
        } else if (isRange(condition)) {
            add(prefix + QStringLiteral("limits[0]"), Number, tr("Lower limit"));
            add(prefix + QStringLiteral("limits[1]"), Number, tr("Upper limit"));
        } else {
            add(prefix + QStringLiteral("limit"), Number, tr("Limit"));
        }
    };
    const QJsonValue bands = rule.value(QLatin1String("bands"));
    if (bands.isArray()) {
        for (qsizetype i = 0; i < bands.toArray().size(); ++i) {
            const QString prefix = QStringLiteral("bands[%1].").arg(i);
            add(prefix + QStringLiteral("level"), Choice, tr("Level %1").arg(i + 1), tr("The most urgent one first"),
                levels());
            limits(prefix);
            add(QStringLiteral("bands-%1").arg(i), Action, tr("Remove level %1").arg(i + 1));
        }
    } else {
        add(QStringLiteral("level"), Choice, tr("Level"), {}, levels());
        limits({});
    }
    add(QStringLiteral("bands+"), Action, tr("Add a level"));
    add(QStringLiteral("onDelay"), Number, tr("For at least"), tr("Seconds; empty: at once"));
    add(QStringLiteral("count"), Number, tr("Or so often"), tr("Violations within the time below"));
    if (rule.contains(QLatin1String("count")))
        add(QStringLiteral("count_window"), Number, tr("… within"), tr("Seconds"));
    add(QStringLiteral("unless.metric"), Line, tr("Not while"), tr("Another metric of the same reading: engine.rpm"));
    if (rule.contains(QLatin1String("unless"))) {
        const QString other =
            rule.value(QLatin1String("unless")).toObject().value(QLatin1String("condition")).toString();
        QStringList tests{QString()};
        tests += comparisons().mid(0, comparisons().size() - 1); // not any_item
        add(QStringLiteral("unless.condition"), Choice, tr("… is"), {}, tests);
        if (isRange(other)) {
            add(QStringLiteral("unless.limits[0]"), Number, tr("… lower limit"));
            add(QStringLiteral("unless.limits[1]"), Number, tr("… upper limit"));
        } else {
            add(QStringLiteral("unless.limit"), Number, tr("… this value"));
        }
    }

    section = tr("When it is over");
    add(QStringLiteral("deadband"), Number, tr("Dead-band"), tr("How far past its limit a value must come back"));
    add(QStringLiteral("clear.condition"), Choice, tr("Or when it is"), {},
        words({"", ">", ">=", "<", "<=", "==", "!="}));
    if (rule.contains(QLatin1String("clear")))
        add(QStringLiteral("clear.limit"), Number, tr("… this value"));
    add(QStringLiteral("offDelay"), Number, tr("For at least"), tr("Seconds; empty: as its level has it"));
    add(QStringLiteral("latch"), Flag, tr("Has to be reset once it is over"));
    if (text("level") == QLatin1String("info"))
        add(QStringLiteral("autoClear"), Flag, tr("Goes by itself, without an acknowledge"));

    section = tr("What is done about it");
    add(QStringLiteral("message"), Line, tr("Message"), tr("{value} {unit}, limit {limit} {unit}"));
    add(QStringLiteral("unit"), Line, tr("Unit"), tr("Empty: the metric's own"));
    add(QStringLiteral("actions"), Paragraph, tr("Actions"), tr("A line each"));
    rows.last().text = [&rule] {
        QStringList lines;
        for (const QJsonValueConstRef action : rule.value(QLatin1String("actions")).toArray())
            lines.append(textOf(action));
        return lines.join(QLatin1Char('\n'));
    }();
    add(QStringLiteral("guidance"), Paragraph, tr("Guidance"), tr("What to do about it, at length"));
    add(QStringLiteral("ack_comment"), Flag, tr("An acknowledge has to say something"));
    add(QStringLiteral("ladder"), List, tr("Escalation after"), tr("Seconds for each step: 60, 180, 600"));
    add(QStringLiteral("ack_ttl"), Number, tr("Acknowledge holds"), tr("Seconds; 0: for ever"));
    add(QStringLiteral("ack_grace"), Number, tr("… then grace"), tr("Seconds"));
    add(QStringLiteral("max_shelf"), Number, tr("Shelved at most"), tr("Seconds; 0: not at all"));

    section = tr("When it does not count");
    add(QStringLiteral("inhibited_by"), List, tr("While active"), tr("Ids of other rules; DEVICE_STALE"));
    add(QStringLiteral("schedule"), Json, tr("Schedule"),
        tr("{\"zone\": \"Europe/Berlin\", \"times\": [{\"days\": [\"mon\"], \"from\": \"08:00\", \"to\": "
           "\"18:00\"}]}"));
    add(QStringLiteral("comment"), Paragraph, tr("Comment"), tr("For whoever keeps the rules"));
    return rows;
}

int RuleForm::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> RuleForm::roleNames() const
{
    return {{FieldKeyRole, "fieldKey"},   {HeadRole, "head"},           {LabelRole, "label"},
            {FieldKindRole, "fieldKind"}, {FieldTextRole, "fieldText"}, {ChoicesRole, "choices"},
            {ChosenRole, "chosen"},       {HintRole, "hint"},           {FieldErrorRole, "fieldError"}};
}

QVariant RuleForm::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case FieldKeyRole:
        return row.key;
    case HeadRole:
        return row.head;
    case Qt::DisplayRole:
    case LabelRole:
        return row.label;
    case FieldKindRole:
        return row.kind;
    case FieldTextRole:
        return row.text;
    case ChoicesRole:
        return row.choices;
    case ChosenRole:
        return row.kind == Flag ? int(row.text == QLatin1String("true")) : int(row.choices.indexOf(row.text));
    case HintRole:
        return row.hint;
    case FieldErrorRole:
        return row.error;
    default:
        return {};
    }
}

int RuleForm::rowOf(const QString &key) const
{
    const auto found = std::find_if(m_rows.cbegin(), m_rows.cend(), [&key](const Row &row) { return row.key == key; });
    return found == m_rows.cend() ? -1 : int(found - m_rows.cbegin());
}

int RuleForm::firstWrong() const
{
    const auto found =
        std::find_if(m_rows.cbegin(), m_rows.cend(), [](const Row &row) { return !row.error.isEmpty(); });
    return found == m_rows.cend() ? -1 : int(found - m_rows.cbegin());
}

QString RuleForm::errorAt(const QString &key) const
{
    for (const RulesError &error : m_errors) {
        // "limits" is about both of its fields, "clear" about all below it.
        if (error.key == key || (!error.key.isEmpty() && (key.startsWith(error.key + QLatin1Char('.')) ||
                                                          key.startsWith(error.key + QLatin1Char('[')))))
            return error.reason;
    }
    return {};
}

void RuleForm::show(const QJsonObject &rule)
{
    QList<Row> rows = rowsOf(rule);
    for (Row &row : rows)
        row.error = errorAt(row.key);
    const auto sameKeys = [this, &rows] {
        return rows.size() == m_rows.size() &&
               std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(),
                          [](const Row &a, const Row &b) { return a.key == b.key && a.kind == b.kind; });
    };
    if (!sameKeys()) {
        // One by one, so that whoever is typing keeps the field: rows go, then rows come.
        for (qsizetype i = m_rows.size() - 1; i >= 0; --i) {
            const bool stays = std::any_of(rows.cbegin(), rows.cend(), [&](const Row &row) {
                return row.key == m_rows[i].key && row.kind == m_rows[i].kind;
            });
            if (stays)
                continue;
            beginRemoveRows({}, int(i), int(i));
            m_rows.removeAt(i);
            endRemoveRows();
        }
        for (qsizetype i = 0; i < rows.size(); ++i) {
            if (i < m_rows.size() && m_rows[i].key == rows[i].key)
                continue;
            beginInsertRows({}, int(i), int(i));
            m_rows.insert(i, rows[i]);
            endInsertRows();
        }
    }
    for (qsizetype i = 0; i < rows.size(); ++i) {
        if (m_rows[i] == rows[i])
            continue;
        m_rows[i] = rows[i];
        Q_EMIT dataChanged(index(int(i)), index(int(i)));
    }
    Q_EMIT shown();
}

QList<RulesError> RuleForm::setErrors(const QList<RulesError> &errors)
{
    m_errors = errors;
    QList<RulesError> homeless;
    for (const RulesError &error : errors) {
        const bool placed = std::any_of(m_rows.cbegin(), m_rows.cend(), [&error](const Row &row) {
            return !error.key.isEmpty() && (row.key == error.key || row.key.startsWith(error.key + QLatin1Char('.')) ||
                                            row.key.startsWith(error.key + QLatin1Char('[')));
        });
        if (!placed)
            homeless.append(error);
    }
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const QString error = errorAt(m_rows[i].key);
        if (error == m_rows[i].error)
            continue;
        m_rows[i].error = error;
        Q_EMIT dataChanged(index(int(i)), index(int(i)), {FieldErrorRole});
    }
    Q_EMIT shown();
    return homeless;
}

QJsonObject RuleForm::withField(const QJsonObject &rule, const QString &key, const QString &text)
{
    const QList<Row> rows = rowsOf(rule);
    const auto row = std::find_if(rows.cbegin(), rows.cend(), [&key](const Row &one) { return one.key == key; });
    if (row == rows.cend() || row->kind == Action)
        return rule;
    const QString trimmed = text.trimmed();
    QJsonValue value(QJsonValue::Undefined);
    if (row->kind == Flag) {
        if (trimmed == QLatin1String("true") || key == QLatin1String("autoClear"))
            value = trimmed == QLatin1String("true");
    } else if (trimmed.isEmpty()) {
        // stays undefined: the key goes
    } else if (row->kind == Number) {
        value = numberOr(trimmed);
    } else if (row->kind == List || key == QLatin1String("actions")) {
        QJsonArray items;
        const QChar mark = row->kind == List ? QLatin1Char(',') : QLatin1Char('\n');
        for (const QString &item : trimmed.split(mark, Qt::SkipEmptyParts)) {
            const QString one = item.trimmed();
            if (!one.isEmpty())
                items.append(key == QLatin1String("ladder") ? numberOr(one) : QJsonValue(one));
        }
        value = items;
    } else if (row->kind == Json) {
        const QJsonDocument json = QJsonDocument::fromJson(trimmed.toUtf8());
        value = json.isObject() ? QJsonValue(json.object()) : QJsonValue(trimmed);
    } else {
        value = trimmed;
    }
    QJsonObject changed = withValue(rule, key, value).toObject();
    if (key != QLatin1String("condition"))
        return changed;
    // Limits of another shape are taken along as far as they go.
    const auto reshape = [&trimmed](QJsonObject one) {
        const QJsonValue single = one.value(QLatin1String("limit"));
        const QJsonArray pair = one.value(QLatin1String("limits")).toArray();
        if (isRange(trimmed) && !single.isUndefined()) {
            one.insert(QLatin1String("limits"), QJsonArray{single, single});
            one.remove(QLatin1String("limit"));
        } else if (!isRange(trimmed) && !pair.isEmpty()) {
            one.insert(QLatin1String("limit"), pair.first());
            one.remove(QLatin1String("limits"));
        }
        if (trimmed == QLatin1String("any_item"))
            one.remove(QLatin1String("limit"));
        else
            one.remove(QLatin1String("prefix"));
        return one;
    };
    changed = reshape(changed);
    QJsonArray bands = changed.value(QLatin1String("bands")).toArray();
    for (qsizetype i = 0; i < bands.size(); ++i)
        bands[i] = reshape(bands.at(i).toObject());
    if (!bands.isEmpty())
        changed.insert(QLatin1String("bands"), bands);
    return changed;
}

QJsonObject RuleForm::withAction(const QJsonObject &rule, const QString &action)
{
    QJsonObject changed = rule;
    QJsonArray bands = rule.value(QLatin1String("bands")).toArray();
    static const QStringList own{QStringLiteral("level"), QStringLiteral("limit"), QStringLiteral("limits"),
                                 QStringLiteral("prefix")};
    if (bands.isEmpty()) { // what stands in the rule itself is the first one
        QJsonObject first;
        for (const QString &key : own) {
            if (rule.contains(key))
                first.insert(key, rule.value(key));
            changed.remove(key);
        }
        bands.append(first);
    }
    if (action == QLatin1String("bands+")) {
        QJsonObject next = bands.last().toObject();
        next.insert(QLatin1String("level"), QStringLiteral("warning"));
        bands.append(next);
    } else if (action.startsWith(QLatin1String("bands-"))) {
        const int at = action.mid(6).toInt();
        if (at < bands.size())
            bands.removeAt(at);
    }
    if (bands.size() > 1) {
        changed.insert(QLatin1String("bands"), bands);
        return changed;
    }
    changed.remove(QLatin1String("bands"));
    const QJsonObject only = bands.first().toObject();
    for (const QString &key : own) {
        if (only.contains(key))
            changed.insert(key, only.value(key));
    }
    return changed;
}

} // namespace tocsin
