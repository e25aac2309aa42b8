# SPDX-License-Identifier: GPL-3.0-or-later
"""A GPS receiver on a serial line (a pseudo-terminal), seen over HTTP and WebSocket like any vehicle."""

import functools
import operator
import os
import pty
import threading
import tty
import unittest
from pathlib import Path

from tocsin_process import Case, Tocsin, main, receive_until

# Recordings of real receivers beside the checkout, where there are any.
SHARED = os.environ.get("TOCSIN_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
RECORDINGS = [path for name in ("et-332.log", "bu353s4.log") if (path := Path(SHARED) / "nmea" / name).exists()]


def sentence(body):
    checksum = functools.reduce(operator.xor, body.encode())
    return f"${body}*{checksum:02X}\r\n".encode()


# Made up: 48.117300 N, 11.516667 E, 22.4 knots, 84.4 degrees, 545.4 m, eight satellites.
OWN = [
    sentence("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"),
    sentence("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W"),
    sentence("GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1"),
    b"noise \xff\xfe between sentences\r\n",
    b"$GPGGA,123520,0000.000,N,00000.000,E,1,08,0.9,1.0,M,46.9,M,,*00\r\n",  # a wrong checksum: no place
]


class Line:
    """A serial line whose other end is fed until it is closed; whole sentences cut at odd places."""

    def __init__(self, lines, pause):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.device = os.ttyname(self.slave)
        self.lines, self.pause = lines, pause
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.feed, daemon=True)
        self.thread.start()

    def feed(self):
        while not self.stop.is_set():
            for line in self.lines:
                half = len(line) // 2
                for part in (line[:half], line[half:]):
                    if self.stop.wait(self.pause):
                        return
                    os.write(self.master, part)

    def close(self):
        self.stop.set()
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)


class Serial(Case):
    def feed(self, lines, pause=0.01):
        line = Line(lines, pause)
        self.addCleanup(line.close)
        return line

    async def test_position_speed_and_course_are_on_the_wire(self):
        line = self.feed(OWN)
        with Tocsin("--open", "--serial", f"gps-1={line.device},nmea,9600") as server:
            status = server.wait_for(lambda: (s := server.status("gps-1")) and s["location"] and s, 20, "a fix")
            self.assertIs(status["is_online"], True)
            self.assertAlmostEqual(status["location"]["latitude"], 48.1173, 5)
            self.assertAlmostEqual(status["location"]["longitude"], 11.516667, 5)
            async with server.connect("/ws/telemetry/gps-1") as dashboard:
                data = (await receive_until(dashboard, lambda f: "speed" in f["data"] and "gps" in f["data"], 20))["data"]
            self.assertAlmostEqual(data["speed"], 22.4 * 1.852, 2)
            self.assertEqual(data["gps"]["satellites"], 8)
            self.assertEqual(data["gps"]["fix"], 1)
            self.assertAlmostEqual(data["location"]["heading"], 84.4, 3)
            health = server.get("/health").json()
            self.assertGreaterEqual(health["connectedDevices"], 1)

    @unittest.skipUnless(RECORDINGS, "the recordings are not here")
    def test_real_receivers_recordings(self):
        for recording in RECORDINGS:
            with self.subTest(recording=recording.name):
                self.play(recording)

    def play(self, recording):
        raw = [line + b"\n" for line in recording.read_bytes().split(b"\n") if line and not line.startswith(b"#")]
        places = []
        for line in raw:
            fields = line.decode("latin-1").split(",")
            if fields[0].endswith("GGA") and fields[6] not in ("", "0"):
                latitude = int(fields[2][:2]) + float(fields[2][2:]) / 60
                longitude = int(fields[4][:3]) + float(fields[4][3:]) / 60
                places.append((latitude * (-1 if fields[3] == "S" else 1), longitude * (-1 if fields[5] == "W" else 1)))
        self.assertTrue(places)
        line = self.feed(raw)
        with Tocsin("--open", "--serial", f"gps-2={line.device},nmea,4800") as server:
            place = server.wait_for(lambda: (s := server.status("gps-2")) and s["location"], 20, "a fix")
            nearest = min(abs(place["latitude"] - a) + abs(place["longitude"] - b) for a, b in places)
            self.assertLess(nearest, 0.001)

    def test_a_missing_port_is_no_reason_not_to_serve(self):
        with Tocsin("--open", "--serial", "gps-9=/dev/does-not-exist,nmea") as server:
            health = server.wait_for(
                lambda: (h := server.get("/health").json())["overall_status"] == "degraded" and h, what="the report")
            self.assertEqual(health["status"], "OK")
            self.assertTrue(health["components"]["adapter:gps-9"]["message"])


if __name__ == "__main__":
    main()
