// SPDX-License-Identifier: GPL-3.0-or-later
#include "hal/DeskSender.h"

#include "hal/Logging.h"

namespace tocsin {

DeskSender::DeskSender(DeskPort &port, QString idPrefix)
    : m_port(port)
    , m_prefix(std::move(idPrefix))
    , m_answers(std::make_shared<Inbox<Answer>>(std::size_t{2} * Limit, nullptr))
{
}

void DeskSender::send(Request request, TimePoint now)
{
    if (m_open.size() >= Limit) {
        qCWarning(lcHal) << "The desk takes no requests: one of" << m_prefix << "is lost";
        return;
    }
    if (request.id.isEmpty())
        request.id = QStringLiteral("%1-%2-%3").arg(m_prefix).arg(toEpochMicros(now)).arg(++m_count);
    m_open.insert(request.id, Open{request, std::nullopt});
    submit(request);
}

void DeskSender::submit(const Request &request)
{
    m_port.submit(request, [answers = m_answers, id = request.id](const Outcome &outcome) {
        if (!answers->push(Answer{id, outcome}))
            qCWarning(lcHal) << "Answers of the desk are not taken";
    });
}

void DeskSender::poll(TimePoint now)
{
    const std::vector<Answer> answers = m_answers->drain();
    for (const Answer &answer : answers) {
        const auto it = m_open.find(answer.id);
        if (it == m_open.end())
            continue;
        const QString &code = answer.outcome.code;
        if (!answer.outcome.ok && (code == QLatin1String("overloaded") || code == QLatin1String("storage_failed"))) {
            it->askAgainAt = now + std::chrono::seconds{1};
            continue;
        }
        if (!answer.outcome.ok)
            qCWarning(lcHal) << "The desk refused a request of" << m_prefix << ":" << code << answer.outcome.message;
        m_open.erase(it);
    }
    for (Open &open : m_open) {
        if (open.askAgainAt && *open.askAgainAt <= now) {
            open.askAgainAt.reset();
            submit(open.request);
        }
    }
}

} // namespace tocsin
