# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad network between clients and server: asyncio, loopback, one seed.

Each connection lives in good health for a moment, then meets one fault after the other:

  latency       every piece comes late, by up to a quarter of a second
  byte_by_byte  each byte in a segment of its own, a few hundred of them
  slow_reader   hardly anything is taken from the server, so that it has to buffer
  stall         nothing passes for some seconds, then all of it
  corrupt       one byte is changed, once
  blackhole     nothing passes any more, and nobody is told
  half_open     the server's side is gone, the client is not told
  reset         half of a piece passes, then both ends are reset in the middle of a frame
  flap          every connection is reset, and new ones are refused for a second

`corrupt`: TCP's checksum does not see what a proxy changes. Over TLS any changed byte must be found, and any is changed. Over plain TCP a
WebSocket has no checksum either: a letter that became another letter in a text is another text, which nobody can tell. What is
claimed there is that whatever is no valid frame, UTF-8 or JSON any more is never taken for something else: the highest bit is changed, and clients
of plain connections do not compress, since a changed bit of a deflated message is another valid text.
"""

import asyncio
import collections
import random
import socket
import struct

PASSING = ("latency", "byte_by_byte", "slow_reader", "stall", "corrupt")
ENDING = ("blackhole", "half_open", "reset", "flap")
PIECE = 4096


class Connection:
    def __init__(self, proxy, dice, client, server):
        self.proxy, self.dice, self.client, self.server = proxy, dice, client, server
        self.fault = None

    async def live(self):
        tasks = [asyncio.create_task(self.pump(self.client[0], self.server[1], True)),
                 asyncio.create_task(self.pump(self.server[0], self.client[1], False)),
                 asyncio.create_task(self.suffer())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _, writer in (self.client, self.server):
                writer.close()

    async def suffer(self):
        while True:
            self.fault = None
            await asyncio.sleep(self.dice.uniform(0.2, 3))
            if self.proxy.calm:
                continue
            self.fault = self.dice.choice(PASSING + ENDING if self.dice.random() < 0.7 else ENDING)
            self.proxy.met[self.fault] += 1
            if self.fault == "flap":
                self.proxy.flap()
                return
            if self.fault == "half_open":
                abort(self.server[1])
            # What takes a piece to happen ends by itself (pump); the rest after its time.
            await asyncio.sleep(self.dice.uniform(1, 4) if self.fault in PASSING else self.dice.uniform(5, 10))
            if self.fault in ("blackhole", "half_open"):
                return

    async def pump(self, reader, writer, upwards):
        while True:
            if self.fault == "slow_reader" and not upwards:
                piece = await reader.read(64)
                await asyncio.sleep(0.05)
            else:
                piece = await reader.read(PIECE)
            while self.fault in ("stall", "blackhole"):
                await asyncio.sleep(0.05)
            if not piece:
                if self.fault == "half_open":
                    await asyncio.sleep(3600)
                return
            if self.fault == "latency":
                await asyncio.sleep(self.dice.uniform(0, 0.25))
            elif self.fault == "corrupt":
                piece = bytearray(piece)
                bit = 1 << self.dice.randrange(8) if self.proxy.tls else 0x80
                piece[self.dice.randrange(len(piece))] ^= bit
                self.fault = None
                self.proxy.corrupted += 1
            elif self.fault == "reset":
                writer.write(bytes(piece[:len(piece) // 2]))
                await writer.drain()
                abort(self.client[1])
                abort(self.server[1])
                return
            if self.fault == "byte_by_byte":
                for at in range(min(len(piece), 300)):
                    writer.write(piece[at:at + 1])
                    await writer.drain()
                    await asyncio.sleep(0)
                piece = piece[300:]
            writer.write(bytes(piece))
            await writer.drain()


def abort(writer):
    """RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class FaultProxy:
    def __init__(self, host, port, seed, tls=False):
        self.target, self.dice, self.tls = (host, port), random.Random(seed), tls
        self.met = collections.Counter()
        self.corrupted = 0
        self.calm = False  # True: no new faults
        self.refusing = False
        self.connections = {}

    async def start(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0, limit=PIECE)
        self.host, self.port = self.server.sockets[0].getsockname()[:2]

    async def stop(self):
        self.server.close()
        for task in list(self.connections):
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def accept(self, reader, writer):
        if self.refusing:
            abort(writer)
            return
        try:
            server = await asyncio.open_connection(*self.target, limit=PIECE)
        except OSError:
            abort(writer)
            return
        for end in (writer, server[1]):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(self, random.Random(self.dice.random()), (reader, writer), server)
        task = asyncio.current_task()
        self.connections[task] = connection
        try:
            await connection.live()
        except OSError:
            pass
        finally:
            del self.connections[task]

    def flap(self):
        self.refusing = True
        for connection in self.connections.values():
            abort(connection.client[1])
            abort(connection.server[1])
        asyncio.get_running_loop().call_later(1, self.recover)

    def recover(self):
        self.refusing = False

    def heal(self):
        """No faults from now on; who is caught in one is cut off, and may come again."""
        self.calm = True
        self.flap()
