// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QAbstractItemModel>

namespace tocsin::samples {

using namespace std::chrono_literals;

inline const TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};

inline QString s(const char *text)
{
    return QString::fromUtf8(text);
}

inline Device device(const char *id, const char *name, DeviceKind kind = DeviceKind::Vehicle,
                     const char *deviceClass = "Delivery van")
{
    Device d;
    d.id = s(id);
    d.name = s(name);
    d.kind = kind;
    d.deviceClass = s(deviceClass);
    return d;
}

inline Alert alert(const char *id, const char *source, AlertLevel level, TimePoint raisedAt = noon)
{
    Alert a;
    a.id = s(id);
    a.source = s(source);
    a.sourceName = s(source);
    a.code = s("HIGH_RPM");
    a.level = level;
    a.raisedAt = raisedAt;
    return a;
}

inline Alert panic(const char *id, const char *user, TimePoint raisedAt = noon)
{
    Alert a = alert(id, user, AlertLevel::Emergency, raisedAt);
    a.code = s("PANIC");
    a.kind = AlertKind::Incident;
    a.userId = s(user);
    a.sourceName = s("Dana R.");
    return a;
}

inline LatestReading latest(const QString &id, TimePoint at, const QHash<QString, Value> &values = {})
{
    LatestReading l;
    l.deviceId = id;
    l.lastSeen = at;
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        l.channels.insert(it.key(), {*it, at});
    return l;
}

inline Position position(double latitude, double longitude)
{
    Position p;
    p.latitude = latitude;
    p.longitude = longitude;
    return p;
}

inline ChatMessage message(const char *id, const char *user, const char *text, TimePoint at, bool fromDesk = false)
{
    ChatMessage m;
    m.id = s(id);
    m.thread = chatThreadOfUser(s(user));
    m.senderId = fromDesk ? s("other") : s(user);
    m.senderName = fromDesk ? s("A. Operator") : s("Dana R.");
    m.fromDesk = fromDesk;
    m.text = s(text);
    m.at = at;
    return m;
}

/// What a role shows in a row.
inline QVariant show(const QAbstractItemModel &model, int row, const char *role)
{
    return model.index(row, 0).data(model.roleNames().key(role, -1));
}
/// A role of all rows, joined by spaces.
inline QString column(const QAbstractItemModel &model, const char *role)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts.append(show(model, row, role).toString());
    return texts.join(QLatin1Char(' '));
}

} // namespace tocsin::samples
