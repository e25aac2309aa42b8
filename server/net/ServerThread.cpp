// SPDX-License-Identifier: GPL-3.0-or-later
#include <QThread>

#if defined(Q_OS_LINUX) && !defined(TOCSIN_PORTABLE)
#include "server/net/EpollDispatcher.h"
#endif
#include "server/net/ServerThread.h"

namespace tocsin::net {

void setServerEventDispatcher([[maybe_unused]] QThread &thread)
{
#if defined(Q_OS_LINUX) && !defined(TOCSIN_PORTABLE)
    thread.setEventDispatcher(new EpollDispatcher);
#endif
}

} // namespace tocsin::net
