// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

#include <memory>
#include <optional>

namespace tocsin::net {

/// What we agree to when a client offers permessage-deflate (RFC 7692). Contexts are never taken over, in either
/// direction: a compressed frame then serves every subscriber, and an idle connection keeps no window.
struct DeflateAgreement
{
    QByteArray response;    ///< for Sec-WebSocket-Extensions
    bool compresses = true; ///< false: the client's window is smaller than ours, so we send to it uncompressed
};

/// The first offer that can be accepted; nothing when there is none. `offers` are the values of all
/// Sec-WebSocket-Extensions headers. Offers with unknown, repeated or malformed parameters are declined.
[[nodiscard]] std::optional<DeflateAgreement> negotiateDeflate(const QByteArrayList &offers);

/// One message's worth of raw deflate with an empty context; nothing when that would not be shorter.
[[nodiscard]] std::optional<QByteArray> deflated(QByteArrayView payload);

/// Inflates one message piece by piece, never beyond a limit, whatever was announced: a bomb costs no more than an honest
/// message of that size. Plain value logic; one per message.
class Inflater
{
public:
    enum class Result { Good, TooLarge, Broken };

    Inflater();
    ~Inflater();
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    /// Appends what `part` inflates to; `out` never grows above `limit`.
    [[nodiscard]] Result feed(QByteArrayView part, QByteArray &out, qsizetype limit);
    /// After the last part.
    [[nodiscard]] Result finish(QByteArray &out, qsizetype limit);

private:
    struct Stream;
    std::unique_ptr<Stream> m_stream;
};

} // namespace tocsin::net
