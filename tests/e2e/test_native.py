# SPDX-License-Identifier: GPL-3.0-or-later
"""The native protocol from outside: hello, streams that lose nothing, requests that are done once, readers that stand still."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

from native_client import NativeClient
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, say, token_of


def line(text, thread="user/anna"):
    return {"kind": "send_chat", "thread": thread, "text": text, "from_desk": True}


class Native(Case):
    async def test_a_request_is_done_once_and_told_in_order(self):
        with Tocsin("--open") as server:
            async with NativeClient(server, ["desk", "chat/user/anna"]) as client:
                first = await client.ask("c-1", line("one"))
                self.assertTrue(first["ok"])
                again = await client.ask("c-1", line("one"))
                self.assertTrue(again["dup"])
                self.assertEqual(again["result"], first["result"])
                other = await client.ask("c-1", line("another"))
                self.assertEqual(other["error"]["code"], "id_conflict")
                await client.ask("c-2", line("two"))
                await client.wait(lambda: len(client.texts("chat/user/anna")) >= 2, what="the lines")
                self.assertEqual([t for t in client.texts("chat/user/anna") if t in ("one", "two")], ["one", "two"])
                seqs = client.seqs("desk")
                self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))))

    async def test_what_was_missed_across_a_kill_comes_once_and_in_order(self):
        data = self.data_directory()
        server = Tocsin("--open", data=data)
        server.start()
        async with NativeClient(server, ["desk"]) as reader, NativeClient(server, ["desk"]) as writer:
            for n in range(20):
                await writer.ask(f"a-{n}", line(f"a-{n}"))
            await reader.wait(lambda: len(reader.texts("desk")) >= 10, what="some lines")
            history, cursors = reader.history, reader.cursors
        async with NativeClient(server, ["desk"]) as writer:
            for n in range(300):  # more than the window
                await writer.say({"type": "request", "cmd_id": f"b-{n}", "body": line(f"b-{n}")})
            await writer.wait(lambda: sum(1 for r in writer.replies.values() if r["ok"]) >= 190, what="the replies")
            taken = [i for i, r in writer.replies.items() if r["ok"]]
            server.kill()
        with Tocsin("--open", data=data) as server:
            async with NativeClient(server, ["desk"], cursors=cursors) as reader:
                self.assertEqual(reader.welcome["streams"]["desk"]["state"], "resumed")
                head = reader.welcome["streams"]["desk"]["seq"]
                await reader.wait(lambda: reader.cursors["desk"][1] >= head, what="all that was missed")
                self.assertEqual(reader.snapshots, {})
                whole = history["desk"] + reader.history["desk"]
        seqs = [seq for seq, _ in whole]
        self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))))
        texts = [e["body"].get("text") for _, e in whole if e["kind"] == "chat"]
        self.assertEqual(set(taken) - set(texts), set())
        self.assertEqual([t for t in texts if t.startswith("b-")], sorted({t for t in texts if t.startswith("b-")},
                                                                          key=lambda t: int(t[2:])))

    async def test_ten_thousand_missed_come_in_order_while_more_happens(self):
        count = 5_000  # each is raised and taken: two events
        with Tocsin("--open") as server:
            async with NativeClient(server, ["chat/user/7"]) as reader:
                await reader.wait(lambda: "chat/user/7" in reader.cursors, what="the place to start from")
                cursors = reader.cursors
                # Calls for help are the cheapest way to many events; chat is limited. Taken ones are not told again and again.
            writers = [await self.stack(NativeClient(server, [])) for _ in range(10)]
            await asyncio.gather(*(self.panics(writer, range(first, count, len(writers)))
                                   for first, writer in enumerate(writers)))
            async with NativeClient(server, ["user/7"], cursors={"user/7": [cursors["chat/user/7"][0], 0]}) as late:
                self.assertEqual(late.welcome["streams"]["user/7"]["state"], "resumed")
                async with NativeClient(server, []) as writer:
                    for n in range(20):
                        await writer.ask(f"m-{n}", {"kind": "raise_panic", "user_id": "7", "client_alert_id": f"m-{n}"})
                await late.wait(lambda: len(late.history["user/7"]) >= 2 * count + 20, 120, "everything")
                seqs = late.seqs("user/7")
                self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
                raised = [e["body"]["alert"]["id"] for _, e in late.history["user/7"] if e["body"]["verb"] == "raise"]
                self.assertEqual((len(raised), len(set(raised))), (count + 20, count + 20))

    async def panics(self, writer, numbers):
        """A hundred under way at a time, so that they share transactions."""
        for start in range(0, len(numbers), 100):
            some = [f"p-{n}" for n in numbers[start:start + 100]]
            for name in some:
                await writer.say({"type": "request", "cmd_id": name, "body": {
                    "kind": "raise_panic", "user_id": "7", "client_alert_id": name, "message": "x"}})
            await writer.wait(lambda: some[-1] in writer.replies and all(name in writer.replies for name in some), 60, "the replies")
            self.assertTrue(all(writer.replies[name]["ok"] for name in some))
            for name in some:
                await writer.say({"type": "request", "cmd_id": "a" + name, "body": {
                    "kind": "acknowledge", "alert_id": writer.replies[name]["result"]["ref"]}})
            await writer.wait(lambda: all("a" + name in writer.replies for name in some), 60, "the replies")
            self.assertTrue(all(writer.replies["a" + name]["ok"] for name in some))

    async def stack(self, client):
        await client.__aenter__()
        self.addAsyncCleanup(client.__aexit__)
        return client

    async def test_without_a_token_the_first_frame_brings_it(self):
        data = self.data_directory()
        add_user(data, "dana", "dispatcher")
        add_user(data, "anna", "citizen")
        with Tocsin(data=data) as server:
            async with NativeClient(server, ["desk"], token=token_of(data, "dana")) as dana:
                self.assertEqual(dana.welcome["you"]["id"], "dana")
                self.assertEqual(dana.welcome["streams"]["desk"]["state"], "reset")
            async with NativeClient(server, ["desk", "chat/user/anna"], token=token_of(data, "anna")) as anna:
                states = {name: s["state"] for name, s in anna.welcome["streams"].items()}
                self.assertEqual(states, {"desk": "denied", "chat/user/anna": "reset"})
            for first in ({"type": "hello", "v": 1}, {"type": "hello", "v": 1, "token": "wrong"}):
                async with server.connect("/ws/v1") as socket:
                    await say(socket, first)
                    await asyncio.wait_for(socket.wait_closed(), 5 * PATIENCE)
                    self.assertEqual(socket.close_code, 4001)
            async with server.connect("/ws/v1") as socket:  # says nothing
                await asyncio.wait_for(socket.wait_closed(), 10 * PATIENCE)
                self.assertEqual(socket.close_code, 4001)
            async with server.connect("/ws/v1") as socket:  # says too much
                await socket.send("x" * 70_000)
                await asyncio.wait_for(socket.wait_closed(), 5 * PATIENCE)
                self.assertEqual(socket.close_code, 1009)
            self.assertEqual(await self.refused(server, "/ws/v1", token="wrong"), 401)

    async def test_streams_are_read_over_http_too(self):
        with Tocsin("--open") as server:
            async with NativeClient(server, []) as client:
                await client.ask("1", line("one"))
                await client.ask("2", line("two"))
            body = server.get("/api/streams/chat/user/anna?after=0").json()
            self.assertEqual([e["body"]["text"] for e in body["events"]], ["one", "two"])
            self.assertEqual([e["seq"] for e in body["events"]], [1, 2])
            rest = server.get(f"/api/streams/chat/user/anna?after={body['events'][0]['seq']}").json()
            self.assertEqual([e["body"]["text"] for e in rest["events"]], ["two"])

    async def test_a_frozen_and_a_killed_console_change_nothing_for_others(self):
        """Stopped for ten seconds, then killed, while lines and telemetry flow: a second client gets all of it at the same pace."""
        with Tocsin("--open") as server:
            frozen = subprocess.Popen([sys.executable, "-B", __file__, "--reader", server.host, str(server.port)],
                                      stdout=subprocess.PIPE, env=os.environ.copy())
            try:
                self.assertEqual(await asyncio.to_thread(frozen.stdout.readline), b"reading\n")
                async with NativeClient(server, ["desk"]) as other, NativeClient(server, []) as writer, \
                        server.connect("/ws/telemetry/van-1") as van:
                    await other.say({"type": "subscribe", "id": "s", "topics": ["telemetry"]})
                    delays = []

                    async def write(number):
                        sent = time.monotonic()
                        await writer.say({"type": "request", "cmd_id": f"m-{number}", "body": {
                            "kind": "raise_panic", "user_id": "u", "client_alert_id": f"m-{number}", "message": "x" * 2000}})
                        await say(van, {"type": "telemetry_data", "data": {"speed": number % 100}})
                        await other.wait(lambda: any(e["body"]["alert"]["id"] for _, e in other.history["desk"][-5:]
                                                     if e.get("request_id") == f"m-{number}"), 20, f"m-{number}")
                        delays.append(time.monotonic() - sent)

                    number = 0
                    os.kill(frozen.pid, signal.SIGSTOP)
                    until = time.monotonic() + 10
                    while time.monotonic() < until:
                        await write(number)
                        number += 1
                        await asyncio.sleep(0.01)
                    os.kill(frozen.pid, signal.SIGKILL)
                    for _ in range(50):
                        await write(number)
                        number += 1
                    seqs = other.seqs("desk")
                    self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))))
                    told = {e["request_id"] for _, e in other.history["desk"] if "request_id" in e}
                    self.assertEqual({f"m-{n}" for n in range(number)} - told, set())
                    self.assertTrue(any(f.get("topic") == "telemetry" for f in other.live))
                    delays.sort()
                    print(f"beside a frozen console: {number} alerts, p50 {delays[len(delays) // 2] * 1000:.1f} ms, "
                          f"p99 {delays[int(len(delays) * .99)] * 1000:.1f} ms, worst {delays[-1] * 1000:.1f} ms")
            finally:
                frozen.kill()
                frozen.wait()
                frozen.stdout.close()


async def only_read(host, port):
    """The console that is frozen: follows everything and says when it has begun."""
    import websockets
    async with websockets.connect(f"ws://{host}:{port}/ws/v1") as socket:
        await socket.send(json.dumps({"type": "hello", "v": 1, "client": "frozen", "streams": ["desk"]}))
        await socket.send(json.dumps({"type": "subscribe", "id": "s", "topics": ["telemetry", "presence", "stats"]}))
        print("reading", flush=True)
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "events":
                await socket.send(json.dumps({"type": "ack", "cursors": {"desk": frame["events"][-1]["seq"]}}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--reader"]:
        asyncio.run(only_read(sys.argv[2], int(sys.argv[3])))
    else:
        main()
