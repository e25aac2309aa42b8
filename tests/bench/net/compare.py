#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the load client against each server in turn, round by round, and writes medians and ratios as JSON.

usage: compare.py --load CLIENT --out FILE [--rounds N] [--seconds S] NAME=COMMAND…
The first server is the one the others are compared with. Servers print `listening HOST:PORT`. A machine that others use
as well makes wall time noisy: the rounds are interleaved, medians are taken, and what one delivery costs the server in
processor time, which other processes disturb less, stands beside the rates.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess

GRID = [(100, 64), (500, 16), (1000, 1)]
IDLE = [0, 1000, 4000, 10000]


class Server:
    def __init__(self, command):
        self.process = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = self.process.stdout.readline().rsplit(":", 1)[-1].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(load, server, *what):
    command = [load, server.port, *map(str, what)]
    if what[0] != "storm":
        command.append(str(server.process.pid))
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return json.loads(run.stdout)


def medians(results):
    numbers = {}
    for result in results:
        for key, value in result.items():
            if isinstance(value, (int, float)):
                numbers.setdefault(key, []).append(value)
    errors = [result["error"] for result in results if "error" in result]
    merged = {key: statistics.median(values) for key, values in numbers.items()}
    if errors:
        merged["errors"] = errors
    return merged


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--load", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--idle-most", type=int, default=10000)
    parser.add_argument("servers", nargs="+")
    arguments = parser.parse_args()
    servers = dict(text.split("=", 1) for text in arguments.servers)
    mine = next(iter(servers))
    found = {}

    def note(what, name, result):
        found.setdefault(what, {}).setdefault(name, []).append(result)

    load_before = os.getloadavg()
    for _ in range(arguments.rounds):
        for subscribers, window in GRID:
            for name, command in servers.items():
                with Server(command) as server:
                    note(f"fanout {subscribers}/{window}", name,
                         measure(arguments.load, server, "fanout", subscribers, window, arguments.seconds))
        for connections in (n for n in IDLE if n <= arguments.idle_most):
            for name, command in servers.items():
                with Server(command) as server:
                    note(f"idle {connections}", name, measure(arguments.load, server, "idle", connections, 3000))
        with Server(servers[mine]) as server:
            note("storm 9000", mine, measure(arguments.load, server, "storm", min(9000, arguments.idle_most)))
        with Server(servers[mine]) as server:
            note("never read 200", mine, measure(arguments.load, server, "stall", 200))
    report = {
        "commit": subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip(),
        "processors": os.cpu_count(), "load_average": [load_before, os.getloadavg()], "rounds": arguments.rounds,
        "results": {what: {name: medians(runs) for name, runs in by.items()} for what, by in found.items()},
    }
    for by in report["results"].values():
        for name, result in by.items():
            for key in ("deliveries_per_s", "deliveries_per_cpu_s"):
                if name != mine and result.get(key) and by[mine].get(key):
                    result["ratio_" + key] = round(by[mine][key] / result[key], 2)
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    for what, by in report["results"].items():
        for name, result in by.items():
            print(what, name, json.dumps(result))


if __name__ == "__main__":
    main()
