#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the CI workflows name only what exists: presets, options, targets, tests, files; and that they bring every
Qt module and library that the build asks for. They cannot run here, so this is what keeps them from rotting.

usage: workflow.py ROOT
"""
import json
import pathlib
import re
import sys

import yaml

# Qt modules that come with Qt itself; the others by the name that the installer has for them.
QT_BASE = {"Core", "Gui", "Network", "Qml", "Quick", "QuickControls2", "QuickTest", "Sql", "Svg", "Test", "Widgets", "Concurrent"}
ADD_ONS = {"TextToSpeech": "qtspeech"}  # where the installer's name is not the module's
# What CMake asks for: what it is called for brew and for vcpkg ("": the system has it).
LIBRARIES = {"CURL": ("curl", "curl"), "Boost": ("boost", "boost-beast"), "libsodium": ("libsodium", "libsodium"), "ZLIB": ("", "zlib"),
             "sqlite3": ("sqlite", "sqlite3"), "msgpack": ("msgpack-cxx", "msgpack"), "OpenSSL": ("openssl@3", "openssl"), "PkgConfig": ("pkg-config", "pkgconf"), "tomlplusplus": ("tomlplusplus", "tomlplusplus")}
FIND = re.compile(r"find_package\((\w+)([^)]*)\)")
MODULES = re.compile(r"pkg_check_modules\(\w+([^)]*)\)")
WORDS = {"REQUIRED", "IMPORTED_TARGET", "GLOBAL", "COMPONENTS", "QUIET", "CONFIG"}


def names(text):
    return [word for word in text.split() if word not in WORDS and not re.fullmatch(r"[<>=]*[\d.]+", word)]


class Tree:
    """What the repository has."""

    def __init__(self, root):
        self.root = root
        presets = json.loads((root / "CMakePresets.json").read_text())
        self.presets = {kind: {p["name"] for p in presets.get(f"{kind}Presets", []) if not p.get("hidden")}
                        for kind in ("configure", "build", "test")}
        lists = [p for p in root.rglob("CMakeLists.txt") if not p.relative_to(root).parts[0].startswith("build")]
        self.cmake = "\n".join(re.sub(r"#.*", "", p.read_text()) for p in lists)
        self.options = set(re.findall(r"option\((\w+)", self.cmake))
        self.targets = set(re.findall(r"(?:add_executable|add_library|add_custom_target|tocsin_test|tocsin_library)\((\w+)", self.cmake))
        self.tests = self.targets | set(re.findall(r"NAME (\w+)", self.cmake))
        self.qt, self.libraries = set(), set()
        for package, rest in FIND.findall(self.cmake):
            if package.startswith("Qt6"):
                self.qt |= set(names(rest))
            else:
                self.libraries.add(package)
        for rest in MODULES.findall(self.cmake):
            self.libraries |= set(names(rest))
        if any("<toml++/" in p.read_text() for p in (root / "app").rglob("*.cpp")):
            self.libraries.add("tomlplusplus")


def check_command(tree, text):
    problems = []
    for pattern, kind in ((r"cmake --preset (\S+)", "configure"), (r"cmake --build --preset (\S+)", "build"), (r"ctest --preset (\S+)", "test")):
        problems += [f"there is no {kind} preset {name}" for name in re.findall(pattern, text) if name not in tree.presets[kind]]
    for name in re.findall(r"-D(\w+)=", text):
        if name not in tree.options and not name.startswith("CMAKE_"):
            problems.append(f"there is no option {name}")
    problems += [f"there is no target {name}" for name in re.findall(r"--target (\S+)", text) if name not in tree.targets]
    for line in re.findall(r"ctest .*-[ER] \"([^\"]+)\"", text):
        problems += [f"no test is called {part}" for part in line.split("|") if not any(re.search(part, test) for test in tree.tests)]
    for path in re.findall(r"(?<![\w$/])((?:\.ci|app|packaging|tests|resources)/[\w./-]+)", text):
        if not (tree.root / path).exists():
            problems.append(f"there is no {path}")
    return problems


def check_libraries(tree, text, qt_modules):
    problems = [f"the workflow does not install Qt's module {name}" for name in sorted(tree.qt - QT_BASE) if ADD_ONS.get(name, f"qt{name.lower()}") not in qt_modules]
    for library in sorted(tree.libraries):
        if library not in LIBRARIES:
            problems.append(f"{library}: say in workflow.py what it is called for brew and vcpkg")
            continue
        for line, name in zip(("brew install", "vcpkg install"), LIBRARIES[library]):
            installed = " ".join(re.findall(line + r"(.*)", text)).split()
            if name and name not in installed:
                problems.append(f"{line} does not name {name}")
    return problems


def check_workflow(tree, text):
    workflow = yaml.safe_load(text)
    problems = []
    if not workflow.get("jobs") or not workflow.get(True, workflow.get("on")):  # YAML 1.1 reads "on" as true
        return ["no jobs, or nothing starts them"]
    qt_modules = set()
    for name, job in workflow["jobs"].items():
        if "runs-on" not in job or not job.get("steps"):
            problems.append(f"{name}: no runs-on, or no steps")
        for step in job.get("steps", []):
            if ("run" in step) == ("uses" in step):
                problems.append(f"{name}: a step runs a command or uses an action")
            if "uses" in step and not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]):
                problems.append(f"{name}: {step['uses']}: name a version")
            qt_modules |= set(str(step.get("with", {}).get("modules", "")).split())
            problems += [f"{name}: {problem}" for problem in check_command(tree, str(step.get("run", "")))]
    return problems + check_libraries(tree, text, qt_modules)


def self_test(tree):
    cases = [
        ("cmake --preset asan && cmake --build --preset asan", 0),
        ("cmake --preset nonsense", 1),
        ("ctest --preset release", 1),
        ("cmake --preset dev -DTOCSIN_CONSOLE=OFF -DCMAKE_BUILD_TYPE=Release", 0),
        ("cmake -DTOCSIN_NONSENSE=ON", 1),
        ("cmake --build build --target tocsin", 0),
        ("cmake --build build --target nonsense", 1),
        ('ctest -E "^gate_|^nonsense_"', 1),
        (". packaging/setup.sh; .ci/run", 0),
        ("packaging/nonsense.txt", 1),
    ]
    wrong = [case for case in cases if len(check_command(tree, case[0])) != case[1]]
    if not check_libraries(tree, "brew install boost", set()):
        wrong.append("libraries")
    for case in wrong:
        print("self-test failed:", case)
    return not wrong


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    tree = Tree(root)
    if not self_test(tree):
        return 1
    workflows = sorted((root / ".github/workflows").glob("*.yml"))
    problems = [f"{path.name}: {problem}" for path in workflows for problem in check_workflow(tree, path.read_text())]
    print("\n".join(problems))
    print(f"{len(workflows)} workflows, {len(problems)} problems")
    return 1 if problems or not workflows else 0


if __name__ == "__main__":
    sys.exit(main())
