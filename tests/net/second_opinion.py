# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an independent conformance tool, wsconf.py, against tocsin_echo where one is present beside the repository.

    second_opinion.py ECHO TOOL [--tls]      exit code 77 (skipped) when there is no such tool
"""

import collections
import json
import os
import subprocess
import sys
import tempfile

from wire import Echo

LIMIT = 10_485_760
SKIPPED = 77


def main():
    binary, tool, tls = sys.argv[1], sys.argv[2], "--tls" in sys.argv[3:]
    if not os.path.isfile(tool):
        print("no tool there")
        return SKIPPED
    echo = Echo(binary, tls)
    try:
        with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
            url = f"{'wss' if tls else 'ws'}://{echo.target.host}:{echo.target.port}/"
            subprocess.run([sys.executable, "-B", tool, url, "--limit", str(LIMIT), "--json", out.name], check=False)
            verdicts = collections.Counter(case["verdict"] for case in json.load(out))
    finally:
        code = echo.stop()
    print(dict(verdicts))
    good = verdicts["OK"] + verdicts["SOFT"] == sum(verdicts.values()) > 400
    return 0 if good and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
