#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: clang_format.sh ROOT: fails and shows where a C++ file is not formatted as .clang-format says.
set -euo pipefail
cd "$1"
find app hal models qml server tests -name '*.h' -o -name '*.cpp' | sort | xargs clang-format-19 --dry-run --Werror
