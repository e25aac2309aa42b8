# SPDX-License-Identifier: GPL-3.0-or-later
"""The subject for comparison on FastAPI and uvicorn: /pub to every /sub, /echo answers. As their documentation broadcasts."""
import socket

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
subscribers = set()


@app.websocket("/sub")
async def sub(websocket: WebSocket):
    await websocket.accept()
    subscribers.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        subscribers.discard(websocket)


@app.websocket("/pub")
async def pub(websocket: WebSocket):
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            for subscriber in list(subscribers):
                await subscriber.send_text(text)
    except WebSocketDisconnect:
        pass


@app.websocket("/{path}")
async def echo(websocket: WebSocket, path: str):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4096)
    print(f"listening 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="error", backlog=4096, ws_per_message_deflate=False)
    uvicorn.Server(config).run(sockets=[listener])
