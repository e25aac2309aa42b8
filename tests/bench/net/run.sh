#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the transport benchmarks, runs them beside Node's `ws` and FastAPI on this machine, writes JSON and shows a table.
# Usage: tests/bench/net/run.sh [FILE.json]; ROUNDS=5 (interleaved, medians are taken), SECONDS_EACH=2, IDLE_MOST=10000,
# BUILD=build-bench.
# The peers are installed for the run: `ws` from npm into a temporary folder, FastAPI and uvicorn from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/../../.."
out=${1:-build-bench/net.json}
build=${BUILD:-build-bench}
peers=$PWD/tests/bench/net/peers

[ -f "$build/build.ninja" ] || cmake --preset bench -DTOCSIN_CONSOLE=OFF
cmake --build "$build" --target bench_net_server bench_net_load
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$peers/package.json" "$peers/ws_server.js" "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)
/usr/bin/python3 -c 'import fastapi, uvicorn, websockets' 2>/dev/null ||
    apt-get install --yes --no-install-recommends python3-fastapi python3-uvicorn python3-websockets
ulimit -n "$(ulimit -Hn)"
exec /usr/bin/python3 tests/bench/net/compare.py --load "$build/tests/bin/bench_net_load" --out "$out" \
    --rounds "${ROUNDS:-5}" --seconds "${SECONDS_EACH:-2}" --idle-most "${IDLE_MOST:-10000}" \
    "tocsin=$build/tests/bin/bench_net_server" "ws=node $work/ws_server.js" \
    "fastapi=/usr/bin/python3 $peers/fastapi_server.py"
