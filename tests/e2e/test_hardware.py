# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialect 3: what clients of the hardware layer do, in both postures."""

import asyncio
import json
import os
import struct
import tempfile
import time
import zlib

import websockets

from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, receive, receive_until, say, token_of

CITY = os.path.join(os.path.dirname(__file__), "..", "..", "resources", "scenarios", "city.json")
DEVICES = [f"sim_device_{n}" for n in range(1, 5)]


def rig_alone():
    """The demo's rig without its city around it, which would only cost time."""
    with open(CITY, encoding="utf-8") as file:
        scenario = json.load(file)
    scenario["city"]["streets"] = scenario["city"]["streets"][:2]
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({"city": scenario["city"], "rig": scenario["rig"]}, file)
    return file.name


def pack(value):
    """MessagePack, as much of it as a client needs."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\xda" + struct.pack(">H", len(value.encode())) + value.encode()
    if isinstance(value, list):
        return b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(pack, value))
    return b"\xde" + struct.pack(">H", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


class Unpacker:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def value(self):
        head = self.number("B")
        if head < 0x80:
            return head
        if head >= 0xE0:
            return head - 256
        if head < 0x90:
            return self.map(head & 15)
        if head < 0xA0:
            return [self.value() for _ in range(head & 15)]
        if head < 0xC0:
            return self.take(head & 31).decode()
        simple = {0xC0: None, 0xC2: False, 0xC3: True}
        if head in simple:
            return simple[head]
        numbers = {0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q",
                   0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q"}
        if head in numbers:
            return self.number(numbers[head])
        size = self.number({0xD9: "B", 0xDA: "H", 0xDB: "I", 0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"}[head])
        if head <= 0xDB:
            return self.take(size).decode()
        return [self.value() for _ in range(size)] if head <= 0xDD else self.map(size)

    def map(self, size):
        pairs = [(self.value(), self.value()) for _ in range(size)]
        assert len(dict(pairs)) == size, "a key twice"
        return dict(pairs)


def document(frame):
    """Whatever format a frame has."""
    if isinstance(frame, str):
        return json.loads(frame)
    if frame[0] == 0x78:
        frame = zlib.decompress(frame)
    if frame[:1] == b"{":
        return json.loads(frame)
    unpacker = Unpacker(frame)
    value = unpacker.value()
    assert unpacker.at == len(frame)
    return value


def message(kind, client_id="client-1", **data):
    return {"type": kind, "data": data, "timestamp": time.time(), "client_id": client_id}


async def ask(socket, kind, **data):
    """The answer to one message; telemetry meanwhile is passed over."""
    await say(socket, message(kind, **data))
    while True:
        frame = document(await asyncio.wait_for(socket.recv(), 5 * PATIENCE))
        if frame["type"] not in ("telemetry", "command_response", "device_connected", "device_disconnected"):
            return frame


async def telemetry(socket, count, seconds=10):
    async def look():
        frames = []
        while len(frames) < count:
            frame = document(await socket.recv())
            if frame["type"] == "telemetry":
                frames.append(frame)
        return frames
    return await asyncio.wait_for(look(), seconds * PATIENCE)


async def raw_telemetry(socket):
    """The next frame of a stream, as it came."""
    while True:
        frame = await asyncio.wait_for(socket.recv(), 5 * PATIENCE)
        if document(frame)["type"] == "telemetry":
            return frame


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# What is sent wrongly, and the answer. Each to the open posture; the connection and the server live on.
WRONG = [
    ('{"type": "ping"', "invalid_json", None),
    ("[]", "invalid_json", None),
    ('"ping"', "invalid_json", None),
    ("", "invalid_json", None),
    ('{"type":"ping","type":"ping"}', "invalid_json", None),
    ('{"type":"ping","data":' + "[" * 70 + "]" * 70 + "}", "invalid_json", None),
    ('{"data":{}}', "unknown_type", "type is missing"),
    ('{"type":7}', "unknown_type", "type must be text"),
    ('{"type":"fly"}', "unknown_type", "Unknown message type: fly"),
    ('{"type":"get_device_list","client_id":7}', "invalid_field", "client_id must be text of at most 128 characters"),
    ('{"type":"get_device_list","data":[]}', "invalid_field", "data must be an object"),
    ('{"type":"get_device_list","data":{"active_only":1}}', "invalid_field", "data.active_only must be true or false"),
    ('{"type":"get_device_status"}', "invalid_field", "Missing device_id"),
    ('{"type":"get_device_status","data":{"device_id":"nowhere"}}', "not_found", "Device nowhere not found"),
    ('{"type":"subscribe_telemetry","data":{}}', "invalid_field", "Missing device_id"),
    ('{"type":"subscribe_telemetry","data":{"device_id":1}}', "invalid_field", "data.device_id must be text"),
    ('{"type":"subscribe_telemetry","data":{"device_id":"nowhere"}}', "not_found", "Device nowhere not found"),
    ('{"type":"subscribe_telemetry","data":{"device_id":"sim_device_1","frequency_hz":0}}', "invalid_field",
     "data.frequency_hz must be greater than 0"),
    ('{"type":"subscribe_telemetry","data":{"device_id":"sim_device_1","frequency_hz":"fast"}}', "invalid_field",
     "data.frequency_hz must be a number"),
    ('{"type":"subscribe_telemetry","data":{"device_id":"sim_device_1","mode":"loud"}}', "invalid_field",
     "data.mode must be full, delta, sampled or custom"),
    ('{"type":"subscribe_telemetry","data":{"device_id":"sim_device_1","fields":"all"}}', "invalid_field",
     "data.fields must be a list of at most 256 names"),
    ('{"type":"set_stream_mode","data":{}}', "invalid_field", "Missing stream_id"),
    ('{"type":"set_stream_mode","data":{"stream_id":"x"}}', "not_found", "Stream not found or unauthorized"),
    ('{"type":"unsubscribe_telemetry","data":{"stream_id":"x"}}', "not_found", "Stream not found or unauthorized"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1"}}', "invalid_field",
     "Missing device_id or command"),
    ('{"type":"device_command","data":{"command":{"action":"ping"}}}', "invalid_field",
     "Missing device_id or command"),
    ('{"type":"device_command","data":{"device_id":"nowhere","command":{"action":"ping"}}}', "not_found",
     "Device nowhere not found"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1","command":"ping"}}', "invalid_field",
     "data.command must be an object"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1","command":{}}}', "invalid_field",
     "data.command.action is missing"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1","command":{"action":"a","parameters":[]}}}',
     "invalid_field", "data.command.parameters must be an object"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1","command":{"action":"a"},"timeout":601}}',
     "invalid_field", "data.timeout must be 0.1 to 600 seconds"),
    ('{"type":"device_command","data":{"device_id":"sim_device_1","command":{"action":"a"},"retries":1.5}}',
     "invalid_field", "data.retries must be a whole number from 0 to 10"),
    (b"", "invalid_json", None),
    (b"\xc1", "invalid_json", None),
    (b"\x81\xa4type\xc4\x01x", "invalid_json", None),
    (b"\xdf\xff\xff\xff\xff", "invalid_json", None),
    (b"\x81\xa1a" * 70 + b"\xc0", "invalid_json", None),
    (b"x", "invalid_json", "Invalid zlib message"),
    (zlib.compress(b'{"type":"ping"}')[:-1], "invalid_json", "Invalid zlib message"),
    (zlib.compress(b" " * 10485761), "invalid_json", "Message is larger than 10485760 bytes"),
]


class Open(Case):
    @classmethod
    def setUpClass(cls):
        cls.scenario = rig_alone()
        cls.server = Tocsin("--open", "--simulate", cls.scenario)
        cls.server.start()
        cls.server.wait_for(lambda: cls.server.get("/health").json()["connectedDevices"] >= 4, what="the rig")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)
        os.unlink(cls.scenario)

    def connect(self, query="", path="/ws/hardware"):
        return self.server.connect(path, query=query, max_size=None, compression=None)

    async def test_a_ping_is_answered_on_both_paths(self):
        for path in ("/ws/hardware", "/ws/hardware/", "/"):
            async with self.connect(path=path) as socket:
                await say(socket, {"type": "ping", "data": "anything"})
                frame = await receive(socket)
                self.assertEqual(frame["type"], "pong")
                self.assertAlmostEqual(frame["timestamp"], time.time(), delta=5)

    async def test_the_devices_and_how_they_are(self):
        async with self.connect() as socket:
            answer = await ask(socket, "get_device_list")
            self.assertIs(answer["success"], True)
            found = {device["device_id"]: device for device in answer["devices"]}
            self.assertEqual(answer["total"], len(answer["devices"]))
            for name in DEVICES:
                self.assertEqual(
                    {k: v for k, v in found[name].items() if k not in ("name", "capabilities")},
                    {"device_id": name, "protocol": "simulation", "active": True, "has_telemetry": True})
            self.assertIn("set_speed", found["sim_device_3"]["capabilities"])
            self.assertEqual((await ask(socket, "get_device_list", protocol="serial"))["devices"], [])
            stream = await ask(socket, "subscribe_telemetry", device_id="sim_device_2", frequency_hz=5)
            answer = await ask(socket, "get_device_status", device_id="sim_device_2")
            self.assertEqual(answer["device"]["status"], "online")
            self.assertIn("imu.gyro_z", answer["device"]["channels"])
            self.assertIs(answer["adapter"]["connected"], True)
            self.assertEqual(answer["adapter"]["state"], "running")
            self.assertGreater(answer["adapter"]["statistics"]["readings"], 0)
            self.assertIn((stream["stream_id"], 5, "full"), [
                (one["stream_id"], one["frequency_hz"], one["mode"]) for one in answer["active_streams"]])

    async def test_the_four_modes(self):
        async with self.connect() as socket:
            async def frames(count=5, **data):
                answer = await ask(socket, "subscribe_telemetry", **data)
                self.assertIs(answer["success"], True, answer)
                self.assertEqual((answer["mode"], answer["frequency_hz"]),
                                 (data.get("mode", "full"), min(data.get("frequency_hz", 10), 1000)))
                self.assertTrue(answer["stream_id"].startswith(f"client-1_{data['device_id']}_"))
                self.assertNotEqual(answer["type"], "command_response")
                seen = await telemetry(socket, count)
                removed = await ask(socket, "unsubscribe_telemetry", stream_id=answer["stream_id"])
                self.assertEqual(removed["removed_streams"], [answer["stream_id"]])
                for frame in seen:
                    self.assertEqual((frame["stream_id"], frame["device_id"]),
                                     (answer["stream_id"], data["device_id"]))
                    self.assertEqual((frame["data"]["_stream_id"], frame["data"]["_device_id"]),
                                     (answer["stream_id"], data["device_id"]))
                    self.assertLessEqual(frame["data"]["_timestamp"], frame["_sent_at"])
                    self.assertAlmostEqual(frame["_sent_at"], time.time(), delta=5 * PATIENCE)
                return [{k: v for k, v in frame["data"].items() if not k.startswith("_")} for frame in seen]

            imu = {f"imu.{kind}_{axis}" for kind in ("acceleration", "gyro") for axis in "xyz"}
            for data in await frames(device_id="sim_device_2"):
                self.assertEqual(set(data), imu)
            # Faster than the device: it repeats. Faster than the limit: at the limit.
            repeated = await frames(100, device_id="sim_device_1", frequency_hz=5000)
            self.assertLess(len({str(data) for data in repeated}), 60)
            for data in await frames(device_id="sim_device_2", mode="sampled", fields=["imu.gyro"]):
                self.assertEqual(data, {})  # a name selects itself and what is below it, not what begins alike
            for data in await frames(device_id="sim_device_4", mode="sampled", fields=["gps", "latitude"]):
                self.assertEqual(set(data), {"gps.satellites", "gps.fix", "gps.hdop", "latitude"})
            for data in await frames(device_id="sim_device_2", mode="custom", fields=["imu.gyro_x", "imu.gyro_y"]):
                self.assertEqual(set(data), {"imu.gyro_x", "imu.gyro_y"})
            first, *later = await frames(8, device_id="sim_device_4", mode="delta")
            self.assertTrue({"gps.satellites", "latitude", "longitude", "speed"} <= set(first))
            for data in later:
                self.assertNotIn("gps.satellites", data)  # it never changes
                self.assertIn("latitude", data)

    async def test_a_stream_is_changed_and_ended(self):
        async with self.connect() as socket, self.connect() as other:
            one = await ask(socket, "subscribe_telemetry", device_id="sim_device_2")
            two = await ask(socket, "subscribe_telemetry", device_id="sim_device_2")
            three = await ask(socket, "subscribe_telemetry", device_id="sim_device_3")
            self.assertEqual(len({one["stream_id"], two["stream_id"], three["stream_id"]}), 3)
            changed = await ask(socket, "set_stream_mode", stream_id=one["stream_id"], mode="custom",
                                frequency_hz=20, fields=["imu.gyro_x"])
            self.assertEqual((changed["success"], changed["stream_id"], changed["mode"], changed["frequency_hz"]),
                             (True, one["stream_id"], "custom", 20))

            async def is_narrow():
                while True:
                    frame = (await telemetry(socket, 1))[0]
                    if frame["stream_id"] == one["stream_id"] and "imu.gyro_y" not in frame["data"]:
                        return
            await asyncio.wait_for(is_narrow(), 5 * PATIENCE)
            # Nobody else's.
            for kind in ("set_stream_mode", "unsubscribe_telemetry"):
                answer = await ask(other, kind, stream_id=one["stream_id"])
                self.assertEqual(answer["error"], "Stream not found or unauthorized")
            removed = await ask(socket, "unsubscribe_telemetry", device_id="sim_device_2")
            self.assertEqual(set(removed["removed_streams"]), {one["stream_id"], two["stream_id"]})
            removed = await ask(socket, "unsubscribe_telemetry")
            self.assertEqual(removed["removed_streams"], [three["stream_id"]])
            self.assertEqual((await ask(socket, "unsubscribe_telemetry"))["removed_streams"], [])

    async def test_ten_streams_per_connection(self):
        async with self.connect() as socket:
            for _ in range(10):
                self.assertIs((await ask(socket, "subscribe_telemetry", device_id="sim_device_1",
                                         frequency_hz=1))["success"], True)
            answer = await ask(socket, "subscribe_telemetry", device_id="sim_device_1")
            self.assertEqual((answer["type"], answer["error"], answer["message"]),
                             ("error", "Maximum streams (10) reached", "Maximum streams (10) reached"))

    async def test_the_formats(self):
        many = {f"channel_{n:03}": n for n in range(100)}
        async with self.server.connect("/ws/telemetry/wide-1") as feeder:
            await say(feeder, {"type": "telemetry_data", "data": many})
            await receive_until(feeder, lambda f: f["type"] == "telemetry_update")
        async with self.connect() as socket:
            expected = {}
            for binary in (False, True):
                for compress in (False, True):
                    answer = await ask(socket, "subscribe_telemetry", device_id="wide-1", frequency_hz=50,
                                       binary=binary, compress=compress)
                    self.assertEqual((answer["binary"], answer["compress"]), (binary, compress))
                    frame = await raw_telemetry(socket)
                    self.assertIs(isinstance(frame, bytes), binary or compress)
                    if compress:
                        self.assertEqual(frame[0], 0x78)
                        self.assertLess(len(frame), 1024)
                    data = document(frame)["data"]
                    values = {k: v for k, v in data.items() if not k.startswith("_")}
                    self.assertEqual(len(values), 100)
                    expected = expected or values
                    self.assertEqual(values, expected)
                    await ask(socket, "unsubscribe_telemetry")
            # What is short stays as it is.
            await ask(socket, "subscribe_telemetry", device_id="sim_device_1", compress=True)
            self.assertIsInstance(await raw_telemetry(socket), str)
        async with self.connect("format=msgpack") as socket:
            for sent in (pack(message("get_device_list")), zlib.compress(pack(message("get_device_list"))),
                         zlib.compress(json.dumps(message("get_device_list")).encode()),
                         json.dumps(message("get_device_list"))):
                await socket.send(sent)
                answer = await asyncio.wait_for(socket.recv(), 5 * PATIENCE)
                self.assertIsInstance(answer, bytes)
                self.assertEqual(document(answer)["type"], "get_device_list_result", document(answer))
            self.assertIs((await ask(socket, "subscribe_telemetry", device_id="sim_device_2"))["binary"], True)
            self.assertIn("imu.gyro_x", (await telemetry(socket, 1))[0]["data"])

    async def test_an_order_is_answered_to_its_asker(self):
        async with self.connect() as socket, self.connect() as other:
            for name in DEVICES:
                began = time.monotonic()
                queued = await ask(socket, "device_command", device_id=name,
                                   command={"action": "anything", "parameters": {"speed": 1}})
                self.assertEqual((queued["success"], queued["queued"]), (True, True), queued)
                told = await receive_until(socket, lambda f: f["type"] == "command_response")
                self.assertEqual((told["command_id"], told["device_id"], told["status"]),
                                 (queued["command_id"], name, "success"))
                self.assertEqual(told["response"]["action"], "anything")
                self.assertLess(time.monotonic() - began, 1 * PATIENCE)
            # Something that nobody carries: it is not done later either.
            async with self.server.connect("/ws/telemetry/deaf-1") as feeder:
                await say(feeder, {"type": "telemetry_data", "data": {"speed": 1}})
                await receive_until(feeder, lambda f: f["type"] == "telemetry_update")
            queued = await ask(socket, "device_command", device_id="deaf-1", command={"action": "stop"}, timeout=0.3)
            if queued["type"] == "error":  # the desk may not have taken it up yet
                self.assertEqual(queued["error"], "Device deaf-1 not found")
                await asyncio.wait_for(self.known(socket, "deaf-1"), 5 * PATIENCE)
                queued = await ask(socket, "device_command", device_id="deaf-1", command={"action": "stop"},
                                   timeout=0.3)
            told = await receive_until(socket, lambda f: f["type"] == "command_response")
            self.assertEqual((told["command_id"], told["status"], told["response"]),
                             (queued["command_id"], "timeout", {"error": "Command timeout"}))
            # Nobody else heard of any of it.
            await say(other, message("ping"))
            self.assertEqual((await receive_until(other, lambda f: f["type"] in ("pong", "command_response")))["type"],
                             "pong")

    async def known(self, socket, device):
        while device not in [one["device_id"] for one in (await ask(socket, "get_device_list"))["devices"]]:
            pass

    async def test_what_is_wrong_is_told(self):
        async with self.connect() as socket:
            for sent, code, words in WRONG:
                await socket.send(sent)
                answer = document(await asyncio.wait_for(socket.recv(), 5 * PATIENCE))
                self.assertEqual((answer["type"], answer["success"], answer["code"]), ("error", False, code), sent[:80])
                self.assertEqual(answer["error"], answer["message"])
                if words:
                    self.assertEqual(answer["error"], words)
            await say(socket, message("ping"))
            self.assertEqual((await receive(socket))["type"], "pong")
        async with self.connect() as socket:
            with self.assertRaises(websockets.exceptions.ConnectionClosed):
                await socket.send("x" * 10485761)
                await asyncio.wait_for(socket.recv(), 10 * PATIENCE)
            self.assertEqual(socket.close_code, 1009)
        self.assertEqual(self.server.get("/health").status, 200)

    async def test_the_two_hundred_and_first_message_waits(self):
        async with self.connect() as socket:
            for _ in range(201):
                await say(socket, message("unsubscribe_telemetry"))
            for _ in range(200):
                self.assertEqual((await receive(socket))["type"], "unsubscribe_telemetry_result")
            refused = await receive(socket)
            self.assertEqual((refused["type"], refused["violations"]), ("rate_limit", 1))
            self.assertTrue(0 < refused["retry_after_ms"] <= 60000)
            await say(socket, message("get_device_list"))
            self.assertEqual((await receive(socket))["type"], "rate_limit")
            await say(socket, message("ping"))
            self.assertEqual((await receive(socket))["type"], "pong")

    async def test_one_address_many_connections_and_names_twice(self):
        sockets = [await self.connect(f"client_id=client-{n // 2}") for n in range(21)]
        try:
            streams = [await ask(socket, "subscribe_telemetry", client_id="twin", device_id="sim_device_2",
                                 frequency_hz=10) for socket in sockets]
            self.assertEqual(len({stream["stream_id"] for stream in streams}), 21)
            for socket, stream in zip(sockets, streams):
                frame = (await telemetry(socket, 1))[0]
                self.assertEqual(frame["stream_id"], stream["stream_id"])
            # An event of one goes to all; an order's answer to one.
            await say(sockets[0], message("device_connected", device_id="theirs", name="Theirs"))
            await say(sockets[0], message("device_disconnected", device_id="theirs"))
            for socket in sockets:
                for kind in ("device_connected", "device_disconnected"):
                    frame = await receive_until(socket, lambda f, kind=kind: f["type"] == kind)
                    self.assertEqual(frame["data"]["device_id"], "theirs")
            listed = await ask(sockets[1], "get_device_list", active_only=False)
            self.assertNotIn("theirs", [device["device_id"] for device in listed["devices"]])
        finally:
            await asyncio.gather(*(socket.close() for socket in sockets))

    async def test_streams_come_back_after_a_reconnect(self):
        async with self.connect("client_id=phoenix") as socket:
            before = await ask(socket, "subscribe_telemetry", client_id="phoenix", device_id="sim_device_3",
                               frequency_hz=20, mode="custom", fields=["motor.rpm"])
        async with self.connect("client_id=phoenix") as socket:
            again = await ask(socket, "subscribe_telemetry", client_id="phoenix", device_id="sim_device_3",
                              resume=True)
            self.assertEqual([one["stream_id"] for one in again["resumed"]], [before["stream_id"]])
            self.assertEqual((again["stream_id"], again["mode"], again["frequency_hz"]),
                             (before["stream_id"], "custom", 20))
            data = (await telemetry(socket, 1))[0]["data"]
            self.assertEqual({k for k in data if not k.startswith("_")}, {"motor.rpm"})
            self.assertEqual((await ask(socket, "subscribe_telemetry", client_id="nobody", resume=True))["resumed"], [])

    async def test_ten_clients_lose_nothing(self):
        readings = 100
        vehicles = ("load-1", "load-2")
        async with self.server.connect("/ws/telemetry/load-1") as one, \
                self.server.connect("/ws/telemetry/load-2") as two:
            feeders = (one, two)
            for feeder in feeders:
                await say(feeder, {"type": "client_info", "data": {"client_type": "vehicle_simulator"}})
                await say(feeder, {"type": "telemetry_data", "data": {"number": 0}})
            self.server.wait_for(lambda: all(self.server.status(v) for v in vehicles), what="the feeders")
            sockets = [await self.connect() for _ in range(10)]
            for socket in sockets:
                for vehicle in vehicles:
                    answer = await ask(socket, "subscribe_telemetry", device_id=vehicle, frequency_hz=50,
                                       mode="sampled", binary=True)
                    self.assertIs(answer["success"], True, answer)
            latencies = []

            async def listen(socket):
                numbers = {vehicle: [] for vehicle in vehicles}
                while any(seen[-1:] != [readings] for seen in numbers.values()):
                    frame = document(await socket.recv())
                    data = frame["data"]
                    self.assertNotIn("_skipped", data)
                    numbers[frame["device_id"]].append(data["number"])
                    if data["number"]:
                        latencies.append(1000 * (time.time() - data["_timestamp"]))
                return numbers

            async def feed():
                for number in range(1, readings + 1):
                    for feeder in feeders:
                        await say(feeder, {"type": "telemetry_data", "data": {"number": number}})
                    await asyncio.sleep(0.021)  # a device of a little less than 50 Hz
            listening = [asyncio.create_task(asyncio.wait_for(listen(socket), 20 * PATIENCE)) for socket in sockets]
            await feed()
            for numbers in await asyncio.gather(*listening):
                for seen in numbers.values():
                    self.assertEqual([n for n in seen if n], list(range(1, readings + 1)))
            print(f"10 clients x 2 devices x 50 Hz: {len(latencies)} frames, sample to client "
                  f"avg {sum(latencies) / len(latencies):.2f} ms, p95 {percentile(latencies, 0.95):.2f} ms, "
                  f"p99 {percentile(latencies, 0.99):.2f} ms")
            metrics = self.server.get("/api/hardware/metrics").json()
            self.assertGreaterEqual(metrics["active_streams"], 20)
            self.assertGreaterEqual(metrics["message_count"], 20 * readings)
            for figures in (metrics, *metrics["streams"]):
                for name in ("avg", "p50", "p95", "p99", "min", "max"):
                    self.assertGreaterEqual(figures[f"{name}_latency_ms"], 0)
                self.assertIn("throughput_msg_per_sec", figures)
            mine = [one for one in metrics["streams"] if one["device_id"] in vehicles]
            self.assertEqual([one["skipped"] for one in mine], [0] * 20)
            self.assertGreater(mine[0]["throughput_msg_per_sec"], 0)
            self.assertGreaterEqual(mine[0]["max_latency_ms"], mine[0]["p50_latency_ms"])
            text = self.server.get("/metrics").body.decode()
            for line in ("tocsin_hardware_streams 2", "tocsin_hardware_frames_total ",
                         'tocsin_hardware_stream_latency_milliseconds{stream="client-1_load-1'):
                self.assertIn(line, text)
            await asyncio.gather(*(socket.close() for socket in sockets))


class Secure(Case):
    @classmethod
    def setUpClass(cls):
        cls.scenario = rig_alone()
        cls.server = Tocsin("--simulate", cls.scenario)
        cls.tokens = {}
        for name, role in (("dora", "dispatcher"), ("anna", "citizen"), ("sim_device_1", "device")):
            add_user(cls.server.data, name, role)
            cls.tokens[name] = token_of(cls.server.data, name)
        cls.server.start()
        cls.server.wait_for(lambda: cls.server.get("/health").json()["connectedDevices"] >= 4, what="the rig")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)
        os.unlink(cls.scenario)

    async def test_nobody_comes_in_without_a_token(self):
        for path in ("/ws/hardware", "/"):
            self.assertEqual(await self.refused(self.server, path), 401)
            self.assertEqual(await self.refused(self.server, path, token="forged"), 401)

    async def test_the_metrics_are_for_staff(self):
        for token, status in ((None, 401), (self.tokens["anna"], 403), (self.tokens["sim_device_1"], 403),
                              (self.tokens["dora"], 200)):
            response = self.server.get("/api/hardware/metrics", token)
            self.assertEqual(response.status, status)
            self.assertIn("detail" if status != 200 else "message_count", response.json())

    async def test_each_sees_what_is_theirs(self):
        expected = {"dora": DEVICES, "anna": [], "sim_device_1": ["sim_device_1"]}
        for name, devices in expected.items():
            async with self.server.connect("/ws/hardware", token=self.tokens[name]) as socket:
                listed = [one["device_id"] for one in (await ask(socket, "get_device_list"))["devices"]]
                self.assertEqual(listed, devices)
                for device in DEVICES + ["nowhere"]:
                    answer = await ask(socket, "subscribe_telemetry", device_id=device)
                    status = await ask(socket, "get_device_status", device_id=device)
                    if device in devices:
                        self.assertTrue(answer["success"] and status["success"])
                    else:
                        self.assertEqual(answer["error"], f"Device {device} not found")
                        self.assertEqual(status["error"], f"Device {device} not found")

    async def test_staff_alone_give_orders(self):
        for name, words in (("anna", "Device sim_device_1 not found"), ("sim_device_1", "Access denied")):
            async with self.server.connect("/ws/hardware", token=self.tokens[name]) as socket:
                answer = await ask(socket, "device_command", device_id="sim_device_1", command={"action": "ping"})
                self.assertEqual(answer["error"], words)
        async with self.server.connect("/", token=self.tokens["dora"]) as socket:
            queued = await ask(socket, "device_command", device_id="sim_device_3",
                               command={"action": "set_speed", "parameters": {"rpm": 900}})
            told = await receive_until(socket, lambda f: f["type"] == "command_response")
            self.assertEqual((told["command_id"], told["status"]), (queued["command_id"], "success"))
            self.assertEqual(told["response"]["rpm"], 900)

    async def test_events_are_the_servers_own(self):
        async with self.server.connect("/ws/hardware", token=self.tokens["dora"]) as socket:
            for kind in ("device_connected", "device_disconnected"):
                await say(socket, message(kind, device_id="sim_device_1"))
                self.assertEqual((await receive(socket))["error"], "Access denied")


if __name__ == "__main__":
    main()
