// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/PlainTransport.h"

#ifdef Q_OS_UNIX
#include "server/net/DescriptorTransport.h"
#else
#include "server/net/TcpTransport.h"
#endif

namespace tocsin::net {

std::unique_ptr<Transport> makePlainTransport(qintptr descriptor)
{
#ifdef Q_OS_UNIX
    return DescriptorTransport::adopt(descriptor);
#else
    return TcpTransport::adopt(descriptor);
#endif
}

void prepareForManyConnections()
{
#ifdef Q_OS_UNIX
    raiseDescriptorLimit();
#endif
}

} // namespace tocsin::net
