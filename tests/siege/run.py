# SPDX-License-Identifier: GPL-3.0-or-later
"""Besieges tocsin_echo and measures what it costs: memory of the server, round trips of a bystander, time until shed.

    run.py ECHO [--attackers 5000] [--seconds 10] [--only NAME,…] [--tls] [--together] [--json FILE]

One attack after the other, each on a fresh server; --together runs those that are named at once on one server, with
the attackers shared out. Fails when the server dies, keeps an attacker that it must shed, forgets the bystander, or
grows by more than 16 MiB + 2 x message limit + what that many attackers may cost (attacks.py). Round trips are printed
and never judged here: what they should be stands in tests/bench/RESULTS.md. TOCSIN_PATIENCE above 1 (sanitizers) leaves
memory unjudged too. Standard library only; loopback only.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import time

from attacks import ATTACKS, LIMIT, MIB
from wire import PATIENCE, Broken, Echo, Ended

ALLOWED = 16 * MIB + 2 * LIMIT  # for the server as a whole, whoever attacks
TLS_STATE = 131_072  # of one connection
CONNECTING_AT_ONCE = 100


class Memory:
    """Resident memory of the server: where it began, its peak since."""

    def __init__(self, pid):
        self.pid = pid
        self.before = self.now("VmRSS")
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the peak starts anew (proc(5))

    def now(self, key):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError(key)

    def grown(self):
        return self.now("VmHWM") - self.before


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bystander:
    def __init__(self, target, source):
        url = f"{'https' if target.tls else 'http'}://{target.host}:{target.port}"
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(here, "bystander.py"), url, *([source] if source else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("the bystander did not get in")

    def leave(self):
        out, _ = self.process.communicate(timeout=60 * PATIENCE)
        return json.loads(out)


async def one_life(attack, target, seconds, gate, lives):
    began = time.monotonic()
    try:
        async with gate:
            began = time.monotonic()
            life = asyncio.ensure_future(attack.life(target, seconds))
            await asyncio.wait([life], timeout=0.02)  # a little apart, or the accept queue overflows
        end = await life
    except (Broken, Ended, OSError) as error:
        end = f"{type(error).__name__}: {error}"
    lives.append((attack, end, time.monotonic() - began))


async def besiege(crew, target, seconds):
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
    lives = []
    await asyncio.gather(*(one_life(attack, target, seconds, gate, lives) for attack, count in crew for _ in range(count)))
    return lives


def fits(attack, attackers):
    return max(1, min(attack.most, int(attackers * attack.share)))


def run(name, crew, options):
    arguments = [word for attack, _ in crew for word in attack.arguments]
    echo = Echo(options.echo, options.tls, arguments)
    problems = []
    try:
        pid = echo.process.pid
        bystander = Bystander(echo.target, "127.0.0.2" if any(attack.apart for attack, _ in crew) else None)
        memory = Memory(pid)
        worked = processor_seconds(pid)
        began = time.monotonic()
        lives = asyncio.run(besiege(crew, echo.target, options.seconds))
        took = time.monotonic() - began
        if not echo.is_alive():
            problems.append(f"the server died: {echo.process.returncode}")
        grown = memory.grown() if echo.is_alive() else 0
        kept = memory.now("VmRSS") - memory.before if echo.is_alive() else 0
        worked = processor_seconds(pid) - worked if echo.is_alive() else 0
        felt = bystander.leave()
    finally:
        code = echo.stop()
    if code is None:
        problems.append("the server did not stop")
    elif code != 0:
        problems.append(f"the server ended with {code}")
    odd = {}
    for attack, end, _ in lives:
        if end not in attack.ends:
            odd[f"{attack.name}: {end}"] = odd.get(f"{attack.name}: {end}", 0) + 1
    problems += [f"{what} ({count} times)" for what, count in odd.items()]
    for attack, _ in crew:
        held = sum(1 for other, end, _ in lives if other is attack and end == "held")
        if held > attack.most_held:
            problems.append(f"{attack.name}: {held} got in, {attack.most_held} may")
    allowed = ALLOWED + sum((attack.each + (TLS_STATE if options.tls else 0)) * count for attack, count in crew)
    if PATIENCE <= 1 and grown > allowed:
        problems.append(f"grew by {grown / MIB:.1f} MiB, allowed are {allowed / MIB:.1f}")
    if PATIENCE <= 1 and kept > allowed - 2 * LIMIT:
        problems.append(f"keeps {kept / MIB:.1f} MiB when all is over")
    if felt["failures"] or not felt["open"]["count"]:
        problems.append(f"the bystander: {felt['failures'] or 'no answer'}")
    shed = [seconds for _, end, seconds in lives if end == "shed"]
    return {
        "attack": name, "tls": options.tls, "attackers": len(lives), "shed": len(shed),
        "shed_s_max": round(max(shed), 1) if shed else None, "seconds": round(took, 1),
        "grown_mib": round(grown / MIB, 1), "kept_mib": round(kept / MIB, 1), "allowed_mib": round(allowed / MIB, 1),
        "server_cpu_s": round(worked, 2),
        "round_trip_ms": felt["open"], "new_connection_ms": felt["new"], "problems": problems,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("echo", help="the program tocsin_echo")
    parser.add_argument("--attackers", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=10, help="of the floods")
    parser.add_argument("--only", default="", help="names, or: slow, floods")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 2 * options.attackers + 100:
        raise SystemExit(f"only {hard} descriptors: too few for {options.attackers} attackers")

    wanted = options.only.split(",") if options.only else []
    known = {attack.name for attack in ATTACKS} | {"slow", "floods"}
    if set(wanted) - known:
        raise SystemExit(f"unknown: {set(wanted) - known}; there are: {', '.join(sorted(known))}")
    chosen = [attack for attack in ATTACKS if (options.tls or not attack.only_tls) and (
        not wanted or attack.name in wanted or ("slow" if attack.slow else "floods") in wanted)]
    if options.together:
        share = options.attackers // len(chosen)
        crews = [("together: " + ", ".join(attack.name for attack in chosen), [(a, fits(a, share)) for a in chosen])]
    else:
        crews = [(attack.name, [(attack, fits(attack, options.attackers))]) for attack in chosen]

    results = []
    for name, crew in crews:
        result = run(name, crew, options)
        results.append(result)
        print(json.dumps(result), flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": {"cpus": os.cpu_count(), "system": platform.platform()}, "attackers": options.attackers,
                       "seconds": options.seconds, "results": results}, file, indent=1)
    return 1 if any(result["problems"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
