// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/NotifyPort.h"
#include "models/wire/Json.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/RuledDialect.h"

namespace tocsin {

/// Who is notified, for supervisors, their scripts and `tocsin notify`.
///   GET  /api/notify/channels   {channels[{name, kind, paused, problem, retry_at, sent, failed, queued, dropped}], count}
///   POST /api/notify/preview    {alert_id} of an open alert, or {source, code, category, level, person, panic, simulated} of one that is described; step,
///                               at → {rows[{route, channel, recipient, verdict, why, subject, text}], unreached}. Nothing is sent.
///   POST /api/notify/test       {channel, recipient} → {success} once the message is with the next server; 502 with the reason
/// Refusals are {"detail": "…"}. Server thread.
class NotifyPages final : public RuledDialect
{
public:
    struct Services
    {
        NotifyPort &notify;
        JsonLimits json;
    };
    enum class Page { Channels, Preview, Test };

    NotifyPages(Posture posture, Services services);

    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override { return QStringLiteral("notify"); }

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;

private:
    void channels(const net::Respond &respond);
    void preview(const QJsonObject &body, const net::Respond &respond);
    void test(const QJsonObject &body, const Call &call, const net::Respond &respond);

    const Services m_services;
    ReplyBox m_replies;
};

} // namespace tocsin
