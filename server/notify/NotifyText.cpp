// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyText.h"

#include "server/notify/NotifyConfig.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QMessageAuthenticationCode>

namespace tocsin {

namespace {
QString place(const Alert &alert)
{
    if (!alert.position)
        return {};
    return QStringLiteral("%1, %2").arg(alert.position->latitude, 0, 'f', 5).arg(alert.position->longitude, 0, 'f', 5);
}

QString moment(TimePoint at)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(at), Qt::UTC)
        .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"));
}

QString shortMoment(TimePoint at)
{
    return QDateTime::fromMSecsSinceEpoch(toEpochMillis(at), Qt::UTC).toString(QStringLiteral("HH:mm 'UTC'"));
}

QString oneLine(const QString &text)
{
    return text.simplified();
}

QString endOf(const Alert &alert)
{
    if (alert.kind == AlertKind::Incident) {
        const QString status = panicStatus(alert);
        return status == QLatin1String("canceled")      ? QStringLiteral("canceled")
               : status == QLatin1String("false_alarm") ? QStringLiteral("closed as a false alarm")
                                                        : QStringLiteral("over");
    }
    return alert.care && alert.care->closedAt ? QStringLiteral("closed") : QStringLiteral("back to normal");
}

/// Staff read what the desk knows.
NotifyWords forStaff(const Alert &alert, NotifyOccasion occasion, const NotifyReader &reader)
{
    const bool over = occasion == NotifyOccasion::Over;
    const bool duress = reader.duress && alert.incident && alert.incident->duress;
    const QString what = oneLine(alert.title.isEmpty() ? alert.code : alert.title);
    const QString where = oneLine(alert.sourceName.isEmpty() ? alert.source : alert.sourceName);
    NotifyWords words;
    words.subject = QStringLiteral("%1: %2").arg(where, what);
    if (over)
        words.subject = QStringLiteral("Over: %1 (%2)").arg(words.subject, endOf(alert));
    else
        words.subject.prepend(QStringLiteral("[%1] ").arg(toString(alert.level).toUpper()));
    if (reader.step > 0 && !over)
        words.subject.prepend(QStringLiteral("Step %1, unanswered: ").arg(reader.step));
    if (duress)
        words.subject.prepend(QStringLiteral("DURESS "));
    if (alert.simulated)
        words.subject.prepend(QStringLiteral("SIMULATED "));
    QStringList lines;
    const auto line = [&lines](const char *name, const QString &value) {
        if (!value.isEmpty())
            lines.append(QStringLiteral("%1: %2").arg(QLatin1String(name), oneLine(value)));
    };
    lines.append(alert.message.isEmpty() ? what : alert.message);
    if (duress)
        lines.append(QStringLiteral("It was canceled with the PIN for somebody under threat. Do not call the phone."));
    lines.append(QString());
    line("Source", where == alert.source ? where : QStringLiteral("%1 (%2)").arg(where, alert.source));
    line("Level", toString(alert.level));
    line("Code", alert.code);
    line("Since", moment(alert.raisedAt));
    if (over)
        line("State", endOf(alert));
    else if (alert.cond == AlertCondition::Clear || alert.cond == AlertCondition::Canceled)
        line("State", endOf(alert) + QStringLiteral(", but nobody has acknowledged it"));
    line("Place", place(alert));
    if (alert.incident)
        line("Address", alert.incident->address);
    if (!over) {
        line("Do", alert.recommendedActions.join(QLatin1String("; ")));
        line("Guidance", alert.guidance);
    }
    line("Alert", alert.id);
    lines.append(QString());
    lines.append(QStringLiteral("-- \n%1").arg(oneLine(reader.desk)));
    words.text = lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
    words.brief = words.subject;
    if (!over && !alert.message.isEmpty())
        words.brief += QStringLiteral(". ") + oneLine(alert.message);
    if (!over && alert.position)
        words.brief += QStringLiteral(" @ ") + place(alert);
    return words;
}

/// Contacts read what concerns them: who, when, where, and whether somebody cares.
NotifyWords forContact(const Alert &alert, NotifyOccasion occasion, const NotifyReader &reader, const QString &person)
{
    const QString who = oneLine(person);
    const QString desk = oneLine(reader.desk);
    const bool duress = reader.duress && alert.incident && alert.incident->duress;
    NotifyWords words;
    QStringList lines;
    if (occasion == NotifyOccasion::Over) {
        const bool canceled = panicStatus(alert) == QLatin1String("canceled");
        words.subject = canceled ? QStringLiteral("%1 has canceled the call for help").arg(who)
                                 : QStringLiteral("The call for help of %1 is over").arg(who);
        lines.append(QStringLiteral("%1 (of %2).").arg(words.subject, shortMoment(alert.raisedAt)));
    } else {
        words.subject = QStringLiteral("%1 has called for help").arg(who);
        lines.append(QStringLiteral("%1 at %2. %3 knows of it.").arg(words.subject, shortMoment(alert.raisedAt), desk));
        if (duress)
            lines.append(QStringLiteral("It was canceled under threat: the call goes on."));
        if (const QString at = place(alert); !at.isEmpty())
            lines.append(QStringLiteral("Last known place: %1").arg(at));
        if (alert.incident && !alert.incident->address.isEmpty())
            lines.append(QStringLiteral("Address: %1").arg(oneLine(alert.incident->address)));
        if (alert.silentAtSource || duress)
            lines.append(QStringLiteral("Please do not call or write to the phone."));
    }
    if (alert.simulated) {
        words.subject.prepend(QStringLiteral("SIMULATED "));
        lines.prepend(QStringLiteral("This is an exercise."));
    }
    words.brief = lines.join(QLatin1Char(' '));
    lines.append(QStringLiteral("You are told because %1 has named you as an emergency contact.").arg(who));
    lines.append(QStringLiteral("\n-- \n%1").arg(desk));
    words.text = lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
    return words;
}

QByteArray jsonOf(const Alert &alert, NotifyOccasion occasion, const NotifyReader &reader)
{
    QJsonObject facts{{QStringLiteral("id"), alert.id},
                      {QStringLiteral("source"), alert.source},
                      {QStringLiteral("source_name"), alert.sourceName},
                      {QStringLiteral("code"), alert.code},
                      {QStringLiteral("title"), alert.title},
                      {QStringLiteral("message"), alert.message},
                      {QStringLiteral("category"), alert.category},
                      {QStringLiteral("kind"), toString(alert.kind)},
                      {QStringLiteral("level"), wireLevel(alert.level)},
                      {QStringLiteral("class"), toString(alert.level)},
                      {QStringLiteral("state"), toString(stateOf(alert))},
                      {QStringLiteral("acknowledged"), alert.acked},
                      {QStringLiteral("simulated"), alert.simulated},
                      {QStringLiteral("occurrence"), alert.occurrence},
                      {QStringLiteral("escalation"), alert.escalation},
                      {QStringLiteral("raised_at"), toIso8601(alert.raisedAt)}};
    if (!alert.userId.isEmpty())
        facts.insert(QStringLiteral("user_id"), alert.userId);
    if (alert.value)
        facts.insert(QStringLiteral("value"), *alert.value);
    if (alert.threshold)
        facts.insert(QStringLiteral("threshold"), *alert.threshold);
    if (!alert.unit.isEmpty())
        facts.insert(QStringLiteral("unit"), alert.unit);
    if (alert.position)
        facts.insert(QStringLiteral("position"), QJsonObject{{QStringLiteral("latitude"), alert.position->latitude},
                                                             {QStringLiteral("longitude"), alert.position->longitude}});
    if (alert.kind == AlertKind::Incident)
        facts.insert(QStringLiteral("status"), panicStatus(alert));
    if (reader.duress && alert.incident && alert.incident->duress)
        facts.insert(QStringLiteral("duress"), true);
    return QJsonDocument(
               QJsonObject{{QStringLiteral("event"),
                            occasion == NotifyOccasion::Over ? QStringLiteral("over") : QStringLiteral("alert")},
                           {QStringLiteral("desk"), reader.desk},
                           {QStringLiteral("step"), reader.step},
                           {QStringLiteral("alert"), facts}})
        .toJson(QJsonDocument::Compact);
}

/// A header's text as RFC 2047 wants it: words of at most 75 characters, each whole in UTF-8, folded.
QByteArray encodedWords(const QString &text, qsizetype indent)
{
    bool plain = true;
    for (const QChar c : text)
        plain = plain && c >= QLatin1Char(' ') && c < QChar(0x7f);
    if (plain && text.size() + indent <= 76 && !text.contains(QLatin1String("=?")))
        return text.toLatin1();
    constexpr qsizetype bytesPerWord = 39; // 52 characters of base64 and 12 around them, which leaves the name its room
    QByteArray out;
    QByteArray word;
    const auto end = [&out, &word] {
        out += (out.isEmpty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + word.toBase64() + "?=";
        word.clear();
    };
    const QList<uint> points = text.toUcs4();
    for (const uint point : points) {
        const QByteArray one = QString::fromUcs4(reinterpret_cast<const char32_t *>(&point), 1).toUtf8();
        if (word.size() + one.size() > bytesPerWord)
            end();
        word += one;
    }
    if (!word.isEmpty())
        end();
    return out;
}

QByteArray mailboxHeader(const QString &text, qsizetype indent)
{
    const std::optional<NotifyAddress> mailbox = NotifyAddress::parse(NotifyMeans::Email, text);
    if (!mailbox)
        return {};
    if (mailbox->name.isEmpty())
        return mailbox->address.toLatin1();
    bool atoms = true;
    for (const QChar c : std::as_const(mailbox->name))
        atoms = atoms && (c.isLetterOrNumber() || c == QLatin1Char(' ') || c == QLatin1Char('-'));
    const QByteArray name = encodedWords(mailbox->name, indent);
    const bool encoded = name.startsWith("=?");
    return (encoded || atoms ? name : '"' + name + '"') + (encoded ? "\r\n <" : " <") + mailbox->address.toLatin1() +
           '>';
}

/// RFC 2045: lines of at most 76 characters, which a server must not break.
QByteArray quotedPrintable(const QString &text)
{
    QByteArray out;
    const QList<QByteArray> lines = text.toUtf8().split('\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        QByteArray line = lines.at(i);
        if (line.endsWith('\r'))
            line.chop(1);
        qsizetype width = 0;
        for (qsizetype at = 0; at < line.size(); ++at) {
            const char c = line.at(at);
            const bool last = at + 1 == line.size();
            const bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !last);
            const QByteArray one = plain ? QByteArray(1, c) : '=' + QByteArray(1, c).toHex().toUpper();
            if (width + one.size() > 75) {
                out += "=\r\n";
                width = 0;
            }
            out += one;
            width += one.size();
        }
        if (i + 1 < lines.size())
            out += "\r\n";
    }
    return out;
}
} // namespace

NotifyWords wordsOf(const Alert &alert, NotifyOccasion occasion, const NotifyReader &reader, const QString &personName)
{
    NotifyWords words =
        reader.contact ? forContact(alert, occasion, reader, personName) : forStaff(alert, occasion, reader);
    if (words.brief.size() > NotifyWords::longestBrief)
        words.brief = words.brief.left(NotifyWords::longestBrief - 1) + QChar(0x2026);
    if (!reader.contact)
        words.json = jsonOf(alert, occasion, reader);
    return words;
}

NotifyWords testWords(const QString &desk, const QString &by, TimePoint now)
{
    NotifyWords words;
    words.subject = QStringLiteral("Test message of %1").arg(oneLine(desk));
    words.brief = QStringLiteral("%1. Nothing has happened. Asked for by %2 at %3.")
                      .arg(words.subject, oneLine(by), shortMoment(now));
    words.text = words.brief + QLatin1Char('\n');
    words.json = QJsonDocument(QJsonObject{{QStringLiteral("event"), QStringLiteral("test")},
                                           {QStringLiteral("desk"), desk},
                                           {QStringLiteral("message"), words.brief}})
                     .toJson(QJsonDocument::Compact);
    return words;
}

QByteArray mimeOf(const MimeMail &mail)
{
    const QString host = NotifyAddress::parse(NotifyMeans::Email, mail.from)
                             .value_or(NotifyAddress())
                             .address.section(QLatin1Char('@'), 1);
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(toEpochMillis(mail.at), Qt::UTC);
    QByteArray out;
    const auto header = [&out](const char *name, const QByteArray &value) {
        out += QByteArray(name) + ": " + value + "\r\n";
    };
    header("Date", QLocale::c().toString(at, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss")).toLatin1() + " +0000");
    header("From", mailboxHeader(mail.from, 6));
    header("To", mailboxHeader(mail.to, 4));
    header("Subject", encodedWords(mail.subject, 9));
    header("Message-ID", '<' + mail.id.toLatin1() + '@' + host.toLatin1() + '>');
    header("Auto-Submitted", "auto-generated");
    if (mail.urgent) {
        header("Importance", "high");
        header("X-Priority", "1");
    }
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=utf-8");
    header("Content-Transfer-Encoding", "quoted-printable");
    return out + "\r\n" + quotedPrintable(mail.text);
}

QByteArray signatureOf(const QByteArray &body, const QByteArray &key)
{
    return "sha256=" + QMessageAuthenticationCode::hash(body, key, QCryptographicHash::Sha256).toHex();
}

} // namespace tocsin
