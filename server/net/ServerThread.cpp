// SPDX-License-Identifier: GPL-3.0-or-later
#include <QThread>

#ifdef Q_OS_LINUX
#include "server/net/EpollDispatcher.h"
#endif
#include "server/net/ServerThread.h"

namespace tocsin::net {

void setServerEventDispatcher([[maybe_unused]] QThread &thread)
{
#ifdef Q_OS_LINUX
    thread.setEventDispatcher(new EpollDispatcher);
#endif
}

} // namespace tocsin::net
