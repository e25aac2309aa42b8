// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/domain/Chat.h"

namespace tocsin {

QString toString(ChatReceipt::Kind kind)
{
    switch (kind) {
    case ChatReceipt::Kind::Read:
        return QStringLiteral("read");
    case ChatReceipt::Kind::Acknowledged:
        return QStringLiteral("acknowledged");
    case ChatReceipt::Kind::Delivered:
        break;
    }
    return QStringLiteral("delivered");
}

std::optional<ChatReceipt::Kind> receiptKindFromString(QStringView text)
{
    for (const ChatReceipt::Kind kind :
         {ChatReceipt::Kind::Delivered, ChatReceipt::Kind::Read, ChatReceipt::Kind::Acknowledged}) {
        if (text == toString(kind))
            return kind;
    }
    return std::nullopt;
}

QString receiptKey(const ChatReceipt &receipt)
{
    constexpr QChar separator(0x1f);
    const QString key = receipt.thread + separator + receipt.personId + separator + toString(receipt.kind);
    return receipt.kind == ChatReceipt::Kind::Acknowledged ? key + separator + receipt.messageId : key;
}

} // namespace tocsin
