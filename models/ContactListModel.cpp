// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ContactListModel.h"

#include "models/Format.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>

#include <algorithm>
#include <utility>

namespace tocsin {

namespace {
/// RFC 3966 without what people write between the digits.
QString dialled(const QString &phone)
{
    QString digits;
    for (const QChar c : phone) {
        if (c.isDigit() || (c == QLatin1Char('+') && digits.isEmpty()))
            digits.append(c);
    }
    return digits;
}

QUrl linkTo(const QString &scheme, const QString &address)
{
    if (address.isEmpty())
        return {};
    QUrl url;
    url.setScheme(scheme);
    url.setPath(address);
    return url;
}

/// Whether an audit row of "notify" is about this contact: it says name, number or address.
bool isAbout(const AuditRecord &record, const EmergencyContact &contact)
{
    const auto says = [&record](const QString &word) { return !word.isEmpty() && record.detail.contains(word); };
    return says(contact.name) || says(contact.phone) || says(contact.email);
}
} // namespace

ContactListModel::ContactListModel(DeskLink &link, ModelClock clock, QObject *parent)
    : QAbstractListModel(parent)
    , m_link(link)
    , m_clock(std::move(clock))
{
    connect(&link, &DeskLink::contactsReady, this, &ContactListModel::take);
}

int ContactListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QHash<int, QByteArray> ContactListModel::roleNames() const
{
    return {{NameRole, "name"},       {RelationRole, "relation"}, {PhoneRole, "phone"},
            {EmailRole, "email"},     {CallUrlRole, "callUrl"},   {TextUrlRole, "textUrl"},
            {MailUrlRole, "mailUrl"}, {ToldTextRole, "toldText"}, {ReachedRole, "reached"}};
}

QVariant ContactListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    const EmergencyContact &contact = row.contact;
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return contact.name;
    case RelationRole:
        return contact.relationship;
    case PhoneRole:
        return contact.phone;
    case EmailRole:
        return contact.email;
    case CallUrlRole:
        return linkTo(QStringLiteral("tel"), dialled(contact.phone));
    case TextUrlRole:
        return linkTo(QStringLiteral("sms"), dialled(contact.phone));
    case MailUrlRole:
        return linkTo(QStringLiteral("mailto"), contact.email);
    case ToldTextRole:
        return row.told;
    case ReachedRole:
        return row.reached;
    default:
        return {};
    }
}

void ContactListModel::show(const QString &userId)
{
    if (userId == m_userId)
        return;
    m_userId = userId;
    beginResetModel();
    m_rows.clear();
    endResetModel();
    reload();
}

void ContactListModel::reload()
{
    m_problem.clear();
    m_query = m_userId.isEmpty() ? 0 : m_link.requestContacts(m_userId);
    Q_EMIT countChanged();
}

void ContactListModel::take(quint64 queryId, const ContactsAnswer &answer)
{
    if (queryId != m_query || queryId == 0)
        return;
    using Code = ContactsAnswer::Code;
    m_query = 0;
    const bool known = answer.code == Code::Done || answer.code == Code::NotFound;
    if (known) {
        beginResetModel();
        m_rows.clear();
        for (const EmergencyContact &contact : answer.contacts)
            m_rows.append({contact, {}, false});
        std::stable_sort(m_rows.begin(), m_rows.end(),
                         [](const Row &a, const Row &b) { return a.contact.priority < b.contact.priority; });
        endResetModel();
    } else {
        m_problem = tr("The contacts cannot be read now.");
    }
    mark();
    Q_EMIT countChanged();
}

void ContactListModel::setLog(const QList<Event> &events)
{
    m_notified.clear();
    std::copy_if(events.cbegin(), events.cend(), std::back_inserter(m_notified), [](const Event &event) {
        const auto *record = std::get_if<AuditRecord>(&event.body);
        return record && tellsContact(*record);
    });
    mark();
}

void ContactListModel::mark()
{
    for (int at = 0; at < count(); ++at) {
        Row &row = m_rows[at];
        QString told;
        bool reached = false;
        for (const Event &event : std::as_const(m_notified)) {
            const auto &record = std::get<AuditRecord>(event.body);
            if (!isAbout(record, row.contact))
                continue;
            const QString time = format::timeOfDay(event.at, m_clock.zone);
            reached = record.ok;
            told = reached ? tr("told %1").arg(time) : tr("not reached %1").arg(time);
        }
        if (told == row.told && reached == row.reached)
            continue;
        row.told = told;
        row.reached = reached;
        Q_EMIT dataChanged(index(at), index(at), {ToldTextRole, ReachedRole});
    }
}

bool ContactListModel::open(const QUrl &url)
{
    const QStringList schemes{QStringLiteral("tel"), QStringLiteral("sms"), QStringLiteral("mailto")};
    return schemes.contains(url.scheme()) && QDesktopServices::openUrl(url);
}

void ContactListModel::copy(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

} // namespace tocsin
