# SPDX-License-Identifier: GPL-3.0-or-later
"""The real program under abuse, in its default posture: it answers as it should, stays small, and others are served."""

import asyncio
import json
import os
import sys
import time

from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, settled, token_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
from wire import TEXT, Ended, Peer, Target, frame  # pylint: disable=wrong-import-position

ALLOWED = (16 + 2 * 10) << 20  # bytes of growth under any one hostile client: 16 MiB and twice the message limit
INGEST = "POST /api/v1/telemetry/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TELEMETRY = json.dumps({"type": "telemetry_data", "data": {"speed": 50, "battery_metrics": {"level": 77}}})


def status_of(server, key):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key + ":")) * 1024


class Abuse(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin()
        for name, role in [("van-7", "device"), ("anna", "citizen")]:
            add_user(cls.server.data, name, role)
        cls.token = {name: token_of(cls.server.data, name) for name in ("van-7", "anna")}
        cls.server.start()
        cls.target = Target(cls.server.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    async def asyncSetUp(self):
        self.before = status_of(self.server, "VmRSS")
        with open(f"/proc/{self.server.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the peak starts anew
        self.round_trips = []

    async def asyncTearDown(self):
        grown = status_of(self.server, "VmHWM") - self.before
        ordered = sorted(self.round_trips)
        print(json.dumps({"abuse": self.id().rpartition(".")[2], "grown_mib": round(grown / (1 << 20), 1),
                          "round_trips": len(ordered), "p50_ms": round(ordered[len(ordered) // 2], 2) if ordered else None,
                          "p99_ms": round(ordered[int(len(ordered) * 0.99)], 2) if ordered else None}))
        if PATIENCE <= 1:  # sanitizers have a memory of their own
            self.assertLess(grown, ALLOWED)

    async def served(self, until):
        """Anna asks again and again while something goes on."""
        async with self.server.connect("/ws/alerts/anna", token=self.token["anna"]) as phone:
            while not until.done():
                began = time.perf_counter()
                await settled(phone)
                self.round_trips.append((time.perf_counter() - began) * 1000)
        return await until

    async def test_a_body_before_authentication(self):
        async def large(head, body):
            peer = await Peer.connect(self.target)
            await peer.send((INGEST + head + "\r\n").encode() + body)
            answer = await peer.response()
            self.assertIn(answer.status, (401, 413))
            self.assertIn("detail", json.loads(answer.body))
            with self.assertRaises(Ended):  # nothing behind it is read as a request
                await peer.response()
            peer.abort()

        async def attack():
            chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
            for _ in range(20):
                await asyncio.gather(
                    large("Content-Length: 65537\r\n", b""), large("Content-Length: 9999999999\r\n", b"x" * 1000),
                    large("Content-Length: 10485760\r\nAuthorization: Bearer nonsense\r\n", b"x" * 1000),
                    large("Transfer-Encoding: chunked\r\n", chunk * 20))
        await self.served(asyncio.ensure_future(attack()))

    async def test_upgrades_without_a_right(self):
        async def knock(i):
            peer = await Peer.connect(self.target)
            path = ("/ws/alerts/anna", "/ws/telemetry/van-7?token=a.b.c", "/ws/chat/anna?token=" + "x" * 2000)[i % 3]
            answer = await peer.upgrade(path=path)
            self.assertIn(answer.status, (401, 403))
            peer.abort()

        async def attack():
            for _ in range(10):
                await asyncio.gather(*(knock(i) for i in range(60)))
        await self.served(asyncio.ensure_future(attack()))

    async def test_a_device_that_floods_and_never_reads(self):
        async def attack():
            peer = await Peer.connect(self.target)
            answer = await peer.upgrade(path="/ws/telemetry/van-7?token=" + self.token["van-7"])
            self.assertEqual(answer.status, 101)
            peer.writer.transport.pause_reading()
            block = frame(TEXT, TELEMETRY) * 200
            until = time.monotonic() + 3
            try:
                while time.monotonic() < until and not peer.writer.transport.is_closing():
                    peer.writer.write(block)
                    await asyncio.wait_for(peer.writer.drain(), 3 * PATIENCE)
            except (ConnectionError, TimeoutError, asyncio.TimeoutError):
                pass
            peer.abort()
        await self.served(asyncio.ensure_future(attack()))

    async def test_a_phone_that_sends_large_messages(self):
        async def attack():
            most = 10_485_760
            keys = ",".join(f'"{number}":1' for number in range(900_000))
            for text in ('{"message":"' + "x" * (most - 14) + '"}', '{"message":"' + "x" * 2_097_152 + '"}',
                         "[" + "1," * (most // 2 - 2) + "1]", "[" + '"",' * (most // 3 - 2) + "1]", "{" + keys + "}",
                         "[" * 1_000_000, '{"a":' * 100_000, "x" * most):
                peer = await Peer.connect(self.target)
                answer = await peer.upgrade(path="/ws/chat/anna?token=" + self.token["anna"])
                self.assertEqual(answer.status, 101)
                await peer.send(frame(TEXT, text))
                await peer.event()  # an answer or the end: not silence
                peer.abort()
        await self.served(asyncio.ensure_future(attack()))


if __name__ == "__main__":
    main()
