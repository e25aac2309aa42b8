# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in as the clients of all systems do, and being shown out again: within two seconds, whoever decided it."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import time
import unittest

import websockets

from tocsin_process import PATIENCE, Case, Ended, Tocsin, add_user, environment, main, settled, token_of, tocsin

PASSWORD = "correct horse battery"
SPELLINGS = ("/api/auth/login", "/api/auth/login/", "/api/v1/auth/login")


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Login(Case):
    @classmethod
    def setUpClass(cls):
        # With every line that there is: what is not logged by default must hold no secret either.
        cls.server = Tocsin(env=environment(QT_LOGGING_RULES="tocsin.*=true"))
        for name, role in [("chief", "admin"), ("anna", "citizen"), ("dora", "dispatcher")]:
            add_user(cls.server.data, name, role)
        cls.secrets = [PASSWORD]
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        try:
            # The canary: nothing that opens a door was written down, by whatever way it came in.
            log = cls.server.stderr()
            for secret in cls.secrets:
                assert secret not in log, "a secret is in the log"
            listed = tocsin("user", "log", data=cls.server.data).stdout
            for secret in cls.secrets:
                assert secret not in listed, "a secret is in the audit"
        finally:
            cls.server.__exit__(None)

    def login(self, name="anna", password=PASSWORD, path=SPELLINGS[0], **more):
        answer = self.server.request("POST", path, body={"username": name, "password": password, **more})
        if answer.status == 200:
            body = answer.json()
            self.secrets += [body["access_token"], body["refresh_token"]]
        return answer

    async def closed_within(self, socket, seconds=5):
        """Two seconds are promised (half a second to notice another process, a quarter to close); a loaded machine gets more."""
        began = time.monotonic()
        with self.assertRaises(websockets.exceptions.ConnectionClosed):
            while True:
                await asyncio.wait_for(socket.recv(), 30 * PATIENCE)
        self.assertEqual(socket.close_code, 4001)
        self.assertLess(time.monotonic() - began, seconds * PATIENCE)
        self.assertIn("retry_ms=", socket.close_reason)

    def test_every_system_reads_its_own_answer(self):
        for path in SPELLINGS:
            for body in ({"username": "anna", "password": PASSWORD}, {"email": "ANNA", "password": PASSWORD}):
                answer = self.server.request("POST", path, body=body)
                with self.subTest(path=path, body=body):
                    self.assertEqual(answer.status, 200, answer.body)
                    union = answer.json()
                    access, refresh = union["access_token"], union["refresh_token"]
                    self.secrets += [access, refresh]
                    self.assertIs(union["success"], True)
                    self.assertEqual(union["token_type"], "bearer")
                    self.assertEqual(union["expires_in"], 3600)
                    self.assertTrue(union["message"] and union["session_id"])
                    self.assertEqual(union["tokens"], {"access": access, "refresh": refresh})
                    self.assertEqual((union["data"]["token"], union["data"]["refreshToken"]), (access, refresh))
                    for user in (union["user"], union["profile"], union["data"]["user"]):
                        self.assertEqual((user["id"], user["username"], user["role"]), ("anna", "anna", "citizen"))
                        self.assertIn("email", user)
                    claims = claims_of(access)
                    for name in ("sub", "user_id", "userId"):
                        self.assertEqual(claims[name], "anna")
                    self.assertEqual((claims["type"], claims["role"]), ("access", "citizen"))
                    self.assertEqual(claims["exp"] - claims["iat"], 3600)

    def test_a_form_will_do(self):
        # As OAuth 2.0's password grant; a blank is a plus sign there.
        form = "grant_type=password&username=anna&password=" + PASSWORD.replace(" ", "+")
        answer = self.server.request("POST", "/api/v1/auth/login", body=form,
                                     headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200, answer.body)
        self.secrets += [answer.json()["access_token"], answer.json()["refresh_token"]]

    def test_wrong_ones_are_refused_alike(self):
        add_user(self.server.data, "gone", "citizen")
        self.assertEqual(tocsin("user", "disable", "gone", data=self.server.data).returncode, 0)
        for path in SPELLINGS:
            for name, password in (("anna", "wrong horse"), ("nobody", PASSWORD), ("gone", PASSWORD), ("a/b", PASSWORD)):
                with self.subTest(path=path, name=name):
                    answer = self.server.request("POST", path, body={"username": name, "password": password})
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.json(), {"success": False, "error": "Invalid credentials",
                                                     "detail": "Incorrect email or password"})
                    self.login("anna")  # forgives the name

    def test_a_broken_request_is_told_what_is_missing(self):
        self.assertEqual(self.server.request("POST", "/api/v1/auth/login", body={"username": "anna"}).status, 422)
        self.assertEqual(self.server.request("POST", "/api/auth/login", body={"username": "anna"}).status, 400)
        self.assertEqual(self.server.request("POST", "/api/auth/login", body="[1").status, 400)
        self.assertEqual(self.server.request("POST", "/api/auth/login", body={"username": 1, "password": []}).status, 400)
        self.assertEqual(self.server.request("GET", "/api/auth/login").status, 405)
        self.assertEqual(self.server.request("POST", "/api/auth/login",
                                             body={"username": "anna", "password": "x" * 70000}).status, 413)

    def test_the_profile_is_ones_own(self):
        token = self.login().json()["access_token"]
        for path in ("/api/auth/me", "/api/auth/profile/", "/api/auth/user", "/api/v1/auth/me"):
            self.assertEqual(self.server.get(path).status, 401)
            answer = self.server.get(path, token)
            self.assertEqual(answer.status, 200)
            self.assertEqual((answer.json()["id"], answer.json()["user"]["role"]), ("anna", "citizen"))

    async def test_a_token_may_come_in_every_place(self):
        token = self.login().json()["access_token"]
        async with self.server.connect("/ws/chat/anna", extra_headers={"Authorization": "Bearer " + token}) as socket:
            self.assertEqual(await settled(socket), [])
        async with self.server.connect("/ws/chat/anna", subprotocols=["bearer", token]) as socket:
            self.assertEqual(await settled(socket), [])
        async with self.server.connect("/ws/chat/anna", token=token) as socket:
            self.assertEqual(await settled(socket), [])
        # In the wrong places, where it might be logged as something else.
        for path in (f"/api/auth/me?token={token}x", f"/ws/chat/anna?token={token}x", f"/nowhere?token={token}"):
            self.assertIn(self.server.get(path).status, (401, 404, 426))
        self.server.request("POST", "/api/auth/login", body={"username": token, "password": token})
        self.server.request("POST", "/api/auth/login", body={"username": PASSWORD, "password": "wrong horse"})
        self.server.request("POST", "/api/auth/logout", body={"refresh_token": token})

    async def test_a_logout_closes_the_socket(self):
        first, second = self.login().json(), self.login().json()
        async with self.server.connect("/ws/chat/anna", token=first["access_token"]) as socket, \
                self.server.connect("/ws/chat/anna", token=second["access_token"]) as other:
            self.assertEqual(await settled(socket), [])
            answer = self.server.request("POST", "/api/auth/logout/", token=first["access_token"])
            self.assertEqual((answer.status, answer.json()["success"]), (200, True))
            await self.closed_within(socket)
            self.assertEqual(await settled(other), [])  # another login is another session
        self.assertEqual(await self.refused(self.server, "/ws/chat/anna", token=first["access_token"]), 401)
        self.assertEqual(self.server.get("/api/auth/me", first["access_token"]).status, 401)
        refused = self.server.post("/api/auth/refresh", {"refresh_token": first["refresh_token"]})
        self.assertEqual(refused.status, 401)
        self.assertEqual(self.server.request("POST", "/api/auth/logout").status, 401)

    async def test_a_refresh_token_is_good_once(self):
        login = self.login().json()
        old = login["refresh_token"]
        for number, (path, name) in enumerate([("/api/auth/refresh", "refreshToken"), ("/api/auth/refresh/", "refresh"),
                                               ("/api/v1/auth/refresh", "refresh_token"),
                                               ("/api/token/refresh/", "refresh")]):
            with self.subTest(path=path):
                answer = self.server.post(path, {name: old})
                self.assertEqual(answer.status, 200, answer.body)
                body = answer.json()
                self.assertEqual(body["access"], body["access_token"])
                self.assertNotEqual(body["refresh"], old)
                self.assertEqual(self.server.get("/api/auth/me", body["access"]).status, 200)
                used, old = old, body["refresh"]
                self.secrets += [body["access"], old]
        async with self.server.connect("/ws/chat/anna", token=body["access"]) as socket:
            # A copy of an earlier one comes back: the whole family ends, sockets included.
            self.assertEqual(self.server.post("/api/auth/refresh", {"refresh_token": used}).status, 401)
            await self.closed_within(socket)
        answer = self.server.post("/api/token/refresh/", {"refresh": old})
        self.assertEqual((answer.status, answer.json()["code"]), (401, "token_not_valid"))
        # What is for one purpose is for no other.
        fresh = self.login().json()
        self.assertEqual(self.server.post("/api/auth/refresh", {"refresh": fresh["access_token"]}).status, 401)
        self.assertEqual(self.server.get("/api/auth/me", fresh["refresh_token"]).status, 401)

    async def test_what_is_done_beside_the_server_counts(self):
        data = self.server.data
        for number, (command, stdin) in enumerate([(("role", "{}", "citizen"), ""),
                                                   (("password", "{}", "--password-stdin"), "another horse battery\n"),
                                                   (("disable", "{}"), ""), (("revoke", "{}"), ""), (("remove", "{}"), "")]):
            name = f"staff{number}"
            add_user(data, name, "dispatcher")
            token = self.server.wait_for(lambda: self.login(name).json().get("access_token"), what="a login")
            with self.subTest(command=command[0]):
                async with self.server.connect("/ws/alerts/anna", token=token) as socket:
                    self.assertEqual(await settled(socket), [])
                    result = await asyncio.to_thread(tocsin, "user", *[word.format(name) for word in command],
                                                     data=data, stdin=stdin)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    await self.closed_within(socket)
                self.assertEqual(await self.refused(self.server, "/ws/alerts/anna", token=token), 401)
        listed = tocsin("user", "list", data=data).stdout
        self.assertRegex(listed, r"staff0\s+citizen")
        self.assertRegex(listed, r"staff2\s+dispatcher\s+disabled")
        self.assertNotIn("staff4", listed)
        log = tocsin("user", "log", data=data).stdout
        for words in ("role changed staff0 (dispatcher to citizen)", "password changed staff1", "user disabled staff2",
                      "all tokens revoked staff3", "user removed staff4", "staff0: login staff0"):
            self.assertIn(words, log)

    async def test_one_token_is_revoked(self):
        data = self.server.data
        for way in ("jti", "stdin", "api"):
            token, other = token_of(data, "dora"), token_of(data, "dora")
            self.secrets += [token, other]
            with self.subTest(way=way):
                async with self.server.connect("/ws/alerts/anna", token=token) as socket, \
                        self.server.connect("/ws/alerts/anna", token=other) as stays:
                    self.assertEqual(await settled(socket), [])
                    if way == "api":
                        chief = token_of(data, "chief")
                        body = {"jti": claims_of(token)["jti"]}
                        self.assertEqual(self.server.post("/api/auth/revoke", body, other).status, 403)
                        self.assertEqual(self.server.post("/api/auth/revoke", body).status, 401)
                        self.assertEqual(self.server.post("/api/auth/revoke", body, chief).status, 200)
                    elif way == "stdin":
                        self.assertEqual(tocsin("token", "--revoke-stdin", data=data, stdin=token + "\n").returncode, 0)
                    else:
                        self.assertEqual(tocsin("token", "--revoke", claims_of(token)["jti"], data=data).returncode, 0)
                    await self.closed_within(socket)
                    self.assertEqual(await settled(stays), [])

    async def test_an_administrator_revokes_a_user(self):
        add_user(self.server.data, "paul", "citizen")
        token = self.server.wait_for(lambda: self.login("paul").json().get("access_token"), what="a login")
        chief = token_of(self.server.data, "chief")
        async with self.server.connect("/ws/chat/paul", token=token) as socket:
            self.assertEqual(self.server.post("/api/auth/revoke", {"user_id": "paul"}, token).status, 403)
            self.assertEqual(self.server.post("/api/auth/revoke", {"user_id": "paul"}, chief).status, 200)
            await self.closed_within(socket)
        self.assertEqual(self.server.post("/api/auth/revoke", {"user_id": "nobody"}, chief).status, 404)
        self.assertEqual(self.login("paul").status, 200)  # the account itself is as good as before

    async def test_a_socket_ends_with_its_token(self):
        token = token_of(self.server.data, "anna", "--ttl", "3s")
        ends = claims_of(token)["exp"]
        async with self.server.connect("/ws/chat/anna", token=token) as socket:
            with self.assertRaises(websockets.exceptions.ConnectionClosed):
                while True:
                    await asyncio.wait_for(socket.recv(), 30 * PATIENCE)
            self.assertEqual(socket.close_code, 4001)
            self.assertLess(time.time(), ends + 5 * PATIENCE)
        self.assertEqual(await self.refused(self.server, "/ws/chat/anna", token=token), 401)

    def test_a_pairing_token_lets_one_in(self):
        data = self.server.data
        person = {"username": "walkie-1", "password": PASSWORD, "role": "admin"}
        self.assertEqual(self.server.post("/api/auth/register", person).status, 401)
        result = tocsin("token", "--pairing", "--role", "device", "--ttl", "5m", data=data)
        self.assertEqual(result.returncode, 0, result.stderr)
        pairing = result.stdout.strip()
        self.secrets.append(pairing)
        self.assertEqual(self.server.get("/api/auth/me", pairing).status, 401)  # good for nothing else
        answer = self.server.post("/api/auth/register/", {**person, "pairing_token": pairing})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.json()["user"]["role"], "device")  # what the pairing says, not what the body does
        token = answer.json()["access_token"]
        self.secrets += [token, answer.json()["refresh_token"]]
        self.assertEqual(self.server.get("/api/auth/me", token).json()["id"], "walkie-1")
        again = self.server.post("/api/auth/register", {**person, "username": "walkie-2", "pairing_token": pairing})
        self.assertEqual(again.status, 401)
        taken = tocsin("token", "--pairing", data=data).stdout.strip()
        self.assertEqual(self.server.post("/api/auth/register", {**person, "pairing_token": taken}).json()["error"],
                         "User already exists")
        self.assertEqual(self.server.post("/api/v1/auth/register", {**person, "pairing_token": taken}).status, 400)
        self.assertEqual(self.server.post("/api/auth/register", {**person, "pairing_token": taken}).status, 409)


class Guesses(Case):
    def test_who_guesses_must_wait(self):
        with Tocsin() as server:
            add_user(server.data, "dora", "citizen")
            for name in ("dora", "nobody"):  # whether there is such a user or not
                answers = [server.post("/api/auth/login", {"username": name, "password": "wrong horse"}) for _ in range(6)]
                with self.subTest(name=name):
                    self.assertEqual([a.status for a in answers], [401] * 5 + [429])
                    self.assertGreaterEqual(int(answers[5].headers["Retry-After"]), 1)
                    self.assertGreater(answers[5].json()["retry_after_ms"], 0)


class Open(Case):
    def test_registration_is_open(self):
        with Tocsin("--open") as server:
            person = {"email": "Eve@Example.org", "password": PASSWORD, "first_name": "Eve", "role": "admin"}
            answer = server.post("/api/auth/register/", person)
            self.assertEqual(answer.status, 201, answer.body)
            user = answer.json()["user"]
            self.assertEqual((user["email"], user["role"], user["first_name"]), ("eve@example.org", "citizen", "Eve"))
            self.assertEqual(server.post("/api/auth/register", person).status, 409)
            self.assertEqual(server.post("/api/v1/auth/register", person).status, 400)
            login = server.post("/api/v1/auth/login", {"email": "eve@example.org", "password": PASSWORD})
            self.assertEqual(login.status, 200)
            self.assertEqual(server.get("/api/auth/me", login.json()["access_token"]).json()["role"], "citizen")
            self.assertEqual(server.get("/api/auth/me").json()["role"], "admin")  # anonymous
            self.assertEqual(server.post("/api/auth/logout", {}).status, 200)


@unittest.skipUnless(shutil.which("openssl"), "needs openssl to make keys")
class Keys(Case):
    def keys(self, algorithm):
        directory = self.data_directory()
        private, public = os.path.join(directory, "private.pem"), os.path.join(directory, "public.pem")
        kind = {"RS256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "EdDSA": ["ED25519"],
                "ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}[algorithm]
        subprocess.run(["openssl", "genpkey", "-algorithm", *kind, "-out", private], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
        return private, public

    def config(self, **auth):
        path = os.path.join(self.data_directory(), "tocsin.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in auth.items()))
        return path

    async def test_tokens_of_a_configured_key(self):
        for algorithm in ("RS256", "ES256", "EdDSA"):
            private, public = self.keys(algorithm)
            config = self.config(algorithm=algorithm, public_key=public, private_key=private, issuer="https://desk",
                                 audience="tocsin")
            with self.subTest(algorithm=algorithm), Tocsin("--config", config) as server:
                add_user(server.data, "anna", "citizen")
                login = server.wait_for(lambda: (lambda a: a.status == 200 and a.json())(
                    server.post("/api/auth/login", {"username": "anna", "password": PASSWORD})), what="a login")
                token = login["access_token"]
                header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
                self.assertEqual(header["alg"], algorithm)
                self.assertEqual((claims_of(token)["iss"], claims_of(token)["aud"]), ("https://desk", "tocsin"))
                async with server.connect("/ws/chat/anna", token=token) as socket:
                    self.assertEqual(await settled(socket), [])
                # The data directory's own secret signs nothing here.
                self.assertEqual(server.get("/api/auth/me", token_of(server.data, "anna")).status, 401)

    def test_a_public_key_alone_only_verifies(self):
        private, public = self.keys("RS256")
        with Tocsin("--config", self.config(algorithm="RS256", public_key=public)) as server:
            add_user(server.data, "anna", "citizen")
            answer = server.post("/api/auth/login", {"username": "anna", "password": PASSWORD})
            self.assertEqual(answer.status, 403)
            # Another service signs: by hand, with openssl.
            now = int(time.time())
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (
                {"alg": "RS256", "typ": "JWT"}, {"sub": "anna", "type": "access", "iat": now + 1, "exp": now + 600})]
            text = b".".join(parts)
            made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", private], input=text, capture_output=True, check=True)
            token = (text + b"." + base64.urlsafe_b64encode(made.stdout).rstrip(b"=")).decode()
            server.wait_for(lambda: server.get("/api/auth/me", token).status == 200, what="the account")

    def test_a_wrong_key_stops_the_start(self):
        private, public = self.keys("ES256")
        other, _ = self.keys("ES256")
        for auth, words in ((dict(algorithm="RS256"), "auth.public_key"),
                            (dict(algorithm="RS256", public_key=public), "RSA"),
                            (dict(algorithm="ES256", public_key=private), "private key"),
                            (dict(algorithm="ES256", public_key="/nowhere.pem"), "/nowhere.pem"),
                            (dict(algorithm="ES256", public_key=public, private_key=other), "belongs to"),
                            (dict(algorithm="none"), "auth.algorithm"),
                            (dict(algorithm="HS256", public_key=public), "auth.algorithm")):
            server = Tocsin("--config", self.config(**auth))
            with self.subTest(auth=auth):
                with self.assertRaises(Ended) as caught:
                    server.start()
                self.assertEqual(caught.exception.code, 2)
                self.assertIn(words, caught.exception.stderr)
            server.__exit__(True)


if __name__ == "__main__":
    main()
