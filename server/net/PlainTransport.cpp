// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/PlainTransport.h"

#include "server/net/Descriptor.h"

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

std::unique_ptr<Transport> duplicatePlain(qintptr descriptor)
{
    const qintptr duplicate = descriptor < 0 ? -1 : duplicateDescriptor(descriptor);
    return duplicate < 0 ? nullptr : makePlainTransport(duplicate);
}

void prepareForManyConnections()
{
#if defined(Q_OS_UNIX) && !defined(TOCSIN_PORTABLE)
    raiseDescriptorLimit();
#endif
}

} // namespace tocsin::net
