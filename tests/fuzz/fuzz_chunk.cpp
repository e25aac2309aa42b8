// SPDX-License-Identifier: GPL-3.0-or-later
// The chunks of history.db: a damaged one is refused or read, never more, and what was read is written and read as the same.
#include "server/store/ReadingChunk.h"
#include "tests/fuzz/Fuzz.h"

#include <QHash>

#include <algorithm>
#include <cmath>

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

struct Names
{
    QHash<QString, quint32> ids;
    QList<QString> names{QString()};
    std::optional<quint32> idOf(const QString &name)
    {
        if (name.isEmpty())
            return 0;
        auto it = ids.constFind(name);
        if (it == ids.constEnd()) {
            it = ids.insert(name, static_cast<quint32>(names.size()));
            names.append(name);
        }
        return *it;
    }
};

bool sameNumbers(const Value &a, const Value &b)
{
    const auto *x = std::get_if<double>(&a);
    const auto *y = std::get_if<double>(&b);
    return x && y && std::isnan(*x) && std::isnan(*y);
}

void requireSame(const QList<Reading> &a, const QList<Reading> &b)
{
    require(a.size() == b.size(), "as many readings as before");
    for (qsizetype i = 0; i < a.size(); ++i) {
        require(a[i].receivedAt == b[i].receivedAt && a[i].source == b[i].source, "the same stamp");
        require(a[i].sourceTime == b[i].sourceTime, "the same time of the source");
        require(a[i].samples.size() == b[i].samples.size(), "as many samples as before");
        for (qsizetype j = 0; j < a[i].samples.size(); ++j) {
            const Sample &x = a[i].samples[j];
            const Sample &y = b[i].samples[j];
            require(x.channel == y.channel && (x.value == y.value || sameNumbers(x.value, y.value)), "the same sample");
        }
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const Input input(data, size);
    const QByteArray bytes = input.rest().toByteArray();
    const auto nameOf = [](quint32 id) { return QStringLiteral("n%1").arg(id); };
    const auto decoded = decodeChunk(bytes, QStringLiteral("van-1"), nameOf);
    qsizetype scanned = 0;
    const bool scannable = scanChunk(
        bytes, [](quint32 name) { return name % 2 == 0; },
        [&scanned](quint32 name, TimePoint, double value) {
            require(name % 2 == 0, "only what is wanted is scanned");
            require(std::isfinite(value), "only finite values are scanned");
            ++scanned;
        });
    require(!decoded || scannable, "what can be decoded can be scanned");
    if (!decoded)
        return 0;
    require(!decoded->isEmpty() && decoded->size() <= bytes.size(), "a reading needs a byte");

    // The encoder wants the readings in order and each kind of value in its own column.
    Names names;
    std::vector<const Reading *> readings;
    for (const Reading &reading : *decoded)
        readings.push_back(&reading);
    const auto earlier = [](const Reading *a, const Reading *b) { return a->receivedAt < b->receivedAt; };
    if (!std::is_sorted(readings.cbegin(), readings.cend(), earlier))
        return 0;
    ChunkEncoder encoder;
    const QByteArray again = encoder.encode(readings, [&names](const QString &name) { return names.idOf(name); });
    const auto back =
        decodeChunk(again, QStringLiteral("van-1"), [&names](quint32 id) { return names.names.value(id); });
    require(back.has_value(), "what was written can be read");
    requireSame(*decoded, *back);
    return 0;
}
