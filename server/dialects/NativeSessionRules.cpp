// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/RulesCodec.h"
#include "server/dialects/NativeSession.h"

#include <QPointer>

#include <algorithm>

// What a session of the native protocol asks about the alert rules. Rights are those of native::frameRules.

namespace tocsin {

namespace {
constexpr int mostWaiting = 4; ///< of one session: each may be long
}

bool NativeSession::mayAskRules(const QString &id)
{
    if (m_services.rules == nullptr) {
        answer(wire::Reply::refusal(id, QStringLiteral("not_found"), QStringLiteral("Rules are not told here.")));
        return false;
    }
    if (m_queried >= mostWaiting) {
        answer(wire::Reply::refusal(id, QStringLiteral("overloaded"),
                                    QStringLiteral("Too many queries wait for their answers.")));
        return false;
    }
    return true;
}

/// A refusal is an answer like others: it says more than a code.
template<class Answer>
std::function<void(const Answer &)> NativeSession::tellRules(const QString &id)
{
    ++m_queried;
    const QPointer<NativeSession> self(this);
    return m_services.replies.expect<Answer>([self, id](const Answer &said) {
        if (!self)
            return;
        wire::Reply reply;
        reply.id = id;
        reply.result = wire::toJson(said);
        self->answerQuery(reply);
    });
}

void NativeSession::take(const wire::AskRules &ask)
{
    if (!mayAskRules(ask.id))
        return;
    if (const auto *text = std::get_if<QByteArray>(&ask.what))
        m_services.rules->check(*text, tellRules<RulesAnswer>(ask.id));
    else if (const auto *trial = std::get_if<RuleTrial>(&ask.what))
        m_services.rules->tryRule(*trial, tellRules<RuleTrialAnswer>(ask.id));
    else
        m_services.rules->current(tellRules<RulesAnswer>(ask.id));
}

void NativeSession::take(const wire::ApplyRules &apply)
{
    if (!mayAskRules(apply.id))
        return;
    m_services.rules->apply(native::actorOf(m_reader, m_session->id()), apply.text, apply.revision,
                            tellRules<RulesAnswer>(apply.id));
}

} // namespace tocsin
