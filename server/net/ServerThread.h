// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace tocsin::net {

/// Gives a thread that has not started the event dispatcher that suits a server with thousands of sockets; where the
/// platform has none of ours, the thread keeps Qt's.
void setServerEventDispatcher(QThread &thread);

} // namespace tocsin::net
