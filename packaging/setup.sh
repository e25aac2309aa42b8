# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by packaging/run.sh and tests/run.sh: what both need before they can build.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

# packages_in FILE…: the package names listed there.
packages_in() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

# need_packages FILE…: installs what is missing, or says what is needed and stops.
need_packages() {
    local wanted=() missing=() name
    mapfile -t wanted < <(packages_in "$@")
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "This system has no apt-get. Tocsin needs Qt 6.4 or newer and the libraries that Debian calls:"
        say "  ${wanted[*]}"
        if [ "${TOCSIN_SKIP_PACKAGES:-}" = 1 ]; then return; fi
        say "Install their equivalents, then run this again with TOCSIN_SKIP_PACKAGES=1."
        exit 1
    fi
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u)
    for name in "${wanted[@]}"; do
        # Some sources of nodejs bring npm along and conflict with the package.
        [ "$name" = npm ] && command -v npm >/dev/null && continue
        grep -qxF -- "$name" <<<"$installed" || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "These packages are missing, and neither root rights nor sudo are there to install them:"
            say "  ${missing[*]}"
            exit 1
        fi
        as_root=(sudo)
    fi
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
