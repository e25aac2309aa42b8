// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/Route.h"

#include <QStringView>

#include <array>
#include <string_view>

namespace tocsin {

/// One type of message that a dialect understands: its word, what it is (the dialect's own enum), who may send it, on which kinds of
/// sockets, and whatever else the dialect needs to know of it. Handlers are found by such a table and in no other way.
template<class Message, class Sockets, class Extra>
struct MessageRule
{
    consteval MessageRule(std::string_view word, Message is, Rule who, Sockets where, Extra more)
        : type(word)
        , message(is)
        , rule(who)
        , sockets(where)
        , extra(more)
    {
    }

    std::string_view type;
    Message message;
    Rule rule;
    Sockets sockets;
    Extra extra;
};

/// Every message up to `last` has a word, and no word means two things.
template<std::size_t N, class Message, class Sockets, class Extra>
consteval bool isSound(const std::array<MessageRule<Message, Sockets, Extra>, N> &rules, Message last)
{
    for (int message = 0; message <= int(last); ++message) {
        bool found = false;
        for (const auto &rule : rules)
            found = found || int(rule.message) == message;
        if (!found)
            return false;
    }
    for (std::size_t i = 0; i < N; ++i) {
        if (rules[i].type.empty() || int(rules[i].message) > int(last))
            return false;
        for (std::size_t j = i + 1; j < N; ++j) {
            if (rules[i].type == rules[j].type)
                return false;
        }
    }
    return true;
}

/// The row of a message stands at its number.
template<std::size_t N, class Message, class Sockets, class Extra>
consteval bool isInOrder(const std::array<MessageRule<Message, Sockets, Extra>, N> &rules)
{
    for (std::size_t i = 0; i < N; ++i) {
        if (rules[i].message != Message(i))
            return false;
    }
    return true;
}

/// nullptr: there is no such message.
template<std::size_t N, class Message, class Sockets, class Extra>
[[nodiscard]] const MessageRule<Message, Sockets, Extra> *
findMessage(const std::array<MessageRule<Message, Sockets, Extra>, N> &rules, QStringView type)
{
    for (const auto &rule : rules) {
        if (type == QLatin1String(rule.type.data(), qsizetype(rule.type.size())))
            return &rule;
    }
    return nullptr;
}

} // namespace tocsin
