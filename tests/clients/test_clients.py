# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of a client library against the real server, and against a server that says what it is told to. The same ones for each language.

usage: test_clients.py javascript|python [unittest's arguments]
TOCSIN_NODE  the program node
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
import websockets  # noqa: E402
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, token_of, tocsin  # noqa: E402

LANGUAGE = sys.argv.pop(1) if len(sys.argv) > 1 else ""
COMMANDS = {"javascript": [os.environ.get("TOCSIN_NODE", "node"), os.path.join(HERE, "agent.mjs")],
            "python": [sys.executable, "-B", os.path.join(HERE, "agent.py")]}


class Agent:
    """A program that uses the library, and what it said."""

    def __init__(self, url, **options):
        self.order = {"deed": "make", "url": url, "options": {"reconnectDelay": 20, "maxReconnectDelay": 200, **options}}
        self.said = []
        self.asked = 0
        self.changed = asyncio.Condition()

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *COMMANDS[LANGUAGE], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26)
        self.reader = asyncio.create_task(self.read())
        self.tell(self.order)
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 10 * PATIENCE)
        except asyncio.TimeoutError:
            self.process.kill()
            raise
        finally:
            self.reader.cancel()
        assert self.process.returncode == 0, f"the agent ended with {self.process.returncode}"

    async def read(self):
        async for line in self.process.stdout:
            self.said.append(json.loads(line))
            async with self.changed:
                self.changed.notify_all()

    def tell(self, order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    def do(self, deed, **more):
        self.tell({"deed": deed, **more})

    def of(self, said):
        return [one for one in self.said if one["said"] == said]

    def states(self):
        """Without repetitions: a state is told again with another reason."""
        told = [one["state"] for one in self.of("state")]
        return [state for i, state in enumerate(told) if i == 0 or told[i - 1] != state]

    def events(self, stream="desk"):
        return [one["event"] for one in self.of("event") if one["stream"] == stream]

    def texts(self, stream="desk"):
        return [e["body"]["text"] for e in self.events(stream) if e["kind"] == "chat" and not e["body"].get("automatic")]

    async def wait(self, look, what, seconds=15):
        async def until():
            async with self.changed:
                await self.changed.wait_for(look)
                return look()
        try:
            return await asyncio.wait_for(until(), seconds * PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"{what} did not come within {seconds} s; last said: {self.said[-8:]}") from None

    async def state(self, state):
        await self.wait(lambda: self.states()[-1:] == [state], f"the state {state}")

    async def following(self):
        """What happens from now on is seen."""
        await self.wait(lambda: self.of("snapshot"), "a snapshot")

    def ask(self, method, *args, **fields):
        """Answers with a number; answer() waits for what becomes of it."""
        self.asked += 1
        self.do("ask", n=self.asked, method=method, args=list(args), fields=fields)
        return self.asked

    async def answer(self, n):
        found = await self.wait(lambda: [one for one in self.of("answer") if one["n"] == n], f"answer {n}")
        return found[0]

    async def done(self, method, *args, **fields):
        answer = await self.answer(self.ask(method, *args, **fields))
        assert "result" in answer, answer
        return answer["result"]

    async def refused(self, method, *args, **fields):
        answer = await self.answer(self.ask(method, *args, **fields))
        assert "error" in answer, answer
        return answer["error"]


class Door:
    """Stands before the server: open, shut, or for HTTP alone."""

    def __init__(self, server, mode="open"):
        self.server, self.mode, self.knocks = server, mode, 0
        self.writers = set()

    async def __aenter__(self):
        self.listener = await asyncio.start_server(self.enter, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.listener.close()
        self.shut()

    def shut(self):
        self.mode = "shut"
        for writer in self.writers:
            writer.close()

    async def enter(self, reader, writer):
        self.knocks += 1
        ours = {writer}
        self.writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n") if self.mode != "shut" else b""
            if self.mode == "open" or (self.mode == "http" and b"upgrade: websocket" not in head.lower()):
                there, back = await asyncio.open_connection(self.server.host, self.server.port)
                ours.add(back)
                self.writers.add(back)
                back.write(head)
                pumps = [asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for task in pumps:
                    task.cancel()
        for one in ours:
            one.close()
        self.writers -= ours


async def pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def gap_free(events):
    seqs = [event["seq"] for event in events]
    return seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True


class WithTheServer(Case):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="tocsin-clients-")
        cls.addClassCleanup(shutil.rmtree, cls.data, ignore_errors=True)
        cls.tokens = {}
        for name, role in [("anna", "citizen"), ("eve", "citizen"), ("dana", "dispatcher"), ("rig-1", "device")]:
            add_user(cls.data, name, role)
            cls.tokens[name] = token_of(cls.data, name)
        cls.server = Tocsin(data=cls.data)
        cls.server.start()
        cls.addClassCleanup(lambda: cls.server.kill())

    async def restart(self, env=None):
        """kill -9, and again at the same place."""
        self.server.kill()
        self.server.log.close()
        type(self).server = Tocsin(listen=f"{self.server.host}:{self.server.port}", data=self.data, env=env)
        await asyncio.to_thread(self.server.start)

    @property
    def url(self):
        return f"ws://{self.server.host}:{self.server.port}"

    def agent(self, name, url=None, **options):
        return Agent(url or self.url, **({} if "tokens" in options else {"token": self.tokens[name]}), **options)


class Stories(WithTheServer):
    async def test_who_follows_sees_what_others_do_once_and_in_order(self):
        async with self.agent("dana", streams=["desk"], topics=["presence"]) as dana, \
                self.agent("anna", streams=["user/anna", "chat/user/anna", "desk"]) as anna:
            await dana.following()
            await anna.following()
            self.assertEqual(anna.of("welcome")[0]["frame"]["streams"]["desk"]["state"], "denied")
            panic = await anna.done("raisePanic", message="here")
            self.assertEqual((panic["changed"], panic["dup"]), (True, False))
            await dana.wait(lambda: panic["ref"] in [e["body"]["alert"]["id"] for e in dana.events() if e["kind"] == "alert"], "the panic")
            await dana.done("acknowledge", panic["ref"], comment="on it")
            self.assertEqual((await dana.done("acknowledge", panic["ref"]))["changed"], False)
            await anna.wait(lambda: "acknowledge" in [e["body"]["verb"] for e in anna.events("user/anna")], "the acknowledge")
            await dana.done("sendChat", "user/anna", "Stay there", urgent=True)
            await anna.done("sendChat", "user/anna", "I am at the quay")
            await dana.done("reportAlert", "van-1", "TIRE", title="Low tyre", level="warning", value=1.4)
            await dana.wait(lambda: "TIRE" in [e["body"]["alert"]["code"] for e in dana.events() if e["kind"] == "alert"], "the report")
            lines = ["Stay there", "I am at the quay"]  # those of earlier stories may come before: a snapshot may be a moment old
            await anna.wait(lambda: anna.texts("chat/user/anna")[-2:] == lines, "the lines")
            await dana.wait(lambda: dana.of("live"), "who is there")
            self.assertEqual((await anna.refused("issueCommand", "rig-1", "stop"))["code"], "forbidden")
            self.assertEqual((await anna.refused("request", "nonsense"))["code"], "invalid")
            self.assertEqual((await anna.refused("sendChat", "user/anna", "x" * 1_100_000))["code"], "too_large")
            once = await anna.done("sendChat", "user/anna", "once", cmd_id="mine")
            again = await anna.done("sendChat", "user/anna", "once", cmd_id="mine")
            self.assertEqual((once["dup"], again["dup"], again["ref"]), (False, True, once["ref"]))
            self.assertEqual((await anna.refused("sendChat", "user/anna", "twice", cmd_id="mine"))["code"], "id_conflict")
            for stream in ("user/anna", "chat/user/anna"):
                self.assertTrue(gap_free(anna.events(stream)), stream)
            self.assertTrue(gap_free(dana.events()))
            self.assertEqual(dana.states(), ["connecting", "open"])
            dana.do("disconnect")
            await dana.state("closed")
            self.assertEqual(dana.states(), ["connecting", "open", "closing", "closed"])
            n = dana.ask("sendChat", "user/anna", "later")  # waits for the next connection
            dana.do("connect")
            self.assertIn("result", await dana.answer(n))

    async def test_a_kill_loses_nothing_and_doubles_nothing(self):
        async with self.agent("dana", streams=["desk"]) as dana, self.agent("anna", streams=["chat/user/anna"]) as anna:
            await dana.following()
            await anna.following()
            asked = []
            for n in range(60):
                asked.append((anna, anna.ask("sendChat", "user/anna", f"a-{n}")))
                asked.append((dana, dana.ask("sendChat", "user/anna", f"d-{n}")))
                if n % 4 == 0:
                    asked.append((anna, anna.ask("raisePanic", message=f"p-{n}")))
            await dana.wait(lambda: len(dana.of("answer")) >= 5, "some answers")
            await self.restart()
            await dana.state("open")
            for n in range(60, 70):
                asked.append((dana, dana.ask("sendChat", "user/anna", f"d-{n}")))
            for agent, n in asked:
                self.assertIn("result", await agent.answer(n))
            await dana.wait(lambda: len(dana.texts()) >= 130 and gap_free(dana.events()), "all lines")
            for letter, count in (("a", 60), ("d", 70)):
                self.assertEqual([t for t in dana.texts() if t[0] == letter], [f"{letter}-{n}" for n in range(count)])
            panics = [e["body"]["alert"]["message"] for e in dana.events() if e["kind"] == "alert" and e["body"]["verb"] == "raise"]
            self.assertEqual(sorted(panics), sorted(f"p-{n}" for n in range(0, 60, 4)))
            await anna.wait(lambda: len(anna.texts("chat/user/anna")) >= 130, "all lines")
            self.assertTrue(gap_free(anna.events("chat/user/anna")) and gap_free(dana.events()))
            for agent in (anna, dana):
                self.assertEqual(agent.states(), ["connecting", "open", "reconnecting", "open"])
                self.assertEqual(len(agent.of("snapshot")), 1)

    async def test_what_is_asked_offline_waits_within_its_bound(self):
        async with Door(self.server, "shut") as door, \
                self.agent("dana", door.url, streams=["desk"], maxQueuedMessages=3) as dana, \
                self.agent("dana", door.url, messageQueueEnabled=False) as impatient, \
                self.agent("dana", door.url, maxReconnectAttempts=2) as weary:
            early = weary.ask("sendChat", "user/anna", "never")
            self.assertEqual((await impatient.refused("sendChat", "user/anna", "now"))["code"], "offline")
            waiting = [dana.ask("sendChat", "user/anna", f"q-{n}") for n in range(3)]
            self.assertEqual((await dana.refused("sendChat", "user/anna", "q-3"))["code"], "overloaded")
            refusal = (await weary.answer(early))["error"]
            self.assertEqual(refusal["code"], "offline")
            self.assertIn("It was not sent.", refusal["message"])
            await weary.state("failed")
            self.assertEqual(weary.states(), ["connecting", "failed"])
            self.assertEqual((await weary.refused("sendChat", "user/anna", "no"))["code"], "offline")
            await dana.wait(lambda: len(dana.of("state")) > 3, "some attempts")
            self.assertEqual(dana.of("answer")[1:], [])
            door.mode = "open"
            for n in waiting:
                self.assertIn("result", await dana.answer(n))
            await impatient.state("open")
            log = self.server.get("/api/streams/chat/user/anna?after=0&limit=1000", self.tokens["dana"]).json()
            texts = [e["body"]["text"] for e in log["events"] if e["kind"] == "chat"]
            self.assertEqual([t for t in texts if t.startswith("q-")], ["q-0", "q-1", "q-2"])
            self.assertNotIn("never", texts)

    async def test_a_token_that_ends(self):
        first = self.tokens["eve"]
        async with Door(self.server) as door, self.agent("eve", door.url, streams=["chat/user/eve"]) as fixed, \
                self.agent("dana") as dana:
            await fixed.following()
            second = None
            async with self.agent("eve", streams=["chat/user/eve"], tokens=[first, "stale"]) as stale, Door(self.server) as other:
                await stale.following()
                renewing = self.agent("eve", other.url, streams=["chat/user/eve"], tokens=[first])
                async with renewing:
                    await renewing.following()
                    result = await asyncio.to_thread(tocsin, "user", "revoke", "eve", data=self.data)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    await fixed.state("failed")
                    await stale.state("failed")
                    await renewing.state("failed")  # it gives the same one again
                    self.assertEqual([one["refused"] for one in renewing.of("token")], [None, first])
                self.assertEqual([one["refused"] for one in stale.of("token")], [None, first])
            second = await asyncio.to_thread(token_of, self.data, "eve")
            async with self.agent("eve", streams=["chat/user/eve"], tokens=[first, second]) as lucky:
                await lucky.following()
                self.assertEqual(lucky.states(), ["connecting", "open"])
                self.assertEqual([one["refused"] for one in lucky.of("token")], [None, first])
            await dana.done("sendChat", "user/eve", "missed")
            self.assertEqual((door.knocks, fixed.states()), (1, ["connecting", "open", "failed"]))
            fixed.do("setToken", token=second)
            await fixed.wait(lambda: fixed.texts("chat/user/eve") == ["missed"], "what was missed")
            self.assertEqual(len(fixed.of("snapshot")), 1)

    async def test_a_wrong_token_is_no_reason_to_try_for_ever(self):
        async with Door(self.server) as door, Agent(door.url, token="wrong") as wrong, Agent(door.url) as nobody:
            waiting = wrong.ask("raisePanic")
            await wrong.state("failed")
            await nobody.state("failed")
            self.assertEqual((await wrong.answer(waiting))["error"]["code"], "offline")
            self.assertEqual(door.knocks, 2)
            self.assertEqual(wrong.states(), ["connecting", "failed"])

    async def test_another_epoch_begins_anew(self):
        with Tocsin("--open") as first:
            listen = f"{first.host}:{first.port}"
            async with Agent(f"http://{listen}", streams=["desk"], name="Dana") as dana:
                await dana.following()
                for n in range(3):
                    await dana.done("sendChat", "user/anna", f"old-{n}")
                await dana.wait(lambda: len(dana.texts()) == 3, "the lines")
                first.kill()
                with Tocsin("--open", listen=listen):
                    await dana.wait(lambda: dana.of("resync") and len(dana.of("snapshot")) == 2, "the new log")
                    await dana.done("sendChat", "user/anna", "new")
                    await dana.wait(lambda: "new" in dana.texts(), "the new line")
                    kinds = [one["said"] for one in dana.said if one["said"] in ("resync", "snapshot", "event")]
                    self.assertEqual(kinds[kinds.index("resync"):][:2], ["resync", "snapshot"])
                    before, after = (one["cursor"] for one in dana.of("snapshot"))
                    self.assertNotEqual(before[0], after[0])
                    new = [one["cursor"] for one in dana.of("event") if one["cursor"][0] == after[0]]
                    self.assertEqual(new[0], [after[0], after[1] + 1])

    async def test_a_panic_finds_its_way_without_a_socket(self):
        async with Door(self.server, "http") as door, \
                self.agent("anna", door.url, streams=["user/anna"], httpFallback=True) as anna, \
                self.agent("dana", streams=["desk"]) as dana:
            await dana.following()
            panic = await anna.done("raisePanic", cmd_id="sos", message="no socket")
            self.assertEqual(anna.states(), ["connecting"])
            self.assertEqual((await anna.refused("issueCommand", "rig-1", "stop"))["code"], "forbidden")
            door.mode = "open"
            await anna.state("open")
            again = await anna.done("raisePanic", cmd_id="sos", message="no socket")
            self.assertEqual((again["dup"], again["ref"]), (True, panic["ref"]))
            await dana.done("sendChat", "operators", "last")
            await dana.wait(lambda: "last" in dana.texts(), "the last line")
            raised = [e for e in dana.events() if e["kind"] == "alert" and e["body"]["alert"]["id"] == panic["ref"]]
            self.assertEqual(len(raised), 1)

    async def test_a_device_takes_its_orders_and_reports(self):
        async with self.agent("dana", streams=["device/rig-1"]) as dana:
            await dana.following()
            await dana.done("request", "put_device", device={"id": "rig-1", "name": "Rig 1", "kind": "hardware"})
            rig = self.agent("rig-1", devices=["rig-1"])
            async with rig, self.agent("anna", devices=["rig-1"]) as anna:
                await rig.following()
                self.assertEqual(rig.of("welcome")[0]["frame"]["devices"], ["rig-1"])
                await anna.wait(lambda: anna.of("welcome"), "the welcome")
                self.assertNotIn("devices", anna.of("welcome")[0]["frame"])
                order = await dana.done("issueCommand", "rig-1", "set_speed", parameters={"rpm": 900}, timeout=60_000_000)
                await rig.wait(lambda: rig.of("command"), "the order")
                command = rig.of("command")[0]["command"]
                self.assertEqual((command["id"], command["action"], command["parameters"]), (order["ref"], "set_speed", {"rpm": 900}))
                await rig.done("reportCommand", command["id"], "accepted")
                await self.restart()  # the report is made while nobody hears it
                report = rig.ask("reportCommand", command["id"], "succeeded", response={"rpm": 898})
                self.assertIn("result", await rig.answer(report))
                await dana.wait(lambda: self.commands(dana)[-1:] == [(order["ref"], "succeeded")], "the report")
                self.assertEqual(anna.of("command"), [])
                self.assertEqual(len(rig.of("command")), 1)
            # An order for a device that is away is sent when it is back.
            waits = await dana.done("issueCommand", "rig-1", "stop", timeout=60_000_000)
            async with self.agent("rig-1", devices=["rig-1"]) as rig:
                await rig.wait(lambda: rig.of("command"), "the order that waited")
                self.assertEqual(rig.of("command")[0]["command"]["id"], waits["ref"])
                await rig.done("reportCommand", waits["ref"], "failed", error="The motor is hot.")
                await dana.wait(lambda: self.commands(dana)[-1:] == [(waits["ref"], "failed")], "the report")
                self.assertEqual(len(rig.of("command")), 1)
            self.assertEqual([state for ref, state in self.commands(dana) if ref == waits["ref"]], ["queued", "sent", "failed"])

    @staticmethod
    def commands(agent):
        return [(e["body"]["id"], e["body"]["state"]) for e in agent.events("device/rig-1") if e["kind"] == "command"]


class Script:
    """A server that says what the story wants. Each connection is a socket in `came`, and its hello."""

    async def __aenter__(self):
        self.came = asyncio.Queue()
        self.over = asyncio.Event()
        self.server = await websockets.serve(self.enter, "127.0.0.1", 0, subprotocols=["tocsin.v1.json"], ping_interval=None)
        self.url = f"ws://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.over.set()
        self.server.close()
        await self.server.wait_closed()

    async def enter(self, socket):
        hello = json.loads(await socket.recv())
        self.came.put_nowait((socket, hello))
        await self.over.wait()

    async def comes(self, state="resumed"):
        """The next connection, welcomed."""
        socket, hello = await asyncio.wait_for(self.came.get(), 15 * PATIENCE)
        streams = {stream: {"state": state, "epoch": "e", "seq": 0} for stream in hello["streams"]}
        await self.say(socket, {"type": "welcome", "v": 1, "epoch": "e", "you": {"id": "dana"}, "streams": streams})
        return socket, hello

    @staticmethod
    async def say(socket, *frames):
        for frame in frames:
            await socket.send(json.dumps(frame))

    @staticmethod
    async def hear(socket, kind):
        """The next frame of this type."""
        async def look():
            while True:
                frame = json.loads(await socket.recv())
                if frame["type"] == kind:
                    return frame
        return await asyncio.wait_for(look(), 15 * PATIENCE)


def line(seq):
    return {"seq": seq, "kind": "chat", "at": 1, "body": {"text": str(seq)}}


def events(*them):
    return {"type": "events", "stream": "desk", "epoch": "e", "events": list(them)}


class WithAScript(Case):
    async def test_the_contract_of_the_streams(self):
        async with Script() as script, Agent(script.url, streams=["desk"], cursors={"desk": ["e", 5], "other": ["e", 1]}) as agent:
            socket, hello = await script.comes()
            self.assertEqual((hello["v"], hello["streams"], hello["cursors"]), (1, ["desk"], {"desk": ["e", 5]}))
            await script.say(socket, {"type": "of a later server"}, events(line(5), line(6), {"seq": 7, "kind": "withheld"}, line(8)),
                             {**events(line(99)), "epoch": "other"}, events(*(line(seq) for seq in range(9, 9 + 250))))
            acks = []
            while not acks or acks[-1] < 258:  # the window is opened while there is more to come
                acks.append((await script.hear(socket, "ack"))["cursors"]["desk"])
            self.assertEqual(acks, sorted(set(acks)))
            await script.say(socket, events(line(260)))  # one is missing
            socket, hello = await script.comes()
            self.assertEqual(hello["cursors"], {"desk": ["e", 258]})
            await script.say(socket, events(line(259), line(260)))
            await agent.wait(lambda: agent.texts()[-1:] == ["260"], "the rest")
            self.assertEqual(agent.texts(), [str(seq) for seq in range(6, 261) if seq != 7])

    async def test_a_snapshot_counts_when_it_is_whole(self):
        part = {"type": "snapshot", "stream": "desk", "epoch": "e", "seq": 9, "parts": 2}
        first = {**part, "part": 1, "state": {"devices": [{"id": "a"}]}}
        async with Script() as script, Agent(script.url, streams=["desk"]) as agent:
            socket, _ = await script.comes("reset")
            await script.say(socket, first)
            await socket.close(1011)
            socket, hello = await script.comes("reset")
            self.assertEqual(hello["cursors"], {})
            await script.say(socket, first, {**part, "part": 2, "state": {"devices": [{"id": "b"}], "alerts": []}}, events(line(10)))
            self.assertEqual((await script.hear(socket, "ack"))["cursors"], {"desk": 10})
            await agent.wait(lambda: agent.texts() == ["10"], "the event behind it")
            self.assertEqual([one["state"] for one in agent.of("snapshot")], [{"devices": [{"id": "a"}, {"id": "b"}], "alerts": []}])

    async def test_the_server_says_when_to_come_back(self):
        async with Script() as script, Agent(script.url, streams=["desk"], cursors={"desk": ["e", 0]}) as agent:
            socket, _ = await script.comes()
            await script.say(socket, events(line(1)))
            await script.hear(socket, "ack")
            await socket.close(4008, "Too slow retry_ms=400")
            closed = time.monotonic()
            socket, hello = await script.comes()
            self.assertGreater(time.monotonic() - closed, 0.35)  # 20 ms would do without it
            self.assertEqual(hello["cursors"], {"desk": ["e", 1]})
            await socket.close(4003)
            await agent.state("failed")
            self.assertEqual(agent.states(), ["connecting", "open", "reconnecting", "open", "failed"])

    async def test_a_request_keeps_its_id_until_it_is_answered(self):
        async with Script() as script, Agent(script.url, autoConnect=False) as agent:
            n = agent.ask("sendChat", "user/anna", "hello")
            agent.do("connect")
            socket, _ = await script.comes()
            first = await script.hear(socket, "request")
            await socket.close(1011)
            socket, _ = await script.comes()
            again = await script.hear(socket, "request")
            self.assertEqual(again, first)
            await script.say(socket, {"type": "reply", "id": first["cmd_id"], "ok": False,
                                      "error": {"code": "rate_limited", "message": "", "retry_after_ms": 20}})
            self.assertEqual(await script.hear(socket, "request"), first)
            self.assertEqual(agent.of("answer"), [])
            done = {"type": "reply", "id": first["cmd_id"], "ok": True, "dup": True, "result": {"changed": True, "ref": "c"}}
            await script.say(socket, done, done)
            self.assertEqual((await agent.answer(n))["result"], {"changed": True, "ref": "c", "dup": True})

    async def test_no_more_is_under_way_than_the_server_takes(self):
        async with Script() as script, Agent(script.url) as agent:
            asked = [agent.ask("sendChat", "user/anna", str(n)) for n in range(150)]
            urgent = agent.ask("raisePanic")
            socket, _ = await script.comes()
            heard = [await script.hear(socket, "request") for _ in range(101)]
            self.assertEqual([r["body"].get("text") for r in heard], [str(n) for n in range(100)] + [None])
            self.assertEqual(heard[-1]["body"]["client_alert_id"], heard[-1]["cmd_id"])
            for request in heard:
                await script.say(socket, {"type": "reply", "id": request["cmd_id"], "ok": True})
            rest = [await script.hear(socket, "request") for _ in range(50)]
            self.assertEqual([r["body"]["text"] for r in rest], [str(n) for n in range(100, 150)])
            for request in rest:
                await script.say(socket, {"type": "reply", "id": request["cmd_id"], "ok": True})
            for n in [*asked, urgent]:
                self.assertIn("result", await agent.answer(n))

    async def test_silence_is_noticed(self):
        async with Script() as script, Agent(script.url, enableHeartbeat=False, heartbeatInterval=1) as trusting:
            await script.comes()
            async with Agent(script.url, heartbeatInterval=50) as agent:
                socket, _ = await script.comes()
                self.assertEqual((await script.hear(socket, "ping"))["id"], "heartbeat")
                await script.comes()
                await agent.wait(lambda: "The server fell silent." in [one["reason"] for one in agent.of("state")], "the reason")
                self.assertEqual(trusting.states(), ["connecting", "open"])

    async def test_who_says_no_welcome_is_left(self):
        async with Script() as script, Agent(script.url, connectTimeout=200) as agent:
            await asyncio.wait_for(script.came.get(), 15 * PATIENCE)
            await script.comes()
            await agent.state("open")
            self.assertIn("The server does not answer.", [one["reason"] for one in agent.of("state")])


if __name__ == "__main__":
    if LANGUAGE not in COMMANDS:
        raise SystemExit(__doc__)
    main()
