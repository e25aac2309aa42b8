// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Settings.h"
#include "server/net/TlsIdentity.h"

namespace tocsin {

/// The server's identity as configured: the user's certificate, or the one that Tocsin keeps in the data directory; empty when
/// no listener speaks TLS. Any thread; reads and writes files.
[[nodiscard]] net::TlsIdentity tlsIdentity(const Settings &settings, TimePoint now);

/// What is printed at the start: the fingerprints, and what clients need to trust us.
[[nodiscard]] QStringList fingerprintLines(const net::TlsIdentity &identity);

/// The sub-command `certificate`: names, validity, fingerprints, the file for clients. Main thread; needs a QCoreApplication.
/// Answers the process's exit code.
[[nodiscard]] int runCertificate(const Settings &settings);

} // namespace tocsin
