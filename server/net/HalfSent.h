// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <list>

namespace tocsin::net {

/// What peers have begun to send and not ended: parts of messages and of request bodies, which must be kept until the rest comes. Each
/// is bounded by itself; their sum is bounded here. Above it whoever began first is given up: an honest sender is done
/// soon, and somebody who pins memory by being slow is the oldest in time. Server thread.
class HalfSent
{
public:
    class Sender
    {
    public:
        Sender() = default;
        Sender(const Sender &) = delete;
        Sender &operator=(const Sender &) = delete;
        /// Let go of what is half sent. May come from within note().
        virtual void giveUpHalfSent() = 0;

    protected:
        ~Sender() = default; ///< call note(this, 0) before

    private:
        friend class HalfSent;
        qsizetype m_bytes = 0;
        std::list<Sender *>::iterator m_place;
    };

    explicit HalfSent(qsizetype most) : m_most(most) {}

    /// What the sender has half sent by now. Little counts as nothing, so that most never come here.
    void note(Sender *sender, qsizetype bytes);

    [[nodiscard]] qsizetype bytes() const { return m_bytes; }

private:
    const qsizetype m_most;
    qsizetype m_bytes = 0;
    std::list<Sender *> m_senders; ///< who began first is first
};

} // namespace tocsin::net
