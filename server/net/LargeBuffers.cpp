// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/net/LargeBuffers.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tocsin::net {

void giveLargeBuffersBack()
{
#ifdef __GLIBC__
    constexpr int large = 262'144;    // above any frame that is sent often
    constexpr int spare = 4'194'304;  // may stay free at the heap's end
    mallopt(M_MMAP_THRESHOLD, large); // once set, it is learnt no more
    mallopt(M_TRIM_THRESHOLD, spare);
#endif
}

void giveFreedMemoryBack()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace tocsin::net
