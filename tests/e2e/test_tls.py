# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as an administrator and a client meet it: the authority that the first start makes, the user's own certificate, plain and
TLS side by side, mistakes named."""

import asyncio
import http.client
import os
import shutil
import socket
import ssl
import stat
import subprocess
import unittest

import websockets

from tocsin_process import PATIENCE, Case, Ended, Tocsin, main, receive, say, tocsin

HAS_OPENSSL = shutil.which("openssl") is not None


def trusting(file):
    return ssl.create_default_context(cafile=file)


def lines_of(server, count):
    """The next lines of standard output."""
    return [server.process.stdout.readline().decode().rstrip("\n") for _ in range(count)]


def get(host, port, context, path="/health"):
    connection = http.client.HTTPSConnection(host, port, timeout=10 * PATIENCE, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def fingerprint(pem):
    import hashlib
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))


def read(*path):
    with open(os.path.join(*path), encoding="ascii") as file:
        return file.read()


class Tls(Case):
    def both(self, data, *more):
        """A server with a plain and a TLS listener; the first line is the plain one."""
        server = Tocsin("--listen", "https://127.0.0.1:0", *more, data=data)
        server.__enter__()
        self.addCleanup(server.__exit__, None)
        second, third, fourth = lines_of(server, 3)
        self.assertTrue(second.startswith("listening https://127.0.0.1:"), second)
        self.assertTrue(third.startswith("certificate sha256 "), third)
        self.assertTrue(fourth.startswith("authority sha256 "), fourth)
        return server, int(second.rsplit(":", 1)[1]), third.split()[2], fourth.split()[2:]

    async def test_the_first_start_makes_an_authority_that_clients_can_trust(self):
        data = self.data_directory()
        server, port, leaf, (authority, file) = self.both(data, "--open")
        self.assertEqual(file, os.path.join(data, "tls", "ca.pem"))
        self.assertEqual(fingerprint(read(file)), authority)
        self.assertEqual(fingerprint(ssl.get_server_certificate(("127.0.0.1", port))), leaf)
        for name in ("ca.key", "server.key"):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(data, "tls", name)).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(data, "tls")).st_mode), 0o700)

        for host in ("127.0.0.1", "localhost"):
            self.assertEqual(get(host, port, trusting(file)), 200)
        with self.assertRaises(ssl.SSLCertVerificationError):
            get("127.0.0.1", port, ssl.create_default_context())
        self.assertEqual(server.get("/health").status, 200)  # plain HTTP beside it

        async with websockets.connect(f"wss://localhost:{port}/ws/telemetry/van-1", ssl=trusting(file)) as van, \
                server.connect("/ws/telemetry/van-1") as plain:
            await say(van, {"type": "telemetry_update", "data": {"speed": 48}})
            self.assertEqual((await receive(van))["data"]["speed"], 48)
            self.assertEqual((await receive(plain))["data"]["speed"], 48)
        with self.assertRaises(ssl.SSLError):
            await websockets.connect(f"wss://localhost:{port}/ws/telemetry/van-1", ssl=ssl.create_default_context())

    async def test_a_restart_keeps_the_certificate(self):
        data = self.data_directory()
        server, _, leaf, authority = self.both(data)
        server.stop()
        self.assertEqual(tocsin("certificate", data=data).stdout.count(leaf), 1)
        server.start()
        self.assertEqual(lines_of(server, 3)[1:], ["certificate sha256 " + leaf, "authority sha256 " + " ".join(authority)])

    def test_the_sub_command_tells_and_makes(self):
        data = self.data_directory()
        made = tocsin("certificate", data=data)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        for wanted in ("localhost", "127.0.0.1", "::1", os.path.join(data, "tls", "ca.pem"),
                       fingerprint(read(data, "tls", "server.pem")), fingerprint(read(data, "tls", "ca.pem"))):
            self.assertIn(wanted, made.stdout)
        self.assertEqual(tocsin("certificate", data=data).stdout, made.stdout)
        server, _, leaf, _ = self.both(data)
        self.assertIn(leaf, made.stdout)

    async def test_silent_peers_keep_nobody_out(self):
        data = self.data_directory()
        _, port, _, (_, file) = self.both(data)
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
        try:
            self.assertEqual(get("127.0.0.1", port, trusting(file)), 200)
        finally:
            for peer in silent:
                peer.close()

    def test_old_protocols_are_refused(self):
        data = self.data_directory()
        _, port, _, (_, file) = self.both(data)
        context = trusting(file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertEqual(get("127.0.0.1", port, context), 200)
        context.set_ciphers("ECDHE+AESGCM")
        self.assertEqual(get("127.0.0.1", port, context), 200)
        context.set_ciphers("ECDHE+AES+SHA256:AES128-GCM-SHA256:!ECDHE+AESGCM")
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            get("127.0.0.1", port, context)

    def test_mistakes_are_named(self):
        data = self.data_directory()
        self.assertEqual(tocsin("certificate", data=data).returncode, 0)
        certificate, key = os.path.join(data, "tls", "server.pem"), os.path.join(data, "tls", "server.key")
        other = os.path.join(data, "tls", "ca.key")
        tls = ("--listen", "https://127.0.0.1:0")
        for flags, cause in (
                (("--certificate", certificate), "server.certificate needs server.private_key beside it"),
                (("--private-key", key), "server.private_key needs server.certificate beside it"),
                (("--certificate", "/nowhere.pem", "--private-key", key), "/nowhere.pem cannot be read"),
                (("--certificate", certificate, "--private-key", "/nowhere.key"), "/nowhere.key cannot be read"),
                (("--certificate", certificate, "--private-key", other), "belongs to another certificate"),
                (("--certificate", key, "--private-key", key), "holds no certificate")):
            with self.subTest(cause=cause):
                with self.assertRaises(Ended) as caught:
                    with Tocsin(*tls, *flags, data=self.data_directory()):
                        pass
                self.assertEqual((caught.exception.code, caught.exception.stdout), (2, ""))
                self.assertIn(cause, caught.exception.stderr)
        with self.assertRaises(Ended) as caught:
            with Tocsin("--listen", "ftp://127.0.0.1:0", data=self.data_directory()):
                pass
        self.assertIn("only http:// and https://", caught.exception.stderr)

    @unittest.skipUnless(HAS_OPENSSL, "the openssl program is not here")
    def test_the_users_own_certificate_is_served(self):
        data = self.data_directory()
        certificate, key = os.path.join(data, "own.pem"), os.path.join(data, "own.key")
        for kind in (("ec", "-pkeyopt", "ec_paramgen_curve:P-384"), ("rsa:2048",)):
            with self.subTest(kind=kind[0]):
                subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "90", "-subj", "/CN=own",
                                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                               check=True, capture_output=True)
                with Tocsin("--listen", "https://127.0.0.1:0", "--certificate", certificate, "--private-key", key) as server:
                    port = int(lines_of(server, 1)[0].rsplit(":", 1)[1])
                    self.assertEqual(lines_of(server, 1), ["certificate sha256 " + fingerprint(read(certificate))])
                    self.assertEqual(get("127.0.0.1", port, trusting(certificate)), 200)
                    self.assertFalse(os.path.exists(os.path.join(server.data, "tls")))
                os.chmod(key, 0o644)
                with Tocsin("--listen", "https://127.0.0.1:0", "--certificate", certificate, "--private-key", key) as server:
                    self.assertIn("Everybody on this machine can read the private key", server.stderr())
                os.remove(key)


class Proxies(Case):
    async def test_a_proxy_says_who_is_behind_it(self):
        data = self.data_directory()
        config = os.path.join(data, "tocsin.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write('[server]\ntrusted_proxies = ["127.0.0.1"]\nproxy_protocol = ["https://127.0.0.1:0"]\n')
        with Tocsin("--listen", "https://127.0.0.1:0", "--config", config, data=data) as server:
            # /metrics is for this machine alone without a token; a client behind the proxy is not on it.
            self.assertEqual(server.get("/metrics").status, 200)
            self.assertEqual(server.request("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status, 401)
            port = int(lines_of(server, 1)[0].rsplit(":", 1)[1])
            context = trusting(os.path.join(data, "tls", "ca.pem"))
            for source, status in (("127.0.0.1", 200), ("192.0.2.7", 401)):
                stream = socket.create_connection(("127.0.0.1", port))
                stream.sendall(f"PROXY TCP4 {source} 127.0.0.1 4711 8443\r\n".encode())
                with context.wrap_socket(stream, server_hostname="localhost") as encrypted:
                    encrypted.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    answer = await asyncio.to_thread(encrypted.recv, 4096)
                    self.assertEqual(int(answer.split()[1]), status)

    def test_mistakes_are_named(self):
        for toml, cause in (('trusted_proxies = ["desk"]', 'The trusted proxy "desk" is neither an address nor a network'),
                            ('proxy_protocol = ["127.0.0.1:9"]', 'expected on "127.0.0.1:9", where nobody listens')):
            data = self.data_directory()
            config = os.path.join(data, "tocsin.toml")
            with open(config, "w", encoding="utf-8") as file:
                file.write("[server]\n" + toml + "\n")
            with self.subTest(cause=cause):
                with self.assertRaises(Ended) as caught:
                    with Tocsin("--config", config, data=data):
                        pass
                self.assertIn(cause, caught.exception.stderr)


if __name__ == "__main__":
    main()
