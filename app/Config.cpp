// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Config.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace tocsin {

namespace {
using Kind = ConfigKey::Kind;

QString defaultDataDir()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/tocsin");
}

QString quoted(const QString &text)
{
    QString escaped = text;
    escaped.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('"'), QLatin1String("\\\""));
    return QLatin1Char('"') + escaped + QLatin1Char('"');
}

QString tomlText(const ConfigKey &key, const QVariant &value)
{
    switch (key.kind) {
    case Kind::Text:
        return quoted(value.toString());
    case Kind::List: {
        QStringList items;
        for (const QString &item : value.toStringList())
            items.append(quoted(item));
        return QLatin1Char('[') + items.join(QLatin1String(", ")) + QLatin1Char(']');
    }
    case Kind::Flag:
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    case Kind::Integer:
        return QString::number(value.toLongLong());
    case Kind::Real:
        break;
    }
    return QString::number(value.toDouble());
}

QString kindName(Kind kind)
{
    switch (kind) {
    case Kind::Text:
        return QStringLiteral("a text");
    case Kind::List:
        return QStringLiteral("a list of texts");
    case Kind::Flag:
        return QStringLiteral("true or false");
    case Kind::Integer:
        return QStringLiteral("a whole number");
    case Kind::Real:
        break;
    }
    return QStringLiteral("a number");
}

std::optional<QVariant> fromToml(const ConfigKey &key, const toml::node &node)
{
    switch (key.kind) {
    case Kind::Text:
        if (const auto text = node.value_exact<std::string>())
            return QString::fromStdString(*text);
        return std::nullopt;
    case Kind::List: {
        const toml::array *array = node.as_array();
        if (array == nullptr)
            return std::nullopt;
        QStringList list;
        for (const toml::node &item : *array) {
            const auto text = item.value_exact<std::string>();
            if (!text)
                return std::nullopt;
            list.append(QString::fromStdString(*text));
        }
        return list;
    }
    case Kind::Flag:
        if (const auto flag = node.value_exact<bool>())
            return *flag;
        return std::nullopt;
    case Kind::Integer:
        if (const auto number = node.value_exact<int64_t>())
            return QVariant::fromValue(qint64(*number));
        return std::nullopt;
    case Kind::Real:
        break;
    }
    if (const auto number = node.value<double>(); number && !node.is_boolean())
        return *number;
    return std::nullopt;
}
} // namespace

QString ConfigKey::variable() const
{
    QString upper = name.toUpper();
    upper.replace(QLatin1Char('.'), QLatin1Char('_'));
    return QStringLiteral("TOCSIN_") + upper;
}

const QList<ConfigKey> &Config::keys()
{
    static const QList<ConfigKey> list{
        {QStringLiteral("server.listen"), Kind::List, QStringList{QStringLiteral("127.0.0.1:8000")},
         QStringLiteral("listen"), QStringLiteral("ADDR:PORT"),
         QStringLiteral("Listen here (repeatable; port 0 picks a free one); https://ADDR:PORT speaks TLS.")},
        {QStringLiteral("server.certificate"), Kind::Text, QString(), QStringLiteral("certificate"),
         QStringLiteral("FILE"),
         QStringLiteral("Certificate (PEM, its chain behind it) for TLS; without one Tocsin makes its own.")},
        {QStringLiteral("server.private_key"), Kind::Text, QString(), QStringLiteral("private-key"),
         QStringLiteral("FILE"), QStringLiteral("The private key (PEM) of that certificate.")},
        {QStringLiteral("server.certificate_names"), Kind::List, QStringList(), QString(), QStringLiteral("NAME"),
         QStringLiteral("Further names and addresses for the certificate that Tocsin makes.")},
        {QStringLiteral("server.trusted_proxies"), Kind::List, QStringList(), QString(), QStringLiteral("ADDRESS"),
         QStringLiteral("Proxies (addresses, networks) whose X-Forwarded-For and PROXY headers count.")},
        {QStringLiteral("server.proxy_protocol"), Kind::List, QStringList(), QString(), QStringLiteral("ADDR:PORT"),
         QStringLiteral("Those of server.listen where a PROXY header comes first.")},
        {QStringLiteral("server.open"), Kind::Flag, false, QStringLiteral("open"), QString(),
         QStringLiteral("Open posture: callers without a token act as administrator. For trials; loopback only.")},
        {QStringLiteral("server.open_anywhere"), Kind::Flag, false, QStringLiteral("open-anywhere"), QString(),
         QStringLiteral("Allow --open on addresses that others can reach.")},
        {QStringLiteral("server.allowed_origins"), Kind::List, QStringList(), QString(), QStringLiteral("ORIGIN"),
         QStringLiteral("Web origins besides the server's own that may connect.")},
        {QStringLiteral("server.max_connections"), Kind::Integer, 20000, QString(), QString(),
         QStringLiteral("Connections in all."), 1, 1000000},
        {QStringLiteral("server.max_connections_per_address"), Kind::Integer, 5000, QString(), QString(),
         QStringLiteral("Connections from one address."), 1, 1000000},
        {QStringLiteral("server.heartbeat_seconds"), Kind::Integer, 30, QString(), QString(),
         QStringLiteral("A heartbeat to each client that expects them, this often."), 1, 3600},
        {QStringLiteral("server.ping_seconds"), Kind::Integer, 25, QString(), QString(),
         QStringLiteral("A WebSocket ping to each client, this often; two misses end the connection."), 1, 3600},
        {QStringLiteral("monitor.status_seconds"), Kind::Integer, 30, QString(), QString(),
         QStringLiteral("Device status, analytics and performance go to the subscribers of /ws this often."), 1, 3600},
        {QStringLiteral("monitor.cleanup_seconds"), Kind::Integer, 300, QString(), QString(),
         QStringLiteral("Monitoring of a device that nobody reads for so long ends."), 1, 86400},
        {QStringLiteral("auth.algorithm"), Kind::Text, QStringLiteral("HS256"), QString(), QString(),
         QStringLiteral("How tokens are signed: HS256, RS256, ES256 or EdDSA.")},
        {QStringLiteral("auth.public_key"), Kind::Text, QString(), QString(), QStringLiteral("FILE"),
         QStringLiteral("The public key (PEM) that tokens are checked with, unless HS256.")},
        {QStringLiteral("auth.private_key"), Kind::Text, QString(), QString(), QStringLiteral("FILE"),
         QStringLiteral("The private key (PEM) to sign with; without it another service issues the tokens.")},
        {QStringLiteral("auth.key_id"), Kind::Text, QString(), QString(), QString(),
         QStringLiteral("The kid that tokens name that key by; empty: they have none.")},
        {QStringLiteral("auth.issuer"), Kind::Text, QString(), QString(), QString(),
         QStringLiteral("Tokens must have this iss; empty: any.")},
        {QStringLiteral("auth.audience"), Kind::Text, QString(), QString(), QString(),
         QStringLiteral("Tokens must be for this aud; empty: any.")},
        {QStringLiteral("auth.access_minutes"), Kind::Integer, 60, QString(), QString(),
         QStringLiteral("An access token from a login lives so long."), 1, 525600},
        {QStringLiteral("auth.refresh_days"), Kind::Integer, 30, QString(), QString(),
         QStringLiteral("A login that is not refreshed for so long is over."), 1, 3660},
        {QStringLiteral("data.dir"), Kind::Text, defaultDataDir(), QStringLiteral("data"), QStringLiteral("DIR"),
         QStringLiteral("Where everything durable is kept.")},
        {QStringLiteral("data.history_days"), Kind::Integer, 30, QString(), QString(),
         QStringLiteral("Telemetry older than this is removed."), 1, 36500},
        {QStringLiteral("data.head_copy"), Kind::Text, QString(), QString(), QStringLiteral("DIR"),
         QStringLiteral("The log's signed head is copied here each minute; best on another disk (empty: DATA/heads).")},
        {QStringLiteral("data.closed_days"), Kind::Integer, 365, QString(), QString(),
         QStringLiteral("Closed alerts, finished commands and chat leave the tables after this; the log keeps all."), 1,
         36500},
        {QStringLiteral("commands.expiry_seconds"), Kind::Integer, 300, QString(), QString(),
         QStringLiteral("A command waits this long for its device."), 1, 86400},
        {QStringLiteral("backup.to"), Kind::Text, QString(), QString(), QStringLiteral("DIR"),
         QStringLiteral("Where the server puts its own backups; best another disk (empty: DATA/backups).")},
        {QStringLiteral("backup.hours"), Kind::Integer, 1, QString(), QString(),
         QStringLiteral("So often the server backs itself up, without the telemetry history (0: never)."), 0, 8760},
        {QStringLiteral("backup.keep"), Kind::Integer, 24, QString(), QString(),
         QStringLiteral("So many of its own backups are kept."), 1, 10000},
        {QStringLiteral("alerts.rules"), Kind::Text, QString(), QStringLiteral("rules"), QStringLiteral("FILE"),
         QStringLiteral("Alert rules (JSON) instead of the built-in ones.")},
        {QStringLiteral("alerts.fences"), Kind::Text, QString(), QStringLiteral("fences"), QStringLiteral("FILE"),
         QStringLiteral("Geofences (GeoJSON) that alert rules are about: fence.ID.")},
        {QStringLiteral("alerts.stale_seconds"), Kind::Integer, 90, QString(), QString(),
         QStringLiteral("A device silent for this long is stale."), 1, 86400},
        {QStringLiteral("alerts.offline_seconds"), Kind::Integer, 300, QString(), QString(),
         QStringLiteral("A device silent for this long is offline."), 1, 864000},
        {QStringLiteral("alerts.contact_lost_seconds"), Kind::Integer, 90, QString(), QString(),
         QStringLiteral("A phone whose person called for help is lost after this long without a fix or heartbeat."), 1,
         3600},
        {QStringLiteral("alerts.welfare_seconds"), Kind::Integer, 300, QString(), QString(),
         QStringLiteral("So often somebody has to hear that a person who called for help is well."), 10, 86400},
        {QStringLiteral("alerts.hearing"), Kind::Text, QStringLiteral("expected"), QString(), QString(),
         QStringLiteral(
             "When no console can be heard, critical alerts are escalated at once: always, never, or expected "
             "(once a console has told of its sound).")},
        {QStringLiteral("notify.file"), Kind::Text, QString(), QStringLiteral("notify"), QStringLiteral("FILE"),
         QStringLiteral("Whom to notify of what by webhook, e-mail and SMS (TOML; see resources/notify/sample.toml).")},
        {QStringLiteral("hardware.serial"), Kind::List, QStringList(), QStringLiteral("serial"),
         QStringLiteral("ID=DEVICE,DRIVER[,BAUD]"),
         QStringLiteral("Read a serial port (repeatable), e.g. gps-1=/dev/ttyUSB0,nmea,9600.")},
        {QStringLiteral("hardware.simulate"), Kind::List, QStringList(), QStringLiteral("simulate"),
         QStringLiteral("FILE"), QStringLiteral("Run a scenario (JSON) as simulated hardware.")},
        {QStringLiteral("hardware.replay"), Kind::List, QStringList(), QStringLiteral("replay"), QStringLiteral("FILE"),
         QStringLiteral("Replay a recording (NMEA log, or readings as JSON lines).")},
        {QStringLiteral("hardware.replay_speed"), Kind::Real, 1.0, QString(), QString(),
         QStringLiteral("Replay this many times faster."), 0.01, 1000},
        {QStringLiteral("hardware.max_telemetry_rate_hz"), Kind::Real, 1000.0, QString(), QString(),
         QStringLiteral("A stream of /ws/hardware is at most so fast."), 0.01, 1000},
        {QStringLiteral("hardware.streams_per_connection"), Kind::Integer, 10, QString(), QString(),
         QStringLiteral("Streams of one connection to /ws/hardware."), 1, 1000},
        {QStringLiteral("hardware.messages_per_minute"), Kind::Integer, 200, QString(), QString(),
         QStringLiteral("Messages of one connection to /ws/hardware; beyond them it has to wait."), 1, 1000000},
        {QStringLiteral("hardware.enable_binary"), Kind::Flag, true, QString(), QString(),
         QStringLiteral("MessagePack on /ws/hardware for those who ask for it.")},
        {QStringLiteral("hardware.enable_compression"), Kind::Flag, true, QString(), QString(),
         QStringLiteral("zlib on /ws/hardware for those who ask for it.")},
        {QStringLiteral("console.operator"), Kind::Text, QStringLiteral("Operator"), QString(), QString(),
         QStringLiteral("Who sits at this console; written into the log with each action.")},
        {QStringLiteral("console.replies"), Kind::Text, QString(), QString(), QStringLiteral("FILE"),
         QStringLiteral("Canned chat replies (JSON) instead of the built-in ones.")},
        {QStringLiteral("console.theme"), Kind::Text, QStringLiteral("dark"), QString(), QString(),
         QStringLiteral("dark, light or contrast.")},
        {QStringLiteral("log.rules"), Kind::Text, QString(), QStringLiteral("log"), QStringLiteral("RULES"),
         QStringLiteral("Logging categories, e.g. tocsin.hal=debug;tocsin.server=warning.")},
    };
    return list;
}

Config::Config()
{
    for (const ConfigKey &key : keys())
        m_values.insert(key.name, {key.defaultValue, QStringLiteral("default")});
}

const ConfigValue &Config::value(const QString &name) const
{
    const auto it = m_values.constFind(name);
    Q_ASSERT(it != m_values.cend());
    return *it;
}

void Config::take(const ConfigKey &key, const QVariant &value, const QString &origin)
{
    if (key.kind == Kind::Integer || key.kind == Kind::Real) {
        const double number = value.toDouble();
        if (!(number >= key.minimum && number <= key.maximum)) {
            m_errors.append(QStringLiteral("%1: %2 must be between %3 and %4")
                                .arg(origin, key.name)
                                .arg(key.minimum)
                                .arg(key.maximum));
            return;
        }
    }
    if (key.name == QLatin1String("console.theme") &&
        !QStringList{QStringLiteral("dark"), QStringLiteral("light"), QStringLiteral("contrast")}.contains(
            value.toString())) {
        m_errors.append(QStringLiteral("%1: console.theme must be dark, light or contrast").arg(origin));
        return;
    }
    if (key.name == QLatin1String("auth.algorithm") &&
        !QStringList{QStringLiteral("HS256"), QStringLiteral("RS256"), QStringLiteral("ES256"), QStringLiteral("EdDSA")}
             .contains(value.toString())) {
        m_errors.append(QStringLiteral("%1: auth.algorithm must be HS256, RS256, ES256 or EdDSA").arg(origin));
        return;
    }
    if (key.name == QLatin1String("alerts.hearing") &&
        !QStringList{QStringLiteral("expected"), QStringLiteral("always"), QStringLiteral("never")}.contains(
            value.toString())) {
        m_errors.append(QStringLiteral("%1: alerts.hearing must be expected, always or never").arg(origin));
        return;
    }
    m_values.insert(key.name, {value, origin});
}

void Config::readFile(const QString &path, bool required)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        if (required)
            m_errors.append(QStringLiteral("--config %1: the file cannot be read: %2").arg(path, file.errorString()));
        return;
    }
    readText(file.readAll(), path);
}

void Config::readText(const QByteArray &toml, const QString &path)
{
    toml::table root;
    try {
        root = toml::parse(std::string_view(toml.constData(), static_cast<std::size_t>(toml.size())));
    } catch (const toml::parse_error &error) {
        m_errors.append(QStringLiteral("%1 line %2: %3")
                            .arg(path)
                            .arg(error.source().begin.line)
                            .arg(QString::fromUtf8(error.description().data(),
                                                   static_cast<qsizetype>(error.description().size()))));
        return;
    }
    const auto at = [&path](const toml::node &node) {
        return QStringLiteral("%1 line %2").arg(path).arg(node.source().begin.line);
    };
    for (const auto &[sectionName, sectionNode] : root) {
        const QString section = QString::fromStdString(std::string(sectionName.str()));
        const toml::table *table = sectionNode.as_table();
        if (table == nullptr) {
            m_errors.append(QStringLiteral("%1: unknown key \"%2\"").arg(at(sectionNode), section));
            continue;
        }
        const bool knownSection = std::any_of(keys().cbegin(), keys().cend(), [&](const ConfigKey &key) {
            return key.name.startsWith(section + QLatin1Char('.'));
        });
        if (!knownSection) {
            m_errors.append(QStringLiteral("%1: unknown section [%2]").arg(at(sectionNode), section));
            continue;
        }
        for (const auto &[itemName, node] : *table) {
            const QString name = section + QLatin1Char('.') + QString::fromStdString(std::string(itemName.str()));
            const auto key = std::find_if(keys().cbegin(), keys().cend(),
                                          [&](const ConfigKey &candidate) { return candidate.name == name; });
            if (key == keys().cend()) {
                m_errors.append(QStringLiteral("%1: unknown key \"%2\"").arg(at(node), name));
                continue;
            }
            const auto value = fromToml(*key, node);
            if (!value) {
                m_errors.append(QStringLiteral("%1: %2 must be %3").arg(at(node), name, kindName(key->kind)));
                continue;
            }
            take(*key, *value, QStringLiteral("file ") + at(node));
        }
    }
}

std::optional<QVariant> Config::parse(const ConfigKey &key, const QString &text)
{
    bool ok = false;
    switch (key.kind) {
    case Kind::Text:
        return text;
    case Kind::List: {
        QStringList items;
        for (const QString &item : text.split(QLatin1Char(';'), Qt::SkipEmptyParts))
            items.append(item.trimmed());
        return items;
    }
    case Kind::Flag:
        if (text == QLatin1String("1") || text.compare(QLatin1String("true"), Qt::CaseInsensitive) == 0)
            return true;
        if (text == QLatin1String("0") || text.compare(QLatin1String("false"), Qt::CaseInsensitive) == 0)
            return false;
        return std::nullopt;
    case Kind::Integer: {
        const qint64 number = text.toLongLong(&ok);
        return ok ? std::optional<QVariant>(number) : std::nullopt;
    }
    case Kind::Real:
        break;
    }
    const double number = text.toDouble(&ok);
    return ok ? std::optional<QVariant>(number) : std::nullopt;
}

void Config::readEnvironment(const QProcessEnvironment &environment)
{
    for (const ConfigKey &key : keys()) {
        if (!environment.contains(key.variable()))
            continue;
        const QString origin = QStringLiteral("environment ") + key.variable();
        const auto value = parse(key, environment.value(key.variable()));
        if (value)
            take(key, *value, origin);
        else
            m_errors.append(QStringLiteral("%1: must be %2").arg(origin, kindName(key.kind)));
    }
}

QStringList Config::readOldNames(const QProcessEnvironment &environment)
{
    QStringList notices;
    const auto take = [&](const QString &old, const QString &name, const QVariant &value) {
        const QString origin = QStringLiteral("environment ") + old;
        setFallback(name, value, origin);
        const bool used = m_values.value(name).origin == origin;
        notices.append(used ? QStringLiteral("%1 is taken for %2; write it there").arg(old, name)
                            : QStringLiteral("%1 is passed over: %2 is set").arg(old, name));
    };
    const QString port = QStringLiteral("PORT");
    const QString pages = QStringLiteral("FRONTEND_URL");
    const QString debug = QStringLiteral("DEBUG");
    if (environment.contains(port)) {
        bool isNumber = false;
        const int number = environment.value(port).toInt(&isNumber);
        if (isNumber && number >= 0 && number <= 65'535)
            take(port, QStringLiteral("server.listen"), QStringList{QStringLiteral("127.0.0.1:%1").arg(number)});
        else
            notices.append(QStringLiteral("PORT is passed over: it is no port"));
    }
    if (environment.contains(pages)) {
        QStringList origins = environment.value(pages).split(QLatin1Char(','), Qt::SkipEmptyParts);
        for (QString &origin : origins) { // as browsers write them
            origin = origin.trimmed();
            while (origin.endsWith(QLatin1Char('/')))
                origin.chop(1);
        }
        take(pages, QStringLiteral("server.allowed_origins"), origins);
    }
    if (environment.value(debug).contains(QLatin1String("socket.io")))
        take(debug, QStringLiteral("log.rules"), QStringLiteral("tocsin.dialect.iothub=debug"));
    const std::pair<const char *, const char *> gone[] = {
        {"JWT_SECRET", "tokens are signed with the data directory's own key, see auth.algorithm for another service's"},
        {"MONGODB_URI", "everything is kept below data.dir"},
        {"NODE_ENV", "there is one mode; --open is for trials"},
    };
    for (const auto &[name, instead] : gone) {
        if (environment.contains(QLatin1String(name)))
            notices.append(QStringLiteral("%1 is passed over: %2").arg(QLatin1String(name), QLatin1String(instead)));
    }
    return notices;
}

void Config::setFlag(const QString &flag, const QStringList &values)
{
    const auto key = std::find_if(keys().cbegin(), keys().cend(),
                                  [&](const ConfigKey &candidate) { return candidate.flag == flag; });
    Q_ASSERT(key != keys().cend());
    const QString origin = QStringLiteral("flag --") + flag;
    if (key->kind == Kind::List) {
        take(*key, values, origin);
        return;
    }
    const auto value = key->kind == Kind::Flag ? std::optional<QVariant>(true) : parse(*key, values.constLast());
    if (value)
        take(*key, *value, origin);
    else
        m_errors.append(QStringLiteral("%1: must be %2").arg(origin, kindName(key->kind)));
}

void Config::setFallback(const QString &name, const QVariant &value, const QString &origin)
{
    if (m_values.value(name).origin == QLatin1String("default"))
        m_values.insert(name, {value, origin});
}

Settings Config::settings() const
{
    const auto get = [this](const char *name) { return value(QString::fromLatin1(name)).value; };
    Settings s;
    s.listen = get("server.listen").toStringList();
    s.open = get("server.open").toBool();
    s.openAnywhere = get("server.open_anywhere").toBool();
    s.allowedOrigins = get("server.allowed_origins").toStringList();
    s.certificate = get("server.certificate").toString();
    s.privateKey = get("server.private_key").toString();
    s.certificateNames = get("server.certificate_names").toStringList();
    s.trustedProxies = get("server.trusted_proxies").toStringList();
    s.proxyProtocol = get("server.proxy_protocol").toStringList();
    s.maxConnections = get("server.max_connections").toInt();
    s.maxConnectionsPerAddress = get("server.max_connections_per_address").toInt();
    s.heartbeatSeconds = get("server.heartbeat_seconds").toInt();
    s.monitorStatusSeconds = get("monitor.status_seconds").toInt();
    s.monitorCleanupSeconds = get("monitor.cleanup_seconds").toInt();
    s.pingSeconds = get("server.ping_seconds").toInt();
    s.tokenAlgorithm = get("auth.algorithm").toString();
    s.tokenPublicKey = get("auth.public_key").toString();
    s.tokenPrivateKey = get("auth.private_key").toString();
    s.tokenKeyId = get("auth.key_id").toString();
    s.tokenIssuer = get("auth.issuer").toString();
    s.tokenAudience = get("auth.audience").toString();
    s.accessMinutes = get("auth.access_minutes").toInt();
    s.refreshDays = get("auth.refresh_days").toInt();
    s.dataDir = get("data.dir").toString();
    s.historyDays = get("data.history_days").toInt();
    s.backupDir = get("backup.to").toString();
    s.backupHours = get("backup.hours").toInt();
    s.backupKeep = get("backup.keep").toInt();
    s.headCopy = get("data.head_copy").toString();
    s.closedDays = get("data.closed_days").toInt();
    s.commandExpirySeconds = get("commands.expiry_seconds").toInt();
    s.repliesFile = get("console.replies").toString();
    s.rulesFile = get("alerts.rules").toString();
    s.fencesFile = get("alerts.fences").toString();
    s.contactLostSeconds = get("alerts.contact_lost_seconds").toInt();
    s.welfareSeconds = get("alerts.welfare_seconds").toInt();
    s.notifyFile = get("notify.file").toString();
    s.staleSeconds = get("alerts.stale_seconds").toInt();
    s.offlineSeconds = get("alerts.offline_seconds").toInt();
    s.hearingRule = get("alerts.hearing").toString();
    s.serial = get("hardware.serial").toStringList();
    s.simulate = get("hardware.simulate").toStringList();
    s.replay = get("hardware.replay").toStringList();
    s.replaySpeed = get("hardware.replay_speed").toDouble();
    s.maxTelemetryRateHz = get("hardware.max_telemetry_rate_hz").toDouble();
    s.streamsPerConnection = get("hardware.streams_per_connection").toInt();
    s.hardwareMessagesPerMinute = get("hardware.messages_per_minute").toInt();
    s.hardwareBinary = get("hardware.enable_binary").toBool();
    s.hardwareCompression = get("hardware.enable_compression").toBool();
    s.operatorName = get("console.operator").toString();
    s.theme = get("console.theme").toString();
    s.logRules = get("log.rules").toString();
    for (const ConfigKey &key : keys()) {
        const QVariant &v = value(key.name).value;
        if (!key.name.startsWith(QLatin1String("console.")))
            s.byKey.insert(key.name, key.kind == ConfigKey::Kind::List ? v.toStringList().join(QLatin1String("; "))
                                                                       : v.toString());
    }
    return s;
}

QString Config::print() const
{
    QString out;
    QString section;
    for (const ConfigKey &key : keys()) {
        const QString itsSection = key.name.section(QLatin1Char('.'), 0, 0);
        if (itsSection != section) {
            section = itsSection;
            out += QStringLiteral("%1[%2]\n").arg(out.isEmpty() ? QString() : QStringLiteral("\n"), section);
        }
        const ConfigValue &held = value(key.name);
        out += QStringLiteral("%1 = %2  # %3\n")
                   .arg(key.name.section(QLatin1Char('.'), 1), tomlText(key, held.value), held.origin);
    }
    return out;
}

} // namespace tocsin
