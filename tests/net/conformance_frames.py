# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows about RFC 6455: framing, lengths, masks, control frames, fragments, UTF-8, closing."""

from conformance_case import LIMIT, Case, in_pieces
from wire import BINARY, CONTINUATION, PING, PONG, TEXT, Broken, Peer, close_frame, frame, part

KINDS = ((TEXT, "text"), (BINARY, "binary"))
CONTROLS = ((8, "close"), (PING, "ping"), (PONG, "pong"))

# Characters of every length, next to each border of the encoding (Unicode 15, table 3-7).
GOOD_TEXTS = {
    "two bytes": "äß\u0080\u07ff", "three bytes": "\u0800€\ud7ff\ue000\uffff", "four bytes": "\U00010000🚑\U0010ffff",
    "a null": "a\0b", "a byte order mark": "\ufeffa", "noncharacters": "\ufffe\U0001ffff", "joined": "👩\u200d🚒",
    "right to left": "שלום", "combining": "e\u0301",
}
BAD_TEXTS = {
    "a lone continuation": "80", "the last continuation": "bf", "FE": "fe", "FF": "ff", "F5": "f5808080",
    "an overlong slash": "c0af", "overlong in two": "c1bf", "overlong in three": "e08080", "overlong border in three": "e09fbf",
    "overlong in four": "f0808080", "overlong border in four": "f08fbfbf", "the first surrogate": "eda080",
    "the last surrogate": "edbfbf", "a surrogate pair": "eda0bdedb0b1", "above Unicode": "f4908080",
    "five bytes": "f888808080", "six bytes": "fc8480808080", "a cut pair": "c341", "a cut three": "e28241",
    "a cut four": "f09f9a41", "a start inside": "e2c3a9", "a continuation too many": "c3a9a9",
}
UNFINISHED = {"one of two": "c3", "two of three": "e282", "one of three": "e2", "three of four": "f09f9a"}


def echo(opcode, payload):
    return f"text:{payload.decode()}" if opcode == TEXT else f"binary:{payload.hex()}"


def lengths():
    for opcode, kind in KINDS:
        for size in (0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 4095, 4096, 65_534, 65_535, 65_536, 65_537,
                     131_072, 1_000_000, LIMIT - 1, LIMIT):
            payload = bytes(97 + i % 23 for i in range(23)) * (size // 23 + 1)
            yield Case(f"5.2 {kind} of {size} bytes", frame(opcode, payload[:size]), [echo(opcode, payload[:size])])
        yield from in_pieces(f"5.2 {kind} of 300 bytes", frame(opcode, b"x" * 300), [echo(opcode, b"x" * 300)])
        yield from in_pieces(f"5.2 {kind} twice in one write", frame(opcode, b"a") + frame(opcode, b"b"),
                             [echo(opcode, b"a"), echo(opcode, b"b")])
        for size, form in ((0, 16), (1, 16), (125, 16), (0, 64), (125, 64), (126, 64), (65_535, 64)):
            yield Case(f"5.2 {kind} of {size} bytes with a length of {form} bits", frame(opcode, b"x" * size, form=form),
                       ["close 1002"])
        for length in (1 << 63, (1 << 63) + 5, (1 << 64) - 1):
            yield Case(f"5.2 {kind} announcing {length:x}", frame(opcode, form=64, announce=length), ["close 1002"])
        for length in (LIMIT + 1, 2 * LIMIT, 1 << 31, 1 << 32, (1 << 63) - 1):
            yield Case(f"10.4 {kind} announcing {length}", frame(opcode, form=64, announce=length), ["close 1009"])
        yield Case(f"10.4 {kind} fragments that pass the limit",
                   part(opcode, b"x" * LIMIT) + frame(CONTINUATION, b"x"), ["close 1009"])
        yield Case(f"10.4 {kind} fragments up to the limit", part(opcode, b"x" * (LIMIT - 5)) + frame(CONTINUATION, b"12345"),
                   [echo(opcode, b"x" * (LIMIT - 5) + b"12345")])
    yield Case("5.2 a hundred messages in one write", b"".join(frame(TEXT, str(i)) for i in range(100)),
               [f"text:{i}" for i in range(100)])


def masks():
    for key in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\x02\x03\x04", b"\0\0\0\x01"):
        for size in (1, 3, 4, 5, 13):
            yield Case(f"5.3 key {key.hex()} over {size} bytes", frame(BINARY, b"\x5a" * size, mask=key),
                       ["binary:" + "5a" * size])
    for opcode, kind in (*KINDS, *CONTROLS):
        for size in (0, 2):
            payload = b"\x03\xe8" if opcode == 8 else b"hi"
            yield Case(f"5.1 {kind} of {size} bytes without a mask", frame(opcode, payload[:size], mask=None), ["close 1002"])
    yield Case("5.1 an unmasked continuation", part(TEXT, "a") + frame(CONTINUATION, "b", mask=None), ["close 1002"])
    yield Case("5.1 an unmasked frame after a good one", frame(TEXT, "a") + frame(TEXT, "b", mask=None),
               ["text:a", "close 1002"])
    yield Case("5.1 only the two bytes that say there is no mask", b"\x81\x05", ["close 1002"])


def reserved():
    for bits in range(1, 8):
        for opcode, kind in (*KINDS, *CONTROLS):
            yield Case(f"5.2 reserved bits {bits} on {kind}", frame(opcode, reserved=bits), ["close 1002"])
        yield Case(f"5.2 reserved bits {bits} on a continuation", part(TEXT, "a") + frame(CONTINUATION, "b", reserved=bits),
                   ["close 1002"])
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield Case(f"5.2 opcode {opcode}", frame(opcode), ["close 1002"])
        yield Case(f"5.2 opcode {opcode} with a payload", frame(opcode, "x" * 200), ["close 1002"])
        yield Case(f"5.2 opcode {opcode}, not final", part(opcode, "x"), ["close 1002"])
        yield Case(f"5.2 opcode {opcode} after a message", frame(TEXT, "a") + frame(opcode), ["text:a", "close 1002"])
        yield Case(f"5.2 opcode {opcode} inside a message", part(TEXT, "a") + frame(opcode), ["close 1002"])
        yield Case(f"5.2 only the first byte of opcode {opcode}", bytes([0x80 | opcode]), ["close 1002"])


def controls():
    for size in (0, 1, 2, 124, 125):
        payload = bytes(range(125))[:size]
        yield from in_pieces(f"5.5.2 ping of {size} bytes", frame(PING, payload), ["pong:" + payload.decode("latin-1")])
        yield Case(f"5.5.3 pong of {size} bytes nobody asked for", frame(PONG, payload))
    for opcode, kind in CONTROLS:
        payload = b"\x03\xe8"
        for size in (126, 127, 65_536):
            yield Case(f"5.5 {kind} of {size} bytes", frame(opcode, payload + b"x" * (size - 2)), ["close 1002"])
        yield Case(f"5.5 {kind} in fragments", part(opcode, payload) + frame(CONTINUATION), ["close 1002"])
        yield Case(f"5.5 {kind} with a length of 16 bits", frame(opcode, payload, form=16), ["close 1002"])
        yield Case(f"5.5 {kind} with a length of 64 bits", frame(opcode, payload, form=64), ["close 1002"])
    yield Case("5.5.2 a hundred pings in one write", b"".join(frame(PING, str(i)) for i in range(100)),
               [f"pong:{i}" for i in range(100)])
    yield Case("5.5.2 pings between messages keep their place",
               frame(TEXT, "1") + frame(PING, "p") + frame(TEXT, "2"), ["text:1", "pong:p", "text:2"])


def fragments():
    for opcode, kind in KINDS:
        for cut in range(6):
            payload = b"abcde"
            yield from in_pieces(f"5.4 {kind} cut at {cut}", part(opcode, payload[:cut]) + frame(CONTINUATION, payload[cut:]),
                                 [echo(opcode, payload)])
        yield Case(f"5.4 {kind} in a thousand fragments",
                   part(opcode, b"a") + part(CONTINUATION, b"b") * 998 + frame(CONTINUATION, b"c"),
                   [echo(opcode, b"a" + b"b" * 998 + b"c")])
        yield Case(f"5.4 {kind} of empty fragments", part(opcode) + part(CONTINUATION) * 5 + frame(CONTINUATION),
                   [echo(opcode, b"")])
        yield Case(f"5.4 {kind} with an empty end", part(opcode, b"abc") + frame(CONTINUATION), [echo(opcode, b"abc")])
        for control, name in ((PING, "ping"), (PONG, "pong")):
            for gap in range(3):
                pieces = [part(opcode, b"a"), part(CONTINUATION, b"b"), part(CONTINUATION, b"c"), frame(CONTINUATION, b"d")]
                pieces.insert(gap + 1, frame(control, b"!"))
                yield from in_pieces(f"5.4 {kind} with a {name} in gap {gap}", b"".join(pieces),
                                     (["pong:!"] if control == PING else []) + [echo(opcode, b"abcd")])
        yield Case(f"5.4 {kind} with a ping in every gap",
                   part(opcode, b"a") + b"".join(frame(PING, str(i)) + part(CONTINUATION, b"b") for i in range(50)) +
                   frame(CONTINUATION, b"c"),
                   [f"pong:{i}" for i in range(50)] + [echo(opcode, b"a" + b"b" * 50 + b"c")])
        yield Case(f"5.4 {kind} begins inside another", part(opcode, b"a") + frame(opcode, b"b"), ["close 1002"])
        yield Case(f"5.4 {kind} fragments begin inside another", part(opcode, b"a") + part(opcode, b"b"), ["close 1002"])
        yield Case(f"5.5.1 a close inside {kind}", part(opcode, b"a") + close_frame(1000, b"bye"), ["close 1000:bye"])
        yield Case(f"5.4 {kind} followed by a continuation", frame(opcode, b"a") + frame(CONTINUATION, b"b"),
                   [echo(opcode, b"a"), "close 1002"])
    for final in (True, False):
        yield Case(f"5.4 a continuation of nothing, {'final' if final else 'not final'}",
                   frame(CONTINUATION, "x", final=final), ["close 1002"])
    yield Case("5.4 text goes on after binary fragments", part(BINARY, b"\xff") + frame(CONTINUATION, b"\xfe") + frame(TEXT, "a"),
               ["binary:fffe", "text:a"])


def utf8():
    for name, text in GOOD_TEXTS.items():
        payload = text.encode()
        yield from in_pieces(f"8.1 {name}", frame(TEXT, payload), ["text:" + payload.decode()])
        for cut in range(len(payload) + 1):
            yield Case(f"8.1 {name} cut at {cut}", part(TEXT, payload[:cut]) + frame(CONTINUATION, payload[cut:]),
                       ["text:" + payload.decode()])
        yield Case(f"8.1 {name} one byte per fragment",
                   b"".join(frame(CONTINUATION if i else TEXT, payload[i:i + 1], final=i == len(payload) - 1)
                            for i in range(len(payload))), ["text:" + payload.decode()])
        yield Case(f"8.1 {name} with a ping inside each character",
                   part(TEXT, payload[:1]) + frame(PING, "p") + b"".join(
                       part(CONTINUATION, payload[i:i + 1]) for i in range(1, len(payload))) + frame(CONTINUATION),
                   ["pong:p", "text:" + payload.decode()])
    for name, digits in BAD_TEXTS.items():
        payload = b"ok " + bytes.fromhex(digits) + b" more"
        yield from in_pieces(f"8.1 {name}", frame(TEXT, payload), ["close 1007"])
        yield Case(f"8.1 {name} alone", frame(TEXT, bytes.fromhex(digits)), ["close 1007"])
        for cut in range(3, 3 + len(digits) // 2 + 1):
            yield Case(f"8.1 {name} cut at {cut}", part(TEXT, payload[:cut]) + frame(CONTINUATION, payload[cut:]),
                       ["close 1007"])
        yield Case(f"8.1 {name} in binary", frame(BINARY, payload), ["binary:" + payload.hex()])
        # Neither the frame nor the message ever ends: the bad byte itself must be enough.
        yield Case(f"8.1 {name} is refused at once", frame(TEXT, payload, announce=1000), ["close 1007"])
        yield Case(f"8.1 {name} is refused before the message ends", part(TEXT, payload), ["close 1007"])
    for name, digits in UNFINISHED.items():
        yield Case(f"8.1 text that ends after {name}", frame(TEXT, b"a" + bytes.fromhex(digits)), ["close 1007"])
        yield Case(f"8.1 fragments that end after {name}", part(TEXT, b"a" + bytes.fromhex(digits)) + frame(CONTINUATION),
                   ["close 1007"])
    yield Case("8.1 nothing is carried over to the next message", frame(TEXT, "€") + frame(TEXT, "a"), ["text:€", "text:a"])


def closing(tls):
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        yield from in_pieces(f"7.4 code {code}", close_frame(code, b"bye"), [f"close {code}:bye"])
    for code in (1012, 1013, 1014):
        yield Case(f"7.4 registered code {code} is a clean end", close_frame(code), ["close 1000"])
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535):
        yield Case(f"7.4 code {code}", close_frame(code), ["close 1002"])
    yield Case("7.1 without a code", close_frame(), ["close 1000"])
    yield Case("5.5.1 half a code", frame(8, b"\x03"), ["close 1002"])
    yield Case("5.5.1 a reason of 123 bytes", close_frame(1000, b"r" * 123), ["close 1000:" + "r" * 123])
    yield Case("5.5.1 a reason of several bytes per character", close_frame(1000, "äöü€🚑".encode()), ["close 1000:äöü€🚑"])
    for name, digits in {**BAD_TEXTS, **UNFINISHED}.items():
        yield Case(f"5.5.1 a reason with {name}", close_frame(1000, bytes.fromhex(digits)), ["close 1007"])
    yield Case("5.5.1 nothing counts after a close", close_frame(1000) + frame(TEXT, "late") + frame(PING, "late"),
               ["close 1000"])
    yield Case("5.5.1 a second close", close_frame(1000) + close_frame(1001), ["close 1000"])
    yield Case("5.5.1 what came before is answered", frame(TEXT, "a") + frame(PING, "b") + close_frame(1000),
               ["text:a", "pong:b", "close 1000"])
    yield Case("7.1.7 nothing counts after a broken frame", frame(3) + frame(TEXT, "late"), ["close 1002"])

    async def vanishes(target):
        peer = await Peer.opened(target)
        peer.abort()
        after = await Peer.opened(target)
        await after.send(frame(TEXT, "still there"))
        got = await after.event()
        after.abort()
        return None if got == "text:still there" else got

    async def half_closes(target):
        """The end of the client's direction without a close is the end."""
        peer = await Peer.opened(target)
        try:
            peer.writer.write(frame(TEXT, "a"))
            if await peer.event() != "text:a":
                raise Broken("no echo")
            peer.writer.write_eof()
            got = await peer.event()
            return None if got == "end" else got
        finally:
            peer.abort()

    async def does_not_hang_up(target):
        """7.1.1: after both have closed, it is the server that ends TCP."""
        peer = await Peer.opened(target)
        try:
            await peer.send(close_frame(1000))
            events = [await peer.event(), await peer.event()]
            return None if events == ["close 1000:", "end"] else str(events)
        finally:
            peer.abort()

    yield Case("7.1 a client that vanishes", talk=vanishes)
    yield Case("7.1.1 the server hangs up first", talk=does_not_hang_up)
    if not tls:  # asyncio cannot end one direction of TLS
        yield Case("7.1.5 a client that ends its direction", talk=half_closes)


def cases(tls):
    for group in (lengths, masks, reserved, controls, fragments, utf8):
        yield from group()
    yield from closing(tls)
