# SPDX-License-Identifier: GPL-3.0-or-later
"""Does with the Python library what test_clients.py says, a line of JSON at a time, and tells what it sees."""

import asyncio
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../resources/clients/python"))
from tocsin import TocsinClient, TocsinError  # noqa: E402


def say(said, **more):
    print(json.dumps({"said": said, **more}), flush=True)


class Agent:
    def make(self, url, options):
        tokens = options.pop("tokens", None)

        async def token(refused):
            say("token", refused=refused)
            return tokens.pop(0) if len(tokens) > 1 else tokens[0]

        if tokens:
            options["token"] = token
        handlers = {
            "onState": lambda state, reason: say("state", state=state, reason=reason),
            "onWelcome": lambda frame: say("welcome", frame=frame),
            "onEvent": lambda stream, event: say("event", stream=stream, event=event, cursor=self.client.cursors[stream]),
            "onSnapshot": lambda stream, state: say("snapshot", stream=stream, state=state, cursor=self.client.cursors[stream]),
            "onResync": lambda stream: say("resync", stream=stream),
            "onLive": lambda frame: say("live", frame=frame),
            "onCommand": lambda command: say("command", command=command),
        }
        self.client = TocsinClient(url, **{**handlers, **options})

    async def ask(self, n, method, args, fields):
        try:
            say("answer", n=n, result=await getattr(self.client, method)(*args, **fields))
        except TocsinError as error:
            say("answer", n=n, error={"code": error.code, "message": error.message, "cmdId": error.cmdId})

    async def disconnect(self):
        await self.client.disconnect()

    def connect(self):
        self.client.connect()

    def setToken(self, token):
        self.client.setToken(token)


async def main():
    agent, tasks = Agent(), set()
    lines = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        order = json.loads(line)
        done = getattr(agent, order.pop("deed"))(**order)
        if asyncio.iscoroutine(done):
            tasks.add(asyncio.create_task(done))


asyncio.run(main())
