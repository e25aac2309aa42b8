# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad network (fault_proxy.py) under panics, chats, acknowledges and commands: nothing lost, twice or out of order, says history_checker.py.
Over plain TCP and over TLS, at the same time, each with a server of its own.

usage: test_faults.py [--only plain|tls] [--seed N]
TOCSIN_FAULT_SECONDS   how long (180)
"""

import argparse
import asyncio
import os
import ssl
import sys
import tempfile

from durable_clients import Door, Shift
from fault_proxy import ENDING, PASSING, FaultProxy
from test_kill9 import provide, verdict
from tocsin_process import Case, Tocsin, add_user, main, token_of

SECONDS = float(os.environ.get("TOCSIN_FAULT_SECONDS", "180"))
ENOUGH = 60  # seconds in which every fault must have been met
OPTIONS = argparse.Namespace(only=None, seed=1)


class Faults(Case):
    async def test_a_bad_network_loses_nothing(self):
        kinds = [OPTIONS.only] if OPTIONS.only else ["plain", "tls"]
        trials = [asyncio.create_task(self.trial(kind == "tls", OPTIONS.seed + number)) for number, kind in enumerate(kinds)]
        try:
            await asyncio.gather(*trials)
        finally:
            for trial in trials:
                trial.cancel()
            await asyncio.gather(*trials, return_exceptions=True)

    async def trial(self, tls, seed):
        data, histories = self.data_directory(), tempfile.mkdtemp(prefix="tocsin-histories-")
        for name, role in [("anna", "citizen"), ("dana", "dispatcher")]:
            await asyncio.to_thread(add_user, data, name, role)
        anna, dana = [await asyncio.to_thread(token_of, data, name, "--ttl", "7d") for name in ("anna", "dana")]
        server = Tocsin("--listen", "https://127.0.0.1:0", data=data)
        await asyncio.to_thread(server.start)
        self.addCleanup(server.kill)
        port, context = server.port, None
        if tls:
            port = int(server.process.stdout.readline().decode().rsplit(":", 1)[1])
            context = ssl.create_default_context(cafile=os.path.join(data, "tls", "ca.pem"))
        proxy = FaultProxy("127.0.0.1", port, seed, tls)
        await proxy.start()
        door = Door(context, compress=tls)  # see fault_proxy: a changed bit of a plain, deflated message
        door.open(proxy.host, proxy.port)
        proxy.calm = True
        await provide(door, dana)
        shift = Shift(door, histories, anna, dana, slow=0.02, patience=3, pace=0.1)
        await shift.begin()
        proxy.calm = False
        await asyncio.sleep(SECONDS)  # the length of the trial
        proxy.heal()
        await shift.finish(90)
        await proxy.stop()
        result = await asyncio.to_thread(verdict, shift.paths())
        connections = sum(client.connections for client in [*shift.writers, *shift.readers, shift.phone])
        print(f"{'TLS' if tls else 'plain'}: {SECONDS:.0f} s, {connections} connections, {proxy.corrupted} bytes changed, "
              f"{dict(proxy.met)}: {result.stdout.splitlines()[-1]}")
        self.assertEqual(result.returncode, 0, f"{result.stdout}\nthe histories are in {histories}")
        for writer in [*shift.writers, shift.phone]:
            self.assertGreaterEqual(writer.acknowledged, 3, writer.name)
        if SECONDS >= ENOUGH:
            self.assertEqual([fault for fault in PASSING + ENDING if not proxy.met[fault]], [])
            self.assertGreater(proxy.corrupted, 0)
        await asyncio.to_thread(server.stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["plain", "tls"])
    parser.add_argument("--seed", type=int, default=1)
    OPTIONS, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main()
