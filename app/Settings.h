// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>

namespace tocsin {

/// Everything that can be configured, as plain values. Filled by Config (flag > environment > file > default);
/// times in seconds. What each key means: Config.cpp, --print-config.
struct Settings
{
    QStringList listen;
    bool open = false;
    bool openAnywhere = false;
    QStringList allowedOrigins;
    QString certificate;
    QString privateKey;
    QStringList certificateNames;
    QStringList trustedProxies;
    QStringList proxyProtocol;
    int maxConnections = 0;
    int maxConnectionsPerAddress = 0;
    int heartbeatSeconds = 0;
    int monitorStatusSeconds = 0;
    int monitorCleanupSeconds = 0;
    int pingSeconds = 0;

    QString tokenAlgorithm;
    QString tokenPublicKey;
    QString tokenPrivateKey;
    QString tokenKeyId;
    QString tokenIssuer;
    QString tokenAudience;
    int accessMinutes = 0;
    int refreshDays = 0;

    QString dataDir;
    int historyDays = 0;
    QString backupDir; ///< empty: DATA/backups
    int backupHours = 0;
    int backupKeep = 0;
    QString headCopy; ///< empty: headCopyDir() is in the data directory
    [[nodiscard]] QString headCopyDir() const
    {
        return headCopy.isEmpty() ? dataDir + QStringLiteral("/heads") : headCopy;
    }
    int closedDays = 0;

    int commandExpirySeconds = 0;

    QString rulesFile;
    QString fencesFile;
    int contactLostSeconds = 90;
    int welfareSeconds = 300;
    QString notifyFile; ///< empty: nobody is notified
    int staleSeconds = 0;
    int offlineSeconds = 0;
    QString hearingRule;

    QStringList serial;
    QStringList simulate;
    QStringList replay;
    double replaySpeed = 1;
    double maxTelemetryRateHz = 0;
    int streamsPerConnection = 0;
    int hardwareMessagesPerMinute = 0;
    bool hardwareBinary = true;
    bool hardwareCompression = true;

    QString operatorName;
    QString repliesFile;
    QString theme;

    QString logRules;

    /// Every key of the server's with its value as text, for the audit.
    QMap<QString, QString> byKey{};
};

} // namespace tocsin
