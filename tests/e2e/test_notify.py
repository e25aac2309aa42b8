# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications by the real program: mail servers, gateways and webhooks that work, fail, stall and refuse; who is told of what, once, also over a
restart; previews; the ladder; pauses."""

import hashlib
import hmac
import json
import os
import shutil
import tempfile
import time
import uuid

from notify_fakes import Hook, Mailbox, closed_port, context_of
from tocsin_process import PATIENCE, Case, Ended, Tocsin, add_user, environment, main, tocsin, token_of

PEOPLE = [("anna", "citizen"), ("ben", "citizen"), ("dora", "dispatcher"), ("sue", "supervisor"), ("root", "admin")]
SECRETS = {"MAIL_PASSWORD": "pass\"word", "HOOK_KEY": "hook key", "SMS_KEY": "sms&key"}


class World:
    """Accounts, and two authorities for certificates: the one that channels know and another."""

    made = None

    @classmethod
    def make(cls):
        if cls.made is None:
            cls.made = tempfile.mkdtemp(prefix="tocsin-e2e-")
            for name, role in PEOPLE:
                add_user(cls.made, name, role)
            cls.tokens = {name: token_of(cls.made, name) for name, _ in PEOPLE}
            cls.other = tempfile.mkdtemp(prefix="tocsin-e2e-")
            for data in (cls.made, cls.other):
                assert tocsin("certificate", data=data).returncode == 0
        data = tempfile.mkdtemp(prefix="tocsin-e2e-")
        shutil.copytree(cls.made, data, dirs_exist_ok=True)
        return data


class Notifying(Case):
    def setUp(self):
        self.data = World.make()
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.token = World.tokens
        self.text = 'desk = "Harbour control"\nzone = "UTC"\n'
        self.limits = "timeout_seconds = 5\nfirst_retry_seconds = 1\n"

    # -- what stands around it

    def fake(self, fake):
        self.addCleanup(fake.close)
        return fake

    def authority(self):
        return f'ca_file = "{World.made}/tls/ca.pem"\n'

    def channel(self, name, kind, *lines):
        self.text += f'[[channel]]\nname = "{name}"\nkind = "{kind}"\n' + "\n".join(lines) + "\n"

    def mail(self, name, server, *lines, security="none"):
        port = server if isinstance(server, int) else server.port
        self.channel(name, "email", f'server = "localhost:{port}"', f'security = "{security}"',
                     'from = "Leitstelle Süd <desk@example.org>"', *lines)

    def hook(self, name, server, *lines, scheme="http"):
        port = server if isinstance(server, int) else server.port
        self.channel(name, "webhook", f'url = "{scheme}://localhost:{port}/in?key=1"', *lines)

    def route(self, name, channel, to=None, *lines):
        self.text += f'[[route]]\nname = "{name}"\nchannel = "{channel}"\n'
        if to:
            self.text += f"to = {json.dumps(to if isinstance(to, list) else [to], ensure_ascii=False)}\n"
        self.text += "\n".join(lines) + "\n"

    def written(self):
        path = os.path.join(self.data, "notify.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.text + "[limits]\n" + self.limits)
        return path

    def start(self, *args):
        self.server = Tocsin("--notify", self.written(), *args, data=self.data, env=environment(**SECRETS))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None)
        return self.server

    def stop(self):
        self.server.stop()

    def panic(self, who="anna", **more):
        answer = self.server.post("/api/alerts/", {"client_alert_id": str(uuid.uuid4()), "latitude": 48.137154,
                                                   "longitude": 11.576124, **more}, self.token[who])
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()["alert_id"]

    def try_out(self, channel, recipient="a@example.org"):
        """What a test message over this channel came to."""
        answer = self.server.post("/api/notify/test", {"channel": channel, "recipient": recipient}, self.token["sue"])
        return answer.status, answer.json().get("detail", "")

    def state(self, channel):
        channels = self.server.get("/api/notify/channels", self.token["sue"]).json()["channels"]
        return next(c for c in channels if c["name"] == channel)

    def notes(self, alert=None, action="notify"):
        answer = self.server.get("/api/streams/audit?limit=1000", self.token["root"])
        self.assertEqual(answer.status, 200, answer.body)
        records = [e["body"] for e in answer.json()["events"]]
        return [r["detail"] for r in records if r.get("action") == action and alert in (None, r.get("object"))]

    def wait(self, look, what="it", seconds=15):
        return self.server.wait_for(look, seconds=seconds, what=what)

    # -- how channels behave

    def test_mail_servers_of_all_kinds(self):
        good, other = context_of(World.made), context_of(World.other)
        login = ("desk", SECRETS["MAIL_PASSWORD"])
        user = ('user = "desk"', 'password_env = "MAIL_PASSWORD"')
        plain = self.fake(Mailbox())
        self.mail("plain", plain)
        starttls = self.fake(Mailbox(starttls=good, login=login))
        self.mail("starttls", starttls, *user, self.authority(), security="starttls")
        implicit = self.fake(Mailbox(tls=good, login=login))
        self.mail("implicit", implicit, *user, self.authority(), security="tls")
        not_offered = self.fake(Mailbox())
        self.mail("not-offered", not_offered, security="starttls")
        unknown = self.fake(Mailbox(starttls=other))
        self.mail("unknown-authority", unknown, self.authority(), security="starttls")
        wrong = self.fake(Mailbox(starttls=good, login=("desk", "another")))
        self.mail("wrong-password", wrong, *user, self.authority(), security="starttls")
        self.mail("refused", closed_port())
        behaviours = {
            "greeting-421": {"connect": ["421 too busy"]}, "rcpt-550": {"RCPT": ["550 5.1.1 <a@example.org> unknown"]},
            "rcpt-451": {"RCPT": ["451 greylisted"]}, "data-552": {"end": ["552 too much"]}, "closes": {"MAIL": ["close"]},
            "closes-at-data": {"end": ["close"]}, "stalls": {"DATA": ["stall"]}, "silent": {"connect": ["stall"]}}
        boxes = {}
        for name, answers in behaviours.items():
            boxes[name] = self.fake(Mailbox(answers))
            self.mail(name, boxes[name])
        slow = self.fake(Mailbox(slow=1.5))
        self.mail("slow-greeting", slow)
        self.limits = "timeout_seconds = 5\n"
        self.start()

        self.assertEqual(self.try_out("plain"), (200, ""))
        mail = plain.mails[0]
        self.assertEqual(mail.recipients, ["a@example.org"])
        self.assertIn("<desk@example.org>", mail.sender)
        self.assertEqual((mail.message["From"], mail.subject), ("Leitstelle Süd <desk@example.org>", "Test message of Harbour control"))
        self.assertIn("Nothing has happened. Asked for by sue", mail.text)
        for name, box in (("starttls", starttls), ("implicit", implicit)):
            self.assertEqual(self.try_out(name), (200, ""))
            self.assertEqual((len(box.mails), box.logins, box.encrypted), (1, 1, 1))
        self.assertEqual(self.try_out("slow-greeting"), (200, ""))
        expected = {"not-offered": "STARTTLS", "unknown-authority": "the certificate is not accepted", "wrong-password": "login was refused",
                    "refused": "connect", "greeting-421": "", "rcpt-550": "550 5.1.1 <[…]> unknown", "rcpt-451": "451 greylisted",
                    "data-552": "552 too much", "closes": "", "closes-at-data": "", "stalls": "no answer in time", "silent": "no answer in time"}
        for name, why in expected.items():
            with self.subTest(name):
                status, detail = self.try_out(name)
                self.assertEqual(status, 502)
                self.assertIn(why, detail)
                self.assertTrue(detail)
        for box in [not_offered, unknown, wrong, *boxes.values()]:
            self.assertEqual(box.mails, [])
        log = self.server.stderr()
        for secret in SECRETS.values():
            self.assertNotIn(secret, log)
        self.assertTrue(any("asked for by sue" in note and "…@example.org" in note for note in self.notes(action="notify_test")))
        # No test pauses a channel; no test is known without its right.
        self.assertFalse(any(c["paused"] for c in self.server.get("/api/notify/channels", self.token["root"]).json()["channels"]))
        for who in ("anna", "dora"):
            self.assertEqual(self.server.post("/api/notify/test", {"channel": "plain", "recipient": "a@b"}, self.token[who]).status, 403)
        self.assertEqual(self.try_out("none")[0], 404)
        self.assertEqual(self.try_out("plain", "a@b\r\nRCPT TO:<x@y>")[0], 400)

    def test_webhooks_of_all_kinds(self):
        elsewhere = self.fake(Hook())
        self.hook("secure", self.fake(Hook(tls=context_of(World.made))), self.authority(), scheme="https")
        self.hook("unknown-authority", self.fake(Hook(tls=context_of(World.other))), self.authority(), scheme="https")
        self.hook("refused", closed_port())
        behaviours = {"ok": (200, {}, "fine"), "no-content": (204, {}, ""), "moved": (302, {"Location": f"http://localhost:{elsewhere.port}/"}, ""),
                      "bad": (400, {}, "no"), "forbidden": (403, {}, "no"), "too-many": (429, {"Retry-After": "7"}, ""),
                      "broken": (500, {}, ""), "stalls": "stall", "closes": "close", "half": "half"}
        hooks = {}
        for name, answer in behaviours.items():
            hooks[name] = self.fake(Hook(answer))
            self.hook(name, hooks[name], 'secret_env = "HOOK_KEY"', 'headers = ["X-Origin: tocsin"]')
        self.limits = "timeout_seconds = 3\n"
        self.start()
        for name in ("ok", "no-content", "secure"):
            self.assertEqual(self.try_out(name, ""), (200, ""), name)
        expected = {"unknown-authority": "certificate", "refused": "connect", "moved": "HTTP 302, a redirection, which is not followed",
                    "bad": "HTTP 400", "forbidden": "HTTP 403", "too-many": "HTTP 429", "broken": "HTTP 500",
                    "stalls": "no answer in time", "closes": "", "half": ""}
        for name, why in expected.items():
            with self.subTest(name):
                status, detail = self.try_out(name, "")
                self.assertEqual(status, 502)
                self.assertIn(why, detail)
        self.assertEqual(elsewhere.requests, [])
        asked = hooks["ok"].requests[0]
        self.assertEqual((asked.method, asked.target, asked.headers["x-origin"]), ("POST", "/in?key=1", "tocsin"))
        self.assertEqual(asked.headers["content-type"], "application/json")
        signature = "sha256=" + hmac.new(SECRETS["HOOK_KEY"].encode(), asked.body, hashlib.sha256).hexdigest()
        self.assertEqual(asked.headers["x-tocsin-signature-256"], signature)
        self.assertEqual(asked.json()["event"], "test")
        self.assertEqual(asked.json()["id"], asked.headers["idempotency-key"])

    def test_gateways_get_what_their_template_says(self):
        json_gateway, form, get = self.fake(Hook((202, {}, "{}"))), self.fake(Hook()), self.fake(Hook((500, {}, "no credit for +49 151 22, key sms&key")))
        self.channel("json", "sms", f'url = "http://localhost:{json_gateway.port}/send"', 'headers = ["Authorization: Bearer {secret}"]',
                     """body = '{"to": "{to}", "text": "{text}", "ref": "{id}"}'""", 'secret_env = "SMS_KEY"')
        self.channel("form", "sms", f'url = "http://localhost:{form.port}/send"', 'method = "PUT"',
                     'content_type = "application/x-www-form-urlencoded"', 'body = "to={to}&text={text}&key={secret}"', 'secret_env = "SMS_KEY"')
        self.channel("get", "sms", f'url = "http://localhost:{get.port}/send?to={{to}}&text={{text}}&key={{secret}}"', 'method = "GET"',
                     'secret_env = "SMS_KEY"')
        self.start()
        self.assertEqual(self.try_out("json", "+49 151 22")[0], 200)
        asked = json_gateway.requests[0]
        self.assertEqual((asked.method, asked.headers["authorization"], asked.json()["to"]), ("POST", "Bearer sms&key", "+4915122"))
        self.assertTrue(asked.json()["text"].startswith("Test message of Harbour control."))
        self.assertEqual(self.try_out("form", "+49 151 22")[0], 200)
        self.assertEqual(form.requests[0].method, "PUT")
        self.assertTrue(form.requests[0].body.startswith(b"to=%2B4915122&text=Test%20message%20of%20Harbour%20control."), form.requests[0].body)
        self.assertTrue(form.requests[0].body.endswith(b"&key=sms%26key"))
        status, detail = self.try_out("get", "+49 151 22")
        self.assertEqual(status, 502)
        self.assertIn("HTTP 500 no credit", detail)
        self.assertNotIn("sms&key", detail)
        self.assertEqual((get.requests[0].method, get.requests[0].target.split("&")[0]), ("GET", "/send?to=%2B4915122"))

    # -- who is told of what

    def test_a_panic_from_the_call_to_the_end(self):
        box, gateway, hook = self.fake(Mailbox()), self.fake(Hook()), self.fake(Hook())
        self.mail("mail", box)
        self.hook("hook", hook)
        self.channel("sms", "sms", f'url = "http://localhost:{gateway.port}/"', """body = '{"to": "{to}", "text": "{text}"}'""")
        self.route("log", "hook", None, 'min_level = "info"')
        self.route("leiter", "mail", "Schichtleiter Müller <chief@example.org>", 'min_level = "critical"')
        self.text += '[contacts]\nemail = "mail"\nsms = "sms"\n'
        self.start()
        for contact in ({"name": "Carl", "phone": "+49 151 22", "priority": 2}, {"name": "Mutter Größe", "email": "mum@example.org", "priority": 1}):
            answer = self.server.post("/api/emergency-contacts/", contact, self.token["anna"])
            self.assertEqual(answer.status, 201, answer.body)
        preview = self.server.post("/api/notify/preview", {"panic": True, "person": "anna"}, self.token["sue"]).json()
        told = [(r["route"], r["channel"], r["recipient"]) for r in preview["rows"] if r["verdict"] == "sent"]
        self.assertEqual(told, [("log", "hook", "hook"), ("leiter", "mail", "Schichtleiter Müller <chief@example.org>"),
                                ("contacts", "mail", "Mutter Größe (m…@example.org)"), ("contacts", "sms", "Carl (…22)")])

        alert = self.panic(description=".\n.somebody follows me – \"help\" <now> & ü")
        self.wait(lambda: len(box.mails) == 2 and len(gateway.requests) == 1 and len(hook.requests) == 1, "everybody is told")
        by_recipient = {m.recipients[0]: m for m in box.mails}
        chief = by_recipient["chief@example.org"]
        self.assertEqual(chief.message["To"], "Schichtleiter Müller <chief@example.org>")
        self.assertIn("[EMERGENCY] anna", chief.subject)
        self.assertIn('.somebody follows me – "help" <now> & ü', chief.text)
        self.assertEqual(chief.message["Importance"], "high")
        self.assertTrue(chief.message["Message-ID"].endswith("@example.org>"))
        mother = by_recipient["mum@example.org"]
        self.assertEqual(mother.subject, "anna has called for help")
        self.assertIn("48.13715, 11.57612", mother.text)
        self.assertIn("anna has called for help", gateway.requests[0].json()["text"])
        self.assertEqual(hook.requests[0].json()["alert"]["id"], alert)
        notes = self.wait(lambda: len(self.notes(alert)) == 4 and self.notes(alert), "each attempt is in the log")
        self.assertIn("sms (sms) to contact Carl (…22), step 0: delivered", notes)
        self.assertIn("email (mail) to Schichtleiter Müller (c…@example.org), step 0: delivered", notes)

        self.assertEqual(self.server.post(f"/api/alerts/{alert}/cancel/", {}, self.token["anna"]).status, 200)
        self.wait(lambda: len(box.mails) == 4 and len(gateway.requests) == 2 and len(hook.requests) == 2, "everybody is told the end")
        self.assertEqual({mail.recipients[0]: mail.subject for mail in box.mails[2:]},
                         {"chief@example.org": "Over: anna: Panic button (canceled)", "mum@example.org": "anna has canceled the call for help"})
        self.assertIn("anna has canceled the call for help", gateway.requests[1].json()["text"])
        self.assertEqual((hook.requests[1].json()["event"], hook.requests[1].json()["alert"]["status"]), ("over", "canceled"))
        metrics = self.server.get("/metrics", self.token["root"]).body.decode()
        self.assertIn('tocsin_notify_sent_total{channel="mail"} 4', metrics)
        self.assertIn('tocsin_notify_paused{channel="mail"} 0', metrics)

    def test_a_threat_is_told_to_nobody_who_may_not_know(self):
        box, hook, gateway = self.fake(Mailbox()), self.fake(Hook()), self.fake(Hook())
        self.mail("mail", box)
        self.hook("hook", hook)
        self.channel("sms", "sms", f'url = "http://localhost:{gateway.port}/"', """body = '{"to": "{to}", "text": "{text}"}'""")
        self.route("log", "hook")
        self.route("chief", "mail", "chief@example.org", "duress = true")
        self.text += '[contacts]\nsms = "sms"\n'
        self.start()
        self.server.post("/api/emergency-contacts/", {"name": "Carl", "phone": "+4915122"}, self.token["anna"])
        alert = self.panic(pin="1234", duress_pin="4321")
        self.wait(lambda: len(gateway.requests) == 1 and len(box.mails) == 1, "the call is told")
        self.assertEqual(self.server.post(f"/api/alerts/{alert}/cancel/", {"pin": "4321"}, self.token["anna"]).status, 200)
        self.wait(lambda: len(gateway.requests) == 2 and len(box.mails) == 2 and len(hook.requests) == 2, "what followed is told")
        self.assertIn("anna has canceled the call for help", gateway.requests[1].json()["text"])
        self.assertTrue(box.mails[1].subject.startswith("DURESS"))
        for asked in gateway.requests + hook.requests:
            self.assertNotRegex(asked.body.decode().lower(), "duress|threat")

    # -- what goes wrong

    def test_a_mail_that_is_put_off_arrives_once_also_over_a_restart(self):
        box = self.fake(Mailbox({"RCPT": ["451 greylisted", "451 greylisted", "250 ok"]}))
        late = self.fake(Mailbox({"connect": ["421 busy"]}))
        self.mail("mail", box)
        self.mail("late", late)
        self.route("chief", "mail", "chief@example.org")
        self.route("boss", "late", "boss@example.org")
        self.limits += "pause_after = 1000\nlongest_retry_seconds = 1\nattempts = 100\n"
        self.start()
        alert = self.panic()
        self.wait(lambda: len(box.mails) == 1, "the third attempt succeeds")
        notes = self.wait(lambda: len([n for n in self.notes(alert) if "(mail)" in n]) == 3 and self.notes(alert), "three attempts in the log")
        self.assertRegex(next(n for n in notes if "(mail)" in n), r"step 0: failed: 451 greylisted; again at \d\d:\d\d:\d\d UTC")
        self.wait(lambda: late.connections >= 2, "the other one is tried again")
        self.server.kill()
        late.answers.clear()
        self.start()
        self.wait(lambda: len(late.mails) == 1, "what was left is sent after the restart")
        self.assertEqual(late.mails[0].recipients, ["boss@example.org"])
        self.assertIn(f"{alert}", late.mails[0].text)
        self.assertEqual(len(box.mails), 1)
        self.server.stop()
        self.start()
        self.wait(lambda: self.state("late")["queued"] == 0, "nothing is left")
        self.panic("ben")
        self.wait(lambda: len(box.mails) == 2 and len(late.mails) == 2, "the next one is told")

    def test_a_channel_that_fails_is_an_alert_until_it_works(self):
        box = self.fake(Mailbox({"AUTH": ["535 no"]}, login=("desk", SECRETS["MAIL_PASSWORD"])))
        self.mail("mail", box, 'user = "desk"', 'password_env = "MAIL_PASSWORD"')
        self.route("chief", "mail", "chief@example.org")
        self.limits += "pause_seconds = 1\nlongest_retry_seconds = 1\n"
        self.start()
        self.panic()
        self.wait(lambda: self.state("mail")["paused"], "the channel is paused")
        self.assertIn("login was refused", self.state("mail")["problem"])

        events = lambda: [e["body"] for e in self.server.get("/api/streams/alerts?limit=1000", self.token["root"]).json()["events"]]
        of_trouble = lambda verb: [b for b in events() if b["alert"]["code"] == "NOTIFY_FAILED" and b["verb"] == verb]
        self.wait(lambda: of_trouble("raise"), "an alert says so")
        self.assertIn("mail (email) cannot be sent", of_trouble("raise")[0]["alert"]["message"])
        box.answers.clear()
        self.wait(lambda: len(box.mails) >= 1, "it is tried again")
        self.wait(lambda: of_trouble("close"), "the alert is closed")
        self.assertFalse(self.state("mail")["paused"])

    # -- the command line

    def test_the_command_line(self):
        hook = self.fake(Hook())
        self.hook("hook", hook)
        self.route("log", "hook", None, 'min_level = "critical"', 'steps = [0]')
        server = self.start()
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(self.token["sue"])
            file.flush()
            ask = lambda *words: tocsin("notify", *words, "--url", server.url, "--token-file", file.name)
            said = ask("channels")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertRegex(said.stdout, r"hook +webhook +ok +sent 0, failed 0, dropped 0, waiting 0")
            said = ask("preview", "--source", "van-1", "--level", "critical", "--full")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertRegex(said.stdout, r"sent +hook +log +hook\n +\[CRITICAL\] van-1")
            said = ask("preview", "--source", "van-1", "--level", "warning")
            self.assertEqual((said.returncode, "is below critical" in said.stdout), (1, True))
            said = ask("preview", "--source", "van-1", "--level", "critical", "--step", "2")
            self.assertIn("nobody is reached at this step", said.stdout)
            self.assertEqual(ask("preview", "unknown").returncode, 2)
            self.assertEqual(ask("preview", "--source", "x", "--step", "11").returncode, 2)
            said = ask("test", "hook")
            self.assertEqual((said.returncode, said.stdout), (0, "delivered to the next server\n"))
            self.assertEqual(hook.requests[0].json()["event"], "test")
            hook.answers = [(500, {}, "")]
            said = ask("test", "hook")
            self.assertEqual((said.returncode, said.stderr), (1, "tocsin: HTTP 500\n"))
        path = self.written()
        said = tocsin("notify", "check", path, env=environment(**SECRETS))
        self.assertEqual((said.returncode, said.stdout), (0, "1 channels, 1 routes, emergency contacts are not told\n"))
        with open(path, "a", encoding="utf-8") as file:
            file.write('colour = "red"\n[[route]]\nname = "x"\nchannel = "fax"\n')
        said = tocsin("notify", "check", path, env=environment(**SECRETS))
        self.assertEqual(said.returncode, 1)
        self.assertRegex(said.stderr, r'line \d+: unknown key "limits.colour"')
        self.assertRegex(said.stderr, r'line \d+: route x: channel names "fax"')
        server.stop()
        with self.assertRaises(Ended) as ended:
            Tocsin("--notify", path, data=self.data).start()
        self.assertIn("nothing of it is applied", ended.exception.stderr)
        self.assertEqual(tocsin("notify", "--help").returncode, 0)
        self.assertEqual(tocsin("notify", "fly").returncode, 2)

    def test_without_a_configuration_there_is_no_channel(self):
        with Tocsin(data=self.data) as server:
            self.assertEqual(server.get("/api/notify/channels", self.token["sue"]).json(), {"channels": [], "count": 0})
            self.assertEqual(server.post("/api/notify/preview", {"source": "van-1"}, self.token["sue"]).json(), {"rows": [], "unreached": False})


if __name__ == "__main__":
    main()
