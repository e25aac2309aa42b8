// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/probe/ProbeTarget.h"
#include "models/probe/WireClient.h"

#include <QElapsedTimer>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <optional>

QT_BEGIN_NAMESPACE
class QNetworkReply;
QT_END_NAMESPACE

namespace tocsin::probe {

/// What a walk may do beyond looking. Without these nothing of it is seen at the desk.
struct WalkOptions
{
    QList<int> dialects{0, 1, 2, 3, 4, 5};
    QString user; ///< for a login
    QString password;
    QString device;                            ///< telemetry is sent as this one; empty: none is sent
    bool chat = false;                         ///< a line to the desk
    bool panic = false;                        ///< a silent panic is raised and taken back
    std::chrono::milliseconds patience{5'000}; ///< for each step
};

/// One line of the table.
struct WalkRow
{
    enum class Result { Ok, Failed, Skipped };
    int dialect = 0;
    QString step;
    Result result = Result::Skipped;
    bool mandatory = true;
    double ms = 0;
    QString expected;
    QString got;
};
[[nodiscard]] QString toString(WalkRow::Result result); ///< "ok", "fail", "skipped"

/// What came from the server.
struct Heard
{
    enum class Kind { Opened, Refused, Text, Closed, Http };
    Kind kind = Kind::Text;
    int code = 0;     ///< HTTP status, or of the close
    QString text;     ///< frame, body, reason
    QJsonObject json; ///< of it, when it is an object; of an event of Socket.IO its payload
    QString event;    ///< of Socket.IO
};

class Walker;

/// One step of a walk: what is done, and what of what is heard decides it. nullopt: go on listening.
struct Step
{
    struct Verdict
    {
        bool ok = true;
        QString got;
    };
    QString name;
    QString expected;
    std::function<void(Walker &)> act; ///< none: what came since the last one counts too
    std::function<std::optional<Verdict>(Walker &, const Heard &)> judge;
    bool mandatory = true;
    bool needsSocket = false;
    std::function<QString(const Walker &)> skip = {}; ///< why it is left out; empty: it is not
};

/// The steps of one dialect, from PROTOCOL.md.
[[nodiscard]] QList<Step> stepsOf(int dialect);
[[nodiscard]] QString nameOf(int dialect); ///< "native", "vehicle telemetry", …

/// Walks dialect by dialect, step by step; each ends in a row(), the whole in finished(). One thread; QtNetwork's.
class Walker : public QObject
{
    Q_OBJECT
public:
    Walker(ProbeTarget target, WalkOptions options, QObject *parent = nullptr);

    void start();

    // What steps work with.
    [[nodiscard]] const ProbeTarget &target() const { return m_target; }
    [[nodiscard]] const WalkOptions &options() const { return m_options; }
    void open(const QString &path, const QUrlQuery &query = {}, const QStringList &subprotocols = {},
              bool withToken = true);
    void say(const QJsonObject &message);
    void sayText(const QString &text) { m_socket.sayText(text); }
    void closeSocket() { m_socket.close(); }
    /// With the token, unless `bare`.
    void call(const QByteArray &method, const QString &path, const QJsonObject &body = {}, bool bare = false);
    [[nodiscard]] QString remembered(const QString &key) const { return m_memory.value(key); }
    void remember(const QString &key, const QString &value) { m_memory.insert(key, value); }
    void becomes(const QString &token) { m_target.token = token; } ///< after a login

Q_SIGNALS:
    void row(const tocsin::probe::WalkRow &row);
    void finished();

private:
    void nextDialect();
    void next();
    void hear(const Heard &heard);
    void answered(QNetworkReply *reply);
    void end(WalkRow::Result result, const QString &got);

    ProbeTarget m_target;
    const WalkOptions m_options;
    WireClient m_socket;
    QNetworkAccessManager m_http;
    QNetworkReply *m_reply = nullptr;
    QTimer m_deadline;
    QElapsedTimer m_clock;
    QHash<QString, QString> m_memory;
    QList<int> m_dialects;
    int m_dialect = 0;
    QList<Step> m_steps;
    int m_step = -1;
    bool m_listening = false;
    QList<Heard> m_early; ///< frames that came between two steps
    QString m_lost;       ///< how the server ended the connection that the next steps need
};

} // namespace tocsin::probe
