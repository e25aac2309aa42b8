// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/desk/RulesService.h"

#include "models/domain/RuleRehearsal.h"
#include "server/desk/GeofenceFile.h"
#include "server/desk/RulesFile.h"

#include <QCryptographicHash>
#include <QFile>
#include <QLoggingCategory>
#include <QSaveFile>

#include <algorithm>
#include <memory>
#include <utility>

Q_LOGGING_CATEGORY(lcRules, "tocsin.desk.rules", QtInfoMsg)

namespace tocsin {

namespace {

constexpr int pageSize = 5000;
constexpr qsizetype longestDetail = 400;

RulesAnswer refusal(const char *code, const QString &sentence)
{
    RulesAnswer answer;
    answer.outcome = Outcome::refused(QLatin1String(code), sentence);
    return answer;
}

RulesAnswer answerOf(const RulesResult &result)
{
    RulesAnswer answer;
    answer.count = static_cast<int>(result.rules.size());
    answer.errors = result.errors;
    answer.outcome =
        result.ok()
            ? Outcome::done({}, false)
            : Outcome::refused(
                  QStringLiteral("invalid"),
                  result.errors.size() == 1
                      ? QStringLiteral("One thing is wrong; nothing of it is applied.")
                      : QStringLiteral("%1 things are wrong; nothing of it is applied.").arg(result.errors.size()));
    return answer;
}

RulesResult judged(const QByteArray &text, const QList<Geofence> &fences, RulesResult (*parse)(const QByteArray &))
{
    if (text.size() > largestRulesFile)
        return {{}, {RulesError{0, -1, {}, {}, QStringLiteral("is larger than 4 MiB")}}, {}};
    RulesResult result = parse(text);
    result.errors += unknownFences(result.rules, fences);
    if (!result.ok())
        result.rules.clear();
    return result;
}

QString tooMany()
{
    return QStringLiteral("Too much is asked about the rules at once; try again in a moment.");
}

} // namespace

/// A trial that gathers what its rule looks at, the newest page first.
struct RulesService::Looking
{
    RuleTrial trial;
    AlertRule rule;
    TrialReply reply;
    TimePoint to;
    bool fenced = false; ///< about a geofence: positions count
    QList<Reading> newestFirst;
    qsizetype looked = 0; ///< readings that came, of whatever they tell
    bool cut = false;
};

QString differenceText(const QList<AlertRule> &before, const QList<AlertRule> &after)
{
    const auto find = [](const QList<AlertRule> &rules, const QString &id) {
        const auto it =
            std::find_if(rules.cbegin(), rules.cend(), [&id](const AlertRule &rule) { return rule.id == id; });
        return it == rules.cend() ? nullptr : &*it;
    };
    QStringList added;
    QStringList changed;
    QStringList removed;
    for (const AlertRule &rule : after) {
        const AlertRule *old = find(before, rule.id);
        if (!old)
            added.append(rule.id);
        else if (!(*old == rule))
            changed.append(rule.id);
    }
    for (const AlertRule &rule : before) {
        if (!find(after, rule.id))
            removed.append(rule.id);
    }
    QStringList parts;
    for (const auto &[word, ids] : {std::pair{"added", &added}, {"changed", &changed}, {"removed", &removed}}) {
        if (!ids->isEmpty())
            parts.append(QString::fromLatin1(word) + QLatin1Char(' ') + ids->join(QLatin1String(", ")));
    }
    return parts.isEmpty() ? QStringLiteral("no rule is another") : parts.join(QLatin1String("; "));
}

RulesService::RulesService(Options options, Apply apply, ArchivePort &archive)
    : m_options(std::move(options))
    , m_apply(std::move(apply))
    , m_archive(archive)
    , m_text(m_options.text)
    , m_origin(m_options.origin)
{
}

QString RulesService::revisionOf(const QByteArray &text)
{
    return QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
}

bool RulesService::enter(std::function<void()> work)
{
    if (m_waiting.fetch_add(1) >= m_options.mostWaiting) {
        --m_waiting;
        return false;
    }
    QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection);
    return true;
}

void RulesService::answer(const Reply &reply, const RulesAnswer &answer)
{
    --m_waiting;
    if (reply)
        reply(answer);
}

RulesAnswer RulesService::inForce(const Outcome &outcome) const
{
    RulesAnswer answer;
    answer.outcome = outcome;
    answer.text = m_text;
    answer.revision = revisionOf(m_text);
    answer.origin = m_origin;
    return answer;
}

void RulesService::current(Reply reply)
{
    if (!enter([this, reply] {
            RulesAnswer said = inForce(Outcome::done({}, false));
            said.count = static_cast<int>(parseRules(m_text).rules.size());
            said.fences = m_options.fences;
            answer(reply, said);
        }))
        reply(refusal("overloaded", tooMany()));
}

void RulesService::check(const QByteArray &text, Reply reply)
{
    if (!enter([this, text, reply] { answer(reply, answerOf(judged(text, m_options.fences, parseRules))); }))
        reply(refusal("overloaded", tooMany()));
}

// --- putting in force

void RulesService::apply(const Actor &by, const QByteArray &text, const QString &revision, Reply reply)
{
    if (!enter([this, change = Change{by, text, revision, reply}] {
            m_changes.push_back(change);
            if (m_changes.size() == 1)
                applyNext();
        }))
        reply(refusal("overloaded", tooMany()));
}

std::optional<QByteArray> RulesService::kept() const
{
    QFile file(m_options.file);
    return file.open(QIODevice::ReadOnly) ? std::optional<QByteArray>(file.readAll()) : std::nullopt;
}

/// A sentence when it failed. Nothing to keep: the file goes.
QString RulesService::keep(const std::optional<QByteArray> &text) const
{
    if (!text)
        return QFile::remove(m_options.file) ? QString() : QStringLiteral("the file cannot be removed");
    QSaveFile file(m_options.file); // aside, synced and renamed: never half of it
    const bool written = file.open(QIODevice::WriteOnly) && file.write(*text) == text->size() && file.commit();
    return written ? QString() : file.errorString();
}

void RulesService::applyNext()
{
    while (!m_changes.empty()) {
        const Change change = m_changes.front();
        const auto done = [this, &change](const RulesAnswer &said) {
            m_changes.pop_front();
            answer(change.reply, said);
        };
        const std::optional<QByteArray> before = kept();
        const QByteArray base = before.value_or(m_text);
        if (change.revision != revisionOf(base)) {
            RulesAnswer said =
                inForce(Outcome::refused(QStringLiteral("superseded"),
                                         QStringLiteral("Somebody else has changed the rules since you read them.")));
            said.text = base;
            said.revision = revisionOf(base);
            done(said);
            continue;
        }
        const RulesResult result = judged(change.text, m_options.fences, parseRules);
        if (!result.ok()) {
            done(answerOf(result));
            continue;
        }
        if (change.text == m_text) {
            RulesAnswer said = inForce(Outcome::done({}, false));
            said.count = static_cast<int>(result.rules.size());
            done(said);
            continue;
        }
        if (const QString error = keep(change.text); !error.isEmpty()) {
            done(refusal("storage_failed", QStringLiteral("%1 cannot be written: %2.").arg(m_options.file, error)));
            continue;
        }
        const QString what = differenceText(parseRules(m_text).rules, result.rules);
        const AuditRecord record{
            QStringLiteral("edit_rules"),
            QStringLiteral("rules"),
            QStringLiteral("From sha256:%1 to sha256:%2: %3.")
                .arg(revisionOf(m_text).left(12), revisionOf(change.text).left(12), what.left(longestDetail)),
            true,
            {}};
        m_apply(result.rules, change.by, record, [this, change, rules = result.rules, before](const Outcome &outcome) {
            QMetaObject::invokeMethod(
                this, [=, this] { applied(change, rules, before, outcome); }, Qt::QueuedConnection);
        });
        return;
    }
}

void RulesService::applied(const Change &change, const QList<AlertRule> &rules, const std::optional<QByteArray> &before,
                           const Outcome &outcome)
{
    m_changes.pop_front();
    if (outcome.ok) {
        m_text = change.text;
        m_origin = m_options.file;
        qCInfo(lcRules) << rules.size() << "rules are in force, changed by" << change.by.id;
        Q_EMIT changed(rules, m_origin, m_text);
        RulesAnswer said = inForce(outcome);
        said.count = static_cast<int>(rules.size());
        answer(change.reply, said);
    } else {
        if (const QString error = keep(before); !error.isEmpty())
            qCWarning(lcRules).noquote() << "Rules that are not in force stay in" << m_options.file << ':' << error;
        answer(change.reply, inForce(outcome));
    }
    applyNext();
}

// --- trying

void RulesService::tryRule(const RuleTrial &trial, TrialReply reply)
{
    const auto start = [this, trial, reply] {
        const RulesResult result = judged(trial.rule, m_options.fences, parseRule);
        RuleTrialAnswer said;
        said.errors = result.errors;
        if (!result.ok())
            said.outcome = Outcome::refused(QStringLiteral("invalid"), QStringLiteral("The rule is not right."));
        else if (trial.deviceId.isEmpty() || trial.from >= trial.to)
            said.outcome = Outcome::refused(QStringLiteral("invalid"),
                                            QStringLiteral("A device is wanted, and a time from which to which."));
        if (!said.outcome.code.isEmpty()) {
            --m_waiting;
            reply(said);
            return;
        }
        const AlertRule &rule = result.rules.constFirst();
        const bool fenced = !fencesOf(rule, m_options.fences).isEmpty();
        look(std::make_shared<Looking>(Looking{trial, rule, reply, trial.to, fenced, {}, 0, false}));
    };
    if (enter(start))
        return;
    RuleTrialAnswer said;
    said.outcome = Outcome::refused(QStringLiteral("overloaded"), tooMany());
    reply(said);
}

void RulesService::look(const std::shared_ptr<Looking> &looking)
{
    m_archive.readings({looking->trial.deviceId, looking->trial.from, looking->to, pageSize},
                       [this, looking](const ReadingsResult &result) {
                           QMetaObject::invokeMethod(
                               this, [=, this] { looked(looking, result); }, Qt::QueuedConnection);
                       });
}

void RulesService::looked(const std::shared_ptr<Looking> &looking, const ReadingsResult &result)
{
    const auto reply = [&](const RuleTrialAnswer &said) {
        --m_waiting;
        looking->reply(said);
    };
    if (!result.error.isEmpty()) {
        RuleTrialAnswer said;
        said.outcome = Outcome::refused(QStringLiteral("overloaded"), result.error);
        return reply(said);
    }
    const bool full = result.readings.size() >= pageSize;
    const TimePoint oldest = result.readings.isEmpty() ? looking->to : result.readings.constLast().receivedAt;
    // Of a full page its oldest moment may go on in the next one.
    const bool oneMoment = full && result.readings.constFirst().receivedAt == oldest;
    for (const Reading &reading : result.readings) {
        if (full && !oneMoment && reading.receivedAt == oldest)
            break;
        Reading slim = reading; // what the rule looks at
        slim.samples.removeIf([&rule = looking->rule](const Sample &sample) {
            return sample.channel != rule.metric && !(rule.unless && sample.channel == rule.unless->metric);
        });
        if (slim.find(looking->rule.metric) != nullptr || (looking->fenced && slim.position))
            looking->newestFirst.append(slim);
    }
    looking->looked += result.readings.size();
    looking->cut = looking->newestFirst.size() > RuleTrialAnswer::mostReadings ||
                   (full && looking->looked >= m_options.mostLooked);
    if (full && !looking->cut && oldest >= looking->trial.from) {
        looking->to = oneMoment ? oldest - Duration(1) : oldest;
        return look(looking);
    }
    if (looking->fenced && !looking->newestFirst.isEmpty())
        return lookBefore(looking);
    conclude(looking, {});
}

/// Where the device was before: who is already inside does not enter.
void RulesService::lookBefore(const std::shared_ptr<Looking> &looking)
{
    constexpr int lookedAt = 50; // not every reading has a position
    const TimePoint to = looking->newestFirst.constLast().receivedAt - Duration(1);
    m_archive.readings(
        {looking->trial.deviceId, std::nullopt, to, lookedAt}, [this, looking](const ReadingsResult &result) {
            const auto there = std::find_if(result.readings.cbegin(), result.readings.cend(),
                                            [](const Reading &reading) { return reading.position.has_value(); });
            const std::optional<Reading> before =
                there == result.readings.cend() ? std::nullopt : std::optional(*there); // in trouble: as if it were new
            QMetaObject::invokeMethod(this, [=, this] { conclude(looking, before); }, Qt::QueuedConnection);
        });
}

void RulesService::conclude(const std::shared_ptr<Looking> &looking, const std::optional<Reading> &before)
{
    QList<Reading> readings = std::move(looking->newestFirst);
    std::reverse(readings.begin(), readings.end());
    const TimePoint to = looking->trial.to;
    RuleTrialAnswer said = looking->fenced ? rehearse(looking->rule, m_options.fences, before, std::move(readings), to)
                                           : rehearse(looking->rule, readings, to);
    said.cut = said.cut || looking->cut;
    --m_waiting;
    looking->reply(said);
}

} // namespace tocsin
