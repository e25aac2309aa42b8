// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "app/Settings.h"

#include <QJsonObject>
#include <QSslConfiguration>
#include <QUrl>
#include <QUrlQuery>

namespace tocsin {

/// Which running server a command asks, and how. A value.
struct ServerTarget
{
    QUrl url;
    QByteArray token;
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    QString error; ///< a sentence

    /// By --url, --token-file and --ca; else the first address of server.listen, and TOCSIN_TOKEN.
    [[nodiscard]] static ServerTarget of(const CommandLine &line, const Settings &settings);
};

struct ServerAnswer
{
    int status = 0;
    QJsonObject body;
    QString error; ///< a sentence when it was not 200
};

/// Asks over HTTP and waits. Needs an application object.
[[nodiscard]] ServerAnswer askServer(const ServerTarget &target, const QByteArray &method, const QString &path,
                                     const QByteArray &body = {}, const QByteArray &type = "application/json",
                                     const QUrlQuery &query = {});

} // namespace tocsin
