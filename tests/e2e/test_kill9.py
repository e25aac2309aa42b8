# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random moments under panics, chats, acknowledges and commands. history_checker.py decides, from the clients' histories.

TOCSIN_KILLS        how many (25)
TOCSIN_SEED         other moments (1)
TOCSIN_HISTORIES    a directory that keeps the histories; default: kept only when something is wrong
"""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

from durable_clients import Door, Shift
from tocsin_process import Case, Tocsin, add_user, main, receive_until, say, token_of

KILLS = int(os.environ.get("TOCSIN_KILLS", "25"))
CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "history_checker.py")


def verdict(paths):
    return subprocess.run([sys.executable, "-B", CHECKER, *paths], capture_output=True, text=True, check=False)


def hear(door, dana):
    """A device that is not heard takes no orders."""
    connection = door.http(10)
    try:
        connection.request("POST", "/api/v1/telemetry/ingest",
                           headers={"Authorization": "Bearer " + dana, "Content-Type": "application/json"},
                           body=json.dumps({"vehicle_id": "rig-1", "sensor_data": {"speed": 1}}))
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
    finally:
        connection.close()


async def provide(door, dana):
    """The van that alerts are reported of, and the device that takes orders."""
    async with door.connect("/ws/v1", dana, subprotocols=["tocsin.v1.json"]) as socket:
        await say(socket, {"type": "hello", "v": 1, "client": "sets up", "streams": []})
        for device, owners in [("van-1", ["anna"]), ("rig-1", [])]:
            await say(socket, {"type": "request", "cmd_id": device, "body": {"kind": "put_device", "device": {
                "v": 1, "id": device, "name": device, "kind": "vehicle", "owners": owners, "first_seen": 1}}})
            reply = await receive_until(socket, lambda frame: frame["type"] == "reply")
            assert reply["ok"], reply
    await asyncio.to_thread(hear, door, dana)


class Kill9(Case):
    async def test_nothing_acknowledged_is_lost_or_told_twice_or_out_of_order(self):
        dice = random.Random(int(os.environ.get("TOCSIN_SEED", "1")))
        data = self.data_directory()
        kept = os.environ.get("TOCSIN_HISTORIES")
        histories = kept or tempfile.mkdtemp(prefix="tocsin-histories-")
        os.makedirs(histories, exist_ok=True)
        for name, role in [("anna", "citizen"), ("dana", "dispatcher")]:
            add_user(data, name, role)
        anna, dana = token_of(data, "anna", "--ttl", "7d"), token_of(data, "dana", "--ttl", "7d")
        server, door = Tocsin(data=data), Door()
        began = time.monotonic()
        await asyncio.to_thread(server.start)
        self.addCleanup(server.kill)
        door.open(server.host, server.port)
        await provide(door, dana)
        shift = Shift(door, histories, anna, dana)
        await shift.begin()
        for _ in range(KILLS):
            await shift.an_answer()
            await asyncio.sleep(dice.uniform(0, 0.3))  # the moment
            door.shut()
            server.kill()
            await asyncio.to_thread(server.start)
            door.open(server.host, server.port)
            await asyncio.to_thread(hear, door, dana)
        await shift.finish()
        server.stop()
        result = verdict(shift.paths())
        per_writer = ", ".join(f"{w.name} {w.acknowledged}" for w in [*shift.writers, shift.phone])
        print(f"{KILLS} kills in {time.monotonic() - began:.0f} s: {result.stdout.splitlines()[-1]} ({per_writer})")
        self.assertEqual(result.returncode, 0, f"{result.stdout}\nthe histories are in {histories}")
        for writer in shift.writers:
            self.assertGreaterEqual(writer.acknowledged, KILLS // 3, writer.name)
        self.assertGreaterEqual(shift.phone.acknowledged, KILLS // 5, "there and back over two connections")
        if not kept:
            shutil.rmtree(histories)


if __name__ == "__main__":
    main()
