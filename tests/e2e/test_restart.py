# SPDX-License-Identifier: GPL-3.0-or-later
"""What was durable stays, across a stop and across a kill; and how a stop looks from outside."""

import asyncio
import contextlib

import websockets

from tocsin_process import PATIENCE, Case, Tocsin, main, receive, receive_until, say, settled


class Restart(Case):
    async def test_an_acknowledged_alert_and_a_conversation_survive(self):
        data = self.data_directory()
        with Tocsin("--open", data=data) as server:
            async with server.connect("/ws/telemetry/hot-2") as van, server.connect("/ws/chat/anna") as phone:
                await say(van, {"type": "telemetry_data", "data": {"engine_metrics": {"temperature": 118}}})
                alert = (await receive_until(van, lambda f: f["type"] == "alert"))["data"]
                await say(van, {"type": "acknowledge_alert", "data": {"alert_id": alert["id"]}})
                await receive_until(van, lambda f: f["type"] == "alert" and f["data"]["acknowledged"])
                await say(phone, {"message": "remember me"})
                await receive(phone)
        with Tocsin("--open", data=data) as server:
            status = server.status("hot-2")
            self.assertIs(status["is_online"], True)  # heard within five minutes, before the restart
            self.assertEqual([(a["id"], a["acknowledged"]) for a in status["alerts"]], [(alert["id"], True)])
            listed = server.get("/api/v1/telemetry/vehicle/hot-2/alerts").json()
            self.assertEqual(listed[0]["id"], alert["id"])
            async with server.connect("/ws/telemetry/hot-2") as van:
                # The same condition again is the same alert, still taken.
                await say(van, {"type": "telemetry_data", "data": {"engine_metrics": {"temperature": 119}}})
                await receive_until(van, lambda f: f["type"] == "telemetry_update")
                self.assertEqual([f for f in await settled(van) if f["type"] == "alert"], [])
            self.assertEqual(len(server.status("hot-2")["alerts"]), 1)

    async def test_what_was_told_survives_a_kill(self):
        data = self.data_directory()
        server = Tocsin("--open", data=data)
        server.start()
        anna = await server.connect("/ws/alerts/anna")
        told = []
        for n in range(20):
            await say(anna, {"type": "alert", "data": {"id": f"kill-{n}", "type": "test", "vehicle_id": "kill-van",
                                                       "severity": "warning", "message": str(n)}})
        while len(told) < 10:
            frame = await receive(anna)
            if frame["type"] == "alert":
                told.append(frame["data"]["id"])
        server.kill()
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            await anna.close()
        with Tocsin("--open", data=data) as server:
            async with server.connect("/ws/telemetry/kill-van") as van:
                await say(van, {"type": "telemetry_data", "data": {"speed": 1}})
                await receive(van)
            kept = {a["id"] for a in server.get("/api/v1/telemetry/vehicle/kill-van/alerts?limit=200").json()}
            self.assertEqual(set(told) - kept, set())

    async def test_a_stop_says_going_away(self):
        server = Tocsin("--open")
        server.start()
        sockets = [await server.connect(path) for path in ("/ws/telemetry/v", "/ws/alerts/a", "/ws/chat/a") * 5]
        for socket in sockets:
            await settled(socket)
        reader = asyncio.gather(*(socket.wait_closed() for socket in sockets))
        await asyncio.get_running_loop().run_in_executor(None, server.stop)
        await asyncio.wait_for(reader, 5 * PATIENCE)
        self.assertEqual({socket.close_code for socket in sockets}, {1001})
        with self.assertRaises((OSError, websockets.exceptions.WebSocketException)):
            async with server.connect("/ws/telemetry/v"):
                pass
        server.__exit__(None)


if __name__ == "__main__":
    main()
