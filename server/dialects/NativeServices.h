// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ContactsPort.h"
#include "models/domain/Hearing.h"
#include "models/domain/RulesPort.h"
#include "server/dialects/AlertFigures.h"
#include "server/dialects/ClientWatch.h"
#include "server/dialects/DialectServices.h"
#include "server/dialects/LiveTelemetry.h"
#include "server/dialects/LiveTopics.h"
#include "server/dialects/NativeFormat.h"
#include "server/dialects/NativeOutlet.h"
#include "server/dialects/RateLimit.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/SnapshotBox.h"
#include "server/dialects/StreamFeed.h"
#include "server/dialects/StreamHub.h"
#include "server/net/Http.h"

#include <QCache>
#include <QSet>

namespace tocsin {

/// What a session of the native protocol works with; shared by all of them. Server thread; owned by the dialect.
struct NativeServices
{
    const DialectOptions &options;
    DialectServices common;
    std::shared_ptr<const net::Authorizer> authorizer;
    StreamHub &hub;
    SnapshotBox &snapshots;
    LiveTopics &topics;
    LiveTelemetry &telemetry;
    ReplyBox &replies;
    NativeOutlet &outlet;
    AlertFigures &figures;
    ClientWatch *clients;   ///< null: nobody watches here
    RulesPort *rules;       ///< null: they are not told here
    HearingPort *hearing;   ///< null: nobody asks who can be heard
    ContactsPort *contacts; ///< null: nobody keeps them here
    FeedWindow window;
    AddressLimits addresses;
    QCache<QString, net::Frame> frames{256}; ///< of the newest events: made once for all who get the same
    QSet<QString> named{};                   ///< ids that were made of given names, as the audit knows them
    qint64 errors = 0;
    qint64 sent = 0;
    qint64 received = 0;
};

} // namespace tocsin
