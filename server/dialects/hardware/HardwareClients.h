// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/RateLimit.h"
#include "server/dialects/hardware/HardwareFormat.h"

#include <QPointer>

#include <functional>
#include <map>
#include <memory>

namespace tocsin::hardware {

/// What a client is told when it says too much: it may go on after a penalty that grows with each time. It is never closed for it.
class RatePenalty
{
public:
    static constexpr Duration step = std::chrono::seconds(60);
    static constexpr Duration most = std::chrono::seconds(300);

    /// How much longer it has to wait.
    [[nodiscard]] std::optional<Duration> wait(TimePoint now) const;
    void violated(TimePoint now);
    [[nodiscard]] int violations() const { return m_violations; }

private:
    int m_violations = 0;
    TimePoint m_from;
    TimePoint m_until;
};

/// One connection of dialect 3.
struct Client
{
    quint64 number = 0;
    QPointer<net::Session> session{}; ///< null once it is closed
    QString id{};                     ///< what it calls itself; several may have the same
    Format format{};                  ///< of answers and events
    RateLimit limit{};
    RatePenalty penalty{};
};

/// The connections, and what is said to them. Server thread.
class HardwareClients
{
public:
    std::shared_ptr<Client> add(net::Session *session, const Format &format, int messagesPerWindow);
    void remove(quint64 number);
    [[nodiscard]] std::shared_ptr<Client> find(quint64 number) const;
    [[nodiscard]] qsizetype count() const { return static_cast<qsizetype>(m_clients.size()); }
    /// Ascending; also while some are closed by what is sent to them.
    [[nodiscard]] QList<quint64> numbers() const;

    void send(const Client &client, const QJsonObject &document);
    /// {type: "error", success: false, error, message, code[, field]}: `error` and `message` say the same.
    void error(const Client &client, const QString &code, const FieldError &error, const QString &request = {});
    /// To whoever may see it; encoded once per format.
    void tell(const QJsonObject &document, const std::function<bool(const Principal &)> &maySee);

private:
    quint64 m_last = 0;
    std::map<quint64, std::shared_ptr<Client>> m_clients;
};

} // namespace tocsin::hardware
