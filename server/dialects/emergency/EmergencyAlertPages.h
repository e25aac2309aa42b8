// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/emergency/EmergencyDesk.h"
#include "server/dialects/emergency/EmergencyPages.h"
#include "server/dialects/emergency/EmergencyStats.h"

namespace tocsin::emergency {

/// Panics over HTTP: create, list, look at, cancel, acknowledge, resolve, tell where one is; and the figures. Server thread.
class AlertPages
{
public:
    struct Parts
    {
        const DialectOptions &options;
        DialectServices services;
        Incidents &incidents;
        Stats &stats;
        DeskWork &desk;
        ReplyBox &replies;
    };
    explicit AlertPages(const Parts &parts) : m_parts(parts) {}

    void serve(const Visit &visit);

private:
    void create(const Visit &visit, const QJsonObject &body);
    void list(const Visit &visit);
    void stats(const Visit &visit);
    void detail(const Visit &visit);
    void change(const Visit &visit, const QJsonObject &body);
    void place(const Visit &visit, const QJsonObject &body);
    [[nodiscard]] QJsonObject objectOf(const QString &alertId, const Principal &caller);

    const Parts m_parts;
};

} // namespace tocsin::emergency
