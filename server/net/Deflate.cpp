// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/Deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tocsin::net {

namespace {

constexpr int rawWindow = -MAX_WBITS; // raw deflate, 32 KiB
constexpr int memoryLevel = 8;
constexpr int largestWindowBits = 15;
/// zlib cannot deflate raw with a window of 256 bytes.
constexpr int smallestWindowBits = 9;
constexpr qsizetype step = 16'384;

/// The empty stored block that RFC 7692 7.2.1 takes off the end of each message.
constexpr std::array<unsigned char, 4> tail{0x00, 0x00, 0xFF, 0xFF};

struct Parameter
{
    QByteArray name;
    std::optional<QByteArray> value;
};

/// `permessage-deflate; a; b=1; c="2"` in its parts; the first is the extension's name.
QList<Parameter> parametersOf(const QByteArray &offer)
{
    QList<Parameter> parameters;
    const QByteArrayList parts = offer.split(';');
    for (const QByteArray &part : parts) {
        const qsizetype equals = part.indexOf('=');
        if (equals < 0) {
            parameters.append({part.trimmed(), std::nullopt});
            continue;
        }
        QByteArray value = part.mid(equals + 1).trimmed();
        if (value.size() >= 2 && value.startsWith('"') && value.endsWith('"'))
            value = value.mid(1, value.size() - 2);
        parameters.append({part.left(equals).trimmed(), value});
    }
    return parameters;
}

/// 8 to 15, without leading zeros; 0 when it is anything else.
int windowBits(const QByteArray &value)
{
    constexpr int fewest = 8;
    for (int bits = fewest; bits <= largestWindowBits; ++bits) {
        if (value == QByteArray::number(bits))
            return bits;
    }
    return 0;
}

std::optional<DeflateAgreement> accept(const QByteArray &offer)
{
    const QList<Parameter> parameters = parametersOf(offer);
    if (parameters.first().name != "permessage-deflate" || parameters.first().value)
        return std::nullopt;
    QByteArrayList seen;
    DeflateAgreement agreement;
    agreement.response = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for (const Parameter &parameter : parameters.sliced(1)) {
        if (seen.contains(parameter.name))
            return std::nullopt;
        seen.append(parameter.name);
        if (parameter.name == "server_no_context_takeover" || parameter.name == "client_no_context_takeover") {
            if (parameter.value)
                return std::nullopt;
        } else if (parameter.name == "client_max_window_bits") {
            if (parameter.value && windowBits(*parameter.value) == 0)
                return std::nullopt;
        } else if (parameter.name == "server_max_window_bits") {
            const int bits = parameter.value ? windowBits(*parameter.value) : 0;
            if (bits < smallestWindowBits)
                return std::nullopt;
            agreement.response += "; server_max_window_bits=" + QByteArray::number(bits);
            agreement.compresses = bits == largestWindowBits;
        } else {
            return std::nullopt;
        }
    }
    return agreement;
}

/// zlib's compressor, made once per thread: its 256 KiB would be too much to make per message.
class Compressor
{
public:
    Compressor()
        : m_good(deflateInit2(&m_stream, Z_BEST_SPEED, Z_DEFLATED, rawWindow, memoryLevel, Z_DEFAULT_STRATEGY) == Z_OK)
    {
    }
    Compressor(const Compressor &) = delete;
    Compressor &operator=(const Compressor &) = delete;
    ~Compressor()
    {
        if (m_good)
            deflateEnd(&m_stream);
    }

    std::optional<QByteArray> run(QByteArrayView payload)
    {
        if (!m_good || payload.size() > std::numeric_limits<int>::max() || deflateReset(&m_stream) != Z_OK)
            return std::nullopt;
        QByteArray out(payload.size(), Qt::Uninitialized); // longer than that is of no use
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(payload.data()));
        m_stream.avail_in = static_cast<uInt>(payload.size());
        m_stream.next_out = reinterpret_cast<Bytef *>(out.data());
        m_stream.avail_out = static_cast<uInt>(out.size());
        if (deflate(&m_stream, Z_SYNC_FLUSH) != Z_OK || m_stream.avail_in != 0 || m_stream.avail_out == 0)
            return std::nullopt;
        out.chop(static_cast<qsizetype>(m_stream.avail_out) + static_cast<qsizetype>(tail.size()));
        return out;
    }

private:
    z_stream m_stream{};
    bool m_good;
};

} // namespace

std::optional<DeflateAgreement> negotiateDeflate(const QByteArrayList &offers)
{
    for (const QByteArray &value : offers) {
        const QByteArrayList list = value.split(',');
        for (const QByteArray &offer : list) {
            if (auto agreement = accept(offer.trimmed()))
                return agreement;
        }
    }
    return std::nullopt;
}

std::optional<QByteArray> deflated(QByteArrayView payload)
{
    static thread_local Compressor compressor;
    return compressor.run(payload);
}

struct Inflater::Stream
{
    z_stream z{};
    bool good = false;
    bool ended = false; ///< a final block came; more may follow (RFC 7692 7.2.3.5)
};

Inflater::Inflater() : m_stream(std::make_unique<Stream>())
{
    m_stream->good = inflateInit2(&m_stream->z, rawWindow) == Z_OK;
}

Inflater::~Inflater()
{
    if (m_stream->good)
        inflateEnd(&m_stream->z);
}

Inflater::Result Inflater::feed(QByteArrayView part, QByteArray &out, qsizetype limit)
{
    if (!m_stream->good)
        return Result::Broken;
    z_stream &z = m_stream->z;
    z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(part.data()));
    z.avail_in = static_cast<uInt>(part.size());
    bool moreOutput = true;
    while (z.avail_in > 0 || moreOutput) {
        if (m_stream->ended) {
            if (z.avail_in == 0)
                return Result::Good;
            m_stream->ended = false;
            if (inflateReset(&z) != Z_OK)
                return Result::Broken;
        }
        const qsizetype before = out.size();
        // One byte above the limit tells a message that ends there from one that does not.
        const qsizetype room = std::min(step, limit + 1 - before);
        out.resize(before + room);
        z.next_out = reinterpret_cast<Bytef *>(out.data() + before);
        z.avail_out = static_cast<uInt>(room);
        const int status = inflate(&z, Z_NO_FLUSH);
        moreOutput = z.avail_out == 0;
        out.resize(before + room - static_cast<qsizetype>(z.avail_out));
        if (out.size() > limit)
            return Result::TooLarge;
        if (status == Z_STREAM_END)
            m_stream->ended = true;
        else if (status == Z_BUF_ERROR)
            return z.avail_in == 0 ? Result::Good : Result::Broken;
        else if (status != Z_OK)
            return Result::Broken;
    }
    return Result::Good;
}

Inflater::Result Inflater::finish(QByteArray &out, qsizetype limit)
{
    const Result result = feed(
        QByteArrayView(reinterpret_cast<const char *>(tail.data()), static_cast<qsizetype>(tail.size())), out, limit);
    constexpr int atBlockEnd = 128; // zlib.h, inflate(): data_type
    if (result == Result::Good && !m_stream->ended && (m_stream->z.data_type & atBlockEnd) == 0)
        return Result::Broken;
    return result;
}

} // namespace tocsin::net
