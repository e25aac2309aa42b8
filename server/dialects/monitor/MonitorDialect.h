// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/RuledDialect.h"
#include "server/dialects/monitor/MonitorOptions.h"

#include <QObject>

#include <memory>

namespace tocsin {

class MonitorHub;
class MonitorInbound;
class MonitorNews;
class MonitorRest;

/// Dialect 4, device monitoring (PROTOCOL.md): the socket /ws with topics, and the pages below /ws/…. Made and used on the server thread; the
/// services outlive it. The mirror has had its first snapshot.
class MonitorDialect : public QObject, public RuledDialect
{
    Q_OBJECT
public:
    MonitorDialect(DialectOptions options, MonitorOptions more, const DialectServices &services,
                   QObject *parent = nullptr);
    ~MonitorDialect() override;

    [[nodiscard]] static std::span<const Route> table(); ///< MonitorRoutes.h
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override;
    [[nodiscard]] QStringList topicsOf(net::Session *session) const override;

    [[nodiscard]] int groups() const; ///< topics that somebody listens to
    [[nodiscard]] int users() const;  ///< distinct ones
    /// What is due (intervals, device_status) at the clock's time; the timer does it by itself.
    void tick();

public Q_SLOTS:
    /// Readings of every source: connect to ServerFeed::readings.
    void publish(const QList<tocsin::Reading> &readings);

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;

private:
    const DialectOptions m_options;
    const MonitorOptions m_more;
    std::unique_ptr<MonitorHub> m_hub;
    std::unique_ptr<MonitorNews> m_news;
    std::unique_ptr<MonitorInbound> m_inbound;
    std::unique_ptr<MonitorRest> m_rest;
};

} // namespace tocsin
