// SPDX-License-Identifier: GPL-3.0-or-later
// Request targets: what is accepted holds nothing that walks out of a tree or means two things.
#include "server/dialects/Route.h"
#include "server/net/Target.h"
#include "tests/fuzz/Fuzz.h"

#include <QUrl>

using namespace tocsin;
using namespace tocsin::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const Input input(data, size);
    const net::Target target = net::parseTarget(input.rest());
    if (!target.error.isEmpty()) {
        require(target.path.isEmpty(), "what is refused has no path");
        return 0;
    }
    if (target.path == QLatin1String("*"))
        return 0;
    require(target.path.startsWith(QLatin1Char('/')), "a path begins with a slash");
    for (const QChar c : target.path)
        require(c.unicode() >= 0x20 && c.unicode() != 0x7F, "a path holds no control character");
    for (const QString &segment : target.path.split(QLatin1Char('/')))
        require(segment != QLatin1String("..") && segment != QLatin1String("."), "a path holds no dot segment");
    require(!target.authority.contains('/') && !target.authority.contains('@'), "an authority is a host alone");
    for (const auto &[name, value] : target.query.queryItems(QUrl::FullyDecoded))
        require(!name.contains(QChar(0)) && !value.contains(QChar(0)), "a query holds no NUL");

    const net::Target again = net::parseTarget(QUrl::toPercentEncoding(target.path, "/"));
    require(again.error.isEmpty() && again.path == target.path, "an accepted path, escaped again, is the same");

    QString subject;
    if (matchesPattern("/ws/telemetry/{id}", target.path, &subject)) {
        require(!subject.isEmpty() && subject.size() <= 128, "an id has 1 to 128 characters");
        require(!subject.contains(QLatin1Char('/')), "an id is one segment");
    }
    return 0;
}
