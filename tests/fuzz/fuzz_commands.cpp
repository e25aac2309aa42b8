// SPDX-License-Identifier: GPL-3.0-or-later
// JSON → command: what the readers of dialects 2, 4 and 5 make of any object keeps the desk's limits, or says in words what is wrong;
// and what frames the JSON (Socket.IO packets, forms) is taken apart without inventing a byte.
#include "models/domain/Chat.h"
#include "server/dialects/emergency/EmergencyContactPages.h"
#include "server/dialects/emergency/EmergencyReader.h"
#include "server/dialects/emergency/MultipartForm.h"
#include "server/dialects/iothub/EnginePackets.h"
#include "server/dialects/iothub/HubTelemetry.h"
#include "server/dialects/monitor/MonitorRequests.h"
#include "tests/fuzz/Fuzz.h"

#include <array>
#include <cmath>

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

constexpr qsizetype longestText = 8000;

/// The command, or nullptr after the error was looked at.
template<class Command>
const Command *taken(const std::variant<Command, FieldError> &read)
{
    if (const auto *error = std::get_if<FieldError>(&read)) {
        require(!error->message.isEmpty(), "an error has words");
        return nullptr;
    }
    return std::get_if<Command>(&read);
}

void check(const Reading &reading)
{
    require(!reading.position || reading.position->isValid(), "a position is on this earth");
    for (const Sample &sample : reading.samples) {
        require(!sample.channel.isEmpty() && sample.channel.size() <= 512, "a channel's name is short");
        if (const auto *number = std::get_if<double>(&sample.value))
            require(std::isfinite(*number), "JSON has finite numbers alone");
        if (const auto *text = std::get_if<QString>(&sample.value))
            require(text->size() <= longestText, "a text keeps its limit");
    }
}

void hubTelemetry(const QJsonObject &object)
{
    const HubTelemetry read = readHubTelemetry(object);
    if (const Reading *reading = taken(read)) {
        require(!reading->deviceId.isEmpty() && reading->deviceId.size() <= 128 && !reading->deviceId.contains(u'/'),
                "telemetry is of a device that can be named");
        check(*reading);
    }
}

void panic(const QJsonObject &object)
{
    const auto read = emergency::readPanic(object);
    if (const RaisePanic *call = taken(read))
        require(!call->position || call->position->isValid(), "a call's place is on this earth");
}

void location(const QJsonObject &object)
{
    const auto read = emergency::readLocation(object);
    if (const Reading *reading = taken(read)) {
        require(reading->position.has_value(), "a location has a place");
        check(*reading);
    }
}

void chat(const QJsonObject &object)
{
    const auto read = emergency::readChat(object);
    if (const SendChat *line = taken(read)) {
        require(!line->text.trimmed().isEmpty() || !line->attachments.isEmpty(), "a line says something");
        require(line->attachments.size() <= 8, "a line has eight pictures at most");
    }
}

void closing(const QJsonObject &object)
{
    (void)taken(emergency::readClosing(object));
}

void contact(const QJsonObject &object)
{
    (void)taken(emergency::readContact(object, {}));
}

void alert(const QJsonObject &object)
{
    const auto read = monitor::readDeviceAlert(object);
    if (const monitor::DeviceAlert *reported = taken(read))
        require(!reported->deviceId.isEmpty() && !reported->alertType.isEmpty(), "an alert names device and type");
}

void action(const QJsonObject &object)
{
    const auto read = monitor::readDeviceAction(object);
    if (const monitor::DeviceAction *said = taken(read))
        require(!said->report() || !said->report()->commandId.isEmpty(), "a report is of a command");
}

void others(const QJsonObject &object)
{
    (void)taken(monitor::readBroadcast(object));
    (void)taken(monitor::readLiveMetrics(object));
    (void)taken(monitor::readNotification(object));
    (void)taken(monitor::readPerformanceData(object));
    const auto read = monitor::readStartMonitoring(object);
    if (const monitor::StartMonitoring *start = taken(read))
        require(start->interval.count() >= 1 && start->interval.count() <= 3600, "an interval keeps its limits");
}

void packet(QByteArrayView bytes)
{
    const auto read = engine::readSocketPacket(bytes);
    if (const engine::SocketPacket *one = taken(read)) {
        require(one->json.size() <= bytes.size() && bytes.endsWith(one->json), "the JSON is the packet's own end");
        require(one->attachments >= 0, "no fewer attachments than none");
        require(!one->ack || *one->ack >= 0, "an answer's number is none below zero");
    }
}

void form(QByteArrayView bytes)
{
    const auto parts = readMultipartForm("multipart/form-data; boundary=b", bytes.toByteArray());
    if (!parts)
        return;
    qsizetype whole = 0;
    for (const FormPart &part : *parts)
        whole += part.content.size();
    require(parts->size() <= 32 && whole <= bytes.size(), "a form's parts are no more than the form");
}

using Reader = void (*)(const QJsonObject &);
constexpr std::array<Reader, 9> readers = {hubTelemetry, panic, location, chat,  closing,
                                           contact,      alert, action,   others};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const std::size_t which = input.byte() % (readers.size() + 2);
    if (which == readers.size())
        packet(input.rest());
    else if (which > readers.size())
        form(input.rest());
    else if (const auto object = parseJsonObject(input.rest().toByteArray());
             std::holds_alternative<QJsonObject>(object))
        readers.at(which)(std::get<QJsonObject>(object));
    return 0;
}
