# SPDX-License-Identifier: GPL-3.0-or-later
"""The JavaScript library in a headless Chromium, from a page of another origin. Ends with 77 (skipped) where there is no Chromium.

TOCSIN_CHROMIUM  the program; default: found in the path
"""

import asyncio
import json
import os
import shutil
import sys
import urllib.parse

sys.argv[1:1] = ["javascript"]
from test_clients import HERE, Door, WithTheServer  # noqa: E402
from tocsin_process import PATIENCE, environment, main  # noqa: E402

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FILES = {"/": ("browser.html", "text/html"), "/tocsin.mjs": ("../../resources/clients/javascript/tocsin.mjs", "text/javascript")}


class Pages:
    """Serves the page and hears what it tells."""

    async def __aenter__(self):
        self.told = asyncio.Queue()
        self.server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target = head.split()[:2]
        status, kind, body = "404 Not Found", "text/plain", b""
        if method == "POST":
            length = next(int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length:"))
            self.told.put_nowait(json.loads(await reader.readexactly(length)))
            status = "204 No Content"
        elif (name := target.split("?")[0]) in FILES:
            with open(os.path.join(HERE, FILES[name][0]), "rb") as file:
                status, kind, body = "200 OK", FILES[name][1], file.read()
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async def hear(self, step):
        told = await asyncio.wait_for(self.told.get(), 30 * PATIENCE)
        assert told["step"] == step, told
        return told


class Browser(WithTheServer):
    async def test_a_page_follows_sends_and_comes_back(self):
        async with Pages() as pages:
            env = environment(TOCSIN_SERVER_ALLOWED_ORIGINS=pages.origin)
            await self.restart(env)
            profile = self.data_directory()
            async with Door(self.server, "http") as door:
                query = urllib.parse.urlencode({"url": self.url, "door": door.url, "token": self.tokens["anna"]})
                browser = await asyncio.create_subprocess_exec(
                    CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
                    f"--user-data-dir={profile}", f"{pages.origin}/?{query}",
                    stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, env=environment(home=profile))
                try:
                    await pages.hear("following")
                    await self.restart(env)
                    done = await pages.hear("done")
                finally:
                    browser.terminate()
                    await browser.wait()
        self.assertEqual(done["texts"], ["one", "two"])
        self.assertEqual(done["states"], ["connecting", "open", "reconnecting", "open"])
        self.assertTrue(done["panic"]["changed"])


if __name__ == "__main__":
    if not CHROMIUM:
        print("skipped: there is no Chromium here")
        sys.exit(77)
    main()
