// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

namespace tocsin {

/// A frame's payload as the inspector may show it, at most `most` characters: what stands behind a key that names a secret (token,
/// password, auth, Authorization, pin, …), wherever it stands and however it is escaped, and whatever looks like a token,
/// is "•••". Binary payloads are shown as JSON where they are MessagePack, else as their size and first bytes. Plain function, any thread.
[[nodiscard]] QString shownText(QByteArrayView payload, bool binary, qsizetype most);

/// The same for text alone.
[[nodiscard]] QString withoutSecrets(const QString &text);

} // namespace tocsin
