# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the real program headless and talks to it. Standard library and Debian's websockets alone; loopback only.

TOCSIN_BINARY    the program
TOCSIN_PATIENCE  multiplies every deadline (a build with sanitizers is slower); default 1
"""

import asyncio
import http.client
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import websockets

PATIENCE = float(os.environ.get("TOCSIN_PATIENCE", "1"))
BINARY = os.environ.get("TOCSIN_BINARY", "")


def environment(**more):
    """Nothing of the caller's own configuration reaches the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TOCSIN_", "XDG_"))}
    home = more.pop("home", None) or tempfile.gettempdir()
    kept.update(HOME=home, XDG_CONFIG_HOME=os.path.join(home, ".config"), LC_ALL="C.UTF-8")
    kept.pop("DISPLAY", None)
    kept.pop("WAYLAND_DISPLAY", None)
    kept.pop("QT_QPA_PLATFORM", None)
    kept.update(more)
    return kept


class Ended(Exception):
    """The program ended instead of serving."""

    def __init__(self, code, stdout, stderr):
        super().__init__(f"ended with {code}: {stderr.strip()}")
        self.code, self.stdout, self.stderr = code, stdout, stderr


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Tocsin:
    """One running server. Use as a context manager: leaving it stops the program as a supervisor would."""

    def __init__(self, *args, data=None, listen="127.0.0.1:0", env=None):
        self.own_data = None if data else tempfile.mkdtemp(prefix="tocsin-e2e-")
        self.data = data or self.own_data
        self.args = [BINARY, "--headless", "--listen", listen, "--data", self.data, *args]
        self.env = env or environment()
        self.process = None
        self.port = None
        self.seconds_to_listen = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, failed, *_):
        try:
            if failed:
                self.kill()
            elif self.process:
                self.stop()
        finally:
            if self.own_data:
                shutil.rmtree(self.own_data, ignore_errors=True)

    def start(self, deadline=20):
        self.log = tempfile.TemporaryFile("w+")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=self.env)
        first = self._first_line(began + deadline * PATIENCE)
        self.seconds_to_listen = time.monotonic() - began
        # Nothing may be printed before the line.
        assert first.startswith("listening http://"), f"first line: {first!r}"
        self.url = first.split()[1]
        self.host, port = self.url[len("http://"):].rsplit(":", 1)
        self.port = int(port)

    def _first_line(self, until):
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0, until - time.monotonic())):
                    self.kill()
                    raise TimeoutError(f"not listening in time: {self.stderr()}")
                byte = os.read(self.process.stdout.fileno(), 1)
                if not byte:
                    code = self.process.wait(10)
                    self.process.stdout.close()
                    raise Ended(code, line.decode(), self.stderr())
                line += byte
        return line.decode().rstrip("\n")

    def stderr(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        """SIGTERM: exit code 0 within three seconds, whoever is connected."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(3 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"still running 3 s after SIGTERM: {self.stderr()}") from None
        finally:
            process.stdout.close()
        assert code == 0, f"exit code {code} after SIGTERM: {self.stderr()}"
        self.log.close()

    def kill(self):
        process, self.process = self.process, None
        if process:
            process.kill()
            process.wait()
            process.stdout.close()

    # -- HTTP

    def request(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10 * PATIENCE)
        try:
            sent = dict(headers or {})
            if token:
                sent["Authorization"] = "Bearer " + token
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, token=None):
        return self.request("GET", path, token=token)

    def post(self, path, body, token=None):
        return self.request("POST", path, body=body, token=token)

    def status(self, vehicle, token=None):
        response = self.get(f"/api/v1/telemetry/vehicle/{vehicle}/status", token)
        return response.json() if response.status == 200 else None

    def wait_for(self, look, seconds=10, what="it"):
        """Calls look() until it answers something true; that is returned."""
        until = time.monotonic() + seconds * PATIENCE
        while True:
            seen = look()
            if seen:
                return seen
            if time.monotonic() > until:
                raise AssertionError(f"{what} did not happen within {seconds} s; log: {self.stderr()[-2000:]}")
            time.sleep(0.05)  # between two looks, not instead of one

    # -- WebSocket

    def connect(self, path, token=None, query="", **more):
        target = f"ws://{self.host}:{self.port}{path}"
        parts = [p for p in (query, f"token={token}" if token else "") if p]
        if parts:
            target += "?" + "&".join(parts)
        return websockets.connect(target, open_timeout=10 * PATIENCE, close_timeout=5 * PATIENCE, **more)


def tocsin(*args, data=None, stdin="", env=None, seconds=20):
    """Runs the program to its end."""
    command = [BINARY, *args] + (["--data", data] if data else [])
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=env or environment(),
                          timeout=seconds * PATIENCE, check=False)


def add_user(data, name, role, password="correct horse battery"):
    result = tocsin("user", "add", name, "--role", role, "--password-stdin", data=data, stdin=password + "\n")
    assert result.returncode == 0, result.stderr


def token_of(data, name, *args):
    result = tocsin("token", name, *args, data=data)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


async def receive(socket, seconds=5):
    return json.loads(await asyncio.wait_for(socket.recv(), seconds * PATIENCE))


async def receive_until(socket, wanted, seconds=10):
    """The first frame for which wanted() is true; others are passed over."""
    async def look():
        while True:
            frame = json.loads(await socket.recv())
            if wanted(frame):
                return frame
    return await asyncio.wait_for(look(), seconds * PATIENCE)


async def say(socket, message):
    await socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))


async def settled(socket):
    """Everything that was sent to us before is here once the pong is: the server answers in order."""
    await socket.send('{"type":"ping"}')
    seen = []
    while True:
        frame = await receive(socket)
        if frame.get("type") == "pong":
            return seen
        seen.append(frame)


def is_strict(frame):
    """What a strict client keeps."""
    return (isinstance(frame.get("type"), str) and isinstance(frame.get("data"), dict)
            and isinstance(frame.get("timestamp"), str) and isinstance(frame.get("message_id"), str))


class Case(unittest.IsolatedAsyncioTestCase):
    maxDiff = None

    def data_directory(self):
        path = tempfile.mkdtemp(prefix="tocsin-e2e-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    async def refused(self, server, path, **more):
        """The HTTP status with which an upgrade is refused."""
        with self.assertRaises(websockets.exceptions.InvalidStatusCode) as caught:
            async with server.connect(path, **more):
                pass
        return caught.exception.status_code


def main():
    if not BINARY:
        raise SystemExit("TOCSIN_BINARY is not set")
    unittest.main(verbosity=2)
