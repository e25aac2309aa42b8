# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad network (fault_proxy.py) under panics, chats, acknowledges and commands: nothing lost, twice or out of order, says history_checker.py.

usage: test_faults.py [--tls] [--seed N]
TOCSIN_FAULT_SECONDS   how long (60: the test run has three of them at a time)
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
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, token_of

SECONDS = float(os.environ.get("TOCSIN_FAULT_SECONDS", "60"))
OPTIONS = argparse.Namespace(tls=False, seed=1)


class Faults(Case):
    async def test_a_bad_network_loses_nothing(self):
        data, histories = self.data_directory(), tempfile.mkdtemp(prefix="tocsin-histories-")
        for name, role in [("anna", "citizen"), ("dana", "dispatcher")]:
            add_user(data, name, role)
        anna, dana = token_of(data, "anna"), token_of(data, "dana")
        server = Tocsin("--listen", "https://127.0.0.1:0", data=data)
        await asyncio.to_thread(server.start)
        self.addCleanup(server.kill)
        port, context = server.port, None
        if OPTIONS.tls:
            port = int(server.process.stdout.readline().decode().rsplit(":", 1)[1])
            context = ssl.create_default_context(cafile=os.path.join(data, "tls", "ca.pem"))
        proxy = FaultProxy("127.0.0.1", port, OPTIONS.seed, OPTIONS.tls)
        await proxy.start()
        door = Door(context, compress=OPTIONS.tls)  # see fault_proxy: a changed bit of a plain, deflated message
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
        result = verdict(shift.paths())
        connections = sum(client.connections for client in shift.writers + shift.readers)
        print(f"{SECONDS:.0f} s, {connections} connections, {proxy.corrupted} bytes changed, {dict(proxy.met)}: "
              f"{result.stdout.splitlines()[-1]}")
        self.assertEqual(result.returncode, 0, f"{result.stdout}\nthe histories are in {histories}")
        for writer in shift.writers:
            self.assertGreaterEqual(writer.acknowledged, 3, writer.name)
        if SECONDS >= 60 and PATIENCE == 1:
            self.assertEqual([fault for fault in PASSING + ENDING if not proxy.met[fault]], [])
            self.assertGreater(proxy.corrupted, 0)
        server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    OPTIONS, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main()
