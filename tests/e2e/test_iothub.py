# SPDX-License-Identifier: GPL-3.0-or-later
"""The IoT hub (dialect 2) from outside: the original's client libraries on every transport, frames that they never send, and HTTP."""

import asyncio
import base64
import contextlib
import json
import shutil
import tempfile

from iothub_clients import Node, PythonClient, Typed, install_packages
from native_client import NativeClient
from tocsin_process import Case, Tocsin, add_user, main, receive_until, token_of, tocsin

ENGINE = "/socket.io/?EIO=4&transport="
EVERYTHING = {"engineRpm": 4500, "speed": 65, "fuelLevel": 75, "batteryVoltage": 11.5, "crashDetection": 1, "dtc": 2,
              "position": {"latitude": 40.7128, "longitude": -74.006}, "externalVoltage": 12500, "engineLoad": 40,
              "engineOilTemp": 90, "totalMileage": 123456, "tirePressure": {"frontLeft": 2.2}}
CODES = {"LOW_BATTERY": ("vehicle_alert", "warning", "Low battery voltage detected"),
         "CRASH_DETECTED": ("crash_detected", "critical", "Crash detected!"),
         "HIGH_RPM": ("vehicle_alert", "warning", "High engine RPM detected"),
         "DTC_DETECTED": ("health_warning", "warning", "Diagnostic trouble code detected")}


class Hub(Case):
    """One server for all stories of a posture."""
    args = ()

    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        cls.prepare()
        cls.server = Tocsin(*cls.args, data=cls.data)
        cls.server.start()

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            shutil.rmtree(cls.data, ignore_errors=True)

    @contextlib.asynccontextmanager
    async def typed(self, auth=None, query="", **more):
        async with self.server.connect("/socket.io/", query="EIO=4&transport=websocket" + query, **more) as socket:
            typed = Typed(socket)
            await typed.join(auth)
            yield typed

    async def entered(self, context):
        self.addAsyncCleanup(context.__aexit__, None, None, None)
        return await context.__aenter__()

    def poll(self, method="GET", body=None, sid="", **query):
        path = ENGINE + "polling" + (f"&sid={sid}" if sid else "")
        return self.server.request(method, path, body=body)

    def handshake(self):
        return json.loads(self.poll().body[1:])["sid"]


class Open(Hub):
    args = ("--open",)

    async def clients(self):
        """Each library on each transport."""
        node = await self.entered(Node())
        yield "node websocket", lambda: node.client("websocket")
        yield "node polling", lambda: node.client("polling")
        yield "node polling to websocket", lambda: node.client("polling", "websocket")
        yield "python websocket", lambda: PythonClient("websocket")
        yield "python polling", lambda: PythonClient("polling")
        yield "python polling to websocket", lambda: PythonClient("polling", "websocket")

    async def test_a_device_and_its_user(self):
        number = 0
        async for name, make in self.clients():
            number += 1
            with self.subTest(name):
                await self.one_device_and_its_user(make, f"86000000000000{number}", f"user{number}@example.org")

    async def one_device_and_its_user(self, make, imei, email):
        device, user, stranger = make(), make(), make()
        for client in (device, user, stranger):
            await client.open(self.server)
            await client.wait("connect")
        await device.emit("register_device", {"imei": imei, "userEmail": email})
        self.assertEqual(await device.wait("device_registered"), {"imei": imei, "message": "Device registered successfully"})
        await user.emit("subscribe_user", {"email": email})
        self.assertEqual(await user.wait("user_subscribed"), {"email": email, "deviceCount": 1, "telemetries": []})
        await device.emit("telemetry_data", {"imei": imei, "timestamp": 1703123456789, "data": EVERYTHING}, ack=True)
        processed = await device.wait("telemetry_processed")
        self.assertEqual((processed["success"], processed["message"]), (True, "Telemetry processed successfully"))
        self.assertTrue(processed["data"]["id"])
        self.assertEqual(await device.wait("ack"), processed)
        update = {"type": "telemetry_update", "imei": imei, "timestamp": 1703123456789, "data": EVERYTHING}
        for client in (device, user):
            self.assertEqual(await client.wait("telemetry_update"), update)
        for client in (device, user, stranger):
            self.assertEqual(await client.wait("telemetry_broadcast", lambda p: p["imei"] == imei), update)
        # Every match, under its own name, once per socket.
        for code, (event, level, message) in CODES.items():
            for client in (device, user):
                alert = await client.wait(event, lambda p, code=code: p["alert"]["code"] == code)
                self.assertEqual(alert["alert"], {"level": level, "message": message, "code": code})
                self.assertEqual((alert["type"], alert["imei"], alert["data"]), (event, imei, EVERYTHING))
        await device.emit("heartbeat", {"imei": imei})
        # What staff say.
        notice = {"event": "device_command", "data": {"command": "restart"}}
        answer = self.server.post(f"/api/realtime/device/{imei}", notice)
        self.assertEqual((answer.status, answer.json()["message"]), (200, f"Message sent to device {imei}"))
        self.assertEqual(await device.wait("device_command"), {"command": "restart"})
        self.server.post(f"/api/realtime/user/{email}", {"event": "notice", "data": {"to": "user"}})
        self.server.post("/api/realtime/broadcast", {"event": "notice", "data": {"to": "all"}})
        await user.wait("notice", lambda p: p == {"to": "user"})
        for client in (device, user, stranger):
            await client.wait("notice", lambda p: p == {"to": "all"})
        self.assertEqual(len(stranger.all("notice")), 1)
        self.assertEqual(len(stranger.all("telemetry_update")), 0)
        for client in (device, user):
            self.assertEqual(len([p for p in client.all("telemetry_update")]), 1)
            self.assertEqual(len(client.all("crash_detected")), 1)
        # The lists.
        lists = self.server.get("/api/realtime/connections").json()["data"]
        entry = next(d for d in lists["devices"] if d["imei"] == imei)
        self.assertEqual(entry["userEmail"], email)
        self.assertTrue(entry["socketId"])
        self.assertIn(email, lists["users"])
        # What is wrong is answered, and the connection lives on.
        await user.emit_binary("telemetry_data")
        self.assertEqual((await user.wait("error"))["message"], "Binary data is not supported")
        user.forget()
        await user.emit("telemetry_data", {"imei": imei, "data": {"speed": "fast"}}, ack=True)
        error = await user.wait("error")
        self.assertEqual((error["message"], error["field"]), ("Failed to process telemetry data", "data.speed"))
        self.assertFalse((await user.wait("ack"))["success"])
        for client in (device, user, stranger):
            await client.close()

        def gone():
            return all(d["imei"] != imei for d in self.server.get("/api/realtime/devices").json()["data"]["devices"])
        await asyncio.to_thread(self.server.wait_for, gone)

    async def test_the_upgrade_takes_place(self):
        node = await self.entered(Node())
        client = node.client("polling", "websocket")
        await client.open(self.server)
        self.assertEqual(await client.wait("opened"), {"transport": "polling"})
        await client.wait("connect")
        self.assertEqual(await client.wait("upgrade"), {"transport": "websocket"})
        # In order and complete across it.
        for i in range(20):
            await client.emit("telemetry_data", {"imei": "upgraded", "data": {"speed": i}})
        for i in range(20):
            await client.wait("telemetry_broadcast", lambda p, i=i: p["imei"] == "upgraded" and p["data"]["speed"] == i)
        self.assertEqual(client.all("upgradeError"), [])
        other = node.client("websocket")
        await other.open(self.server, url=self.server.url + "/admin")
        self.assertEqual((await other.wait("connect_error"))["message"], "Invalid namespace")

    async def test_frames_by_hand(self):
        async with self.server.connect("/socket.io/", query="EIO=4&transport=websocket") as socket:
            typed = Typed(socket)
            opened, joined = await typed.join()
            self.assertEqual({k: v for k, v in opened.items() if k != "sid"},
                             {"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 10485760})
            self.assertNotEqual(opened["sid"], joined["sid"])
            await socket.send('40/admin,{"token":"x"}')
            self.assertEqual(await typed.packet(), '44/admin,{"message":"Invalid namespace"}')
            await socket.send('427["heartbeat",{"imei":"by-hand"}]')
            self.assertEqual(await typed.packet(), '437[{"success":true}]')
            await socket.send("41")
            await socket.send("40")  # leaves, and comes again
            self.assertTrue((await typed.packet()).startswith('40{"sid":'))
            await socket.send("1")
            await asyncio.wait_for(socket.wait_closed(), 20)

    async def test_polling_by_hand(self):
        first = self.poll()
        self.assertEqual((first.status, first.headers["Content-Type"]), (200, "text/plain; charset=UTF-8"))
        opened = json.loads(first.body[1:])
        self.assertEqual(opened["upgrades"], ["websocket"])
        sid = opened["sid"]
        answer = self.poll("POST", '40\x1e421["heartbeat",{"imei":"polled"}]\x1e42["nonsense",{}]', sid)
        self.assertEqual((answer.status, answer.body), (200, b"ok"))
        packets = self.poll(sid=sid).body.split(b"\x1e")
        self.assertEqual([p[:3] for p in packets], [b"40{", b"431", b"42["])
        # A poll that waits is answered by what happens, wherever it comes from.
        loop = asyncio.get_running_loop()
        held = loop.run_in_executor(None, lambda: self.poll(sid=sid))
        async with self.typed() as device:
            await device.emit("telemetry_data", {"imei": "elsewhere", "data": {"speed": 1}})
            got = (await held).body
        self.assertTrue(got.startswith(b'42["telemetry_broadcast",'), got)
        # Binary in base64 belongs to an event that is refused: both its parts are passed over.
        data = base64.b64encode(b"xx").decode()
        packet = '452-9["telemetry_data",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'
        self.poll("POST", f'{packet}\x1eb{data}\x1eb{data}\x1e4210["heartbeat",{{"imei":"polled"}}]', sid)
        packets = self.poll(sid=sid).body.split(b"\x1e")
        self.assertEqual([p[:4] for p in packets], [b"42[\"", b"439[", b"4310"])
        # Only one poll at once: the session ends, as the original's does.
        held = loop.run_in_executor(None, lambda: self.poll(sid=sid))

        def overlapping():
            answer = self.poll(sid=sid)
            return answer if answer.status == 400 else None
        self.assertEqual(self.server.wait_for(overlapping).json()["code"] in (1, 3), True)
        await held
        self.assertEqual(self.poll(sid=sid).json(), {"code": 1, "message": "Session ID unknown"})

    def test_handshakes_that_are_refused(self):
        sid = self.handshake()
        for method, query, code, message in [
                ("GET", "EIO=4", 0, "Transport unknown"),
                ("GET", "EIO=4&transport=carrier-pigeon", 0, "Transport unknown"),
                ("GET", "EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown"),
                ("POST", "EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown"),
                ("POST", "EIO=4&transport=polling", 2, "Bad handshake method"),
                ("GET", "EIO=4&transport=websocket", 3, "Bad request"),
                ("GET", f"EIO=4&transport=websocket&sid={sid}", 3, "Bad request"),
                ("GET", "EIO=3&transport=polling", 5, "Unsupported protocol version"),
                ("GET", "transport=polling", 5, "Unsupported protocol version")]:
            with self.subTest(query):
                answer = self.server.request(method, "/socket.io/?" + query, body=b"" if method == "POST" else None)
                self.assertEqual((answer.status, answer.json()), (400, {"code": code, "message": message}))

    async def test_upgrades_that_are_refused(self):
        for query in ("EIO=4", "EIO=3&transport=websocket", "EIO=4&transport=polling", "EIO=4&transport=websocket&sid=nobody"):
            with self.subTest(query):
                self.assertEqual(await self.refused(self.server, "/socket.io/", query=query), 400)

    def test_origins(self):
        path = ENGINE + "polling"
        self.assertEqual(self.server.request("POST", path + "&sid=x", body="3", headers={"Origin": "https://evil.example"}).status, 403)
        same = self.server.request("GET", path, headers={"Origin": self.server.url})
        self.assertEqual((same.status, same.headers["Access-Control-Allow-Origin"]), (200, self.server.url))
        foreign = self.server.request("GET", path, headers={"Origin": "https://evil.example"})
        self.assertIsNone(foreign.headers["Access-Control-Allow-Origin"])

    async def test_malformed_input_is_answered(self):
        deep = '{"imei":' + "[" * 200 + "]" * 200 + "}"
        rows = [("42{bad", "Invalid packet"), ("42[]", "Invalid packet"), ("42{}", "Invalid packet"), ('42[1,{}]', "Invalid packet"),
                ("4", "Invalid packet"), ("49", "Invalid packet"), ("9", "Invalid packet"), ("hello", "Invalid packet"),
                ('45["x"]', "Invalid packet"), ('42' + '9' * 30 + '["x",{}]', "Invalid packet"),
                (f'42["telemetry_data",{deep}]', "Invalid packet"),
                ('42["heartbeat",{"imei":"a","imei":"b"}]', "Invalid packet"),
                ('42["nonsense",{}]', "Unknown event"),
                ('42["register_device"]', "Failed to register device"), ('42["register_device",[]]', "Failed to register device"),
                ('42["register_device",{}]', "Failed to register device"), ('42["register_device",{"imei":{}}]', "Failed to register device"),
                ('42["register_device",{"imei":"a/b"}]', "Failed to register device"),
                ('42["register_device",{"imei":"a","userEmail":7}]', "Failed to register device"),
                ('42["telemetry_data",{"imei":"a"}]', "Failed to process telemetry data"),
                ('42["telemetry_data",{"data":{}}]', "Failed to process telemetry data"),
                ('42["telemetry_data",{"imei":"a","data":[]}]', "Failed to process telemetry data"),
                ('42["telemetry_data",{"imei":"a","timestamp":"soon","data":{}}]', "Failed to process telemetry data"),
                ('42["telemetry_data",{"imei":"a","payload":{"state":{}}}]', "Failed to process telemetry data"),
                ('42["telemetry_data",{"imei":"a","payload":{"state":{"reported":{"latlng":"north"}}}}]', "Failed to process telemetry data"),
                ('42["heartbeat",{}]', "Failed to process heartbeat"),
                ('42["subscribe_user",{}]', "Failed to subscribe user"), ('42["subscribe_user",{"email":1}]', "Failed to subscribe user"),
                (b"nobody announced this", "Invalid packet"),
                ('451-["telemetry_data",{"_placeholder":true,"num":0}]', "Binary data is not supported")]
        async with self.typed() as typed:
            for said, message in rows:
                with self.subTest(said[:60]):
                    await typed.socket.send(said)
                    self.assertEqual((await typed.event("error"))["message"], message)
            await typed.socket.send(b"its attachment is passed over")
            await typed.emit("heartbeat", {"imei": "a"}, ack=1)
            self.assertEqual(await typed.packet(), '431[{"success":true}]')
        # More than a message may have: the connection ends, the server does not.
        async with self.typed() as typed:
            with contextlib.suppress(Exception):
                await typed.socket.send("4" * 10_600_000)
            await asyncio.wait_for(typed.socket.wait_closed(), 60)
            self.assertEqual(typed.socket.close_code, 1009)
        self.assertEqual(self.server.get("/health").status, 200)
        # Whoever speaks before it has joined is sent away.
        async with self.server.connect("/socket.io/", query="EIO=4&transport=websocket") as socket:
            await socket.send('42["heartbeat",{"imei":"a"}]')
            await asyncio.wait_for(socket.wait_closed(), 60)
            self.assertEqual(socket.close_code, 1008)

    async def test_more_than_two_hundred_messages_are_refused(self):
        async with self.typed() as typed:
            for _ in range(205):  # with the connect packet 200 are admitted
                await typed.socket.send('42["nonsense",{}]')
            await typed.emit("telemetry_data", {"imei": "busy", "data": {"speed": 1}})  # never refused
            messages = []
            while "Too many messages" not in messages:
                error = await typed.event("error")
                messages.append(error["message"])
            self.assertEqual(len(messages), 200)
            self.assertGreater(error["retry_after_ms"], 0)
            await typed.event("telemetry_processed")

    async def test_every_form_of_telemetry(self):
        tracker = {"ts": 1703123456789, "latlng": "40.7128,-74.006", "alt": 12, "ang": 90, "sat": 9, "evt": 0, "pr": 1, "sp": 64,
                   "16": 123456, "24": 65, "30": 0, "31": 40, "36": 2500, "48": 75, "58": 90, "66": 12500, "67": 12600, "247": 0,
                   "256": "WDB123"}
        plain = {"engineRpm": 2500, "speed": 65, "fuelLevel": 75, "batteryVoltage": 12.6, "crashDetection": 0, "dtc": 0,
                 "externalVoltage": 12500, "engineLoad": 40, "engineOilTemp": 90, "totalMileage": 123456}
        async with self.typed() as typed:
            await typed.emit("telemetry_data", {"imei": "tracker", "payload": {"state": {"reported": tracker}}})
            update = await typed.event("telemetry_broadcast")
            self.assertEqual({k: update["data"][k] for k in plain}, plain)
            self.assertEqual((update["timestamp"], update["data"]["vin"]), (1703123456789, "WDB123"))
            place = update["data"]["position"]
            self.assertEqual((place["latitude"], place["longitude"], place["altitude"], place["heading"]), (40.7128, -74.006, 12, 90))
            await typed.emit("telemetry_data", {"imei": "named", "payload": {"state": {"reported": plain}}})
            self.assertEqual((await typed.event("telemetry_broadcast"))["data"], plain)
            await typed.emit("telemetry_data", {"imei": 860000000000099, "data": plain})
            self.assertEqual((await typed.event("telemetry_broadcast"))["imei"], "860000000000099")

    async def test_a_crash_is_seen_over_the_other_protocols(self):
        imei, email = "86000000000crash", "crash@example.org"
        async with self.typed() as device, self.server.connect(f"/ws/alerts/{email}") as owner, \
                self.server.connect(f"/ws/telemetry/{imei}") as watcher, NativeClient(self.server, ["alerts"]) as desk:
            await device.emit("register_device", {"imei": imei, "userEmail": email})
            await device.event("device_registered")
            await device.emit("telemetry_data", {"imei": imei, "data": {"crashDetection": 1, "speed": 5}})
            self.assertEqual((await device.event("crash_detected"))["alert"]["code"], "CRASH_DETECTED")
            frame = await receive_until(owner, lambda f: f["type"] == "alert")
            self.assertEqual((frame["data"]["vehicle_id"], frame["data"]["severity"]), (imei, "critical"))
            frame = await receive_until(watcher, lambda f: f["type"] == "telemetry_update")
            self.assertEqual((frame["data"]["vehicle_id"], frame["data"]["speed"]), (imei, 5))
            await desk.wait(lambda: any(e["body"]["alert"]["code"] == "CRASH_DETECTED" and e["body"]["alert"]["source"] == imei
                                        for _, e in desk.history["alerts"]), what="the crash at the desk")
            # And the other way: telemetry of a vehicle comes to the hub.
            await watcher.send(json.dumps({"type": "telemetry_data", "data": {"engine_metrics": {"rpm": 5000}}}))
            alert = await device.event("vehicle_alert")
            self.assertEqual((alert["alert"]["code"], alert["data"]["engineRpm"]), ("HIGH_RPM", 5000))

    def test_http(self):
        imei = "86000000000http"
        answer = self.server.post("/api/devices/register?email=web@example.org", {"imei": imei})
        self.assertEqual((answer.status, answer.json()), (201, {
            "success": True, "message": "Device registered successfully", "data": {"imei": imei, "userEmail": "web@example.org"}}))
        answer = self.server.post("/api/telemetry/ingest", {"imei": imei, "data": {"speed": 3}})
        self.assertEqual((answer.status, answer.json()["message"]), (201, "Telemetry processed successfully"))
        self.server.wait_for(lambda: self.server.status(imei))
        for path, message, keys in [
                ("connections", "Connection status retrieved successfully", {"devices", "users", "totalConnections", "timestamp"}),
                ("devices", "Connected devices retrieved successfully", {"devices", "count", "timestamp"}),
                ("users", "Connected users retrieved successfully", {"users", "count", "timestamp"}),
                ("status", "Real-time status retrieved successfully", {"connectedDevices", "connectedUsers", "totalConnections"})]:
            body = self.server.get("/api/realtime/" + path).json()
            self.assertEqual((body["success"], body["message"], set(body["data"])), (True, message, keys))
        self.assertIsInstance(self.server.get("/api/realtime/status").json()["connectedDevices"], list)
        said = {"event": "notice", "data": {"x": 1}}
        for path, message, keys in [
                ("broadcast", "Message broadcasted successfully", {"event", "timestamp", "sentTo"}),
                (f"device/{imei}", f"Message sent to device {imei}", {"imei", "event", "timestamp", "sentTo"}),
                ("user/web@example.org", "Message sent to user web@example.org", {"email", "event", "timestamp", "sentTo"})]:
            body = self.server.post("/api/realtime/" + path, said).json()
            self.assertEqual((body["success"], body["message"], set(body["data"])), (True, message, keys))
            for wrong in ({}, {"event": "x"}, {"data": {}}, {"event": "", "data": {}}, {"event": 1, "data": {}}):
                answer = self.server.post("/api/realtime/" + path, wrong)
                self.assertEqual((answer.status, answer.json()), (400, {
                    "success": False, "message": "Event and data are required", "error": "MISSING_PARAMETERS"}))
            self.assertEqual(self.server.post("/api/realtime/" + path, "{bad").status, 400)
        for path in ("/api/realtime/nothing", "/api/devices/x/y", "/api/telemetry/x/y"):
            answer = self.server.get(path)
            self.assertEqual((answer.status, answer.json()), (404, {
                "success": False, "message": f"Route {path} not found", "error": "NOT_FOUND"}))


class Secure(Hub):
    DEVICE = "86000000000secure"

    @classmethod
    def prepare(cls):
        tocsin("user", "add", "anna", "--role", "citizen", "--password-stdin", "--email", "anna@example.org", data=cls.data,
               stdin="correct horse battery\n")
        for name, role in (("ben", "citizen"), (cls.DEVICE, "device"), ("dora", "dispatcher"), ("ada", "admin")):
            add_user(cls.data, name, role)
        cls.tokens = {name: token_of(cls.data, name) for name in ("anna", "ben", cls.DEVICE, "dora", "ada")}

    async def refusal(self, auth):
        async with self.server.connect("/socket.io/", query="EIO=4&transport=websocket") as socket:
            typed = Typed(socket)
            await typed.packet()
            await socket.send("40" + json.dumps(auth))
            answer = await typed.packet()
            self.assertTrue(answer.startswith("44{"), answer)
            # It may try again for two seconds, then it is sent away.
            await asyncio.wait_for(socket.wait_closed(), 60)
            self.assertEqual(socket.close_code, 4001)
            return json.loads(answer[2:])

    async def test_tokens(self):
        self.assertEqual(await self.refusal({}), {"message": "Access token is required", "data": {"code": "MISSING_TOKEN"}})
        self.assertEqual(await self.refusal({"token": "forged"}),
                         {"message": "Invalid or expired token", "data": {"code": "INVALID_TOKEN"}})
        self.assertEqual(await self.refused(self.server, "/socket.io/", token="forged", query="EIO=4&transport=websocket"), 401)
        self.assertEqual(self.server.get(ENGINE + "polling", token="forged").status, 401)
        async with self.typed({"token": self.tokens["anna"]}):
            pass
        async with self.typed({"token": "Bearer " + self.tokens["anna"]}):
            pass
        async with self.typed(token=self.tokens["anna"]):
            pass
        async with self.typed(extra_headers={"Authorization": "Bearer " + self.tokens["anna"]}):
            pass
        sid = self.handshake()
        self.poll("POST", "40" + json.dumps({"token": self.tokens["anna"]}), sid)
        self.assertTrue(self.poll(sid=sid).body.startswith(b"40{"))
        # With its token the session may say more at once than those who have none.
        large = '42["nonsense",{"x":"' + "y" * 100_000 + '"}]'
        self.assertEqual(self.poll("POST", large, sid).status, 200)
        self.assertEqual(self.poll("POST", large, self.handshake()).status, 413)

    async def test_libraries_bring_their_token(self):
        node = await self.entered(Node())
        for name, make in (("python", lambda: PythonClient("polling", "websocket")),
                           ("node", lambda: node.client("polling", "websocket"))):
            with self.subTest(name):
                good, bad = make(), make()
                await good.open(self.server, token=self.tokens["dora"])
                await good.wait("connect")
                await bad.open(self.server, token="forged")
                await bad.wait("connect_error")
                await good.close()
                await bad.close()

    async def test_who_may_do_what(self):
        imei = self.DEVICE
        async with self.typed({"token": self.tokens[imei]}) as device, self.typed({"token": self.tokens["anna"]}) as anna, \
                self.typed({"token": self.tokens["ben"]}) as ben, self.typed({"token": self.tokens["dora"]}) as dora:
            # Unknown devices are refused, but for the device's own account.
            for who, unknown in ((anna, "unknown"), (dora, "unknown"), (device, "unknown"), (ben, imei)):
                for event, payload in (("register_device", {"imei": unknown}), ("heartbeat", {"imei": unknown}),
                                       ("telemetry_data", {"imei": unknown, "data": {"speed": 1}})):
                    await who.emit(event, payload)
                    self.assertEqual((await who.event("error"))["error"], "Device not found or access denied")
            await device.emit("register_device", {"imei": imei, "userEmail": "anna@example.org"})
            await device.event("device_registered")
            # Nobody gives a device away.
            await anna.emit("register_device", {"imei": imei, "userEmail": "ben"})
            self.assertEqual((await anna.event("error"))["message"], "Failed to register device")
            # One's own user, and for staff everybody's.
            await anna.emit("subscribe_user", {"email": "anna@example.org"})
            self.assertEqual((await anna.event("user_subscribed"))["deviceCount"], 1)
            await ben.emit("subscribe_user", {"email": "anna@example.org"})
            foreign = await ben.event("error")
            await ben.emit("subscribe_user", {"email": "nobody@example.org"})
            self.assertEqual(await ben.event("error"), foreign)
            await dora.emit("subscribe_user", {"email": "anna"})
            self.assertEqual((await dora.event("user_subscribed"))["deviceCount"], 1)
            await device.emit("telemetry_data", {"imei": imei, "data": {"crashDetection": 1}})
            for who in (anna, dora, device):
                self.assertEqual((await who.event("telemetry_broadcast"))["imei"], imei)
                self.assertEqual((await who.event("crash_detected"))["imei"], imei)
            # The others have heard nothing: the broadcast is theirs alone who may watch the device.
            await ben.emit("heartbeat", {"imei": "x"}, ack=5)
            seen = []
            while not seen or not seen[-1].startswith("435"):
                seen.append(await ben.packet())
            self.assertEqual([p[:10] for p in seen], ['42["error"', '435[{"erro'])

    async def test_what_staff_say_is_in_the_audit_and_its_words_are_not(self):
        async with NativeClient(self.server, ["audit"], token=self.tokens["ada"]) as ada:
            for path in ("broadcast", f"device/{self.DEVICE}", "user/anna"):
                answer = self.server.post("/api/realtime/" + path, {"event": "drill", "data": {"word": "xyzzy"}}, self.tokens["dora"])
                self.assertEqual(answer.status, 200)

            def noted():
                return [e for _, e in ada.history["audit"] if e["body"]["action"] == "broadcast" and "drill" in e["body"]["detail"]]
            await ada.wait(lambda: len(noted()) == 3, what="three notes in the audit")
            self.assertEqual([e["body"]["object"] for e in noted()], ["everybody", "device " + self.DEVICE, "user anna"])
            self.assertNotIn("xyzzy", json.dumps(noted()))

    def test_http_by_role(self):
        said = {"event": "notice", "data": {}}
        for method, path in [("GET", "connections"), ("GET", "devices"), ("GET", "users"), ("POST", "broadcast"),
                             ("POST", f"device/{self.DEVICE}"), ("POST", "user/anna")]:
            path = "/api/realtime/" + path
            body = said if method == "POST" else None
            for token, status, message, error in [
                    (None, 401, "Access token is required", "MISSING_TOKEN"), ("forged", 401, "Invalid or expired token", "INVALID_TOKEN"),
                    (self.tokens["anna"], 403, "Access denied", "FORBIDDEN"), (self.tokens[self.DEVICE], 403, "Access denied", "FORBIDDEN")]:
                answer = self.server.request(method, path, body, token)
                self.assertEqual((answer.status, answer.json()), (status, {"success": False, "message": message, "error": error}), path)
            self.assertEqual(self.server.request(method, path, body, self.tokens["dora"]).status, 200, path)
        # For everybody, but it names nobody.
        status = self.server.get("/api/realtime/status")
        self.assertEqual(status.status, 200)
        for key in ("connectedDevices", "connectedUsers", "totalConnections"):
            self.assertIsInstance(status.json()["data"][key], int)
        self.assertEqual(self.server.post("/api/telemetry/ingest", {}).json()["error"], "MISSING_TOKEN")
        answer = self.server.post("/api/telemetry/ingest", {"imei": "unknown", "data": {}}, self.tokens["dora"])
        self.assertEqual((answer.status, answer.json()["error"]), (404, "NOT_FOUND"))
        answer = self.server.post("/api/devices/register", {"imei": "unknown"}, self.tokens["dora"])
        self.assertEqual((answer.status, answer.json()["error"]), (404, "NOT_FOUND"))
        answer = self.server.post("/api/telemetry/ingest", {"imei": self.DEVICE, "data": {"speed": 1}}, self.tokens[self.DEVICE])
        self.assertEqual(answer.status, 201)


del Hub

if __name__ == "__main__":
    install_packages()
    main()
