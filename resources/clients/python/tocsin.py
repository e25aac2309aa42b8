# SPDX-License-Identifier: GPL-3.0-or-later
"""Tocsin's client for Python: asyncio and the package websockets (Debian: python3-websockets), nothing else. See ../README.md; the protocol
is models/wire/PROTOCOL.md. The libraries for JavaScript and Dart are the same, name for name."""

import asyncio
import contextlib
import http.client
import inspect
import json
import random
import re
import urllib.error
import urllib.request
import uuid
from functools import partial
from types import SimpleNamespace

import websockets

STATES = ["connecting", "open", "closing", "closed", "reconnecting", "failed"]

OPTIONS = {
    "token": None,  # a string, or a function (of the refused one, or None) that gives one, now or as an awaitable
    "client": "tocsin-python",
    "name": "",  # counts only where there are no accounts
    "streams": [],
    "cursors": {},  # {stream: [epoch, seq]} as an earlier client left them
    "topics": [],
    "devices": [],  # whose commands are taken; their streams are followed too
    "autoConnect": True,
    "maxReconnectAttempts": None,  # in a row; None: as often as it takes
    "reconnectDelay": 250,  # ms, doubled with each attempt …
    "maxReconnectDelay": 30000,  # … up to this
    "connectTimeout": 10000,  # ms from connecting to the welcome
    "enableHeartbeat": True,
    "heartbeatInterval": 25000,  # ms; two without a sign of life end the connection
    "messageQueueEnabled": True,  # False: what is asked while there is no connection is refused
    "maxQueuedMessages": 1000,
    "httpFallback": False,  # True: requests go by POST /api/requests while no socket can be opened
    "onState": None,  # (state, reason)
    "onWelcome": None,  # (frame): who we are, and which streams are denied
    "onEvent": None,  # (stream, event): each once and in order; `cursors` names it already
    "onSnapshot": None,  # (stream, state): what was before the events that follow
    "onResync": None,  # (stream): forget what you have, a snapshot follows
    "onLive": None,  # (frame): what is only true now
    "onCommand": None,  # (command): an order to one of `devices`; answer with reportCommand()
    "ssl": None,  # an ssl.SSLContext
}

MOST_IN_FLIGHT = 100  # requests without an answer; the others wait here
ACK_AFTER = 64  # events …
ACK_WITHIN = 50  # … or ms
LONGEST_RETRY = 60000
NOT_AUTHENTICATED = 4001
FORBIDDEN = 4003


class TocsinError(Exception):
    """`code` as in the protocol; also `offline` and `overloaded` by the client itself. Asking again with `cmdId` never does it twice."""

    def __init__(self, code, message, cmdId="", field="", ref=""):
        super().__init__(message)
        self.code, self.message, self.cmdId, self.field, self.ref = code, message, cmdId, field, ref


class Dropped(Exception):
    """This connection is over; another one may follow."""


class TocsinClient:
    """`url`: ws://HOST:PORT or wss://HOST:PORT. Made, and used, inside a running loop. Handlers may be coroutine functions."""

    def __init__(self, url, **options):
        unknown = [name for name in options if name not in OPTIONS]
        if unknown:
            raise TypeError(f"there is no option {unknown[0]}")
        self.options = {**OPTIONS, **options}
        self.url = re.sub("^http", "ws", url).rstrip("/")
        self.state = "closed"
        self.cursors = {stream: list(cursor) for stream, cursor in self.options["cursors"].items()}
        self._loop = asyncio.get_running_loop()
        self._requests = {}  # by cmd_id
        self._orders = {}  # by device: the last one that was handed on
        self._tasks, self._timers = set(), {}
        self._task = self._token = None
        self._message_bytes = 1048576
        self._posting = self._was_open = False
        self._attempts = self._refusals = 0
        self._reset()
        if self.options["autoConnect"]:
            self.connect()

    # --- what the application says

    def connect(self):
        if self.state not in ("closed", "failed"):
            return
        self._attempts = self._refusals = 0
        self._was_open = False
        self._set_state("connecting")
        self._task = self._start(self._run())

    async def disconnect(self):
        if self.state in ("closed", "closing"):
            return
        self._refuse_all("The connection was closed.")
        task, self._task = self._task, None
        if self._socket:
            self._set_state("closing")
            await asyncio.wait([self._start(self._socket.close())], timeout=2)
        if task:
            task.cancel()
        self._end("closed", "")

    def setToken(self, token):
        """Another token; after a refusal it connects again."""
        self.options["token"] = token
        if self.state == "failed":
            self.connect()

    def request(self, kind, **fields):
        """A future of {changed, ref, dup}, done once it is stored. `cmd_id` is made here unless it is given."""
        cmd_id = fields.pop("cmd_id", None) or make_id()
        body = {"kind": kind, **fields}
        future = self._loop.create_future()
        size = len(json.dumps(body, ensure_ascii=False).encode()) + 256
        if cmd_id in self._requests:
            refusal = ("id_conflict", "This cmd_id waits for its answer already.")
        elif size > self._message_bytes:
            refusal = ("too_large", "The request is too large.")
        elif self.state in ("failed", "closing") or not (self._welcomed or self.options["messageQueueEnabled"]):
            refusal = ("offline", "There is no connection.")
        elif len(self._requests) >= self.options["maxQueuedMessages"]:
            refusal = ("overloaded", "Too many requests wait already.")
        else:
            self._requests[cmd_id] = SimpleNamespace(body=body, future=future, sent=False, everSent=False, held=False)
            self._flush()
            return future
        future.set_exception(TocsinError(*refusal, cmd_id))
        return future

    def acknowledge(self, alertId, **fields):
        return self.request("acknowledge", **fields, alert_id=alertId)

    def sendChat(self, thread, text, **fields):
        return self.request("send_chat", **fields, thread=thread, text=text)

    def reportAlert(self, source, code, **fields):
        return self.request("report_alert", **fields, source=source, code=code)

    def raisePanic(self, **fields):
        """The same client_alert_id is the same incident; it is the cmd_id unless it is given."""
        cmd_id = fields.pop("cmd_id", None) or make_id()
        return self.request("raise_panic", **{"client_alert_id": cmd_id, **fields, "cmd_id": cmd_id})

    def issueCommand(self, deviceId, action, **fields):
        return self.request("issue_command", **fields, device_id=deviceId, action=action)

    def reportCommand(self, commandId, state, **fields):
        """`state`: accepted, succeeded or failed."""
        return self.request("report_command", **fields, command_id=commandId, state=state)

    # --- the connection

    async def _run(self):
        while self._task is asyncio.current_task():
            why, at_least = await self._connection()
            if self._task is asyncio.current_task():
                await asyncio.sleep(self._drop(why, at_least) / 1000)

    async def _connection(self):
        """One connection, from the token to its end: why it ended, and the ms before the next one that the server asks for."""
        opening, writer, timeout = self._start(self._open()), None, self.options["connectTimeout"]
        try:
            await asyncio.wait([opening], timeout=timeout / 1000)  # wait_for() may swallow a cancel
            if not opening.done():
                raise Dropped("The server does not answer.")
            self._socket = socket = opening.result()
            self._after("handshake", timeout, self._break, "The server does not answer.")
            writer = self._start(self._write(socket, self._outgoing))
            streams = list(dict.fromkeys(self.options["streams"] + [f"device/{device}" for device in self.options["devices"]]))
            cursors = {stream: cursor for stream, cursor in self.cursors.items() if stream in streams}
            self._send({"type": "hello", "v": 1, "token": self._token or "", "client": self.options["client"], "name": self.options["name"],
                        "streams": streams, "cursors": cursors, "devices": self.options["devices"]})
            while True:
                self._receive(await socket.recv())
        except Dropped as dropped:
            return str(dropped), 0
        except websockets.ConnectionClosed:
            return self._lost(socket.close_code, socket.close_reason or "")
        except Exception as error:  # there is no server, no upgrade, or no token
            return str(error) or type(error).__name__, 0
        finally:
            opening.cancel()
            if writer:
                writer.cancel()
                self._start(socket.close())

    async def _open(self):
        token = self.options["token"]
        if callable(token):
            token = token(self._token if self._refusals else None)
            if inspect.isawaitable(token):
                token = await token
        self._token = token
        return await websockets.connect(f"{self.url}/ws/v1", subprotocols=["tocsin.v1.json"], ssl=self.options["ssl"], max_size=2**26,
                                        ping_interval=None, open_timeout=None, close_timeout=1)

    @staticmethod
    async def _write(socket, outgoing):
        with contextlib.suppress(websockets.ConnectionClosed):  # the reader says so
            while True:
                await socket.send(await outgoing.get())

    def _break(self, why):
        self._why = why
        self._socket.transport.abort()

    def _beat(self):
        if self._silent >= 2:
            self._break("The server fell silent.")
            return
        self._silent += 1
        self._send({"type": "ping", "id": "heartbeat"})
        self._after("heartbeat", self.options["heartbeatInterval"], self._beat)

    def _after(self, timer, ms, function, *given):
        self._timers[timer] = self._loop.call_later(ms / 1000, function, *given)

    def _lost(self, code, reason):
        retry = re.search(r"retry_ms=(\d{1,9})", reason)
        if code == FORBIDDEN:
            self._end("failed", "This account may not do this.")
        if code == NOT_AUTHENTICATED:
            self._refusals += 1  # a function may have another one, once
            if not callable(self.options["token"]) or self._refusals > 1:
                self._end("failed", "The token was refused, or is no longer valid.")
        return self._why or reason or "The connection broke off.", min(int(retry[1]) if retry else 0, LONGEST_RETRY)

    def _drop(self, why, at_least):
        """Tries again, after so many ms."""
        self._reset()
        self._attempts += 1
        most = self.options["maxReconnectAttempts"]
        if most is not None and self._attempts > most:
            self._end("failed", f"No connection after {most} more attempts: {why}")
            return 0
        whole = min(self.options["reconnectDelay"] * 2 ** min(self._attempts - 1, 30), self.options["maxReconnectDelay"])
        if not self.options["messageQueueEnabled"]:
            self._refuse_all(why)
        self._set_state("reconnecting" if self._was_open else "connecting", why)
        self._flush()
        return max(whole * (1 + random.random()) / 2, at_least)  # they do not all come back at once

    def _end(self, state, why):
        self._task = None
        self._reset()
        self._refuse_all(why)
        self._set_state(state, why)

    def _reset(self):
        """What belongs to one connection."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}
        self._socket = self._why = None
        self._silent = 0
        self._outgoing = asyncio.Queue()
        self._welcomed = False
        self._arriving = {}  # snapshots, by stream
        self._unacknowledged, self._unacknowledged_events = {}, 0  # {stream: seq}
        for request in self._requests.values():
            request.sent = False  # whether they arrived nobody knows

    def _refuse_all(self, why):
        requests, self._requests = self._requests, {}
        for cmd_id, request in requests.items():
            done = "It may have been done." if request.everSent else "It was not sent."
            if not request.future.done():
                request.future.set_exception(TocsinError("offline", f"{why} {done}", cmd_id))

    def _set_state(self, state, reason=""):
        changed = self.state != state or reason
        self.state = state
        if changed:
            self._tell("onState", state, reason)

    def _tell(self, handler, *given):
        """What a handler raises is the application's, and ends nothing here."""
        try:
            result = self.options[handler](*given) if self.options[handler] else None
            if inspect.iscoroutine(result):
                self._start(result)
        except Exception as error:
            self._loop.call_exception_handler({"message": f"{handler} failed", "exception": error})

    def _start(self, coroutine):
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)  # a loop keeps no tasks alive
        task.add_done_callback(self._tasks.discard)
        return task

    def _send(self, frame):
        self._outgoing.put_nowait(json.dumps(frame, ensure_ascii=False))

    # --- requests

    def _flush(self):
        if not self._welcomed:
            if self.options["httpFallback"] and self._attempts > 0 and not self._posting:
                self._posting = True
                self._start(self._post())
            return
        in_flight = sum(request.sent for request in self._requests.values())
        for cmd_id, request in self._requests.items():
            urgent = request.body["kind"] == "raise_panic"
            if request.sent or request.held or (in_flight >= MOST_IN_FLIGHT and not urgent):
                continue
            request.sent = request.everSent = True
            in_flight += 1
            self._send({"type": "request", "cmd_id": cmd_id, "body": request.body})

    async def _post(self):
        """One after the other, as long as there is no socket; whatever was sent twice is done once."""
        tried = set()
        try:
            while waiting := [(cmd_id, r) for cmd_id, r in self._requests.items() if not (self._welcomed or r.held or cmd_id in tried)]:
                cmd_id, request = waiting[0]
                tried.add(cmd_id)
                request.everSent = True
                reply = await asyncio.to_thread(self._call, cmd_id, request.body)
                if reply.get("type") == "reply":
                    self._take_reply(reply)
        except (OSError, ValueError, http.client.HTTPException):  # no way to the server at all: the next attempt comes with the next one of the socket
            pass
        finally:
            self._posting = False

    def _call(self, cmd_id, body):
        headers = {"Content-Type": "application/json", "Idempotency-Key": cmd_id}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        url = re.sub("^ws", "http", self.url) + "/api/requests"
        call = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(call, timeout=self.options["connectTimeout"] / 1000, context=self.options["ssl"]) as response:
                return json.load(response)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)

    def _take_reply(self, frame):
        request, error = self._requests.get(frame["id"]), frame.get("error", {})
        if not request:
            return
        if error.get("code") == "rate_limited":
            request.sent, request.held = False, True
            self._loop.call_later(error.get("retry_after_ms", 1000) / 1000, self._release, request)
            return
        future = self._requests.pop(frame["id"]).future
        if not future.done():  # else its asker waits no more
            if frame["ok"]:
                future.set_result({"changed": False, "ref": "", **frame.get("result", {}), "dup": frame.get("dup", False)})
            else:
                future.set_exception(TocsinError(error["code"], error.get("message", ""), frame["id"], error.get("field", ""), error.get("ref", "")))
        self._flush()

    def _release(self, request):
        request.held = False
        self._flush()

    # --- what the server says

    def _receive(self, text):
        self._silent = 0
        try:
            frame = json.loads(text)
        except ValueError:
            raise Dropped("The server said something that is not the protocol.") from None
        take = {"welcome": self._take_welcome, "snapshot": self._take_snapshot, "events": self._take_events, "live": partial(self._tell, "onLive"),
                "reply": self._take_reply, "resync": self._take_resync, "pong": None}.get(frame.get("type"))
        if take and self.state != "closing":  # a later server may say more than we know
            take(frame)

    def _take_welcome(self, frame):
        self._timers.pop("handshake").cancel()
        self._welcomed = self._was_open = True
        self._attempts = self._refusals = 0
        self._message_bytes = frame.get("limits", {}).get("message_bytes", self._message_bytes)
        for stream, grant in frame.get("streams", {}).items():
            if grant["state"] != "resumed":
                self.cursors.pop(stream, None)
        if self.options["topics"]:
            self._send({"type": "subscribe", "id": "topics", "topics": self.options["topics"]})
        if self.options["enableHeartbeat"]:
            self._after("heartbeat", self.options["heartbeatInterval"], self._beat)
        self._set_state("open")
        self._tell("onWelcome", frame)
        self._flush()

    def _take_snapshot(self, frame):
        stream = frame["stream"]
        if frame["part"] == 1:
            self._arriving[stream] = {}
        if stream not in self._arriving:
            raise Dropped("The server left out a part of a snapshot.")
        for key, items in frame["state"].items():
            self._arriving[stream].setdefault(key, []).extend(items)
        if frame["part"] < frame["parts"]:
            return
        state = self._arriving.pop(stream)
        self.cursors[stream] = [frame["epoch"], frame["seq"]]
        self._tell("onSnapshot", stream, state)
        for command in state.get("commands", []):
            self._order(command)
        self._acknowledge(stream, frame["seq"], 1)

    def _take_events(self, frame):
        stream, epoch = frame["stream"], frame["epoch"]
        if self.cursors.get(stream, [None])[0] != epoch:
            return  # a snapshot is on its way
        for event in frame["events"]:
            seq = self.cursors[stream][1]
            if event["seq"] <= seq:
                continue
            if event["seq"] != seq + 1:
                raise Dropped("The server left out an event.")
            self.cursors[stream] = [epoch, event["seq"]]
            if event["kind"] != "withheld":
                self._tell("onEvent", stream, event)
            if event["kind"] == "command":
                self._order(event["body"])
            if self.state != "open":
                return
        self._acknowledge(stream, self.cursors[stream][1], len(frame["events"]))

    def _take_resync(self, frame):
        self.cursors.pop(frame["stream"], None)
        self._tell("onResync", frame["stream"])

    def _order(self, command):
        """An order that was sent and is not answered; each attempt is handed on once, also when a snapshot tells of it again."""
        device, attempt = command["device_id"], (command["id"], command["attempt"])
        if command["state"] == "sent" and device in self.options["devices"] and self._orders.get(device) != attempt:
            self._orders[device] = attempt
            self._tell("onCommand", command)

    def _acknowledge(self, stream, seq, events):
        self._unacknowledged[stream] = seq
        self._unacknowledged_events += events
        if self._unacknowledged_events >= ACK_AFTER:
            self._send_ack()
        elif "ack" not in self._timers:
            self._after("ack", ACK_WITHIN, self._send_ack)

    def _send_ack(self):
        if "ack" in self._timers:
            self._timers.pop("ack").cancel()
        self._send({"type": "ack", "cursors": self._unacknowledged})
        self._unacknowledged, self._unacknowledged_events = {}, 0


def make_id():
    return uuid.uuid4().hex
