#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: tests/fuzz/run.sh SECONDS [TARGET…]: builds the fuzz targets with clang-19 and runs each so long.
# What they find new is kept in build-fuzz/corpus/TARGET, a failing input in build-fuzz/findings: add it to
# tests/fuzz/corpus/TARGET together with the mend. Ends with 1 when there was a finding.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=packaging/setup.sh
. packaging/setup.sh

seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET…]}
shift
need_packages packaging/packages-build.txt packaging/packages-test.txt
[ -f build-fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build-fuzz --target fuzz
[ $# -gt 0 ] || { IFS=';' read -ra all <build-fuzz/tests/fuzz-targets.txt; set -- "${all[@]}"; }
mkdir -p build-fuzz/findings
status=0
for target in "$@"; do
    mkdir -p "build-fuzz/corpus/$target"
    log=build-fuzz/findings/$target.log
    if QT_LOGGING_RULES='*=false' UBSAN_OPTIONS=print_stacktrace=1 "build-fuzz/tests/bin/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 -artifact_prefix="build-fuzz/findings/$target-" \
        "build-fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        result=ok
    else
        result=FAILED
        status=1
    fi
    grep -hE 'DONE|property violated|ERROR|runtime error|SUMMARY|Test unit written' "$log" | tail -4 | sed "s/^/$target: /"
    rate=$(sed -n 's/.*average_exec_per_sec: *//p' "$log")
    echo "$target: $result, ${rate:-?} runs/s"
done
exit $status
