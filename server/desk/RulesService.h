// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/Geofence.h"
#include "models/domain/Ports.h"
#include "models/domain/RulesPort.h"

#include <QObject>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace tocsin {

/// Puts rules in force: judges them, keeps them in a file, hands them to the desk. On a thread of its own, because a file may be long and
/// a trial longer; RulesPort's functions are for any thread. The desk and the archive outlive it, or have stopped before it is deleted.
///
/// The file is written before the desk is told, so that after a crash in between the rules in force are those of the file; when the desk
/// cannot store the change the file becomes what it was. One after the other; the lock is the text: whoever changes another
/// text than the one in the file, also one that was edited by hand meanwhile, is refused.
class RulesService : public QObject, public RulesPort
{
    Q_OBJECT
public:
    /// As Desk::setRules().
    using Apply = std::function<void(const QList<AlertRule> &, const Actor &, const AuditRecord &, DeskPort::Reply)>;
    struct Options
    {
        QString file;                ///< where rules are kept; it need not exist
        QByteArray text;             ///< in force
        QString origin;              ///< see RulesAnswer
        QList<Geofence> fences = {}; ///< that rules may be about
        int mostWaiting = 32;
        qsizetype mostLooked = 1'000'000; ///< readings that one trial looks through, whatever they tell
    };

    RulesService(Options options, Apply apply, ArchivePort &archive);

    void current(Reply reply) override;
    void check(const QByteArray &text, Reply reply) override;
    void apply(const Actor &by, const QByteArray &text, const QString &revision, Reply reply) override;
    void tryRule(const RuleTrial &trial, TrialReply reply) override;

    [[nodiscard]] static QString revisionOf(const QByteArray &text); ///< SHA-256, in hexadecimal

Q_SIGNALS:
    /// Other rules are in force, durably.
    void changed(const QList<tocsin::AlertRule> &rules, const QString &origin, const QByteArray &text);

private:
    struct Change
    {
        Actor by;
        QByteArray text;
        QString revision;
        Reply reply;
    };
    struct Looking;
    /// False: too many wait.
    [[nodiscard]] bool enter(std::function<void()> work);
    void applyNext();
    void applied(const Change &change, const QList<AlertRule> &rules, const std::optional<QByteArray> &before,
                 const Outcome &outcome);
    void answer(const Reply &reply, const RulesAnswer &answer);
    [[nodiscard]] RulesAnswer inForce(const Outcome &outcome) const;
    [[nodiscard]] std::optional<QByteArray> kept() const;
    [[nodiscard]] QString keep(const std::optional<QByteArray> &text) const;
    void look(const std::shared_ptr<Looking> &looking);
    void looked(const std::shared_ptr<Looking> &looking, const ReadingsResult &result);
    void lookBefore(const std::shared_ptr<Looking> &looking);
    void conclude(const std::shared_ptr<Looking> &looking, const std::optional<Reading> &before);

    const Options m_options;
    const Apply m_apply;
    ArchivePort &m_archive;
    std::atomic<int> m_waiting{0};
    QByteArray m_text; // the rest: its own thread
    QString m_origin;
    std::deque<Change> m_changes; ///< the first one is under way
};

/// "added a, b; changed c; removed d": for the audit.
[[nodiscard]] QString differenceText(const QList<AlertRule> &before, const QList<AlertRule> &after);

} // namespace tocsin
