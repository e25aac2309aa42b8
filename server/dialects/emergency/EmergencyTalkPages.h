// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/emergency/EmergencyDesk.h"
#include "server/dialects/emergency/EmergencyPages.h"

namespace tocsin::emergency {

/// The conversation of a panic over HTTP: what was said, what is said, and pictures. A picture becomes a line of the conversation, so that
/// the desk sees it and AttachmentPages gives it to those who may read the conversation. Server thread.
class TalkPages
{
public:
    static constexpr qsizetype mostWaiting = 256; ///< look-ups and pictures under way

    struct Parts
    {
        const DialectOptions &options;
        DialectServices services;
        Incidents &incidents;
        DeskWork &desk;
        AttachmentPort &attachments;
        ReplyBox &replies;
    };
    explicit TalkPages(const Parts &parts) : m_parts(parts) {}

    void serve(const Visit &visit);

private:
    void messages(const Visit &visit);
    void say(const Visit &visit);
    void media(const Visit &visit);
    void takeMedia(const Visit &visit);
    [[nodiscard]] QJsonObject lineWith(const QString &alertId, const QString &lineId) const;

    const Parts m_parts;
};

} // namespace tocsin::emergency
