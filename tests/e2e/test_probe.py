# SPDX-License-Identifier: GPL-3.0-or-later
"""`tocsin probe URL` against Tocsin in both postures and against servers that are something else; and who is connected, as
staff see it over the native protocol: the list, disconnecting, the frame inspector."""

import asyncio
import contextlib
import json
import os
import subprocess
import threading

import websockets

from native_client import NativeClient
from tocsin_process import BINARY, PATIENCE, Case, Tocsin, add_user, environment, main, say, tocsin, token_of

DIALECTS = [0, 1, 2, 3, 4]  # what an open server shows without a token; dialect 5 wants one always


def probe(url, *args, env=None):
    result = tocsin("probe", url, "--json", *args, env=env, seconds=60)
    return result, json.loads(result.stdout) if result.stdout else None


def rows(answer, dialect, result=None):
    return [r for r in answer["rows"] if r["dialect"] == dialect and result in (None, r["result"])]


def wanted():
    return [part for d in DIALECTS for part in ("--dialect", str(d))]


class Elsewhere:
    """A WebSocket server of ours in a thread of its own, while the probe runs."""

    def __init__(self, handler=None, raw=None):
        self.handler, self.raw = handler, raw

    def __enter__(self):
        started = threading.Event()

        async def serve():
            self.stop = asyncio.Event()
            self.loop = asyncio.get_running_loop()
            if self.raw:
                server = await asyncio.start_server(self.raw, "127.0.0.1", 0)
            else:
                server = await websockets.serve(self.handler, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await self.stop.wait()
            server.close()

        self.thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
        self.thread.start()
        started.wait(10)
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)


def play(case, dialect, name, done, token=""):
    """Runs the dialect's simulation until done(lines) is true of what it printed, [(way, text)]; it is then still playing."""
    command = [BINARY, "probe", case.server.url, "--play", str(dialect), "--id", name, "--json", "--seconds", "600"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(TOCSIN_TOKEN=token))
    lines = []

    def read():
        for line in process.stdout:
            one = json.loads(line)
            lines.append((one["way"], one["text"]))
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        case.server.wait_for(lambda: done(list(lines)), seconds=20, what=f"what dialect {dialect} plays")
        case.assertIsNone(process.poll())
    except AssertionError as error:
        raise AssertionError(f"{error}: {lines[-20:]}") from None
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
    return lines


class Open(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin("--open")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_every_dialect_is_walked_and_nothing_is_left_behind(self):
        result, answer = probe(self.server.url, *wanted())
        self.assertEqual((result.returncode, rows_that_failed(answer)), (0, []), result.stderr)
        self.assertTrue(answer["ok"])
        for dialect in DIALECTS:
            self.assertGreaterEqual(len(rows(answer, dialect, "ok")), 4, dialect)
            self.assertTrue(all(r["ms"] > 0 for r in rows(answer, dialect, "ok")))
        devices = self.server.get("/health").json()["connectedDevices"]
        self.assertEqual(devices, 0)

    def test_with_a_device_it_sends_one_reading(self):
        result, answer = probe(self.server.url, "--dialect", "1", "--device", "probe-van")
        self.assertEqual((result.returncode, rows_that_failed(answer)), (0, []))
        self.assertIn("telemetry_update", [r["step"] for r in rows(answer, 1, "ok")])
        self.assertEqual(self.server.status("probe-van")["is_online"], True)

    def test_the_test_client_plays_every_dialect(self):
        def heard(*words):
            return lambda lines: all(any(way == "<" and word in text for way, text in lines) for word in words)
        # A console that follows what the others do; a van and a tracker, which are devices from then on.
        play(self, 0, "watcher", heard('"welcome"', '"adapters"', '"pong"'))
        lines = play(self, 1, "play-van", lambda lines: sum('"telemetry_data"' in text for way, text in lines if way == ">") >= 3)
        self.assertTrue(self.server.status("play-van")["is_online"])
        places = {text.partition('"location":')[2] for way, text in lines if '"telemetry_data"' in text and way == ">"}
        self.assertGreaterEqual(len(places), 3)  # it drives
        play(self, 2, "860000000000077", heard("device_registered", "telemetry_update"))
        self.assertTrue(self.server.status("860000000000077")["is_online"])
        play(self, 3, "bench", heard("subscribe_telemetry"))
        play(self, 4, "dashboard", lambda lines: sum(way == "<" and '"subscribed"' in text for way, text in lines) >= 5)

    def test_the_table_says_the_same_in_words(self):
        result = tocsin("probe", self.server.url, "--dialect", "0,1", seconds=60)
        self.assertEqual(result.returncode, 0, result.stdout)
        lines = result.stdout.splitlines()
        self.assertTrue(any(line.startswith("0  hello") and " ok " in line for line in lines), result.stdout)
        self.assertTrue(any("skipped" in line and "--device" in line for line in lines), result.stdout)
        self.assertIn("0 failed", lines[-1])

    def test_a_wrong_command_ends_with_2(self):
        for args in ([], ["ftp://x"], ["http://x", "y"], ["http://x", "--dialect", "6"], ["http://x", "--timeout", "0"],
                     ["http://x", "--user", "a"], ["http://x", "--token-file", "/none"], ["http://x", "--ca", "/none"],
                     ["http://x", "--fingerprint", "sha256:1"], ["http://x", "--wrong"]):
            result = tocsin("probe", *args)
            self.assertEqual((args, result.returncode), (args, 2))
            self.assertIn("tocsin:", result.stderr)

    def test_servers_that_are_something_else_fail_and_end_in_time(self):
        async def mute(socket):
            await asyncio.sleep(600)

        async def closer(socket):
            await socket.close(1011, "no")

        async def babble(socket):
            with contextlib.suppress(websockets.exceptions.ConnectionClosed):
                for _ in range(200):
                    await socket.send('{"type": ["nonsense"]}')
                    await socket.send("\x00[[[")
                await socket.wait_closed()

        async def silent(reader, writer):
            await reader.read(-1)

        async def web(reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            await writer.drain()
            writer.close()

        async def garbage(reader, writer):
            writer.write(b"SSH-2.0-OpenSSH\r\n")
            await writer.drain()
            writer.close()

        kinds = {"mute": Elsewhere(mute), "closer": Elsewhere(closer), "babble": Elsewhere(babble),
                 "silent": Elsewhere(raw=silent), "web": Elsewhere(raw=web), "garbage": Elsewhere(raw=garbage)}
        for name, kind in kinds.items():
            with self.subTest(name), kind as server:
                result, answer = probe(server.url, "--dialect", "0,2,3,4", "--timeout", "0.1")
                self.assertEqual(result.returncode, 1, name)
                self.assertFalse(answer["ok"])
                for dialect in (0, 2, 3, 4):
                    failed = [r for r in rows(answer, dialect, "fail") if r["mandatory"]]
                    self.assertTrue(failed, (name, dialect))
                    self.assertTrue(all(r["expected"] and r["got"] for r in failed), (name, failed))
        result, answer = probe("http://127.0.0.1:1", "--dialect", "0", "--timeout", "5")
        self.assertEqual(result.returncode, 1)
        self.assertIn("refused", rows(answer, 0, "fail")[0]["got"].lower())


def rows_that_failed(answer):
    return [(r["dialect"], r["step"], r["expected"], r["got"]) for r in answer["rows"] if r["result"] == "fail"]


class Secure(Case):
    """One server for all stories; who they are is in the names of the tokens."""

    @classmethod
    def setUpClass(cls):
        import tempfile
        cls.data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        for name, role in (("ada", "admin"), ("sue", "supervisor"), ("dora", "dispatcher"), ("ben", "citizen")):
            add_user(cls.data, name, role)
        cls.tokens = {name: token_of(cls.data, name) for name in ("ada", "sue", "dora", "ben")}
        cls.server = Tocsin(data=cls.data)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        import shutil
        cls.server.stop()
        shutil.rmtree(cls.data, ignore_errors=True)

    def test_with_a_token_every_dialect_passes(self):
        env = environment(TOCSIN_TOKEN=self.tokens["ada"])
        result, answer = probe(self.server.url, *wanted(), "--dialect", "5", env=env)
        self.assertEqual((result.returncode, rows_that_failed(answer)), (0, []))
        for dialect in [*DIALECTS, 5]:
            self.assertGreaterEqual(len(rows(answer, dialect, "ok")), 4, dialect)
        self.assertNotIn(self.tokens["ada"], result.stdout)

    def test_a_login_is_as_good(self):
        path = os.path.join(self.data, "password")
        with open(path, "w", encoding="ascii") as file:
            file.write("correct horse battery\n")
        result, answer = probe(self.server.url, "--dialect", "0", "--user", "dora", "--password-file", path)
        self.assertEqual((result.returncode, rows_that_failed(answer)), (0, []))
        self.assertIn("hello", [r["step"] for r in rows(answer, 0, "ok")])

    def test_without_one_it_says_what_was_refused(self):
        result, answer = probe(self.server.url, "--dialect", "0,1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("hello", [r["step"] for r in rows(answer, 0, "fail")])
        self.assertIn("HTTP 401", [r["got"] for r in rows(answer, 1, "fail")])

    # -- who is connected

    async def watch(self, name):
        client = NativeClient(self.server, ["audit"] if name != "dora" else [], token=self.tokens[name])
        await client.__aenter__()
        self.addAsyncCleanup(client.__aexit__)
        return client

    async def order(self, client, frame):
        frame = {"id": "o", **frame}
        await client.say(frame)
        return await client.wait(lambda: client.replies.pop("o", None), what=frame["type"])

    @staticmethod
    def listed(client):
        """The list as the parts told it."""
        known = {}
        for frame in client.live:
            told = frame.get("connections")
            if told is None:
                continue
            if told.get("full"):
                known.clear()
            for one in told.get("clients", []):
                known[one["id"]] = one
            for gone in told.get("gone", []):
                known.pop(gone, None)
        return known

    @staticmethod
    def closed(client):
        return [c for f in client.live for c in f.get("connections", {}).get("closed", [])]

    async def test_staff_see_who_is_connected_and_what_they_do(self):
        dora = await self.watch("dora")
        self.assertEqual((await self.order(dora, {"type": "subscribe", "topics": ["connections"]}))["ok"], True)
        async with self.server.connect("/ws/chat/ben", token=self.tokens["ben"]) as ben:
            def found():
                return next((c for c in self.listed(dora).values() if c["path"] == "/ws/chat/ben"), None)
            await dora.wait(found, what="ben in the list")
            one = found()
            self.assertEqual((one["dialect"], one["user"], one["role"], one["address"]),
                             ("dialect1", "ben", "citizen", "127.0.0.1"))
            self.assertNotIn("token", json.dumps(one))
            self.assertGreaterEqual(one["subscriptions"], 1)
            for _ in range(5):
                await say(ben, {"type": "ping"})
            await dora.wait(lambda: found()["in"]["messages"] == 5 and found()["out"]["messages"] >= 5, what="his pings")
            await dora.wait(lambda: found()["in"].get("per_second", 1) == 0, what="his silence")
            self.assertGreater(found()["in"]["bytes"], 5 * 10)
        await dora.wait(lambda: not found() and self.closed(dora), what="his end")
        last = [c for c in self.closed(dora) if c.get("user") == "ben"][-1]
        self.assertEqual(last["code"], 1000)
        # Whoever wants no more of it is told no more.
        await self.order(dora, {"type": "unsubscribe", "topics": ["connections"]})

    async def test_citizens_do_not_see_it_and_dispatchers_do_not_touch_it(self):
        ben = NativeClient(self.server, [], token=self.tokens["ben"])
        async with ben:
            reply = await self.order(ben, {"type": "subscribe", "topics": ["connections"]})
            self.assertEqual(reply["result"]["denied"], ["connections"])
            for client in (ben, await self.watch("dora")):
                for frame in ({"type": "disconnect", "client": "ws-1"}, {"type": "tap", "filter": {}}):
                    reply = await self.order(client, frame)
                    self.assertEqual(reply["error"]["code"], "forbidden")

    async def test_a_supervisor_disconnects_a_client_and_the_audit_says_so(self):
        sue = await self.watch("sue")
        await self.order(sue, {"type": "subscribe", "topics": ["connections"]})
        async with self.server.connect("/ws/alerts/ben", token=self.tokens["ben"]) as ben:
            def found():
                return next((i for i, c in self.listed(sue).items() if c["path"] == "/ws/alerts/ben"), None)
            await sue.wait(found, what="ben in the list")
            reply = await self.order(sue, {"type": "disconnect", "client": found(), "reason": "Wrong telephone"})
            self.assertTrue(reply["ok"], reply)
            with self.assertRaises(websockets.exceptions.ConnectionClosed):
                while True:
                    await asyncio.wait_for(ben.recv(), 10 * PATIENCE)
            self.assertEqual((ben.close_code, ben.close_reason), (4010, "Wrong telephone"))

        def noted():
            return [e["body"] for _, e in sue.history["audit"] if e["body"]["action"] == "disconnect"]
        await sue.wait(noted, what="the note in the audit")
        self.assertIn("ben", noted()[0]["detail"])
        reply = await self.order(sue, {"type": "disconnect", "client": "ws-999999"})
        self.assertEqual(reply["error"]["code"], "not_found")

    async def test_a_client_that_polls_is_one_like_the_others(self):
        sue = await self.watch("sue")
        await self.order(sue, {"type": "subscribe", "topics": ["connections"]})
        engine = "/socket.io/?EIO=4&transport="

        def begin():
            sid = json.loads(self.server.get(engine + "polling", self.tokens["ben"]).body[1:])["sid"]
            path = f"{engine}polling&sid={sid}"
            self.assertEqual(self.server.post(path, "40").body, b"ok")
            return sid, path

        def found(known):
            return next((c for i, c in self.listed(sue).items() if i.startswith("polling-") and i not in known), None)
        sid, path = begin()
        self.assertIn(b'40{"sid"', self.server.get(path).body)
        self.assertEqual(self.server.post(path, '42["subscribe_user",{"email":"ben"}]').body, b"ok")
        self.assertIn(b"user_subscribed", self.server.get(path).body)
        await sue.wait(lambda: found(()) and found(())["subscriptions"] >= 1, what="ben in the list")
        first = found(())
        self.assertEqual((first["dialect"], first["user"], first["path"], first["address"]),
                         ("dialect2", "ben", "/socket.io/", "127.0.0.1"))
        self.assertEqual((first["in"]["messages"], first["out"]["messages"]), (2, 2))
        self.assertGreaterEqual(first["in"]["bytes"], 30)
        # The inspector sees him as well.
        self.assertTrue((await self.order(sue, {"type": "tap", "filter": {"client": first["id"]}}))["ok"])
        self.server.post(path, '42["heartbeat",{"imei":"poller"}]')

        def frames():
            return [f["text"] for frame in sue.live for f in frame.get("frames", {}).get("list", [])]
        await sue.wait(lambda: [t for t in frames() if "poller" in t], what="what he said")
        await self.order(sue, {"type": "tap"})
        self.assertTrue((await self.order(sue, {"type": "disconnect", "client": first["id"], "reason": "Enough"}))["ok"])
        await sue.wait(lambda: [c for c in self.closed(sue) if c["id"] == first["id"]], what="his end")
        last = next(c for c in self.closed(sue) if c["id"] == first["id"])
        self.assertEqual((last["code"], last["reason"]), (4010, "Enough"))
        self.assertEqual(self.server.get(path).status, 400)

        # One that goes over to a WebSocket goes on as that, with its subscriptions.
        sid, path = begin()
        self.server.post(path, '42["subscribe_user",{"email":"ben"}]')
        await sue.wait(lambda: found((first["id"],)), what="the second one")
        second = found((first["id"],))["id"]
        query = f"EIO=4&transport=websocket&sid={sid}"
        async with self.server.connect("/socket.io/", query=query, token=self.tokens["ben"]) as web:
            await web.send("2probe")
            self.assertEqual(await web.recv(), "3probe")
            await web.send("5")
            await sue.wait(lambda: [c for c in self.closed(sue) if c["id"] == second], what="its change")
            self.assertRegex(next(c for c in self.closed(sue) if c["id"] == second)["reason"], r"Goes on as ws-\d+")

            def web_one():
                return next((c for c in self.listed(sue).values()
                             if c["dialect"] == "dialect2" and c["id"].startswith("ws-") and c["subscriptions"] >= 1), None)
            await sue.wait(web_one, what="the WebSocket with the subscriptions")
            self.assertEqual(web_one()["user"], "ben")

    # -- the test client plays each dialect

    def test_the_test_client_plays_a_phone_that_calls_for_help(self):
        def called(lines):
            alerts = self.server.get("/api/alerts/", self.tokens["ben"]).json()["alerts"]
            return alerts and alerts[0]["location_count"] >= 1 and "HTTP 201" in json.dumps(lines)
        lines = play(self, 5, "ben", called, token=self.tokens["ben"])
        self.assertNotIn(self.tokens["ben"], json.dumps(lines))

    def test_playing_ends_with_1_where_it_cannot(self):
        result = tocsin("probe", self.server.url, "--play", "1", "--id", "van", "--seconds", "5")
        self.assertEqual(result.returncode, 1)
        self.assertIn("HTTP 401", result.stdout)
        for args in (["--play", "7"], ["--play", "0,1"], ["--id", "x"], ["--play", "1", "--seconds", "0"]):
            self.assertEqual(tocsin("probe", self.server.url, *args).returncode, 2, args)

    async def test_the_inspector_shows_frames_and_no_secrets(self):
        sue = await self.watch("sue")
        reply = await self.order(sue, {"type": "tap", "filter": {"user": "ben"}})
        self.assertTrue(reply["ok"], reply)

        def seen():
            return [f for frame in sue.live for f in frame.get("frames", {}).get("list", [])]
        token = self.tokens["ben"]
        async with self.server.connect("/ws/alerts/ben", token=token) as ben:
            await say(ben, {"type": "ping", "token": "s3cret-one", "data": {"Password": "s3cret-two"}})
            await say(ben, '{"type":"ping","nested":"{\\"auth\\":{\\"k\\":\\"s3cret-three\\"}}","to\\u006ben":"s3cret-four"}')
            await say(ben, {"type": "ping", "note": "Authorization: Bearer s3cret-five", "link": f"/x?token={token}"})
            await sue.wait(lambda: len([f for f in seen() if not f.get("out")]) >= 3, what="what he said")
            await sue.wait(lambda: [f for f in seen() if f.get("out")], what="what he was told")
        text = json.dumps(seen(), ensure_ascii=False)
        self.assertNotIn("s3cret", text)
        self.assertNotIn(token[:20], text)
        self.assertNotIn(token.split(".")[2], text)
        self.assertIn("•••", text)
        self.assertTrue(all(f["size"] > 0 and f["client"].startswith("ws-") for f in seen()))

        # Only what passes the filter, and nothing once it is off.
        count = len(seen())
        async with self.server.connect("/ws/alerts/dora", token=self.tokens["dora"]) as dora:
            await say(dora, {"type": "ping"})
            await dora.recv()
            await self.order(sue, {"type": "tap"})
            await say(dora, {"type": "ping"})
            await dora.recv()
        self.assertEqual(len(seen()), count)

        def noted():
            return [e["body"]["detail"] for _, e in sue.history["audit"] if e["body"]["action"] == "inspect_frames"]
        await sue.wait(noted, what="the note in the audit")
        self.assertIn("ben", noted()[0])


class Tls(Case):
    """The same walk where the certificate is the server's own."""

    def test_over_tls_by_what_it_trusts(self):
        import tempfile
        with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as data:
            add_user(data, "ada", "admin")
            env = environment(TOCSIN_TOKEN=token_of(data, "ada"))
            with Tocsin("--listen", "https://127.0.0.1:0", data=data) as server:
                lines = [server.process.stdout.readline().decode().rstrip("\n") for _ in range(2)]
                url = lines[0].removeprefix("listening ")
                fingerprint = lines[1].removeprefix("certificate sha256 ").replace(":", "")
                self.assertTrue(url.startswith("https://"), lines)
                authority = os.path.join(data, "tls", "ca.pem")
                for trust in (["--ca", authority], ["--fingerprint", "sha256:" + fingerprint], ["--insecure"]):
                    with self.subTest(trust[0]):
                        result, answer = probe(url, *wanted(), "--dialect", "5", *trust, env=env)
                        self.assertEqual((result.returncode, rows_that_failed(answer)), (0, []))
                        self.assertTrue(all(len(rows(answer, d, "ok")) >= 4 for d in [*DIALECTS, 5]))
                for trust in ([], ["--fingerprint", "sha256:" + "00" * 32]):
                    with self.subTest(trust):
                        result, answer = probe(url, "--dialect", "0,1", *trust, env=env)
                        self.assertEqual(result.returncode, 1)
                        self.assertFalse([r for d in (0, 1) for r in rows(answer, d, "ok")])


if __name__ == "__main__":
    main()
