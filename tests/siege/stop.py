# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops tocsin_echo while many are connected: all are told 1001 and when to come back, and it ends within 5 s.

    stop.py ECHO [--clients 10000] [--tls]

One client in ten is no good one: some take nothing, some are in the middle of a message, some of a request.
"""

import argparse
import asyncio
import json
import re
import resource
import signal
import sys
import time

from attacks import deaf, push
from run import processor_seconds
from wire import BINARY, PATIENCE, TEXT, Broken, Echo, Ended, Peer, close_frame, frame, part  # attacks knows where

WITHIN = 5.0 * PATIENCE
AT_ONCE = 100
LONG = 120 * PATIENCE  # until everybody is in


async def good(target, gate, told):
    async with gate:
        peer = await Peer.opened(target)
    try:
        await peer.send(frame(TEXT, "in"))
        if await peer.event() != "text:in":
            raise Broken("no echo")
        told["in"] += 1
        last = await peer.event(patience=LONG)
        told["stopped_at"].append(time.monotonic())
        if last.startswith("close 1001:") and re.search(r"retry_ms=\d+", last):
            told["told"] += 1
            told["retry"].add(last.rpartition("=")[2])
        else:
            told["else"].append(last)
        await peer.send(close_frame(1001))
    except (Broken, Ended, OSError) as error:
        told["else"].append(f"{type(error).__name__}: {error}")
    finally:
        peer.abort()


async def bad(target, gate, kind, told):
    async with gate:
        peer = await (Peer.connect(target) if kind == 2 else Peer.opened(target))
    told["in"] += 1
    try:
        if kind == 0:
            deaf(peer)
            await push(peer, frame(BINARY, b"x" * 1000) * 60, 0.5)
        elif kind == 1:
            await peer.send(part(TEXT, "half a"))
        else:
            await peer.send(b"GET / HTTP/1.1\r\nHost: half")
        await asyncio.sleep(LONG)
    finally:
        peer.abort()


async def main_async(echo, clients):
    gate = asyncio.Semaphore(AT_ONCE)
    told = {"in": 0, "told": 0, "else": [], "retry": set(), "stopped_at": []}
    loop = asyncio.get_running_loop()
    bads = [asyncio.ensure_future(bad(echo.target, gate, i // 10 % 3, told)) for i in range(0, clients, 10)]
    goods = [asyncio.ensure_future(good(echo.target, gate, told)) for i in range(clients) if i % 10]
    until = time.monotonic() + 60 * PATIENCE
    while told["in"] < clients and time.monotonic() < until:
        await asyncio.sleep(0.05)  # between two looks
    connected = told["in"]
    worked = processor_seconds(echo.process.pid)
    began = time.monotonic()
    echo.process.send_signal(signal.SIGTERM)

    def end():  # looks at the clock itself: the loop is busy with the clients
        return echo.process.wait(30 * PATIENCE), time.monotonic() - began
    code, ended = await loop.run_in_executor(None, end)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = usage.ru_utime + usage.ru_stime - worked
    await asyncio.wait(goods, timeout=10 * PATIENCE)
    for one in [*bads, *goods]:
        one.cancel()
    await asyncio.gather(*bads, *goods, return_exceptions=True)
    last = max(told["stopped_at"], default=began) - began
    return {"clients": clients, "connected": connected, "good": len(goods), "told_1001_with_retry": told["told"],
            "different_retry_times": len(told["retry"]), "last_told_s": round(last, 2), "server_ended_s": round(ended, 2),
            "server_cpu_s": round(worked, 2),
            "exit_code": code, "otherwise": told["else"][:5]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("echo")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    echo = Echo(options.echo, options.tls)
    try:
        result = asyncio.run(main_async(echo, options.clients))
    finally:
        if echo.is_alive():
            echo.stop()
    print(json.dumps(result))
    good_end = result["connected"] == options.clients and result["told_1001_with_retry"] == result["good"] and \
        result["exit_code"] == 0 and result["server_ended_s"] <= WITHIN and result["different_retry_times"] > 1
    return 0 if good_end else 1


if __name__ == "__main__":
    sys.exit(main())
