// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AccountsSnapshot.h"
#include "models/domain/Alert.h"
#include "models/domain/Chat.h"
#include "models/domain/Reading.h"
#include "models/wire/Json.h"

#include <QJsonObject>

#include <memory>
#include <optional>

namespace tocsin::emergency {

/// For whom a panic is written: its phone is never shown what the desk keeps to itself (asOriginatorSees()).
enum class View { Phone, Staff };

/// What is counted of a panic beside its own facts.
struct Tally
{
    int media = 0;
    int locations = 0;
};

/// Where somebody was at one moment, as this dialect tells it.
struct Place
{
    Position position;
    TimePoint at;                        ///< taken in; also what tells places apart
    std::optional<TimePoint> sourceTime; ///< by the phone's clock
    QString provider;                    ///< "gps", "network", …; empty: not told
    std::optional<double> batteryPercent;
};

/// Of a reading with a position; nothing of others.
[[nodiscard]] std::optional<Place> placeOf(const Reading &reading);

/// What dialect 5 writes (PROTOCOL.md, Dialect 5). Plain functions, server thread. Coordinates are numbers, times ISO 8601 text; what is not known
/// is null.
[[nodiscard]] QByteArray frame(const QString &type, QJsonObject body, TimePoint now);
[[nodiscard]] QByteArray errorFrame(const FieldError &error, TimePoint now, std::optional<qint64> retryAfterMs = {});
[[nodiscard]] QByteArray successFrame(const QString &message, TimePoint now);

[[nodiscard]] QJsonObject userObject(const QString &id, const QString &name, const AccountsSnapshot &accounts);
[[nodiscard]] QString statusOf(const Alert &alert, View view);
/// `alert` as the desk has it; the view decides what of it is told.
[[nodiscard]] QJsonObject alertObject(const Alert &alert, View view, const AccountsSnapshot &accounts,
                                      const Tally &tally, TimePoint now);
/// {alert, alert_id, status, operator, operator_name}: phones read these beside the object.
[[nodiscard]] QJsonObject alertBody(const QJsonObject &alert);
/// A sentence for the phone about how its alert stands.
[[nodiscard]] QString sentenceAbout(const Alert &alert);
[[nodiscard]] QJsonObject placeObject(const Place &place);
/// {id, message_id, message, sender, sender_id, is_staff, timestamp, alert_id[, attachments][, urgent]}
[[nodiscard]] QJsonObject lineObject(const ChatMessage &message);

} // namespace tocsin::emergency
