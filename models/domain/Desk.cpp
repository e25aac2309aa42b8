// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Desk.h"

namespace tocsin {

QString toString(AdapterStatus::State state)
{
    switch (state) {
    case AdapterStatus::State::Stopped:
        return QStringLiteral("stopped");
    case AdapterStatus::State::Connecting:
        return QStringLiteral("connecting");
    case AdapterStatus::State::Running:
        return QStringLiteral("running");
    case AdapterStatus::State::Waiting:
        return QStringLiteral("waiting");
    case AdapterStatus::State::Failed:
        return QStringLiteral("failed");
    case AdapterStatus::State::Finished:
        break;
    }
    return QStringLiteral("finished");
}

} // namespace tocsin
