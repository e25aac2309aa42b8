# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the IoT hub for the stories: the original's JavaScript library, Debian's Python one, and frames typed by hand.

TOCSIN_NODE          the program node
TOCSIN_NPM           npm, which installs what iothub/package-lock.json names
TOCSIN_NODE_MODULES  where it does so, outside the sources
"""

import asyncio
import filecmp
import itertools
import json
import os
import shutil
import subprocess

import socketio

from tocsin_process import PATIENCE

HERE = os.path.dirname(os.path.abspath(__file__))


MODULES = os.environ.get("TOCSIN_NODE_MODULES", "")


def install_packages():
    """As the lock file says; once, until that changes."""
    lock, done = os.path.join(HERE, "iothub/package-lock.json"), os.path.join(MODULES, "installed.json")
    if os.path.exists(done) and filecmp.cmp(lock, done, shallow=False):
        return
    os.makedirs(MODULES, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(HERE, "iothub", name), MODULES)
    subprocess.run([os.environ.get("TOCSIN_NPM", "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                   cwd=MODULES, check=True, timeout=120, stdout=subprocess.DEVNULL)
    shutil.copy(lock, done)


class Heard:
    """What a client heard, in order."""

    def __init__(self):
        self.events = []
        self.changed = asyncio.Condition()

    async def hear(self, event, payload):
        self.events.append((event, payload))
        async with self.changed:
            self.changed.notify_all()

    def all(self, event):
        return [payload for name, payload in self.events if name == event]

    def forget(self):
        self.events.clear()

    async def wait(self, event, wanted=lambda payload: True, seconds=10):
        """The payload of the first such event, now or later."""
        def found():
            return [payload for payload in self.all(event) if wanted(payload)]
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(found), seconds * PATIENCE)
            except asyncio.TimeoutError:
                raise AssertionError(f"no {event} within {seconds} s; heard {self.events}") from None
        return found()[0]


class Node:
    """One process for all sockets of a test."""

    def __init__(self):
        self.sockets = {}
        self.numbers = itertools.count(1)

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            os.environ.get("TOCSIN_NODE", "node"), os.path.join(HERE, "iothub/client.mjs"),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26)
        self.reader = asyncio.create_task(self.read())
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), 10 * PATIENCE)
        self.reader.cancel()

    async def read(self):
        async for line in self.process.stdout:
            said = json.loads(line)
            await self.sockets[said["socket"]].hear(said["event"], said.get("payload"))

    def tell(self, **order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    def client(self, *transports):
        return NodeClient(self, list(transports))


class NodeClient(Heard):
    def __init__(self, node, transports):
        super().__init__()
        self.node, self.transports, self.number = node, transports, next(node.numbers)
        node.sockets[self.number] = self

    async def open(self, server, token=None, **options):
        options["transports"] = self.transports
        if token:
            options["auth"] = {"token": token}
        self.node.tell(deed="open", socket=self.number, url=options.pop("url", server.url), options=options)

    async def emit(self, event, payload, ack=False):
        self.node.tell(deed="emit", socket=self.number, event=event, payload=payload, ack=ack)

    async def emit_binary(self, event):
        self.node.tell(deed="binary", socket=self.number, event=event)

    async def close(self):
        self.node.tell(deed="close", socket=self.number)


class PythonClient(Heard):
    def __init__(self, *transports):
        super().__init__()
        self.transports = list(transports)
        self.client = socketio.AsyncClient(reconnection=False)
        for event in ("disconnect", "connect_error", "device_registered", "telemetry_processed", "user_subscribed", "telemetry_update",
                      "telemetry_broadcast", "vehicle_alert", "crash_detected", "health_warning", "error", "device_command", "notice"):
            self.client.on(event, self.hearing(event))

        async def connected():
            await self.hear("connect", {"id": self.client.sid})
        self.client.on("connect", connected)

    def hearing(self, event):
        async def handler(payload=None):  # the library starts coroutine functions alone
            await self.hear(event, payload)
        return handler

    async def open(self, server, token=None, **_):
        try:
            await self.client.connect(server.url, transports=self.transports, auth={"token": token} if token else None,
                                      wait_timeout=10 * PATIENCE)
        except socketio.exceptions.ConnectionError:
            pass  # connect_error has been heard

    async def emit(self, event, payload, ack=False):
        async def answered(answer):
            await self.hear("ack", answer)
        await self.client.emit(event, payload, callback=answered if ack else None)

    async def emit_binary(self, event):
        await self.client.emit(event, (b"bytes", {"inside": b"more"}))

    async def close(self):
        await self.client.disconnect()


class Typed:
    """Engine.IO over a WebSocket, packet by packet."""

    def __init__(self, socket):
        self.socket = socket

    async def packet(self, seconds=10):
        while True:
            text = await asyncio.wait_for(self.socket.recv(), seconds * PATIENCE)
            if text != "2":
                return text
            await self.socket.send("3")

    async def event(self, name):
        """The payload of the next event of that name; others are passed over."""
        while True:
            text = await self.packet()
            if text.startswith("42"):
                got, payload = json.loads(text[2:])
                if got == name:
                    return payload

    async def join(self, auth=None):
        opened = await self.packet()
        assert opened.startswith("0{"), opened
        await self.socket.send("40" + (json.dumps(auth) if auth else ""))
        answer = await self.packet()
        assert answer.startswith("40{"), answer
        return json.loads(opened[1:]), json.loads(answer[2:])

    async def emit(self, event, payload, ack=""):
        await self.socket.send(f"42{ack}" + json.dumps([event, payload]))
