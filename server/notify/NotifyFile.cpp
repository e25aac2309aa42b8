// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/notify/NotifyConfig.h"
#include "server/notify/NotifyTemplate.h"

#include <QDir>
#include <QFile>
#include <QHostAddress>
#include <QRegularExpression>
#include <QSet>
#include <QTimeZone>
#include <QUrl>

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace tocsin {

namespace {
constexpr int topStep = 9;

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), qsizetype(view.size()));
}

/// Reads one table, key by key; what was not asked for at the end is unknown.
class Table
{
public:
    Table(const toml::table &table, QString where, const QString &path, QStringList &problems)
        : m_table(table)
        , m_where(std::move(where))
        , m_path(path)
        , m_problems(problems)
    {
    }
    Table(const Table &) = delete;
    Table &operator=(const Table &) = delete;
    ~Table()
    {
        for (const auto &[key, node] : m_table) {
            if (m_unknownMatter && !m_known.contains(text(key.str())))
                say(node, QStringLiteral("unknown key \"%1\"").arg(m_where + text(key.str())));
        }
    }

    [[nodiscard]] const toml::node *find(const QString &key)
    {
        m_known.insert(key);
        return m_table.get(key.toStdString());
    }
    /// What it is cannot be told: neither can what belongs into it.
    void ignoreRest() { m_unknownMatter = false; }
    [[nodiscard]] bool has(const QString &key) const { return m_table.contains(key.toStdString()); }
    void say(const toml::node &node, const QString &sentence)
    {
        m_problems.append(QStringLiteral("%1 line %2: %3").arg(m_path).arg(node.source().begin.line).arg(sentence));
    }
    void say(const QString &key, const QString &sentence)
    {
        const toml::node *node = m_table.get(key.toStdString());
        say(node ? *node : static_cast<const toml::node &>(m_table), m_where + key + QLatin1Char(' ') + sentence);
    }
    [[nodiscard]] QString word(const QString &key, const QString &fallback = {})
    {
        const toml::node *node = find(key);
        if (!node)
            return fallback;
        const auto value = node->value_exact<std::string>();
        if (!value)
            say(key, QStringLiteral("must be a text"));
        return value ? QString::fromStdString(*value) : fallback;
    }
    [[nodiscard]] bool flag(const QString &key, bool fallback)
    {
        const toml::node *node = find(key);
        if (!node)
            return fallback;
        const auto value = node->value_exact<bool>();
        if (!value)
            say(key, QStringLiteral("must be true or false"));
        return value.value_or(fallback);
    }
    [[nodiscard]] int number(const QString &key, int fallback, int least, int most)
    {
        const toml::node *node = find(key);
        if (!node)
            return fallback;
        const auto value = node->value_exact<int64_t>();
        if (!value || *value < least || *value > most)
            say(key, QStringLiteral("must be a whole number from %1 to %2").arg(least).arg(most));
        return value && *value >= least && *value <= most ? int(*value) : fallback;
    }
    [[nodiscard]] QStringList words(const QString &key)
    {
        QStringList list;
        const toml::node *node = find(key);
        if (!node)
            return list;
        const toml::array *array = node->as_array();
        bool good = array != nullptr;
        for (std::size_t i = 0; good && i < array->size(); ++i) {
            const auto value = array->get(i)->value_exact<std::string>();
            good = value.has_value();
            list.append(QString::fromStdString(value.value_or(std::string())));
        }
        if (!good)
            say(key, QStringLiteral("must be a list of texts"));
        return good ? list : QStringList();
    }
    [[nodiscard]] QList<int> steps(const QString &key)
    {
        const toml::node *node = find(key);
        if (!node)
            return {0};
        QList<int> list;
        const toml::array *array = node->as_array();
        bool good = array != nullptr && !array->empty();
        for (std::size_t i = 0; good && i < array->size(); ++i) {
            const auto value = array->get(i)->value_exact<int64_t>();
            good = value && *value >= 0 && *value <= topStep;
            list.append(int(value.value_or(0)));
        }
        if (!good)
            say(key, QStringLiteral("must be a list of whole numbers from 0 to %1").arg(topStep));
        return good ? list : QList<int>{0};
    }
    [[nodiscard]] AlertLevel level(const QString &key, AlertLevel fallback)
    {
        if (!find(key))
            return fallback;
        const QString said = word(key);
        for (const AlertLevel one :
             {AlertLevel::Info, AlertLevel::Warning, AlertLevel::Critical, AlertLevel::Emergency}) {
            if (toString(one) == said)
                return one;
        }
        say(key, QStringLiteral("must be info, warning, critical or emergency"));
        return fallback;
    }
    [[nodiscard]] QList<NotifyHours> hours(const QString &key)
    {
        QList<NotifyHours> list;
        const QStringList all = words(key);
        for (const QString &one : all) {
            if (const std::optional<NotifyHours> hours = NotifyHours::parse(one))
                list.append(*hours);
            else
                say(key, QStringLiteral("has \"%1\", which is none of \"mon-fri 08:00-18:00\", \"22:00-06:00\", "
                                        "\"sat,sun\"")
                             .arg(one));
        }
        return list;
    }

private:
    const toml::table &m_table;
    const QString m_where;
    const QString m_path;
    QStringList &m_problems;
    QSet<QString> m_known;
    bool m_unknownMatter = true;
};

struct Reader
{
    QString path;
    QString directory;
    const LookUp &environment;
    NotifyFile out;

    void readSecret(Table &table, const QString &name, QByteArray &into);
    void readUrl(Table &table, NotifyChannelConfig &channel, bool secretInside);
    void readEmail(Table &table, NotifyChannelConfig &channel);
    void readSms(Table &table, NotifyChannelConfig &channel);
    void readHeaders(Table &table, NotifyChannelConfig &channel);
    void readChannel(const toml::table &table);
    void readRoute(const toml::table &table);
    void readContacts(const toml::table &table);
    void readLimits(const toml::table &table);
    void read(const toml::table &root);
};

bool isLoopback(const QString &host)
{
    return host == QLatin1String("localhost") || QHostAddress(host).isLoopback();
}

/// password_file or password_env; never the secret itself.
void Reader::readSecret(Table &table, const QString &name, QByteArray &into)
{
    const QString file = name + QLatin1String("_file");
    const QString variable = name + QLatin1String("_env");
    if (table.has(name)) {
        table.say(name, QStringLiteral("must not stand here: name a file (%1) or an environment variable (%2)")
                            .arg(file, variable));
        (void)table.find(name);
    }
    const QString fileName = table.word(file);
    const QString variableName = table.word(variable);
    if (!fileName.isEmpty() && !variableName.isEmpty())
        return table.say(file, QStringLiteral("and %1 must not both be there").arg(variable));
    if (!fileName.isEmpty()) {
        QFile secret(QDir(directory).absoluteFilePath(fileName));
        if (!secret.open(QIODevice::ReadOnly))
            return table.say(file, QStringLiteral("cannot be read: %1").arg(secret.errorString()));
        constexpr qint64 longest = 4096;
        into = secret.read(longest).trimmed();
        if (into.isEmpty())
            table.say(file, QStringLiteral("is empty"));
    }
    if (!variableName.isEmpty()) {
        into = environment(variableName).value_or(QByteArray());
        if (into.isEmpty())
            table.say(variable, QStringLiteral("names %1, which is not set").arg(variableName));
    }
}

void Reader::readUrl(Table &table, NotifyChannelConfig &channel, bool secretInside)
{
    channel.url = table.word(QStringLiteral("url"));
    const QUrl url(expandedUrl(channel.url, sampleFill()), QUrl::StrictMode);
    const QString scheme = url.scheme();
    if (!url.isValid() || url.host().isEmpty() || (scheme != QLatin1String("http") && scheme != QLatin1String("https")))
        return table.say(QStringLiteral("url"), QStringLiteral("must be https://… or http://…"));
    if (!url.userInfo().isEmpty())
        table.say(QStringLiteral("url"), QStringLiteral("must not hold a password"));
    if (scheme == QLatin1String("http") && secretInside && !isLoopback(url.host()))
        table.say(QStringLiteral("url"), QStringLiteral("must be https://…, because it carries a secret"));
}

void Reader::readHeaders(Table &table, NotifyChannelConfig &channel)
{
    static const QRegularExpression form(QStringLiteral("^([A-Za-z0-9-]{1,64}):\\s*([^\\x00-\\x1f\\x7f]{0,1000})$"));
    const QStringList lines = table.words(QStringLiteral("headers"));
    for (const QString &line : lines) {
        const QRegularExpressionMatch match = form.match(line);
        if (match.hasMatch())
            channel.headers.emplaceBack(match.captured(1), match.captured(2));
        else
            table.say(QStringLiteral("headers"), QStringLiteral("must be like \"Name: value\", not \"%1\"").arg(line));
    }
}

void Reader::readEmail(Table &table, NotifyChannelConfig &channel)
{
    using Security = NotifyChannelConfig::Security;
    const QString security = table.word(QStringLiteral("security"), QStringLiteral("starttls"));
    int port = 587;
    if (security == QLatin1String("tls")) {
        channel.security = Security::Tls;
        port = 465;
    } else if (security == QLatin1String("none")) {
        channel.security = Security::None;
        port = 25;
    } else if (security != QLatin1String("starttls")) {
        table.say(QStringLiteral("security"), QStringLiteral("must be starttls, tls or none"));
    }
    const QString server = table.word(QStringLiteral("server"));
    const QUrl url(QLatin1String(channel.security == Security::Tls ? "smtps://" : "smtp://") + server);
    if (server.isEmpty() || !url.isValid() || url.host().isEmpty() || !url.path().isEmpty() ||
        !url.userInfo().isEmpty() || url.hasQuery())
        table.say(QStringLiteral("server"), QStringLiteral("must be HOST or HOST:PORT"));
    channel.url = url.scheme() + QLatin1String("://") + server +
                  (url.port() < 0 ? QLatin1Char(':') + QString::number(port) : QString());
    channel.from = table.word(QStringLiteral("from"));
    if (!NotifyAddress::parse(NotifyMeans::Email, channel.from))
        table.say(QStringLiteral("from"), QStringLiteral("must be an address, or \"Name <address>\""));
    channel.user = table.word(QStringLiteral("user"));
    readSecret(table, QStringLiteral("password"), channel.secret);
    if (channel.user.isEmpty() != channel.secret.isEmpty())
        table.say(QStringLiteral("user"), QStringLiteral("and a password belong together"));
    if (!channel.user.isEmpty() && channel.security == Security::None && !isLoopback(url.host()))
        table.say(QStringLiteral("security"), QStringLiteral("must be starttls or tls where there is a password"));
}

void Reader::readSms(Table &table, NotifyChannelConfig &channel)
{
    const QString method = table.word(QStringLiteral("method"), QStringLiteral("POST"));
    channel.method = method.toLatin1();
    if (method != QLatin1String("POST") && method != QLatin1String("PUT") && method != QLatin1String("GET"))
        table.say(QStringLiteral("method"), QStringLiteral("must be POST, PUT or GET"));
    channel.body = table.word(QStringLiteral("body"));
    channel.contentType = table.word(QStringLiteral("content_type"), QStringLiteral("application/json"));
    if (channel.method == "GET" && !channel.body.isEmpty())
        table.say(QStringLiteral("body"), QStringLiteral("is not sent by GET"));
    QString placed = channel.url + channel.body;
    for (const auto &[name, value] : std::as_const(channel.headers))
        placed += value;
    for (const char *needed : {"{to}", "{text}"}) {
        if (!placed.contains(QLatin1String(needed)))
            table.say(QStringLiteral("body"), QStringLiteral("or url must contain %1").arg(QLatin1String(needed)));
    }
    if (placed.contains(QLatin1String("{secret}")) && channel.secret.isEmpty())
        table.say(QStringLiteral("secret_file"), QStringLiteral("or secret_env is missing for {secret}"));
    if (const QString problem = problemOfBody(channel.body, channel.contentType); !problem.isEmpty())
        table.say(QStringLiteral("body"), problem);
}

void Reader::readChannel(const toml::table &source)
{
    NotifyChannelConfig channel;
    channel.name = text(source["name"].value_or(std::string_view()));
    Table table(source, QStringLiteral("channel %1: ").arg(channel.name), path, out.problems);
    (void)table.find(QStringLiteral("name"));
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_-]{1,32}$"));
    if (!plain.match(channel.name).hasMatch())
        table.say(QStringLiteral("name"), QStringLiteral("must be 1 to 32 letters, digits, - or _"));
    if (out.config.channel(channel.name))
        table.say(QStringLiteral("name"), QStringLiteral("is there twice"));
    const auto means = notifyMeansFromString(table.word(QStringLiteral("kind")));
    if (!means) {
        table.ignoreRest();
        return table.say(QStringLiteral("kind"), QStringLiteral("must be webhook, email, sms or desktop"));
    }
    channel.means = *means;
    if (*means != NotifyMeans::Desktop) {
        channel.caFile = table.word(QStringLiteral("ca_file"));
        if (!channel.caFile.isEmpty()) {
            channel.caFile = QDir(directory).absoluteFilePath(channel.caFile);
            if (!QFile::exists(channel.caFile))
                table.say(QStringLiteral("ca_file"), QStringLiteral("does not exist"));
        }
    }
    if (*means == NotifyMeans::Webhook || *means == NotifyMeans::Sms) {
        readSecret(table, QStringLiteral("secret"), channel.secret);
        readHeaders(table, channel);
        readUrl(table, channel, *means == NotifyMeans::Sms && !channel.secret.isEmpty());
        if (*means == NotifyMeans::Sms)
            readSms(table, channel);
        QStringList texts{channel.url, channel.body};
        for (const auto &[name, value] : std::as_const(channel.headers))
            texts.append(value);
        const QStringList allowed = *means == NotifyMeans::Sms ? smsPlaceholders() : QStringList();
        for (const QString &one : texts) {
            const QStringList unknown = placeholdersBeyond(one, allowed);
            for (const QString &name : unknown)
                table.say(QStringLiteral("name"), QStringLiteral("uses {%1}, which does not exist").arg(name));
        }
    } else if (*means == NotifyMeans::Email) {
        readEmail(table, channel);
    }
    out.config.channels.append(channel);
}

void Reader::readRoute(const toml::table &source)
{
    NotifyRoute route;
    route.name = text(source["name"].value_or(std::string_view()));
    Table table(source, QStringLiteral("route %1: ").arg(route.name), path, out.problems);
    (void)table.find(QStringLiteral("name"));
    if (route.name.isEmpty() || route.name == QLatin1String("contacts"))
        table.say(QStringLiteral("name"), QStringLiteral("is missing, or is one that has a meaning"));
    route.channel = table.word(QStringLiteral("channel"));
    route.to = table.words(QStringLiteral("to"));
    route.minLevel = table.level(QStringLiteral("min_level"), route.minLevel);
    route.codes = table.words(QStringLiteral("codes"));
    route.categories = table.words(QStringLiteral("categories"));
    route.match.devices = table.words(QStringLiteral("devices"));
    route.match.kinds = table.words(QStringLiteral("kinds"));
    route.match.classes = table.words(QStringLiteral("classes"));
    route.match.tags = table.words(QStringLiteral("tags"));
    route.match.sources = table.words(QStringLiteral("sources"));
    route.steps = table.steps(QStringLiteral("steps"));
    route.active = table.hours(QStringLiteral("active"));
    route.quiet = table.hours(QStringLiteral("quiet"));
    route.quietLevel = table.level(QStringLiteral("quiet_level"), route.quietLevel);
    route.over = table.flag(QStringLiteral("over"), route.over);
    route.duress = table.flag(QStringLiteral("duress"), route.duress);
    const NotifyChannelConfig *channel = out.config.channel(route.channel);
    if (!channel)
        return table.say(QStringLiteral("channel"),
                         QStringLiteral("names \"%1\", which is no channel").arg(route.channel));
    if (channel->means == NotifyMeans::Webhook && !route.to.isEmpty())
        table.say(QStringLiteral("to"), QStringLiteral("is not for a webhook"));
    if (channel->means != NotifyMeans::Webhook && route.to.isEmpty())
        table.say(QStringLiteral("to"), QStringLiteral("names nobody"));
    for (const QString &to : std::as_const(route.to)) {
        if (!NotifyAddress::parse(channel->means, to))
            table.say(QStringLiteral("to"),
                      QStringLiteral("has \"%1\", which %2 cannot reach").arg(to, toString(channel->means)));
    }
    out.config.routes.append(route);
}

void Reader::readContacts(const toml::table &source)
{
    Table table(source, QStringLiteral("contacts."), path, out.problems);
    NotifyContacts &contacts = out.config.contacts;
    for (const auto &[key, into, means] : {std::tuple{QStringLiteral("email"), &contacts.email, NotifyMeans::Email},
                                           std::tuple{QStringLiteral("sms"), &contacts.sms, NotifyMeans::Sms}}) {
        *into = table.word(key);
        const NotifyChannelConfig *channel = out.config.channel(*into);
        if (!into->isEmpty() && (!channel || channel->means != means))
            table.say(key,
                      QStringLiteral("names \"%1\", which is no channel of the kind %2").arg(*into, toString(means)));
    }
    contacts.steps = table.steps(QStringLiteral("steps"));
    using After = NotifyContacts::AfterDuress;
    const QString after = table.word(QStringLiteral("after_duress"), QStringLiteral("as_phone"));
    if (after == QLatin1String("nothing"))
        contacts.afterDuress = After::Nothing;
    else if (after == QLatin1String("truth"))
        contacts.afterDuress = After::Truth;
    else if (after != QLatin1String("as_phone"))
        table.say(QStringLiteral("after_duress"), QStringLiteral("must be as_phone, nothing or truth"));
}

void Reader::readLimits(const toml::table &source)
{
    Table table(source, QStringLiteral("limits."), path, out.problems);
    NotifyLimits &limits = out.config.limits;
    const auto seconds = [&table](const char *key, Duration &into, int least, int most) {
        into = std::chrono::seconds(
            table.number(QLatin1String(key), int(std::chrono::floor<std::chrono::seconds>(into).count()), least, most));
    };
    limits.queue = table.number(QStringLiteral("queue"), limits.queue, 1, 100'000);
    limits.attempts = table.number(QStringLiteral("attempts"), limits.attempts, 1, 100);
    seconds("first_retry_seconds", limits.firstRetry, 1, 3600);
    seconds("longest_retry_seconds", limits.longestRetry, 1, 86'400);
    seconds("timeout_seconds", limits.timeout, 1, 600);
    seconds("max_age_seconds", limits.maxAge, 1, 7 * 86'400);
    limits.pauseAfter = table.number(QStringLiteral("pause_after"), limits.pauseAfter, 1, 1000);
    seconds("pause_seconds", limits.pause, 1, 86'400);
    limits.perMinute = table.number(QStringLiteral("per_minute"), limits.perMinute, 1, 100'000);
    limits.parallel = table.number(QStringLiteral("parallel"), limits.parallel, 1, 64);
}

void Reader::read(const toml::table &root)
{
    Table table(root, QString(), path, out.problems);
    NotifyConfig &config = out.config;
    config.simulated = table.flag(QStringLiteral("simulated"), config.simulated);
    config.desk = table.word(QStringLiteral("desk"), config.desk);
    const QString zone = table.word(QStringLiteral("zone"));
    config.zone = zone.toLatin1();
    if (!zone.isEmpty() && !QTimeZone(config.zone).isValid())
        table.say(QStringLiteral("zone"), QStringLiteral("must be like Europe/Berlin"));
    const auto each = [&](const QString &key, const auto &take) {
        const toml::node *node = table.find(key);
        if (!node)
            return;
        const toml::array *array = node->as_array();
        if (!array || !array->is_array_of_tables())
            return table.say(key, QStringLiteral("must be a list of tables: [[%1]]").arg(key));
        for (std::size_t i = 0; i < array->size(); ++i)
            take(*array->get(i)->as_table());
    };
    const auto one = [&](const QString &key, const auto &take) {
        const toml::node *node = table.find(key);
        if (node && !node->is_table())
            table.say(key, QStringLiteral("must be a table: [%1]").arg(key));
        else if (node)
            take(*node->as_table());
    };
    each(QStringLiteral("channel"), [this](const toml::table &source) { readChannel(source); });
    each(QStringLiteral("route"), [this](const toml::table &source) { readRoute(source); });
    one(QStringLiteral("contacts"), [this](const toml::table &source) { readContacts(source); });
    one(QStringLiteral("limits"), [this](const toml::table &source) { readLimits(source); });
}
} // namespace

NotifyFile readNotifyFile(const QString &path, const LookUp &environment)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        NotifyFile failed;
        failed.problems.append(QStringLiteral("%1: the file cannot be read: %2").arg(path, file.errorString()));
        return failed;
    }
    return readNotifyText(file.readAll(), path, QFileInfo(path).absolutePath(), environment);
}

NotifyFile readNotifyText(const QByteArray &toml, const QString &path, const QString &directory,
                          const LookUp &environment)
{
    Reader reader{path, directory, environment, {}};
    try {
        reader.read(toml::parse(std::string_view(toml.constData(), std::size_t(toml.size()))));
    } catch (const toml::parse_error &error) {
        reader.out.problems.append(
            QStringLiteral("%1 line %2: %3").arg(path).arg(error.source().begin.line).arg(text(error.description())));
    }
    if (!reader.out.problems.isEmpty())
        reader.out.config = {};
    return reader.out;
}

} // namespace tocsin
