# SPDX-License-Identifier: GPL-3.0-or-later
"""`tocsin backup` beside a running server and `tocsin restore`, as an administrator uses them."""

import os
import shutil

from tocsin_process import Case, Tocsin, add_user, environment, main, receive_until, say, tocsin


class Backup(Case):
    async def report(self, server, alert):
        async with server.connect("/ws/alerts/anna") as anna:
            await say(anna, {"type": "alert", "data": {"id": alert, "type": "test", "vehicle_id": "van-1",
                                                       "severity": "warning", "message": alert}})
            await receive_until(anna, lambda f: f["type"] == "alert" and f["data"]["id"] == alert)

    def alerts(self, server):
        return {alert["id"] for alert in server.get("/api/v1/telemetry/vehicle/van-1/alerts?limit=200").json()}

    async def test_what_was_backed_up_beside_a_running_server_comes_back(self):
        data, to = self.data_directory(), self.data_directory()
        env = environment(TOCSIN_DATA_HEAD_COPY=self.data_directory())  # as on another disk
        add_user(data, "anna", "citizen")
        with Tocsin("--open", data=data, env=env) as server:
            async with server.connect("/ws/telemetry/van-1") as van:
                await say(van, {"type": "telemetry_data", "data": {"speed": 1}})
                await receive_until(van, lambda f: f["type"] == "telemetry_update")
            await self.report(server, "before")
            made = tocsin("backup", "--to", to, data=data)
            self.assertEqual(made.returncode, 0, made.stderr)
            path = made.stdout.split(" to ")[1].strip()
            await self.report(server, "after")
            refused = tocsin("restore", "--from", path, data=data)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("in use", refused.stderr)
            self.assertEqual(self.alerts(server), {"before", "after"})
        restored = tocsin("restore", "--from", path, data=data, env=env)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        aside = restored.stdout.splitlines()[1].split(" is in ")[1]
        self.addCleanup(shutil.rmtree, aside)
        self.assertTrue(os.path.exists(os.path.join(aside, "desk.db")))
        verified = tocsin("verify", data=data, env=env)
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.assertIn("copied head at event", verified.stdout)  # that of the restored log
        with Tocsin("--open", data=data, env=env) as server:
            self.assertEqual(self.alerts(server), {"before"})
            await self.report(server, "again")
        self.assertEqual(tocsin("token", "anna", data=data).returncode, 0)  # the accounts are back as well

    def test_mistakes_are_named(self):
        data, to = self.data_directory(), self.data_directory()
        for arguments, word in [(("backup",), "--to"), (("restore",), "--from"), (("backup", "--to", to, "more"), "more"),
                                (("backup", "--to", to), "no log"), (("restore", "--from", to), "no backup")]:
            result = tocsin(*arguments, data=data)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(word, result.stderr)


if __name__ == "__main__":
    main()
