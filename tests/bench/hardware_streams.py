#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams of /ws/hardware: how long a sample takes from the edge to a client, what is lost, and how steady a fast stream is.

usage: hardware_streams.py TOCSIN [--seconds N] [--json FILE]
The devices are fed by a process of its own over /ws/telemetry/…; all clients of a run share another. Loopback, one machine: both ends read
the same clock, and both Pythons take their share of the two latencies: "sent" is sample to frame as the server says it, "here" is sample to
the client's code.
"""
import argparse
import asyncio
import json
import multiprocessing
import os
import pathlib
import sys
import time

os.environ.setdefault("TOCSIN_BINARY", "")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import tocsin_process  # noqa: E402
import websockets  # noqa: E402


async def feed(url, devices, hz, ready, stop):
    sockets = [await websockets.connect(f"{url}/ws/telemetry/{device}", compression=None) for device in devices]
    for socket in sockets:
        await socket.send('{"type":"client_info","data":{"client_type":"vehicle_simulator"}}')
    began, number = time.monotonic(), 0
    while not stop.is_set():
        number += 1
        for socket in sockets:
            await socket.send('{"type":"telemetry_data","data":{"number":%d}}' % number)
        if number == 1:
            ready.set()
        # By the clock, so the rate is exact; a late sample is not made up for by a burst.
        wait = began + number / hz - time.monotonic()
        if wait < -1 / hz:
            began -= wait
        await asyncio.sleep(max(0, wait))
    for socket in sockets:
        await socket.close()


def feeder(*args):
    asyncio.run(feed(*args))


async def listen(url, devices, hz, mode, seconds):
    """Frames of one client: (device, number, sampled, sent, received)."""
    frames, skipped = [], 0
    async with websockets.connect(f"{url}/ws/hardware", compression=None, max_queue=None) as socket:
        for device in devices:
            await socket.send(json.dumps({"type": "subscribe_telemetry", "data": {
                "device_id": device, "frequency_hz": hz, "mode": mode}}))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = json.loads(await socket.recv())
            now = time.time()
            if frame["type"] == "telemetry":
                data = frame["data"]
                skipped += data.get("_skipped", 0)
                frames.append((frame["device_id"], data["number"], data["_timestamp"], frame["_sent_at"], now))
            elif not frame.get("success"):
                raise SystemExit(f"refused: {frame}")
    return frames, skipped


def figures(milliseconds):
    ordered = sorted(milliseconds)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)  # noqa: E731
    return {"avg": round(sum(ordered) / len(ordered), 3), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99),
            "max": round(ordered[-1], 3)}


def measure(url, name, clients, devices, device_hz, hz, mode, seconds):
    ready, stop = multiprocessing.Event(), multiprocessing.Event()
    source = multiprocessing.Process(target=feeder, args=(url, devices, device_hz, ready, stop))
    source.start()
    ready.wait(10)
    time.sleep(0.5)  # the desk takes up new devices

    async def run():
        return await asyncio.gather(*(listen(url, devices, hz, mode, seconds) for _ in range(clients)))
    results = asyncio.run(run())
    stop.set()
    source.join()

    sent, here, lost, count, gaps = [], [], 0, 0, []
    for frames, _ in results:
        count += len(frames)
        newest = {}
        times = {}
        for device, number, sampled, sent_at, received in frames:
            if device in times:
                gaps.append(1000 * (sent_at - times[device]))
            times[device] = sent_at
            before = newest.get(device)
            newest[device] = number
            if before is None or number == before:
                continue  # what was known before, or a repetition
            lost += number - before - 1 if device_hz <= hz else 0
            sent.append(1000 * (sent_at - sampled))
            here.append(1000 * (received - sampled))
    first, last = results[0][0][0], results[0][0][-1]
    own = [frame for frame in results[0][0] if frame[0] == first[0]]
    span = own[-1][3] - own[0][3]
    result = {"name": name, "frames": count, "samples": len(sent), "lost": lost,
              "skipped": sum(skipped for _, skipped in results),
              "sent_ms": figures(sent), "here_ms": figures(here), "between_ms": figures(gaps),
              "frames_per_second_and_stream": round((len(own) - 1) / span, 3),
              "off_after_the_run_ms": round(1000 * (span - (len(own) - 1) / hz), 3) if mode == "full" else None,
              "load": os.getloadavg()[0]}
    print(json.dumps(result), flush=True)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json")
    options = parser.parse_args()
    tocsin_process.BINARY = options.binary
    runs = [("one stream, 100 Hz", 1, 1, 100, 100, "full"),
            ("5 clients x 2 devices x 50 Hz", 5, 2, 50, 50, "full"),
            ("10 clients x 2 devices x 50 Hz", 10, 2, 50, 50, "full"),
            ("one stream, 1,000 Hz, of a device of 1,000 Hz", 1, 1, 1000, 1000, "sampled"),
            ("one stream, 1,000 Hz, by its deadlines (device of 10 Hz)", 1, 1, 10, 1000, "full")]
    with tocsin_process.Tocsin("--open") as server:
        url = f"ws://{server.host}:{server.port}"
        results = [measure(url, name, clients, [f"bench-{n}-{i}" for i in range(devices)], device_hz, hz, mode,
                           options.seconds)
                   for n, (name, clients, devices, device_hz, hz, mode) in enumerate(runs)]
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
