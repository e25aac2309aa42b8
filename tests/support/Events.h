// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"

#include <QRandomGenerator>

#include <limits>

// Events for the store's tests: plain ones and random ones with every field somewhere filled.

namespace tocsin::test {

inline TimePoint timeAt(qint64 seconds)
{
    return fromEpochMicros((1'700'000'000 + seconds) * 1'000'000);
}

inline Event chatEvent(qint64 seq, const QString &thread = QStringLiteral("user/7"))
{
    ChatMessage message;
    message.id = QStringLiteral("m%1").arg(seq);
    message.thread = thread;
    message.senderId = QStringLiteral("7");
    message.text = QStringLiteral("line %1").arg(seq);
    message.at = timeAt(seq);
    return {seq, timeAt(seq), {Actor::Kind::User, QStringLiteral("7"), QStringLiteral("Ada"), {}}, {}, message};
}

inline Event alertEvent(qint64 seq, const QString &id, bool open = true)
{
    AlertChange change;
    change.verb = open ? AlertVerb::Raise : AlertVerb::Return;
    change.alert.id = id;
    change.alert.source = QStringLiteral("van-1");
    change.alert.code = QStringLiteral("LOW_BATTERY");
    change.alert.cond = open ? AlertCondition::Active : AlertCondition::Clear;
    change.alert.acked = !open;
    change.alert.raisedAt = timeAt(seq);
    change.alert.lastSeenAt = timeAt(seq);
    change.from = open ? AlertState::Normal : AlertState::Acknowledged;
    change.to = stateOf(change.alert);
    return {seq, timeAt(seq), {}, {}, change};
}

inline Event deviceEvent(qint64 seq, const QString &id, const QString &name)
{
    Device device;
    device.id = id;
    device.name = name;
    device.kind = DeviceKind::Vehicle;
    device.firstSeen = timeAt(seq);
    return {seq, timeAt(seq), {Actor::Kind::Device, id, name, QStringLiteral("s1")}, QStringLiteral("r1"), device};
}

/// Seeded: a failing run can be repeated.
class RandomEvents
{
public:
    explicit RandomEvents(quint32 seed) : m_random(seed) {}

    Event next(qint64 seq)
    {
        Event event;
        event.seq = seq;
        event.at = time();
        event.actor = {static_cast<Actor::Kind>(below(4)), text(), text(), text()};
        event.requestId = text();
        switch (below(6)) {
        case 0:
            event.body = alert();
            break;
        case 1:
            event.body = message(seq);
            break;
        case 2:
            event.body = receipt();
            break;
        case 3:
            event.body = command();
            break;
        case 4:
            event.body = AuditRecord{text(), text(), text(), coin(), text()};
            break;
        default:
            event.body = device();
            break;
        }
        return event;
    }

private:
    int below(int bound) { return int(m_random.bounded(bound)); }
    bool coin() { return below(2) == 1; }
    TimePoint time()
    {
        return fromEpochMicros(qint64(m_random.generate64() % 4'000'000'000'000'000ULL) - 1'000'000'000'000'000);
    }
    QString text()
    {
        static const QString pieces[] = {QString(),
                                         QStringLiteral("a"),
                                         QStringLiteral("Zürich 東京 🚨"),
                                         QStringLiteral("\"quoted\" \\ back / slash"),
                                         QStringLiteral("line\nbreak\ttab\r"),
                                         QString(QChar(0)) + QStringLiteral("after NUL"),
                                         QStringLiteral("'; DROP TABLE events; --"),
                                         QStringLiteral("\u202Ereversed\u200B"),
                                         QString(5000, QLatin1Char('x'))};
        return pieces[below(int(std::size(pieces)))];
    }
    QStringList texts()
    {
        QStringList list;
        for (int i = below(4); i > 0; --i)
            list.append(text());
        return list;
    }
    double number()
    {
        static const double odd[] = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.5,
                                     0.1,
                                     1e300,
                                     -1e-300,
                                     9007199254740993.0,
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity(),
                                     std::numeric_limits<double>::denorm_min(),
                                     std::numeric_limits<double>::max()};
        return coin() ? odd[below(int(std::size(odd)))] : m_random.generateDouble() * 1000 - 500;
    }
    std::optional<double> maybeNumber() { return coin() ? std::optional<double>(number()) : std::nullopt; }
    std::optional<TimePoint> maybeTime() { return coin() ? std::optional<TimePoint>(time()) : std::nullopt; }

    AlertChange alert()
    {
        AlertChange change;
        change.verb = static_cast<AlertVerb>(below(alertVerbCount));
        change.from = static_cast<AlertState>(below(8));
        change.to = static_cast<AlertState>(below(8));
        Alert &a = change.alert;
        a.id = QStringLiteral("a%1").arg(below(50));
        for (QString *field : {&a.source, &a.sourceName, &a.code, &a.instance, &a.ruleId, &a.title, &a.message,
                               &a.category, &a.userId, &a.channel, &a.unit, &a.ackedBy, &a.ackComment})
            *field = text();
        a.kind = static_cast<AlertKind>(below(3));
        a.level = static_cast<AlertLevel>(below(4));
        a.peakLevel = static_cast<AlertLevel>(below(4));
        a.cond = static_cast<AlertCondition>(below(5));
        a.quality = static_cast<AlertQuality>(below(2));
        a.acked = coin();
        a.simulated = coin();
        a.silentAtSource = coin();
        a.occurrence = below(1000);
        a.revision = int(m_random.generate() / 2);
        a.count = below(10);
        a.value = maybeNumber();
        a.threshold = maybeNumber();
        if (coin())
            a.position = Position{number(), number(), maybeNumber(), maybeNumber(), maybeNumber(), maybeNumber()};
        a.recommendedActions = texts();
        a.raisedAt = time();
        a.lastSeenAt = time();
        a.clearedAt = maybeTime();
        a.ackedAt = maybeTime();
        a.sourceTime = maybeTime();
        change.reason = text();
        change.comment = text();
        a.latched = coin();
        a.hold = static_cast<AlertHold>(below(4));
        a.chattering = coin();
        a.firstInGroup = coin();
        a.escalation = below(10);
        a.escalateAt = maybeTime();
        a.silencedUntil = maybeTime();
        if (coin())
            a.care.edit([this](AlertCare &care) { fill(care); });
        if (coin())
            a.incident.edit([this](IncidentFacts &facts) { fill(facts); });
        return change;
    }
    void fill(AlertCare &c)
    {
        for (QString *field : {&c.ownerId, &c.ownerName, &c.heldBy, &c.holdReason, &c.proposedBy, &c.closedById,
                               &c.closedBy, &c.closeComment, &c.openCond, &c.openStage, &c.offeredToId,
                               &c.offeredToName, &c.offeredBy, &c.offeredById, &c.offerNote})
            *field = text();
        for (std::optional<TimePoint> *at : {&c.ownedUntil, &c.heldUntil, &c.ackDue, &c.closedAt})
            *at = maybeTime();
        c.heldLevel = below(4);
        c.reminded = coin();
        c.heldOnce = coin();
        c.disposition = static_cast<Disposition>(below(8));
        c.openAcked = coin();
        for (int i = below(4); i > 0; --i)
            c.flaps.append(time());
    }
    /// Without PINs: they never leave the server.
    void fill(IncidentFacts &f)
    {
        for (QString *field : {&f.alertType, &f.description, &f.address, &f.seenBy})
            *field = text();
        for (std::optional<TimePoint> *at :
             {&f.seenAt, &f.canceledAtSource, &f.confirmBy, &f.lastHeardAt, &f.welfareDue})
            *at = maybeTime();
        for (bool *flag : {&f.autoCallEmergency, &f.gpsUnavailable, &f.duress, &f.contactLost, &f.welfareAsked})
            *flag = coin();
        f.priority = below(6);
        f.stage = static_cast<IncidentStage>(below(6));
        f.welfareMisses = below(3);
        if (coin())
            f.deviceInfo = R"({"battery":[1,null],"model":"x"})";
    }
    ChatMessage message(qint64 seq)
    {
        ChatMessage m;
        m.id = QStringLiteral("m%1").arg(seq);
        m.thread = QStringLiteral("user/%1").arg(below(5));
        for (QString *field : {&m.senderId, &m.senderName, &m.text, &m.clientMessageId})
            *field = text();
        m.fromDesk = coin();
        m.automatic = coin();
        m.simulated = coin();
        m.urgent = coin();
        m.asked = texts();
        m.attachments = texts();
        m.quickReply = text();
        m.at = time();
        return m;
    }
    ChatReceipt receipt()
    {
        ChatReceipt r;
        r.thread = QStringLiteral("user/%1").arg(below(5));
        r.messageId = QStringLiteral("m%1").arg(below(50));
        r.personId = QStringLiteral("p%1").arg(below(5));
        r.personName = text();
        r.kind = static_cast<ChatReceipt::Kind>(below(3));
        r.at = time();
        return r;
    }
    Command command()
    {
        static const QByteArray json[] = {{},
                                          "{}",
                                          R"({"speed":3})",
                                          R"([1,2.5,"x",null,true])",
                                          "17",
                                          R"("done \"so\"")",
                                          "9007199254740993",
                                          R"({"a":{"b":[{}]},"z":-0.25})"};
        Command c;
        c.id = QStringLiteral("c%1").arg(below(50));
        c.deviceId = QStringLiteral("d%1").arg(below(20));
        for (QString *field : {&c.action, &c.issuedById, &c.issuedByName, &c.error})
            *field = text();
        c.parameters = json[below(3)];
        c.response = json[below(int(std::size(json)))];
        c.issuedAt = time();
        c.timeout = Duration(below(600'000'000));
        c.retries = below(10);
        c.state = static_cast<CommandState>(below(8));
        c.attempt = below(10);
        c.sentAt = maybeTime();
        c.finishedAt = maybeTime();
        c.simulated = coin();
        return c;
    }
    Device device()
    {
        Device d;
        d.id = QStringLiteral("d%1").arg(below(20));
        for (QString *field : {&d.name, &d.deviceClass, &d.source})
            *field = text();
        d.kind = static_cast<DeviceKind>(below(5));
        d.simulated = coin();
        d.owners = texts();
        d.tags = texts();
        d.actions = texts();
        d.firstSeen = time();
        return d;
    }

    QRandomGenerator m_random;
};

inline bool sameEvent(const Event &a, const Event &b)
{
    return a.seq == b.seq && a.at == b.at && a.actor == b.actor && a.requestId == b.requestId && a.body == b.body;
}

} // namespace tocsin::test
