# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSocket and HTTP conformance of server/net, told to tocsin_echo from outside over real sockets.

    conformance.py ECHO [--tls] [--only PREFIX] [--list]

Every case is a row: what is sent, in which pieces, and everything that must come back. A row that ends without a close
is asked for a sign of life and closed properly, so that a server which says too much fails as well. The numbers are the
sections of RFC 6455 and RFC 7692 that a group of rows is about. Standard library only; loopback only; no fixed ports.
"""

import argparse
import asyncio
import sys
import time

import conformance_frames
import conformance_deflate
import conformance_http
from wire import Broken, Echo, Peer, REACTION, PING, close_frame, frame

AT_ONCE = 16  # cases under way; each has its own connection


async def run_frames(case, target):
    """Sends the row's bytes, compares the events, then leaves politely."""
    peer = await Peer.opened(target, case.extensions)
    try:
        asking = asyncio.ensure_future(peer.send(case.wire, case.piece))
        for wanted in case.events:
            got = await peer.event()
            if wanted.startswith("close") and ":" not in wanted:
                got = got.partition(":")[0]  # the words are the server's own
            if got != wanted:
                return f"wanted {wanted[:80]!r}, got {got[:80]!r}"
        await asyncio.wait_for(asking, REACTION)
        if not case.events or not case.events[-1].startswith(("close", "end")):
            await peer.send(frame(PING, b"are you there"))
            got = await peer.event()
            if got != "pong:are you there":
                return f"wanted a sign of life, got {got[:80]!r}"
            await peer.send(close_frame(1000))
            got = await peer.event()
            if got.partition(":")[0] != "close 1000":
                return f"wanted the close, got {got[:80]!r}"
        if case.events[-1:] != ["end"]:
            got = await peer.event()
            if got != "end":
                return f"wanted the end, got {got[:80]!r}"
        return None
    finally:
        peer.abort()


async def run_one(case, target, gate):
    async with gate:
        began = time.monotonic()
        try:
            wrong = await (run_frames(case, target) if case.talk is None else case.talk(target))
        except Broken as error:
            wrong = str(error)
        except Exception as error:  # pylint: disable=broad-except
            wrong = f"{type(error).__name__}: {error}"
        return case, wrong, time.monotonic() - began


async def run_all(cases, target):
    gate = asyncio.Semaphore(AT_ONCE)
    return await asyncio.gather(*(run_one(case, target, gate) for case in cases))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("echo", help="the program tocsin_echo")
    arguments.add_argument("--tls", action="store_true")
    arguments.add_argument("--only", default="", help="names that begin so")
    arguments.add_argument("--list", action="store_true")
    options = arguments.parse_args()
    every = [*conformance_frames.cases(options.tls), *conformance_deflate.cases(), *conformance_http.cases(options.tls)]
    names = [case.name for case in every]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    cases = [case for case in every if case.name.startswith(options.only)]
    if options.list:
        print("\n".join(case.name for case in cases))
        return 0
    echo = Echo(options.echo, options.tls)
    try:
        began = time.monotonic()
        results = asyncio.run(run_all(cases, echo.target))
        alive = echo.is_alive()
    finally:
        code = echo.stop()
    failed = [(case.name, wrong) for case, wrong, _ in results if wrong]
    for name, wrong in failed:
        print(f"FAIL {name}: {wrong}")
    print(f"{len(cases)} cases in {time.monotonic() - began:.1f} s: {len(cases) - len(failed)} passed, {len(failed)} failed")
    if not alive or code is None:
        print(f"FAIL the server ended with {echo.process.returncode}")
    return 1 if failed or not alive or code is None or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
