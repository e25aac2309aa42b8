# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialect 5: the phones, chat and dashboards of the emergency system, in both postures. A token is needed in both."""

import asyncio
import contextlib
import json
import shutil
import tempfile
import uuid

import websockets

from native_client import NativeClient
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, receive, receive_until, say, token_of

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100
PEOPLE = [("anna", "citizen"), ("ben", "citizen"), ("van-1", "device"), ("dora", "dispatcher"), ("root", "admin")]
PLACE = {"latitude": 48.137154, "longitude": 11.576124, "location_accuracy": 12.5}


def of_type(kind, **fields):
    return lambda frame: frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items())


async def silence(socket):
    """Everything that was sent to us before the pong, which the server sends in order."""
    await say(socket, {"type": "ping"})
    seen = []
    while True:
        frame = await receive(socket)
        if frame["type"] == "pong":
            return seen
        seen.append(frame)


class World:
    """One data directory with everybody's account; each server gets a copy."""

    made = None

    @classmethod
    def make(cls):
        if cls.made is None:
            cls.made = tempfile.mkdtemp(prefix="tocsin-e2e-")
            for name, role in PEOPLE:
                add_user(cls.made, name, role)
            cls.tokens = {name: token_of(cls.made, name) for name, _ in PEOPLE}
        data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        shutil.copytree(cls.made, data, dirs_exist_ok=True)
        return data


class Stories:
    posture = []

    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin(*cls.posture, data=World.make())
        cls.token = World.tokens
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        data = cls.server.data
        cls.server.__exit__(None)
        shutil.rmtree(data, ignore_errors=True)

    def create(self, who="anna", path="/api/alerts/", **more):
        answer = self.server.post(path, {"client_alert_id": str(uuid.uuid4()), **PLACE, **more}, self.token[who])
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()

    def open(self, path, who):
        return self.server.connect(path, token=self.token[who])

    # -- stories

    async def test_a_call_for_help_from_the_first_second_to_the_last(self):
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            staff = await enter(self.open("/ws/alerts/", "dora"))
            first = await receive(staff)
            self.assertEqual((first["type"], first["count"]), ("active_alerts", len(first["alerts"])))
            console = await enter(NativeClient(self.server, ["alerts"], self.token["root"]))
            vehicle = await enter(self.open("/ws/alerts/anna", "anna"))  # dialect 1
            phone = await enter(self.open("/ws/user/anna/", "anna"))

            made = self.create(path="/api/auth/panic/create/", alert_type="shake_to_alert", priority=4, address="Marienplatz 1",
                               description="Somebody follows me", is_silent=True, auto_call_emergency=True,
                               device_info={"model": "X"}, network_info={"type": "4g"})
            alert, mine = made["alert_id"], made["alert"]
            self.assertEqual((made["success"], made["id"], made["message"]), (True, alert, "Panic alert created successfully"))
            expected = {"id": alert, "alert_type": "shake_to_alert", "alert_type_display": "Shake to Alert", "status": "active",
                        "status_display": "Active", "priority": 4, "priority_display": "Critical", "latitude": 48.137154,
                        "longitude": 11.576124, "address": "Marienplatz 1", "description": "Somebody follows me",
                        "is_silent": True, "is_active": True, "assigned_operator": None, "acknowledged_at": None,
                        "resolved_at": None, "media_count": 0, "location_count": 0}
            self.assertEqual({k: mine[k] for k in expected}, expected)
            self.assertEqual(mine["location_coords"], [48.137154, 11.576124])
            self.assertEqual(set(mine["user"]), {"id", "username", "email", "first_name", "last_name"})
            self.assertEqual((mine["user"]["id"], mine["user"]["username"]), ("anna", "anna"))
            self.assertRegex(mine["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
            self.assertIsInstance(mine["duration"], (int, float))

            new = await receive_until(staff, of_type("new_alert"))
            self.assertEqual((new["alert"]["id"], new["alert"]["device_info"], new["alert_id"]), (alert, {"model": "X"}, alert))
            await console.wait(lambda: any(e["body"]["alert"]["id"] == alert for _, e in console.history["alerts"]),
                               what="the console's event")
            seen = await receive_until(vehicle, lambda f: f["type"] == "alert" and f["data"]["id"] == alert)
            self.assertIs(seen["data"]["acknowledged"], False)

            tracked = await enter(self.open(f"/ws/alerts/{alert}/", "anna"))
            status = await receive(tracked)
            self.assertEqual((status["type"], status["alert_id"], status["status"]), ("alert_status", alert, "active"))
            self.assertEqual(status["alert"]["id"], alert)

            # Taken over dialect 5, told everywhere.
            await say(staff, {"type": "acknowledge_alert", "alert_id": alert})
            done = {}
            while len(done) < 2:
                frame = await receive(staff)
                if frame["type"] in ("success", "alert_acknowledged"):
                    done[frame["type"]] = frame
            self.assertEqual(done["success"]["message"], "Alert acknowledged successfully")
            taken = done["alert_acknowledged"]
            self.assertEqual((taken["operator"], taken["operator_name"], taken["status"], taken["alert_id"]),
                             ("dora", "dora", "acknowledged", alert))
            update = await receive_until(phone, of_type("alert_status_update"))
            self.assertEqual((update["alert_id"], update["status"], update["operator"], update["operator_name"]),
                             (alert, "acknowledged", "dora", "dora"))
            self.assertIn("acknowledged", update["message"])
            updated = await receive_until(tracked, of_type("alert_updated"))
            self.assertEqual((updated["alert_id"], updated["status"], updated["alert"]["status"]),
                             (alert, "acknowledged", "acknowledged"))
            self.assertIsNotNone(updated["alert"]["acknowledged_at"])
            seen = await receive_until(vehicle, lambda f: f["type"] == "alert" and f["data"]["id"] == alert)
            self.assertIs(seen["data"]["acknowledged"], True)
            await console.wait(lambda: any(e["body"]["alert"]["id"] == alert and e["body"]["alert"].get("acked")
                                           for _, e in console.history["alerts"]), what="the acknowledge on the console")
            # A second one comes too late.
            await say(staff, {"type": "acknowledge_alert", "alert_id": alert})
            self.assertEqual((await receive_until(staff, of_type("error")))["message"],
                             "Alert not found or cannot be acknowledged")

            # Where she is.
            where = await enter(self.open(f"/ws/location/{alert}/", "anna"))
            self.assertEqual((await receive(where))["type"], "last_location")
            fix = {"latitude": 48.2, "longitude": 11.6, "accuracy": 5, "provider": "gps", "battery_level": 64, "altitude": 520,
                   "speed": 4.5, "heading": 90, "timestamp": "2026-03-01T10:00:00Z"}
            await say(where, {"type": "location_update", "location": fix, "timestamp": "2026-03-01T10:00:00Z"})
            self.assertEqual((await receive_until(where, of_type("success")))["message"], "Location updated successfully")
            for socket, kind in ((where, "location_updated"), (tracked, "location_updated"), (staff, "location_update")):
                told = await receive_until(socket, of_type(kind))
                self.assertEqual(told["alert_id"], alert)
                self.assertEqual({k: told["location"][k] for k in fix if k != "timestamp"},
                                 {k: v for k, v in fix.items() if k != "timestamp"})
                self.assertEqual(told["location"]["coords"], [48.2, 11.6])
                self.assertTrue(told["location"]["timestamp"].startswith("2026-03-01T10:00:00"))
                self.assertTrue(told["location"]["id"])
            desk = await enter(self.open(f"/ws/location/{alert}/", "dora"))
            self.assertEqual((await receive(desk))["location"]["latitude"], 48.2)
            await say(desk, {"type": "location_update", "location": fix})
            self.assertEqual((await receive(desk))["message"], "Unauthorized: Staff cannot send location updates")
            place = self.server.wait_for(lambda: self.server.status("anna", self.token["root"]), what="the phone's status")
            self.assertEqual(place["location"]["latitude"], 48.2)  # dialect 1 sees the phone as a device
            answer = self.server.post(f"/api/alerts/{alert}/location/", {"latitude": "48.3", "longitude": 11.7}, self.token["anna"])
            self.assertEqual((answer.status, answer.json()["message"], answer.json()["location"]["latitude"]),
                             (200, "Location updated successfully", 48.3))
            self.server.wait_for(lambda: self.server.get(f"/api/alerts/{alert}/", self.token["anna"]).json()["location_count"] == 2)

            # What they say to each other.
            chat = await enter(self.open(f"/ws/chat/{alert}/", "anna"))
            operator = await enter(self.open(f"/ws/chat/{alert}/", "dora"))
            await say(chat, {"type": "chat_message", "message": "Help needed at my location", "timestamp": "2026-03-01T10:00:00Z"})
            for socket in (chat, operator):
                line = await receive_until(socket, of_type("chat_message"))
                self.assertEqual((line["message"], line["sender"], line["sender_id"], line["is_staff"]),
                                 ("Help needed at my location", "anna", "anna", False))
            await say(chat, {"type": "typing"})
            typing = await receive_until(operator, of_type("typing"))
            self.assertEqual((typing["sender_id"], typing["is_staff"]), ("anna", False))
            await say(operator, {"type": "chat_message", "message": "Emergency services have been notified"})
            line = await receive(chat)
            self.assertEqual((line["type"], line["message"], line["is_staff"]),
                             ("chat_message", "Emergency services have been notified", True))
            told = await receive_until(phone, of_type("operator_message"))
            self.assertEqual((told["message"], told["operator"], told["operator_name"]),
                             ("Emergency services have been notified", "dora", "dora"))
            # The console writes in the same conversation.
            reply = await console.ask("say-1", {"kind": "send_chat", "thread": f"incident/{alert}", "text": "From the console",
                                                "from_desk": True})
            self.assertTrue(reply["ok"], reply)
            self.assertEqual((await receive_until(chat, of_type("chat_message")))["message"], "From the console")

            # Over.
            await say(staff, {"type": "resolve_alert", "alert_id": alert, "notes": "Brought home"})
            resolved = await receive_until(staff, of_type("alert_resolved"))
            self.assertEqual((resolved["status"], resolved["operator"], resolved["alert"]["resolution_notes"]),
                             ("resolved", "dora", "Brought home"))
            update = await receive_until(phone, of_type("alert_status_update"))
            self.assertEqual((update["status"], update["alert"]["is_active"]), ("resolved", False))
            self.assertNotIn("resolution_notes", update["alert"])
            await say(staff, {"type": "resolve_alert", "alert_id": alert})
            self.assertEqual((await receive_until(staff, of_type("error")))["message"],
                             "Alert not found or cannot be resolved")
            answer = self.server.post(f"/api/auth/alerts/{alert}/cancel/", {}, self.token["anna"])
            self.assertEqual((answer.status, answer.json()), (400, {"error": "Alert is already resolved or cancelled"}))

    async def test_an_acknowledge_of_another_dialect_reaches_the_phone(self):
        alert = self.create()["id"]
        async with self.open("/ws/user/anna/", "anna") as phone, \
                NativeClient(self.server, ["alerts"], self.token["dora"]) as console:
            await silence(phone)
            reply = await console.ask("seen-1", {"kind": "mark_seen", "alert_id": alert})
            self.assertTrue(reply["ok"], reply)
            update = await receive_until(phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual((update["status"], update["message"]), ("active", "Your alert has been seen by an operator"))
            self.assertIsNotNone(update["alert"]["seen_at"])
            reply = await console.ask("ack-1", {"kind": "acknowledge", "alert_id": alert})
            self.assertTrue(reply["ok"], reply)
            update = await receive_until(phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual((update["status"], update["operator"]), ("acknowledged", "dora"))

    async def test_a_cancel_is_told_to_all(self):
        alert = self.create()["id"]
        async with self.open("/ws/user/anna/", "anna") as phone, self.open(f"/ws/alerts/{alert}/", "anna") as tracked, \
                self.open("/ws/alerts/", "root") as staff:
            await silence(phone)
            await say(tracked, {"type": "cancel_alert"})
            self.assertEqual((await receive_until(tracked, of_type("success")))["message"], "Alert canceled successfully")
            for socket, kind in ((phone, "alert_status_update"), (staff, "alert_updated")):
                frame = await receive_until(socket, of_type(kind, alert_id=alert))
                self.assertEqual((frame["status"], frame["alert"]["status"]), ("canceled", "canceled"))
            await say(tracked, {"type": "get_status"})
            status = await receive_until(tracked, of_type("alert_status"))
            self.assertEqual((status["status"], status["alert"]["is_active"]), ("canceled", False))
            await say(tracked, {"type": "cancel_alert"})
            self.assertEqual((await receive_until(tracked, of_type("error")))["message"],
                             "Alert not found or cannot be canceled")
            await say(staff, {"type": "get_active_alerts"})
            active = await receive_until(staff, of_type("active_alerts"))
            self.assertNotIn(alert, [a["id"] for a in active["alerts"]])
        # Nobody had taken it: the desk still may, in its own words.
        answer = self.server.post(f"/api/alerts/{alert}/acknowledge/", {}, self.token["dora"])
        self.assertEqual((answer.status, answer.json()), (400, {"error": "Alert can only be acknowledged if it is active"}))

    async def test_a_cancel_under_duress_looks_like_any_other_to_the_phone(self):
        alert = self.create(pin="my-pin", duress_pin="zqzqzq")["id"]
        async with self.open(f"/ws/alerts/{alert}/", "anna") as tracked, self.open("/ws/user/anna/", "anna") as phone, \
                self.open("/ws/alerts/", "dora") as staff:
            await silence(phone)
            await say(tracked, {"type": "cancel_alert", "pin": "other"})
            refused = await receive_until(tracked, of_type("error"))
            self.assertEqual(refused["field"], "pin")
            await say(tracked, {"type": "cancel_alert", "pin": "zqzqzq"})
            self.assertEqual((await receive_until(tracked, of_type("success")))["message"], "Alert canceled successfully")
            frame = await receive_until(phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual(frame["status"], "canceled")
            self.assertNotIn("duress", json.dumps(frame))
            frame = await receive_until(staff, of_type("alert_updated", alert_id=alert))
            self.assertEqual((frame["status"], frame["alert"]["duress"], frame["alert"]["is_active"]), ("active", True, True))
            self.assertNotIn("zqzqzq", json.dumps(frame))
        mine = self.server.get(f"/api/alerts/{alert}/", self.token["anna"]).json()
        theirs = self.server.get(f"/api/alerts/{alert}/", self.token["dora"]).json()
        self.assertEqual((mine["status"], theirs["status"]), ("canceled", "active"))
        self.assertEqual(self.server.post(f"/api/alerts/{alert}/resolve/", {"notes": "safe"}, self.token["dora"]).status, 200)

    def test_a_retry_is_the_same_incident_whichever_way_it_comes(self):
        again = str(uuid.uuid4())
        ids = {self.create("ben", path, client_alert_id=again)["alert_id"]
               for path in ("/api/auth/alerts/", "/api/alerts/", "/api/auth/panic/create/", "/api/alerts")}
        answer = self.server.request("POST", "/api/requests", {"kind": "raise_panic", "client_alert_id": again}, self.token["ben"],
                                     {"Idempotency-Key": "retry-" + again})
        ids.add(answer.json()["result"]["ref"])
        self.assertEqual(len(ids), 1, ids)
        # Without an id each is a new one, up to ten a minute; then the newest counts.
        made = []
        for _ in range(13):
            answer = self.server.post("/api/alerts/", PLACE, self.token["van-1"])
            self.assertEqual(answer.status, 201)
            made.append(answer.json()["alert"])
        self.assertEqual(len({a["id"] for a in made}), 10)
        self.assertEqual({a["id"] for a in made[9:]}, {made[9]["id"]})

    def test_a_place_is_demanded_unless_there_is_none(self):
        refusal = {"error": "Location data (latitude and longitude) is required"}
        for wrong in ({}, {"latitude": 1}, {"latitude": None, "longitude": None}, {"latitude": "x", "longitude": 2},
                      {"latitude": 91, "longitude": 0}, {"latitude": [1], "longitude": 2}, {"latitude": 1, "longitude": 181},
                      {"gps_unavailable": False}):
            for path in ("/api/auth/alerts/", "/api/alerts/", "/api/auth/panic/create/"):
                with self.subTest(wrong=wrong, path=path):
                    answer = self.server.post(path, wrong, self.token["ben"])
                    self.assertEqual((answer.status, answer.json()), (400, refusal))
        alert = self.server.post("/api/alerts/", {"gps_unavailable": True, "client_alert_id": "no-gps"}, self.token["ben"]).json()["alert"]
        self.assertEqual((alert["latitude"], alert["location_coords"], alert["gps_unavailable"]), (None, None, True))
        # Whatever else is wrong with it, it is a call for help.
        odd = self.create("ben", priority="very", alert_type=7, description=[1], device_info="x", is_silent="yes")
        self.assertEqual((odd["alert"]["alert_type"], odd["alert"]["priority"]), ("panic_button", 5))

    async def test_a_phone_that_comes_back_has_lost_nothing(self):
        alert = self.create()["id"]
        async with self.open("/ws/user/anna/", "anna") as phone, self.open(f"/ws/chat/{alert}/", "anna") as chat:
            await silence(phone)
            await say(chat, {"type": "chat_message", "message": "one"})
            last = (await receive_until(chat, of_type("chat_message")))["id"]
            await silence(chat)
        for text in ("two", "three"):
            answer = self.server.post(f"/api/chat/{alert}/messages/", {"message": text}, self.token["dora"])
            self.assertEqual((answer.status, answer.json()["is_staff"]), (201, True), answer.body)
        self.assertEqual(self.server.post(f"/api/auth/alerts/{alert}/acknowledge/", {}, self.token["dora"]).status, 200)
        async with self.open("/ws/user/anna/", "anna") as phone, self.open(f"/ws/chat/{alert}/", "anna") as chat:
            self.assertEqual([(await receive_until(chat, of_type("chat_message")))["message"] for _ in range(2)], ["two", "three"])
            update = await receive_until(phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual(update["status"], "acknowledged")
        for path in ("/api/chat/", "/api/auth/chat/", "/chat/"):
            lines = self.server.get(f"{path}{alert}/messages/?after={last}&limit=10", self.token["anna"]).json()["results"]
            self.assertEqual([(m["message"], m["sender"], m["is_staff"]) for m in lines],
                             [("two", "dora", True), ("three", "dora", True)])
            self.assertEqual(set(lines[0]) & {"id", "message", "sender", "sender_id", "is_staff", "timestamp"},
                             {"id", "message", "sender", "sender_id", "is_staff", "timestamp"})
        lines = self.server.get(f"/api/chat/{alert}/messages/?limit=1", self.token["anna"]).json()["results"]
        self.assertEqual([m["message"] for m in lines], ["three"])

    async def test_dashboards_count(self):
        async with self.open("/ws/admin/dashboard/", "root") as board:
            first = await receive(board)
            self.assertEqual(first["type"], "dashboard_stats")
            self.assertEqual(set(first["stats"]), {"total_alerts", "active_alerts", "alerts_today", "online_users", "total_users"})
            self.assertEqual(first["stats"]["total_users"], len(PEOPLE))
            self.create("ben")
            more = await receive_until(board, lambda f: f["type"] == "stats_updated"
                                       and f["stats"]["total_alerts"] > first["stats"]["total_alerts"])
            self.assertGreater(more["stats"]["active_alerts"], first["stats"]["active_alerts"])
            await say(board, {"type": "get_stats"})
            self.assertEqual((await receive_until(board, of_type("dashboard_stats")))["stats"]["total_alerts"],
                             more["stats"]["total_alerts"])
        for path in ("/api/dashboard/stats/", "/api/auth/dashboard/stats/"):
            self.assertEqual(self.server.get(path, self.token["dora"]).json()["stats"]["total_users"], len(PEOPLE))
        own = self.server.get("/api/alerts/stats/", self.token["van-1"]).json()
        everybodys = self.server.get("/api/auth/alerts/stats/", self.token["dora"]).json()
        self.assertGreater(everybodys["total_alerts"], own["total_alerts"])

    # -- who may

    async def test_channels_by_role(self):
        alert = self.create()["id"]
        # anna's own, ben is somebody else
        table = {"/ws/user/anna/": {"anna": True, "ben": False, "van-1": False, "dora": True, "root": True},
                 f"/ws/alerts/{alert}/": {"anna": True, "ben": False, "van-1": False, "dora": True, "root": True},
                 f"/ws/location/{alert}/": {"anna": True, "ben": False, "van-1": False, "dora": True, "root": True},
                 f"/ws/chat/{alert}/": {"anna": True, "ben": False, "van-1": False, "dora": True, "root": True},
                 "/ws/alerts/": {"anna": False, "ben": False, "van-1": False, "dora": True, "root": True},
                 "/ws/admin/dashboard/": {"anna": False, "ben": False, "van-1": False, "dora": True, "root": True}}
        for path, rights in table.items():
            for who, allowed in rights.items():
                with self.subTest(path=path, who=who):
                    if allowed:
                        async with self.open(path, who) as socket:
                            await silence(socket)
                    else:
                        self.assertEqual(await self.refused(self.server, path, token=self.token[who]), 403)
            with self.subTest(path=path, who="a forged token"):
                self.assertEqual(await self.refused(self.server, path, token=self.token["root"][:-3] + "AAA"), 403)
        for path in ("/ws/alerts/nobody/", "/ws/chat/nobody/", "/ws/location/nobody/"):
            self.assertEqual(await self.refused(self.server, path, token=self.token["anna"]), 403)
            async with self.open(path, "dora") as socket:
                seen = await silence(socket)
                self.assertEqual([f["message"] for f in seen], ["Alert not found"] if "alerts" in path else [])
        # Without the slash it is another system's.
        async with self.open("/ws/alerts/anna", "anna") as socket:
            await say(socket, {"type": "ping"})
            self.assertEqual((await receive_until(socket, of_type("pong")))["data"].keys(), {"timestamp"})

    async def test_the_first_frame_may_bring_the_token(self):
        alert = self.create()["id"]

        async def closed_after(path, frame):
            async with self.server.connect(path) as socket:
                if frame is not None:
                    await socket.send(frame)
                with contextlib.suppress(websockets.exceptions.ConnectionClosed):
                    while True:
                        await asyncio.wait_for(socket.recv(), 5 * PATIENCE)
                return socket.close_code

        async with self.server.connect(f"/ws/alerts/{alert}/") as socket:
            await say(socket, {"type": "auth", "token": self.token["anna"]})
            self.assertEqual((await receive(socket))["type"], "alert_status")
            await say(socket, {"type": "auth", "token": "again"})
            self.assertEqual(await silence(socket), [])
        async with self.server.connect("/ws/alerts/") as socket:
            await say(socket, {"type": "auth", "token": self.token["dora"]})
            self.assertEqual((await receive(socket))["type"], "active_alerts")
        self.assertEqual(await closed_after("/ws/alerts/", json.dumps({"type": "auth", "token": "x"})), 4001)
        self.assertEqual(await closed_after("/ws/user/anna/", '{"type":"ping"}'), 4001)
        self.assertEqual(await closed_after("/ws/user/anna/", "{"), 4001)
        self.assertEqual(await closed_after("/ws/user/anna/", b"\x80"), 4001)
        self.assertEqual(await closed_after("/ws/user/anna/", None), 4001)  # says nothing
        self.assertEqual(await closed_after("/ws/user/anna/", "x" * 70_000), 1009)
        for path in ("/ws/alerts/", "/ws/admin/dashboard/", f"/ws/chat/{alert}/", "/ws/user/anna/"):
            frame = json.dumps({"type": "auth", "token": self.token["ben"]})
            self.assertEqual(await closed_after(path, frame), 4003)

    # -- what is wrong with a frame

    async def test_a_wrong_frame_gets_an_answer_and_the_connection_lives_on(self):
        alert = self.create()["id"]
        unknown = "Unknown message type: "
        nested = json.dumps({"type": "ping", "x": json.loads("[" * 70 + "]" * 70)})
        anywhere = [("{", "Invalid JSON message"), ("[1]", "Invalid JSON message"), ('"x"', "Invalid JSON message"),
                    (b"\x81", "Invalid JSON message"), ('{"type":"ping","type":"ping"}', "Invalid JSON message"),
                    (nested, "Invalid JSON message"), ('{"type":"nonsense"}', unknown + "nonsense"), ("{}", unknown + "None"),
                    ('{"type":7}', unknown + "None"), ('{"type":"telemetry_data"}', unknown + "telemetry_data")]
        table = {
            ("/ws/user/anna/", "anna"): [('{"type":"get_status"}', unknown + "get_status")],
            (f"/ws/alerts/{alert}/", "anna"): [('{"type":"chat_message"}', unknown + "chat_message"),
                                               ('{"type":"seen"}', "Access denied")],
            (f"/ws/alerts/{alert}/", "dora"): [('{"type":"cancel_alert"}', "Alert not found or cannot be canceled")],
            (f"/ws/location/{alert}/", "anna"): [
                ('{"type":"location_update"}', "Invalid location data"),
                ('{"type":"location_update","location":7}', "Invalid location data"),
                ('{"type":"location_update","location":{"latitude":"x","longitude":1}}', "Invalid location data"),
                ('{"type":"location_update","location":{"latitude":91,"longitude":1}}', "Invalid location data"),
                ('{"type":"location_update","location":{"latitude":1,"longitude":1,"accuracy":"x"}}', "Invalid location data"),
                ('{"type":"location_update","location":{"latitude":1,"longitude":1,"timestamp":"never"}}', "Invalid location data")],
            (f"/ws/chat/{alert}/", "anna"): [('{"type":"chat_message","message":"  "}', "Empty message"),
                                             ('{"type":"chat_message"}', "Empty message"),
                                             ('{"type":"chat_message","message":7}', "message must be text"),
                                             (json.dumps({"type": "chat_message", "message": "x" * 8001}),
                                              "message is longer than 8000 characters")],
            ("/ws/alerts/", "dora"): [
                ('{"type":"acknowledge_alert"}', "Alert ID is required"), ('{"type":"resolve_alert"}', "Alert ID is required"),
                ('{"type":"acknowledge_alert","alert_id":"x"}', "Alert not found or cannot be acknowledged"),
                ('{"type":"resolve_alert","alert_id":"x"}', "Alert not found or cannot be resolved"),
                ('{"type":"resolve_alert","alert_id":"x","notes":7}', "notes must be text"),
                ('{"type":"seen","alert_id":"x"}', "Alert not found")],
            ("/ws/admin/dashboard/", "dora"): [('{"type":"seen"}', "Alert ID is required")]}
        for (path, who), rows in table.items():
            async with self.open(path, who) as socket:
                await silence(socket)
                for frame, message in anywhere + rows:
                    with self.subTest(path=path, frame=frame[:60]):
                        await socket.send(frame)
                        error = await receive_until(socket, of_type("error"))
                        self.assertEqual((error["code"], error["message"]), ("error", message))
                        self.assertIsInstance(error["timestamp"], str)
                await silence(socket)

    async def test_the_201st_message_has_to_wait_but_not_a_place(self):
        alert = self.create()["id"]
        async with self.open(f"/ws/alerts/{alert}/", "anna") as socket:
            await receive(socket)
            for _ in range(201):
                await say(socket, {"type": "get_status"})
            refused = await receive_until(socket, of_type("error"))
            self.assertGreater(refused["retry_after_ms"], 0)
            await say(socket, {"type": "cancel_alert"})
            await receive_until(socket, of_type("success"))
        alert = self.create()["id"]
        async with self.open(f"/ws/location/{alert}/", "anna") as socket:
            await receive(socket)
            for n in range(250):
                await say(socket, {"type": "location_update", "location": {"latitude": n / 10, "longitude": 1}})
            seen = await silence(socket)
            self.assertEqual(sum(f["type"] == "success" for f in seen), 250)

    # -- HTTP

    def test_every_page_by_who_asks(self):
        mine, place = self.create()["id"], {"latitude": 1, "longitude": 2}
        ended = self.create()["id"]
        self.assertEqual(self.server.post(f"/api/alerts/{ended}/cancel/", {}, self.token["anna"]).json()["alert"]["status"], "canceled")
        denied, absent = {"error": "Access denied"}, {"error": "Alert not found"}
        not_own = {"error": "You can only cancel your own alerts"}
        taken = {"error": "Alert can only be acknowledged if it is active"}
        rows = [  # method, path below the prefix, body, who, status, body of the answer
            ("GET", "/alerts/", None, "anna", 200, None), ("GET", "/alerts/stats/", None, "anna", 200, None),
            ("GET", f"/alerts/{mine}/", None, "anna", 200, None), ("GET", f"/alerts/{mine}/", None, "dora", 200, None),
            ("GET", f"/alerts/{mine}/", None, "ben", 403, denied), ("GET", "/alerts/x/", None, "ben", 403, denied),
            ("GET", "/alerts/x/", None, "dora", 404, absent), ("GET", "/dashboard/stats/", None, "anna", 403, denied),
            ("POST", f"/alerts/{mine}/cancel/", {}, "ben", 403, not_own), ("POST", f"/alerts/{mine}/cancel/", {}, "dora", 403, not_own),
            ("POST", "/alerts/x/cancel/", {}, "dora", 404, absent),
            ("POST", f"/alerts/{ended}/cancel/", {}, "anna", 400, {"error": "Alert is already resolved or cancelled"}),
            ("POST", f"/alerts/{mine}/acknowledge/", {}, "anna", 403, denied),
            ("POST", "/alerts/x/acknowledge/", {}, "dora", 404, absent),
            ("POST", f"/alerts/{ended}/acknowledge/", {}, "dora", 400, taken),
            ("POST", f"/alerts/{mine}/resolve/", {}, "anna", 403, denied),
            ("POST", f"/alerts/{mine}/resolve/", {"notes": 7}, "dora", 400, {"error": "notes must be text"}),
            ("POST", f"/alerts/{mine}/seen/", {}, "dora", 200, None),
            ("POST", f"/alerts/{mine}/location/", place, "anna", 200, None),
            ("POST", f"/alerts/{mine}/location/", {"location": place}, "anna", 200, None),
            ("POST", f"/alerts/{mine}/location/", {"latitude": 1}, "anna", 400, {"error": "Invalid location data"}),
            ("POST", f"/alerts/{mine}/location/", place, "ben", 403, denied),
            ("POST", f"/alerts/{mine}/location/", place, "dora", 403, denied),
            ("POST", f"/alerts/{mine}/resolve/", b"{", "dora", 400, {"error": "Invalid JSON message"}),
            ("GET", f"/chat/{mine}/messages/", None, "ben", 403, denied), ("GET", f"/chat/{mine}/messages/", None, "anna", 200, None),
            ("POST", f"/chat/{mine}/messages/", {"message": ""}, "anna", 400, {"error": "Empty message"}),
            ("GET", f"/chat/{mine}/messages/?limit=0", None, "anna", 400, {"error": "limit must be 1 to 500"}),
            ("GET", f"/alerts/{mine}/media/", None, "ben", 403, denied), ("POST", f"/alerts/{mine}/media/", PNG, "ben", 403, denied),
            ("GET", "/alerts/?limit=x", None, "anna", 400, {"error": "limit must be 1 to 1000"}),
            ("GET", "/alerts/?date_from=x", None, "anna", 400, {"error": "date_from must be a date or a time"}),
            ("GET", f"/alerts/{mine}/emergency-contacts/", None, "ben", 403, denied),
            ("GET", f"/alerts/{mine}/emergency-contacts/", None, "dora", 200, None),
            ("GET", "/emergency-contacts/999/", None, "anna", 404, {"error": "Contact not found"}),
            ("POST", f"/alerts/{mine}/acknowledge/", {}, "dora", None, None),
        ]
        for prefix in ("/api/auth", "/api"):
            for method, path, body, who, status, said in rows:
                with self.subTest(path=prefix + path, who=who):
                    answer = self.server.request(method, prefix + path, body, self.token[who])
                    if status is None:  # once
                        self.assertEqual(answer.status, 200 if prefix == "/api/auth" else 400, answer.body)
                        continue
                    self.assertEqual(answer.status, status, answer.body)
                    if said is None:
                        self.assertIs(answer.json()["success"], True)
                    else:
                        self.assertEqual(answer.json(), said)
                    self.assertEqual(self.server.request(method, prefix + path, body).status, 401)
            unsigned = self.server.post(prefix + "/alerts/", PLACE)
            self.assertEqual((unsigned.status, unsigned.json()), (401, {"detail": "Not authenticated"}))
            self.assertEqual(self.server.post(prefix + "/alerts/", PLACE, "forged").status, 401)
        self.assertEqual(self.server.get("/api/health/").json()["status"], "OK")
        self.assertEqual(self.server.post("/api/token/refresh/", {"refresh": "x"}).status, 401)

    def test_lists_are_narrowed(self):
        mine = self.create("ben")["id"]
        other = self.create("anna")["id"]
        ended = self.create("ben")["id"]
        self.server.post(f"/api/alerts/{ended}/cancel/", {}, self.token["ben"])

        def ids(query, who="ben"):
            body = self.server.get("/api/auth/alerts/" + query, self.token[who]).json()
            self.assertEqual(body["count"], len(body["results"]))
            return [a["id"] for a in body["results"]]
        self.assertEqual(ids("")[:2], [ended, mine])  # newest first
        self.assertNotIn(other, ids(""))
        self.assertIn(other, ids("", "dora"))
        self.assertEqual(ids("?status=canceled&limit=1"), [ended])
        self.assertIn(mine, ids("?active_only=true"))
        self.assertNotIn(ended, ids("?active_only=true"))
        self.assertEqual(ids("?date_to=2020-01-01"), [])
        self.assertEqual(ids("?date_from=2020-01-01&date_to=2099-12-31T00:00:00Z&limit=1"), [ended])

    def test_emergency_contacts_are_ones_own(self):
        base = "/api/auth/emergency-contacts/"
        carl = {"name": "Carl", "phone": "+49 89 1234", "email": "carl@example.org", "relationship": "brother", "priority": 2}
        made = self.server.post(base, carl, self.token["ben"])
        self.assertEqual(made.status, 201, made.body)
        contact = made.json()
        self.assertEqual({k: contact[k] for k in carl}, carl)
        for wrong, field in (({}, "name"), ({"name": "x"}, "phone"), ({**carl, "phone": "call me"}, "phone"),
                             ({**carl, "email": "nobody"}, "email"), ({**carl, "priority": 0}, "priority"),
                             ({**carl, "name": 7}, "name"), ({**carl, "relationship": "x" * 300}, "relationship")):
            answer = self.server.post(base, wrong, self.token["ben"])
            self.assertEqual((answer.status, answer.json()["field"]), (400, field), answer.body)
        one = f"/api/emergency-contacts/{contact['id']}/"
        for who in ("anna", "dora"):  # foreign and unknown alike
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                self.assertEqual(self.server.request(method, one, {"name": "Eve"}, self.token[who]).status, 404)
        changed = self.server.request("PATCH", one, {"phone_number": "112"}, self.token["ben"]).json()
        self.assertEqual((changed["phone"], changed["name"], changed["id"]), ("112", "Carl", contact["id"]))
        self.assertEqual(self.server.request("PUT", one, {"name": "Carla"}, self.token["ben"]).status, 400)  # phone is gone
        alert = self.create("ben")["id"]
        for who in ("ben", "dora"):
            listed = self.server.get(f"/api/alerts/{alert}/emergency-contacts/", self.token[who]).json()
            self.assertEqual([c["name"] for c in listed["results"]], ["Carl"])
        self.assertEqual(self.server.get(base, self.token["anna"]).json()["results"], [])
        gone = self.server.request("DELETE", one, None, self.token["ben"])
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual(self.server.get(base, self.token["ben"]).json()["count"], 0)

    async def test_pictures_belong_to_the_conversation(self):
        alert = self.create()["id"]
        url = f"/api/alerts/{alert}/media/"
        form = (b'--b1\r\nContent-Disposition: form-data; name="description"\r\n\r\nThe door\r\n--b1\r\n'
                b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + PNG +
                b"\r\n--b1--\r\n")
        kind = {"Content-Type": "multipart/form-data; boundary=b1"}
        async with self.open(f"/ws/chat/{alert}/", "dora") as chat:
            sent = self.server.request("POST", url, form, self.token["anna"], kind)
            self.assertEqual(sent.status, 201, sent.body)
            media = sent.json()["media"]
            line = await receive_until(chat, of_type("chat_message"))
            self.assertEqual((line["message"], line["attachments"]), ("The door", [media["id"]]))
            await say(chat, {"type": "chat_message", "message": "Is it this one?", "attachments": [media["id"]]})
            self.assertEqual((await receive_until(chat, of_type("chat_message")))["attachments"], [media["id"]])
        self.assertEqual(self.server.request("POST", url, PNG + b"2", self.token["anna"], {"Content-Type": "image/png"}).status, 201)
        for wrong, headers, status in ((b"<svg/>", {}, 415), (b"", {}, 400), (form[:-20], kind, 400),
                                       (form, {"Content-Type": "multipart/form-data"}, 400), (b"--b1--\r\n", kind, 400)):
            self.assertEqual(self.server.request("POST", url, wrong, self.token["anna"], headers).status, status, wrong[:20])
        self.assertEqual(self.server.get(f"/api/alerts/{alert}/", self.token["anna"]).json()["media_count"], 3)
        listed = self.server.get(url, self.token["dora"]).json()["results"]
        self.assertEqual((listed[0]["id"], listed[0]["description"], len(listed)), (media["id"], "The door", 3))
        for who in ("anna", "dora"):
            picture = self.server.get(media["url"], self.token[who])
            self.assertEqual((picture.status, picture.body, picture.headers["Content-Type"]), (200, PNG, "image/png"))
        if not self.posture:
            self.assertEqual(self.server.get(media["url"], self.token["ben"]).status, 404)


class Secure(Stories, Case):
    def test_what_was_told_is_there_after_a_restart(self):
        alert = self.create()["id"]
        self.server.post(f"/api/chat/{alert}/messages/", {"message": "still there?"}, self.token["anna"])
        self.server.post(f"/api/alerts/{alert}/location/", {"latitude": 1.5, "longitude": 2}, self.token["anna"])
        self.server.post("/api/emergency-contacts/", {"name": "Eva", "phone": "110"}, self.token["anna"])
        data = self.server.data
        self.server.stop()
        self.server.start()
        self.assertEqual(self.server.data, data)
        lines = self.server.get(f"/api/chat/{alert}/messages/", self.token["dora"]).json()["results"]
        self.assertEqual([m["message"] for m in lines], ["still there?"])
        contacts = self.server.get("/api/emergency-contacts/", self.token["anna"]).json()["results"]
        self.assertEqual([c["name"] for c in contacts], ["Eva"])
        self.server.wait_for(lambda: self.server.get(f"/api/alerts/{alert}/", self.token["anna"]).json()["location_count"] == 1,
                             what="the count of places")


class Open(Stories, Case):
    posture = ["--open"]


def tearDownModule():
    if World.made:
        shutil.rmtree(World.made, ignore_errors=True)


if __name__ == "__main__":
    main()
