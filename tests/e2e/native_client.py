# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the native protocol (models/wire/PROTOCOL.md) that keeps its history, as a phone or a console would."""

import asyncio
import contextlib
import json

import websockets

from tocsin_process import PATIENCE


class NativeClient:
    """Follows streams, acknowledges, and remembers every event: `history[stream]` is [(seq, event)]."""

    def __init__(self, server, streams, token=None, cursors=None, acknowledge=True):
        self.server, self.streams, self.token = server, streams, token
        self.cursors = dict(cursors or {})
        self.acknowledge = acknowledge
        self.history = {stream: [] for stream in streams}
        self.snapshots = {}
        self.resyncs = []
        self.live = []
        self.replies = {}
        self.changed = asyncio.Condition()

    async def __aenter__(self):
        self.socket = await self.server.connect("/ws/v1", subprotocols=["tocsin.v1.json"], max_size=2**26)
        await self.say({"type": "hello", "v": 1, "token": self.token, "client": "test", "streams": self.streams,
                        "cursors": self.cursors} if self.token else
                       {"type": "hello", "v": 1, "client": "test", "streams": self.streams, "cursors": self.cursors})
        self.reader = asyncio.create_task(self.read())
        self.welcome = await self.wait(lambda: getattr(self, "welcomed", None), what="welcome")
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):  # the server may have been killed
            await self.socket.close()

    async def say(self, frame):
        await self.socket.send(json.dumps(frame))

    async def read(self):
        try:
            async for text in self.socket:
                await self.take(json.loads(text))
        except Exception:  # the connection is lost: its history stays
            pass
        async with self.changed:
            self.changed.notify_all()

    async def take(self, frame):
        kind = frame["type"]
        if kind == "welcome":
            self.welcomed = frame
        elif kind == "snapshot":
            state = self.snapshots.setdefault(frame["stream"], {})
            if frame["part"] == 1:
                state.clear()
            for key, items in frame["state"].items():
                state.setdefault(key, []).extend(items)
            if frame["part"] == frame["parts"]:
                await self.proceed(frame["stream"], frame["epoch"], frame["seq"])
        elif kind == "events":
            for event in frame["events"]:
                self.history[frame["stream"]].append((event["seq"], event))
            await self.proceed(frame["stream"], frame["epoch"], frame["events"][-1]["seq"])
        elif kind == "reply":
            self.replies[frame["id"]] = frame
        elif kind == "resync":
            self.resyncs.append(frame["stream"])
        else:
            self.live.append(frame)
        async with self.changed:
            self.changed.notify_all()

    async def proceed(self, stream, epoch, seq):
        self.cursors[stream] = [epoch, seq]
        if self.acknowledge:
            await self.say({"type": "ack", "cursors": {stream: seq}})

    async def wait(self, look, seconds=10, what="it"):
        async def until():
            async with self.changed:
                return await self.changed.wait_for(look)
        try:
            return await asyncio.wait_for(until(), seconds * PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"{what} did not come within {seconds} s") from None

    async def ask(self, cmd_id, body, seconds=10):
        await self.say({"type": "request", "cmd_id": cmd_id, "body": body})
        return await self.wait(lambda: self.replies.pop(cmd_id, None), seconds, f"the reply to {cmd_id}")

    async def query(self, what, **more):
        await self.say({"type": "query", "id": "q", "what": what, **more})
        return await self.wait(lambda: self.replies.pop("q", None), what=what)

    def seqs(self, stream):
        return [seq for seq, _ in self.history[stream]]

    def texts(self, stream):
        return [event["body"].get("text") for _, event in self.history[stream] if event["kind"] == "chat"]
