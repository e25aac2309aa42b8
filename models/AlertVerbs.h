// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertTimers.h"
#include "models/domain/Requests.h"

#include <QCoreApplication>
#include <QObject>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace tocsin {

/// What an operator can do about an alert, in words and as a request. Pure functions; for QML the list of verbs.
class AlertVerbs : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a list of names")
public:
    enum Verb {
        None,
        Acknowledge,
        Unacknowledge,
        Comment,
        Shelve,
        Unshelve,
        Claim,
        Release,
        Transfer,
        Reset,
        OutOfService,
        ReturnToService,
        Close,
        Reopen,
        Silence,
        Withdraw ///< of an offer that one made oneself
    };
    Q_ENUM(Verb)

    /// What the operator added to it.
    struct Details
    {
        QString comment;
        std::optional<TimePoint> until;
        bool oneShot = false;
        QString toId;
        QString toName;
        Disposition disposition = Disposition::None;
    };

    /// Why the desk would refuse it for what is on the screen, as a sentence; empty: nothing speaks against it. The desk decides.
    [[nodiscard]] static QString whyNot(Verb verb, const Alert &alert, const Actor &self, TimePoint now);
    [[nodiscard]] static RequestBody request(Verb verb, const Alert &alert, const Details &details);
    /// Back from a request: the verb and the alert's id; None for any other request, and for an Acknowledge.
    [[nodiscard]] static std::pair<Verb, QString> verbOf(const RequestBody &body);
    [[nodiscard]] static QString title(Verb verb);    ///< "Acknowledge"
    [[nodiscard]] static QString busy(Verb verb);     ///< "acknowledging"
    [[nodiscard]] static QString done(Verb verb);     ///< "acknowledged"
    [[nodiscard]] static QString actionId(Verb verb); ///< of KeyRegistry; empty: it has no key
    [[nodiscard]] static Verb verbOf(const QString &actionId);
    /// How long this level may be shelved; zero: not at all.
    [[nodiscard]] static Duration longestShelf(const Alert &alert);
};

} // namespace tocsin
