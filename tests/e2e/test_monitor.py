# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialect 4, device monitoring: the socket with its topics, the pages below /ws/, and what other dialects see of it; in both postures."""

import contextlib
import json
import uuid

from tocsin_process import Case, Tocsin, add_user, environment, main, receive, receive_until, say, token_of

TOPICS = ["device_status", "device_d1", "metrics_d1", "notifications", "security", "performance", "analytics"]


def is_envelope(frame):
    return (set(frame) == {"type", "data", "timestamp"} and isinstance(frame["type"], str)
            and isinstance(frame["data"], dict) and isinstance(frame["timestamp"], str))


def is_(kind, **wanted):
    """A frame of this type whose data has at least these values."""
    return lambda frame: frame["type"] == kind and all(frame["data"].get(k) == v for k, v in wanted.items())


@contextlib.asynccontextmanager
async def client(server, *topics, **more):
    """Connected, welcomed and subscribed."""
    async with server.connect("/ws", **more) as socket:
        first = await receive(socket)
        assert first["type"] == "device_connected", first
        for topic in topics:
            await say(socket, {"type": "subscription", "data": {"topic": topic}})
            await receive_until(socket, is_("subscription", topic=topic, status="subscribed"))
        yield socket


def request(server, body, token=None):
    """One of the native protocol's, over HTTP."""
    answer = server.request("POST", "/api/requests", body, token, {"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status == 200, answer.body
    return answer.json()["result"]["ref"]


# Page, body, status and answer; the answers' values where the body decides them.
PAGES = [
    ("/ws/broadcast", {"type": "system_message", "data": {"message": "hi"}, "subscription_filter": "nobody-listens"}, 200,
     {"message": "Broadcast sent successfully", "recipients": 0, "type": "system_message"}),
    ("/ws/broadcast", {"type": "nonsense", "data": {}}, 400, {"detail": "Invalid message type: nonsense"}),
    ("/ws/broadcast", {"data": {}}, 400, {"detail": "type is required"}),
    ("/ws/broadcast", {"type": "notification", "data": 5}, 400, {"detail": "data must be an object"}),
    ("/ws/send-to-user/nobody", {"type": "notification", "data": {}}, 200,
     {"message": "User not connected or no active sessions", "user_id": "nobody", "recipients": 0}),
    ("/ws/device-alert", {"device_id": "d1", "alert_type": "tamper", "message": "Lid open", "severity": "high"}, 200,
     {"message": "Device alert sent successfully", "device_id": "d1", "alert_type": "tamper"}),
    ("/ws/device-alert", {"alert_type": "tamper", "message": "Lid open"}, 400, {"detail": "device_id is required"}),
    ("/ws/device-alert", {"device_id": "d1", "message": "Lid open"}, 400, {"detail": "alert_type is required"}),
    ("/ws/device-alert", {"device_id": "d1", "alert_type": "t", "message": "m", "severity": "purple"}, 400,
     {"detail": "severity must be info, low, medium, warning, high, critical or emergency"}),
    ("/ws/live-metrics", {"device_id": "d1", "metrics": {"cpu_usage": 45.2, "battery_level": 85}}, 200,
     {"message": "Live metrics sent successfully", "device_id": "d1", "metrics_count": 2}),
    ("/ws/live-metrics", {"metrics": {"cpu_usage": 45.2}}, 400, {"detail": "device_id is required"}),
    ("/ws/live-metrics", {"device_id": "d1"}, 400, {"detail": "metrics is required"}),
    ("/ws/live-metrics", {"device_id": "d1", "metrics": {"battery_level": "full"}}, 400,
     {"detail": "metrics.battery_level must be a number"}),
    ("/ws/notification", {"type": "security", "title": "T", "message": "M", "severity": "high"}, 200,
     {"message": "Notification sent successfully", "type": "security", "title": "T", "severity": "high"}),
    ("/ws/notification", {"type": "security", "title": "T"}, 400, {"detail": "title and message are required"}),
    ("/ws/performance-data", {"cpu": [1, 2], "memory": [3]}, 200,
     {"message": "Performance data broadcasted successfully", "data_points": 2}),
    ("/ws/device-action/d1", {"action_id": "a1", "action_type": "reboot", "status": "queued"}, 200,
     {"message": "Device action status sent successfully", "device_id": "d1", "action_id": "a1", "status": "queued"}),
    ("/ws/device-action/d1", {"action_id": "a1", "status": "queued"}, 400,
     {"detail": "action_id, action_type, and status are required"}),
    ("/ws/start-monitoring/d1", {"type": "battery", "interval": 7}, 200,
     {"message": "Real-time monitoring started successfully", "device_id": "d1", "monitoring_type": "battery",
      "interval": 7}),
    ("/ws/start-monitoring/d1", {"interval": 0}, 400, {"detail": "interval must be whole seconds, 1 to 3600"}),
]


class Open(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin("--open", env=environment(TOCSIN_SERVER_HEARTBEAT_SECONDS="2",
                                                      TOCSIN_MONITOR_STATUS_SECONDS="1"))
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    async def test_the_first_frame_says_who_one_is(self):
        async with self.server.connect("/ws", query="client_id=tablet") as one, \
                self.server.connect("/ws", query="client_id=tablet") as two, self.server.connect("/ws") as nameless:
            for socket in (one, two):
                first = await receive(socket)
                self.assertTrue(is_envelope(first), first)
                self.assertEqual(first["type"], "device_connected")
                self.assertEqual(first["data"]["client_id"], "tablet")
                self.assertIsNone(first["data"]["user_id"])
                self.assertTrue(first["data"]["username"] and first["data"]["message"])
            self.assertTrue(uuid.UUID((await receive(nameless))["data"]["client_id"]))
            for socket in (one, two):  # both stay
                await say(socket, {"type": "heartbeat", "data": {"sequence": 1}})
                frame = await receive(socket)
                self.assertEqual((frame["type"], frame["data"]), ("heartbeat", {"status": "alive"}))
            # The server's own, without being asked; nothing else was said.
            frame = await receive(nameless, 10)
            self.assertEqual((frame["type"], frame["data"]), ("heartbeat", {"status": "alive"}))

    async def test_topics_are_acknowledged_each_time(self):
        async with client(self.server) as socket:
            for topic in TOPICS + ["a name of my own"]:
                for kind, status in [("subscription", "subscribed"), ("subscription", "subscribed"),
                                     ("unsubscription", "unsubscribed"), ("unsubscription", "unsubscribed")]:
                    await say(socket, {"type": kind, "data": {"topic": topic}})
                    frame = await receive_until(socket, lambda f: f["type"] in ("subscription", "unsubscription", "error"))
                    self.assertTrue(is_envelope(frame), frame)
                    self.assertEqual((frame["type"], frame["data"]), (kind, {"topic": topic, "status": status}))
            await say(socket, {"type": "subscribe_device", "data": {"deviceId": "status"}})
            await receive_until(socket, is_("subscription", topic="device_status", status="subscribed"))
            await say(socket, {"type": "unsubscribe_device", "data": {"deviceId": "status"}})
            await receive_until(socket, is_("unsubscription", topic="device_status"))
            stats = self.server.get("/ws/stats").json()
            self.assertEqual(stats["status"], "active")
            figures = stats["websocket_stats"]
            self.assertEqual(set(figures), {"total_connections", "active_connections", "total_users",
                                            "subscription_counts", "average_subscriptions_per_client"})
            await say(socket, {"type": "subscription", "data": {"topic": "device_d9"}})
            await receive_until(socket, is_("subscription", topic="device_d9"))
            self.assertEqual(self.server.get("/ws/stats").json()["websocket_stats"]["subscription_counts"]["device_d9"], 1)

    async def test_wrong_messages_are_answered_and_the_connection_lives(self):
        deep = '{"type":"heartbeat","data":' + '{"a":' * 100 + "1" + "}" * 101
        table = [
            ("{", {"message": "Invalid JSON message", "code": None}),
            ("[]", {"message": "Invalid JSON message", "code": None}),
            (deep, {"message": "Invalid JSON message", "code": None}),
            ('{"type":"heartbeat","type":"pong"}', {"message": "Invalid JSON message", "code": None}),
            (b"\x01\x02", {"message": "Invalid JSON message", "code": None}),
            ({"type": "teleport"}, {"message": "Unknown message type: teleport", "code": None}),
            ({"data": {}}, {"message": "Unknown message type: null", "code": None}),
            ({"type": 7}, {"message": "type must be text", "code": "invalid_field", "field": "type"}),
            ({"type": "subscription"},
             {"message": "data.topic is missing", "code": "invalid_field", "field": "data.topic"}),
            ({"type": "subscription", "data": {"topic": 7}},
             {"message": "data.topic must be text", "code": "invalid_field", "field": "data.topic"}),
            ({"type": "subscription", "data": {"topic": "x" * 300}},
             {"message": "data.topic is no topic", "code": "invalid_field", "field": "data.topic"}),
            ({"type": "subscription", "data": []},
             {"message": "data must be an object", "code": "invalid_field", "field": "data"}),
            ({"type": "subscribe_device", "data": {}},
             {"message": "data.deviceId is missing", "code": "invalid_field", "field": "data.deviceId"}),
        ]
        async with client(self.server) as socket:
            for sent, answer in table:
                with self.subTest(sent=str(sent)[:60]):
                    await say(socket, sent)
                    frame = await receive_until(socket, lambda f: f["type"] != "heartbeat")
                    self.assertTrue(is_envelope(frame), frame)
                    self.assertEqual((frame["type"], frame["data"]), ("error", answer))
            await say(socket, {"type": "pong"})  # taken silently
            await say(socket, {"type": "heartbeat", "data": {"timestamp": "2026-01-01T00:00:00Z"}})
            self.assertEqual((await receive(socket))["type"], "heartbeat")
        self.assertEqual(self.server.get("/health").status, 200)

    async def test_two_hundred_messages_and_no_more(self):
        async with client(self.server) as socket:
            for _ in range(200):
                await say(socket, {"type": "unsubscription", "data": {"topic": "security"}})
            for _ in range(300):  # these do not count
                await say(socket, {"type": "heartbeat"})
            await say(socket, {"type": "unsubscription", "data": {"topic": "security"}})
            refused = await receive_until(socket, is_("error"))
            self.assertEqual(refused["data"]["code"], "rate_limited")
            self.assertGreater(refused["data"]["retry_after_ms"], 0)

    def test_pages(self):
        for path, body, status, answer in PAGES:
            with self.subTest(path=path, body=body):
                got = self.server.post(path, body)
                self.assertEqual((got.status, got.json()), (status, answer))
        for body in (b"{", b"[]", b'{"a":1,"a":2}'):
            got = self.server.post("/ws/notification", body)
            self.assertEqual(got.status, 400)
            self.assertEqual(list(got.json()), ["detail"])
        self.assertEqual(self.server.get("/ws/broadcast").status, 405)
        self.assertEqual(self.server.get("/ws/nothing").status, 404)

    async def test_an_alert_of_a_device_is_everybodys(self):
        async with client(self.server, "security", "device_d2") as guard, client(self.server, "device_d2") as owner, \
                client(self.server, "notifications") as person, self.server.connect("/ws/telemetry/d2") as vehicle:
            self.server.post("/ws/device-alert", {"device_id": "d2", "alert_type": "intrusion", "message": "Door forced",
                                                  "severity": "high"})
            alerts = []
            for socket in (guard, owner):
                frame = await receive_until(socket, is_("security_alert"))
                alerts.append(frame["data"])
                for key, value in {"device_id": "d2", "alert_type": "intrusion", "message": "Door forced",
                                   "severity": "high"}.items():
                    self.assertEqual(frame["data"][key], value)
            told = await receive_until(person, is_("notification", device_id="d2"))
            self.assertLessEqual({"id", "type", "title", "message", "severity", "timestamp", "read"}, set(told["data"]))
            self.assertEqual((told["data"]["type"], told["data"]["read"]), ("alert", False))
            seen = await receive_until(vehicle, is_("alert"))
            self.assertEqual((seen["data"]["type"], seen["data"]["vehicle_id"]), ("intrusion", "d2"))
            # Taken in dialect 1, told in dialect 4.
            await say(vehicle, {"type": "acknowledge_alert", "data": {"alert_id": seen["data"]["id"]}})
            told = await receive_until(person, is_("notification", type="alert_acknowledged"))
            self.assertEqual(told["data"]["data"]["alert_id"], seen["data"]["id"])
            # Once per connection, although two of its topics are concerned: the next one is the next alert.
            self.server.post("/ws/device-alert", {"device_id": "d2", "alert_type": "second", "message": "Again"})
            frame = await receive_until(guard, is_("security_alert"))
            self.assertEqual((frame["data"]["alert_type"], frame["data"]["severity"]), ("second", "medium"))

    async def test_panics_crashes_and_rules_of_other_dialects(self):
        async with client(self.server, "security", "notifications") as guard:
            panic = request(self.server, {"kind": "raise_panic", "user_id": "mia", "user_name": "Mia"})
            frame = await receive_until(guard, is_("security_alert"))
            self.assertEqual((frame["data"]["alert_id"], frame["data"]["user_id"], frame["data"]["severity"]),
                             (panic, "mia", "critical"))
            self.server.post("/api/v1/telemetry/ingest", {"vehicle_id": "d3", "sensor_data": {"crash": 1}})
            frame = await receive_until(guard, is_("security_alert"))
            self.assertEqual((frame["data"]["alert_type"], frame["data"]["device_id"]), ("CRASH_DETECTED", "d3"))
            # An affair of the engine is a notification alone.
            self.server.post("/api/v1/telemetry/ingest", {"vehicle_id": "d3", "sensor_data": {"engine_temp": 120}})
            frame = await receive_until(guard, lambda f: f["type"] == "security_alert" or f["data"].get("data", {}).get(
                "alert_type") == "engine_overheat")
            self.assertEqual(frame["type"], "notification")

    async def test_figures_from_everywhere(self):
        async with client(self.server, "metrics_d4", "device_d4") as reader, \
                client(self.server, "device_status") as board:
            self.server.post("/ws/live-metrics", {"device_id": "d4", "metrics": {
                "cpu_usage": 45.2, "memory_usage": 67.8, "battery_level": 85, "disk": {"free": 3}}})
            frame = await receive_until(reader, is_("live_metrics"))
            self.assertEqual((frame["data"]["device_id"], frame["data"]["metrics"]), (
                "d4", {"cpu_usage": 45.2, "memory_usage": 67.8, "battery_level": 85, "disk": {"free": 3}}))
            self.server.post("/api/v1/telemetry/ingest", {"vehicle_id": "d4", "sensor_data": {"rpm": 900}})
            frame = await receive_until(reader, is_("live_metrics"))
            self.assertEqual((frame["data"]["metrics"]["rpm"], frame["data"]["metrics"]["battery_level"]), (900, 85))
            def known(frame):
                return next((d for d in frame["data"].get("devices", []) if d["id"] == "d4"), None)
            # First seen by its figures, then judged present: a frame between the two says so.
            device = known(await receive_until(board, lambda f: (d := known(f)) and d["status"] != "unknown"
                                               and d["cpu_usage"] is not None))
            self.assertEqual(set(device), {"id", "name", "status", "battery_level", "cpu_usage", "memory_usage",
                                           "storage_usage", "last_seen"})
            self.assertEqual((device["status"], device["battery_level"], device["cpu_usage"], device["memory_usage"],
                              device["storage_usage"]), ("online", 85, 45.2, 67.8, None))
            # Dialect 1 sees the battery too.
            self.assertEqual(self.server.status("d4")["battery_level"], 85)

    async def test_presence_analytics_and_performance(self):
        async with client(self.server, "device_d5", "analytics", "performance") as socket:
            self.server.post("/ws/live-metrics", {"device_id": "d5", "metrics": {"cpu_usage": 1}})
            frame = await receive_until(socket, is_("device_connected"))
            self.assertEqual((frame["data"]["device_id"], frame["data"]["status"]), ("d5", "online"))
            frame = await receive_until(socket, is_("analytics_update", device_id="d5"))
            self.assertEqual(frame["data"]["metrics"]["readings"], 1)
            frame = await receive_until(socket, is_("performance_data"))
            self.assertGreaterEqual(frame["data"]["performance"]["connections"], 1)
            self.server.post("/ws/performance-data", {"performance": {"cpu": 12}})
            await receive_until(socket, is_("performance_data", performance={"cpu": 12}))

    async def test_monitoring_repeats_what_is_known(self):
        self.server.post("/ws/live-metrics", {"device_id": "d6", "metrics": {"cpu_usage": 9}})
        async with client(self.server, "metrics_d6", "device_d6") as socket:
            self.server.post("/ws/start-monitoring/d6", {"type": "cpu", "interval": 1})
            frame = await receive_until(socket, is_("system_message"))
            self.assertEqual((frame["data"]["device_id"], frame["data"]["monitoring_type"], frame["data"]["interval"]),
                             ("d6", "cpu", 1))
            for _ in range(2):
                frame = await receive_until(socket, is_("live_metrics"))
                self.assertEqual(frame["data"]["metrics"], {"cpu_usage": 9})

    async def test_what_is_said_to_all_some_and_nobody(self):
        async with client(self.server, "notifications") as one, client(self.server, "my topic") as two:
            said = {"type": "system_message", "data": {"message": "lunch"}}
            got = self.server.post("/ws/broadcast", said).json()
            self.assertGreaterEqual(got["recipients"], 2)
            for socket in (one, two):
                await receive_until(socket, is_("system_message", message="lunch"))
            got = self.server.post("/ws/broadcast", {**said, "subscription_filter": "my topic"}).json()
            self.assertEqual(got["recipients"], 1)
            await receive_until(two, is_("system_message", message="lunch"))
            self.server.post("/ws/notification", {"type": "system", "title": "T", "message": "M", "severity": "low",
                                                  "device_id": "d1", "data": {"k": 1}})
            frame = await receive_until(one, is_("notification", title="T"))
            self.assertEqual((frame["data"]["message"], frame["data"]["severity"], frame["data"]["device_id"],
                              frame["data"]["data"], frame["data"]["read"]), ("M", "low", "d1", {"k": 1}, False))
        # What was said to people is in the audit, without its words.
        log = self.server.get("/api/streams/audit?after=0").body.decode()
        self.assertIn('"notification"', log)
        self.assertNotIn("lunch", log)

    async def test_orders_of_the_desk(self):
        self.server.post("/ws/live-metrics", {"device_id": "rig-4", "metrics": {"cpu_usage": 1}})
        self.server.wait_for(lambda: self.server.status("rig-4"), what="the device")
        async with client(self.server, "device_rig-4") as watcher, \
                self.server.connect("/ws/v1", subprotocols=["tocsin.v1.json"]) as rig:
            await say(rig, {"type": "hello", "v": 1, "client": "rig", "streams": ["device/rig-4"], "devices": ["rig-4"]})
            await receive_until(rig, lambda f: f["type"] == "welcome")
            for answer, status, result in [({"state": "succeeded", "response": {"rpm": 0}}, "completed", {"rpm": 0}),
                                           ({"state": "failed", "error": "jammed"}, "failed", {"error": "jammed"})]:
                order = request(self.server, {"kind": "issue_command", "device_id": "rig-4", "action": "stop",
                                              "timeout": 20000000})
                for wanted in ("queued", "in_progress"):
                    frame = await receive_until(watcher, is_("device_action", action_id=order, status=wanted))
                    self.assertEqual((frame["data"]["action_type"], frame["data"]["device_id"]), ("stop", "rig-4"))
                request(self.server, {"kind": "report_command", "command_id": order, **answer})
                frame = await receive_until(watcher, is_("device_action", action_id=order, status=status))
                self.assertEqual(frame["data"]["result"], result)
            # Reported over dialect 4: the desk's order is done, for the right device alone.
            order = request(self.server, {"kind": "issue_command", "device_id": "rig-4", "action": "stop",
                                          "timeout": 20000000})
            await receive_until(watcher, is_("device_action", action_id=order, status="in_progress"))
            done = {"action_id": order, "action_type": "stop", "status": "completed", "result": {"rpm": 7}}
            self.assertEqual(self.server.post("/ws/device-action/other", done).status, 403)
            self.assertEqual(self.server.post("/ws/device-action/rig-4", done).status, 200)
            frame = await receive_until(watcher, is_("device_action", action_id=order, status="completed"))
            self.assertEqual(frame["data"]["result"], {"rpm": 7})
            # Any other is passed on.
            other = {"action_id": "mine", "action_type": "wipe", "status": "failed", "result": "busy"}
            self.assertEqual(self.server.post("/ws/device-action/rig-4", other).status, 200)
            frame = await receive_until(watcher, is_("device_action", action_id="mine"))
            self.assertEqual((frame["data"]["status"], frame["data"]["result"]), ("failed", "busy"))


class Secure(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin()
        data = cls.server.data
        for name, role in [("chief", "admin"), ("dora", "dispatcher"), ("anna", "citizen"), ("ben", "citizen"),
                           ("d1", "device")]:
            add_user(data, name, role)
        cls.token = {name: token_of(data, name) for name in ("chief", "dora", "anna", "ben", "d1")}
        cls.server.start()
        request(cls.server, {"kind": "put_device", "device": {"v": 1, "id": "d1", "name": "One", "kind": "other",
                                                              "owners": ["anna"], "first_seen": 0}}, cls.token["chief"])

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    async def test_nobody_without_a_token(self):
        for token in (None, "nonsense"):
            self.assertEqual(await self.refused(self.server, "/ws", token=token), 401)
            for path, body, *_ in PAGES:
                self.assertEqual(self.server.post(path, body, token).status, 401)
            self.assertEqual(self.server.get("/ws/stats", token).status, 401)

    def test_pages_are_the_administrators(self):
        for name in ("dora", "anna", "d1"):
            for path, body, *_ in PAGES:
                got = self.server.post(path, body, self.token[name])
                self.assertEqual((got.status, got.json()), (403, {"detail": "Access denied"}))
            self.assertEqual(self.server.get("/ws/stats", self.token[name]).status, 403)
        for path, body, status, answer in PAGES:
            with self.subTest(path=path, body=body):
                got = self.server.post(path, body, self.token["chief"])
                self.assertEqual((got.status, got.json()), (status, answer))
        unknown = {"device_id": "nobody", "alert_type": "t", "message": "m", "metrics": {"cpu": 1}}
        for path in ("/ws/device-alert", "/ws/live-metrics"):
            got = self.server.post(path, unknown, self.token["chief"])
            self.assertEqual((got.status, got.json()), (404, {"detail": "Device nobody not found"}))

    async def test_who_may_listen_to_what(self):
        staff = {"device_status", "security", "performance", "analytics", "my topic", "device_other"}
        may = {"chief": set(TOPICS) | staff, "dora": set(TOPICS) | staff,
               "anna": {"notifications", "device_d1", "metrics_d1"}, "ben": {"notifications"},
               "d1": {"notifications", "device_d1", "metrics_d1"}}
        for name, allowed in may.items():
            async with self.server.connect("/ws", token=self.token[name]) as socket:
                first = await receive(socket)
                self.assertEqual((first["type"], first["data"]["user_id"]), ("device_connected", name))
                for topic in sorted(set(TOPICS) | staff):
                    with self.subTest(name=name, topic=topic):
                        await say(socket, {"type": "subscription", "data": {"topic": topic}})
                        frame = await receive_until(socket, lambda f: f["type"] in ("subscription", "error"))
                        if topic in allowed:
                            self.assertEqual(frame["data"], {"topic": topic, "status": "subscribed"})
                        else:
                            self.assertEqual((frame["type"], frame["data"]["message"], frame["data"]["code"]),
                                             ("error", "Access denied", "forbidden"))

    async def test_people_hear_of_their_own(self):
        token = self.token
        async with client(self.server, "notifications", token=token["anna"]) as anna, \
                client(self.server, "notifications", token=token["ben"]) as ben, \
                client(self.server, "notifications", token=token["dora"]) as dora:
            self.server.post("/ws/device-alert", {"device_id": "d1", "alert_type": "door", "message": "Open"},
                             token["chief"])
            for socket in (anna, dora):
                await receive_until(socket, is_("notification", device_id="d1", type="alert"))
            self.server.post("/ws/notification", {"title": "About one", "message": "M", "device_id": "d1"}, token["chief"])
            got = self.server.post("/ws/send-to-user/ben", {"type": "notification", "data": {"title": "For ben"}},
                                   token["chief"]).json()
            self.assertEqual(got, {"message": "Message sent successfully", "user_id": "ben", "recipients": 1,
                                   "type": "notification"})
            self.server.post("/ws/notification", {"title": "To anna", "message": "M", "user_id": "anna"}, token["chief"])
            self.server.post("/ws/notification", {"title": "To all", "message": "M"}, token["chief"])
            async def titles(socket):
                seen = []
                while "To all" not in seen:
                    seen.append((await receive_until(socket, is_("notification")))["data"]["title"])
                return seen
            self.assertEqual(await titles(ben), ["For ben", "To all"])
            self.assertEqual((await titles(anna))[-3:], ["About one", "To anna", "To all"])
            self.assertEqual((await titles(dora))[-2:], ["About one", "To all"])

    async def test_whoever_owns_it_no_longer_hears_no_more(self):
        def owned_by(*owners):
            request(self.server, {"kind": "put_device", "device": {
                "v": 1, "id": "d7", "name": "Seven", "kind": "other", "owners": list(owners), "first_seen": 0}},
                self.token["chief"])
        owned_by("ben")
        self.server.wait_for(lambda: self.server.status("d7", self.token["ben"]), what="the owner")
        async with client(self.server, "metrics_d7", token=self.token["ben"]) as ben:
            figures = {"device_id": "d7", "metrics": {"cpu_usage": 1}}
            self.server.post("/ws/live-metrics", figures, self.token["chief"])
            await receive_until(ben, is_("live_metrics"))
            owned_by("anna")
            self.server.wait_for(lambda: "metrics_d7" not in self.server.get("/ws/stats", self.token["chief"]).json()[
                "websocket_stats"]["subscription_counts"], what="leaving the topic")
            self.server.post("/ws/live-metrics", figures, self.token["chief"])
            await say(ben, {"type": "subscription", "data": {"topic": "metrics_d7"}})
            frame = await receive_until(ben, lambda f: f["type"] != "heartbeat")
            self.assertEqual(frame["data"].get("code"), "forbidden", json.dumps(frame))


if __name__ == "__main__":
    main()
