#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the conformance tool wsconf against the echo program; passes when nothing is FAIL, LAX or SKIP.

usage: run_wsconf.py WSCONF ECHO ws|wss
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

LIMIT = 10_485_760


def main():
    tool, echo, scheme = sys.argv[1:4]
    command = [echo, "--listen", "127.0.0.1:0"] + (["--tls"] if scheme == "wss" else [])
    with tempfile.TemporaryDirectory() as directory, subprocess.Popen(command, stdout=subprocess.PIPE,
                                                                      text=True) as server:
        try:
            address = server.stdout.readline().split()[1].replace("http", "ws", 1)
            report = pathlib.Path(directory, "report.json")
            run = subprocess.run([sys.executable, "-B", tool, address + "/", "--limit", str(LIMIT), "--json",
                                  str(report)], capture_output=True, text=True, check=False)
            cases = json.loads(report.read_text()) if report.exists() else []
        finally:
            server.terminate()
    counts = collections.Counter(case["verdict"] for case in cases)
    bad = [case for case in cases if case["verdict"] in ("FAIL", "LAX", "SKIP")]
    for case in bad:
        print(case)
    print(run.stdout[-3000:], run.stderr[-1000:], dict(counts))
    return 0 if cases and not bad and run.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
