// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/dialects/Rights.h"

#include <QByteArray>
#include <QString>

#include <array>
#include <string_view>

namespace tocsin {

/// What the object of an act is.
enum class Names {
    Nothing, ///< the server itself
    Path,    ///< the {…} of the path
    Caller,  ///< whoever calls
    Body     ///< named in the body or the frame: the handler asks once it has read that
};

/// Who may use a route or send a message. There is no default: what has no rule does not compile.
class Rule
{
public:
    enum class Guard {
        Anybody,             ///< without a token
        FirstFrame,          ///< without a token, which the first frame then brings; not with a wrong one
        FirstFrameOrByRight, ///< likewise; with a token as the rights table says
        SignedIn,            ///< whoever the front door knows
        ByRight,             ///< as the rights table says
        NearOrByRight,       ///< from a loopback address without a token, else as the rights table says
        ByName               ///< what the path names has its own rule in a table of the dialect
    };
    [[nodiscard]] static consteval Rule anybody() { return {Guard::Anybody, Act{}, Names::Nothing}; }
    [[nodiscard]] static consteval Rule firstFrame() { return {Guard::FirstFrame, Act{}, Names::Nothing}; }
    [[nodiscard]] static consteval Rule firstFrameOrRight(Act act, Names names)
    {
        return {Guard::FirstFrameOrByRight, act, names};
    }
    [[nodiscard]] static consteval Rule byName() { return {Guard::ByName, Act{}, Names::Path}; }
    [[nodiscard]] static consteval Rule signedIn() { return {Guard::SignedIn, Act{}, Names::Nothing}; }
    [[nodiscard]] static consteval Rule right(Act act, Names names) { return {Guard::ByRight, act, names}; }
    [[nodiscard]] static consteval Rule nearOrRight(Act act) { return {Guard::NearOrByRight, act, Names::Nothing}; }

    [[nodiscard]] constexpr Guard guard() const { return m_guard; }
    [[nodiscard]] constexpr Act act() const { return m_act; } ///< when it goes by right
    [[nodiscard]] constexpr Names names() const { return m_names; }
    [[nodiscard]] constexpr bool goesByRight() const
    {
        return m_guard == Guard::ByRight || m_guard == Guard::NearOrByRight || m_guard == Guard::FirstFrameOrByRight;
    }

private:
    consteval Rule(Guard guard, Act act, Names names) : m_guard(guard), m_act(act), m_names(names) {}
    Guard m_guard;
    Act m_act;
    Names m_names;
};

/// One route of a dialect: method, path, what it is (the dialect's own enum) and who may. Dialects find their handlers by this table
/// and in no other way (RuledDialect).
struct Route
{
    enum class Method { Get, Post, Put, Patch, Delete, WebSocket };

    template<class Page>
    consteval Route(Method is, std::string_view path, Page page, Rule who)
        : method(is)
        , pattern(path)
        , id(int(page))
        , rule(who)
    {
    }

    Method method;
    std::string_view pattern; ///< "/ws/chat/{user}", "/api/auth/login[/]": see matchesPattern
    int id;
    Rule rule;
};

[[nodiscard]] QByteArray toBytes(Route::Method method); ///< "GET"; a WebSocket is opened with GET too
/// Whether a decoded path is one of the pattern; `object` becomes what stands for its {…}, of which there is one at most. "[/]" at the
/// end is a slash that may be there; "{name...}" at the end stands for all that follows, slashes too.
[[nodiscard]] bool matchesPattern(std::string_view pattern, QStringView path, QString *object);
/// What may stand in a path for {…}: 1…128 characters, no slash, nothing invisible.
[[nodiscard]] bool isPathId(QStringView text);
/// What may stand for {…...}: one or more of these, with slashes between them.
[[nodiscard]] bool isPathRest(QStringView text);

/// Every page up to `last` has a route, none has two for one method and path, and where a right is about the path there is
/// something in the path.
template<std::size_t N, class Page>
consteval bool isSound(const std::array<Route, N> &routes, Page last)
{
    for (int page = 0; page <= int(last); ++page) {
        bool found = false;
        for (const Route &route : routes)
            found = found || route.id == page;
        if (!found)
            return false;
    }
    for (std::size_t i = 0; i < N; ++i) {
        const bool named = routes[i].pattern.find('{') != std::string_view::npos;
        if (routes[i].pattern.empty() || routes[i].pattern.front() != '/' || routes[i].id < 0 ||
            routes[i].id > int(last) || (routes[i].rule.names() == Names::Path) != named)
            return false;
        for (std::size_t j = i + 1; j < N; ++j) {
            if (routes[i].method == routes[j].method && routes[i].pattern == routes[j].pattern)
                return false;
        }
    }
    return true;
}

} // namespace tocsin
