// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/PlainTransport.h"

#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
#include "server/net/DescriptorTransport.h"
#else
#include "server/net/TcpTransport.h"
#endif

namespace tocsin::net {

std::unique_ptr<Transport> makePlainTransport(qintptr descriptor)
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    return DescriptorTransport::adopt(descriptor);
#else
    return TcpTransport::adopt(descriptor);
#endif
}

void prepareForManyConnections()
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    raiseDescriptorLimit();
#endif
}

} // namespace tocsin::net
