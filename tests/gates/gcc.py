#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets GCC read every source of the program, with the build's warnings as errors: test builds are clang's, what users get is GCC's.

usage: gcc.py ROOT BUILD [SOURCE…]   (all when none is named)
Nothing is compiled to code (-fsyntax-only). Files that passed are remembered in BUILD/gcc, so that a second run takes only
what changed.
"""
import os
import pathlib
import re
import subprocess
import sys

from sources import Sources, for_header

CLANGS = re.compile(r"-f(no-)?sanitize|-U__DEPRECATED")


def main():
    os.nice(19)  # the tests beside it have deadlines
    root, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    passed = build / "gcc"
    passed.mkdir(exist_ok=True)
    version = subprocess.run(["g++", "--version"], capture_output=True, check=True).stdout
    sources = Sources(root, build, passed, version)
    gcc = {path: ["g++", *(word for word in command[1:] if not CLANGS.match(word))] for path, command in sources.commands.items()}

    # The build's header, precompiled by GCC where it looks for it: beside the header's name.
    header = passed / "pch.hxx"
    of_build = (build / "CMakeFiles/tocsin_pch.dir/cmake_pch.hxx").read_text()
    header.write_text("".join(line + "\n" for line in of_build.splitlines() if line.startswith("#include")))
    subprocess.run([*for_header(gcc[min(gcc)]), "-x", "c++-header", str(header), "-o", f"{header}.gch"], check=True, cwd=build)

    def run(path):
        done = subprocess.run([*gcc[path][:1], "-include", str(header), "-fsyntax-only", *gcc[path][1:]], capture_output=True, text=True,
                              cwd=build)
        return None if done.returncode == 0 else done.stderr[-4000:]

    return sources.check(sys.argv[3:], run)


if __name__ == "__main__":
    sys.exit(main())
