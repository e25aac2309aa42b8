// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled by tests alone, and to be refused in every case but 0.
#include "server/dialects/MessageRule.h"
#include "server/dialects/Route.h"

using namespace tocsin;

namespace {
enum class Page { One, Two };
enum class Message { One, Two };
using OneRule = MessageRule<Message, int, int>;
constexpr auto get = Route::Method::Get;

constexpr std::array pages{
    Route{get, "/one", Page::One, Rule::anybody()},
#if CASE == 1
    Route{get, "/two", Page::Two}, // no rule
#elif CASE == 2
    Route{get, "/two", Page::Two, {}}, // an empty one
#elif CASE == 3
// a page without a route
#elif CASE == 4
    Route{get, "/two/{x}", Page::Two, Rule::right(Act::Chat, Names::Nothing)}, // an object that nobody asks about
#else
    Route{get, "/two/{x}", Page::Two, Rule::right(Act::Chat, Names::Path)},
#endif
};
static_assert(isSound(pages, Page::Two));

constexpr std::array messages{
    OneRule{"one", Message::One, Rule::signedIn(), 0, 0},
#if CASE == 5
    OneRule{"two", Message::Two, {}, 0, 0}, // no rule
#elif CASE != 6                             // else a message without a row
    OneRule{"two", Message::Two, Rule::right(Act::Chat, Names::Body), 0, 0},
#endif
};
static_assert(isSound(messages, Message::Two));
} // namespace
