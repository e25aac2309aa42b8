# SPDX-License-Identifier: GPL-3.0-or-later
"""Who did what: every login, edit and export leaves a durable record in the stream `audit` of the real program."""

import json
import pathlib
import time

from native_client import NativeClient
from tocsin_process import Case, Tocsin, add_user, environment, main, token_of, tocsin

PASSWORD = "correct horse battery"


class Audit(Case):
    def records(self, server, token):
        """(action, object, ok, actor) of each record, in order; the stream has no gap."""
        answer = server.get("/api/streams/audit?limit=1000", token)
        self.assertEqual(answer.status, 200, answer.body)
        events = answer.json()["events"]
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        return [(e["body"]["action"], e["body"].get("object", ""), e["body"].get("ok", False), e["actor"].get("id", "")) for e in events]

    def await_record(self, server, token, *wanted):
        """The records once all the wanted ones (action, object, ok, actor) are among them."""
        def look():
            found = self.records(server, token)
            return found if all(one in found for one in wanted) else None
        return server.wait_for(look, what=f"{wanted} in the audit")

    def command(self, data, *args, stdin=""):
        result = tocsin(*args, data=data, stdin=stdin)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    async def test_logins_and_edits_of_accounts(self):
        data = self.data_directory()
        # Before any server has run, beside a running one, and between two: it is all there in the end.
        for name, role in (("chief", "supervisor"), ("dana", "dispatcher")):
            add_user(data, name, role)
        chief = token_of(data, "chief", "--ttl", "1h")
        by = "command line"
        with Tocsin(data=data) as server:
            self.await_record(server, chief, ("user_added", "chief", True, by), ("user_added", "dana", True, by), ("token_issued", "chief", True, by))
            login = lambda password: server.request("POST", "/api/auth/login", body={"username": "dana", "password": password})
            self.assertEqual(login("wrong password").status, 401)
            answer = login(PASSWORD).json()
            self.assertEqual(server.request("POST", "/api/auth/logout", body={}, token=answer["access_token"]).status, 200)
            self.await_record(server, chief, ("login_failed", "dana", False, "dana"), ("login", "dana", True, "dana"), ("logout", "dana", True, "dana"))

            pairing = self.command(data, "token", "--pairing").strip()
            registered = server.request("POST", "/api/auth/register", token=pairing, body={
                "username": "rig-7", "password": PASSWORD, "role": "device"})
            self.assertIn(registered.status, (200, 201), registered.body)
            self.await_record(server, chief, ("pairing_token_issued", "", True, by), ("user_added", "rig-7", True, "rig-7"))

            self.command(data, "user", "role", "dana", "citizen")
            self.command(data, "user", "password", "dana", "--password-stdin", stdin="another long password\n")
            self.command(data, "user", "disable", "dana")
            self.command(data, "user", "enable", "dana")
            self.command(data, "user", "revoke", "dana")
            other = token_of(data, "dana")
            self.command(data, "token", "--revoke-stdin", stdin=other + "\n")
            to = self.data_directory()
            self.command(data, "backup", "--to", to)
            self.await_record(server, chief, *((action, "dana", True, by) for action in (
                "role_changed", "password_changed", "user_disabled", "user_enabled", "revoke", "token_issued")))
            backed_up = lambda: any(action == "backup" and what.startswith(to) for action, what, *_ in self.records(server, chief))
            server.wait_for(backed_up, what="the backup in the audit")
            self.assertEqual(sum(action == "revoke" for action, *_ in self.records(server, chief)), 2)
            # What failed was not done and is not noted as done.
            self.assertEqual(tocsin("user", "remove", "nobody", data=data).returncode, 2)
        self.command(data, "user", "remove", "dana")
        with Tocsin(data=data) as server:
            found = self.await_record(server, chief, ("user_removed", "dana", True, by))
            self.assertNotIn("nobody", [what for _, what, *_ in found])
            self.assertEqual(len([r for r in found if r[0] == "user_added" and r[1] == "chief"]), 1)  # each once
            self.assertEqual(list(pathlib.Path(data, "audit").glob("*.json*")), [])  # nothing waits, nothing was set aside
            stream = server.get("/api/streams/audit?limit=1000", chief).body.decode()
            for secret in (PASSWORD, "another long password", "wrong password", chief, pairing, other):
                self.assertNotIn(secret, stream)
            lee = self.dispatcher(data)
            server.wait_for(lambda: server.get("/api/auth/me", lee).status == 200, what="the new account")
            self.assertEqual(server.get("/api/streams/audit", lee).status, 403)
        verified = tocsin("verify", data=data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def dispatcher(self, data):
        add_user(data, "lee", "dispatcher")
        return token_of(data, "lee")

    async def test_edits_of_devices_and_exports(self):
        data = self.data_directory()
        add_user(data, "chief", "supervisor")
        add_user(data, "dana", "dispatcher")
        chief, dana = token_of(data, "chief"), token_of(data, "dana")
        device = {"v": 1, "id": "van-1", "name": "Van 1", "kind": "vehicle", "first_seen": 1764028000000000}
        with Tocsin(data=data) as server:
            async with NativeClient(server, ["desk"], token=dana) as console:
                self.assertTrue((await console.ask("d-1", {"kind": "put_device", "device": device}))["ok"])
                self.assertTrue((await console.ask("d-2", {"kind": "put_device", "device": device | {"name": "Harbour van", "owners": ["anna"]}}))["ok"])
                self.assertTrue((await console.ask("d-3", {"kind": "put_device", "device": device | {"name": "Harbour van", "owners": ["anna"]}}))["ok"])
                self.assertTrue((await console.ask("x-1", {"kind": "note_audit", "record": {
                    "v": 1, "action": "export", "object": "trend.csv", "detail": "van-1: Speed", "ok": True}}))["ok"])
                # Nobody writes the server's own observations.
                self.assertFalse((await console.ask("x-2", {"kind": "note_audit", "record": {"v": 1, "action": "login", "object": "chief", "ok": True}}))["ok"])
                # Of what a dispatcher follows, the audit is withheld.
                await console.wait(lambda: any(e["kind"] == "withheld" for _, e in console.history["desk"]), what="the withheld records")
                self.assertFalse(any(e["kind"] == "audit" for _, e in console.history["desk"]))
            found = self.await_record(server, chief, ("add_device", "van-1", True, "dana"), ("edit_device", "van-1", True, "dana"),
                                      ("export", "trend.csv", True, "dana"))
            self.assertEqual(len([r for r in found if r[0] == "edit_device"]), 1)  # what changed nothing is no edit
            self.assertNotIn(("login", "chief", True, "dana"), found)
            events = server.get("/api/streams/audit?limit=1000", chief).json()["events"]
            detail = [e["body"]["detail"] for e in events if e["body"]["action"] == "edit_device"][0]
            self.assertEqual(detail, 'name: "Van 1" to "Harbour van"; owners: "" to "anna"')

    async def test_edits_of_rules_and_settings(self):
        data = self.data_directory()
        rules = pathlib.Path(self.data_directory(), "rules.json")
        rules.write_text(json.dumps({"version": 1, "rules": [
            {"id": "hot", "code": "HOT", "metric": "engine.temperature", "condition": ">", "limit": 100, "level": "warning"}]}))
        add_user(data, "chief", "supervisor")
        chief = token_of(data, "chief")
        edits = lambda found: [(action, what) for action, what, *_ in found if action.startswith("edit_")]
        with Tocsin("--rules", str(rules), data=data) as server:
            self.assertEqual(edits(self.await_record(server, chief, ("user_added", "chief", True, "command line"))), [])
        with Tocsin("--rules", str(rules), data=data) as server:  # nothing is another
            self.assertEqual(edits(self.records(server, chief)), [])
        rules.write_text(rules.read_text().replace("100", "90"))
        edited = environment(TOCSIN_ALERTS_STALE_SECONDS="77")
        with Tocsin("--rules", str(rules), data=data, env=edited) as server:
            found = self.await_record(server, chief, ("edit_rules", "rules", True, "tocsin"), ("edit_config", "alerts.stale_seconds", True, "tocsin"))
            self.assertEqual(sorted(edits(found)), [("edit_config", "alerts.stale_seconds"), ("edit_rules", "rules")])
            events = server.get("/api/streams/audit?limit=1000", chief).json()["events"]
            detail = [e["body"]["detail"] for e in events if e["body"]["action"] == "edit_config"][0]
            self.assertIn('to "77"', detail)
        with Tocsin("--rules", str(rules), data=data, env=edited) as server:  # told once
            self.assertEqual(len(edits(self.records(server, chief))), 2)

    async def test_rules_are_changed_while_it_runs_and_outlive_a_restart(self):
        data = self.data_directory()
        for name, role in (("chief", "supervisor"), ("dana", "dispatcher")):
            add_user(data, name, role)
        chief, dana = token_of(data, "chief"), token_of(data, "dana")
        mine = json.dumps({"version": 1, "comment": "kept", "rules": [
            {"id": "hot", "code": "HOT", "metric": "engine.temperature", "condition": ">", "limit": 50, "level": "critical", "guidance": "Stop it"}]})
        edits = lambda found: [one for one in found if one[0] == "edit_rules"]

        async def ask(client, frame):
            await client.say({"id": "r", **frame})
            return await client.wait(lambda: client.replies.pop("r", None), what=frame["type"])

        with Tocsin(data=data) as server:
            async with NativeClient(server, [], token=dana) as desk:
                built_in = (await ask(desk, {"type": "rules", "what": "current"}))["result"]
                self.assertEqual((built_in["origin"], built_in["count"]), ("built in", 9))
                wrong = (await ask(desk, {"type": "rules", "what": "check", "text": mine.replace("50", '"x"')}))["result"]
                self.assertEqual((wrong["code"], wrong["errors"][0]["rule_id"], wrong["errors"][0]["key"]), ("invalid", "hot", "limit"))
                refused = await ask(desk, {"type": "apply_rules", "text": mine, "revision": built_in["revision"]})
                self.assertEqual(refused["error"]["code"], "forbidden")
            async with NativeClient(server, ["alerts"], token=chief) as desk:
                stale = (await ask(desk, {"type": "apply_rules", "text": mine, "revision": "0" * 64}))["result"]
                self.assertEqual((stale["code"], stale["revision"]), ("superseded", built_in["revision"]))
                done = (await ask(desk, {"type": "apply_rules", "text": mine, "revision": built_in["revision"]}))["result"]
                self.assertTrue(done["ok"] and done["changed"], done)
                self.assertTrue((await desk.ask("d", {"kind": "put_device", "device": {"v": 1, "id": "van-1", "name": "Van 1", "kind": "vehicle", "first_seen": 1764028000000000}}))["ok"])
                answer = server.post("/api/v1/telemetry/ingest", {"vehicle_id": "van-1", "sensor_data": {"engine_temp": 70}}, chief)
                self.assertEqual(answer.status // 100, 2, answer.body)
                await desk.wait(lambda: any(e["body"]["alert"]["code"] == "HOT" for _, e in desk.history["alerts"]), what="the alert of the new rule")
                told = [e for _, e in desk.history["alerts"]][-1]["body"]["alert"]
                self.assertEqual((told["guidance"], told["level"]), ("Stop it", "critical"))
                micros = int(time.time() * 1e6)
                tried = (await ask(desk, {"type": "rules", "what": "try", "rule": json.dumps(json.loads(mine)["rules"][0]), "device": "van-1",
                                          "from": micros - 60_000_000, "to": micros + 60_000_000}))["result"]
                self.assertEqual((tried["readings"], tried["moments"][0]["what"]), (1, "raised"))
            found = self.await_record(server, chief, ("edit_rules", "rules", True, "chief"))
            self.assertEqual(len(edits(found)), 1)
        self.assertEqual(pathlib.Path(data, "rules.json").read_text(), mine)
        with Tocsin(data=data) as server:
            async with NativeClient(server, [], token=dana) as desk:
                now = (await ask(desk, {"type": "rules", "what": "current"}))["result"]
                self.assertEqual((now["text"], now["revision"]), (mine, done["revision"]))
            self.assertEqual(len(edits(self.records(server, chief))), 1)  # the start finds nothing else
        self.assertEqual(tocsin("verify", data=data).returncode, 0)


if __name__ == "__main__":
    main()
