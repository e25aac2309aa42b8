#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs clang-tidy (.clang-tidy, warnings are errors) over every source of the program that the build compiles.

usage: clang_tidy.py ROOT BUILD
Files that passed are remembered in BUILD/clang-tidy by a hash of themselves, every project header and the
configuration, so that a second run takes only what changed.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


# The tests are left out: with them the gate alone would take a third of the whole test run.
PROGRAM = ("app", "hal", "models", "qml", "server")


def main():
    root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    passed = build / "clang-tidy"
    passed.mkdir(exist_ok=True)
    common = hashlib.sha256((root / ".clang-tidy").read_bytes())
    for top in PROGRAM:
        for header in sorted((root / top).rglob("*.h")):
            common.update(header.read_bytes())
    sources = set()
    # clang cannot read GCC's precompiled header: the commands go without it, which also proves that no source needs it.
    commands = json.loads((build / "compile_commands.json").read_text())
    for entry in commands:
        entry["command"] = re.sub(r"-Winvalid-pch|-fpch-preprocess|-include \S*cmake_pch\.hxx", "", entry["command"])
    (passed / "compile_commands.json").write_text(json.dumps(commands))
    for entry in commands:
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.suffix == ".cpp" and any(path.is_relative_to(root / top) for top in PROGRAM):
            sources.add(path)

    def check(path):
        key = hashlib.sha256(common.digest() + path.read_bytes() + str(path.relative_to(root)).encode()).hexdigest()
        stamp = passed / key
        if stamp.exists():
            return None
        run = subprocess.run(["clang-tidy-19", "-p", str(passed), "--quiet", str(path)], capture_output=True, text=True)
        if run.returncode == 0:
            stamp.touch()
            return None
        return f"{path.relative_to(root)}:\n{run.stdout}{run.stderr[-2000:]}"

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [text for text in pool.map(check, sorted(sources)) if text]
    print("\n".join(problems))
    print(f"{len(sources)} sources, {len(problems)} with findings")
    return 1 if problems or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
