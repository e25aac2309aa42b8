#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs clang-tidy (.clang-tidy, warnings are errors) over every source of the program that the build compiles.

usage: clang_tidy.py ROOT BUILD [SOURCE…]   (all when none is named)
Files that passed are remembered in BUILD/clang-tidy, so that a second run takes only what changed. A plugin
(tidy/own_code.cpp) keeps the checks out of system headers; tidy/bad.cpp holds findings of every kind and place, and the
gate fails when one of them is not found.
"""
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from sources import Sources, for_header, without_output

HERE = pathlib.Path(__file__).resolve().parent / "tidy"
KNOWN_BAD = {"bugprone-macro-parentheses", "performance-unnecessary-value-param", "performance-for-range-copy",
             "bugprone-use-after-move", "clang-analyzer-core.DivideZero", "clang-diagnostic-reserved-identifier",
             "clang-diagnostic-reserved-macro-identifier"}


def plugin_name():
    return f"own_code-{hashlib.sha256((HERE / 'own_code.cpp').read_bytes()).hexdigest()[:16]}.so"


def build_plugin(plugin):
    """Anew only when its source changed."""
    if not plugin.exists():
        include = subprocess.run(["llvm-config-19", "--includedir"], capture_output=True, text=True, check=True).stdout.strip()
        draft = plugin.with_suffix(".new")
        subprocess.run(["clang++-19", "-std=c++20", "-fno-rtti", "-O1", "-shared", "-fPIC", "-D_GNU_SOURCE", "-isystem", include,
                        str(HERE / "own_code.cpp"), "-o", str(draft)], check=True)
        draft.replace(plugin)


def build_pch(passed, build, command):
    """The build's header precompiled without warnings, with the templates that it uses: read once, not four hundred times."""
    pch = passed / "own.pch"
    header = build / "CMakeFiles/tocsin_pch.dir/cmake_pch.hxx"
    subprocess.run(["clang++-19", *for_header(command)[1:], "-w", "-Wno-error", "-x", "c++-header", str(header), "-o", str(pch)], check=True, cwd=build)
    return pch


def main():
    os.nice(19)  # the tests beside it have deadlines
    root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    passed = build / "clang-tidy"
    passed.mkdir(exist_ok=True)
    plugin = passed / plugin_name()
    build_plugin(plugin)
    sources = Sources(root, build, passed, (root / ".clang-tidy").read_bytes() + plugin.name.encode())
    first = sources.commands[min(sources.commands)]
    pch = build_pch(passed, build, first)
    # bad.cpp is compiled as the first source of the program is.
    todo = {**sources.commands, HERE / "bad.cpp": [*without_output(first), "-c", str(HERE / "bad.cpp")]}
    (passed / "compile_commands.json").write_text(json.dumps([
        {"directory": str(build), "file": str(path), "command": shlex.join([*command[:1], "-include-pch", str(pch), *command[1:]])}
        for path, command in todo.items()]))

    def tidy(path):
        return subprocess.run(["clang-tidy-19", "-load", str(plugin), "-checks=tocsin-own-code", "-p", str(passed), "--quiet", str(path)],
                              capture_output=True, text=True)

    def run(path):
        done = tidy(path)
        return None if done.returncode == 0 else done.stdout + done.stderr[-2000:]

    missed = KNOWN_BAD - set(re.findall(r"\[([\w.-]+)", tidy(HERE / "bad.cpp").stdout))
    if missed:
        print("not found in tidy/bad.cpp:", ", ".join(sorted(missed)))
        return 1
    return sources.check(sys.argv[3:], run)


if __name__ == "__main__":
    sys.exit(main())
