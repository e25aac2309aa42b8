# SPDX-License-Identifier: GPL-3.0-or-later
"""A flood of alerts at one desk: nobody who listens misses one, and none is forgotten by a server that is killed.

TOCSIN_FLOOD_ALERTS   how many, in thousands; default 2, endurance: 10
TOCSIN_FLOOD_SECONDS  how long they take; default 0: as fast as the slowest listener hears them
"""

import asyncio
import contextlib
import json
import os
import time
import uuid

import websockets

from iothub_clients import PythonClient, Typed
from native_client import NativeClient
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, say, receive_until, token_of

THOUSANDS = int(os.environ.get("TOCSIN_FLOOD_ALERTS", "2"))
SECONDS = float(os.environ.get("TOCSIN_FLOOD_SECONDS", "0"))
OWNER = "anna@example.org"
CALLERS = [f"caller{n}" for n in range(10)]
PANICS = 10 * THOUSANDS
# What one message of a vehicle raises: one alert for each code.
HUB = {"engineRpm": 4500, "fuelLevel": 2, "batteryVoltage": 11.1, "crashDetection": 1, "dtc": 2}
HUB_CODES = ("HIGH_RPM", "low_fuel", "LOW_BATTERY", "CRASH_DETECTED", "DTC_DETECTED")
VEHICLE = {"engine_temp": 119, "oil_pressure": 9, "battery_voltage": 11.2, "battery_level": 5, "rpm": 4600, "fuel_level": 1}
VEHICLE_CODES = ("engine_overheat", "low_oil_pressure", "LOW_BATTERY", "low_battery", "HIGH_RPM", "low_fuel")
HUBS = [f"8600000000{n:05d}" for n in range(90 * THOUSANDS)]
VEHICLES = [f"van-{n:03d}" for n in range(90 * THOUSANDS)]
ALL = {(device, code) for device in HUBS for code in HUB_CODES} | {(device, code) for device in VEHICLES for code in VEHICLE_CODES}


PLACE = {"latitude": 48.137154, "longitude": 11.576124}


class Listener:
    """What a client of one dialect has heard: (who, code) of every alert, numbers of panics, numbers of what was acknowledged."""

    def __init__(self, name):
        self.name = name
        self.raised, self.panics, self.acked = set(), set(), set()

    def hear(self, who, code, number):
        if code.lower().startswith("panic"):
            self.panics.add(number)
        elif not code.startswith("DEVICE_"):  # silent for as long as this takes: alerts, too, but not those that are counted
            self.raised.add((who, code))

    def dialect_1(self, frame):
        if frame["type"] == "alert" and frame["data"]["acknowledged"]:
            self.acked.add(frame["data"]["id"])
        elif frame["type"] == "alert":
            self.hear(frame["data"]["vehicle_id"], frame["data"]["type"], frame["data"]["id"])

    def dialect_4(self, frame):
        if frame["type"] == "notification":
            about = frame["data"]["data"]
            if about["acknowledged"]:
                self.acked.add(about["alert_id"])
            else:
                self.hear(frame["data"]["device_id"], about["alert_type"], about["alert_id"])

    def dialect_5(self, frame):
        if frame["type"] == "new_alert":
            self.panics.add(frame["alert"]["id"])
        elif frame["type"] == "alert_acknowledged":
            self.acked.add(frame["alert"]["id"])


class Flood(Case):
    def setUp(self):
        self.data = self.data_directory()
        for name, role in [(name, "citizen") for name in CALLERS] + [("dora", "dispatcher"), ("sue", "supervisor")]:
            add_user(self.data, name, role)
        self.token = {name: token_of(self.data, name) for name in (*CALLERS, "dora", "sue")}

    def follow(self, receive, read=lambda text: None):
        """Takes what a socket is sent, until it or the test ends."""
        async def take():
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    read(await receive())
        self.addCleanup(asyncio.create_task(take()).cancel)

    def listen(self, read, socket):
        self.follow(socket.recv, lambda text: read(json.loads(text)))

    @staticmethod
    def heard_by(console):
        """A console's history as the other listeners keep theirs."""
        heard = Listener("native")
        for body in (event["body"] for _, event in console.history["desk"] if event["kind"] == "alert"):
            alert = body["alert"]
            if body["verb"] == "raise":
                heard.hear(alert["source"], alert["code"], alert["id"])
            elif body["verb"] == "acknowledge":
                heard.acked.add(alert["id"])
        return heard

    @contextlib.asynccontextmanager
    async def everybody(self, server):
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            owner = Listener("dialect 1, the owner of all vehicles")
            self.listen(owner.dialect_1, await enter(server.connect(f"/ws/alerts/{OWNER}")))
            callers = Listener("dialect 1, those who call")
            for name in CALLERS:
                self.listen(callers.dialect_1, await enter(server.connect(f"/ws/alerts/{name}")))
            dashboard = Listener("dialect 4")
            socket = await enter(server.connect("/ws", token=self.token["dora"]))
            await say(socket, {"type": "subscription", "data": {"topic": "notifications"}})
            await receive_until(socket, lambda frame: frame.get("type") == "subscription")
            self.listen(dashboard.dialect_4, socket)
            staff = Listener("dialect 5")
            self.listen(staff.dialect_5, await enter(server.connect("/ws/alerts/", token=self.token["dora"])))
            self.fleet = PythonClient("websocket")
            await self.fleet.open(server)
            stack.push_async_callback(self.fleet.close)
            await self.fleet.emit("subscribe_user", {"email": OWNER})
            await self.fleet.wait("user_subscribed")
            self.vehicles = [owner, dashboard]
            self.people = [callers, dashboard, staff]
            self.consoles = [await enter(NativeClient(server, ["desk"], token=self.token[name])) for name in ("dora", "sue")]
            yield

    def fleet_heard(self):
        return {(payload["imei"], payload["alert"]["code"]) for event in ("vehicle_alert", "crash_detected", "health_warning")
                for payload in self.fleet.all(event)}

    async def until(self, look, what, seconds=60):
        """Waits for a condition; says what is missing when it does not come."""
        deadline = time.monotonic() + seconds * PATIENCE
        while missing := look():
            if time.monotonic() > deadline:
                self.fail(f"{what}: {missing}")
            await asyncio.sleep(0.02)  # between two looks

    async def take_each_tenth(self, console):
        """What the operator of a console does meanwhile: every tenth alert that comes is acknowledged."""
        seen = 0
        while True:
            async with console.changed:
                await console.changed.wait_for(lambda: len(console.history["desk"]) > seen)
                fresh = [event for _, event in console.history["desk"][seen:]]
                seen += len(fresh)
            for event in fresh:
                if event["kind"] != "alert" or event["body"]["verb"] != "raise" or event["body"]["alert"]["code"].startswith("DEVICE_"):
                    continue
                self.count += 1
                if self.count % 10 == 0:
                    number = event["body"]["alert"]["id"]
                    self.taken.add(number)
                    await console.say({"type": "request", "cmd_id": f"take-{number}", "body": {"kind": "acknowledge", "alert_id": number}})

    async def test_nobody_misses_one_and_none_is_forgotten(self):
        asyncio.get_running_loop().set_debug(False)  # it would watch every step of ten listeners
        self.taken, self.count = set(), 0
        panics = []
        with Tocsin("--open", data=self.data) as server:
            async with contextlib.AsyncExitStack() as stack:
                hubs = []
                for part in [fleet[n:n + 100] for fleet in (HUBS, VEHICLES) for n in range(0, len(fleet), 100)]:
                    hub = Typed(await stack.enter_async_context(server.connect("/socket.io/", query="EIO=4&transport=websocket")))
                    await hub.join()
                    for device in part:
                        await hub.emit("register_device", {"imei": device, "userEmail": OWNER})
                    for _ in part:
                        await hub.event("device_registered")
                    hubs.append(hub)
                    self.follow(lambda h=hub: h.packet(600))
                await stack.enter_async_context(self.everybody(server))
                operator = asyncio.create_task(self.take_each_tenth(self.consoles[0]))
                self.addCleanup(operator.cancel)

                began = time.monotonic()
                rounds = 15 * THOUSANDS
                each = len(HUBS) // rounds
                for number in range(rounds):
                    for hub, van in zip(HUBS[number * each:(number + 1) * each], VEHICLES[number * each:(number + 1) * each]):
                        await hubs[HUBS.index(hub) // 100].emit("telemetry_data", {"imei": hub, "data": HUB})
                        answer = await asyncio.to_thread(server.post, "/api/v1/telemetry/ingest", {"vehicle_id": van, "sensor_data": VEHICLE})
                        self.assertEqual(answer.status, 201, answer.body)
                    for call in range(number * PANICS // rounds, (number + 1) * PANICS // rounds):
                        answer = await asyncio.to_thread(server.post, "/api/alerts/", {"client_alert_id": str(uuid.uuid4()), **PLACE},
                                                         self.token[CALLERS[call % len(CALLERS)]])
                        self.assertEqual(answer.status, 201, answer.body)
                        panics.append(answer.json()["alert_id"])
                    sent = (number + 1) * each * (len(HUB_CODES) + len(VEHICLE_CODES))
                    await self.until(lambda n=sent: max(0, n - min(len(heard.raised) for heard in self.vehicles)), f"round {number}")
                    await asyncio.sleep(max(0.0, began + SECONDS * (number + 1) / rounds - time.monotonic()))
                took = time.monotonic() - began

                # Everybody has heard every one, and what became of it.
                for heard in self.vehicles:
                    await self.until(lambda h=heard: sorted(ALL - h.raised)[:5], heard.name)
                    self.assertEqual(heard.raised, ALL, heard.name)
                for heard in self.people:
                    await self.until(lambda h=heard: set(panics) - h.panics, heard.name)
                await self.until(lambda: sorted(ALL - self.fleet_heard())[:5], "dialect 2")
                for console in self.consoles:
                    await self.until(lambda c=console: sorted(ALL - self.heard_by(c).raised)[:5], "a console")
                    self.assertEqual(self.heard_by(console).panics, set(panics))
                await self.until(lambda: self.count - 1000 * THOUSANDS or self.taken - self.heard_by(self.consoles[1]).acked, "acknowledged")
                self.assertEqual(len(self.taken), 100 * THOUSANDS)
                await self.until(lambda: self.taken - self.vehicles[1].acked, "acknowledged, dialect 4")
                await self.until(lambda: self.taken - set(panics) - self.vehicles[0].acked, "acknowledged, dialect 1")
                await self.until(lambda: self.taken & set(panics) - self.people[2].acked, "acknowledged, dialect 5")
                before = {console: dict(console.cursors) for console in self.consoles}
                for console in self.consoles:
                    seqs = console.seqs("desk")
                    self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))), "without a gap")
                operator.cancel()
                server.kill()
        print(f"{1000 * THOUSANDS} alerts in {took:.1f} s")

        # The next server knows all of them, as they were.
        with Tocsin("--open", data=self.data) as server:
            async with NativeClient(server, ["desk"], token=self.token["dora"]) as fresh:
                await fresh.wait(lambda: "desk" in fresh.cursors, seconds=60, what="the snapshot")
                alerts = {alert["id"]: alert for alert in fresh.snapshots["desk"]["alerts"]}
                for body in (event["body"] for _, event in fresh.history["desk"] if event["kind"] == "alert"):
                    alerts[body["alert"]["id"]] = body["alert"]
                known = {(alert["source"], alert["code"]) for alert in alerts.values()} & ALL
                self.assertEqual(sorted(ALL - known)[:5], [])
                self.assertEqual(set(panics) - set(alerts), set())
                self.assertEqual({number for number, alert in alerts.items() if alert.get("acked")} & self.taken, self.taken)
            for console in self.consoles:
                async with NativeClient(server, ["desk"], token=self.token["sue"], cursors=before[console]) as back:
                    self.assertEqual(back.welcome["streams"]["desk"]["state"], "resumed", back.welcome)
            for van in VEHICLES[::50]:
                told = {alert["type"] for alert in server.get(f"/api/v1/telemetry/vehicle/{van}/alerts").json()}
                self.assertEqual(set(VEHICLE_CODES) - told, set())


if __name__ == "__main__":
    main()
