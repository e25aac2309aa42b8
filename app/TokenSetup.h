// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"
#include "server/net/TokenIssuer.h"

namespace tocsin {

/// What tokens are checked and signed with, as the settings say. Reads the key files; blocking; main thread.
struct TokenSetup
{
    net::TokenKeys keys;
    net::TokenIssuer issuer;
    QString error; ///< a sentence naming the setting and the file

    /// `ownKey` is the data directory's.
    [[nodiscard]] static TokenSetup read(const Settings &settings, const QByteArray &ownKey);
};

} // namespace tocsin
