// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/IncidentCodec.h"

#include "models/wire/JsonFields.h"
#include "models/wire/SnapshotCodec.h"

#include <QJsonArray>

namespace tocsin::wire {

namespace {
template<class Io, class C>
void contactFields(Io &io, C &contact)
{
    fieldOf(io, "id", contact.id);
    fieldOf(io, "name", contact.name);
    fieldOf(io, "phone", contact.phone);
    fieldOf(io, "email", contact.email);
    fieldOf(io, "relationship", contact.relationship);
    fieldOf(io, "priority", contact.priority);
}
} // namespace

QJsonObject contactsToJson(const QList<EmergencyContact> &contacts)
{
    QJsonArray array;
    for (const EmergencyContact &contact : contacts) {
        JsonWriter out;
        contactFields(out, contact);
        array.append(out.object());
    }
    return {{QLatin1String("contacts"), array}};
}

std::optional<QList<EmergencyContact>> contactsFromJson(const QJsonObject &json, QString *error)
{
    QList<EmergencyContact> contacts;
    for (const QJsonValueConstRef item : json.value(QLatin1String("contacts")).toArray()) {
        JsonReader in(item.toObject());
        contactFields(in, contacts.emplaceBack());
        *error = in.error();
        if (!error->isEmpty())
            return std::nullopt;
    }
    return contacts;
}

QJsonObject alertLogToJson(const QList<Event> &events)
{
    QJsonArray array;
    for (const Event &event : events) {
        QJsonObject one = toJson(event);
        one.insert(QLatin1String("seq"), event.seq);
        array.append(one);
    }
    return {{QLatin1String("events"), array}};
}

std::optional<AlertLogResult> alertLogFromJson(const QJsonObject &json, QString *error)
{
    AlertLogResult result;
    for (const QJsonValueConstRef item : json.value(QLatin1String("events")).toArray()) {
        const QJsonObject one = item.toObject();
        auto event = eventFromJson(one, error);
        if (!event)
            return std::nullopt;
        event->seq = one.value(QLatin1String("seq")).toInteger();
        result.events.append(*event);
    }
    return result;
}

} // namespace tocsin::wire
