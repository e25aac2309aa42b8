#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the tree itself: licence lines, file sizes, the top level, unfinished work, machine paths.

usage: repository.py ROOT
"""
import pathlib
import re
import subprocess
import sys

TOP = {"CMakeLists.txt", "CMakePresets.json", "app", "qml", "server", "hal", "models", "resources", "tests", "packaging",
       "README.md", "LICENSE", "ARCHITECTURE.md"}
SOURCE = {".h", ".cpp", ".qml", ".py", ".sh", ".cmake", ".mjs"}
MOST_LINES = {".h": 200, ".cpp": 600, ".qml": 600}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")


def files(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [root / name for name in listed.stdout.splitlines() if (root / name).is_file()]
    return [p for p in root.rglob("*") if p.is_file() and ".git" not in p.parts and "build" not in p.parts[len(root.parts)]]


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    read = 0
    for path in files(root):
        name = path.relative_to(root).as_posix()
        top = name.split("/")[0]
        if top not in TOP and not top.startswith("."):
            problems.append(f"{name}: nothing else belongs at the top level")
        if path.suffix not in SOURCE and path.name != "CMakeLists.txt":
            continue
        text = path.read_text(encoding="utf-8")
        read += 1
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in "\n".join(text.splitlines()[:3]):
            problems.append(f"{name}: the SPDX line is missing in the first three lines")
        lines = text.count("\n")
        if lines > MOST_LINES.get(path.suffix, 10**9) and top != "tests":
            problems.append(f"{name}: {lines} lines, at most {MOST_LINES[path.suffix]}: split by responsibility")
        if name != "tests/gates/repository.py":
            for number, line in enumerate(text.splitlines(), 1):
                if UNFINISHED.search(line):
                    problems.append(f"{name}:{number}: unfinished work")
                if MACHINE_PATH.search(line):
                    problems.append(f"{name}:{number}: a path of one machine")
    print("\n".join(problems))
    print(f"{read} files read, {len(problems)} problems")
    return 1 if problems or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
