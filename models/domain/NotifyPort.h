// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/Alert.h"
#include "models/domain/Requests.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <variant>

// Telling people who look at no console: who gets what, how the ways to them are, and trying one out. Plain values; they cross threads by copy.

namespace tocsin {

/// By what a message goes.
enum class NotifyMeans { Webhook, Email, Sms, Desktop };
[[nodiscard]] QString toString(NotifyMeans means); ///< "webhook", "email", "sms", "desktop"
[[nodiscard]] std::optional<NotifyMeans> notifyMeansFromString(QStringView text);

/// One configured way to people, and how it is. Counters are since start.
struct NotifyChannel
{
    QString name;
    NotifyMeans means = NotifyMeans::Webhook;
    bool paused = false;
    QString problem; ///< why it is paused, or the last failure; a sentence; empty: none since the last success
    std::optional<TimePoint> retryAt; ///< paused: when the next message is tried
    qint64 sent = 0;
    qint64 failed = 0;  ///< given up
    qint64 queued = 0;  ///< wait now
    qint64 dropped = 0; ///< gave way to more urgent ones in a full queue
    bool operator==(const NotifyChannel &) const = default;
};

/// An alert that does not exist, to ask who would hear of it.
struct DescribedAlert
{
    QString source; ///< device id
    QString code;
    QString category;
    AlertLevel level = AlertLevel::Warning;
    QString person;     ///< user id; with `panic` the one who calls for help
    bool panic = false; ///< an incident
    bool simulated = false;
    bool operator==(const DescribedAlert &) const = default;
};

struct NotifyQuestion
{
    std::variant<QString, DescribedAlert> alert; ///< id of one that is open
    int step = 0;                                ///< of the ladder; 0: when it is raised
    std::optional<TimePoint> at{};               ///< as if it were then; none: now
};

/// What becomes of one message to one recipient.
enum class NotifyVerdict {
    Sent,    ///< it goes out at once
    Waits,   ///< it goes out as soon as the channel can, see `why`
    Withheld ///< it does not go out, see `why`
};
[[nodiscard]] QString toString(NotifyVerdict verdict); ///< "sent", "waits", "withheld"

/// One line of a preview: who would get what, by which channel, or why not.
struct NotifyRow
{
    QString route;     ///< name; "contacts": the emergency contacts of the person
    QString channel;   ///< empty: none serves it
    QString recipient; ///< as people read it; addresses of private persons are masked
    NotifyVerdict verdict = NotifyVerdict::Sent;
    QString why;     ///< a sentence, unless it is sent
    QString subject; ///< as the recipient would read it
    QString text;
    bool operator==(const NotifyRow &) const = default;
};

struct NotifyPreview
{
    QString error;          ///< a sentence; empty: all went well
    QList<NotifyRow> rows;  ///< in the order in which they go out, then those withheld
    bool unreached = false; ///< nobody can be reached now: the ladder goes on at once
};

/// For a console: show this to its operator beside the alert itself.
struct DesktopNotice
{
    QString alertId;
    int step = 0;
    AlertLevel level = AlertLevel::Warning;
    QString title;
    QString text;
    QStringList people; ///< user ids of those it is meant for, who are at a console; empty at that console
    bool operator==(const DesktopNotice &) const = default;
};

/// Asks the part that notifies. Call from any thread; replies come once, on another thread, or at once on the caller's when too many wait.
/// A reply may be dropped when the program stops.
class NotifyPort
{
public:
    NotifyPort() = default;
    NotifyPort(const NotifyPort &) = delete;
    NotifyPort &operator=(const NotifyPort &) = delete;
    virtual ~NotifyPort() = default;
    /// Nothing is sent.
    virtual void preview(const NotifyQuestion &question, std::function<void(const NotifyPreview &)> reply) = 0;
    virtual void channels(std::function<void(const QList<NotifyChannel> &)> reply) = 0;
    /// Sends a harmless message, once, even over a paused channel; answered when its fate is known. Codes when refused: not_found, invalid,
    /// overloaded, failed.
    virtual void test(const Actor &by, const QString &channel, const QString &recipient,
                      std::function<void(const Outcome &)> reply) = 0;
};

/// Tells the desk that a step of an alert's ladder reached nobody: the next one runs at once. Any thread; what is over meanwhile is no matter.
class LadderPort
{
public:
    LadderPort() = default;
    LadderPort(const LadderPort &) = delete;
    LadderPort &operator=(const LadderPort &) = delete;
    virtual ~LadderPort() = default;
    virtual void stepUnreached(const QString &alertId, int step) = 0;
};

} // namespace tocsin
