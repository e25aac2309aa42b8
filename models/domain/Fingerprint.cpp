// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Fingerprint.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <bit>

namespace tocsin {

namespace {
/// Writes values so that no two different lists of them give the same bytes: every text, list and optional says its length first.
class Canon
{
public:
    Canon &operator<<(const QString &text) { return *this << text.toUtf8(); }
    Canon &operator<<(const QByteArray &bytes)
    {
        *this << qint64(bytes.size());
        m_bytes += bytes;
        return *this;
    }
    Canon &operator<<(const QStringList &list)
    {
        *this << qint64(list.size());
        for (const QString &text : list)
            *this << text;
        return *this;
    }
    Canon &operator<<(qint64 number)
    {
        char raw[sizeof number];
        qToLittleEndian(number, raw);
        m_bytes.append(raw, sizeof raw);
        return *this;
    }
    Canon &operator<<(int number) { return *this << qint64(number); }
    Canon &operator<<(bool flag) { return *this << qint64(flag); }
    Canon &operator<<(double number) { return *this << std::bit_cast<qint64>(number); }
    Canon &operator<<(TimePoint at) { return *this << toEpochMicros(at); }
    Canon &operator<<(const Position &p)
    {
        return *this << p.latitude << p.longitude << p.altitudeM << p.accuracyM << p.headingDeg << p.speedKmh;
    }
    template<class T>
    Canon &operator<<(const std::optional<T> &value)
    {
        *this << value.has_value();
        return value ? *this << *value : *this;
    }

    void put(const Acknowledge &b) { *this << b.alertId << b.occurrence << int(b.seenLevel) << b.comment; }
    void put(const SendChat &b)
    {
        *this << b.thread << b.text << b.clientMessageId << b.fromDesk << b.simulated << b.urgent << b.attachments
              << b.quickReply;
    }
    void put(const ReportAlert &b)
    {
        *this << b.alertId << b.source << b.userId << b.code << b.title << b.message << b.category << int(b.level)
              << b.acknowledged << b.value << b.threshold << b.sourceTime << b.recommendedActions;
    }
    void put(const RaisePanic &b)
    {
        // Not the PINs: from a hash without salt, which is kept, they could be found by trying all.
        *this << b.userId << b.userName << b.clientAlertId << b.message << b.alertType << b.silent << b.simulated
              << b.position << b.priority << b.address << b.autoCallEmergency << b.gpsUnavailable << b.deviceInfo
              << b.networkInfo;
    }
    void put(const CancelPanic &b) { *this << b.alertId << b.userId; }
    void put(const MarkSeen &b) { *this << b.alertId; }
    void put(const SetStage &b) { *this << b.alertId << toString(b.stage) << b.comment; }
    void put(const CloseAlert &b) { *this << b.alertId << b.occurrence << toString(b.disposition) << b.comment; }
    void put(const HandleAlert &b)
    {
        *this << toString(b.verb) << b.alertId << b.occurrence << int(b.seenLevel) << b.comment << b.until << b.oneShot
              << b.toId << b.toName;
    }
    void put(const TakeOutOfService &b) { *this << b.alertId << b.occurrence << b.until << b.comment; }
    void put(const ReturnToService &b) { *this << b.alertId << b.comment; }
    void put(const PutDevice &b)
    {
        const Device &d = b.device;
        *this << d.id << d.name << d.deviceClass << toString(d.kind) << d.source << d.simulated << d.owners << d.tags
              << d.actions << d.firstSeen;
    }
    void put(const IssueCommand &b)
    {
        *this << b.deviceId << b.action << b.parameters << qint64(b.timeout.count()) << b.retries;
    }
    void put(const ReportCommand &b) { *this << b.commandId << toString(b.state) << b.response << b.error; }
    void put(const CancelCommand &b) { *this << b.commandId; }
    void put(const MarkChat &b) { *this << b.thread << b.messageId << int(b.kind); }
    void put(const NoteAudit &b)
    {
        const AuditRecord &r = b.record;
        *this << r.action << r.object << r.detail << r.ok << r.address;
    }

    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
};
} // namespace

QByteArray fingerprint(const RequestBody &body)
{
    // Which kind it is, by name: positions in the variant may change.
    static constexpr const char *names[] = {
        "acknowledge",    "chat",           "report_alert",     "panic", "cancel_panic", "put_device", "command",
        "report_command", "cancel_command", "mark_chat",        "audit", "mark_seen",    "stage",      "close",
        "handle_alert",   "out_of_service", "return_to_service"};
    static_assert(std::size(names) == std::variant_size_v<RequestBody>);
    Canon canon;
    canon << QByteArray(names[body.index()]);
    std::visit([&canon](const auto &b) { canon.put(b); }, body);
    return QCryptographicHash::hash(canon.bytes(), QCryptographicHash::Blake2b_256);
}

QString requestSender(const Actor &actor)
{
    static const QString kinds[] = {QStringLiteral("system/"), QStringLiteral("operator/"), QStringLiteral("device/"),
                                    QStringLiteral("user/")};
    return kinds[int(actor.kind)] + actor.id;
}

} // namespace tocsin
