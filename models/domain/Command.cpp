// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Command.h"

namespace tocsin {

bool isOpen(const Command &command)
{
    return command.state == CommandState::Queued || command.state == CommandState::Sent ||
           command.state == CommandState::Accepted;
}

QString toString(CommandState state)
{
    switch (state) {
    case CommandState::Queued:
        return QStringLiteral("queued");
    case CommandState::Sent:
        return QStringLiteral("sent");
    case CommandState::Accepted:
        return QStringLiteral("accepted");
    case CommandState::Succeeded:
        return QStringLiteral("succeeded");
    case CommandState::Failed:
        return QStringLiteral("failed");
    case CommandState::TimedOut:
        return QStringLiteral("timed_out");
    case CommandState::Canceled:
        return QStringLiteral("canceled");
    case CommandState::Unknown:
        break;
    }
    return QStringLiteral("outcome_unknown");
}

std::optional<CommandState> commandStateFromString(QStringView text)
{
    for (const CommandState state :
         {CommandState::Queued, CommandState::Sent, CommandState::Accepted, CommandState::Succeeded,
          CommandState::Failed, CommandState::TimedOut, CommandState::Unknown, CommandState::Canceled}) {
        if (text == toString(state))
            return state;
    }
    return std::nullopt;
}

} // namespace tocsin
