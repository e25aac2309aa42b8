# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialect 1 over HTTP: ingest, batch, history, status."""

from tocsin_process import Case, Tocsin, main, receive

BASE = "/api/v1/telemetry"


class Rest(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin("--open")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    def test_what_is_ingested_is_the_status_and_the_history(self):
        answer = self.server.post(f"{BASE}/ingest", {
            "vehicle_id": "rest-1", "sensor_data": {"engine_temp": 90, "rpm": 900, "battery_level": 80, "fuel_level": 0.5,
                                                    "speed": 42},
            "location": {"latitude": 48.1, "longitude": 11.5}})
        self.assertEqual(answer.status, 201)
        body = answer.json()
        self.assertEqual((body["message"], body["processing_status"]), ("Telemetry data ingested successfully", "queued"))
        status = self.server.wait_for(lambda: self.server.status("rest-1"), what="a status")
        self.assertIs(status["is_online"], True)
        self.assertEqual((status["battery_level"], status["fuel_level"]), (80, 0.5))
        self.assertEqual(status["engine_status"], {"temperature": 90, "rpm": 900, "running": True})
        self.assertEqual(status["location"], {"latitude": 48.1, "longitude": 11.5})
        # Fuel below 5 %: a rule judged it.
        alerts = self.server.wait_for(lambda: self.server.status("rest-1")["alerts"], what="an alert")
        self.assertEqual([a["type"] for a in alerts], ["low_fuel"])
        records = self.server.wait_for(lambda: self.server.get(f"{BASE}/vehicle/rest-1").json(), what="a record")
        self.assertEqual(records[0]["id"], body["telemetry_id"])
        self.assertEqual(records[0]["sensor_data"]["rpm"], 900)
        listed = self.server.wait_for(lambda: self.server.get(f"{BASE}/vehicle/rest-1/alerts").json(), what="the list")
        self.assertEqual(listed[0]["type"], "low_fuel")
        stats = self.server.get(f"{BASE}/vehicle/rest-1/stats").json()
        self.assertEqual((stats["total_records"], stats["anomaly_count"]), (1, 1))
        self.assertEqual(stats["metrics"]["speed"]["max"], 42)

    async def test_a_batch_reaches_the_subscribers_in_order(self):
        async with self.server.connect("/ws/telemetry/rest-2") as socket:
            answer = self.server.post(f"{BASE}/batch-ingest", {"vehicle_id": "rest-2", "telemetry_data": [
                {"timestamp": "2019-01-01T00:00:00Z", "sensor_data": {"speed": n}} for n in range(1, 101)]})
            self.assertEqual(answer.status, 201)
            self.assertEqual(answer.json()["records_processed"], 100)
            for n in range(1, 101):
                self.assertEqual((await receive(socket))["data"]["speed"], n)
        # Years old by its own clock, heard just now by ours.
        self.assertIs(self.server.status("rest-2")["is_online"], True)

    def test_too_much_and_wrong_things_are_refused_by_name(self):
        many = {"vehicle_id": "rest-3", "telemetry_data": [{"sensor_data": {"speed": 1}}] * 1001}
        for path, body, loc in [
                (f"{BASE}/batch-ingest", many, ["body", "telemetry_data"]),
                (f"{BASE}/ingest", {"sensor_data": {"rpm": 1}}, ["body", "vehicle_id"]),
                (f"{BASE}/ingest", {"vehicle_id": "rest-3"}, ["body", "sensor_data"]),
                (f"{BASE}/ingest", {"vehicle_id": "rest-3", "sensor_data": {"rpm": "x"}}, ["body", "sensor_data", "rpm"]),
                (f"{BASE}/ingest", b"{", ["body"])]:
            with self.subTest(loc=loc):
                answer = self.server.post(path, body)
                self.assertEqual(answer.status, 422)
                self.assertEqual(answer.json()["detail"][0]["loc"], loc)
        self.assertIsNone(self.server.status("rest-3"))

    def test_unknown_vehicles_pages_and_methods(self):
        answer = self.server.get(f"{BASE}/vehicle/nobody/status")
        self.assertEqual((answer.status, answer.json()), (404, {"detail": "Vehicle not found or access denied"}))
        self.assertEqual(self.server.get(f"{BASE}/nothing").status, 404)
        self.assertEqual(self.server.get(f"{BASE}/ingest").status, 405)
        self.assertEqual(self.server.get("/nothing/at/all").status, 404)


if __name__ == "__main__":
    main()
