// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyOutbox.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>

namespace tocsin {

namespace {
// Rows are named by what they are: "m/ID", "a/ALERT", "n/NOTE", "cursor".
constexpr quint8 format = 1;

QDataStream &operator<<(QDataStream &out, const NotifyAddress &to)
{
    return out << to.name << to.address;
}
QDataStream &operator>>(QDataStream &in, NotifyAddress &to)
{
    return in >> to.name >> to.address;
}
QDataStream &operator<<(QDataStream &out, TimePoint at)
{
    return out << toEpochMicros(at);
}
QDataStream &operator>>(QDataStream &in, TimePoint &at)
{
    qint64 micros = 0;
    in >> micros;
    at = fromEpochMicros(micros);
    return in;
}

template<class Enum>
void readEnum(QDataStream &in, Enum &value, Enum last)
{
    quint8 number = 0;
    in >> number;
    if (number > quint8(last))
        in.setStatus(QDataStream::ReadCorruptData);
    else
        value = Enum(number);
}

class Writer
{
public:
    Writer() : m_stream(&m_bytes, QIODevice::WriteOnly)
    {
        m_stream.setVersion(QDataStream::Qt_6_4);
        m_stream << format;
    }
    [[nodiscard]] QDataStream &stream() { return m_stream; }
    [[nodiscard]] QByteArray bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
    QDataStream m_stream;
};

bool begins(QDataStream &in)
{
    in.setVersion(QDataStream::Qt_6_4);
    quint8 which = 0;
    in >> which;
    return which == format;
}

QString messageRow(const QString &id)
{
    return QLatin1String("m/") + id;
}
QString caseRow(const QString &alertId)
{
    return QLatin1String("a/") + alertId;
}
} // namespace

QString NotifyMessage::label() const
{
    return means == NotifyMeans::Webhook ? channel : to.masked(means);
}

QByteArray NotifyMessage::toBytes() const
{
    Writer writer;
    writer.stream() << id << alertId << quint8(occasion) << quint8(level) << qint32(step) << route << channel
                    << quint8(means) << to << contact << words.subject << words.text << words.brief << words.json
                    << madeAt << qint32(attempts) << notBefore;
    return writer.bytes();
}

std::optional<NotifyMessage> NotifyMessage::fromBytes(const QByteArray &bytes)
{
    QDataStream in(bytes);
    if (!begins(in))
        return std::nullopt;
    NotifyMessage m;
    in >> m.id >> m.alertId;
    readEnum(in, m.occasion, NotifyOccasion::Test);
    readEnum(in, m.level, AlertLevel::Emergency);
    qint32 step = 0;
    in >> step >> m.route >> m.channel;
    readEnum(in, m.means, NotifyMeans::Desktop);
    qint32 attempts = 0;
    in >> m.to >> m.contact >> m.words.subject >> m.words.text >> m.words.brief >> m.words.json >> m.madeAt >>
        attempts >> m.notBefore;
    m.step = step;
    m.attempts = attempts;
    return in.status() == QDataStream::Ok ? std::optional(m) : std::nullopt;
}

QByteArray NotifyCase::toBytes() const
{
    Writer writer;
    QDataStream &out = writer.stream();
    out << alertId << qint32(round) << qint32(occurrence) << qint32(stepDone) << quint8(level) << over << contactsOver
        << qint32(contactsFrom) << qint32(contactsTo) << qint32(told.size());
    for (const NotifyTold &one : told)
        out << one.route << one.channel << quint8(one.means) << one.to << one.contact << one.duress << one.over
            << qint32(one.step) << quint8(one.state) << one.everDelivered;
    return writer.bytes();
}

std::optional<NotifyCase> NotifyCase::fromBytes(const QByteArray &bytes)
{
    QDataStream in(bytes);
    if (!begins(in))
        return std::nullopt;
    NotifyCase c;
    qint32 round = 0;
    qint32 occurrence = 0;
    qint32 stepDone = 0;
    qint32 from = 0;
    qint32 to = 0;
    qint32 count = 0;
    in >> c.alertId >> round >> occurrence >> stepDone;
    readEnum(in, c.level, AlertLevel::Emergency);
    in >> c.over >> c.contactsOver >> from >> to >> count;
    c.round = round;
    c.occurrence = occurrence;
    c.stepDone = stepDone;
    c.contactsFrom = from;
    c.contactsTo = to;
    for (qint32 i = 0; i < count && in.status() == QDataStream::Ok; ++i) {
        NotifyTold one;
        qint32 step = 0;
        in >> one.route >> one.channel;
        readEnum(in, one.means, NotifyMeans::Desktop);
        in >> one.to >> one.contact >> one.duress >> one.over >> step;
        readEnum(in, one.state, NotifyTold::State::Failed);
        in >> one.everDelivered;
        one.step = step;
        c.told.append(one);
    }
    return in.status() == QDataStream::Ok ? std::optional(c) : std::nullopt;
}

QString NotifyOutbox::load()
{
    const KeptRows::Loaded loaded = m_rows.load();
    if (!loaded.error.isEmpty())
        return loaded.error;
    QList<NotifyMessage> messages;
    for (auto row = loaded.rows.cbegin(); row != loaded.rows.cend(); ++row) {
        if (row.key().startsWith(QLatin1String("m/"))) {
            if (const auto message = NotifyMessage::fromBytes(*row))
                messages.append(*message);
            else
                m_change.removed.insert(row.key());
        } else if (row.key().startsWith(QLatin1String("a/"))) {
            if (const auto one = NotifyCase::fromBytes(*row)) {
                m_cases.insert(one->alertId, *one);
                m_keptCases.insert(one->alertId);
            } else {
                m_change.removed.insert(row.key());
            }
        } else if (row.key().startsWith(QLatin1String("n/"))) {
            m_notes.insert(row.key().mid(2), *row);
        } else if (row.key() == QLatin1String("cursor")) {
            m_cursor = row->left(row->indexOf(' ')).toLongLong();
            m_epoch = QString::fromUtf8(row->mid(row->indexOf(' ') + 1));
        }
    }
    std::stable_sort(messages.begin(), messages.end(),
                     [](const NotifyMessage &a, const NotifyMessage &b) { return a.madeAt < b.madeAt; });
    for (const NotifyMessage &message : std::as_const(messages))
        (void)add(message, nullptr);
    m_change.put.clear(); // they are there
    return {};
}

QString NotifyOutbox::commit()
{
    for (const QString &id : std::as_const(m_dirtyCases)) {
        const auto found = m_cases.constFind(id);
        if (found != m_cases.cend() && (!found->told.isEmpty() || found->contactsTo >= found->contactsFrom)) {
            m_change.put.insert(caseRow(id), found->toBytes());
            m_change.removed.remove(caseRow(id));
            m_keptCases.insert(id);
        } else {
            forget(id);
        }
    }
    m_dirtyCases.clear();
    if (m_cursorDirty && m_cursor)
        m_change.put.insert(QStringLiteral("cursor"), QByteArray::number(*m_cursor) + ' ' + m_epoch.toUtf8());
    if (m_change.isEmpty())
        return {};
    QString problem = m_rows.apply(m_change);
    if (problem.isEmpty()) {
        m_change = {};
        m_cursorDirty = false;
    }
    return problem;
}

void NotifyOutbox::setCursor(qint64 seq, const QString &epoch)
{
    m_cursorDirty = m_cursorDirty || m_cursor != seq || m_epoch != epoch;
    m_cursor = seq;
    m_epoch = epoch;
}

void NotifyOutbox::passOver(qint64 seq, const QString &epoch)
{
    m_cursor = seq;
    m_epoch = epoch;
    m_cursorDirty = false;
    m_change.put.remove(QStringLiteral("cursor"));
    m_change.removed.insert(QStringLiteral("cursor"));
}

NotifyCase *NotifyOutbox::find(const QString &alertId)
{
    const auto found = m_cases.find(alertId);
    return found == m_cases.end() ? nullptr : &*found;
}

NotifyCase &NotifyOutbox::open(const QString &alertId)
{
    NotifyCase &one = m_cases[alertId];
    one.alertId = alertId;
    return one;
}

void NotifyOutbox::close(const QString &alertId)
{
    const auto found = m_cases.constFind(alertId);
    if (found == m_cases.cend())
        return;
    m_cases.erase(found);
    m_dirtyCases.remove(alertId);
    forget(alertId);
}

void NotifyOutbox::forget(const QString &alertId)
{
    if (!m_keptCases.remove(alertId))
        return;
    m_change.put.remove(caseRow(alertId));
    m_change.removed.insert(caseRow(alertId));
}

void NotifyOutbox::setNote(const QString &name, const QByteArray &value)
{
    if (m_notes.value(name) == value)
        return;
    const QString row = QLatin1String("n/") + name;
    if (value.isEmpty()) {
        m_notes.remove(name);
        m_change.put.remove(row);
        m_change.removed.insert(row);
    } else {
        m_notes.insert(name, value);
        m_change.put.insert(row, value);
        m_change.removed.remove(row);
    }
}

void NotifyOutbox::put(const NotifyMessage &message, Place place)
{
    m_queue.insert_or_assign(place, message);
    m_places.insert(message.id, place);
    m_byAlert[message.alertId].insert(message.id);
    m_change.put.insert(messageRow(message.id), message.toBytes());
}

bool NotifyOutbox::add(const NotifyMessage &message, std::optional<NotifyMessage> *dropped)
{
    if (m_places.contains(message.id))
        return false;
    const int rank =
        2 * (int(AlertLevel::Emergency) - int(message.level)) + (message.occasion == NotifyOccasion::Over ? 1 : 0);
    put(message, {rank, ++m_lastOrder});
    ++m_sizes[message.channel];
    if (!dropped || int(m_queue.size()) <= m_capacity)
        return true;
    // The oldest of the least urgent that is not under way.
    for (auto last = std::prev(m_queue.end());;) {
        auto oldest = m_queue.lower_bound({last->first.rank, 0});
        while (oldest != m_queue.end() && oldest->first.rank == last->first.rank && isHeld(oldest->second.id))
            ++oldest;
        if (oldest != m_queue.end() && oldest->first.rank == last->first.rank) {
            *dropped = oldest->second;
            remove((*dropped)->id);
            return true;
        }
        const auto group = m_queue.lower_bound({last->first.rank, 0});
        if (group == m_queue.begin())
            return true; // all are under way
        last = std::prev(group);
    }
}

const NotifyMessage *NotifyOutbox::message(const QString &id) const
{
    const auto place = m_places.constFind(id);
    return place == m_places.cend() ? nullptr : &m_queue.at(*place);
}

void NotifyOutbox::replace(const NotifyMessage &message)
{
    const auto place = m_places.constFind(message.id);
    if (place != m_places.cend())
        put(message, *place);
}

void NotifyOutbox::remove(const QString &id)
{
    const auto place = m_places.constFind(id);
    if (place == m_places.cend())
        return;
    const auto at = m_queue.find(*place);
    const QString alertId = at->second.alertId;
    --m_sizes[at->second.channel];
    m_queue.erase(at);
    m_places.erase(place);
    m_held.remove(id);
    m_byAlert[alertId].remove(id);
    if (m_byAlert.value(alertId).isEmpty())
        m_byAlert.remove(alertId);
    m_change.put.remove(messageRow(id));
    m_change.removed.insert(messageRow(id));
}

void NotifyOutbox::hold(const QString &id, bool held)
{
    if (held)
        m_held.insert(id);
    else
        m_held.remove(id);
}

void NotifyOutbox::each(const std::function<bool(const NotifyMessage &)> &look) const
{
    for (const auto &[place, message] : m_queue) {
        if (!look(message))
            return;
    }
}

QList<NotifyMessage> NotifyOutbox::messagesOf(const QString &alertId) const
{
    QList<NotifyMessage> list;
    const QSet<QString> ids = m_byAlert.value(alertId);
    for (const QString &id : ids)
        list.append(*message(id));
    return list;
}

} // namespace tocsin
