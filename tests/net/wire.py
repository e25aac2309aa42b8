# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's half of RFC 6455 and RFC 7692 for tests: builds any frame, right or wrong, and reads the server's strictly.

Standard library only; asyncio; loopback only. TOCSIN_PATIENCE multiplies every deadline (sanitizers are slower).
"""

import asyncio
import base64
import hashlib
import os
import ssl
import struct
import subprocess
import zlib

PATIENCE = float(os.environ.get("TOCSIN_PATIENCE", "1"))
REACTION = 5.0 * PATIENCE  # s a server has for what must come; nothing here waits for something not to come

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = b"\x37\xfa\x21\x3d"
ACCEPT_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
HEAD_LIMIT = 65_536


def masked(payload, key=KEY):
    """RFC 6455 5.3, whole words at a time."""
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", *, final=True, reserved=0, mask=KEY, form=None, announce=None):
    """One frame. form: 7, 16 or 64 bits of length instead of the shortest; announce: a length other than the payload's."""
    if isinstance(payload, str):
        payload = payload.encode()
    length = len(payload) if announce is None else announce
    if form is None:
        form = 7 if length < 126 else 16 if length < 65_536 else 64
    flag = 0x80 if mask is not None else 0
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if form == 7:
        head += bytes([flag | length])
    elif form == 16:
        head += struct.pack(">BH", flag | 126, length)
    else:
        head += struct.pack(">BQ", flag | 127, length)
    if mask is None:
        return head + payload
    return head + mask + masked(payload, mask)


def part(opcode, payload=b"", **more):
    return frame(opcode, payload, final=False, **more)


def close_frame(code=None, reason=b"", **more):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason, **more)


def deflated(payload, *, level=6, strategy=zlib.Z_DEFAULT_STRATEGY, bits=15):
    """A message's payload as RFC 7692 7.2.1 wants it, with a context of its own."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -bits, 8, strategy)
    packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert packed.endswith(b"\x00\x00\xff\xff")
    return packed[:-4]


class Broken(Exception):
    """The server did what no server may."""


class Ended(Exception):
    """The server ended the connection."""


class Response:
    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return ", ".join(value for key, value in self.headers if key == name.lower())


class Target:
    """Where a server listens, from its line `listening http://…` or `listening https://…`."""

    def __init__(self, url):
        scheme, _, rest = url.partition("://")
        self.tls = scheme in ("https", "wss")
        host, _, port = rest.rstrip("/").rpartition(":")
        self.host, self.port = host.strip("[]"), int(port)
        self.context = None
        if self.tls:
            # Whose certificate it is, is another test's question.
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE


class Echo:
    """A running tocsin_echo."""

    def __init__(self, binary, tls=False, arguments=()):
        command = [binary, "--listen", "127.0.0.1:0", *(["--tls"] if tls else []), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        if len(line) != 2 or line[0] != "listening":
            self.process.kill()
            raise SystemExit(f"the server did not start: {line}")
        self.target = Target(line[1])

    def stop(self):
        """Ends it as a supervisor would; its exit code, None when it had to be killed."""
        self.process.terminate()
        try:
            return self.process.wait(10 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        finally:
            self.process.stdout.close()

    def is_alive(self):
        return self.process.poll() is None


class Peer:
    """One raw connection."""

    def __init__(self, reader, writer, target):
        self.reader, self.writer, self.target = reader, writer, target

    @classmethod
    async def connect(cls, target):
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(target.host, target.port, ssl=target.context, limit=1 << 22), REACTION)
        return cls(reader, writer, target)

    @classmethod
    async def opened(cls, target, extensions=None, path="/"):
        peer = await cls.connect(target)
        headers = {"Sec-WebSocket-Extensions": extensions} if extensions else {}
        response = await peer.upgrade(headers, path=path)
        if response.status != 101:
            raise Broken(f"no upgrade: {response.status}")
        return peer

    def abort(self):
        self.writer.transport.abort()

    async def send(self, data, piece=0):
        """Writes all of it, `piece` bytes per write when given. A server that has hung up is no error here."""
        try:
            for at in range(0, len(data), piece or max(1, len(data))):
                self.writer.write(data[at:at + piece] if piece else data)
                await self.writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass

    # -- HTTP

    def upgrade_head(self, headers=None, drop=(), method="GET", path="/", version="HTTP/1.1"):
        """headers replace the usual ones; a list as value stands for as many lines."""
        self.key = base64.b64encode(os.urandom(16)).decode()
        usual = {"Host": f"{self.target.host}:{self.target.port}", "Upgrade": "websocket", "Connection": "Upgrade",
                 "Sec-WebSocket-Key": self.key, "Sec-WebSocket-Version": "13", **(headers or {})}
        lines = [f"{method} {path} {version}"]
        for name, value in usual.items():
            if name not in drop:
                lines += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    async def upgrade(self, headers=None, tail=b"", **how):
        """Asks for the upgrade and checks the answer when it is 101 (RFC 6455 4.2.2)."""
        await self.send(self.upgrade_head(headers, **how) + tail)
        response = await self.response()
        if response.status == 101:
            wanted = base64.b64encode(hashlib.sha1(self.key.encode() + ACCEPT_SALT).digest()).decode()
            if response.header("sec-websocket-accept") != wanted:
                raise Broken("Sec-WebSocket-Accept is wrong")
            if response.header("upgrade").lower() != "websocket":
                raise Broken("Upgrade is wrong")
            if response.header("connection").lower() != "upgrade":
                raise Broken("Connection is wrong")
        return response

    async def response(self, head_only=False):
        head = await self._until(b"\r\n\r\n")
        lines = head[:-4].decode("latin-1").split("\r\n")
        version, _, status = lines[0].partition(" ")
        if version != "HTTP/1.1":
            raise Broken(f"status line {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers.append((name.strip().lower(), value.strip()))
        response = Response(int(status[:3]), headers)
        length = response.header("content-length")
        if response.status >= 200 and response.status != 204 and not head_only and length:
            response.body = await self._exactly(int(length))
        return response

    # -- Frames

    async def _until(self, end):
        try:
            return await asyncio.wait_for(self.reader.readuntil(end), REACTION)
        except asyncio.IncompleteReadError as error:
            raise Ended(f"after {error.partial[:80]!r}") from None
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(str(error)) from None
        except (TimeoutError, asyncio.TimeoutError):
            raise Broken("no answer in time") from None

    async def _exactly(self, count, patience=REACTION):
        try:
            return await asyncio.wait_for(self.reader.readexactly(count), patience)
        except asyncio.IncompleteReadError as error:
            raise Ended(f"after {error.partial[:80]!r}") from None
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(str(error)) from None
        except (TimeoutError, asyncio.TimeoutError):
            raise Broken("nothing came in time") from None

    async def frame(self, patience=REACTION):
        """(final, reserved, opcode, payload) of the server's next frame; Broken when no server may send it."""
        first, second = await self._exactly(2, patience)
        final, reserved, opcode, length = first >> 7, first >> 4 & 7, first & 15, second & 127
        if second & 0x80:
            raise Broken("a server's frame is masked")
        if length == 126:
            length, = struct.unpack(">H", await self._exactly(2))
            if length < 126:
                raise Broken("a length is not in its shortest form")
        elif length == 127:
            length, = struct.unpack(">Q", await self._exactly(8))
            if length < 65_536:
                raise Broken("a length is not in its shortest form")
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Broken(f"opcode {opcode}")
        if opcode >= CLOSE and (not final or length > 125 or reserved):
            raise Broken("a broken control frame")
        return final, reserved, opcode, await self._exactly(length)

    async def event(self, patience=REACTION):
        """What happened next, as text: `text:hi`, `binary:00ff`, `ping:`, `pong:p`, `close 1000:bye`, `end`."""
        message, kind, packed = b"", None, False
        while True:
            try:
                final, reserved, opcode, payload = await self.frame(patience)
            except Ended:
                return "end"
            if opcode == CLOSE:
                if not payload:
                    return "close 0:"
                if len(payload) == 1:
                    raise Broken("a close code of one byte")
                return f"close {struct.unpack('>H', payload[:2])[0]}:{payload[2:].decode()}"
            if opcode in (PING, PONG):
                return ("ping:" if opcode == PING else "pong:") + payload.decode("latin-1")
            if (opcode == CONTINUATION) != (kind is not None):
                raise Broken("fragments out of order")
            if opcode != CONTINUATION:
                kind, packed = opcode, reserved == 4
                reserved &= 3
            if reserved:
                raise Broken("a reserved bit is set")
            message += payload
            if not final:
                continue
            if packed:
                message = zlib.decompressobj(-15).decompress(message + b"\x00\x00\xff\xff")
            return f"text:{message.decode()}" if kind == TEXT else f"binary:{message.hex()}"
