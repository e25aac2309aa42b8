// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Ports.h"
#include "server/dialects/DeskMirror.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/RuledDialect.h"

#include <functional>

namespace tocsin {

/// POST /api/attachments (a picture as the body → 201 {id, type, size}) and GET /api/attachments/{id}. Whoever has a token may
/// send one; it is seen by staff, and by others when a conversation that they may read names it: for everybody else it does not exist.
/// Refusals are {"detail": "…"}. Server thread.
class AttachmentPages final : public RuledDialect
{
public:
    using Threads = std::optional<QStringList>; ///< that name a picture; nullopt: could not be looked up
    struct Services
    {
        AttachmentPort &attachments;
        const DeskMirror &mirror;
        /// Any thread may answer.
        std::function<void(const QString &id, std::function<void(const Threads &)> reply)> threadsOf;
    };

    enum class Page { Send, Read };

    AttachmentPages(Posture posture, Services services);

    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override { return QStringLiteral("attachments"); }

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    /// Whose conversations name the picture is looked up first: serve() decides.
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;

private:
    void take(const QByteArray &bytes, const net::Respond &respond);
    void give(const QString &id, const net::Respond &respond);
    [[nodiscard]] bool mayRead(const Principal &caller, const QStringList &threads) const;

    const Services m_services;
    ReplyBox m_replies;
};

} // namespace tocsin
