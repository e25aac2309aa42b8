// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/AuditTrail.h"

#include "server/store/DataDirectory.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

using namespace std::chrono_literals;

namespace tocsin {

namespace {
Q_LOGGING_CATEGORY(lcTrail, "tocsin.audit.trail", QtInfoMsg)

constexpr auto lookEvery = 1s;
constexpr auto lateAfter = 10s;

const Actor commandLine{Actor::Kind::System, QStringLiteral("command line"), QStringLiteral("Command line"), {}};
const Actor server{Actor::Kind::System, QStringLiteral("tocsin"), QStringLiteral("Tocsin"), {}};

std::optional<AuditTrail::Facts> readKnown(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isObject())
        return std::nullopt;
    AuditTrail::Facts facts;
    const QJsonObject object = document.object();
    for (auto it = object.begin(); it != object.end(); ++it)
        facts.insert(it.key(), it.value().toString());
    return facts;
}

QString shown(const QString &value)
{
    constexpr int longest = 400;
    return value.isEmpty() ? QStringLiteral("nothing") : QStringLiteral("\"%1\"").arg(value.left(longest));
}
} // namespace

AuditTrail::AuditTrail(const QString &dataDirectory, DeskPort &desk, QObject *parent)
    : QObject(parent)
    , m_spool(dataDirectory)
    , m_knownFile(dataDirectory + QStringLiteral("/audit/in-force"))
    , m_desk(desk)
    , m_timer(this)
{
    connect(&m_timer, &QTimer::timeout, this, &AuditTrail::look);
}

void AuditTrail::start(const Facts &inForce)
{
    m_inForce = inForce;
    compare(inForce);
    look();
    m_timer.start(lookEvery);
}

void AuditTrail::know(const QString &setting, const QString &value)
{
    m_inForce.insert(setting, value);
    if (m_differences == 0)
        remember(m_inForce);
}

void AuditTrail::stop()
{
    m_timer.stop();
}

void AuditTrail::submit(const QString &id, const Actor &actor, const AuditRecord &record,
                        const std::function<void(const Outcome &)> &answered)
{
    m_desk.submit(Request{id, actor, NoteAudit{record}}, [this, answered](const Outcome &outcome) {
        QMetaObject::invokeMethod(this, [answered, outcome] { answered(outcome); }, Qt::QueuedConnection);
    });
}

void AuditTrail::look()
{
    QStringList problems;
    const QList<AuditSpool::Note> notes = m_spool.waiting(&problems);
    for (const QString &problem : std::as_const(problems))
        qCWarning(lcTrail).noquote() << problem;
    for (const AuditSpool::Note &note : notes) {
        if (m_asked.contains(note.id))
            continue;
        m_asked.insert(note.id);
        AuditRecord record = note.record;
        if (systemNow() - note.at > lateAfter)
            record.detail += QStringLiteral(" Done at %1, while no server ran.").arg(toIso8601(note.at));
        record.detail = record.detail.trimmed();
        submit(note.id, commandLine, record, [this, id = note.id](const Outcome &outcome) {
            m_asked.remove(id);
            if (outcome.ok)
                m_spool.done(id);
            else if (outcome.code == QLatin1String("invalid") || outcome.code == QLatin1String("id_conflict"))
                m_spool.setAside(id);
            else // it goes again
                qCWarning(lcTrail).noquote() << "not in the audit log yet:" << id << outcome.message;
        });
    }
}

void AuditTrail::compare(const Facts &inForce)
{
    const std::optional<Facts> known = readKnown(m_knownFile);
    QList<AuditRecord> records;
    for (auto it = inForce.begin(); known && it != inForce.end(); ++it) {
        if (known->value(it.key()) == it.value())
            continue;
        const bool rules = it.key() == QLatin1String("rules");
        records.append({rules ? QStringLiteral("edit_rules") : QStringLiteral("edit_config"),
                        it.key(),
                        QStringLiteral("From %1 to %2.").arg(shown(known->value(it.key())), shown(it.value())),
                        true,
                        {}});
    }
    m_differences = static_cast<int>(records.size());
    if (records.isEmpty())
        remember(inForce);
    for (const AuditRecord &record : std::as_const(records)) {
        submit({}, server, record, [this](const Outcome &outcome) {
            if (!outcome.ok)
                qCWarning(lcTrail).noquote() << "not in the audit log:" << outcome.message;
            else if (--m_differences == 0)
                remember(m_inForce); // else the next start finds them again
        });
    }
}

void AuditTrail::remember(const Facts &inForce)
{
    QJsonObject object;
    for (auto it = inForce.begin(); it != inForce.end(); ++it)
        object.insert(it.key(), it.value());
    QDir().mkpath(QFileInfo(m_knownFile).path());
    if (const QString error = writePrivateFile(m_knownFile, QJsonDocument(object).toJson()); !error.isEmpty())
        qCWarning(lcTrail).noquote() << m_knownFile << "cannot be written:" << error;
}

} // namespace tocsin
