# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user can cause end in one clear sentence, exit code 2, and no half-started server."""

import os
import socket
import stat
import unittest

from tocsin_process import Case, Ended, Tocsin, environment, main, tocsin


class CommandLine(Case):
    def ends(self, result, *words):
        """Exit code 2; stderr names the cause (a broken rules file is a list of every bad line); nothing on stdout."""
        code, out, err = (result.code, result.stdout, result.stderr) if isinstance(result, Ended) else \
            (result.returncode, result.stdout, result.stderr)
        self.assertEqual(code, 2, err)
        self.assertEqual(out, "")
        self.assertTrue(err.startswith("tocsin: "), err)
        for word in words:
            self.assertIn(word.lower(), err.lower())

    def fails(self, *args, **more):
        server = Tocsin(*args, **more)
        try:
            with self.assertRaises(Ended) as caught:
                server.start()
            return caught.exception
        finally:
            server.__exit__(True)

    def write(self, name, text):
        path = os.path.join(self.data_directory(), name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_unknown_flag(self):
        self.ends(tocsin("--headless", "--frobnicate"), "frobnicate")

    def test_wrong_address(self):
        self.ends(self.fails(listen="nowhere:99999"), "--listen")

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.ends(self.fails(listen=f"127.0.0.1:{port}"), "--listen", str(port))

    def test_data_directory_in_use(self):
        with Tocsin("--open") as first:
            self.ends(self.fails("--open", data=first.data), "--data", first.data)
            self.assertEqual(first.get("/health").status, 200)

    def test_the_lock_dies_with_its_process(self):
        data = self.data_directory()
        first = Tocsin("--open", data=data)
        first.start()
        first.kill()
        with Tocsin("--open", data=data) as second:
            self.assertEqual(second.get("/health").status, 200)

    @unittest.skipIf(os.geteuid() == 0, "an administrator may write everywhere")
    def test_data_directory_not_writable(self):
        data = self.data_directory()
        os.chmod(data, stat.S_IRUSR | stat.S_IXUSR)
        self.ends(self.fails("--open", data=data), "--data", data)

    def test_data_directory_is_a_file(self):
        path = self.write("file", "")
        self.ends(self.fails("--open", data=path), "--data", path)

    def test_unknown_key_in_the_configuration(self):
        path = self.write("tocsin.toml", "[server]\nlisten = [\"127.0.0.1:0\"]\nlisden = 5\n")
        self.ends(self.fails("--config", path), path, "line 3", "lisden")

    def test_configuration_that_is_not_toml(self):
        path = self.write("tocsin.toml", "[server\n")
        self.ends(self.fails("--config", path), path)

    def test_missing_configuration(self):
        self.ends(self.fails("--config", "/does/not/exist.toml"), "--config", "/does/not/exist.toml")

    def test_broken_rules(self):
        path = self.write("rules.json", "{\"rules\": 5}")
        self.ends(self.fails("--open", "--rules", path), path)

    def test_rules_check_lists_every_bad_line(self):
        good = tocsin("rules", "print")
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        path = self.write("mine.json", good.stdout)
        checked = tocsin("rules", "check", path)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertIn("9 rules", checked.stdout)
        path = self.write("bad.json", good.stdout.replace('"limit": 4000', '"limit": "much"').replace('"latch": true', '"latches": true'))
        bad = tocsin("rules", "check", path)
        self.assertEqual((bad.returncode, bad.stdout), (1, ""))
        self.assertEqual(len(bad.stderr.splitlines()), 2, bad.stderr)
        for words in ("rule 1 (crash), latches", "(engine-speed), limit: must be a number"):
            self.assertIn(words, bad.stderr)
        self.assertEqual(tocsin("rules", "check", "/does/not/exist.json").returncode, 2)
        self.ends(tocsin("rules", "check"), "usage")
        self.ends(tocsin("rules", "burn", path), "usage")

    def test_missing_rules(self):
        self.ends(self.fails("--open", "--rules", "/does/not/exist.json"), "/does/not/exist.json")

    def test_missing_scenario_and_recording(self):
        self.ends(self.fails("--open", "--simulate", "/does/not/exist.json"), "/does/not/exist.json")
        self.ends(self.fails("--open", "--replay", "/does/not/exist.log"), "/does/not/exist.log")

    def test_wrong_serial(self):
        self.ends(self.fails("--open", "--serial", "what"), "--serial")
        self.ends(self.fails("--open", "--serial", "a=/dev/null,morse"), "morse")

    def test_open_is_for_loopback(self):
        self.ends(self.fails("--open", listen="0.0.0.0:0"), "--open", "0.0.0.0")

    def test_users_and_tokens(self):
        data = self.data_directory()
        self.ends(tocsin("token", "nobody", data=data), "nobody")
        self.ends(tocsin("user", "add", "x", "--role", "emperor", "--password-stdin", data=data, stdin="a secret\n"),
                  "emperor")
        self.ends(tocsin("user", "add", "x", "--role", "admin", data=data), "--password-stdin")
        self.assertEqual(tocsin("user", "add", "x", "--role", "admin", "--password-stdin", data=data,
                                stdin="a long secret\n").returncode, 0)
        self.ends(tocsin("user", "add", "x", "--role", "admin", "--password-stdin", data=data, stdin="a long secret\n"),
                  "x")
        self.ends(tocsin("token", "x", "--ttl", "soon", data=data), "--ttl")
        token = tocsin("token", "x", data=data)
        self.assertEqual((token.returncode, token.stdout.count(".")), (0, 2))

    def test_where_a_value_comes_from(self):
        path = self.write("tocsin.toml", "[server]\nheartbeat_seconds = 11\nping_seconds = 12\n[data]\nhistory_days = 13\n")
        env = environment(TOCSIN_SERVER_PING_SECONDS="14", TOCSIN_DATA_HISTORY_DAYS="15")
        result = tocsin("--print-config", "--config", path, "--data", "/somewhere", "--listen", "127.0.0.1:1234", env=env)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()

        def line_of(name):
            found = [line for line in lines if name in line]
            self.assertEqual(len(found), 1, result.stdout)
            return found[0]
        # flag > environment > file > default
        for name, value, origin in [("listen", "127.0.0.1:1234", "--listen"), ("dir", "/somewhere", "--data"),
                                    ("ping_seconds", "14", "TOCSIN_SERVER_PING_SECONDS"),
                                    ("history_days", "15", "TOCSIN_DATA_HISTORY_DAYS"),
                                    ("heartbeat_seconds", "11", path), ("max_connections ", "20000", "default")]:
            with self.subTest(name=name):
                self.assertIn(value, line_of(name))
                self.assertIn(origin, line_of(name))

    def test_help_and_version(self):
        for flag, word in (("--help", "--listen"), ("--version", "tocsin")):
            result = tocsin(flag)
            self.assertEqual(result.returncode, 0)
            self.assertIn(word, result.stdout)


if __name__ == "__main__":
    main()
