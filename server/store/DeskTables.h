// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Desk.h"
#include "models/domain/Ports.h"
#include "server/store/Database.h"

#include <QStringList>

#include <memory>
#include <optional>

namespace tocsin {

/// The tables of desk.db that are projected from its log: devices, alerts, chat_messages, chat_receipts, chat_attachments, commands,
/// audit. Every row can be told from the log and the horizon of prune() alone. Used by DeskFile, on its thread, with its
/// connection, which must be open before and be closed after.
class DeskTables
{
public:
    explicit DeskTables(Database &db);
    ~DeskTables();
    DeskTables(const DeskTables &) = delete;
    DeskTables &operator=(const DeskTables &) = delete;

    /// The statements that make the tables which came with version 2 of the file.
    [[nodiscard]] static QStringList versionTwo();

    /// Inside the transaction of the event, whose body in the log is `body`. False: see Database::lastError().
    [[nodiscard]] bool project(const Event &event, const QByteArray &body);
    /// Inside a transaction: takes away what is over and older than `before`: closed alerts, finished commands, chat lines with
    /// their receipts. What is open stays, and with an open incident its conversation and the person's; so does an urgent line
    /// that somebody has not acknowledged. The log itself keeps everything, devices and audit rows stay.
    [[nodiscard]] bool prune(TimePoint before);
    /// An SQL condition on a row `a` of replay.`table` (a whole replay): prune() may have taken it out of main.`table`.
    [[nodiscard]] static QString mayBePruned(const QString &table);
    /// Fills everything but seq, epoch and heads; a sentence when a row cannot be read.
    [[nodiscard]] static QString load(Database &db, DeskSnapshot &snapshot);
    [[nodiscard]] static AlertsResult alerts(Database &db, const AlertsQuery &query);
    [[nodiscard]] static ChatResult messages(Database &db, const ChatQuery &query);
    /// nullopt: it could not be read.
    [[nodiscard]] static std::optional<QStringList> attachmentThreads(Database &db, const QString &id);

private:
    struct Statements;
    template<class T, class Decode>
    static QList<T> bodies(Database &db, Statement &query, Decode decode, QString *error);

    Database &m_db;
    std::unique_ptr<Statements> m_statements;
};

} // namespace tocsin
