# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile client does to tocsin_echo. Each attack is one attacker's life; the runner starts many of them.

An attacker returns how it ended: "shed" when the server got rid of it, "held" when it was still there at the end of its
time (only for attacks that cost the server nothing by being there), anything else is what went wrong.
"""

import asyncio
import contextlib
import dataclasses
import functools
import os
import socket
import ssl
import sys
import time
import zlib
from typing import Awaitable, Callable

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
from wire import (BINARY, CONTINUATION, PATIENCE, PING, TEXT, Broken, Ended, Peer, deflated,  # pylint: disable=wrong-import-position
                  frame, part)

LIMIT = 10_485_760
MIB = 1 << 20
DRIP = 3.0  # s between two bytes: often enough for anything that only counts silence
SHED_IN = 15.0 * PATIENCE
STALL_SHED_IN = 30.0 * PATIENCE  # of a reader that takes nothing while something waits: 20 s, then 5 s for its Close
RSV1 = 4
TCP_CLOSED = 7  # tcpi_state of TCP_INFO, tcp(7)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def gone(peer, seconds):
    """Reads and throws away until the server has ended the connection; False when it has not in time."""
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return False
        try:
            if not await asyncio.wait_for(peer.reader.read(1 << 16), left):
                return True
        except (ConnectionError, ssl.SSLError):
            return True
        except (TimeoutError, asyncio.TimeoutError):
            return False


async def drip(peer, data, seconds):
    """A byte now and then, until the server has had enough."""
    until = time.monotonic() + seconds
    at = 0
    while time.monotonic() < until:
        if at < len(data):
            await peer.send(data[at:at + 1])
            at += 1
        if await gone(peer, min(DRIP, until - time.monotonic())):
            return "shed"
    return "still there"


def is_reset(peer):
    """What the system says. asyncio's TLS notices no reset while it neither reads nor can write."""
    sock = peer.writer.get_extra_info("socket")
    return sock.fileno() < 0 or sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSED


async def push(peer, block, seconds):
    """Writes the same bytes for a while; True when the server ended it first. The reader is the caller's matter."""
    until = time.monotonic() + seconds
    transport = peer.writer.transport
    try:
        while time.monotonic() < until:
            if transport.is_closing() or is_reset(peer):
                return True
            peer.writer.write(block)
            # A server that no longer reads is no end: what is asked is whether it ends.
            while time.monotonic() < until and not is_reset(peer):
                with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                    await asyncio.wait_for(peer.writer.drain(), min(1.0, max(0.1, until - time.monotonic())))
                    break
            await asyncio.sleep(0)
    except (ConnectionError, ssl.SSLError):
        return True
    return transport.is_closing() or is_reset(peer)


def deaf(peer):
    peer.writer.transport.pause_reading()


# -- Slow ones

async def silent(target, _):
    """Connects and says nothing (over TLS: after the handshake)."""
    peer = await Peer.connect(target)
    try:
        return "shed" if await gone(peer, SHED_IN) else "still there"
    finally:
        peer.abort()


async def silent_below_tls(target, _):
    """Connects to the TLS port and never begins the handshake."""
    reader, writer = await asyncio.open_connection(target.host, target.port)
    peer = Peer(reader, writer, target)
    try:
        return "shed" if await gone(peer, SHED_IN) else "still there"
    finally:
        peer.abort()


async def half_open_request(target, _):
    """A head without its last line."""
    peer = await Peer.connect(target)
    try:
        await peer.send(GET[:-2])
        return "shed" if await gone(peer, SHED_IN) else "still there"
    finally:
        peer.abort()


async def dripped_head(target, _):
    peer = await Peer.connect(target)
    try:
        return await drip(peer, GET, SHED_IN)
    finally:
        peer.abort()


async def dripped_body(target, _):
    peer = await Peer.connect(target)
    try:
        await peer.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
        return await drip(peer, b"x" * 100, SHED_IN)
    finally:
        peer.abort()


async def dripped_frame(target, _):
    """Announces the largest message and sends a byte now and then."""
    peer = await Peer.opened(target)
    try:
        await peer.send(frame(BINARY, form=64, announce=LIMIT))
        return await drip(peer, b"x" * 100, SHED_IN)
    finally:
        peer.abort()


async def dripped_fragments(target, _):
    """Keeps a message open by fragments and a ping with each: progress in bytes, none in the message."""
    peer = await Peer.opened(target)
    try:
        await peer.send(part(TEXT, "a"))
        until = time.monotonic() + SHED_IN
        while time.monotonic() < until:
            await peer.send(frame(PING, b"x" * 125) * 12)
            if await gone(peer, min(DRIP, until - time.monotonic())):
                return "shed"
        return "still there"
    finally:
        peer.abort()


# -- Large ones

async def announced_beyond_counting(target, _):
    peer = await Peer.opened(target)
    try:
        await peer.send(frame(BINARY, form=64, announce=1 << 63))
        return "shed" if await peer.event() != "end" and await gone(peer, SHED_IN) else "still there"
    finally:
        peer.abort()


async def tiny_fragments(target, _):
    """400,000 fragments of one byte."""
    peer = await Peer.opened(target)
    try:
        await peer.send(part(BINARY, b"x"))
        block = part(CONTINUATION, b"x") * 4000
        for _ in range(100):
            if await push(peer, block, 0):
                break
            peer.writer.write(block)
            try:
                await peer.writer.drain()
            except (ConnectionError, ssl.SSLError):
                return "shed"
        return "shed" if await gone(peer, SHED_IN) else "still there"
    finally:
        peer.abort()


@functools.lru_cache(maxsize=None)
def bomb():
    """1 GiB of zeros in one message of about 1 MiB: the same MiB, deflated once, 1,024 times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    mebibyte = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return frame(BINARY, (mebibyte * 1024)[:-4], reserved=RSV1)


async def deflate_bomb(target, _):
    peer = await Peer.opened(target, "permessage-deflate")
    try:
        await peer.send(bomb())
        got = (await peer.event()).partition(":")[0]
        return "shed" if got in ("close 1009", "end") and await gone(peer, SHED_IN) else got
    finally:
        peer.abort()


async def bombs_below_the_limit(target, seconds):
    """Zeros that inflate to just what is allowed, again and again, and nobody reads the echo."""
    peer = await Peer.opened(target, "permessage-deflate")
    deaf(peer)
    try:
        return "shed" if await push(peer, frame(BINARY, deflated(bytes(LIMIT)), reserved=RSV1), STALL_SHED_IN) else "still there"
    finally:
        peer.abort()


# -- Floods

async def ping_flood(target, seconds):
    peer = await Peer.opened(target)
    deaf(peer)
    try:
        return "shed" if await push(peer, frame(PING, b"x" * 125) * 400, seconds) else "held"
    finally:
        peer.abort()


async def empty_ping_flood(target, seconds):
    """The cheapest frames there are, and their sender takes the answers."""
    peer = await Peer.opened(target)
    reading = asyncio.ensure_future(gone(peer, seconds + 5))
    try:
        return "shed" if await push(peer, frame(PING) * 10_000, seconds) else "held"
    finally:
        reading.cancel()
        peer.abort()


async def message_flood(target, seconds):
    """Messages of one byte; their sender takes the echoes."""
    peer = await Peer.opened(target)
    reading = asyncio.ensure_future(gone(peer, seconds + 5))
    try:
        return "shed" if await push(peer, frame(TEXT, "x") * 9000, seconds) else "held"
    finally:
        reading.cancel()
        peer.abort()


async def never_reads(target, _):
    """Has 16 KiB echoed again and again and takes nothing: closed, then gone though it answers no close."""
    peer = await Peer.opened(target)
    deaf(peer)
    try:
        return "shed" if await push(peer, frame(BINARY, b"x" * 16_384) * 4, SHED_IN) else "still there"
    finally:
        peer.abort()


async def never_reads_large(target, _):
    """The same with the largest messages."""
    peer = await Peer.opened(target)
    deaf(peer)
    try:
        return "shed" if await push(peer, frame(BINARY, b"x" * LIMIT), STALL_SHED_IN) else "still there"
    finally:
        peer.abort()


async def never_closes(target, _):
    """Breaks the protocol, then neither reads nor closes."""
    peer = await Peer.opened(target)
    deaf(peer)
    try:
        await peer.send(frame(3))
        return "shed" if await push(peer, b"x" * 1000, SHED_IN) else "still there"
    finally:
        peer.abort()


async def pipelining(target, seconds):
    """Requests without end whose answers nobody reads."""
    peer = await Peer.connect(target)
    deaf(peer)
    try:
        return "shed" if await push(peer, GET * 1000, seconds) else "held"
    finally:
        peer.abort()


async def pipelining_reader(target, seconds):
    """Requests without end, and their sender takes the answers."""
    peer = await Peer.connect(target)
    reading = asyncio.ensure_future(gone(peer, seconds + 5))
    try:
        return "shed" if await push(peer, GET * 1000, seconds) else "held"
    finally:
        reading.cancel()
        peer.abort()


ONE_AT_A_TIME = asyncio.Semaphore(1)


async def large_then_idle(target, seconds):
    """No attack at all: one large message each, one client after the other, and all of them stay. None may keep it."""
    peer = await Peer.opened(target)
    try:
        async with ONE_AT_A_TIME:
            payload = b"x" * (LIMIT - 1)
            await peer.send(frame(BINARY, payload))
            got = await peer.event()
        if got != "binary:" + payload.hex():
            return "no echo"
        await gone(peer, seconds)
        return "held"
    finally:
        peer.abort()


async def churn(target, seconds):
    """Comes and goes as fast as it can, now and then in the middle of an upgrade."""
    until = time.monotonic() + seconds
    times = 0
    while time.monotonic() < until:
        try:
            peer = await Peer.connect(target)
            times += 1
            if times % 3:
                await peer.send(peer.upgrade_head()[:-times % 7 or None])
            peer.abort()
        except (Broken, Ended, ConnectionError, ssl.SSLError):
            pass
        await asyncio.sleep(0)
    return "held"


async def crowd(target, seconds):
    """Many connections from one address, of which the server takes CROWD_CAP."""
    try:
        peer = await Peer.connect(target)
        response = await peer.upgrade()
    except (Broken, Ended, OSError):
        return "shed"
    try:
        if response.status != 101:
            return "shed" if response.status == 503 else f"status {response.status}"
        await peer.send(frame(TEXT, "in"))
        got = await peer.event()
        if got != "text:in":
            return "shed" if got.startswith(("close 1013", "end")) else got
        await gone(peer, seconds)
        return "held"
    finally:
        peer.abort()


CROWD_CAP = 100


@dataclasses.dataclass
class Attack:
    life: Callable[..., Awaitable[str]]
    share: float = 1.0    # of the attackers asked for
    most: int = 1_000_000  # attackers, however many are asked for
    ends: tuple = ("shed",)
    each: int = 65_536    # bytes that one more attacker may cost the server
    only_tls: bool = False
    slow: bool = False    # lives of about SHED_IN that cost little
    arguments: tuple = ()  # for tocsin_echo
    most_held: int = 1_000_000  # attackers that may still be there at the end
    apart: bool = False   # the bystander comes from another address

    @property
    def name(self):
        return self.life.__name__


EITHER = ("shed", "held")
ATTACKS = [
    Attack(silent, slow=True), Attack(silent_below_tls, slow=True, only_tls=True), Attack(half_open_request, slow=True),
    Attack(dripped_head, slow=True), Attack(dripped_body, slow=True), Attack(dripped_frame, slow=True),
    Attack(dripped_fragments, slow=True, share=0.2),
    Attack(announced_beyond_counting), Attack(tiny_fragments, most=1), Attack(deflate_bomb, most=2, each=LIMIT),
    Attack(bombs_below_the_limit, most=1),
    Attack(ping_flood, most=4, ends=EITHER, each=MIB), Attack(empty_ping_flood, most=4, ends=EITHER, each=MIB),
    Attack(message_flood, most=4, ends=EITHER, each=MIB),
    Attack(never_reads, share=0.1, each=2 * MIB), Attack(never_reads_large, most=1), Attack(never_closes, share=0.2),
    Attack(pipelining, most=4, ends=EITHER, each=MIB), Attack(pipelining_reader, most=4, ends=EITHER, each=MIB),
    Attack(large_then_idle, most=20, ends=("held",)), Attack(churn, most=20, ends=EITHER),
    Attack(crowd, ends=EITHER, arguments=("--per-address", str(CROWD_CAP)), most_held=CROWD_CAP, apart=True),
]
