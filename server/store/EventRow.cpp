// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/EventRow.h"

#include "models/wire/EventCodec.h"

#include <QtEndian>

#include <sodium.h>

namespace tocsin {

namespace {
void mix(crypto_generichash_state &state, qint64 number)
{
    unsigned char raw[sizeof number];
    qToLittleEndian(number, raw);
    crypto_generichash_update(&state, raw, sizeof raw);
}

void mix(crypto_generichash_state &state, const QByteArray &bytes)
{
    mix(state, qint64(bytes.size()));
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char *>(bytes.constData()),
                              static_cast<unsigned long long>(bytes.size()));
}

/// The number before the colon at `at`, which moves behind it; −1: there is none.
qint64 takeNumber(const QByteArray &text, qsizetype &at)
{
    const qsizetype colon = text.indexOf(':', at);
    if (colon < 0)
        return -1;
    bool ok = false;
    const qint64 number = text.mid(at, colon - at).toLongLong(&ok);
    at = colon + 1;
    return ok ? number : -1;
}
} // namespace

EventRow EventRow::of(const Event &event)
{
    EncodedEvent encoded = encodeEvent(event.body);
    EventRow row;
    row.seq = event.seq;
    row.at = toEpochMicros(event.at);
    row.stream = encoded.stream.toUtf8();
    row.kind = encoded.kind.toUtf8();
    row.actorKind = actorKindName(event.actor.kind).toUtf8();
    row.actorId = event.actor.id.toUtf8();
    row.actorName = event.actor.name.toUtf8();
    row.actorSession = event.actor.session.toUtf8();
    row.requestId = event.requestId.toUtf8();
    row.body = std::move(encoded.body);
    row.streams = encodeStreams(event.streams);
    return row;
}

EventRow EventRow::read(const Statement &statement)
{
    EventRow row;
    row.seq = statement.integer(0);
    row.at = statement.integer(1);
    int column = 2;
    for (QByteArray *text : {&row.stream, &row.kind, &row.actorKind, &row.actorId, &row.actorName, &row.actorSession,
                             &row.requestId, &row.body, &row.streams, &row.hash})
        *text = statement.bytes(column++);
    return row;
}

std::optional<Event> EventRow::event(QString *error) const
{
    const auto actor = actorKindNamed(QString::fromUtf8(actorKind));
    QString why;
    const auto decoded = decodeEvent(QString::fromUtf8(kind), body, &why);
    const auto positions = decodeStreams(streams);
    if (!decoded || !actor || !positions) {
        if (decoded)
            why = actor ? QStringLiteral("its streams are not valid.") : QStringLiteral("its actor is not known.");
        *error = QStringLiteral("Event %1 cannot be read: %2").arg(seq).arg(why);
        return std::nullopt;
    }
    Event event;
    event.seq = seq;
    event.at = fromEpochMicros(at);
    event.actor = {*actor, QString::fromUtf8(actorId), QString::fromUtf8(actorName), QString::fromUtf8(actorSession)};
    event.requestId = QString::fromUtf8(requestId);
    event.body = *decoded;
    event.streams = *positions;
    return event;
}

QByteArray EventRow::chained(const QByteArray &previousHash) const
{
    static_assert(hashBytes == crypto_generichash_BYTES);
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, hashBytes);
    mix(state, previousHash);
    mix(state, seq);
    mix(state, at);
    for (const QByteArray *text :
         {&stream, &kind, &actorKind, &actorId, &actorName, &actorSession, &requestId, &body, &streams})
        mix(state, *text);
    QByteArray result(hashBytes, Qt::Uninitialized);
    crypto_generichash_final(&state, reinterpret_cast<unsigned char *>(result.data()), hashBytes);
    return result;
}

QByteArray firstHash()
{
    return QByteArray(hashBytes, '\0');
}

QString eventColumns()
{
    return QStringLiteral("seq, at, stream, kind, actor_kind, actor_id, actor_name, actor_session, request_id, body,"
                          " streams, hash");
}

QByteArray encodeStreams(const QList<StreamPosition> &streams)
{
    QByteArray text;
    for (const StreamPosition &position : streams) {
        const QByteArray name = position.stream.toUtf8();
        text += QByteArray::number(position.seq) + ':' + QByteArray::number(name.size()) + ':' + name;
    }
    return text;
}

std::optional<QList<StreamPosition>> decodeStreams(const QByteArray &text)
{
    QList<StreamPosition> streams;
    for (qsizetype at = 0; at < text.size();) {
        const qint64 seq = takeNumber(text, at);
        const qint64 size = seq < 0 ? -1 : takeNumber(text, at);
        if (size < 0 || size > text.size() - at)
            return std::nullopt;
        streams.append({QString::fromUtf8(text.mid(at, size)), seq});
        at += size;
    }
    return streams;
}

} // namespace tocsin
