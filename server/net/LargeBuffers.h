// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tocsin::net {

/// Makes large buffers go back to the system as soon as they are freed. glibc would otherwise learn from the first large
/// message that such sizes are usual and keep them on its heap from then on (mallopt(3), M_MMAP_THRESHOLD): one client
/// could make the process 40 MiB larger for good. Sets it for the whole process; does nothing without glibc.
void giveLargeBuffersBack();

/// Gives back what many small frees have left, for example of a crowd of slow readers: 380 MiB were seen to stay. Takes
/// some milliseconds; call it when many connections have ended, and not often.
void giveFreedMemoryBack();

} // namespace tocsin::net
