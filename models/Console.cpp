// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/Console.h"

#include <QBuffer>
#include <QImageReader>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace tocsin {

Console::Console(DeskLink &link, ClockFn now, QObject *parent, const QTimeZone &zone)
    : QObject(parent)
    , m_link(link)
    , m_clock{std::move(now), zone}
    , m_pictureCache(link)
    , m_devices(new DeviceListModel(this))
    , m_deviceList(new DeviceFilterModel(*m_devices, this))
    , m_alerts(new AlertListModel(link, m_clock, this))
    , m_queue(new AlertQueueModel(*m_alerts, this))
    , m_alertDesk(new AlertDesk(link, *m_alerts, *m_queue, m_files, m_clock, this))
    , m_threads(new ChatThreadModel(
          m_chatLog, m_clock, [this](const QString &user) { return nameOfUser(user); }, this))
    , m_pictures(new ChatPictures(link, m_pictureCache, m_files, this))
    , m_chat(new ChatModel(link, m_chatLog, *m_threads, *m_pictures, m_clock, this))
    , m_commands(new CommandModel(link, m_clock, this))
    , m_gauges(new GaugeModel(this))
    , m_trend(new TrendSource(link, m_clock, this))
    , m_trail(new TrailModel(link, m_clock, this))
    , m_mapView(new MapViewState(this))
    , m_server(new ServerStatus(*m_devices, m_clock, this))
    , m_consoleClock(new ConsoleClock(m_clock, this))
    , m_notices(new NoticeModel(m_clock, this))
    , m_people(new PeopleModel(*m_alerts, m_clock, this))
    , m_pending(new PendingModel(
          m_clock, [this](const RequestBody &body) { return describe(body); }, this))
    , m_keys(new KeyRegistry(this))
    , m_selected(new SelectedDevice(this))
    , m_connections(new ConnectionDesk(link, m_files, m_clock, this))
    , m_sound(new Annunciator(link, m_clock, this))
    , m_incidents(
          new IncidentDesk({link, *m_alerts, *m_queue, *m_devices, *m_people, m_chatLog, m_files, m_clock}, this))
    , m_rules(new RuleEditor(link, *m_devices, m_clock, this))
{
    connect(&link, &DeskLink::stateChanged, this, &Console::takeState);
    connect(&link, &DeskLink::snapshot, this, &Console::takeSnapshot);
    connect(&link, &DeskLink::events, this, &Console::takeEvents);
    connect(&link, &DeskLink::presence, this, &Console::takePresence);
    connect(&link, &DeskLink::latest, this, &Console::takeLatest);
    connect(&link, &DeskLink::serverStats, m_server, &ServerStatus::setStats);
    connect(&link, &DeskLink::adapters, this,
            [this](const QList<AdapterStatus> &statuses) { m_server->adapters()->assign(statuses, m_clock.now()); });
    connect(&link, &DeskLink::people, this, [this](const QList<OnlinePerson> &people) {
        m_people->assign(people, m_link.self().id, m_link.self().name);
        m_alertDesk->setPeople(people);
    });
    connect(&link, &DeskLink::limits, this,
            [this](const QList<ChannelBand> &limits) { setBands(ChannelBands(limits)); });
    connect(&link, &DeskLink::fences, this,
            [this](const QList<Geofence> &fences) { m_mapView->fences()->assign(fences, *m_alerts); });
    connect(&link, &DeskLink::replied, this, &Console::takeReply);
    connect(&link, &DeskLink::historyReady, this, &Console::takeHistory);
    connect(&link, &DeskLink::pendingRequestsChanged, this, &Console::takePending);
    connect(&link, &DeskLink::restored, this, &Console::adopt);
    connect(&link, &DeskLink::trouble, this, [this](const QString &text) { m_notices->add(text, NoticeModel::Error); });
    connect(m_consoleClock, &ConsoleClock::ticked, this, &Console::tick);
    const auto refusal = [this](const QString &text) { m_notices->add(text, NoticeModel::Refusal); };
    connect(m_alerts, &AlertListModel::refused, m_notices, refusal);
    connect(m_alertDesk, &AlertDesk::refused, m_notices, refusal);
    connect(m_alertDesk, &AlertDesk::picked, this, [this](const QString &alertId) {
        selectAlert(alertId);
        m_alertDesk->select(alertId); // also one that closed long ago
    });
    connect(m_alertDesk, &AlertDesk::said, this, [this](const QString &text) { m_notices->add(text); });
    connect(m_alertDesk, &AlertDesk::failed, this,
            [this](const QString &text) { m_notices->add(text, NoticeModel::Error); });
    connect(m_chat, &ChatModel::refused, m_notices, refusal);
    connect(m_commands, &CommandModel::refused, m_notices, refusal);
    connect(m_connections, &ConnectionDesk::refused, m_notices, refusal);
    connect(m_sound, &Annunciator::refused, m_notices, refusal);
    connect(m_incidents, &IncidentDesk::refused, m_notices, refusal);
    connect(m_incidents, &IncidentDesk::said, this, [this](const QString &text) { m_notices->add(text); });
    connect(m_incidents, &IncidentDesk::selectAsked, this, &Console::selectAlert);
    connect(m_connections, &ConnectionDesk::said, this, [this](const QString &text) { m_notices->add(text); });
    connect(m_alerts, &AlertListModel::dataChanged, this, &Console::refreshCanAcknowledge);
    connect(m_keys, &KeyRegistry::triggered, this, &Console::takeKey);
    takeState(link.state());
}

void Console::takeKey(const QString &actionId)
{
    if (actionId == QLatin1String("acknowledge") && m_alertDesk->targets().size() < 2)
        acknowledgeSelected();
    else if (actionId == QLatin1String("silence"))
        m_sound->silenceAll();
    else if (m_alertDesk->trigger(actionId))
        return;
    else if (actionId == QLatin1String("next"))
        moveSelection(1);
    else if (actionId == QLatin1String("previous"))
        moveSelection(-1);
    else if (actionId == QLatin1String("first"))
        moveSelection(-m_queue->count());
    else if (actionId == QLatin1String("last"))
        moveSelection(m_queue->count());
    else if (actionId == QLatin1String("fences"))
        m_mapView->toggleFences();
}

// --- what the link tells

void Console::takeState(DeskLink::State state)
{
    const bool back = state == DeskLink::State::Open && m_server->connection() == ServerStatus::Reconnecting;
    m_server->setConnection(state, m_link.reason(), m_link.target());
    if (back) {
        // Readings went by meanwhile; the archive has them.
        m_trend->reload();
        m_trail->reload();
    }
    if (state == DeskLink::State::Open)
        m_pending->assign(m_link.pendingActions()); // what waited has been sent
    const QString name = m_link.self().name;
    if (name != m_operatorName) {
        m_operatorName = name;
        Q_EMIT operatorNameChanged();
    }
}

void Console::takePending()
{
    const QList<PendingAction> actions = m_link.pendingActions();
    m_server->setPending(int(actions.size()));
    m_pending->assign(actions);
}

/// What an earlier console asked for is shown as if this one had.
void Console::adopt(const QList<PendingAction> &actions)
{
    for (const PendingAction &action : actions) {
        if (const auto *acknowledge = std::get_if<Acknowledge>(&action.body))
            m_alerts->adopt(action.id, acknowledge->alertId);
        else if (const auto *chat = std::get_if<SendChat>(&action.body))
            m_chat->adopt(action.id, *chat, action.at);
        else if (const auto *order = std::get_if<IssueCommand>(&action.body))
            m_commands->adopt(action.id, *order, action.at);
        else if (!m_alertDesk->actions()->adopt(action.id, action.body))
            m_unclaimed.insert(action.id);
    }
}

QString Console::describe(const RequestBody &body) const
{
    const auto device = [this](const QString &id) {
        const DeviceFacts *facts = m_devices->facts(id);
        return facts ? facts->device.name : id;
    };
    if (const auto *acknowledge = std::get_if<Acknowledge>(&body)) {
        const Alert *alert = m_alerts->find(acknowledge->alertId);
        return alert ? tr("Acknowledge %1 %2").arg(alert->sourceName, alert->code) : tr("Acknowledge an alert");
    }
    if (const QString verb = m_alertDesk->actions()->describe(body); !verb.isEmpty())
        return verb;
    if (const auto *chat = std::get_if<SendChat>(&body))
        return tr("Message to %1: %2").arg(m_threads->titleOf(chat->thread), chat->text.simplified());
    if (const auto *mark = std::get_if<MarkChat>(&body))
        return mark->kind == ChatReceipt::Kind::Acknowledged
                   ? tr("Acknowledge a message in %1").arg(m_threads->titleOf(mark->thread))
                   : tr("Mark %1 as read").arg(m_threads->titleOf(mark->thread));
    if (const auto *order = std::get_if<IssueCommand>(&body))
        return tr("Order %1: %2").arg(device(order->deviceId), order->action);
    if (const auto *put = std::get_if<PutDevice>(&body))
        return tr("Change %1").arg(device(put->device.id));
    if (const auto *note = std::get_if<NoteAudit>(&body))
        return tr("Note for the audit: %1").arg(note->record.action);
    return tr("An action");
}

void Console::takeSnapshot(const DeskSnapshot &snapshot)
{
    const TimePoint now = m_clock.now();
    m_seq = snapshot.seq;
    m_devices->reset(snapshot, now);
    m_alerts->reset(snapshot.alerts, now);
    m_commands->reset(snapshot.commands);
    m_chatLog.setSelf(m_link.self().id);
    m_chatLog.reset(snapshot.messages, snapshot.alerts, snapshot.receipts);
    m_chatLog.markRead(m_chat->currentThread());
    m_threads->reset();
    m_chat->reconcile();
    m_queue->refreshAges(now);
    m_alertDesk->reset(snapshot.alerts, now);
    m_server->countDevices();
    if (!m_deviceId.isEmpty() && !m_devices->facts(m_deviceId))
        setDevice(QString());
    if (!m_alertId.isEmpty() && !m_alerts->find(m_alertId))
        setAlert(QString());
    // The link may have lost readings with the connection; the archive has them.
    m_trend->reload();
    m_trail->reload();
    m_pending->refresh();
    m_people->refreshHandled();
    showSelected();
    afterChange();
    m_incidents->reset();
}

void Console::takePresence(const QList<DevicePresence> &changes)
{
    m_devices->applyPresence(changes, m_clock.now());
    showSelected();
}

void Console::takeLatest(const QList<LatestReading> &readings)
{
    const TimePoint now = m_clock.now();
    m_devices->applyLatest(readings, now);
    for (const LatestReading &reading : readings) {
        if (reading.deviceId != m_deviceId)
            continue;
        m_gauges->update(reading, now);
        m_trend->update(reading);
        m_trail->update(reading);
        showSelected();
    }
}

void Console::takeReply(const QString &requestId, const Outcome &outcome)
{
    if (!m_alerts->takeReply(requestId, outcome) && !m_chat->takeReply(requestId, outcome) &&
        !m_trend->takeReply(requestId, outcome) && !m_commands->takeReply(requestId, outcome) &&
        !m_alertDesk->takeReply(requestId, outcome) && !m_incidents->takeReply(requestId, outcome) &&
        m_unclaimed.remove(requestId) && !outcome.ok)
        m_notices->add(tr("What you did was refused: %1").arg(outcome.message), NoticeModel::Refusal);
}

void Console::takeHistory(quint64 queryId, const HistoryResult &result)
{
    if (!m_trend->takeHistory(queryId, result))
        m_trail->takeHistory(queryId, result);
}

void Console::tick(TimePoint now)
{
    m_devices->refreshAges(now);
    m_alerts->refreshAges(now);
    m_queue->refreshAges(now);
    m_alertDesk->tick(now);
    m_gauges->refreshAges(now);
    m_trail->refresh(now);
    m_notices->expire(now);
    m_commands->refresh();
    m_sound->tick(now);
    m_chat->tick(now);
    m_server->adapters()->refresh(now);
    m_connections->tick();
    m_incidents->tick();
    showSelected();
}

QString Console::nameOfUser(const QString &userId) const
{
    const DeviceFacts *phone = m_devices->facts(m_devices->phoneOf(userId));
    return phone ? phone->device.name : QString();
}

// --- the selection

void Console::selectDevice(const QString &deviceId)
{
    if (!m_devices->facts(deviceId))
        return;
    m_touched = true;
    setDevice(deviceId);
    setAlert(m_devices->newestOpenAlert(deviceId));
    openThread(m_devices->userOf(deviceId));
}

void Console::selectAlert(const QString &alertId)
{
    const Alert *alert = m_alerts->find(alertId);
    if (!alert)
        return;
    m_touched = true;
    const QString device = m_devices->deviceOf(*alert);
    QString user = m_devices->userOf(device);
    if (alert->kind == AlertKind::Incident)
        user = alert->userId.isEmpty() ? alert->source : alert->userId;
    setDevice(device);
    setAlert(alertId);
    openThread(user);
}

void Console::selectThread(const QString &thread)
{
    const QString user = userOfChatThread(thread);
    if (user.isEmpty()) {
        const QString incident = incidentOfChatThread(thread);
        const bool shared = thread == operatorsThread() || thread == broadcastThread();
        if (incident.isEmpty() && !shared)
            return;
        if (!incident.isEmpty())
            selectAlert(incident);
        showThread(thread);
        return;
    }
    m_touched = true;
    openThread(user);
    const QString phone = m_devices->phoneOf(user);
    const ChatLog::Thread *known = m_chatLog.find(thread);
    const QString incident = known ? known->openIncident : QString();
    setDevice(phone);
    setAlert(incident.isEmpty() ? m_devices->newestOpenAlert(phone) : incident);
}

void Console::showThread(const QString &thread)
{
    if (thread.isEmpty())
        return;
    m_touched = true;
    m_chat->setCurrentThread(thread);
    if (m_chatLog.markRead(thread))
        m_threads->refresh(thread);
}

void Console::clearSelection()
{
    m_touched = true;
    setDevice(QString());
    setAlert(QString());
}

void Console::setDevice(const QString &deviceId)
{
    if (deviceId == m_deviceId)
        return;
    m_deviceId = deviceId;
    const DeviceFacts *facts = m_devices->facts(deviceId);
    const LatestReading *latest = facts && facts->latest ? &*facts->latest : nullptr;
    m_gauges->show(latest, m_clock.now());
    m_trend->show(deviceId, latest);
    m_trail->show(deviceId, latest);
    m_mapView->setTargetName(facts ? facts->device.name : QString());
    showSelected();
    Q_EMIT selectedDeviceIdChanged();
}

void Console::setAlert(const QString &alertId)
{
    if (alertId == m_alertId)
        return;
    m_alertId = alertId;
    m_cursorRow = m_queue->rowOf(alertId);
    m_alertDesk->select(alertId);
    m_incidents->follow(alertId);
    Q_EMIT selectedAlertIdChanged();
    refreshCanAcknowledge();
}

void Console::openThread(const QString &userId)
{
    if (userId.isEmpty())
        return; // a vehicle: the conversation stays where it is
    const QString thread = chatThreadOfUser(userId);
    m_chat->setCurrentThread(thread);
    if (m_chatLog.markRead(thread))
        m_threads->refresh(thread);
}

void Console::showSelected()
{
    const int row = m_devices->rowOf(m_deviceId);
    if (row < 0)
        m_selected->clear();
    else
        m_selected->assign(m_devices->factsAt(row).device, m_devices->viewAt(row));
    m_commands->show(row < 0 ? Device() : m_devices->factsAt(row).device);
}

/// After rows came, went or moved.
void Console::afterChange()
{
    m_mapView->fences()->setAlerts(*m_alerts);
    if (const int row = m_queue->rowOf(m_alertId); row >= 0)
        m_cursorRow = row;
    refreshCanAcknowledge();
    if (!m_touched)
        showSomething();
}

/// A console that nobody has touched yet shows the first vehicle in the list, or while there is none the first device
/// that is not a phone: never a person's conversation.
void Console::showSomething()
{
    const DeviceFacts *shown = m_devices->facts(m_deviceId);
    if (shown != nullptr && shown->device.kind == DeviceKind::Vehicle)
        return;
    QString other;
    for (int row = 0; row < m_deviceList->count(); ++row) {
        const QString device = m_deviceList->deviceIdAt(row);
        const DeviceKind kind = m_devices->facts(device)->device.kind;
        if (kind == DeviceKind::Vehicle) {
            setDevice(device);
            return;
        }
        if (other.isEmpty() && kind != DeviceKind::Phone)
            other = device;
    }
    if (shown == nullptr && !other.isEmpty())
        setDevice(other);
}

void Console::refreshCanAcknowledge()
{
    const int row = m_alerts->rowOf(m_alertId);
    const bool can = row >= 0 && isOpen(m_alerts->at(row)) && !m_alerts->at(row).acked && !m_alerts->isPending(row);
    if (can == m_canAcknowledge)
        return;
    m_canAcknowledge = can;
    Q_EMIT canAcknowledgeChanged();
}

void Console::acknowledgeSelected()
{
    if (m_alertId.isEmpty())
        m_notices->add(tr("No alert is selected."));
    else
        acknowledge(m_alertId);
}

void Console::acknowledge(const QString &alertId)
{
    const Alert *alert = m_alerts->find(alertId);
    if (alert && alert->commentWanted && isOpen(*alert) && !alert->acked) {
        m_alertDesk->actOn(AlertVerbs::Acknowledge, alertId); // asks for it
        return;
    }
    if (m_alerts->acknowledge(alertId))
        return;
    const int row = m_alerts->rowOf(alertId);
    if (row < 0)
        m_notices->add(tr("This alert is not known any more."));
    else if (!isOpen(m_alerts->at(row)))
        m_notices->add(tr("This alert is closed."));
    else if (m_alerts->at(row).acked)
        m_notices->add(tr("This alert is already acknowledged."));
    // else: under way, the row says so
}

void Console::savePicture(const QString &id)
{
    m_pictureCache.give(id, [this, id](const QByteArray &bytes, const QString &problem) {
        if (!problem.isEmpty()) {
            m_notices->add(problem, NoticeModel::Error);
            return;
        }
        QBuffer buffer;
        buffer.setData(bytes);
        buffer.open(QIODevice::ReadOnly);
        FilePicker::Question question;
        question.save = true;
        question.title = tr("Save the picture");
        question.suggested =
            QStringLiteral("picture-%1.%2").arg(id.left(8), QString::fromLatin1(QImageReader::imageFormat(&buffer)));
        m_files.ask(question, [this, id, bytes](const QList<QUrl> &files) {
            m_files.write(files.constFirst(), bytes, [this, id, file = files.constFirst()](const QString &failed) {
                if (!failed.isEmpty()) {
                    m_notices->add(failed, NoticeModel::Error);
                    return;
                }
                m_notices->add(tr("Saved as %1.").arg(file.toLocalFile()));
                AuditRecord record;
                record.action = QStringLiteral("export");
                record.object = file.fileName();
                record.detail = QStringLiteral("Picture %1 of the chat.").arg(id);
                m_unclaimed.insert(m_link.request(NoteAudit{record}));
            });
        });
    });
}

void Console::exportTrend()
{
    FilePicker::Question question;
    question.save = true;
    question.title = tr("Export the trend");
    question.suggested = QStringLiteral("%1.csv").arg(m_deviceId);
    question.filters = {tr("Comma-separated values (*.csv)")};
    m_files.ask(question, [this](const QList<QUrl> &files) {
        if (m_trend->exportTo(files.constFirst()))
            m_notices->add(tr("Exported to %1.").arg(files.constFirst().toLocalFile()));
        else
            m_notices->add(m_trend->problem(), NoticeModel::Error);
    });
}

void Console::moveSelection(int rows)
{
    const int count = m_queue->count();
    if (count == 0 || rows == 0)
        return;
    int from = m_queue->rowOf(m_alertId);
    if (from < 0) {
        // The selected one has left the queue: go on from where it was.
        const bool known = m_cursorRow >= 0 && !m_alertId.isEmpty();
        from = known ? m_cursorRow - (rows > 0 ? 1 : 0) : (rows > 0 ? -1 : count);
    }
    selectAlert(m_queue->alertIdAt(std::clamp(from + rows, 0, count - 1)));
}

void Console::setBands(const ChannelBands &bands)
{
    m_gauges->setBands(bands, m_clock.now());
    m_trend->setBands(bands);
}

} // namespace tocsin
