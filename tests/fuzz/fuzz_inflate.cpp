// SPDX-License-Identifier: GPL-3.0-or-later
// permessage-deflate: never beyond the limit, the same result however the bytes were cut, and what we compress comes
// back. The offers of a client are read too.
#include "server/net/Deflate.h"
#include "tests/fuzz/Fuzz.h"

#include <array>

using namespace tocsin::net;
using namespace tocsin::fuzz;
using Result = Inflater::Result;

namespace {

constexpr std::array<qsizetype, 4> limits = {0, 1, 1000, 1 << 20};

struct Inflated
{
    Result result = Result::Good;
    QByteArray out;
};

Inflated inflate(QByteArrayView bytes, qsizetype limit, int cut)
{
    Inflated inflated;
    Inflater inflater;
    Pieces pieces(bytes, static_cast<quint8>(cut));
    while (!bytes.isEmpty() && inflated.result == Result::Good) {
        const QByteArrayView piece = cut < 0 ? bytes : pieces.next();
        bytes = bytes.sliced(piece.size());
        inflated.result = inflater.feed(piece, inflated.out, limit);
        require(inflated.result != Result::Good || inflated.out.size() <= limit, "the output keeps the limit");
        require(inflated.out.size() <= limit + 1, "the output passes the limit by no more than the byte that tells");
    }
    if (inflated.result == Result::Good)
        inflated.result = inflater.finish(inflated.out, limit);
    require(inflated.result != Result::Good || inflated.out.size() <= limit, "the output keeps the limit at the end");
    return inflated;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const qsizetype limit = limits[input.byte() & 3U];
    const quint8 seed = input.byte();
    const QByteArrayView bytes = input.rest();

    const Inflated whole = inflate(bytes, limit, -1);
    for (const int cut : {0, seed | 1}) {
        const Inflated cutUp = inflate(bytes, limit, cut);
        require(whole.result == cutUp.result, "the same result, however the bytes were cut");
        require(whole.result != Result::Good || whole.out == cutUp.out, "the same output, however the bytes were cut");
    }

    if (const auto compressed = deflated(bytes)) {
        require(compressed->size() < bytes.size(), "compressed is shorter");
        const Inflated back = inflate(*compressed, bytes.size(), -1);
        require(back.result == Result::Good && back.out == bytes, "what was compressed comes back");
        if (!bytes.isEmpty())
            require(inflate(*compressed, bytes.size() - 1, seed).result == Result::TooLarge,
                    "one byte less is too large");
    }

    const auto agreement = negotiateDeflate(bytes.toByteArray().split('\n'));
    require(!agreement || agreement->response.startsWith("permessage-deflate"), "an agreement names the extension");
    require(!agreement || agreement->response.contains("server_no_context_takeover"), "contexts are never taken over");
    return 0;
}
