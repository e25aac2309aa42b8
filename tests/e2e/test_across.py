# SPDX-License-Identifier: GPL-3.0-or-later
"""One desk behind all dialects: what comes in over one is told over the others in their own words, and taken once for all of them."""

import contextlib
import json
import shutil
import tempfile

from iothub_clients import PythonClient, Typed
from native_client import NativeClient
from tocsin_process import Case, Tocsin, add_user, main, receive_until, say, token_of

IMEI = "860000000000017"
OWNER = "anna@example.org"


def of_type(kind, **data):
    """A frame of this type whose data has at least these values."""
    return lambda frame: frame.get("type") == kind and all((frame.get("data") or {}).get(k) == v for k, v in data.items())


def alert_events(client, **wanted):
    """The alert events of the console's stream with these values in the alert."""
    return [event["body"] for _, event in client.history["desk"] if event["kind"] == "alert"
            and all(event["body"]["alert"].get(k) == v for k, v in wanted.items())]


class Across(Case):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        for name, role in (("anna", "citizen"), ("dora", "dispatcher")):
            add_user(self.data, name, role)
        self.token = {name: token_of(self.data, name) for name in ("anna", "dora")}

    @contextlib.asynccontextmanager
    async def everybody(self, server):
        """A client of each dialect, each where the alerts of one vehicle and one person come in."""
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            self.device = Typed(await enter(server.connect("/socket.io/", query="EIO=4&transport=websocket")))
            await self.device.join()
            await self.device.emit("register_device", {"imei": IMEI, "userEmail": OWNER})
            await self.device.event("device_registered")
            self.fleet = PythonClient("websocket")
            await self.fleet.open(server)
            stack.push_async_callback(self.fleet.close)
            await self.fleet.emit("subscribe_user", {"email": OWNER})
            await self.fleet.wait("user_subscribed")
            self.vehicle = await enter(server.connect(f"/ws/telemetry/{IMEI}"))
            self.owner = await enter(server.connect(f"/ws/alerts/{OWNER}"))
            self.stranger = await enter(server.connect("/ws/alerts/somebody-else"))
            self.monitor = await enter(server.connect("/ws"))
            for topic in ("security", "notifications", f"device_{IMEI}"):
                await say(self.monitor, {"type": "subscription", "data": {"topic": topic}})
                await receive_until(self.monitor, of_type("subscription", topic=topic, status="subscribed"))
            self.staff = await enter(server.connect("/ws/alerts/", token=self.token["dora"]))
            self.phone = await enter(server.connect("/ws/user/anna/", token=self.token["anna"]))
            self.console = await enter(NativeClient(server, ["desk"], token=self.token["dora"]))
            yield

    async def crash(self):
        await self.device.emit("telemetry_data", {"imei": IMEI, "timestamp": 1764028800000,
                                                  "data": {"crashDetection": 1, "speed": 0, "batteryVoltage": 12.6}})

    async def test_a_crash_of_the_hub_is_told_in_every_dialect_and_taken_in_another(self):
        with Tocsin("--open", data=self.data) as server:
            async with self.everybody(server):
                await self.crash()
                told = await self.fleet.wait("crash_detected")
                self.assertEqual((told["imei"], told["alert"]["code"], told["alert"]["level"]),
                                 (IMEI, "CRASH_DETECTED", "critical"))
                for socket in (self.vehicle, self.owner):
                    alert = await receive_until(socket, of_type("alert", vehicle_id=IMEI, acknowledged=False))
                    self.assertEqual(alert["data"]["severity"], "critical")
                number = alert["data"]["id"]
                security = await receive_until(self.monitor, of_type("security_alert", device_id=IMEI))
                self.assertIn(number, json.dumps(security))
                await receive_until(self.monitor, lambda f: f["type"] == "notification" and number in json.dumps(f))
                await self.console.wait(lambda: alert_events(self.console, id=number), what="the event of the console")

                # Taken by the owner in dialect 1: everybody hears of it, the one who took it too.
                await say(self.owner, {"type": "acknowledge_alert", "data": {"alert_id": number}})
                for socket in (self.vehicle, self.owner):
                    await receive_until(socket, of_type("alert", id=number, acknowledged=True))
                await receive_until(self.monitor, lambda f: f["type"] == "notification" and number in json.dumps(f)
                                    and "acknowledged" in json.dumps(f).lower())
                await self.console.wait(lambda: alert_events(self.console, id=number, acked=True), what="the acknowledge")

                # The console is answered that nothing changed by its own.
                answer = await self.console.ask("k-1", {"kind": "acknowledge", "alert_id": number})
                self.assertTrue(answer["ok"])
                self.assertFalse(answer["result"].get("changed", False))

    async def test_the_console_takes_a_crash_and_the_others_see_it(self):
        with Tocsin("--open", data=self.data) as server:
            async with self.everybody(server):
                await self.crash()
                alert = await receive_until(self.owner, of_type("alert", vehicle_id=IMEI))
                number = alert["data"]["id"]
                answer = await self.console.ask("k-1", {"kind": "acknowledge", "alert_id": number})
                self.assertTrue(answer["ok"])
                for socket in (self.vehicle, self.owner):
                    await receive_until(socket, of_type("alert", id=number, acknowledged=True))
                await receive_until(self.monitor, lambda f: f["type"] == "notification" and number in json.dumps(f)
                                    and "acknowledged" in json.dumps(f).lower())

    async def test_a_panic_of_a_phone_is_told_in_every_dialect_and_taken_in_each(self):
        with Tocsin("--open", data=self.data) as server:
            async with self.everybody(server):
                hers = await self.stack(server.connect("/ws/alerts/anna"))
                takers = {
                    "dialect 1": lambda n: say(hers, {"type": "acknowledge_alert", "data": {"alert_id": n}}),
                    "dialect 5": lambda n: say(self.staff, {"type": "acknowledge_alert", "alert_id": n}),
                    "native": lambda n: self.console.ask(f"k-{n}", {"kind": "acknowledge", "alert_id": n}),
                }
                for taker, take in takers.items():
                    with self.subTest(taker=taker):
                        raised = server.post("/api/alerts/", {"latitude": 48.1, "longitude": 11.5, "alert_type": "panic_button",
                                                              "client_alert_id": taker}, self.token["anna"])
                        self.assertEqual(raised.status, 201, raised.body)
                        number = raised.json()["alert_id"]
                        await receive_until(self.staff, lambda f: f["type"] == "new_alert" and f["alert"]["id"] == number)
                        await receive_until(hers, of_type("alert", id=number, acknowledged=False))
                        await receive_until(self.monitor, lambda f: f["type"] == "notification" and number in json.dumps(f))
                        await self.console.wait(lambda: alert_events(self.console, id=number), what="the console's event")
                        await take(number)
                        await receive_until(self.staff, lambda f: f["type"] == "alert_acknowledged" and f["alert"]["id"] == number)
                        await receive_until(self.phone, lambda f: f["type"] == "alert_status_update"
                                            and f["alert_id"] == number and f["status"] == "acknowledged")
                        await receive_until(hers, of_type("alert", id=number, acknowledged=True))
                        await receive_until(self.monitor, lambda f: f["type"] == "notification" and number in json.dumps(f)
                                            and "acknowledged" in json.dumps(f).lower())
                        await self.console.wait(lambda: alert_events(self.console, id=number, acked=True), what="the acknowledge")

    async def stack(self, context):
        self.addAsyncCleanup(context.__aexit__, None, None, None)
        return await context.__aenter__()

    async def test_what_one_vehicle_tells_is_the_same_for_the_readers_of_each_dialect(self):
        with Tocsin("--open", data=self.data) as server:
            async with self.everybody(server):
                hal = await self.stack(server.connect("/ws/hardware"))
                await say(hal, {"type": "subscribe_telemetry", "data": {"device_id": IMEI, "frequency_hz": 20}})
                await say(self.monitor, {"type": "subscription", "data": {"topic": f"metrics_{IMEI}"}})
                await receive_until(self.monitor, of_type("subscription", topic=f"metrics_{IMEI}", status="subscribed"))
                await self.device.emit("telemetry_data", {"imei": IMEI, "data": {"engineRpm": 3111, "speed": 47.5}})
                update = await receive_until(self.vehicle, lambda f: f["type"] == "telemetry_update"
                                             and f["data"].get("engine_metrics", {}).get("rpm") == 3111)
                self.assertEqual(update["data"]["speed"], 47.5)
                told = await self.fleet.wait("telemetry_update", lambda p: p["data"].get("engineRpm") == 3111)
                self.assertEqual(told["data"]["speed"], 47.5)
                metrics = await receive_until(self.monitor, lambda f: f["type"] == "live_metrics" and "3111" in json.dumps(f))
                self.assertEqual(metrics["data"]["device_id"], IMEI)
                await receive_until(hal, lambda f: f["type"] == "telemetry" and "3111" in json.dumps(f["data"]))


if __name__ == "__main__":
    main()
