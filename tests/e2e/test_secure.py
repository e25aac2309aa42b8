# SPDX-License-Identifier: GPL-3.0-or-later
"""The secure posture, the default: nothing without a token, and with one only what its role may."""

from tocsin_process import Case, Tocsin, add_user, main, receive, say, settled, token_of

STATUS = "/api/v1/telemetry/vehicle/van-7/status"


class Secure(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin()
        data = cls.server.data
        for name, role in [("chief", "admin"), ("van-7", "device"), ("anna", "citizen")]:
            add_user(data, name, role)
        cls.token = {name: token_of(data, name) for name in ("chief", "van-7", "anna")}
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    async def test_nothing_without_a_valid_token(self):
        genuine = self.token["chief"]
        forged = genuine[:-2] + ("AA" if not genuine.endswith("AA") else "BB")
        for token in (None, "nonsense", forged, "a.b.c"):
            for path in ("/ws/telemetry/van-7", "/ws/alerts/anna", "/ws/chat/anna"):
                with self.subTest(token=token, path=path):
                    self.assertIn(await self.refused(self.server, path, token=token), (401, 403))
            answer = self.server.get(STATUS, token)
            self.assertEqual(answer.status, 401)
            self.assertIn("detail", answer.json())
            self.assertEqual(self.server.post("/api/v1/telemetry/ingest",
                                              {"vehicle_id": "van-7", "sensor_data": {"rpm": 1}}, token).status, 401)
        self.assertEqual(self.server.get("/health").status, 200)

    async def test_a_device_speaks_for_itself_alone(self):
        token = self.token["van-7"]
        async with self.server.connect("/ws/telemetry/van-7", token=token) as van:
            await say(van, {"type": "telemetry_data", "data": {"speed": 50, "battery_metrics": {"level": 77}}})
            self.assertEqual((await receive(van))["data"]["speed"], 50)
        self.assertEqual(await self.refused(self.server, "/ws/telemetry/other", token=token), 403)
        self.assertEqual(await self.refused(self.server, "/ws/alerts/anna", token=token), 403)
        answer = self.server.post("/api/v1/telemetry/ingest", {"vehicle_id": "other", "sensor_data": {"rpm": 1}}, token)
        self.assertEqual((answer.status, answer.json()), (404, {"detail": "Vehicle not found or access denied"}))
        # Staff see it; nobody set an owner, so a citizen does not.
        status = self.server.wait_for(lambda: self.server.status("van-7", self.token["chief"]), what="a status")
        self.assertEqual((status["is_online"], status["battery_level"]), (True, 77))
        self.assertEqual(self.server.get(STATUS, self.token["anna"]).status, 404)
        self.assertEqual(await self.refused(self.server, "/ws/telemetry/van-7", token=self.token["anna"]), 403)

    async def test_unknown_vehicles_are_not_made(self):
        self.assertEqual(await self.refused(self.server, "/ws/telemetry/new", token=self.token["chief"]), 403)
        answer = self.server.post("/api/v1/telemetry/ingest", {"vehicle_id": "new", "sensor_data": {"rpm": 1}},
                                  self.token["chief"])
        self.assertEqual(answer.status, 404)

    async def test_a_citizen_has_the_own_sockets(self):
        token = self.token["anna"]
        for path in ("/ws/alerts/anna", "/ws/chat/anna"):
            async with self.server.connect(path, token=token) as socket:
                self.assertEqual(await settled(socket), [])
        for path in ("/ws/alerts/chief", "/ws/chat/chief"):
            self.assertEqual(await self.refused(self.server, path, token=token), 403)

    async def test_a_token_may_come_in_every_place(self):
        token = self.token["anna"]
        async with self.server.connect("/ws/chat/anna", extra_headers={"Authorization": "Bearer " + token}) as socket:
            self.assertEqual(await settled(socket), [])
        async with self.server.connect("/ws/chat/anna", subprotocols=["bearer", token]) as socket:
            self.assertEqual(await settled(socket), [])

    async def test_staff_answer_in_a_phones_conversation(self):
        async with self.server.connect("/ws/chat/anna", token=self.token["anna"]) as phone, \
                self.server.connect("/ws/chat/anna", token=self.token["chief"]) as staff:
            await say(phone, {"message": "Is somebody there?"})
            automatic = await receive(phone, 3)
            self.assertTrue(automatic["response"])
            await say(staff, {"message": "Yes, we are."})
            reply = await receive(phone)
            self.assertEqual((reply["response"], reply["user_id"]), ("Yes, we are.", "anna"))

    async def test_tokens_end(self):
        short = token_of(self.server.data, "anna", "--ttl", "1s")
        self.server.wait_for(lambda: self.server.get(STATUS, short).status == 401, 90, "the end of the token")
        self.assertIn(await self.refused(self.server, "/ws/chat/anna", token=short), (401, 403))

    def test_no_token_in_the_log(self):
        log = self.server.stderr()
        for token in self.token.values():
            self.assertNotIn(token, log)


if __name__ == "__main__":
    main()
