# SPDX-License-Identifier: GPL-3.0-or-later
"""A well-behaved client beside an attack, in a process of its own: what does it feel of it?

    bystander.py URL [FROM]      until its standard input ends; then one line of JSON: milliseconds

Asks for an echo on an open connection every 20 ms, and every tenth time on a new one (connect, upgrade, echo, close).
FROM is the address it connects from.
"""

import base64
import json
import os
import select
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
from wire import TEXT, Target, close_frame, frame  # pylint: disable=wrong-import-position

PAUSE = 0.02
TEXT_FRAME = frame(TEXT, "is anybody there")
ANSWER = b"\x81\x10is anybody there"
GIVEN_UP = 30.0  # s


class Client:
    def __init__(self, target, source):
        self.socket = socket.create_connection((target.host, target.port), GIVEN_UP, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if target.context:
            self.socket = target.context.wrap_socket(self.socket, server_hostname=target.host)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET / HTTP/1.1\r\nHost: {target.host}:{target.port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.receive(1)
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head[:100])

    def receive(self, count):
        got = self.socket.recv(count)
        if not got:
            raise ConnectionError("ended")
        return got

    def ask(self):
        """An echo; pings of the server in between are passed over."""
        self.socket.sendall(TEXT_FRAME)
        got = b""
        while ANSWER not in got:
            got += self.receive(4096)

    def leave(self):
        self.socket.sendall(close_frame(1000))
        self.socket.settimeout(GIVEN_UP)
        try:
            while self.socket.recv(4096):
                pass
        except OSError:
            pass
        self.socket.close()


def figures(milliseconds):
    ordered = sorted(milliseconds)

    def at(share):
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)
    return {"count": len(ordered), "p50": at(0.5), "p99": at(0.99), "max": round(ordered[-1], 2)} if ordered else {"count": 0}


def main():
    target = Target(sys.argv[1])
    source = sys.argv[2] if len(sys.argv) > 2 else None
    open_client = Client(target, source)
    print("ready", flush=True)
    on_open, on_new, failures, turn = [], [], [], 0
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        turn += 1
        began = time.perf_counter()
        try:
            open_client.ask()
            on_open.append((time.perf_counter() - began) * 1000)
            if turn % 10 == 0:
                began = time.perf_counter()
                client = Client(target, source)
                client.ask()
                on_new.append((time.perf_counter() - began) * 1000)
                client.leave()
        except (OSError, struct.error) as error:
            failures.append(f"{type(error).__name__}: {error}")
            if len(failures) > 5:
                break
    print(json.dumps({"open": figures(on_open), "new": figures(on_new), "failures": failures}))


if __name__ == "__main__":
    main()
