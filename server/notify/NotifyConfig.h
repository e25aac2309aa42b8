// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/domain/AlertRule.h"
#include "models/domain/NotifyPort.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include <utility>

namespace tocsin {

/// A way to people, as configured. Holds secrets: never logged, never stored.
struct NotifyChannelConfig
{
    enum class Security { None, StartTls, Tls };

    QString name;
    NotifyMeans means = NotifyMeans::Webhook;
    QString url; ///< webhook, sms: with placeholders; email: "smtp://host:587" or "smtps://host:465"
    Security security = Security::StartTls;     ///< email; StartTls: demanded, not only tried
    QString from;                               ///< email: "Desk <desk@example.org>"
    QString user;                               ///< email: empty: no login
    QByteArray secret;                          ///< email: password; webhook: key of the signature; sms: {secret}
    QString caFile;                             ///< PEM authorities instead of the system's; empty: the system's
    QByteArray method = "POST";                 ///< sms
    QList<std::pair<QString, QString>> headers; ///< webhook, sms; values with {secret}
    QString body;                               ///< sms: with placeholders
    QString contentType;                        ///< of the body: decides how what is put in is escaped
};

/// Times of the week, in the zone of the configuration: "mon-fri 08:00-18:00", "22:00-06:00", "sat,sun".
/// One past midnight belongs to the day on which it began.
struct NotifyHours
{
    quint8 days = 0x7f;                                      ///< bit 0: Monday
    int from = 0;                                            ///< minutes since midnight
    int to = 24 * 60;                                        ///< likewise; not after `from`: on the next day
    QString text;                                            ///< as written
    [[nodiscard]] bool holds(int weekday, int minute) const; ///< weekday from 0, Monday
    [[nodiscard]] static std::optional<NotifyHours> parse(const QString &text);
    bool operator==(const NotifyHours &) const = default;
};

/// Whom to tell of which alerts.
struct NotifyRoute
{
    QString name;
    QString channel;
    QStringList to; ///< "Name <address>" or address; desktop: "staff", "role:supervisor", user ids; webhook: nobody
    AlertLevel minLevel = AlertLevel::Warning;
    QStringList codes; ///< patterns, as the next; empty: any
    QStringList categories;
    AlertMatch match;                              ///< the device
    QList<int> steps{0};                           ///< of the ladder; 0: when it is raised
    QList<NotifyHours> active;                     ///< only then; empty: always
    QList<NotifyHours> quiet;                      ///< not then …
    AlertLevel quietLevel = AlertLevel::Emergency; ///< … unless it is as urgent as this
    bool over = true;                              ///< whoever was told is told when it is over
    bool duress = false;                           ///< may be told of a cancel under threat
};

/// The emergency contacts of whoever calls for help.
struct NotifyContacts
{
    enum class AfterDuress {
        AsPhone, ///< what the phone shows: canceled
        Nothing, ///< no more word
        Truth    ///< that the call goes on, under threat
    };
    QString email; ///< channel; empty: no e-mail to contacts
    QString sms;   ///< channel, before e-mail
    QList<int> steps{0};
    AfterDuress afterDuress = AfterDuress::AsPhone;
    [[nodiscard]] bool enabled() const { return !email.isEmpty() || !sms.isEmpty(); }
};

struct NotifyLimits
{
    int queue = 5000; ///< messages that wait; beyond it the oldest of the least urgent goes
    int attempts = 8;
    Duration firstRetry = std::chrono::seconds(10); ///< doubled each time, give or take a fifth
    Duration longestRetry = std::chrono::minutes(15);
    Duration timeout = std::chrono::seconds(20); ///< of one attempt, from the connection to the last word
    Duration maxAge = std::chrono::hours(6);     ///< then it is given up
    int pauseAfter = 5;                          ///< failures of a channel in a row
    Duration pause = std::chrono::minutes(1);    ///< doubled each time, up to longestRetry
    int perMinute = 10;                          ///< to one recipient; three times that in an emergency
    int parallel = 4;                            ///< under way at once over one channel
};

/// Everything about notifying. A value; read and checked by readNotifyFile().
struct NotifyConfig
{
    bool simulated = false;                  ///< simulated alerts are told, too
    QString desk = QStringLiteral("Tocsin"); ///< how messages call the desk
    QByteArray zone;                         ///< IANA; empty: the system's
    QList<NotifyChannelConfig> channels;
    QList<NotifyRoute> routes;
    NotifyContacts contacts;
    NotifyLimits limits;

    [[nodiscard]] const NotifyChannelConfig *channel(const QString &name) const;
};

/// A recipient of a route, taken apart. Pure.
struct NotifyAddress
{
    QString name; ///< may be empty
    QString address;
    /// Reads what `means` can reach: a mailbox, a telephone number (without blanks afterwards), a console. Nothing: it is none.
    [[nodiscard]] static std::optional<NotifyAddress> parse(NotifyMeans means, const QString &text);
    /// For logs: "Carl (…42)", "a…@example.org".
    [[nodiscard]] QString masked(NotifyMeans means) const;
};

/// Whether `text` is like one of the patterns (`*`, `?`, case ignored), or there are none.
[[nodiscard]] bool likeOneOf(const QStringList &patterns, const QString &text);

/// The configuration in a TOML file, checked whole: `problems` names each bad line, and then nothing of it counts. Secrets are read from the
/// files and environment variables that it names (`environment`: how to look one up).
struct NotifyFile
{
    NotifyConfig config;
    QStringList problems;
};
using LookUp = std::function<std::optional<QByteArray>(const QString &variable)>;
[[nodiscard]] NotifyFile readNotifyFile(const QString &path, const LookUp &environment);
/// The same from text; relative file names are below `directory`.
[[nodiscard]] NotifyFile readNotifyText(const QByteArray &toml, const QString &path, const QString &directory,
                                        const LookUp &environment);

} // namespace tocsin
