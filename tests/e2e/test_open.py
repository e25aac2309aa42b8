# SPDX-License-Identifier: GPL-3.0-or-later
"""The open posture: what the vehicle system's own simulator, dashboard and phones do."""

import asyncio

from tocsin_process import Case, Tocsin, is_strict, main, receive, receive_until, say, settled

SIMULATOR = {"type": "client_info", "data": {"vehicle_id": "test-vehicle-123", "client_type": "vehicle_simulator"}}


def telemetry(**more):
    data = {
        "vehicle_id": "test-vehicle-123", "timestamp": "2024-01-01T12:00:00.123456", "speed": 65.5,
        "location": {"latitude": 40.7128, "longitude": -74.006, "altitude": 12.5},
        "engine_metrics": {"temperature": 95.2, "rpm": 2500, "oil_pressure": 45.8},
        "battery_metrics": {"voltage": 13.8, "level": 85.0},
        "fuel_metrics": {"level": 67.5, "consumption": 8.2},
        "diagnostic_codes": [], "environmental_data": {"ambient_temp": 21.0, "humidity": 40.0},
    }
    data.update(more)
    return {"type": "telemetry_data", "data": data, "timestamp": "2024-01-01T12:00:00.123456"}


class Open(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin("--open")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    async def test_a_dashboard_sees_what_the_simulator_sends(self):
        path = "/ws/telemetry/test-vehicle-123"
        async with self.server.connect(path) as dashboard, self.server.connect(path) as simulator:
            await say(simulator, SIMULATOR)
            for speed in range(1, 6):
                await say(simulator, telemetry(speed=speed))
            for speed in range(1, 6):  # every frame, in order
                frame = await receive(dashboard)
                self.assertTrue(is_strict(frame), frame)
                self.assertEqual(frame["type"], "telemetry_update")
                self.assertEqual(frame["data"]["speed"], speed)
            data = frame["data"]
            self.assertEqual(data["vehicle_id"], "test-vehicle-123")
            self.assertEqual(data["timestamp"], "2024-01-01T12:00:00.123Z")
            self.assertEqual(data["engine_metrics"], {"temperature": 95.2, "rpm": 2500, "oil_pressure": 45.8})
            self.assertEqual(data["battery_metrics"], {"voltage": 13.8, "level": 85})
            self.assertEqual(data["location"], {"latitude": 40.7128, "longitude": -74.006, "altitude": 12.5})
            # The simulator never reads, so it is sent nothing.
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(simulator.recv(), 0.2)

    async def test_a_sender_that_did_not_declare_itself_gets_its_own_update(self):
        async with self.server.connect("/ws/telemetry/echo-1", subprotocols=["websocket"]) as socket:
            self.assertEqual(socket.subprotocol, "websocket")
            await say(socket, {"type": "telemetry_update", "data": {
                "engine_temp": 90, "oil_pressure": 40, "battery_voltage": 12.6, "rpm": 900, "speed": 0, "fuel_level": 5}})
            frame = await receive(socket)
            self.assertEqual(frame["type"], "telemetry_update")
            self.assertEqual(frame["data"]["engine_metrics"], {"temperature": 90, "rpm": 900, "oil_pressure": 40})
            self.assertNotIn("location", frame["data"])

    async def test_a_hot_engine_raises_an_alert_that_all_see_and_one_takes(self):
        async with self.server.connect("/ws/alerts/anna") as anna, self.server.connect("/ws/alerts/ben") as ben, \
                self.server.connect("/ws/telemetry/hot-1") as dashboard, \
                self.server.connect("/ws/telemetry/hot-1") as simulator:
            await say(simulator, SIMULATOR | {"data": {"client_type": "vehicle_simulator"}})
            data = telemetry(engine_metrics={"temperature": 121.5, "rpm": 2500})["data"]
            del data["vehicle_id"]
            await say(simulator, {"type": "telemetry_data", "data": data})

            def raised(frame):
                return frame["type"] == "alert" and frame["data"]["vehicle_id"] == "hot-1"
            alert = (await receive_until(anna, raised))["data"]
            self.assertEqual((alert["type"], alert["severity"], alert["acknowledged"]),
                             ("engine_overheat", "critical", False))
            self.assertEqual((alert["data"]["value"], alert["data"]["threshold"]), (121.5, 115))
            self.assertTrue(alert["title"] and alert["message"] and alert["timestamp"])
            self.assertIsInstance(alert["recommended_actions"], list)
            for socket in (ben, dashboard):
                frame = await receive_until(socket, raised)
                self.assertTrue(is_strict(frame))
                self.assertEqual(frame["data"]["id"], alert["id"])

            listed = self.server.status("hot-1")["alerts"]
            self.assertEqual([a["id"] for a in listed], [alert["id"]])

            await say(ben, {"type": "acknowledge_alert", "data": {"alert_id": alert["id"]}})
            for socket in (anna, ben, dashboard):
                frame = await receive_until(socket, lambda f: raised(f) and f["data"]["acknowledged"])
                self.assertEqual(frame["data"]["id"], alert["id"])
            self.assertTrue(self.server.status("hot-1")["alerts"][0]["acknowledged"])
            # A second time changes nothing; the asker is told how it stands.
            await say(ben, {"type": "acknowledge_alert", "data": {"alert_id": alert["id"]}})
            self.assertTrue((await receive(ben))["data"]["acknowledged"])

    async def test_a_missing_reading_is_not_zero(self):
        async with self.server.connect("/ws/telemetry/quiet-1") as socket:
            await say(socket, {"type": "telemetry_data", "data": {"speed": 30}})
            frame = await receive(socket)
            self.assertEqual(set(frame["data"]), {"vehicle_id", "timestamp", "speed"})
            self.assertEqual(await settled(socket), [])
            self.assertEqual(self.server.status("quiet-1")["alerts"], [])

    async def test_a_reported_alert_comes_back_as_sent(self):
        async with self.server.connect("/ws/alerts/test-user-456") as sender, \
                self.server.connect("/ws/alerts/test-user-456") as other, \
                self.server.connect("/ws/alerts/somebody-else") as stranger:
            await say(sender, {"type": "alert", "data": {
                "id": "alert-002", "type": "low_oil_pressure", "severity": "high",
                "message": "Oil pressure below safe levels", "timestamp": "2024-01-01T12:00:00",
                "data": {"pressure": 12, "threshold": 20}, "acknowledged": False}})
            for socket in (sender, other):
                data = (await receive_until(socket, lambda f: f["type"] == "alert"))["data"]
                self.assertEqual((data["id"], data["type"], data["severity"]), ("alert-002", "low_oil_pressure", "high"))
                self.assertEqual(data["message"], "Oil pressure below safe levels")
                self.assertEqual((data["data"]["pressure"], data["data"]["threshold"]), (12, 20))
                self.assertIs(data["acknowledged"], False)
            self.assertEqual([f for f in await settled(stranger) if f["data"].get("id") == "alert-002"], [])

    async def test_a_phone_gets_an_answer_within_three_seconds(self):
        async with self.server.connect("/ws/chat/anna") as phone:
            await say(phone, {"message": "Wo ist mein Wagen? \u00e4\u00f6\u00fc \U0001f690",
                              "timestamp": "2024-01-01T12:00:00", "context": {"page": "map"}})
            frame = await receive(phone, 3)
            self.assertEqual(set(frame), {"message_id", "response", "timestamp", "agent", "user_id"})
            self.assertTrue(frame["response"])
            self.assertEqual(frame["user_id"], "anna")
            await say(phone, {"message": "   "})
            error = await receive(phone)
            self.assertEqual(error["error"], "Empty message")
            self.assertNotIn("type", error)

    async def test_a_broken_message_is_answered_and_the_connection_lives(self):
        broken = [
            ("hello", "invalid_json", None),
            ("[]", "invalid_json", None),
            ('{"type":"ping","type":"ping"}', "invalid_json", "type"),
            ('{"type":"telemetry_data","data":' + "[" * 70 + "]" * 70 + "}", "invalid_json", None),
            ('{"type":"dance"}', "unknown_type", "type"),
            ('{"type":"telemetry_data","data":7}', "invalid_field", "data"),
            ('{"type":"telemetry_data","data":{"engine_metrics":{"rpm":"fast"}}}', "invalid_field",
             "data.engine_metrics.rpm"),
            (b"\x00\x01", "invalid_json", None),
        ]
        async with self.server.connect("/ws/telemetry/broken-1") as socket:
            for message, code, field in broken:
                with self.subTest(message=message):
                    await say(socket, message)
                    frame = await receive(socket)
                    self.assertTrue(is_strict(frame), frame)
                    self.assertEqual((frame["type"], frame["data"]["code"], frame["data"].get("field")),
                                     ("error", code, field))
            self.assertEqual(await settled(socket), [])

    async def test_the_201st_message_is_refused_and_the_connection_lives(self):
        async with self.server.connect("/ws/alerts/busy") as socket:
            for _ in range(201):
                await say(socket, '{"type":"dance"}')
            codes = [(await receive(socket))["data"] for _ in range(201)]
            self.assertEqual([c["code"] for c in codes[:200]], ["unknown_type"] * 200)
            self.assertEqual(codes[200]["code"], "rate_limited")
            self.assertTrue(0 < codes[200]["retry_after_ms"] <= 60000)
            self.assertEqual(await settled(socket), [])  # a ping does not count

    async def test_paths_with_a_trailing_slash_are_another_dialects(self):
        for path in ("/ws/telemetry/", "/ws/telemetry/v/", "/ws/nowhere", "/nothing"):
            with self.subTest(path=path):
                self.assertEqual(await self.refused(self.server, path), 404)

    async def test_only_known_origins_may_connect(self):
        self.assertEqual(await self.refused(self.server, "/ws/telemetry/v", origin="https://evil.example"), 403)
        async with self.server.connect("/ws/telemetry/v", origin=self.server.url) as socket:
            self.assertEqual(await settled(socket), [])

    async def test_health_counts_who_is_here(self):
        async with self.server.connect("/ws/alerts/health-1") as socket:
            await settled(socket)
            body = self.server.get("/health").json()
            self.assertEqual((body["status"], body["overall_status"]), ("OK", "healthy"))
            for name in ("timestamp", "uptime", "connectedDevices", "connectedUsers", "total_check_time_ms", "components"):
                self.assertIn(name, body)
            self.assertGreaterEqual(body["connections"]["active_connections"], 1)
            self.assertEqual(set(body["connections"]) & {"active_connections", "total_connections", "active_groups",
                                                         "messages_sent", "messages_received", "users_connected"},
                             {"active_connections", "total_connections", "active_groups", "messages_sent",
                              "messages_received", "users_connected"})
            metrics = self.server.get("/metrics")
            self.assertEqual(metrics.status, 200)
            self.assertTrue(metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            self.assertIn(b"# TYPE tocsin_connections gauge\n", metrics.body)
            names = [line.split()[2] for line in metrics.body.decode().splitlines() if line.startswith("# TYPE")]
            self.assertEqual(len(names), len(set(names)))  # a name is declared once
            page = self.server.get("/")
            self.assertEqual(page.status, 200)
            self.assertIn(b"Tocsin", page.body)


if __name__ == "__main__":
    main()
