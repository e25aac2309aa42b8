# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's sources as a build compiles them, for gates that give each to another compiler or checker."""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex

# The tests are left out: with them such a gate alone would take a third of the whole test run.
PROGRAM = ("app", "hal", "models", "qml", "server")
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def plain(command):
    """A compiler's own arguments, as a list: without its launcher and what concerns its precompiled header and nobody else."""
    words = shlex.split(command)
    start = next(i for i, word in enumerate(words) if re.search(r"(^|/)(clang\+\+|g\+\+|c\+\+)[-.\d]*$", word))
    kept, skip = [], 0
    for i, word in enumerate(words[start:]):
        if skip:
            skip -= 1
        elif word == "-Xclang" or (word == "-include" and words[start + i + 1].endswith("cmake_pch.hxx")):
            skip = 1
        elif word not in ("-Winvalid-pch", "-fpch-preprocess", "-fpch-instantiate-templates"):
            kept.append(word)
    return kept


def without_output(words):
    """The arguments of a command without what it makes and of what."""
    words = list(words)
    for option in ("-o", "-c"):
        at = words.index(option)
        del words[at:at + 2]
    return words


def for_header(words):
    """Likewise, for the header that all folders share: without the defines of those that use more than Qt Core."""
    return [word for word in without_output(words) if not re.match(r"-D(QT_(?!NO)|BOOST)", word)]


class Sources:
    """root: the project; build: a build directory with compile_commands.json; where: where what passed is remembered.
    Of a file that passed a hash is kept, of itself, the project headers that it reaches, its command and `common` (bytes)."""

    def __init__(self, root, build, where, common):
        self.root, self.build, self.where, self.common = root, build, where, common
        self.entries = json.loads((build / "compile_commands.json").read_text())
        self.commands = {}
        for entry in self.entries:
            path = pathlib.Path(entry["directory"], entry["file"]).resolve()
            if path.suffix == ".cpp" and any(path.is_relative_to(root / top) for top in PROGRAM):
                self.commands[path] = plain(entry["command"])

    @functools.lru_cache(maxsize=None)
    def content(self, path):
        return path.read_bytes()

    def reached(self, path):
        """Everything of the project that a source includes, itself first."""
        todo, seen = [path], []
        while todo:
            at = todo.pop()
            if at in seen or not at.is_file():
                continue
            seen.append(at)
            todo += [self.root / name.decode() for name in INCLUDE.findall(self.content(at))]
        return seen[:1] + sorted(seen[1:])

    def stamp(self, path):
        key = hashlib.sha256(self.common + shlex.join(self.commands[path]).encode())
        for part in self.reached(path):
            key.update(part.relative_to(self.root).as_posix().encode() + self.content(part))
        return self.where / key.hexdigest()

    def check(self, names, run):
        """Prints what run(path) finds in each (a text, or None) and returns the exit code of the gate. No names: all sources."""
        wanted = {pathlib.Path(name).resolve() for name in names}
        if not self.commands or wanted - set(self.commands):
            print("no sources" if not self.commands else f"not among the sources: {', '.join(map(str, wanted - set(self.commands)))}")
            return 1

        def one(path):
            stamp = self.stamp(path)
            found = None if stamp.exists() else run(path)
            if found is None:
                stamp.touch()
            return found and f"{path.relative_to(self.root)}:\n{found}"

        wanted = sorted(wanted or self.commands)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            problems = [text for text in pool.map(one, wanted) if text]
        print("\n".join(problems))
        print(f"{len(wanted)} sources, {len(problems)} with findings")
        return 1 if problems else 0
