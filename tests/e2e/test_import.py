# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns which device, and tables of devices and users: over HTTP and the command line, in both postures."""

import json
import os
import stat

from tocsin_process import Case, Tocsin, environment, main, receive_until, say, settled, token_of, tocsin

BOM = b"\xef\xbb\xbf"
DEVICES = ("id,name,class,kind,owners,tags\r\n"
           "bus-1,\"Bus, the \"\"first\"\"\",City bus,vehicle,anna|ben@example.org,night\r\n"
           "\r\n"
           "bus-2,\"Two\r\nlines\",,phone,,\"a;b\"\r\n")


class Import(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Tocsin()
        cls.data = cls.server.data
        for name, role, *more in [("chief", "admin"), ("dora", "dispatcher"), ("anna", "citizen"),
                                  ("ben", "citizen", "--email", "Ben@Example.org")]:
            result = tocsin("user", "add", name, "--role", role, *more, "--password-stdin", data=cls.data,
                            stdin="correct horse battery\n")
            assert result.returncode == 0, result.stderr
        cls.token = {name: token_of(cls.data, name) for name in ("chief", "dora", "anna", "ben")}
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    def send(self, what, table, token="chief", query=""):
        body = table if isinstance(table, bytes) else table.encode()
        return self.server.request("POST", f"/api/import/{what}{query}", body, self.token.get(token),
                                   {"Content-Type": "text/csv"})

    def device(self, name, token="chief"):
        answer = self.server.get(f"/api/devices/{name}", self.token[token])
        return answer.json() if answer.status == 200 else None

    def command(self, *args, token="chief"):
        env = environment(TOCSIN_TOKEN=self.token[token]) if token else environment()
        return tocsin(*args, "--url", self.server.url, env=env)

    async def test_devices_come_with_their_owners_who_hear_of_their_alerts(self):
        table = BOM + DEVICES.replace("Two\r\nlines", "Two").encode()
        before = self.server.get("/api/devices", self.token["chief"]).json()["count"]
        checked = self.send("devices", table, query="?check=1")
        self.assertEqual((checked.status, checked.json()), (200, {
            "success": True, "check": True, "lines": 2, "added": 2, "changed": 0, "unchanged": 0}))
        self.assertEqual(self.server.get("/api/devices", self.token["chief"]).json()["count"], before)
        done = self.send("devices", table)
        self.assertEqual((done.status, done.json()["added"], done.json()["check"]), (200, 2, False))
        bus = self.server.wait_for(lambda: self.device("bus-1"), what="the device")
        self.assertEqual((bus["name"], bus["class"], bus["kind"], bus["owners"], bus["tags"]),
                         ('Bus, the "first"', "City bus", "vehicle", ["anna", "ben"], ["night"]))
        self.assertEqual(self.device("bus-2")["tags"], ["a", "b"])
        # Its owners see it, and get its alerts.
        self.assertIsNotNone(self.device("bus-1", "anna"))
        self.assertIsNone(self.device("bus-2", "anna"))
        async with self.server.connect("/ws/alerts/ben", token=self.token["ben"]) as ben, \
                self.server.connect("/ws/alerts/anna", token=self.token["anna"]) as anna:
            await settled(ben)
            await settled(anna)
            answer = self.server.post("/api/v1/telemetry/ingest", {
                "vehicle_id": "bus-1", "sensor_data": {"engine_temp": 121}}, self.token["chief"])
            self.assertEqual(answer.status, 201)
            for socket in (ben, anna):
                frame = await receive_until(socket, lambda f: f["type"] == "alert")
                self.assertEqual((frame["data"]["vehicle_id"], frame["data"]["type"]), ("bus-1", "engine_overheat"))
        # A known device is a mistake, unless it is to be changed; what the table does not have stays.
        again = self.send("devices", "id;owners\nbus-1;\nbus-3;anna\n")
        self.assertEqual((again.status, again.json()["errors"]), (422, [
            {"line": 2, "column": "id", "message": 'the device "bus-1" exists already'}]))
        self.assertIsNone(self.device("bus-3"))
        changed = self.send("devices", "id;owners\nbus-1;\nbus-3;anna\n", query="?update=1").json()
        self.assertEqual((changed["added"], changed["changed"], changed["unchanged"]), (1, 1, 0))
        bus = self.server.wait_for(lambda: (d := self.device("bus-1"))["owners"] == [] and d, what="the change")
        self.assertEqual((bus["name"], bus["tags"]), ('Bus, the "first"', ["night"]))
        self.assertIsNone(self.device("bus-1", "anna"))
        same = self.send("devices", "id;owners\nbus-1;\n", query="?update=1").json()
        self.assertEqual((same["changed"], same["unchanged"]), (0, 1))
        log = self.server.get("/api/streams/audit?after=0", self.token["chief"]).body.decode()
        self.assertIn("devices_imported", log)

    def test_each_bad_line_is_named_and_none_is_imported(self):
        table = ("id,name,kind,owners\n"
                 "ok-1,Good,vehicle,anna\n"
                 ",Nameless,vehicle,\n"
                 "a/b,Slash,vehicle,\n"
                 "ok-2,Wrong kind,boat,\n"
                 "ok-1,Twice,vehicle,\n"
                 "ok-3,Owner,vehicle,nobody\n"
                 "ok-4,Too few\n"
                 "ok-5,quo\"te,vehicle,\n")
        answer = self.send("devices", table)
        self.assertEqual(answer.status, 422)
        self.assertEqual([(e["line"], e["column"]) for e in answer.json()["errors"]],
                         [(3, "id"), (4, "id"), (5, "kind"), (6, "id"), (7, "owners"), (8, ""), (9, "")])
        self.assertIsNone(self.device("ok-1"))
        for body, line, column in [(b"", 1, ""), (b"name\nx\n", 1, "id"), (b"id,colour\nx,red\n", 1, "colour"),
                                   (b"id,id\nx,x\n", 1, "id"), (b"\xff\xfe", 0, ""), (b'id\n"open\n', 2, ""),
                                   (b'id\n"x"y\n', 2, ""), (b"id\n" + b"x" * 5000 + b"\n", 2, "id"),
                                   (b"id\n" + b"".join(b"n%d\n" % i for i in range(20001)), 20002, "")]:
            with self.subTest(body=body[:20]):
                answer = self.send("devices", body)
                self.assertEqual(answer.status, 422)
                first = answer.json()["errors"][0]
                self.assertEqual((first["line"], first["column"]), (line, column))

    def test_users_come_with_their_passwords(self):
        table = ("name;email;role;first_name;last_name;password\r\n"
                 "Eva;Eva@example.org;dispatcher;Eva;Müller;a password of her own\r\n"
                 "max;;;Max;;\r\n")
        answer = self.send("users", table)
        self.assertEqual((answer.status, answer.json()["added"]), (200, 2), answer.body)
        made = answer.json()["passwords"]
        self.assertEqual([p["name"] for p in made], ["max"])
        for name, password in [("eva", "a password of her own"), ("Eva@example.org", "a password of her own"),
                               ("max", made[0]["password"])]:
            login = self.server.post("/api/auth/login", {"username": name, "password": password})
            self.assertEqual(login.status, 200, login.body)
        self.assertEqual(login.json()["user"]["role"], "citizen")
        again = self.send("users", table)
        self.assertEqual([(e["line"], e["column"]) for e in again.json()["errors"]], [(2, "name"), (3, "name")])
        # The role of one is another: her old tokens open nothing, her password stays.
        token = self.server.post("/api/auth/login", {"username": "eva", "password": "a password of her own"}).json()[
            "access_token"]
        self.assertEqual(self.server.get("/api/devices", token).status, 200)
        changed = self.send("users", "name,role,email\neva,citizen,eva@example.org\nmax,,\n", query="?update=1").json()
        self.assertEqual((changed["added"], changed["changed"], changed["unchanged"], changed["passwords"]), (0, 1, 1, []))
        self.server.wait_for(lambda: self.server.get("/api/devices", token).status == 401, what="the void token")
        login = self.server.post("/api/auth/login", {"username": "eva", "password": "a password of her own"})
        self.assertEqual(login.json()["user"]["role"], "citizen")
        bad = self.send("users", "name,email,role,password\nzoe,nonsense,king,short\nzak,eva@example.org,,\nzed,z@x,,\n"
                                 "zee,z@x,,\n")
        self.assertEqual([(e["line"], e["column"]) for e in bad.json()["errors"]],
                         [(2, "role"), (2, "password"), (2, "email"), (3, "email"), (5, "email")])
        self.assertEqual(self.server.post("/api/auth/login", {"username": "zed", "password": "x" * 9}).status, 401)
        log = self.server.get("/api/streams/audit?after=0", self.token["chief"]).body.decode()
        self.assertIn("users_imported", log)
        self.assertNotIn(made[0]["password"], log + self.server.stderr())

    def test_pages_and_who_may(self):
        for token, status in [(None, 401), ("anna", 403), ("dora", 403)]:
            for what in ("devices", "users"):
                self.assertEqual(self.send(what, "id,name\nx,y\n", token).status, status)
        for token, status in [(None, 401), ("anna", 403), ("dora", 200)]:
            self.assertEqual(self.server.get("/api/devices", self.token.get(token)).status, status)
        for body, status, detail in [
                ({"owners": ["nobody"]}, 400, 'owners: there is no user "nobody"'),
                ({"owners": "anna"}, 400, "owners must be a list of at most 100 texts"),
                ({"name": 5}, 400, "name must be text of at most 200 characters"),
                ({"kind": "boat"}, 400, "kind must be vehicle, phone, hardware, receiver or other")]:
            answer = self.server.request("PUT", "/api/devices/page-1", body, self.token["chief"])
            self.assertEqual((answer.status, answer.json()), (status, {"detail": detail}))
        self.assertEqual(self.server.request("PUT", "/api/devices/page-1", b"{", self.token["chief"]).status, 400)
        self.assertIsNone(self.device("page-1"))
        answer = self.server.request("PUT", "/api/devices/page-1", {"kind": "phone", "owners": ["Anna"]},
                                     self.token["chief"])
        self.assertEqual((answer.status, answer.json()["owners"], answer.json()["kind"], answer.json()["name"]),
                         (200, ["anna"], "phone", "page-1"))

    def test_commands(self):
        added = self.command("device", "add", "cli-1", "--name", "One", "--kind", "vehicle", "--owner", "anna", "--tag", "x")
        self.assertEqual((added.returncode, added.stderr), (0, ""))
        self.server.wait_for(lambda: self.device("cli-1", "anna"), what="the device")
        self.assertIn("cli-1", self.command("device", "list").stdout)
        self.assertIn("One", self.command("device", "show", "cli-1").stdout)
        self.assertEqual(self.command("device", "owner", "cli-1", "ben@example.org").returncode, 0)
        self.server.wait_for(lambda: self.device("cli-1", "ben"), what="the owner")
        for args, token, word in [(("device", "owner", "cli-1", "nobody"), "chief", "nobody"),
                                  (("device", "owner", "nothing", "anna"), "chief", "not found"),
                                  (("device", "list"), None, "token"), (("device", "list"), "anna", "denied"),
                                  (("device", "fly"), "chief", "device knows"), (("import", "cars", "x"), "chief", "usage"),
                                  (("import", "devices", "/nowhere.csv"), "chief", "cannot be read")]:
            result = self.command(*args, token=token)
            self.assertEqual(result.returncode, 2)
            self.assertIn(word, result.stderr)
        path = os.path.join(self.data_directory(), "table.csv")
        def table(text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        table("id,kind\ncli-2,vehicle\ncli-3,boat\n")
        result = self.command("import", "devices", path)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn(f"{path}:3: kind: ", result.stderr)
        table("id,kind\ncli-2,vehicle\n")
        self.assertIn("would be: 1 added", self.command("import", "devices", path, "--check").stdout)
        self.assertIsNone(self.device("cli-2"))
        self.assertIn("1 added, 0 changed", self.command("import", "devices", path).stdout)
        self.server.wait_for(lambda: self.device("cli-2"), what="the device")
        # Users beside the running server, without a token: the directory is the right.
        table("name,role\nida,dispatcher\n")
        passwords = path + ".out"
        result = tocsin("import", "users", path, "--passwords", passwords, data=self.data)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(stat.S_IMODE(os.stat(passwords).st_mode), 0o600)
        with open(passwords, encoding="utf-8") as file:
            header, row = file.read().splitlines()
        self.assertEqual((header, row.split(",")[0]), ("name,password", '"ida"'))
        self.server.wait_for(lambda: self.server.post("/api/auth/login", {
            "username": "ida", "password": row.split(",")[1]}).status == 200, what="the login")
        table("name,role\nleo,\nida,\n")
        result = self.command("import", "users", path)
        self.assertIn(f"{path}:3: name: ", result.stderr)
        table("name,role\nleo,\n")
        self.assertIn('"leo",', self.command("import", "users", path).stdout)


class Open(Case):
    async def test_owners_are_any_text_where_all_are_administrators(self):
        with Tocsin("--open") as server:
            answer = server.request("POST", "/api/import/devices", "id,owners\nvan-8,Kim@Example.org|walk in\n", None, {})
            self.assertEqual(answer.json()["added"], 1, answer.body)
            server.wait_for(lambda: server.get("/api/devices/van-8").status == 200, what="the device")
            self.assertEqual(server.get("/api/devices/van-8").json()["owners"], ["kim@example.org", "walk in"])
            async with server.connect("/ws/alerts/kim@example.org") as kim:
                await settled(kim)
                server.post("/ws/device-alert", {"device_id": "van-8", "alert_type": "door", "message": "Open"})
                frame = await receive_until(kim, lambda f: f["type"] == "alert")
                self.assertEqual(frame["data"]["vehicle_id"], "van-8", json.dumps(frame))
                await say(kim, {"type": "acknowledge_alert", "data": {"alert_id": frame["data"]["id"]}})
                await receive_until(kim, lambda f: f["type"] == "alert" and f["data"]["acknowledged"])


if __name__ == "__main__":
    main()
