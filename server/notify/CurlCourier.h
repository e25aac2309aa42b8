// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/notify/Courier.h"

#include <QObject>

#include <memory>

namespace tocsin {

/// Webhooks, e-mail and gateways for SMS through libcurl's multi interface, driven by this thread's event loop: name look-ups, connections and TLS
/// hold nobody up. Redirections are not followed: what is secret would go elsewhere. Certificates are checked against the system's authorities
/// or the channel's own.
///
/// Made on the thread that it is used and deleted on.
class CurlCourier final : public QObject, public Courier
{
    Q_OBJECT
public:
    struct Options
    {
        QString desk;
        Duration timeout = std::chrono::seconds(20); ///< of one attempt in all
        QByteArray agent;
    };

    explicit CurlCourier(Options options, QObject *parent = nullptr);
    ~CurlCourier() override;

    void carry(const NotifyMessage &message, const NotifyChannelConfig &channel, Done done) override;
    void stop() override;

private:
    struct Loop;
    struct Transfer;
    void collect();

    const Options m_options;
    std::unique_ptr<Loop> m_loop;
};

} // namespace tocsin
