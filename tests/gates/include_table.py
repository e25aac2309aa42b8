#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails on an include, or a file, that the dependency table of ARCHITECTURE.md does not allow.

usage: include_table.py ROOT
Every project include is "folder/Name.h" from the root; a folder may include itself and what the table lists.
"""
import re
import sys

import cpp_gate

DOMAIN = {"models/domain"}
# folder: what it may include besides itself. The longest matching folder counts.
MAY_INCLUDE = {
    "models/domain": set(),
    "models/wire": DOMAIN,
    "models/link": DOMAIN | {"models/wire"},
    "models/probe": DOMAIN,
    "models": DOMAIN | {"models/probe"},
    "hal": DOMAIN,
    "server/net": DOMAIN,
    "server/dialects": DOMAIN | {"models/wire", "server/net"},
    "server/desk": DOMAIN | {"server/store/Store.h", "server/store/AccountStore.h", "server/cluster/Bus.h"},
    "server/notify": DOMAIN,
    "server/store": DOMAIN | {"models/wire"},
    "server/cluster": DOMAIN,
    "qml/controls": set(),
    "qml": {"models", "qml/controls"},
}
# Qt modules that a folder must not touch: logic without threads, clocks, sockets, JSON or QML.
FORBIDDEN_QT = {
    "models/domain": r"Q(Json|Thread|Timer|Tcp|Udp|WebSocket|Network|Qml|Quick|Sql|SerialPort|ElapsedTimer)\w*",
    "hal": r"Q(Qml|Quick|Widget|Gui|Sql|WebSocket)\w*",
    "server": r"Q(Qml|Quick|Widget|Gui|SerialPort)\w*",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path):
    """The table's row for a path, or None when it may include everything (app, tests)."""
    best = None
    for folder in MAY_INCLUDE:
        if path.startswith(folder + "/") and (best is None or len(folder) > len(best)):
            best = folder
    return best


def check_text(path, text):
    row = folder_of(path)
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == "<":
            for folder, pattern in FORBIDDEN_QT.items():
                if path.startswith(folder + "/") and re.fullmatch(pattern, target.split("/")[-1]):
                    problems.append(f"{path}:{number}: {folder} must not use <{target}>")
            continue
        if "/" not in target:
            if not target.endswith(".moc"):
                problems.append(f'{path}:{number}: write "{target}" with its folder, from the root')
            continue
        if row is None:
            continue
        target_row = folder_of(target)
        if target_row == row or target in MAY_INCLUDE[row] or target_row in MAY_INCLUDE[row]:
            continue
        problems.append(f"{path}:{number}: {row} must not include {target}")
    return problems


CASES = [
    ("models/domain/A.h", '#include "models/domain/B.h"', 0),
    ("models/domain/A.h", '#include "server/net/B.h"', 1),
    ("models/domain/A.h", "#include <QJsonObject>", 1),
    ("models/domain/A.h", "#include <QString>", 0),
    ("models/A.h", '#include "models/domain/B.h"', 0),
    ("models/A.h", '#include "models/wire/B.h"', 1),
    ("server/desk/A.cpp", '#include "server/store/Store.h"', 0),
    ("server/desk/A.cpp", '#include "server/store/LogStore.h"', 1),
    ("server/dialects/A.cpp", '#include "server/desk/Desk.h"', 1),
    ("server/dialects/A.cpp", '#include "server/net/Http.h"', 0),
    ("qml/controls/Gauge.h", '#include "models/Console.h"', 1),
    ("hal/A.cpp", "#include <QQmlEngine>", 1),
    ("hal/A.cpp", '#include "A.h"', 1),
    ("app/main.cpp", '#include "server/desk/Desk.h"', 0),
    ("tests/hal/t.cpp", '#include "t.moc"', 0),
]


if __name__ == "__main__":
    sys.exit(cpp_gate.run(check_text, CASES))
