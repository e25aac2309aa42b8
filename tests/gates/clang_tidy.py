#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs clang-tidy (.clang-tidy, warnings are errors) over every source of the program that the build compiles.

usage: clang_tidy.py ROOT BUILD [SOURCE…]   (all when none is named)
Files that passed are remembered in BUILD/clang-tidy by a hash of themselves, the project headers that they reach and the
configuration, so that a second run takes only what changed. A plugin (tidy/own_code.cpp) keeps the checks out of system
headers; tidy/bad.cpp holds findings of every kind and place, and the gate fails when one of them is not found.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


# The tests are left out: with them the gate alone would take a third of the whole test run.
PROGRAM = ("app", "hal", "models", "qml", "server")
HERE = pathlib.Path(__file__).resolve().parent / "tidy"
KNOWN_BAD = {"bugprone-macro-parentheses", "performance-unnecessary-value-param", "performance-for-range-copy",
             "bugprone-use-after-move", "clang-analyzer-core.DivideZero", "clang-diagnostic-reserved-identifier",
             "clang-diagnostic-reserved-macro-identifier"}
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def build_plugin(passed):
    """The plugin's path; built anew only when its source changed."""
    source = HERE / "own_code.cpp"
    plugin = passed / f"own_code-{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}.so"
    if not plugin.exists():
        include = subprocess.run(["llvm-config-19", "--includedir"], capture_output=True, text=True, check=True).stdout.strip()
        draft = plugin.with_suffix(".new")
        subprocess.run(["clang++-19", "-std=c++20", "-fno-rtti", "-O1", "-shared", "-fPIC", "-D_GNU_SOURCE", "-isystem", include,
                        str(source), "-o", str(draft)], check=True)
        draft.replace(plugin)
    return plugin


def plain(command):
    """clang cannot read GCC's precompiled header: the command goes without it."""
    return re.sub(r"-Winvalid-pch|-fpch-preprocess|-include \S*cmake_pch\.hxx", "", command)


def build_pch(passed, build, command):
    """The same header precompiled by clang: what all sources include is read once, not three hundred times."""
    pch = passed / "own.pch"
    header = build / "CMakeFiles/tocsin_pch.dir/cmake_pch.hxx"
    command = re.sub(r"^.*? (?=-)", "clang++-19 ", command[command.index("c++ ") :], count=1)
    command = re.sub(r"-D(QT_(?!NO)|BOOST)\S+ ", "", command)  # of the folders that use more than Qt Core
    command = re.sub(r" -o \S+ -c \S+", f" -w -Wno-error -x c++-header {header} -o {pch}", command)
    subprocess.run(command, shell=True, check=True, cwd=build)
    return pch


def main():
    os.nice(19)  # the tests beside it have deadlines
    root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    passed = build / "clang-tidy"
    passed.mkdir(exist_ok=True)
    plugin = build_plugin(passed)
    commands = json.loads((build / "compile_commands.json").read_text())
    sources = {}
    for entry in commands:
        entry["command"] = plain(entry["command"])
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.suffix == ".cpp" and any(path.is_relative_to(root / top) for top in PROGRAM):
            sources[path] = entry["command"]
    wanted = {pathlib.Path(name).resolve() for name in sys.argv[3:]}
    if not sources or wanted - set(sources):
        print("no sources" if not sources else f"not among the sources: {', '.join(map(str, wanted - set(sources)))}")
        return 1
    # bad.cpp is compiled as the first source of the program is.
    first = next(e for e in commands if pathlib.Path(e["directory"], e["file"]).resolve() == min(sources))
    commands.append({"directory": first["directory"], "file": str(HERE / "bad.cpp"),
                     "command": re.sub(r" -o \S+ -c \S+", f" -c {HERE / 'bad.cpp'}", first["command"])})
    pch = build_pch(passed, build, first["command"])
    for entry in commands:
        entry["command"] = entry["command"].replace(" -c ", f" -include-pch {pch} -c ", 1)
    (passed / "compile_commands.json").write_text(json.dumps(commands))
    common = (root / ".clang-tidy").read_bytes() + plugin.name.encode()

    @functools.lru_cache(maxsize=None)
    def content(path):
        return path.read_bytes()

    def reached(path):
        """Everything of the project that a source includes, itself first."""
        todo, seen = [path], []
        while todo:
            at = todo.pop()
            if at in seen or not at.is_file():
                continue
            seen.append(at)
            todo += [root / name.decode() for name in INCLUDE.findall(content(at))]
        return seen[:1] + sorted(seen[1:])

    def tidy(path):
        return subprocess.run(["clang-tidy-19", "-load", str(plugin), "-checks=tocsin-own-code", "-p", str(passed), "--quiet", str(path)],
                              capture_output=True, text=True)

    def check(path):
        key = hashlib.sha256(common + sources[path].encode())
        for part in reached(path):
            key.update(part.relative_to(root).as_posix().encode() + content(part))
        stamp = passed / key.hexdigest()
        if stamp.exists():
            return None
        run = tidy(path)
        if run.returncode == 0:
            stamp.touch()
            return None
        return f"{path.relative_to(root)}:\n{run.stdout}{run.stderr[-2000:]}"

    missed = KNOWN_BAD - set(re.findall(r"\[([\w.-]+)", tidy(HERE / "bad.cpp").stdout))
    if missed:
        print("not found in tidy/bad.cpp:", ", ".join(sorted(missed)))
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [text for text in pool.map(check, sorted(wanted or sources)) if text]
    print("\n".join(problems))
    print(f"{len(wanted or sources)} sources, {len(problems)} with findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
