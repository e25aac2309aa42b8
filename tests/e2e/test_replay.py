# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that acknowledge nothing lose nothing: real libraries, stopped and killed, and what their next connection is told.

Python's websockets, Node's ws (fetched by npm into a temporary folder) and a headless Chromium, each in a process of its own that
writes down what it was told.
"""

import asyncio
import http.server
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

from native_client import NativeClient
from tocsin_process import PATIENCE, Case, Tocsin, environment, main

PYTHON_CLIENT = """
import asyncio, json, sys, websockets
async def run():
    async with websockets.connect(sys.argv[1]) as socket:
        print("open", flush=True)
        async for text in socket:
            frame = json.loads(text)
            if "response" in frame:
                print(frame["response"], flush=True)
asyncio.run(run())
"""

NODE_CLIENT = """
const WebSocket = require('ws');
const socket = new WebSocket(process.argv[2]);
socket.on('open', () => console.log('open'));
socket.on('message', data => { const frame = JSON.parse(data); if ('response' in frame) console.log(frame.response); });
socket.on('error', error => { console.error(error); process.exit(1); });
"""

PAGE = """<!doctype html><script>
const socket = new WebSocket(new URLSearchParams(location.search).get('to'));
let last = Promise.resolve();
const note = text => { last = last.then(() => fetch('/note?' + encodeURIComponent(text))); };
socket.onopen = () => note('open');
socket.onmessage = event => { const frame = JSON.parse(event.data); if ('response' in frame) note(frame.response); };
</script>"""


class Client:
    """A client process; `heard` are the lines that it was told, `opened` when it is connected."""

    def __init__(self, command, group=False):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=group)
        self.group = group
        self.heard = []
        self.opened = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for text in self.process.stdout:
            self.note(text.rstrip("\n"))

    def note(self, text):
        if text == "open":
            self.opened.set()
        else:
            self.heard.append(text)

    def signal(self, number):
        if self.group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def end(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Replay(Case):
    def folder(self):
        path = tempfile.mkdtemp(prefix="tocsin-replay-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    async def until(self, look, what, seconds=30):
        for _ in range(int(seconds * PATIENCE * 20)):
            if look():
                return
            await asyncio.sleep(0.05)
        self.fail(f"{what} did not happen within {seconds} s")

    async def story(self, server, start):
        """Twenty lines heard, twenty sent while the client is stopped, five while nobody is there: the next connection completes them."""
        async with NativeClient(server, []) as desk:
            async def send(first, count):
                for n in range(first, first + count):
                    reply = await desk.ask(f"l-{n}", {"kind": "send_chat", "thread": "user/anna", "text": f"line {n}", "from_desk": True})
                    self.assertTrue(reply["ok"], reply)

            client = start()
            await self.until(client.opened.is_set, "the connection")
            await send(0, 20)
            await self.until(lambda: len(client.heard) >= 20, "the first twenty")
            client.signal(signal.SIGSTOP)
            await send(20, 20)
            client.end()
            await asyncio.sleep(0.2)
            await send(40, 5)
            heard = list(client.heard)
            again = start()
            try:
                await self.until(lambda: again.heard and again.heard[-1] == "line 44", "what was missed")
                await send(45, 1)
                await self.until(lambda: again.heard[-1] == "line 45", "what is new")
                told = heard + again.heard
                self.assertEqual(list(dict.fromkeys(told)), [f"line {n}" for n in range(46)])
                twice = len(told) - 46
                # The twenty were proved by pongs before: at most the last of them comes again.
                self.assertLessEqual(twice, 1)
                self.assertEqual(again.heard, sorted(again.heard, key=lambda t: int(t.split()[1])))
            finally:
                again.end()

    async def test_python_websockets(self):
        with Tocsin("--open") as server:
            target = f"ws://{server.host}:{server.port}/ws/chat/anna"
            await self.story(server, lambda: Client([sys.executable, "-c", PYTHON_CLIENT, target]))

    async def test_node_ws(self):
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise unittest.SkipTest("node and npm are not there")
        folder = self.folder()
        fetched = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", folder, "ws@8"], capture_output=True,
                                 text=True, timeout=300, check=False)
        if fetched.returncode != 0:
            raise unittest.SkipTest("npm cannot fetch ws: " + fetched.stderr[-200:])
        script = pathlib.Path(folder) / "client.js"
        script.write_text(NODE_CLIENT)
        with Tocsin("--open") as server:
            target = f"ws://{server.host}:{server.port}/ws/chat/anna"
            await self.story(server, lambda: Client([node, str(script), target]))

    async def test_chromium(self):
        browser = shutil.which("chromium")
        if not browser:
            raise unittest.SkipTest("chromium is not there")
        current = []

        class Notes(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                where = urllib.parse.urlsplit(self.path)
                page = where.path == "/"
                if where.path == "/note" and current:
                    current[-1].note(urllib.parse.unquote(where.query))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(PAGE.encode() if page else b"")

            def log_message(self, *_):
                pass

        notes = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notes)
        threading.Thread(target=notes.serve_forever, daemon=True).start()
        self.addCleanup(notes.server_close)
        self.addCleanup(notes.shutdown)
        origin = f"http://127.0.0.1:{notes.server_port}"
        with Tocsin("--open", env=environment(TOCSIN_SERVER_ALLOWED_ORIGINS=origin)) as server:
            target = urllib.parse.quote(f"ws://{server.host}:{server.port}/ws/chat/anna", safe="")

            def start():
                client = Client([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                                 "--remote-debugging-port=0", f"--user-data-dir={self.folder()}", f"{origin}/?to={target}"], group=True)
                current.append(client)
                return client

            await self.story(server, start)

    async def test_what_is_said_between_a_restart_and_the_return_is_owed(self):
        """Whoever was there before the server died cannot know that it missed something; the server cannot know who was there."""
        data = self.folder()
        server = Tocsin("--open", data=data)
        server.start()
        client = None
        try:
            target = f"ws://{server.host}:{server.port}/ws/chat/anna"
            client = Client([sys.executable, "-c", PYTHON_CLIENT, target])
            await self.until(client.opened.is_set, "the connection")
            async with NativeClient(server, []) as desk:
                await desk.ask("l-1", self.line("before"))
            await self.until(lambda: client.heard == ["before"], "the first line")
        finally:
            server.kill()
            if client:
                client.end()
        with Tocsin("--open", data=data) as server:
            async with NativeClient(server, []) as desk:
                await desk.ask("l-2", self.line("meanwhile"))
                again = Client([sys.executable, "-c", PYTHON_CLIENT, f"ws://{server.host}:{server.port}/ws/chat/anna"])
                try:
                    await self.until(lambda: "meanwhile" in again.heard, "what was said meanwhile")
                    await desk.ask("l-3", self.line("after"))
                    await self.until(lambda: "after" in again.heard, "what is new")
                    self.assertEqual([text for text in again.heard if text != "before"], ["meanwhile", "after"])
                finally:
                    again.end()

    def line(self, text):
        return {"kind": "send_chat", "thread": "user/anna", "text": text, "from_desk": True}

    async def test_alerts_are_owed_too(self):
        """An alert raised while the person's client stands still, and one while it is away."""
        with Tocsin("--open") as server:
            async with NativeClient(server, []) as desk:
                async def report(number):
                    await desk.ask(f"r-{number}", {"kind": "report_alert", "alert_id": f"alert-{number}", "user_id": "anna",
                                                   "code": "TEST", "title": "Test", "level": "warning"})
                source = PYTHON_CLIENT.replace('if "response" in frame', 'if frame.get("type") == "alert"').replace(
                    'frame["response"]', 'frame["data"]["id"]')
                start = lambda: Client([sys.executable, "-c", source, f"ws://{server.host}:{server.port}/ws/alerts/anna"])
                client = start()
                await self.until(client.opened.is_set, "the connection")
                await report(0)
                await self.until(lambda: client.heard == ["alert-0"], "the first")
                await asyncio.sleep(0.3)  # its pong
                client.signal(signal.SIGSTOP)
                await report(1)
                client.end()
                await asyncio.sleep(0.2)
                await report(2)
                again = start()
                try:
                    await self.until(lambda: "alert-2" in again.heard, "what was missed")
                    self.assertEqual([a for a in again.heard if a != "alert-0"], ["alert-1", "alert-2"])
                finally:
                    again.end()


if __name__ == "__main__":
    main()
