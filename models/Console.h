// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/AlertDesk.h"
#include "models/AlertListModel.h"
#include "models/AlertQueueModel.h"
#include "models/Annunciator.h"
#include "models/ChatLog.h"
#include "models/ChatModel.h"
#include "models/ChatThreadModel.h"
#include "models/CommandModel.h"
#include "models/ConnectionDesk.h"
#include "models/ConsoleClock.h"
#include "models/DeskLink.h"
#include "models/DeviceFilterModel.h"
#include "models/DeviceListModel.h"
#include "models/FilePicker.h"
#include "models/GaugeModel.h"
#include "models/IncidentDesk.h"
#include "models/KeyRegistry.h"
#include "models/MapViewState.h"
#include "models/NoticeModel.h"
#include "models/PendingModel.h"
#include "models/PeopleModel.h"
#include "models/RuleEditor.h"
#include "models/SelectedDevice.h"
#include "models/ServerStatus.h"
#include "models/TrailModel.h"
#include "models/TrendSource.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace tocsin {

/// The root of everything a page shows. GUI thread; made by `app` before link.start(), lives shorter than the link.
/// It hands the link's events to the models and carries the selection: selecting anywhere selects everywhere.
class Console : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by the application")
    Q_PROPERTY(tocsin::DeviceListModel *devices READ devices CONSTANT FINAL)
    Q_PROPERTY(tocsin::DeviceFilterModel *deviceList READ deviceList CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertListModel *alerts READ alerts CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertQueueModel *queue READ queue CONSTANT FINAL)
    Q_PROPERTY(tocsin::AlertDesk *alertDesk READ alertDesk CONSTANT FINAL)
    Q_PROPERTY(tocsin::ChatThreadModel *threads READ threads CONSTANT FINAL)
    Q_PROPERTY(tocsin::ChatModel *chat READ chat CONSTANT FINAL)
    Q_PROPERTY(tocsin::ChatPictures *pictures READ pictures CONSTANT FINAL)
    Q_PROPERTY(tocsin::CommandModel *commands READ commands CONSTANT FINAL)
    Q_PROPERTY(tocsin::GaugeModel *gauges READ gauges CONSTANT FINAL)
    Q_PROPERTY(tocsin::TrendSource *trend READ trend CONSTANT FINAL)
    Q_PROPERTY(tocsin::TrailModel *trail READ trail CONSTANT FINAL)
    Q_PROPERTY(tocsin::MapViewState *mapView READ mapView CONSTANT FINAL)
    Q_PROPERTY(tocsin::ServerStatus *server READ server CONSTANT FINAL)
    Q_PROPERTY(tocsin::ConsoleClock *clock READ clock CONSTANT FINAL)
    Q_PROPERTY(tocsin::NoticeModel *notices READ notices CONSTANT FINAL)
    Q_PROPERTY(tocsin::PeopleModel *people READ people CONSTANT FINAL)
    Q_PROPERTY(tocsin::PendingModel *pending READ pending CONSTANT FINAL)
    Q_PROPERTY(tocsin::KeyRegistry *keys READ keys CONSTANT FINAL)
    Q_PROPERTY(tocsin::ConnectionDesk *connections READ connections CONSTANT FINAL)
    Q_PROPERTY(tocsin::Annunciator *sound READ sound CONSTANT FINAL)
    Q_PROPERTY(tocsin::IncidentDesk *incidents READ incidents CONSTANT FINAL)
    Q_PROPERTY(tocsin::RuleEditor *rules READ rules CONSTANT FINAL)
    Q_PROPERTY(tocsin::SelectedDevice *selectedDevice READ selectedDevice CONSTANT FINAL)
    Q_PROPERTY(QString selectedDeviceId READ selectedDeviceId NOTIFY selectedDeviceIdChanged FINAL)
    Q_PROPERTY(QString selectedAlertId READ selectedAlertId NOTIFY selectedAlertIdChanged FINAL)
    Q_PROPERTY(QString operatorName READ operatorName NOTIFY operatorNameChanged FINAL)
    Q_PROPERTY(bool canAcknowledge READ canAcknowledge NOTIFY canAcknowledgeChanged FINAL) ///< the selected alert waits
public:
    Console(DeskLink &link, ClockFn now, QObject *parent = nullptr,
            const QTimeZone &zone = QTimeZone::systemTimeZone());

    [[nodiscard]] DeviceListModel *devices() const { return m_devices; }
    [[nodiscard]] DeviceFilterModel *deviceList() const { return m_deviceList; }
    [[nodiscard]] AlertListModel *alerts() const { return m_alerts; }
    [[nodiscard]] AlertQueueModel *queue() const { return m_queue; }
    [[nodiscard]] AlertDesk *alertDesk() const { return m_alertDesk; }
    [[nodiscard]] ChatThreadModel *threads() const { return m_threads; }
    [[nodiscard]] ChatModel *chat() const { return m_chat; }
    [[nodiscard]] ChatPictures *pictures() const { return m_pictures; }
    [[nodiscard]] CommandModel *commands() const { return m_commands; }
    [[nodiscard]] GaugeModel *gauges() const { return m_gauges; }
    [[nodiscard]] TrendSource *trend() const { return m_trend; }
    [[nodiscard]] TrailModel *trail() const { return m_trail; }
    [[nodiscard]] MapViewState *mapView() const { return m_mapView; }
    [[nodiscard]] ServerStatus *server() const { return m_server; }
    [[nodiscard]] ConsoleClock *clock() const { return m_consoleClock; }
    [[nodiscard]] NoticeModel *notices() const { return m_notices; }
    [[nodiscard]] PeopleModel *people() const { return m_people; }
    [[nodiscard]] PendingModel *pending() const { return m_pending; }
    [[nodiscard]] KeyRegistry *keys() const { return m_keys; }
    [[nodiscard]] ConnectionDesk *connections() const { return m_connections; }
    [[nodiscard]] Annunciator *sound() const { return m_sound; }
    [[nodiscard]] IncidentDesk *incidents() const { return m_incidents; }
    [[nodiscard]] RuleEditor *rules() const { return m_rules; }
    [[nodiscard]] SelectedDevice *selectedDevice() const { return m_selected; }
    /// For the image provider and for whoever shows the file dialogs.
    [[nodiscard]] PictureCache &pictureCache() { return m_pictureCache; }
    [[nodiscard]] FilePicker &files() { return m_files; }
    [[nodiscard]] QString selectedDeviceId() const { return m_deviceId; }
    [[nodiscard]] QString selectedAlertId() const { return m_alertId; }
    [[nodiscard]] QString operatorName() const { return m_operatorName; }
    [[nodiscard]] bool canAcknowledge() const { return m_canAcknowledge; }

    /// Also selects its newest open alert and, for a phone, opens the person's conversation. Unknown or empty: nothing.
    Q_INVOKABLE void selectDevice(const QString &deviceId);
    /// Also selects its device and, when it is a person's, opens the conversation.
    Q_INVOKABLE void selectAlert(const QString &alertId);
    /// Also selects the person's phone and its newest open alert.
    Q_INVOKABLE void selectThread(const QString &thread);
    /// Shows a conversation and leaves the rest of the selection as it is; empty: nothing.
    Q_INVOKABLE void showThread(const QString &thread);
    Q_INVOKABLE void clearSelection();
    /// Asks the desk; says why not in `notices`.
    Q_INVOKABLE void acknowledgeSelected();
    Q_INVOKABLE void acknowledge(const QString &alertId);
    /// Asks where to, and writes a picture of the chat there as it was sent; noted in the audit.
    Q_INVOKABLE void savePicture(const QString &id);
    /// The same for what the trend shows.
    Q_INVOKABLE void exportTrend();
    /// Moves the cursor in the queue by so many rows; stops at the ends.
    Q_INVOKABLE void moveSelection(int rows);

    /// The limits that gauges and trends draw.
    void setBands(const ChannelBands &bands);

Q_SIGNALS:
    void selectedDeviceIdChanged();
    void selectedAlertIdChanged();
    void operatorNameChanged();
    void canAcknowledgeChanged();

private:
    void takeSnapshot(const DeskSnapshot &snapshot);
    void takeEvents(const QList<Event> &events);
    void takeAlert(const Alert &alert, bool listed, TimePoint now);
    void takeMessage(const ChatMessage &message);
    void takeReceipt(const ChatReceipt &receipt);
    void takePresence(const QList<DevicePresence> &changes);
    void takeLatest(const QList<LatestReading> &readings);
    void takeReply(const QString &requestId, const Outcome &outcome);
    void takeHistory(quint64 queryId, const HistoryResult &result);
    void takeState(DeskLink::State state);
    void takePending();
    void adopt(const QList<PendingAction> &actions);
    [[nodiscard]] QString describe(const RequestBody &body) const;
    void takeKey(const QString &actionId);
    void tick(TimePoint now);
    [[nodiscard]] QString nameOfUser(const QString &userId) const;
    void setDevice(const QString &deviceId);
    void setAlert(const QString &alertId);
    void openThread(const QString &userId);
    void showSelected();
    void afterChange();
    void showSomething();
    void refreshCanAcknowledge();

    DeskLink &m_link;
    ModelClock m_clock;
    ChatLog m_chatLog;
    PictureCache m_pictureCache;
    FilePicker m_files;
    DeviceListModel *m_devices;
    DeviceFilterModel *m_deviceList;
    AlertListModel *m_alerts;
    AlertQueueModel *m_queue;
    AlertDesk *m_alertDesk;
    ChatThreadModel *m_threads;
    ChatPictures *m_pictures;
    ChatModel *m_chat;
    CommandModel *m_commands;
    GaugeModel *m_gauges;
    TrendSource *m_trend;
    TrailModel *m_trail;
    MapViewState *m_mapView;
    ServerStatus *m_server;
    ConsoleClock *m_consoleClock;
    NoticeModel *m_notices;
    PeopleModel *m_people;
    PendingModel *m_pending;
    KeyRegistry *m_keys;
    SelectedDevice *m_selected;
    ConnectionDesk *m_connections;
    Annunciator *m_sound;
    IncidentDesk *m_incidents;
    RuleEditor *m_rules;
    QString m_deviceId;
    QString m_alertId;
    QString m_operatorName;
    QSet<QString> m_unclaimed; ///< requests that no model answers for
    int m_cursorRow = -1;      ///< where the selected alert was last shown in the queue
    qint64 m_seq = 0;
    bool m_canAcknowledge = false;
    bool m_touched = false; ///< the operator has selected something
};

} // namespace tocsin
