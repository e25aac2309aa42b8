// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/net/FrameBatch.h"
#include "server/net/Session.h"

#include <functional>
#include <vector>

namespace tocsin::test {

/// A session without a socket that remembers what it was given.
class FakeSession final : public net::Session
{
    Q_OBJECT
public:
    struct Sent
    {
        net::Frame frame;
        net::Delivery delivery;
        QString conflationKey;
    };
    QList<Sent> sent;
    std::vector<std::shared_ptr<net::FrameBatch>> batches;
    bool open = true;
    bool joins = false; ///< takes part in batches instead of being sent frame by frame
    std::function<void()> onSend;

    [[nodiscard]] QString id() const override { return QStringLiteral("fake"); }
    [[nodiscard]] QString path() const override { return QStringLiteral("/"); }
    [[nodiscard]] const QUrlQuery &query() const override { return m_query; }
    [[nodiscard]] const Principal &principal() const override { return m_principal; }
    [[nodiscard]] QString peerAddress() const override { return QStringLiteral("127.0.0.1"); }
    [[nodiscard]] TimePoint openedAt() const override { return {}; }
    [[nodiscard]] bool isOpen() const override { return open; }
    void send(const net::Frame &frame, net::Delivery delivery, const QString &conflationKey) override
    {
        sent.append({frame, delivery, conflationKey});
        if (onSend)
            onSend();
    }
    bool join(const std::shared_ptr<net::FrameBatch> &batch) override
    {
        if (joins)
            batches.push_back(batch);
        return joins;
    }
    void close(quint16, const QString &) override
    {
        open = false;
        Q_EMIT closed();
    }

private:
    QUrlQuery m_query;
    Principal m_principal;
};

} // namespace tocsin::test
