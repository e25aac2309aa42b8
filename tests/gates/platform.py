#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Platform code stays in its few files: fails on a system's macro or header anywhere else.

usage: platform.py ROOT
The program's files are listed one by one, with what only some systems compile; tests may use a system's calls only
behind a condition of their CMakeLists.txt or of the preprocessor.
"""
import re
import sys

import cpp_gate

# Every file of the program that knows which system it runs on. A new one needs a reason: most things Qt has already.
PLATFORM = {
    "app/StopSignals.cpp": "signals, and Windows' console events",
    "app/main.cpp": "whether there is a display",
    "server/net/DeadlineTimer.cpp": "Linux: timerfd, finer than milliseconds",
    "server/net/Descriptor.cpp": "what the front door asks of a bare socket",
    "server/net/DescriptorListener.cpp": "Unix: accept4, the spare descriptor",
    "server/net/DescriptorTransport.cpp": "Unix: bare sockets",
    "server/net/EpollDispatcher.cpp": "Linux: epoll",
    "server/net/Listener.cpp": "chooses the listener",
    "server/net/PlainTransport.cpp": "chooses the transport",
    "server/net/ServerThread.cpp": "chooses the event dispatcher",
    "server/net/TcpTransport.cpp": "the half-close that Qt lacks",
    "server/store/DataDirectory.cpp": "the lock, fsync, link",
}
# Compiled on some systems only, by their CMakeLists.txt: who includes their headers must ask for the system too.
CONDITIONAL = {"server/net/DescriptorListener.h", "server/net/DescriptorTransport.h", "server/net/EpollDispatcher.h"}

MACRO = re.compile(r"\b(Q_OS_\w+|_WIN32|_WIN64|__linux__|__unix__|__APPLE__|__MINGW\w+__|_MSC_VER|TOCSIN_PORTABLE)\b")
HEADER = re.compile(r"<((sys|netinet|arpa|net|linux|mach)/[\w./]+|unistd|fcntl|poll|signal|csignal|pthread|pty|termios|dlfcn|pwd|grp"
                    r"|ifaddrs|netdb|sched|syslog|windows|winsock2|ws2tcpip|io|direct|process)(\.h)?>")
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")')
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)")


def code_of(line):
    return line.split("//")[0]


def check_text(name, text):
    problems = []
    in_tests = name.startswith("tests/")
    allowed = in_tests or name in PLATFORM
    conditions = []  # of each open #if: whether it asks for a system
    for number, line in enumerate(text.splitlines(), 1):
        code = code_of(line)
        condition = CONDITION.match(code)
        if condition:
            word = condition.group(1)
            if word in ("if", "ifdef", "ifndef"):
                conditions.append(bool(MACRO.search(condition.group(2))))
            elif word == "endif" and conditions:
                conditions.pop()
        if not allowed and MACRO.search(code):
            problems.append(f"{name}:{number}: asks for the system ({MACRO.search(code).group(1)})")
        include = INCLUDE.match(code)
        if not include:
            continue
        target = include.group(1)
        if not allowed and HEADER.fullmatch(target):
            problems.append(f"{name}:{number}: includes {target} of a system")
        if target.strip('"') in CONDITIONAL and not any(conditions) and not in_tests and target.strip('"')[:-2] != name[:-4]:
            problems.append(f"{name}:{number}: {target} is not there on every system; ask for it first")
    return problems


CASES = [
    ("models/A.cpp", "#ifdef Q_OS_LINUX\n#endif", 1),
    ("models/A.cpp", "#include <sys/socket.h>", 1),
    ("hal/A.h", "#include <csignal>", 1),
    ("hal/A.cpp", "#include <unistd.h>", 1),
    ("hal/A.cpp", "#include <memory>\n#include <QProcess>\n// Q_OS_LINUX", 0),
    ("app/B.cpp", "#if defined(_WIN32)\n#endif", 1),
    ("app/StopSignals.cpp", "#ifdef Q_OS_WIN\n#include <windows.h>\n#endif", 0),
    ("server/net/PlainTransport.cpp", '#include "server/net/DescriptorTransport.h"', 1),
    ("server/net/PlainTransport.cpp", '#ifdef Q_OS_UNIX\n#include "server/net/DescriptorTransport.h"\n#endif', 0),
    ("server/net/DescriptorTransport.cpp", '#include "server/net/DescriptorTransport.h"', 0),
    ("tests/net/t.cpp", "#include <sys/socket.h>", 0),
]


def check_list(root):
    problems = [f"{name}: listed, but not there" for name in [*PLATFORM, *CONDITIONAL] if not (root / name).is_file()]
    for name in PLATFORM:
        text = (root / name).read_text() if (root / name).is_file() else "Q_OS_"
        if not MACRO.search(text) and not HEADER.search(text):
            problems.append(f"{name}: listed as platform code, but has none")
    return problems


if __name__ == "__main__":
    sys.exit(cpp_gate.run(check_text, CASES, check_list))
