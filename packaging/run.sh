#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds a release into build/ and starts the demo,
# or build/tocsin with the arguments given here instead.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=packaging/setup.sh
. packaging/setup.sh

need_packages packaging/packages-build.txt
[ -f build/build.ninja ] || cmake --preset release >&2
cmake --build build >&2

if [ $# -eq 0 ]; then
    set -- --demo
    if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ] && [ "$(uname)" = Linux ]; then
        say "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running the demo headless."
        say "Stop it with Ctrl+C."
        set -- --demo --headless
    fi
fi
exec build/tocsin "$@"
