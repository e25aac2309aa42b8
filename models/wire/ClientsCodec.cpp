// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/wire/ClientsCodec.h"

#include "models/wire/JsonFields.h"

#include <QJsonArray>

namespace tocsin::wire {

namespace {

// One list of fields per type, for both directions.

template<class Io, class T>
void flowFields(Io &io, T &flow)
{
    fieldOf(io, "messages", flow.messages);
    fieldOf(io, "bytes", flow.bytes);
    fieldOf(io, "per_second", flow.perSecond);
}

template<class Io, class T>
void clientFields(Io &io, T &client)
{
    fieldOf(io, "id", client.id);
    fieldOf(io, "dialect", client.dialect);
    fieldOf(io, "path", client.path);
    fieldOf(io, "user", client.userId);
    fieldOf(io, "name", client.userName);
    fieldOf(io, "address", client.address);
    fieldOf(io, "since", client.since);
    fieldOf(io, "last_heard", client.lastHeard);
    fieldOf(io, "subscriptions", client.subscriptions);
    fieldOf(io, "topics", client.topics);
    fieldOf(io, "round_trip_ms", client.roundTripMs);
    fieldOf(io, "round_trip_min_ms", client.roundTripMinMs);
    fieldOf(io, "round_trip_p95_ms", client.roundTripP95Ms);
    fieldOf(io, "waiting_frames", client.waitingFrames);
    fieldOf(io, "waiting_bytes", client.waitingBytes);
    fieldOf(io, "conflated", client.conflated);
    fieldOf(io, "lost", client.lost);
}

template<class Io, class T>
void closedFields(Io &io, T &closed)
{
    fieldOf(io, "id", closed.id);
    fieldOf(io, "dialect", closed.dialect);
    fieldOf(io, "user", closed.userId);
    fieldOf(io, "address", closed.address);
    fieldOf(io, "since", closed.since);
    fieldOf(io, "at", closed.at);
    fieldOf(io, "code", closed.code);
    fieldOf(io, "reason", closed.reason);
}

template<class Io, class T>
void frameFields(Io &io, T &frame)
{
    fieldOf(io, "client", frame.client);
    fieldOf(io, "at", frame.at);
    fieldOf(io, "out", frame.out);
    fieldOf(io, "binary", frame.binary);
    fieldOf(io, "size", frame.size);
    fieldOf(io, "text", frame.text);
}

QJsonObject flowToJson(const ClientFlow &flow)
{
    JsonWriter out;
    flowFields(out, flow);
    return out.object();
}

void readFlow(JsonReader &in, const char *key, ClientFlow &flow)
{
    JsonReader part(in.value(QLatin1String(key)).toObject());
    flowFields(part, flow);
    if (!part.error().isEmpty())
        in.fail(QLatin1String(key));
}

/// Reads each object of an array; nothing, with `error`, when one is wrong.
template<class T, class Read>
bool readList(const QJsonValue &json, QList<T> &into, QString *error, Read read)
{
    for (const QJsonValueConstRef item : json.toArray()) {
        JsonReader in(item.toObject());
        T value;
        read(in, value);
        if (!in.error().isEmpty()) {
            *error = in.error();
            return false;
        }
        into.append(value);
    }
    return true;
}

} // namespace

QJsonObject toJson(const ClientsUpdate &update)
{
    QJsonArray clients;
    for (const ClientInfo &client : update.clients) {
        JsonWriter out;
        clientFields(out, client);
        out.put(QLatin1String("role"), toString(client.role));
        out.put(QLatin1String("in"), flowToJson(client.in));
        out.put(QLatin1String("out"), flowToJson(client.out));
        clients.append(out.object());
    }
    QJsonArray closed;
    for (const ClosedClient &one : update.closed) {
        JsonWriter out;
        closedFields(out, one);
        closed.append(out.object());
    }
    JsonWriter out;
    out.put(QLatin1String("full"), update.full);
    out.put(QLatin1String("total"), update.total);
    out.put(QLatin1String("gone"), update.gone);
    QJsonObject object = out.object();
    if (!clients.isEmpty())
        object.insert(QLatin1String("clients"), clients);
    if (!closed.isEmpty())
        object.insert(QLatin1String("closed"), closed);
    return object;
}

std::optional<ClientsUpdate> clientsFromJson(const QJsonObject &json, QString *error)
{
    ClientsUpdate update;
    JsonReader in(json);
    in.get(QLatin1String("full"), update.full);
    in.get(QLatin1String("total"), update.total);
    in.get(QLatin1String("gone"), update.gone);
    if (!in.error().isEmpty()) {
        *error = in.error();
        return std::nullopt;
    }
    const bool whole = readList(in.value(QLatin1String("clients")), update.clients, error,
                                [](JsonReader &one, ClientInfo &client) {
                                    clientFields(one, client);
                                    one.get(QLatin1String("role"), client.role, roleFromString);
                                    readFlow(one, "in", client.in);
                                    readFlow(one, "out", client.out);
                                    if (client.id.isEmpty())
                                        one.fail(QLatin1String("id"));
                                }) &&
                       readList(in.value(QLatin1String("closed")), update.closed, error,
                                [](JsonReader &one, ClosedClient &closed) { closedFields(one, closed); });
    return whole ? std::optional(update) : std::nullopt;
}

QJsonObject toJson(const FrameReport &report)
{
    QJsonArray frames;
    for (const TappedFrame &frame : report.frames) {
        JsonWriter out;
        frameFields(out, frame);
        frames.append(out.object());
    }
    QJsonObject object{{QLatin1String("list"), frames}};
    if (report.skipped > 0)
        object.insert(QLatin1String("skipped"), report.skipped);
    return object;
}

std::optional<FrameReport> framesFromJson(const QJsonObject &json, QString *error)
{
    FrameReport report;
    if (json.contains(QLatin1String("skipped"))) {
        JsonReader in(json);
        in.get(QLatin1String("skipped"), report.skipped);
        *error = in.error();
        if (!error->isEmpty())
            return std::nullopt;
    }
    if (!readList(json.value(QLatin1String("list")), report.frames, error,
                  [](JsonReader &in, TappedFrame &frame) { frameFields(in, frame); }))
        return std::nullopt;
    return report;
}

} // namespace tocsin::wire
