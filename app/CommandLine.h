// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <utility>

namespace tocsin {

/// What the user asked for, read from the arguments alone. Pure: no I/O, no application object needed.
struct CommandLine
{
    enum class Action {
        Run,
        PrintConfig,
        Version,
        Help,
        User,
        Token,
        Certificate,
        Backup,
        Restore,
        Verify,
        Rebuild,
        Device,
        Import,
        Rules,
        Wrong
    };
    enum class UserAction { Add, List, Remove, Role, Password, Disable, Enable, Revoke, Log };
    enum class DeviceAction { List, Show, Add, Owner };
    enum class TokenAction { Grant, Pairing, Revoke };

    Action action = Action::Run;
    QString error; ///< Wrong: one sentence naming the flag

    bool headless = false;
    bool demo = false;
    bool importUsers = false; ///< `import users`; else devices
    bool check = false;       ///< `import --check`
    bool update = false;      ///< `import --update`
    QString configFile;
    QList<std::pair<QString, QStringList>> settings; ///< flags that are configuration keys, in order

    QString connectTo;   ///< --connect: the console of a server elsewhere
    QString token;       ///< --token
    QString tokenFile;   ///< --token-file
    QString caFile;      ///< --ca
    QString fingerprint; ///< --fingerprint

    QString page;       ///< lower case: "desk"
    QString screenshot; ///< PNG file
    int afterMs = 3000;
    int width = 0; ///< --size; 0: the window's default
    int height = 0;

    UserAction userAction = UserAction::List;
    TokenAction tokenAction = TokenAction::Grant;
    QString user; ///< `user add NAME`, `token NAME`
    QString role;
    QString email;
    QString ttl;
    QString backupDir; ///< `backup --to`, `restore --from`
    QString tokenId;   ///< `token --revoke JTI`; empty: a token on standard input
    QString dataDir;   ///< --data of the sub-commands
    QString headFile;  ///< `verify --head FILE`

    DeviceAction deviceAction = DeviceAction::List;
    QString device;                                     ///< `device show ID`
    QList<std::pair<QString, QString>> deviceTexts;     ///< name, class, kind, as given
    QList<std::pair<QString, QStringList>> deviceLists; ///< owners, tags, as given
    QString importFile;
    QString passwordFile; ///< `import users --passwords FILE`
    QString rulesFile;    ///< `rules check FILE`; empty: `rules print`
    QString fencesFile;   ///< `rules check FILE --fences FILE`; empty: what a rule says of geofences is believed

    /// `arguments` as main() got them, the program's name first.
    [[nodiscard]] static CommandLine parse(const QStringList &arguments);
    [[nodiscard]] static QString help();
    [[nodiscard]] static QString accountsHelp(); ///< of `user` and `token`
    [[nodiscard]] static QString rosterHelp();   ///< of `device` and `import`
};

} // namespace tocsin
