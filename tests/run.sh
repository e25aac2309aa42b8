#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds with AddressSanitizer and UndefinedBehaviorSanitizer into build-asan/
# and runs every test. Arguments go to ctest (tests/run.sh -R alert).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=packaging/setup.sh
. packaging/setup.sh

need_packages packaging/packages-build.txt packaging/packages-test.txt
[ -f build-asan/build.ninja ] || cmake --preset asan
cmake --build build-asan
# Reports of the sanitizers tell lines, not addresses.
export ASAN_SYMBOLIZER_PATH="${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer-19)}"
# Two more than there are processors: clang-tidy and GCC, at the lowest priority, fill what tests that wait leave free.
exec ctest --test-dir build-asan --parallel "$(($(nproc) + 2))" --output-on-failure "$@"
