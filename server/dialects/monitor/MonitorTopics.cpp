// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dialects/monitor/MonitorTopics.h"

#include <algorithm>

namespace tocsin::monitor {

namespace {
constexpr qsizetype longestName = 256;

/// "device_" of "device_{device...}"
QString wordOf(const TopicRule &rule)
{
    const std::string_view word = rule.pattern.substr(0, rule.pattern.find('{'));
    return QString::fromLatin1(word.data(), qsizetype(word.size()));
}

bool hasObject(TopicKind kind)
{
    return kind == TopicKind::Device || kind == TopicKind::Metrics || kind == TopicKind::Other;
}
} // namespace

QString Topic::key() const
{
    if (!hasObject(rule->kind))
        return wordOf(*rule);
    const char *folder = rule->kind == TopicKind::Device ? "device/" : "metrics/";
    return QLatin1String(rule->kind == TopicKind::Other ? "other/" : folder) + object;
}

QString Topic::name() const
{
    return wordOf(*rule) + object;
}

std::optional<Topic> topicNamed(const QString &name)
{
    if (name.size() > longestName)
        return std::nullopt;
    for (const TopicRule &rule : topics) {
        Topic topic{&rule, {}};
        if (matchesPattern(rule.pattern, name, &topic.object))
            return topic;
    }
    return std::nullopt;
}

Topic topicOf(TopicKind kind, const QString &object)
{
    const auto *const rule =
        std::find_if(topics.begin(), topics.end(), [kind](const TopicRule &r) { return r.kind == kind; });
    return {rule, object};
}

QString nameOfKey(const QString &key)
{
    for (const TopicKind kind : {TopicKind::Device, TopicKind::Metrics, TopicKind::Other}) {
        const QString folder = topicOf(kind).key();
        if (key.startsWith(folder))
            return topicOf(kind, key.mid(folder.size())).name();
    }
    return key;
}

bool mayHear(Posture posture, const Principal &who, const Topic &topic, const DeskMirror &mirror)
{
    const Rule &rule = topic.rule->rule;
    if (!rule.goesByRight())
        return true;
    if (rule.names() != Names::Path)
        return isAllowed(posture, who, rule.act(), {});
    const Device *device = mirror.device(topic.object);
    return isAllowed(posture, who, rule.act(), {topic.object, device ? device->owners : QStringList()});
}

} // namespace tocsin::monitor
