// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Notifications.h"

#include "server/desk/Desk.h"
#include "server/desk/RulesService.h"
#include "server/notify/CurlCourier.h"

#include <QFile>

#include <algorithm>

namespace tocsin {

NotifyConfig Notifications::read(const Settings &settings, QString *error)
{
    if (settings.notifyFile.isEmpty())
        return {};
    NotifyFile file = readNotifyFile(settings.notifyFile, [](const QString &variable) {
        const QByteArray name = variable.toLocal8Bit();
        return qEnvironmentVariableIsSet(name.constData()) ? std::optional(qgetenv(name.constData())) : std::nullopt;
    });
    if (!file.problems.isEmpty())
        *error = QStringLiteral("--notify %1: nothing of it is applied:\n  %2")
                     .arg(settings.notifyFile, file.problems.join(QLatin1String("\n  ")));
    return file.config;
}

QString Notifications::inForce(const Settings &settings)
{
    QFile file(settings.notifyFile);
    const QByteArray text = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    return QStringLiteral("%1 sha256:%2").arg(settings.notifyFile, RulesService::revisionOf(text));
}

Notifications::Notifications(Parts parts) : m_rows(parts.file)
{
    const bool follows = !parts.config.channels.isEmpty();
    CurlCourier::Options options;
    options.desk = parts.config.desk;
    options.timeout = parts.config.limits.timeout;
    options.agent = "Tocsin/" TOCSIN_VERSION;
    m_notifier = std::make_unique<Notifier>(
        Notifier::Parts{std::move(parts.config), m_rows, parts.desk, parts.desk, parts.archive, parts.contacts,
                        std::move(parts.accounts), [options] { return std::make_unique<CurlCourier>(options); }});
    m_worker.emplace(QStringLiteral("notify"));
    m_notifier->moveToThread(m_worker->thread());
    if (follows)
        QObject::connect(&parts.desk, &Desk::published, m_notifier.get(), &Notifier::takeEvents, Qt::DirectConnection);
}

Notifications::~Notifications()
{
    stop();
    m_worker->run([this] { m_notifier.reset(); });
}

QString Notifications::start(const DeskSnapshot &initial)
{
    QString error;
    m_worker->run([&] { error = m_notifier->start(initial); });
    return error;
}

void Notifications::stop()
{
    m_worker->run([this] { m_notifier->stop(); });
}

QList<Metric> Notifications::metrics() const
{
    QList<Metric> list;
    const QList<NotifyChannel> channels = m_notifier->status();
    const auto add = [&](const char *name, const char *help, Metric::Kind kind, auto value) {
        for (const NotifyChannel &channel : channels)
            list.append({QString::fromLatin1(name),
                         QString::fromLatin1(help),
                         kind,
                         double(value(channel)),
                         {{QStringLiteral("channel"), channel.name}}});
    };
    add("tocsin_notify_sent_total", "Notifications that were delivered", Metric::Kind::Counter,
        [](const NotifyChannel &channel) { return channel.sent; });
    add("tocsin_notify_failed_total", "Notifications that were given up", Metric::Kind::Counter,
        [](const NotifyChannel &channel) { return channel.failed; });
    add("tocsin_notify_dropped_total", "Notifications that found no room", Metric::Kind::Counter,
        [](const NotifyChannel &channel) { return channel.dropped; });
    add("tocsin_notify_queued", "Notifications that wait", Metric::Kind::Gauge,
        [](const NotifyChannel &channel) { return channel.queued; });
    add("tocsin_notify_paused", "1: the channel is paused after failures", Metric::Kind::Gauge,
        [](const NotifyChannel &channel) { return channel.paused ? 1 : 0; });
    return list;
}

} // namespace tocsin
