// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/DialectServices.h"
#include "server/dialects/hardware/HardwareClients.h"
#include "server/dialects/hardware/HardwareCommands.h"
#include "server/dialects/hardware/HardwareDevices.h"
#include "server/dialects/hardware/HardwareRoutes.h"
#include "server/dialects/hardware/HardwareStreams.h"
#include "server/dialects/hardware/StreamMemory.h"

namespace tocsin::hardware {

/// What can be configured of dialect 3.
struct HardwareLimits
{
    double maxHz = 1000;
    int streamsPerConnection = 10;
    int messagesPerWindow = 200; ///< per connection and 60 s
    bool binary = true;          ///< MessagePack, when asked for
    bool compression = true;
};

/// What the clients of dialect 3 ask for, and the answers. Server thread; what it is given outlives it.
class HardwareInbound
{
public:
    struct Parts
    {
        const DialectOptions &options;
        const HardwareLimits &limits;
        HardwareClients &clients;
        HardwareDevices &devices;
        HardwareStreams &streams;
        HardwareCommands &commands;
        StreamMemory &memory;
    };
    explicit HardwareInbound(Parts parts);

    void receive(const std::shared_ptr<Client> &client, const QByteArray &payload, bool binary);
    [[nodiscard]] qint64 rateLimited() const { return m_rateLimited; }

private:
    void handle(Client &client, const HardwareRule &rule, const QJsonObject &message, const QJsonObject &data);
    [[nodiscard]] bool admit(Client &client);
    [[nodiscard]] static Actor actorOf(const Client &client);
    /// Says "Device X not found" to whoever may not know of it.
    [[nodiscard]] bool mayWatch(const Client &client, const QString &deviceId, const QString &request);
    void subscribe(Client &client, const QJsonObject &data);
    [[nodiscard]] QJsonArray resume(Client &client);
    void unsubscribe(Client &client, const QJsonObject &data);
    void setMode(Client &client, const QJsonObject &data);
    void command(Client &client, const QJsonObject &data);
    void listDevices(Client &client, const QJsonObject &data);
    void deviceStatus(Client &client, const QJsonObject &data);
    void relay(Client &client, const QJsonObject &message, const QJsonObject &data);
    void invalid(const Client &client, const FieldError &error, const QString &request);
    [[nodiscard]] QJsonObject answer(const char *request, QJsonObject more = {}) const;

    Parts m_parts;
    AddressLimits m_addresses;
    qint64 m_rateLimited = 0;
};

[[nodiscard]] double epochSeconds(TimePoint t);

} // namespace tocsin::hardware
