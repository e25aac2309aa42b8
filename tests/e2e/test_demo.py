# SPDX-License-Identifier: GPL-3.0-or-later
"""--demo: a living city within seconds, a panic within the first minute."""

import re
import time

from tocsin_process import PATIENCE, Case, Tocsin, main, receive_until


class Demo(Case):
    async def test_the_city_lives(self):
        server = Tocsin("--demo")
        began = time.monotonic()
        with server:
            self.assertLess(server.seconds_to_listen, 3 * PATIENCE)

            def devices():
                return server.get("/health").json()["connectedDevices"] >= 20
            server.wait_for(devices, 3, "20 devices")  # twelve vehicles, four phones, four rig devices
            for n in range(1, 5):
                self.assertIs(server.status(f"sim_device_{n}")["is_online"], True)

            def emergencies():
                found = re.search(rb'tocsin_alerts_open\{level="emergency"\} (\d+)', server.get("/metrics").body)
                return found and int(found[1]) >= 1
            # Anybody may watch: the open posture is implied.
            async with server.connect("/ws/telemetry/sim_device_1") as rig:
                frame = await receive_until(rig, lambda f: f["type"] == "telemetry_update")
                self.assertEqual(frame["data"]["vehicle_id"], "sim_device_1")
            server.wait_for(emergencies, 60 - (time.monotonic() - began), "a panic in the first minute")


if __name__ == "__main__":
    main()
