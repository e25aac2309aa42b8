# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that keep a history for history_checker.py while the server, or the network between, fails under them.

A writer has one thing under way and sends it again, under the same id, until the server answers. A reader follows one stream by its
cursor. Both connect again for ever, until they are told to finish. Native protocol (models/wire/PROTOCOL.md) and dialect 1.
"""

import asyncio
import contextlib
import http.client
import json
import os
import random

import websockets
import websockets.exceptions

from tocsin_process import PATIENCE

# What says that a connection is gone, or never came to be.
LOST = (OSError, EOFError, asyncio.TimeoutError, websockets.exceptions.WebSocketException, http.client.HTTPException)


class Door:
    """Where the server is just now. `address` is a pair, or None while nothing is there. `context`: for TLS. `compress`: offer permessage-deflate."""

    def __init__(self, context=None, compress=True):
        self.address = None
        self.context = context
        self.compression = "deflate" if compress else None
        self.opened = asyncio.Event()

    def open(self, host, port):
        self.address = (host, port)
        self.opened.set()

    def shut(self):
        self.address = None
        self.opened.clear()

    def http(self, timeout):
        if self.address is None:
            raise EOFError
        if self.context:
            return http.client.HTTPSConnection(*self.address, timeout=timeout, context=self.context)
        return http.client.HTTPConnection(*self.address, timeout=timeout)

    @contextlib.asynccontextmanager
    async def connect(self, path, token, **more):
        await self.opened.wait()
        host, port = self.address
        scheme = "wss" if self.context else "ws"
        async with websockets.connect(f"{scheme}://{host}:{port}{path}?token={token}", ssl=self.context,
                                      compression=self.compression,
                                      open_timeout=5 * PATIENCE, close_timeout=0.2, ping_interval=2 * PATIENCE,
                                      ping_timeout=4 * PATIENCE, max_size=2**26, **more) as socket:
            yield socket


class History:
    def __init__(self, directory, name):
        self.name = name
        self.path = os.path.join(directory, name + ".jsonl")
        self.file = open(self.path, "w", encoding="utf-8")

    def write(self, **line):
        self.file.write(json.dumps(line) + "\n")

    def close(self):
        self.file.close()


class Client:
    def __init__(self, door, directory, name, token):
        self.door, self.name, self.token = door, name, token
        self.history = History(directory, name)
        self.finishing = False
        self.connections = 0
        self.broken = {}  # frames that could not be understood, and what the server said it could not

    async def pause(self):
        await asyncio.sleep(random.uniform(0.01, 0.1))  # between two attempts to connect


class Writer(Client):
    """`streams` are those on which its facts must be told; `make(n)` gives the body of the n-th request, or None: not now."""

    def __init__(self, door, directory, name, token, kind, streams, make, done=None, patience=4, pace=0):
        super().__init__(door, directory, name, token)
        self.kind, self.streams, self.make = kind, streams, make
        self.done = done or (lambda asked, result: None)
        self.patience = patience * PATIENCE  # seconds until an answer counts as lost
        self.pace = pace  # seconds between two facts
        self.acknowledged = 0
        self.last = None  # the last fact that was
        self.answered = asyncio.Event()
        self.n = 0
        self.body = None
        self.attempt = 0

    async def run(self):
        while not (self.finishing and self.body is None):
            try:
                async with self.open() as socket:
                    self.connections += 1
                    await self.converse(socket)
            except LOST:
                await self.pause()
        self.history.write(what="finished")
        self.history.close()

    @contextlib.asynccontextmanager
    async def open(self):
        async with self.door.connect("/ws/v1", self.token, subprotocols=["tocsin.v1.json"]) as socket:
            await socket.send(json.dumps({"type": "hello", "v": 1, "client": self.name, "streams": []}))
            yield socket

    async def converse(self, socket):
        while True:
            if self.body is None:
                if self.finishing:
                    return
                await asyncio.sleep(self.pace)
                self.body = self.make(self.n + 1)
                if self.body is None:
                    await asyncio.sleep(0.02)  # there is nothing to do yet
                    continue
                self.n += 1
                self.attempt = 0
            self.attempt += 1
            self.history.write(what="sent", fact=self.fact(), attempt=self.attempt)
            await self.ask(socket)

    def id(self):
        return f"{self.name}-{self.n}"

    def fact(self):
        kind = "cancel" if self.body["kind"] == "cancel_command" else self.kind
        return f"{kind} {self.id()}"

    async def ask(self, socket):
        await socket.send(json.dumps({"type": "request", "cmd_id": self.id(), "body": self.body}))
        frame = await asyncio.wait_for(self.reply(socket), self.patience)
        if frame["ok"]:
            self.stored(frame["result"])
            return
        code = frame["error"]["code"]
        if code == "rate_limited":
            await asyncio.sleep(frame["error"].get("retry_after_ms", 100) / 1000)
        elif code not in ("overloaded", "storage_failed"):
            self.history.write(what="refused", fact=self.fact(), attempt=self.attempt, code=code)
            self.body = None

    async def reply(self, socket):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "reply" and frame.get("id") == self.id():
                return frame
            if frame["type"] == "reply":  # to something that reached the server damaged
                raise EOFError(frame)

    def stored(self, result):
        asked = self.body
        self.last = self.fact()
        self.history.write(what="acknowledged", fact=self.last, attempt=self.attempt, streams=self.streams)
        self.body = None
        self.acknowledged += 1
        self.answered.set()
        self.done(asked, result)


class AlertPhone(Writer):
    """Reports alerts over dialect 1's /ws/alerts. That its alert comes back is the answer; after a loss of connection it looks into
    the vehicle's list over HTTP first, as that protocol's clients do."""

    def __init__(self, door, directory, name, token, user, vehicle, streams):
        super().__init__(door, directory, name, token, "report", streams, lambda n: {"kind": "report"})
        self.user, self.vehicle = user, vehicle

    def open(self):
        return self.door.connect(f"/ws/alerts/{self.user}", self.token)

    async def ask(self, socket):
        if self.attempt > 1 and await asyncio.to_thread(self.is_listed):
            self.stored({})
            return
        await socket.send(json.dumps({"type": "alert", "data": {
            "id": self.id(), "type": "test", "severity": "warning", "message": self.id(), "vehicle_id": self.vehicle}}))
        await asyncio.wait_for(self.told(socket), self.patience)
        self.stored({})

    async def told(self, socket):
        while True:
            frame = json.loads(await socket.recv())
            if frame.get("type") == "alert" and frame["data"]["id"] == self.id():
                return
            if frame.get("type") == "error":
                raise EOFError(frame)

    def is_listed(self):
        connection = self.door.http(self.patience)
        try:
            connection.request("GET", f"/api/v1/telemetry/vehicle/{self.vehicle}/alerts?limit=200",
                               headers={"Authorization": "Bearer " + self.token})
            response = connection.getresponse()
            body = response.read()
            return response.status == 200 and self.id() in [alert["id"] for alert in json.loads(body)]
        finally:
            connection.close()


class ChatPhone(Client):
    """A phone on dialect 1's /ws/chat, whose protocol has neither cursors nor answers. It shows each message_id once: `history` is what it
    showed. What it says it says again, under the same message_id, with every connection until the desk's answer to it comes: `said`
    is the history of that."""

    def __init__(self, door, directory, name, token, user, stream, streams, patience=4, pace=0):
        super().__init__(door, directory, name, token)
        self.user, self.stream, self.streams = user, stream, streams
        self.said = History(directory, name + "-says")
        self.patience, self.pace = patience * PATIENCE, pace
        self.acknowledged = 0
        self.answered = asyncio.Event()
        self.n = 0
        self.line = None  # that has no answer yet
        self.attempt = 0
        self.shown = set()  # message_ids
        self.facts = set()
        self.again = 0  # frames that came a second time
        self.awaited = None  # facts; when all are shown it is done
        self.silent = asyncio.Event()  # nothing left to say

    async def run(self):
        self.history.write(what="listens", stream=self.stream)
        while not self.is_done():
            try:
                async with self.door.connect(f"/ws/chat/{self.user}", self.token) as socket:
                    self.connections += 1
                    await self.live(socket)
            except LOST:
                await self.pause()
        self.history.write(what="finished")
        self.history.close()

    def is_done(self):
        return self.silent.is_set() and self.awaited is not None and self.awaited <= self.facts

    async def live(self, socket):
        """Whatever ends it, what the library has received is shown: it has answered the pings behind it already."""
        hearing = asyncio.create_task(self.hear(socket))
        speaking = asyncio.create_task(self.speak(socket))
        try:
            await asyncio.wait([hearing, speaking], return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            await socket.close()
            results = await asyncio.gather(hearing, speaking, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def speak(self, socket):
        while not self.is_done():
            if self.line is None and self.finishing:
                if not self.silent.is_set():
                    self.said.write(what="finished")
                    self.said.close()
                    self.silent.set()
                await asyncio.sleep(0.02)  # hear() goes on
                continue
            if self.line is None:
                await asyncio.sleep(self.pace)
                self.n += 1
                self.line, self.attempt = f"{self.name}-{self.n}", 0
                self.answered.clear()
            self.attempt += 1
            self.said.write(what="sent", fact=f"said {self.line}", attempt=self.attempt)
            await socket.send(json.dumps({"message": f"Hier: {self.line} 東京", "message_id": self.line}))
            await asyncio.wait_for(self.answered.wait(), self.patience)  # else another connection

    async def hear(self, socket):
        while True:
            frame = json.loads(await socket.recv())
            if "response" not in frame:  # what we said reached the server damaged, or too often
                await socket.close()
                continue
            if frame["message_id"] in self.shown:
                self.again += 1
                continue
            self.shown.add(frame["message_id"])
            words = frame["response"].split(" ")
            fact = f"chat {words[-1]}" if words[0] in ("On", "Heard") else None  # else the automatic line
            self.facts.add(fact)
            self.history.write(what="heard", stream=self.stream, fact=fact)
            if self.line is not None and words[:2] == ["Heard", self.line]:
                self.said.write(what="acknowledged", fact=f"said {self.line}", attempt=self.attempt, streams=self.streams)
                self.line = None
                self.acknowledged += 1
                self.answered.set()


def fact_of(event):
    """The words by which the writer of this event called it; None: nobody asked for it by itself."""
    body, request = event.get("body", {}), event.get("request_id", "")
    if event["kind"] == "chat" and not body.get("automatic"):
        said = body.get("client_message_id", "")
        return f"said {said}" if said.startswith("phone") else f"chat {request}"
    if event["kind"] == "alert" and body["verb"] == "raise":
        alert = body["alert"]["id"]
        return f"report {alert}" if alert.startswith("phone") else f"panic {request}"
    if event["kind"] == "alert" and body["verb"] == "acknowledge":
        return f"acknowledge {request}"
    if event["kind"] == "command" and body["state"] == "queued" and not body.get("attempt"):
        return f"command {request}"
    if event["kind"] == "command" and body["state"] == "canceled":
        return f"cancel {request}"
    return None


class Reader(Client):
    """Follows `stream` from where it first stood. finish() lets it read up to the end that the server then names."""

    def __init__(self, door, directory, name, token, stream, slow=0, told=None):
        super().__init__(door, directory, name, token)
        self.stream, self.slow, self.told = stream, slow, told or (lambda fact: None)
        self.cursor = None
        self.following = asyncio.Event()
        self.task = None

    async def run(self):
        while True:
            try:
                async with self.door.connect("/ws/v1", self.token, subprotocols=["tocsin.v1.json"]) as socket:
                    self.connections += 1
                    hello = {"type": "hello", "v": 1, "client": self.name, "streams": [self.stream]}
                    if self.cursor:
                        hello["cursors"] = {self.stream: self.cursor}
                    asked_to_finish = self.finishing
                    await socket.send(json.dumps(hello))
                    if await self.follow(socket, asked_to_finish):
                        return
            except LOST:
                await self.pause()

    async def follow(self, socket, to_the_end):
        end = None
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "welcome":
                grant = frame["streams"][self.stream]
                if self.cursor and (grant["state"], grant["epoch"]) != ("resumed", self.cursor[0]):
                    self.history.write(what="reset", stream=self.stream, epoch=grant["epoch"], seq=grant["seq"])
                if to_the_end:
                    end = grant["seq"]
            elif frame["type"] == "snapshot" and frame["part"] == frame["parts"]:
                self.cursor = [frame["epoch"], frame["seq"]]
                self.history.write(what="begun", stream=self.stream, epoch=frame["epoch"], seq=frame["seq"])
                self.following.set()
            elif frame["type"] == "events":
                for event in frame["events"]:
                    if end is not None and event["seq"] > end:
                        break
                    fact = fact_of(event)
                    self.history.write(what="shown", stream=frame["stream"], epoch=frame["epoch"], seq=event["seq"], fact=fact)
                    self.told(fact)
                    self.cursor = [frame["epoch"], event["seq"]]
                await socket.send(json.dumps({"type": "ack", "cursors": {self.stream: self.cursor[1]}}))
                if self.slow:
                    await asyncio.sleep(self.slow)
            elif frame["type"] in ("reply", "resync"):  # what we said reached the server damaged; or it has another log
                raise EOFError(frame)
            if end is not None and self.cursor[1] >= end:
                self.history.write(what="finished", stream=self.stream, epoch=self.cursor[0], seq=end)
                self.history.close()
                return True

    async def finish(self, seconds=60):
        """Connects anew, learns the end and reads up to it."""
        self.finishing = True
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await asyncio.wait_for(self.run(), seconds * PATIENCE)


class Shift:
    """Who works in these stories: anna, a citizen, and dana, a dispatcher; what they do, and who follows it."""

    def __init__(self, door, directory, anna, dana, slow=0, patience=4, pace=0.01):
        panics, orders, unanswered = [], [], []

        def next_panic(_):
            return {"kind": "acknowledge", "alert_id": panics.pop(0)} if panics else None

        def next_order(n):
            if orders:  # one at a time: a device has room for 32
                return {"kind": "cancel_command", "command_id": orders.pop()}
            return {"kind": "issue_command", "device_id": "rig-1", "action": "set_speed", "parameters": {"n": n},
                    "timeout": 1_000_000}

        def next_answer(n):
            return {"kind": "send_chat", "thread": "user/anna", "text": f"Heard {unanswered.pop(0)} dana-answers-{n}",
                    "from_desk": True} if unanswered else None

        def told(fact):
            if fact and fact.startswith("said "):
                unanswered.append(fact.split(" ")[1])

        def ordered(asked, result):
            if asked["kind"] == "issue_command":
                orders.append(result["ref"])

        def writer(name, token, kind, streams, make, done=None):
            return Writer(door, directory, name, token, kind, streams, make, done, patience, pace)

        chat, to_phone = ["desk", "chat/user/anna"], ["desk", "chat/user/anna", "phone of anna"]
        alerts = ["desk", "alerts", "user/anna"]
        self.writers = [
            writer("anna-chat", anna, "chat", chat,
                   lambda n: {"kind": "send_chat", "thread": "user/anna", "text": f"Wo seid ihr? 東京 🚨 {n}"}),
            writer("dana-chat", dana, "chat", to_phone, lambda n: {
                "kind": "send_chat", "thread": "user/anna", "text": f"On the way dana-chat-{n}", "from_desk": True}),
            writer("dana-answers", dana, "chat", to_phone, next_answer),
            writer("anna-panic", anna, "panic", alerts,
                   lambda n: {"kind": "raise_panic", "user_id": "anna", "client_alert_id": f"p-{n}", "message": str(n)},
                   lambda _, result: panics.append(result["ref"])),
            writer("dana-acknowledges", dana, "acknowledge", alerts, next_panic),
            writer("dana-commands", dana, "command", ["desk", "commands", "device/rig-1"],
                   next_order, ordered),
            AlertPhone(door, directory, "phone", anna, "anna", "van-1", ["desk", "alerts"]),
        ]
        self.writers[-1].patience, self.writers[-1].pace = patience * PATIENCE, pace
        self.phone = ChatPhone(door, directory, "phone-chat", anna, "anna", "phone of anna", chat, patience, pace)
        self.readers = [Reader(door, directory, f"reads-{stream.replace('/', '-')}-{number}", token, stream, slow * number,
                               told if number == 0 else None)
                        for number, (token, stream) in enumerate([
                            (dana, "desk"), (dana, "desk"), (dana, "alerts"), (dana, "commands"), (dana, "device/rig-1"),
                            (anna, "user/anna"), (anna, "chat/user/anna")])]

    async def begin(self):
        """Readers first: nothing happens before they follow."""
        for reader in self.readers:
            reader.task = asyncio.create_task(reader.run())
        await asyncio.wait_for(asyncio.gather(*(r.following.wait() for r in self.readers)), 30 * PATIENCE)
        for writer in [*self.writers, self.phone]:
            writer.task = asyncio.create_task(writer.run())

    async def an_answer(self, seconds=20):
        """Waits until somebody's request has been answered from now on."""
        waiting = []
        for writer in self.writers:
            writer.answered.clear()
            waiting.append(asyncio.create_task(writer.answered.wait()))
        done, pending = await asyncio.wait(waiting, timeout=seconds * PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if not done:
            raise AssertionError(f"nobody was answered within {seconds} s")

    async def finish(self, seconds=60):
        self.phone.finishing = True  # first: its last line needs an answer
        await asyncio.wait_for(self.phone.silent.wait(), seconds * PATIENCE)
        for writer in self.writers:
            writer.finishing = True
        await asyncio.wait_for(asyncio.gather(*(w.task for w in self.writers)), seconds * PATIENCE)
        self.phone.awaited = {w.last for w in self.writers if w.last and "phone of anna" in w.streams}
        await asyncio.wait_for(self.phone.task, seconds * PATIENCE)
        await asyncio.gather(*(reader.finish(seconds) for reader in self.readers))

    def paths(self):
        return [client.history.path for client in [*self.writers, *self.readers, self.phone]] + [self.phone.said.path]
