// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/emergency/EmergencyContactPages.h"

#include <QJsonArray>
#include <QRegularExpression>

#include <algorithm>

namespace tocsin::emergency {

namespace {
using Code = ContactsAnswer::Code;
constexpr qsizetype longestName = 200;
constexpr qsizetype longestAddress = 254; // RFC 5321
constexpr int lastPriority = 100;

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

QJsonObject contactObject(const EmergencyContact &contact)
{
    return {{text("id"), contact.id},
            {text("name"), contact.name},
            {text("phone"), contact.phone},
            {text("phone_number"), contact.phone},
            {text("email"), contact.email},
            {text("relationship"), contact.relationship},
            {text("priority"), contact.priority},
            {text("created_at"), toIso8601(contact.createdAt)}};
}

net::HttpResponse problem(Code code)
{
    switch (code) {
    case Code::NotFound:
        return refused(404, text("Contact not found"));
    case Code::TooMany:
        return refused(400, QStringLiteral("No more than %1 contacts are kept").arg(ContactsPort::mostContacts));
    default:
        return refused(503, text("The contacts are not available at the moment"));
    }
}

net::HttpResponse problem(const FieldError &wrong)
{
    net::HttpResponse response = refused(400, wrong.message);
    if (!wrong.field.isEmpty())
        response.body = QJsonDocument(QJsonObject{{text("error"), wrong.message}, {text("field"), wrong.field}})
                            .toJson(QJsonDocument::Compact);
    return response;
}

/// Takes a text field over if it is there; a sentence when it is no text or too long.
QString take(const QJsonObject &body, const char *name, qsizetype longest, QString &into)
{
    const QJsonValue value = body.value(QLatin1String(name));
    if (value.isUndefined())
        return {};
    const QString given = value.toString().simplified();
    if (!value.isString() && !value.isNull())
        return QStringLiteral("%1 must be text").arg(QLatin1String(name));
    if (given.size() > longest)
        return QStringLiteral("%1 must not be longer than %2 characters").arg(QLatin1String(name)).arg(longest);
    into = given;
    return {};
}
} // namespace

std::variant<EmergencyContact, FieldError> readContact(const QJsonObject &body, EmergencyContact known)
{
    static const QRegularExpression phone(QStringLiteral("^\\+?[0-9 ()./-]{3,32}$"));
    static const QRegularExpression email(QStringLiteral("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$"));
    const std::tuple<const char *, qsizetype, QString *> fields[] = {
        {"name", longestName, &known.name},
        {"phone_number", longestName, &known.phone},
        {"phone", longestName, &known.phone},
        {"email", longestAddress, &known.email},
        {"relationship", longestName, &known.relationship}};
    for (const auto &[name, longest, into] : fields) {
        if (const QString problem = take(body, name, longest, *into); !problem.isEmpty())
            return FieldError{QLatin1String(name), problem};
    }
    if (const QJsonValue priority = body.value(QLatin1String("priority")); !priority.isUndefined()) {
        known.priority = priority.toInt();
        if (known.priority < 1 || known.priority > lastPriority)
            return FieldError{text("priority"), text("priority must be a whole number from 1 to 100")};
    }
    if (known.name.isEmpty())
        return FieldError{text("name"), text("name is required")};
    if (known.phone.isEmpty() && known.email.isEmpty())
        return FieldError{text("phone"), text("phone or email is required")};
    if (!known.phone.isEmpty() && !phone.match(known.phone).hasMatch())
        return FieldError{text("phone"), text("phone is not a telephone number")};
    if (!known.email.isEmpty() && !email.match(known.email).hasMatch())
        return FieldError{text("email"), text("email is not an address")};
    return known;
}

void ContactPages::serve(const Visit &visit)
{
    if (m_parts.replies.waiting() >= mostWaiting)
        return visit.respond(refused(503, text("Too much is under way; try again")));
    switch (visit.page) {
    case Page::ContactsOfIncident: {
        const QString person = m_parts.incidents.personOf(visit.object);
        return person.isEmpty() ? visit.respond(refused(404, text("Alert not found"))) : list(person, visit.respond);
    }
    case Page::Contacts:
        return list(visit.caller.id, visit.respond);
    case Page::AddContact:
        return add(visit);
    case Page::RemoveContact:
        return find(visit, [this, respond = visit.respond](const EmergencyContact &contact) {
            m_parts.contacts.remove(contact.account, contact.id,
                                    m_parts.replies.expect<ContactsAnswer>([respond](const ContactsAnswer &answer) {
                                        net::HttpResponse gone;
                                        gone.status = 204;
                                        respond(answer.code == Code::Done ? gone : problem(answer.code));
                                    }));
        });
    case Page::ReplaceContact:
    case Page::ChangeContact:
        return find(visit, [this, request = visit.request, whole = visit.page == Page::ReplaceContact,
                            respond = visit.respond](const EmergencyContact &known) {
            const auto body = bodyOf(request);
            if (const auto *wrong = std::get_if<FieldError>(&body))
                return respond(problem(*wrong));
            EmergencyContact from = known;
            if (whole) {
                from = {};
                from.id = known.id;
                from.account = known.account;
                from.createdAt = known.createdAt;
            }
            const auto contact = readContact(std::get<QJsonObject>(body), from);
            if (const auto *wrong = std::get_if<FieldError>(&contact))
                return respond(problem(*wrong));
            put(std::get<EmergencyContact>(contact), 200, respond);
        });
    default:
        return find(visit, [respond = visit.respond](const EmergencyContact &contact) {
            respond(done(200, contactObject(contact)));
        });
    }
}

void ContactPages::list(const QString &account, const net::Respond &respond)
{
    m_parts.contacts.contactsOf(account,
                                m_parts.replies.expect<ContactsAnswer>([respond](const ContactsAnswer &answer) {
                                    if (answer.code != Code::Done)
                                        return respond(problem(answer.code));
                                    QJsonArray contacts;
                                    for (const EmergencyContact &contact : answer.contacts)
                                        contacts.append(contactObject(contact));
                                    respond(done(200, {{text("count"), contacts.size()}, {text("results"), contacts}}));
                                }));
}

void ContactPages::add(const Visit &visit)
{
    const auto body = bodyOf(visit.request);
    if (const auto *wrong = std::get_if<FieldError>(&body))
        return visit.respond(problem(*wrong));
    EmergencyContact fresh;
    fresh.account = visit.caller.id;
    fresh.createdAt = m_parts.options.clock();
    const auto contact = readContact(std::get<QJsonObject>(body), fresh);
    if (const auto *wrong = std::get_if<FieldError>(&contact))
        return visit.respond(problem(*wrong));
    put(std::get<EmergencyContact>(contact), 201, visit.respond);
}

void ContactPages::find(const Visit &visit, const std::function<void(const EmergencyContact &)> &then)
{
    bool isNumber = false;
    const qint64 id = visit.object.toLongLong(&isNumber);
    if (!isNumber)
        return visit.respond(problem(Code::NotFound));
    m_parts.contacts.contactsOf(
        visit.caller.id,
        m_parts.replies.expect<ContactsAnswer>([id, then, respond = visit.respond](const ContactsAnswer &answer) {
            if (answer.code != Code::Done)
                return respond(problem(answer.code));
            const auto contact = std::find_if(answer.contacts.cbegin(), answer.contacts.cend(),
                                              [id](const EmergencyContact &one) { return one.id == id; });
            if (contact == answer.contacts.cend())
                return respond(problem(Code::NotFound));
            then(*contact);
        }));
}

void ContactPages::put(const EmergencyContact &contact, int status, const net::Respond &respond)
{
    m_parts.contacts.put(contact,
                         m_parts.replies.expect<ContactsAnswer>([status, respond](const ContactsAnswer &answer) {
                             if (answer.code != Code::Done || answer.contacts.isEmpty())
                                 return respond(problem(answer.code));
                             respond(done(status, contactObject(answer.contacts.first())));
                         }));
}

} // namespace tocsin::emergency
