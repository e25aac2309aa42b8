// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/Console.h"

#include "tests/models/Samples.h"
#include "tests/support/FakeDeskLink.h"

// A shift of M. Ortiz at a console, with J. Lind at another one: what the stories of the incidents are told with.

namespace tocsin::samples {

inline const QString danasCall = QStringLiteral("p-1");

inline Alert call(const char *id = "p-1", const char *user = "dana", TimePoint at = noon)
{
    Alert made = panic(id, user, at);
    made.message = s("Button held, silent");
    made.silentAtSource = true;
    IncidentFacts facts;
    facts.alertType = s("panic_button");
    facts.priority = 5;
    facts.lastHeardAt = at;
    facts.welfareDue = at + 5min;
    facts.deviceInfo = R"({"model":"Fairphone 5","os":"Android 14"})";
    facts.networkInfo = R"({"type":"LTE"})";
    made.incident.edit([&](IncidentFacts &f) { f = facts; });
    return made;
}

inline OnlinePerson person(const char *id, const char *name)
{
    return {s(id), s(name), Role::Dispatcher, noon};
}

inline Actor lind()
{
    return {Actor::Kind::Operator, s("lind"), s("J. Lind"), {}};
}

/// A console on a desk; the clock stands until it is moved.
struct Shift
{
    Shift() : console(link, [this] { return now; }, nullptr, QTimeZone::utc())
    {
        Device phone = device("phone-dana", "Dana R.", DeviceKind::Phone, "Phone");
        phone.owners = {s("dana")};
        DeskSnapshot snapshot;
        snapshot.devices = {phone, device("van-1", "Unit 1"), device("van-2", "Unit 2"),
                            device("rig", "Rig", DeviceKind::Hardware, "Rig")};
        link.open(snapshot);
        Q_EMIT link.people({person("mo", "M. Ortiz"), person("lind", "J. Lind")});
    }
    [[nodiscard]] IncidentDesk &desk() { return *console.incidents(); }
    [[nodiscard]] IncidentCard &card() { return *desk().card(); }
    [[nodiscard]] QString text(const char *name) { return card().property(name).toString(); }
    void wait(Duration span)
    {
        now += span;
        Q_EMIT console.clock()->ticked(now);
    }
    void answerAll() { link.acceptAll(now); }
    /// The desk's own change: a timer, the phone.
    void turns(AlertVerb verb, const std::function<void(Alert &)> &change, const QString &reason = {},
               const Actor &who = {})
    {
        AlertChange made;
        made.verb = verb;
        made.reason = reason;
        made.alert = link.alerts.value(danasCall);
        change(made.alert);
        ++made.alert.revision;
        link.changeBy(who, made, now);
    }
    void facts(AlertVerb verb, const std::function<void(IncidentFacts &)> &change, const QString &reason = {})
    {
        turns(verb, [&](Alert &alert) { alert.incident.edit(change); }, reason);
    }
    [[nodiscard]] QStringList titles()
    {
        QStringList list;
        for (const IncidentLogEntry &entry : desk().log()->entries())
            list.append(entry.title);
        return list;
    }
    [[nodiscard]] QStringList banners()
    {
        QStringList list;
        FactListModel *model = card().banners();
        for (int row = 0; row < model->count(); ++row)
            list.append(show(*model, row, "value").toString());
        return list;
    }
    [[nodiscard]] QString reading(const char *label)
    {
        FactListModel *model = card().readings();
        for (int row = 0; row < model->count(); ++row) {
            if (show(*model, row, "label").toString() == s(label))
                return show(*model, row, "value").toString();
        }
        return {};
    }

    TimePoint now = noon;
    FakeDeskLink link; // M. Ortiz sits here
    Console console;
};
} // namespace tocsin::samples
