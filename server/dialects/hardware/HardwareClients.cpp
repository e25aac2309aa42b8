// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/hardware/HardwareClients.h"

#include <algorithm>
#include <array>

namespace tocsin::hardware {

std::optional<Duration> RatePenalty::wait(TimePoint now) const
{
    // A wall clock that was set back would otherwise lengthen it.
    return now < m_until && now >= m_from ? std::optional(m_until - now) : std::nullopt;
}

void RatePenalty::violated(TimePoint now)
{
    m_from = now;
    m_until = now + std::min<Duration>(step * ++m_violations, most);
}

std::shared_ptr<Client> HardwareClients::add(net::Session *session, const Format &format, int messagesPerWindow)
{
    const auto client = std::make_shared<Client>();
    client->number = ++m_last;
    client->session = session;
    client->format = format;
    client->limit = RateLimit(messagesPerWindow);
    m_clients.emplace(client->number, client);
    return client;
}

void HardwareClients::remove(quint64 number)
{
    const auto it = m_clients.find(number);
    if (it == m_clients.end())
        return;
    it->second->session = nullptr; // one of its messages may just be handled
    m_clients.erase(it);
}

std::shared_ptr<Client> HardwareClients::find(quint64 number) const
{
    const auto it = m_clients.find(number);
    return it == m_clients.end() ? nullptr : it->second;
}

QList<quint64> HardwareClients::numbers() const
{
    QList<quint64> all;
    for (const auto &[number, client] : m_clients)
        all.append(number);
    return all;
}

void HardwareClients::send(const Client &client, const QJsonObject &document)
{
    if (!client.session)
        return;
    client.session->send(frameOf(encode(document, client.format), client.format));
}

void HardwareClients::error(const Client &client, const QString &code, const FieldError &error, const QString &request)
{
    QJsonObject document{{QStringLiteral("type"), QStringLiteral("error")},
                         {QStringLiteral("success"), false},
                         {QStringLiteral("error"), error.message},
                         {QStringLiteral("message"), error.message},
                         {QStringLiteral("code"), code}};
    if (!error.field.isEmpty())
        document.insert(QStringLiteral("field"), error.field);
    if (!request.isEmpty())
        document.insert(QStringLiteral("request_type"), request);
    send(client, document);
}

void HardwareClients::tell(const QJsonObject &document, const std::function<bool(const Principal &)> &maySee)
{
    std::array<net::Frame, 4> frames;
    const QList<quint64> all = numbers();
    for (const quint64 number : all) {
        const auto client = find(number);
        if (!client || !client->session || !maySee(client->session->principal()))
            continue;
        net::Frame &frame = frames.at((client->format.binary ? 1U : 0U) + (client->format.compress ? 2U : 0U));
        if (frame.isEmpty())
            frame = frameOf(encode(document, client->format), client->format);
        client->session->send(frame);
    }
}

} // namespace tocsin::hardware
