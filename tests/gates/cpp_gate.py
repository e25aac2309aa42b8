# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gates that read every C++ file, line by line, have in common."""
import pathlib
import sys

TOPS = ("app", "hal", "models", "qml", "server", "tests")


def run(check_text, cases, further=lambda root: []):
    """Runs a gate: `check_text(name, text)` gives problems, `cases` are (name, text, how many) that prove it,
    `further(root)` gives what is wrong elsewhere. Returns the exit code; the root is the program's first argument."""
    wrong = [case for case in cases if len(check_text(case[0], case[1])) != case[2]]
    for case in wrong:
        print("self-test failed:", case)
    if wrong:
        return 1
    root = pathlib.Path(sys.argv[1])
    problems = further(root)
    count = 0
    for top in TOPS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                count += 1
                problems += check_text(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    print("\n".join(problems))
    print(f"{count} files read, {len(problems)} problems")
    return 1 if problems or count == 0 else 0
