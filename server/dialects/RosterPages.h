// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/ImportSheets.h"
#include "models/domain/Ports.h"
#include "models/domain/UserImportPort.h"
#include "models/wire/Json.h"
#include "server/dialects/DeskMirror.h"
#include "server/dialects/PeopleDirectory.h"
#include "server/dialects/ReplyBox.h"
#include "server/dialects/RuledDialect.h"

#include <memory>

namespace tocsin {

/// The records of devices and the import of devices and users, for administrators' scripts and `tocsin device`, `tocsin import`.
///   GET  /api/devices, GET and PUT /api/devices/{id}   {id, name, class, kind, source, simulated, owners[], tags[], actions[], status, last_seen}
///   POST /api/import/devices and /api/import/users      text/csv, ?check=1 (look only), ?update=1 (change what exists)
/// An import with a bad line changes nothing: 422 with every {line, column, message}. A good one is {success, check, lines, added, changed,
/// unchanged} and, of users, passwords[{name, password}] for those who came without one. Refusals are {"detail": "…"}. Server thread.
class RosterPages final : public RuledDialect
{
public:
    struct Services
    {
        const DeskMirror &mirror;
        DeskPort &desk;
        UserImportPort &users;
        PeopleDirectory people;
        JsonLimits json;
    };
    enum class Page { List, Show, Put, ImportDevices, ImportUsers };

    RosterPages(Posture posture, Services services);

    [[nodiscard]] static std::span<const Route> table();
    [[nodiscard]] std::span<const Route> routes() const override { return table(); }
    [[nodiscard]] QString name() const override { return QStringLiteral("roster"); }

protected:
    void serve(const Call &call, const net::Respond &respond) override;
    void enter(const Place &place, net::Session *session) override;
    [[nodiscard]] bool permits(const Rule &rule, const QString &object, const Principal &who) const override;

private:
    struct DeviceImport;
    [[nodiscard]] QJsonObject objectOf(const Device &device) const;
    [[nodiscard]] net::HttpResponse list() const;
    [[nodiscard]] net::HttpResponse show(const QString &id) const;
    void put(const QString &id, const Call &call, const net::Respond &respond);
    void importDevices(const Call &call, const net::Respond &respond);
    /// The devices as they would be; problems with lines that do not fit what there is are added.
    [[nodiscard]] QList<Device> planned(DeviceSheet &sheet, bool update, DeviceImport &import) const;
    /// Asks the desk for the next ones; answers after the last.
    void proceed(const std::shared_ptr<DeviceImport> &import);
    void importUsers(const Call &call, const net::Respond &respond);
    /// User ids for what may be addresses; false: `unknown` is nobody.
    [[nodiscard]] bool resolveOwners(QStringList &owners, QString *unknown) const;

    const Services m_services;
    bool m_importing = false;
    ReplyBox m_replies;
};

} // namespace tocsin
