#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the hand-made seeds of the fuzz targets into corpus/TARGET/seed-…; other files there (findings) are left alone.

usage: make_corpus.py [--check]
With --check it writes nothing and fails when a seed is missing or another one lies there. The settings bytes that the
targets read first stand at the top of each fuzz_NAME.cpp.
"""
import json
import pathlib
import re
import struct
import sys
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def frame(opcode, payload=b"", fin=True, key=b"\1\2\3\4", rsv=0, masked=True):
    size = len(payload)
    second = 0x80 if masked else 0
    if size < 126:
        head = bytes([second | size])
    elif size < 65536:
        head = bytes([second | 126]) + struct.pack(">H", size)
    else:
        head = bytes([second | 127]) + struct.pack(">Q", size)
    body = bytes(b ^ key[i % 4] for i, b in enumerate(payload)) if masked else payload
    return bytes([(0x80 if fin else 0) | rsv | opcode]) + head + (key if masked else b"") + body


def squeeze(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def frames():
    settings = lambda limit, deflate=0: bytes([limit | deflate * 4, 7])
    text = "Straße 7, 東京 🚑".encode()
    yield "text", settings(3) + frame(1, text)
    yield "fragments", settings(3) + frame(1, text[:5], False) + frame(9, b"hi") + frame(0, text[5:9], False) + frame(0, text[9:])
    yield "binary-126", settings(3) + frame(2, bytes(range(256)))
    yield "controls", settings(1) + frame(9) + frame(10, b"pong") + frame(8, struct.pack(">H", 1000) + b"bye")
    yield "close-codes", settings(1) + frame(8, struct.pack(">H", 1005))
    yield "bad-utf8", settings(3) + frame(1, b"ab\xc0\xaf")
    yield "split-surrogate", settings(3) + frame(1, b"\xed", False) + frame(0, b"\xa0\x80")
    yield "unmasked", settings(3) + frame(1, b"x", masked=False)
    yield "reserved", settings(3) + frame(1, b"x", rsv=0x40) + frame(3, b"x")
    yield "huge", settings(2) + b"\x82\xff" + b"\x7f" + b"\xff" * 7 + b"\1\2\3\4"
    yield "long-form-of-short", settings(3) + b"\x82\xfe\x00\x05\1\2\3\4abcde"
    yield "too-large", settings(1) + frame(2, b"z" * 126)
    yield "many-empty", settings(2) + frame(2, b"", False) + frame(0, b"", False) * 70 + frame(0)
    yield "deflate", settings(3, 1) + frame(1, squeeze(text * 20), rsv=0x40)
    yield "deflate-fragments", settings(3, 1) + frame(1, squeeze(text)[:4], False, rsv=0x40) + frame(0, squeeze(text)[4:])
    yield "deflate-bomb", settings(2, 1) + frame(2, squeeze(bytes(200_000)), rsv=0x40)
    yield "deflate-bad-utf8", settings(3, 1) + frame(1, squeeze(b"ok \xff"), rsv=0x40)
    yield "deflate-empty", settings(3, 1) + frame(1, b"", rsv=0x40) + frame(1, b"\0", rsv=0x40)
    yield "deflate-final-block", settings(3, 1) + frame(1, b"\x01\x01\x00\xfe\xff" + b"a", rsv=0x40)


def http():
    plain = b"\0\7"
    small = b"\1\7"
    host = b"Host: a\r\n"
    yield "get", plain + b"GET /a HTTP/1.1\r\n" + host + b"\r\n"
    yield "pipelined", plain + (b"GET /a?x=1 HTTP/1.1\r\n" + host + b"\r\n") * 3
    yield "post", plain + b"POST /p HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n" + host + b"\r\n"
    yield "chunked", plain + b"POST /p HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
    yield "chunked-trailer", plain + b"POST /p HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n" + host + b"\r\n"
    yield "chunk-huge", plain + b"POST /p HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx"
    yield "both-framings", plain + b"POST /p HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    yield "two-lengths", plain + b"POST /p HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"
    yield "odd-lengths", plain + b"POST /p HTTP/1.1\r\n" + host + b"Content-Length: +5, 5\r\n\r\nhello"
    yield "bare-lf", plain + b"GET / HTTP/1.1\nHost: a\n\n"
    yield "bare-cr", plain + b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"
    yield "folded", plain + b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"
    yield "space-colon", plain + b"GET / HTTP/1.1\r\nHost : a\r\n\r\n"
    yield "no-host", plain + b"GET / HTTP/1.1\r\n\r\n"
    yield "two-hosts", plain + b"GET / HTTP/1.1\r\n" + host * 2 + b"\r\n"
    yield "http10", plain + b"GET / HTTP/1.0\r\n\r\n"
    yield "empty-line-first", plain + b"\r\nGET / HTTP/1.1\r\n" + host + b"\r\n"
    yield "upgrade", plain + (b"GET /ws HTTP/1.1\r\n" + host + b"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                              b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x81\x80\0\0\0\0")
    yield "many-headers", small + b"GET / HTTP/1.1\r\n" + host + b"A: b\r\n" * 12 + b"\r\n"
    yield "long-line", small + b"GET /" + b"a" * 400 + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield "expect", plain + b"PUT / HTTP/1.1\r\n" + host + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"
    yield "body-too-large", plain + b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n"
    yield "nul", plain + b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"
    yield "version", plain + b"GET / HTTP/2.0\r\n" + host + b"\r\n"


def target():
    for name, text in {
        "root": "/", "star": "*", "vehicle": "/ws/telemetry/van-1?token=a.b.c", "alerts": "/ws/alerts/ada", "escaped": "/a%20b/%C3%A9?q=%26+x",
        "dots": "/a/../b", "escaped-dots": "/a/%2e%2E/b", "slash": "/a%2Fb", "nul": "/a%00", "broken": "/a%4", "overlong": "/%C0%AE",
        "absolute": "http://host:80/a?b", "absolute-user": "http://u@h/", "absolute-bare": "HTTPS://host?x", "fragment": "/a#b",
        "double": "//host/a", "query-nul": "/?a=%00", "percent": "/%25%32%65", "backslash": "/a\\..\\b", "semicolon": "/a;x=1/..;/b",
    }.items():
        yield name, text.encode()


def inflate():
    for limit in range(4):
        yield f"text-{limit}", bytes([limit, 3]) + squeeze(b"telemetry " * 30)
    yield "stored", b"\3\3\x00\x05\x00\xfa\xffhello"
    yield "final", b"\3\3\x01\x05\x00\xfa\xffhello\x01\x01\x00\xfe\xffx"
    yield "final-then-rest", b"\3\3" + zlib.compress(b"a" * 100)[2:-4] + squeeze(b"b" * 100)
    yield "zeros", b"\2\3" + squeeze(bytes(500_000))
    yield "broken", b"\3\3\x06\x07\x08"
    yield "far-back", b"\3\3\x4b\x04\x11\x00"
    yield "empty", b"\3\3"
    yield "offer", b"\3\3permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate"
    yield "offer-odd", b"\3\3permessage-deflate; server_max_window_bits=\"9\"; server_no_context_takeover; server_no_context_takeover\nx-other"


def token():
    head = b'{"alg":"HS256","typ":"JWT"}'
    good = {"sub": "ada", "type": "access", "role": "admin", "iat": 1699999990, "exp": 1700003600, "jti": "1"}
    line = lambda header, payload: b"\1" + header + b"\n" + (payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    yield "good", line(head, good)
    yield "none", line(b'{"alg":"none"}', good)
    yield "rs256", line(b'{"alg":"RS256"}', good)
    yield "kid", line(b'{"alg":"HS256","kid":"k2"}', good)
    yield "kid-path", line(b'{"alg":"HS256","kid":"../../dev/null"}', good)
    yield "crit", line(b'{"alg":"HS256","crit":["exp"]}', good)
    yield "twice", line(b'{"alg":"HS256","alg":"none"}', good)
    yield "expired", line(head, good | {"exp": 1699990000})
    yield "future", line(head, good | {"iat": 1800000000})
    yield "exp-text", line(head, good | {"exp": "1700003600"})
    yield "exp-huge", line(head, b'{"sub":"ada","type":"access","iat":1,"exp":1e400}')
    yield "exp-wide", line(head, b'{"sub":"ada","type":"access","iat":-9223372036854775808,"exp":9223372036854775807}')
    yield "no-sub", line(head, b'{"type":"access","iat":1,"exp":1700003600}')
    yield "refresh", line(head, good | {"type": "refresh"})
    yield "nbf", line(head, good | {"nbf": 1700003600})
    yield "user-id", line(head, b'{"user_id":7,"type":"access","iat":1699999990,"exp":1700003600}')
    yield "array", line(b"[]", b"[]")
    yield "dots", b"\0.."
    yield "shape", b"\0eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA"
    yield "padding", b"\0eyJhbGciOiJIUzI1NiJ9=.eyJzdWIiOiJhIn0=.AAAA="
    yield "changed", b"\2\5A"
    yield "changed-dot", b"\2\x07."


def vehicle():
    say = lambda settings, *frames: bytes([settings]) + b"\0".join(f if isinstance(f, bytes) else json.dumps(f).encode() for f in frames)
    full = {"type": "telemetry_data", "timestamp": "2026-01-31T12:00:00Z", "data": {
        "vehicle_id": "van-1", "timestamp": 1700000000, "location": {"latitude": 37.05, "longitude": -6.62, "altitude": 12, "accuracy": 4},
        "engine_metrics": {"rpm": 2100, "temperature": 91.5, "oil_pressure": None}, "speed": 52, "fuel_level": 40,
        "diagnostics": {"codes": ["P0420"], "check_engine": True}}}
    flat = {"type": "telemetry_update", "data": {"engine_temp": 90, "rpm": 800, "speed": 0, "latitude": 91, "longitude": 0, "odd": {"deep": [1, "x"]}}}
    yield "full", say(0, full)
    yield "flat", say(4, flat)
    yield "update", say(0, {"type": "telemetry_update", "data": {"speed": "fast"}})
    yield "other-vehicle", say(0, {"type": "telemetry_data", "data": {"vehicle_id": "van-2", "speed": 1}})
    yield "alert", say(0, {"type": "alert", "data": {"alert_id": "a1", "severity": "critical", "alert_type": "engine", "message": "hot", "vehicle_id": "van-1"}})
    yield "alert-user", say(1, {"type": "critical_alert", "data": {"severity": 3, "message": "help", "location": {"latitude": 1, "longitude": 2}}})
    yield "acknowledge", say(1, {"type": "acknowledge_alert", "data": {"alert_id": 7}}, {"type": "acknowledge_alert", "data": {"alert_id": ""}})
    yield "ping", say(1, {"type": "ping"}, {"type": "heartbeat"}, {"type": "pong"})
    yield "client-info", say(0, {"type": "client_info", "data": {"client_type": "vehicle_simulator"}}, full)
    yield "chat", say(2, {"message": "hello", "message_id": "m1", "timestamp": 1700000000000}, {"type": "chat", "data": {"message": "again"}})
    yield "chat-empty", say(2, {"message": "  "}, {"message": 5}, {"message": "x" * 8001})
    yield "types", say(0, {"type": 7}, {"type": None}, {}, [], b"null", b"nonsense", b"")
    yield "twice", say(0, b'{"type":"telemetry_data","type":"ping","data":{}}')
    yield "deep", say(0, b'{"type":"telemetry_data","data":' + b'{"a":' * 80 + b"1" + b"}" * 80 + b"}")
    yield "wide", say(0, {"type": "telemetry_data", "data": {f"channel_{i}": i for i in range(260)}})
    yield "numbers", say(0, b'{"type":"telemetry_data","data":{"speed":1e308,"rpm":-0.0,"a":1e400,"b":12345678901234567890,"timestamp":1e300}}')
    yield "times", say(0, *[{"type": "telemetry_data", "timestamp": t, "data": {"speed": 1}} for t in ("", "2026-13-45", -1, 1e15, "2026-01-31", "2026-01-31T12:00:00+14:00", True)])
    yield "bad-utf8", say(2, b'{"message":"\xc3\x28"}', b'{"message":"\\ud800"}')


def sentence(body):
    total = 0
    for c in body:
        total ^= c
    return b"$" + body + b"*%02X\r\n" % total


def nmea():
    gga = b"GPGGA,120000.00,3703.0000,N,00637.2000,W,1,08,0.9,12.0,M,50.0,M,,"
    rmc = b"GPRMC,120000.00,A,3703.0000,N,00637.2000,W,28.0,81.0,310126,,,A"
    yield "burst", b"\0" + b"".join(map(sentence, [gga, rmc, b"GPVTG,81.0,T,,M,28.0,N,51.9,K,A", b"GPGSA,A,3,01,02,03,,,,,,,,,,1.5,0.9,1.2",
                                                   b"GPGSV,1,1,03,01,40,083,46,02,17,308,41,03,07,344,39", b"GNZDA,120000.00,31,01,2026,00,00"]))
    yield "gll", b"\0" + sentence(b"GPGLL,3703.0000,S,00637.2000,E,235959.99,A,A") + sentence(b"GPGLL,,,,,000000.00,V,N")
    yield "no-checksum", b"\1$" + gga + b"\r\n$" + rmc + b"\n"
    yield "noise", b"\0\xb5\x62\x01\x07\0\0" + sentence(gga)[:20] + sentence(rmc) + b"$$$GP*00\r\n# comment\n"
    yield "impossible", b"\0" + sentence(b"GPGGA,990000,9999.9,N,99999.9,E,9,-1,1e9,nan,M,,,,") + sentence(b"GPRMC,120000,A,9000.1,N,18000.1,W,-1,361,320126,,")
    yield "long", b"\0$" + b"A" * 130 + b"*00\r\n"
    yield "midnight", b"\0" + sentence(b"GPRMC,235959,A,0000.0,N,00000.0,E,0,0,311225,,") + sentence(b"GPGGA,000000,0000.0,N,00000.0,E,1,4,1,0,M,,,,")
    yield "recording", b"\0" + b'{"t":"2026-01-31T12:00:00.123Z","device":"u","position":{"latitude":37.05,"longitude":-6.62},"values":{"speed":52,"c":["P0420"],"l":null,"b":true}}\n'
    yield "recording-odd", b"\0" + b'{"t":"x","device":"u"}\n{"t":"2026-01-31T12:00:00Z","device":"","values":{"a":{}}}\n{"t":"2026-01-31T12:00:00Z","device":"u","position":{"latitude":91,"longitude":0}}\n[]\n'
    yield "recording-unit", b"\0" + b'{"t":"2026-01-31T12:00:00Z","device":"u","name":"U","class":"van","kind":"vehicle"}\n'


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def chunk_of(times, shapes, columns, shape_of=()):
    """times: zigzag differences; shapes: (source, indices); columns: (kind, name, bytes)."""
    out = b"\1" + varint(len(times)) + varint(len(shapes))
    for source, indices in shapes:
        out += varint(source) + varint(len(indices)) + b"".join(map(varint, indices))
    out += varint(len(columns)) + b"".join(bytes([kind]) + varint(name) + varint(len(body)) for kind, name, body in columns)
    packed = b"".join(varint(t) for t in times)
    out += varint(len(packed)) + packed + b"".join(map(varint, shape_of))
    return out + b"".join(body for _, _, body in columns)


def chunk():
    decimals = b"\2\1" + varint(250) + varint(2) + varint(1)
    yield "decimals", chunk_of([2000, 2000, 2000], [(1, [0])], [(0, 2, decimals)])
    yield "floats", chunk_of([2, 2], [(1, [0])], [(0, 2, b"\1" + struct.pack("<ff", 1.5, -2.25))])
    yield "doubles", chunk_of([2, 2], [(1, [0])], [(0, 2, b"\0" + struct.pack("<dd", float("nan"), 1e300))])
    yield "kinds", chunk_of([4, 4], [(1, [0, 1, 2, 3, 4])], [(1, 2, b"\1\0"), (2, 3, b""), (3, 4, b"\3ok\0"), (4, 5, b"\3\1a\1b\0"), (5, 0, b"\2\3")])
    place = [(kind, 0, b"\1" + struct.pack("<ff", kind, kind)) for kind in range(6, 12)]
    yield "place", chunk_of([8, 8], [(1, list(range(6)))], place)
    yield "shapes", chunk_of([2, 2], [(1, [0]), (2, [1])], [(1, 2, b"\1"), (1, 4, b"\0")], [0, 1])
    yield "claims-too-much", chunk_of([0] * 3000, [(0, [0] * 3000)], [(2, 1, b"")])
    yield "dry-column", chunk_of([2, 2], [(1, [0])], [(1, 2, b"")])
    yield "dry-list", chunk_of([2], [(1, [0])], [(4, 2, varint(1 << 40))])
    yield "wrong-shape", chunk_of([2], [(1, [7])], [(1, 2, b"\1")])
    yield "version", b"\2\1\1"
    yield "huge-count", b"\1" + varint(1 << 62) * 3
    yield "wide-times", chunk_of([(1 << 64) - 1] * 3, [(1, [0])], [(5, 0, varint((1 << 64) - 1) * 3)])
    yield "exponent", chunk_of([2], [(1, [0])], [(0, 2, b"\2\7\2")])


def events():
    at = 1700000000000000
    alert = {"v": 1, "verb": "raise", "from": "NORMAL", "to": "UNACK", "alert": {
        "id": "a1", "source": "van-1", "source_name": "Van 1", "code": "engine_overheat", "rule_id": "engine_overheat", "title": "Hot",
        "channel": "engine.temperature", "unit": "°C", "value": 121, "threshold": "nan", "actions": ["Stop"], "raised_at": at, "occurrence": 1,
        "kind": "condition", "level": "critical", "peak_level": "critical", "cond": "active", "quality": "good", "position": {"lat": 1, "lon": 2}}}
    chat = {"v": 1, "id": "m1", "thread": "user/5", "sender_id": "5", "sender_name": "Ada", "text": "hello", "at": at}
    device = {"v": 1, "id": "van-1", "name": "Van 1", "kind": "vehicle", "owners": ["ada"], "first_seen": at}
    for index, (name, body) in enumerate({"alert": alert, "chat": chat, "device": device}.items()):
        yield name, bytes([index]) + json.dumps(body).encode()
        yield name + "-later", bytes([index]) + json.dumps(body | {"v": 9}).encode()
        yield name + "-empty", bytes([index]) + b"{}"
        yield name + "-types", bytes([index]) + json.dumps({key: [] for key in body} | {"v": 1}).encode()
    yield "unknown", b"\3{}"
    yield "not-json", b"\0\xff\xfe"


def commands():
    """The first byte is the reader: see fuzz_commands.cpp."""
    place = {"latitude": 48.1, "longitude": 11.5}
    told = {"imei": "860000000000017", "data": {"engineRpm": 900, "position": place, "tirePressure": {"frontLeft": 2.2}}}
    tracker = {"imei": 860000000000017, "payload": {"state": {"reported": {"ts": 1764028800000, "latlng": "48.1,11.5", "36": 900, "67": 12600}}}}
    objects = [
        (0, told), (0, tracker), (0, {"imei": "1", "data": {"speed": "fast"}}),
        (1, place | {"alert_type": "shake_to_alert", "is_silent": True, "device_info": {"os": "x"}, "pin": "1234", "duress_pin": "4321"}),
        (1, {"gps_unavailable": True, "client_alert_id": "c-1"}), (1, {"latitude": 91, "longitude": 0}),
        (2, {"location": place | {"accuracy": 4, "provider": "gps", "battery_level": 80, "timestamp": "2026-11-26T00:00:00Z"}}), (2, {}),
        (3, {"message": "here", "attachments": ["a" * 64]}), (3, {"message": "  "}), (4, {"notes": "safe", "disposition": "assisted"}),
        (5, {"name": "Ben", "phone": "+49 89 1", "email": "b@example.org", "relationship": "brother"}), (5, {"name": 5}),
        (6, {"device_id": "d", "alert_type": "tamper", "message": "lid", "severity": "high"}), (6, {"severity": "purple"}),
        (7, {"action_id": "k", "action_type": "reboot", "status": "completed", "result": {"ok": True}}), (7, {"status": []}),
        (8, {"type": "notification", "data": {}, "title": "t", "message": "m", "device_id": "d", "metrics": {"cpu": 1}, "interval": 7}),
        (8, {"performance": [1, 2], "interval": 0}),
    ]
    for number, (reader, value) in enumerate(objects):
        yield f"{number:02}", bytes([reader]) + json.dumps(value).encode()
    for number, text in enumerate((b'0{"token":"t"}', b'2["heartbeat",{}]', b'212["x"]', b'2/admin,7["x"]', b'51-["x",{"_placeholder":true,"num":0}]', b"9")):
        yield f"packet-{number}", b"\x09" + text
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nPNG\r\n'
    yield "form", b"\x0a" + part + part + b"--b--\r\n"
    yield "form-cut", b"\x0a" + part[:30]


def packed(value):
    """MessagePack, as much of it as the native protocol needs."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return bytes([value]) if 0 <= value < 128 else b"\xd3" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        text = value.encode()
        return b"\xda" + struct.pack(">H", len(text)) + text
    if isinstance(value, list):
        return b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(packed, value))
    return b"\xde" + struct.pack(">H", len(value)) + b"".join(packed(key) + packed(item) for key, item in value.items())


def wire():
    page = (CORPUS.parents[2] / "models/wire/PROTOCOL.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```json (client|server)\n(.*?)```", page, re.S)
    for number, (side, text) in enumerate(blocks):
        frame = json.loads(text)
        bit = 2 if side == "server" else 0
        name = f"{number:02}-{frame['type']}"
        yield name + "-json", bytes([bit]) + json.dumps(frame, ensure_ascii=False).encode()
        yield name + "-msgpack", bytes([bit | 1]) + packed(frame)
    yield "cursor-negative", b"\0" + b'{"type":"ack","cursors":{"desk":-1}}'
    yield "cursor-huge", b"\0" + b'{"type":"hello","v":1,"cursors":{"desk":["e",9223372036854775807]}}'
    yield "cursor-float", b"\0" + b'{"type":"hello","v":1,"cursors":{"desk":["e",1e300]}}'
    yield "bomb-array", b"\1\x81\xa1a" + b"\xdd\xff\xff\xff\xff" * 8
    yield "bomb-map", b"\1" + b"\xdf\xff\xff\xff\xff\xa1a" * 8
    yield "deep", b"\1\x81\xa1a" + b"\x91" * 100


def hardware():
    say = lambda settings, *frames: bytes([settings]) + b"\0".join(f if isinstance(f, bytes) else json.dumps(f).encode() for f in frames)
    stream = {"type": "subscribe_telemetry", "client_id": "c", "timestamp": 1, "data": {"device_id": "van-1", "frequency_hz": 100, "fields": ["speed", "imu"], "mode": "delta", "binary": True, "compress": True}}
    order = {"type": "device_command", "data": {"device_id": "van-1", "command": {"action": "stop", "parameters": {"hard": True}}, "timeout": 2.5, "retries": 1}}
    each = [{"type": "ping", "data": 7}, stream, {"type": "set_stream_mode", "data": {"stream_id": "c_van-1_1700000000000", "mode": "full", "frequency_hz": 1e9, "fields": ["all"]}},
            {"type": "unsubscribe_telemetry", "data": {"device_id": "van-1"}}, {"type": "get_device_list", "data": {"protocol": "serial", "active_only": False}},
            {"type": "get_device_status", "data": {"device_id": "van-1"}}, {"type": "device_connected", "data": {"device_id": "x"}}, order]
    yield "each", say(0, *each)
    yield "each-secure", say(2, *each)
    yield "each-owner", say(6, *each)
    for number, one in enumerate(each):
        yield f"{number}-msgpack", b"\1" + packed(one)
    yield "zlib-json", b"\1" + zlib.compress(json.dumps(order).encode())
    yield "zlib-msgpack", b"\1" + zlib.compress(packed(order))
    yield "zlib-cut", b"\1" + zlib.compress(packed(order))[:-2]
    yield "zlib-bomb", b"\1" + zlib.compress(b" " * 100_000)
    yield "zlib-dictionary", b"\1\x78\x20" + b"\0" * 8
    yield "ten", say(0, *[stream] * 11, {"type": "unsubscribe_telemetry"}, {"type": "subscribe_telemetry", "data": {"resume": True}})
    yield "limits", say(0, *[{"type": "device_command", "data": {"device_id": "van-1", "command": {"action": "a"}, **more}} for more in ({"timeout": 0.1}, {"timeout": 0}, {"timeout": 600}, {"timeout": 1e300}, {"retries": 10}, {"retries": -1}, {"retries": 0.5})])
    yield "rates", say(0, *[{"type": "subscribe_telemetry", "data": {"device_id": "van-1", "frequency_hz": hz}} for hz in (0, -1, 1e-300, 0.001, 333.3, 1e300, True, "1")])
    yield "types", say(0, {"type": 7}, {}, [], b"nonsense", b"", {"type": "ping", "client_id": 1}, {"type": "get_device_list", "data": 1}, {"type": "subscribe_telemetry", "data": {"device_id": "x" * 200}})
    yield "twice", say(0, b'{"type":"ping","type":"ping"}')
    yield "bomb-array", b"\1\x81\xa1a" + b"\xdd\xff\xff\xff\xff" * 8
    yield "deep", b"\1\x81\xa1a" + b"\x91" * 100


def main():
    check = "--check" in sys.argv[1:]
    wrong = []
    for make in (frames, http, target, commands, inflate, token, vehicle, nmea, chunk, events, wire, hardware):
        folder = CORPUS / make.__name__
        seeds = {f"seed-{name}": data for name, data in make()}
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in seeds.items():
                (folder / name).write_bytes(data)
        there = {path.name: path.read_bytes() for path in folder.glob("seed-*")}
        wrong += [f"{make.__name__}/{name}" for name in seeds.keys() | there.keys() if seeds.get(name) != there.get(name)]
    for name in sorted(wrong):
        print("not as this script makes it:", name)
    size = sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file())
    print(f"{size} bytes in the corpora")
    return 1 if wrong or size > 300_000 else 0


if __name__ == "__main__":
    sys.exit(main())
