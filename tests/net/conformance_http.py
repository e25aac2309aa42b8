# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows about the way in: the upgrade (RFC 6455 4.2) and the heads and bodies of HTTP/1 (RFC 9112)."""

from conformance_case import Case
from wire import TEXT, Broken, Ended, Peer, frame

# name: (headers instead of the usual ones, headers left out, more for Peer.upgrade_head, status)
UPGRADES = {
    "as it should be": ({}, (), {}, 101),
    "upper case": ({"Upgrade": "WEBSOCKET", "Connection": "UPGRADE"}, (), {}, 101),
    "keep-alive too, as Firefox does": ({"Connection": "keep-alive, Upgrade"}, (), {}, 101),
    "Connection on two lines": ({"Connection": ["keep-alive", "Upgrade"]}, (), {}, 101),
    "a path and a query": ({}, (), {"path": "/some/where?x=1&y=%20"}, 101),
    "an own Origin": ({"Origin": "http://127.0.0.1:{port}"}, (), {}, 101),
    "headers nobody knows": ({"X-Thing": "a: b; c", "User-Agent": "test"}, (), {}, 101),
    "an empty extension list": ({"Sec-WebSocket-Extensions": ""}, (), {}, 101),
    "no Host": ({}, ("Host",), {}, 400),
    "two Hosts": ({"Host": ["a", "b"]}, (), {}, 400),
    "a Host with a path": ({"Host": "a/b"}, (), {}, 400),
    "no Connection": ({}, ("Connection",), {}, 400),
    "a Connection of another kind": ({"Connection": "close"}, (), {}, 400),
    "no key": ({}, ("Sec-WebSocket-Key",), {}, 400),
    "two keys": ({"Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ=="] * 2}, (), {}, 400),
    "a short key": ({"Sec-WebSocket-Key": "c2hvcnQ="}, (), {}, 400),
    "a long key": ({"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSBpcyBsb25n"}, (), {}, 400),
    "a key that is no base64": ({"Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!=="}, (), {}, 400),
    "a key with loose bits": ({"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZR=="}, (), {}, 400),
    "an empty key": ({"Sec-WebSocket-Key": ""}, (), {}, 400),
    "no version": ({}, ("Sec-WebSocket-Version",), {}, 426),
    "version 8": ({"Sec-WebSocket-Version": "8"}, (), {}, 426),
    "version 14": ({"Sec-WebSocket-Version": "14"}, (), {}, 426),
    "two versions": ({"Sec-WebSocket-Version": ["13", "13"]}, (), {}, 426),
    "version 13 in words": ({"Sec-WebSocket-Version": "thirteen"}, (), {}, 426),
    "POST": ({}, (), {"method": "POST"}, 405),
    "PUT": ({}, (), {"method": "PUT"}, 405),
    "HTTP/1.0": ({}, (), {"version": "HTTP/1.0"}, 400),
    "a body": ({"Content-Length": "5"}, (), {}, 400),
    "a chunked body": ({"Transfer-Encoding": "chunked"}, (), {}, 400),
    "another protocol": ({"Upgrade": "h2c"}, (), {}, 400),
    "a foreign Origin": ({"Origin": "https://evil.example"}, (), {}, 403),
    "an Origin that ends like ours": ({"Origin": "http://127.0.0.1:{port}.evil.example"}, (), {}, 403),
}

HOST = b"Host: localhost\r\n"
# Heads that no server may take: answered 400 (or what is given) and closed, because nobody knows where the next begins.
REFUSED = {
    "no request line": (b"\r\n\r\nHost: a\r\n\r\n", 400),
    "a bare line feed": (b"GET / HTTP/1.1\n" + HOST + b"\r\n", 400),
    "a bare line feed in a header": (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    "a bare carriage return": (b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    "a null in a value": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    "a null in a name": (b"GET / HTTP/1.1\r\n" + HOST + b"X\0Y: a\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", 400),
    "a header without a colon": (b"GET / HTTP/1.1\r\n" + HOST + b"nothing\r\n\r\n", 400),
    "an empty header name": (b"GET / HTTP/1.1\r\n" + HOST + b": a\r\n\r\n", 400),
    "a space before the first header": (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    "no version": (b"GET /\r\n" + HOST + b"\r\n", 400),
    "version 1.2": (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 400),
    "version 2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 400),
    "a version in small letters": (b"GET / http/1.1\r\n" + HOST + b"\r\n", 400),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "two spaces": (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a space in the target": (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a tab in the request line": (b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a method with a bracket": (b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400),
    "both lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    "two lengths that agree": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    "a list of lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5, 5\r\n\r\nhello", 400),
    "a negative length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
    "a length with a plus": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nhello", 400),
    "a length in hex": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x5\r\n\r\nhello", 400),
    "a length beyond counting": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
    "a misspelt encoding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n", 400),
    "two encodings": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 400),
    "chunked twice": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n", 400),
    "chunked in HTTP/1.0": (b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "TLS on a plain port": (bytes.fromhex("1603010200010001fc0303") + bytes(64), 400),
    "a head of 40 KiB": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    "a target of 40 KiB": (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
    "a thousand headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 1000 + b"\r\n", 431),
}

GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
# Good requests on one connection, one after the other in one write: the statuses, and whether it stays open.
TAKEN = {
    "one": (GET, [200], True),
    "an empty line before it": (b"\r\n" + GET, [200], True),
    "three at once": (GET * 3, [200, 200, 200], True),
    "a hundred at once": (GET * 100, [200] * 100, True),
    "one that wants the end": (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n", [200], False),
    "nothing after the end is answered": (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n" + GET, [200], False),
    "HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", [200], False),
    "HTTP/1.0 that stays": (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200], True),
    "spaces around a value": (b"GET / HTTP/1.1\r\nHost:   localhost\t \r\n\r\n", [200], True),
    "a body that a GET does not need": (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello" + GET, [200, 200], True),
    "a chunked body, then another": (b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + GET,
                                     [200, 200], True),
    "chunks with an extension and a trailer": (b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
                                               b"5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n" + GET, [200, 200], True),
    "a method without a handler": (b"DELETE / HTTP/1.1\r\n" + HOST + b"\r\n" + GET, [405, 200], True),
}


def upgrades():
    def asks(headers, drop, how, status):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                named = {key: value.format(port=target.port) if isinstance(value, str) else value
                         for key, value in headers.items()}
                if target.tls and "Origin" in named:
                    named["Origin"] = named["Origin"].replace("http:", "https:")
                response = await peer.upgrade(named, drop=drop, **how)
                if response.status != status:
                    return f"wanted {status}, got {response.status} {response.body[:80]!r}"
                if status == 426 and response.header("sec-websocket-version") != "13":
                    return "426 without the version that is spoken (4.4)"
                if status != 101:
                    return None
                await peer.send(frame(TEXT, "in"))
                got = await peer.event()
                return None if got == "text:in" else got
            finally:
                peer.abort()
        return talk

    async def early(target):
        """Frames in the same segment as the head, before the 101."""
        peer = await Peer.connect(target)
        try:
            await peer.upgrade(tail=frame(TEXT, "one") + frame(TEXT, "two"))
            events = [await peer.event(), await peer.event()]
            return None if events == ["text:one", "text:two"] else str(events)
        finally:
            peer.abort()

    async def bytewise(target):
        peer = await Peer.connect(target)
        try:
            await peer.send(peer.upgrade_head() + frame(TEXT, "slow"), 1)
            response = await peer.response()
            got = await peer.event() if response.status == 101 else response.status
            return None if got == "text:slow" else str(got)
        finally:
            peer.abort()

    async def after_http(target):
        """A connection that spoke HTTP first may still become a WebSocket."""
        peer = await Peer.connect(target)
        try:
            await peer.send(GET)
            if (await peer.response()).status != 200:
                raise Broken("no answer to the GET")
            await peer.upgrade()
            await peer.send(frame(TEXT, "in"))
            got = await peer.event()
            return None if got == "text:in" else got
        finally:
            peer.abort()

    for name, row in UPGRADES.items():
        yield Case(f"4.2 upgrade: {name}", talk=asks(*row))
    yield Case("4.2 upgrade: frames that come with the head", talk=early)
    yield Case("4.2 upgrade: byte by byte", talk=bytewise)
    yield Case("4.2 upgrade: after a request", talk=after_http)


def heads(tls):
    def refused(wire, status, piece):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                await peer.send(wire, piece)
                response = await peer.response()
                if response.status != status:
                    return f"wanted {status}, got {response.status}"
                if response.header("connection") != "close":
                    return "the connection is not said to close"
                if not response.header("content-type").startswith("application/json"):
                    return f"the answer is {response.header('content-type')}"
                await peer.send(GET)
                try:
                    return f"goes on after it: {(await peer.response()).status}"
                except Ended:
                    return None
            finally:
                peer.abort()
        return talk

    def taken(wire, statuses, stays, piece):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                await peer.send(wire, piece)
                for status in statuses:
                    response = await peer.response()
                    if response.status != status:
                        return f"wanted {status}, got {response.status}"
                await peer.send(GET)
                try:
                    again = (await peer.response()).status
                except Ended:
                    again = None
                return None if (again == 200) == stays and again in (200, None) else f"afterwards {again}"
            finally:
                peer.abort()
        return talk

    async def head_only(target):
        peer = await Peer.connect(target)
        try:
            await peer.send(b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n" + GET)
            first = await peer.response(head_only=True)
            second = await peer.response()
            same = first.header("content-length") == second.header("content-length") != "0"
            return None if first.status == second.status == 200 and same else f"{first.headers}"
        finally:
            peer.abort()

    async def continues(target):
        peer = await Peer.connect(target)
        try:
            await peer.send(b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            first = await peer.response()
            await peer.send(b"ok")
            second = await peer.response()
            return None if (first.status, second.status) == (100, 200) else f"{first.status}, {second.status}"
        finally:
            peer.abort()

    async def unknown_expectation(target):
        peer = await Peer.connect(target)
        try:
            await peer.send(b"GET / HTTP/1.1\r\n" + HOST + b"Expect: cake\r\n\r\n")
            status = (await peer.response()).status
            return None if status == 417 else str(status)
        finally:
            peer.abort()

    def body_above(wire):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                await peer.send(wire)
                response = await peer.response()
                return None if response.status == 413 else f"wanted 413, got {response.status}"
            finally:
                peer.abort()
        return talk

    for name, (wire, status) in REFUSED.items():
        if tls and name == "TLS on a plain port":
            continue
        yield Case(f"9112 refused: {name}", talk=refused(wire, status, 0))
        if len(wire) < 1000:
            yield Case(f"9112 refused: {name}, byte by byte", talk=refused(wire, status, 1))
    for name, (wire, statuses, stays) in TAKEN.items():
        yield Case(f"9112 taken: {name}", talk=taken(wire, statuses, stays, 0))
        if len(wire) < 1000:
            yield Case(f"9112 taken: {name}, byte by byte", talk=taken(wire, statuses, stays, 1))
    yield Case("9110 HEAD is GET without the body", talk=head_only)
    yield Case("9110 100-continue", talk=continues)
    yield Case("9110 an unknown expectation", talk=unknown_expectation)
    yield Case("9110 a body above the limit, announced",
               talk=body_above(b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n"))
    yield Case("9110 a chunk above the limit",
               talk=body_above(b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5f5e0ff\r\n" + b"x" * 1000))


def cases(tls):
    yield from upgrades()
    yield from heads(tls)
