# SPDX-License-Identifier: GPL-3.0-or-later
"""One call for help from its first second to its last, with clients of dialects 1, 4, 5 and native at the same desk; and those that go another way."""

import contextlib
import json
import shutil
import tempfile
import uuid

from native_client import NativeClient
from tocsin_process import Case, Tocsin, add_user, environment, main, receive_until, say, token_of

PEOPLE = [("anna", "citizen"), ("ben", "citizen"), ("dora", "dispatcher"), ("sue", "supervisor")]
PLACE = {"latitude": 48.137154, "longitude": 11.576124, "location_accuracy": 12.5}


def of_type(kind, **fields):
    return lambda frame: frame.get("type") == kind and all(frame.get(k) == v for k, v in fields.items())


class Incident(Case):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        for name, role in PEOPLE:
            add_user(cls.data, name, role)
        cls.token = {name: token_of(cls.data, name) for name, _ in PEOPLE}
        # A phone is lost after three seconds here: the clock of the story is the machine's.
        cls.server = Tocsin(data=cls.data, env=environment(TOCSIN_ALERTS_CONTACT_LOST_SECONDS="3"))
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            shutil.rmtree(cls.data, ignore_errors=True)

    @contextlib.asynccontextmanager
    async def everybody(self):
        """The phone, its vehicle's app (dialect 1), a dashboard of dialect 4, staff of dialect 5 and two consoles."""
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            connect = self.server.connect
            self.phone = await enter(connect("/ws/user/anna/", token=self.token["anna"]))
            self.app = await enter(connect("/ws/alerts/anna", token=self.token["anna"]))
            self.staff = await enter(connect("/ws/alerts/", token=self.token["dora"]))
            self.monitor = await enter(connect("/ws", token=self.token["dora"]))
            for topic in ("notifications", "security"):
                await say(self.monitor, {"type": "subscription", "data": {"topic": topic}})
                await receive_until(self.monitor, lambda f: f.get("type") == "subscription")
            self.console = await enter(NativeClient(self.server, ["desk"], token=self.token["dora"]))
            self.other = await enter(NativeClient(self.server, ["desk"], token=self.token["sue"]))
            yield

    def raised(self, who="anna", **more):
        answer = self.server.post("/api/alerts/", {"client_alert_id": str(uuid.uuid4()), **PLACE, **more}, self.token[who])
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()["alert_id"]

    async def ask(self, client, kind, alert, **body):
        answer = await client.ask(str(uuid.uuid4()), {"kind": kind, "alert_id": alert, **body})
        self.assertTrue(answer["ok"], (kind, body, answer))
        return answer["result"]

    @staticmethod
    def changes(client, alert):
        return [e["body"] for _, e in client.history["desk"] if e["kind"] == "alert" and e["body"]["alert"]["id"] == alert]

    async def seen_by(self, client, alert, look, what):
        await client.wait(lambda: [c for c in self.changes(client, alert) if look(c)], what=what)
        return [c for c in self.changes(client, alert) if look(c)][-1]

    async def on_both(self, alert, look, what):
        for client in (self.console, self.other):
            change = await self.seen_by(client, alert, look, what)
        return change

    def now(self, alert):
        return self.changes(self.console, alert)[-1]

    async def test_from_the_first_second_to_the_last(self):
        async with self.everybody():
            alert = self.raised(alert_type="panic_button", description="Somebody follows me")
            await self.on_both(alert, lambda c: c["verb"] == "raise", "the call")
            await receive_until(self.staff, lambda f: f["type"] == "new_alert" and f["alert"]["id"] == alert)
            await receive_until(self.app, lambda f: f.get("type") == "alert" and f["data"]["id"] == alert and not f["data"]["acknowledged"])
            await receive_until(self.monitor, lambda f: f["type"] == "notification" and alert in json.dumps(f))

            # A console shows it, then its operator takes it and says that it is hers.
            await self.ask(self.console, "mark_seen", alert)
            update = await receive_until(self.phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual(update["message"], "Your alert has been seen by an operator")
            await self.ask(self.console, "acknowledge", alert)
            update = await receive_until(self.phone, of_type("alert_status_update", alert_id=alert))
            self.assertEqual((update["status"], update["operator"]), ("acknowledged", "dora"))
            await self.ask(self.console, "handle_alert", alert, verb="claim")
            claimed = await self.seen_by(self.other, alert, lambda c: c["verb"] == "claim", "who handles it")
            self.assertEqual(claimed["alert"]["care"]["owner_id"], "dora")
            # A claim never blocks: the other console may acknowledge, it changes nothing.
            self.assertFalse((await self.ask(self.other, "acknowledge", alert)).get("changed", False))
            await receive_until(self.staff, of_type("alert_acknowledged", alert_id=alert))
            await receive_until(self.app, lambda f: f.get("type") == "alert" and f["data"]["id"] == alert and f["data"]["acknowledged"])
            await receive_until(self.monitor, lambda f: f["type"] == "notification" and alert in json.dumps(f)
                                and "acknowledged" in json.dumps(f).lower())

            # Where she is, and what she says.
            async with self.server.connect(f"/ws/location/{alert}/", token=self.token["anna"]) as where, \
                    self.server.connect(f"/ws/chat/{alert}/", token=self.token["anna"]) as chat:
                await say(where, {"type": "location_update", "location": {"latitude": 48.2, "longitude": 11.6, "accuracy": 5,
                                                                           "battery_level": 64}})
                told = await receive_until(self.staff, of_type("location_update", alert_id=alert))
                self.assertEqual((told["location"]["latitude"], told["location"]["battery_level"]), (48.2, 64))
                await say(chat, {"type": "chat_message", "message": "Behind the station"})

                def said(client, words):
                    return [e for _, e in client.history["desk"] if e["kind"] == "chat" and e["body"]["text"] == words]
                await self.console.wait(lambda: said(self.console, "Behind the station"), what="her words on the console")
                answer = await self.console.ask("say", {"kind": "send_chat", "thread": f"incident/{alert}", "text": "A car is coming",
                                                        "from_desk": True})
                self.assertTrue(answer["ok"], answer)
                line = await receive_until(chat, lambda f: f.get("type") == "chat_message" and f["is_staff"])
                self.assertEqual(line["message"], "A car is coming")

            # How far the help is.
            for stage, status in (("contacting", "acknowledged"), ("dispatched", "responding"), ("on_scene", "responding"),
                                  ("monitoring", "responding")):
                await self.ask(self.console, "set_stage", alert, stage=stage, comment=f"Now {stage}")
                change = await self.on_both(alert, lambda c, s=stage: c["alert"]["incident"].get("stage") == s, stage)
                self.assertEqual(change["comment"], f"Now {stage}")
                mine = self.server.get(f"/api/alerts/{alert}/", self.token["anna"]).json()
                self.assertEqual(mine["status"], status, stage)
            await self.ask(self.console, "handle_alert", alert, verb="comment", comment="Car 4 is with her")
            await self.on_both(alert, lambda c: c["verb"] == "comment" and c["comment"] == "Car 4 is with her", "the entry")

            # Over: the others have to say how, and see it.
            answer = await self.console.ask("close-0", {"kind": "close_alert", "alert_id": alert})
            self.assertFalse(answer["ok"])
            await self.ask(self.console, "close_alert", alert, disposition="assisted", comment="Brought home")
            closed = await self.on_both(alert, lambda c: c["verb"] == "close", "the end")
            self.assertEqual((closed["to"], closed["alert"]["care"]["disposition"]), ("NORMAL", "assisted"))
            update = await receive_until(self.phone, lambda f: f.get("type") == "alert_status_update" and f["status"] == "resolved")
            self.assertEqual(update["alert_id"], alert)
            await receive_until(self.staff, of_type("alert_resolved", alert_id=alert))
            # Her finger slipped: within a minute she may take it back.
            await self.ask(self.console, "handle_alert", alert, verb="reopen")
            await self.on_both(alert, lambda c: c["verb"] == "reopen", "it is open again")
            await self.ask(self.console, "close_alert", alert, disposition="assisted")

    async def test_canceled_before_anybody_took_it(self):
        async with self.everybody():
            alert = self.raised()
            answer = self.server.post(f"/api/alerts/{alert}/cancel/", {}, self.token["anna"])
            self.assertEqual(answer.status, 200)
            update = await receive_until(self.phone, lambda f: f.get("type") == "alert_status_update" and f["status"] == "canceled")
            self.assertEqual(update["alert_id"], alert)
            # It stays on the desk until somebody has seen to it.
            change = await self.on_both(alert, lambda c: c["verb"] == "cancel", "the cancel")
            self.assertEqual(change["to"], "RTN_UNACK")
            await self.ask(self.console, "acknowledge", alert)
            change = await self.on_both(alert, lambda c: c["verb"] == "acknowledge", "the acknowledge")
            self.assertEqual(change["to"], "NORMAL")

    async def test_canceled_under_duress(self):
        async with self.everybody():
            alert = self.raised(pin="blue-1", duress_pin="red-22")
            await self.ask(self.console, "acknowledge", alert)
            self.assertEqual(self.server.post(f"/api/alerts/{alert}/cancel/", {"pin": "green"}, self.token["anna"]).status, 403)
            self.assertEqual(self.server.post(f"/api/alerts/{alert}/cancel/", {"pin": "red-22"}, self.token["anna"]).status, 200)
            await receive_until(self.phone, lambda f: f.get("type") == "alert_status_update" and f["status"] == "canceled")
            change = await self.on_both(alert, lambda c: c["alert"]["incident"].get("duress"), "the duress")
            self.assertEqual((change["to"], change["alert"].get("acked", False)), ("UNACK", False))
            # Nothing that the one who holds the phone could be shown says so.
            mine = self.server.get(f"/api/alerts/{alert}/", self.token["anna"])
            self.assertEqual(mine.json()["status"], "canceled")
            listed = self.server.get("/api/alerts/", self.token["anna"])
            for text in (mine.body, listed.body):
                self.assertNotIn(b"duress", text)
                self.assertNotIn(b"red-22", text)
            told = await receive_until(self.app, lambda f: f.get("type") == "alert" and f["data"]["id"] == alert)
            self.assertNotIn("duress", json.dumps(told))
            await self.ask(self.console, "close_alert", alert, disposition="handed_to_agency")

    async def test_the_phone_dies(self):
        async with self.everybody():
            alert = self.raised()
            async with self.server.connect(f"/ws/location/{alert}/", token=self.token["anna"]) as where:
                await say(where, {"type": "location_update", "location": {"latitude": 48.3, "longitude": 11.7, "accuracy": 5}})
                await receive_until(self.staff, of_type("location_update", alert_id=alert))
            lost = await self.on_both(alert, lambda c: c["verb"] == "contact_lost", "contact lost")
            self.assertTrue(lost["alert"]["incident"]["contact_lost"])
            self.assertEqual(lost["to"], "UNACK")
            self.assertGreaterEqual(lost["alert"]["escalation"], 1)
            # It comes back with its next fix.
            self.server.post(f"/api/alerts/{alert}/location/", {"latitude": 48.31, "longitude": 11.7}, self.token["anna"])
            back = await self.on_both(alert, lambda c: c["verb"] == "contact_back", "contact again")
            self.assertFalse(back["alert"]["incident"].get("contact_lost", False))
            await self.ask(self.console, "close_alert", alert, disposition="unable_to_contact")

    async def test_retried_over_http_and_socket(self):
        async with self.everybody():
            own = str(uuid.uuid4())
            first = self.raised("ben", client_alert_id=own)
            self.assertEqual(self.raised("ben", client_alert_id=own), first)
            async with NativeClient(self.server, ["user/ben"], token=self.token["ben"]) as phone:
                answer = await phone.ask("p", {"kind": "raise_panic", "user_id": "ben", "client_alert_id": own})
                self.assertTrue(answer["ok"], answer)
                self.assertEqual(answer["result"]["ref"], first)
            await self.on_both(first, lambda c: c["verb"] == "raise", "the call")
            self.assertEqual(len([c for c in self.changes(self.console, first) if c["verb"] == "raise"]), 1)

    async def test_where_the_phone_does_not_know_where_it_is(self):
        async with self.everybody():
            answer = self.server.post("/api/alerts/", {"gps_unavailable": True, "client_alert_id": str(uuid.uuid4())}, self.token["anna"])
            self.assertEqual(answer.status, 201, answer.body)
            alert = answer.json()["alert_id"]
            change = await self.on_both(alert, lambda c: c["verb"] == "raise", "the call")
            self.assertTrue(change["alert"]["incident"]["gps_unavailable"])
            self.assertNotIn("position", change["alert"])
            told = await receive_until(self.staff, lambda f: f["type"] == "new_alert" and f["alert"]["id"] == alert)
            self.assertIsNone(told["alert"]["latitude"])
            # Later it does.
            self.server.post(f"/api/alerts/{alert}/location/", {"latitude": 48.4, "longitude": 11.8}, self.token["anna"])
            told = await receive_until(self.staff, of_type("location_update", alert_id=alert))
            self.assertEqual(told["location"]["latitude"], 48.4)


if __name__ == "__main__":
    main()
