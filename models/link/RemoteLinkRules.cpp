// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/link/RemoteLink.h"

#include "models/wire/RulesCodec.h"

#include <utility>

// What a console asks about the alert rules. Nothing of it waits for a server that is away: by then the rules may be others.

namespace tocsin {

namespace {
constexpr qsizetype longestText = 900'000; ///< what fits into one message to the server, quoted
}

quint64 RemoteLink::askRules(const std::variant<std::monostate, QByteArray, RuleTrial> &what)
{
    return sendRules(wire::AskRules{{}, what}, std::holds_alternative<RuleTrial>(what));
}

quint64 RemoteLink::applyRules(const QByteArray &text, const QString &revision)
{
    return sendRules(wire::ApplyRules{{}, text, revision}, false);
}

quint64 RemoteLink::sendRules(wire::ClientFrame frame, bool trial)
{
    const quint64 query = ++m_lastQuery;
    const QString id = QStringLiteral("rules-%1").arg(query);
    qsizetype size = 0;
    if (auto *ask = std::get_if<wire::AskRules>(&frame)) {
        ask->id = id;
        if (const auto *text = std::get_if<QByteArray>(&ask->what))
            size = text->size();
    } else if (auto *apply = std::get_if<wire::ApplyRules>(&frame)) {
        apply->id = id;
        size = apply->text.size();
    }
    if (!m_welcomed) {
        tellRules(query, trial, Outcome::refused(QStringLiteral("offline"), tr("The server is away.")));
    } else if (size > longestText) {
        tellRules(
            query, trial,
            Outcome::refused(QStringLiteral("invalid"), tr("The text is too long to be sent: more than 900 kB.")));
    } else {
        m_rulesAsked.insert(id, {query, trial});
        send(frame);
    }
    return query;
}

/// True: it was an answer about rules.
bool RemoteLink::takeRules(const wire::Reply &reply)
{
    const auto asked = m_rulesAsked.constFind(reply.id);
    if (asked == m_rulesAsked.cend())
        return false;
    const auto [query, trial] = *asked;
    m_rulesAsked.erase(asked);
    QString error;
    if (!reply.ok) {
        tellRules(query, trial, wire::outcomeOf(reply));
    } else if (trial) {
        const auto answer = wire::ruleTrialAnswerFromJson(reply.result, &error);
        if (answer)
            Q_EMIT ruleTried(query, *answer);
    } else {
        const auto answer = wire::rulesAnswerFromJson(reply.result, &error);
        if (answer)
            Q_EMIT rulesAnswered(query, *answer);
    }
    if (!error.isEmpty())
        tellRules(query, trial, Outcome::refused(QStringLiteral("invalid"), error));
    return true;
}

void RemoteLink::giveUpRules()
{
    const QHash<QString, std::pair<quint64, bool>> asked = std::exchange(m_rulesAsked, {});
    for (const auto &[query, trial] : asked)
        tellRules(query, trial,
                  Outcome::refused(QStringLiteral("offline"),
                                   tr("The connection to the server was lost; whether it was done is not known.")));
}

void RemoteLink::tellRules(quint64 query, bool trial, const Outcome &outcome)
{
    QMetaObject::invokeMethod(
        this,
        [this, query, trial, outcome] {
            RulesAnswer answer;
            answer.outcome = outcome;
            RuleTrialAnswer tried;
            tried.outcome = outcome;
            if (trial)
                Q_EMIT ruleTried(query, tried);
            else
                Q_EMIT rulesAnswered(query, answer);
        },
        Qt::QueuedConnection);
}

} // namespace tocsin
