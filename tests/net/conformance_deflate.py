# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows about permessage-deflate (RFC 7692): what is agreed, messages in every form of deflate, what must be refused."""

import os
import zlib

from conformance_case import LIMIT, Case, in_pieces
from wire import BINARY, CONTINUATION, PING, PONG, TEXT, Peer, close_frame, deflated, frame, part

OFFER = "permessage-deflate"
RSV1 = 4

ACCEPTED = {
    "plain": OFFER,
    "both without context": OFFER + "; server_no_context_takeover; client_no_context_takeover",
    "a client window": OFFER + "; client_max_window_bits",
    "a client window of 10": OFFER + "; client_max_window_bits=10",
    "a server window of 15": OFFER + "; server_max_window_bits=15",
    "a server window of 9": OFFER + "; server_max_window_bits=9",
    "a quoted number": OFFER + '; client_max_window_bits="12"',
    "spaces": OFFER + " ;  client_no_context_takeover ; client_max_window_bits ",
    "behind an unknown one": "x-webkit-deflate-frame, " + OFFER,
    "a second choice": OFFER + "; server_max_window_bits=3, " + OFFER,
    "as browsers do": OFFER + "; client_max_window_bits",
    "all of them": OFFER + "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; "
                           "client_max_window_bits=11",
}
DECLINED = {
    "unknown": "permessage-bzip2", "an unknown parameter": OFFER + "; level=9", "a window of 7": OFFER + "; server_max_window_bits=7",
    "a window of 8 for a server that cannot": OFFER + "; server_max_window_bits=8",
    "a window of 16": OFFER + "; server_max_window_bits=16", "a window without a number": OFFER + "; server_max_window_bits",
    "a client window of 16": OFFER + "; client_max_window_bits=16", "a leading zero": OFFER + "; client_max_window_bits=09",
    "words as number": OFFER + "; client_max_window_bits=ten", "a parameter twice": OFFER + "; client_no_context_takeover; "
    "client_no_context_takeover", "a value where none belongs": OFFER + "; server_no_context_takeover=1",
    "a value on the name": OFFER + "=1", "an empty number": OFFER + "; client_max_window_bits=",
}


def stored(payload):
    """Deflate's stored blocks, written by hand (RFC 1951 3.2.4)."""
    out = b""
    for at in range(0, len(payload), 65_535):
        block = payload[at:at + 65_535]
        out += b"\x00" + len(block).to_bytes(2, "little") + (len(block) ^ 0xFFFF).to_bytes(2, "little") + block
    return out + b"\x00"  # the empty block whose rest the receiver adds


def packed(opcode, payload, **how):
    return frame(opcode, deflated(payload, **how), reserved=RSV1)


def negotiation():
    def agrees(offer):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                response = await peer.upgrade({"Sec-WebSocket-Extensions": offer})
                answer = [word.strip() for word in response.header("sec-websocket-extensions").split(";")]
                if response.status != 101 or answer[0] != OFFER:
                    return f"{response.status}, {answer}"
                # One compressed frame serves every subscriber only if no context is kept.
                if not {"server_no_context_takeover", "client_no_context_takeover"} <= set(answer):
                    return f"contexts are taken over: {answer}"
                names = [word.partition("=")[0] for word in answer[1:]]
                if len(set(names)) != len(names):
                    return f"said twice: {answer}"
                if "client_max_window_bits" in names and "client_max_window_bits" not in offer:
                    return "a limit that was not offered (7.1.2.2)"
                if "server_max_window_bits" in offer.rpartition(",")[2] and "server_max_window_bits" not in names:
                    return "a limit that was asked for is not confirmed (7.1.2.1)"
                await peer.send(packed(TEXT, b"hello " * 50))
                got = await peer.event()
                return None if got == "text:" + "hello " * 50 else got[:80]
            finally:
                peer.abort()
        return talk

    def declines(offer):
        async def talk(target):
            peer = await Peer.connect(target)
            try:
                response = await peer.upgrade({"Sec-WebSocket-Extensions": offer})
                if response.status != 101 or response.header("sec-websocket-extensions"):
                    return f"{response.status}, {response.header('sec-websocket-extensions')!r}"
                await peer.send(frame(TEXT, "plain") + packed(TEXT, b"packed"))
                events = [await peer.event(), (await peer.event()).partition(":")[0]]
                return None if events == ["text:plain", "close 1002"] else str(events)
            finally:
                peer.abort()
        return talk

    for name, offer in ACCEPTED.items():
        yield Case(f"7692-5.1 offer accepted: {name}", talk=agrees(offer))
    for name, offer in DECLINED.items():
        yield Case(f"7692-5.1 offer declined: {name}", talk=declines(offer))


def messages():
    noise = os.urandom(70_000)
    for size in (0, 1, 2, 31, 32, 125, 126, 127, 4096, 65_535, 65_536, 200_000, 1_000_000, LIMIT):
        text = (b"position 54.32, 10.13; " * (size // 23 + 1))[:size]
        yield Case(f"7692-7.2 text of {size} bytes", packed(TEXT, text), ["text:" + text.decode()], extensions=OFFER)
    for size in (0, 1, 300, 70_000):
        yield Case(f"7692-7.2 noise of {size} bytes", packed(BINARY, noise[:size]), ["binary:" + noise[:size].hex()],
                   extensions=OFFER)
    text = "Grüße, 你好, 🚑! ".encode() * 40
    for level in range(10):
        yield Case(f"7692-7.2 level {level}", packed(TEXT, text, level=level), ["text:" + text.decode()], extensions=OFFER)
    for name, strategy in (("fixed", zlib.Z_FIXED), ("huffman only", zlib.Z_HUFFMAN_ONLY), ("runs", zlib.Z_RLE)):
        yield Case(f"7692-7.2 {name}", packed(TEXT, text, strategy=strategy), ["text:" + text.decode()], extensions=OFFER)
    for bits in range(9, 16):
        yield Case(f"7692-7.1 a client's window of {bits}", packed(TEXT, text, bits=bits), ["text:" + text.decode()],
                   extensions=OFFER + "; client_max_window_bits")
    for size in (0, 1, 65_535, 65_536, 100_000):
        yield Case(f"7692-7.2.3.3 stored blocks of {size} bytes", frame(BINARY, stored(noise[:1] * size), reserved=RSV1),
                   ["binary:" + (noise[:1] * size).hex()], extensions=OFFER)
    final = zlib.compressobj(6, zlib.DEFLATED, -15)
    final = final.compress(b"the last block") + final.flush(zlib.Z_FINISH) + b"\x00"
    yield Case("7692-7.2.3.4 a final block", frame(TEXT, final, reserved=RSV1), ["text:the last block"], extensions=OFFER)
    whole = deflated(text)
    for cut in (0, 1, 2, len(whole) // 2, len(whole) - 1, len(whole)):
        yield from in_pieces(f"7692-6.1 fragments cut at {'the end' if cut == len(whole) else cut if cut < 3 else 'the rest less one' if cut == len(whole) - 1 else 'the middle'}",
                             part(TEXT, whole[:cut], reserved=RSV1) + frame(CONTINUATION, whole[cut:]),
                             ["text:" + text.decode()], OFFER)
    yield Case("7692-6.1 one byte per fragment with pings between",
               part(TEXT, whole[:1], reserved=RSV1) + b"".join(
                   frame(PONG, "x") + part(CONTINUATION, whole[i:i + 1]) for i in range(1, len(whole))) +
               frame(PING, "p") + frame(CONTINUATION), ["pong:p", "text:" + text.decode()], extensions=OFFER)
    yield Case("7692-6 an uncompressed message", frame(TEXT, "plain"), ["text:plain"], extensions=OFFER)
    yield Case("7692-6 both kinds in turn", packed(TEXT, b"one") + frame(TEXT, "two") + packed(TEXT, b"three"),
               ["text:one", "text:two", "text:three"], extensions=OFFER)
    yield Case("7692-7.1.1.2 two messages have nothing in common", packed(TEXT, text) * 2, ["text:" + text.decode()] * 2,
               extensions=OFFER)


def refusals():
    for opcode, name in ((8, "close"), (PING, "ping"), (PONG, "pong")):
        yield Case(f"7692-6 the bit on {name}", frame(opcode, b"\x03\xe8", reserved=RSV1), ["close 1002"], extensions=OFFER)
    yield Case("7692-6.1 the bit on a continuation", part(TEXT, deflated(b"a"), reserved=RSV1) + frame(
        CONTINUATION, b"", reserved=RSV1), ["close 1002"], extensions=OFFER)
    yield Case("7692-6.1 the bit on a continuation only", part(TEXT, "a") + frame(CONTINUATION, "b", reserved=RSV1),
               ["close 1002"], extensions=OFFER)
    for bits in (1, 2, 3, 5, 6, 7):
        yield Case(f"7692-6 reserved bits {bits}", frame(TEXT, deflated(b"a"), reserved=bits), ["close 1002"], extensions=OFFER)
    yield Case("7692-6 the bit that nobody agreed to", packed(TEXT, b"a"), ["close 1002"])
    for name, payload in {"noise": b"\xff\xff\xff\xff", "block type 3": b"\x06", "a wrong stored length": b"\x00\x05\x00\x05\x00abcde",
                          "a distance too far back": b"\x4b\x04\x7f\xff", "a cut block": deflated(os.urandom(500))[:100]}.items():
        yield Case(f"7692-7.2.2 cannot be inflated: {name}", frame(BINARY, payload, reserved=RSV1), ["close 1007"],
                   extensions=OFFER)
    yield Case("8.1 compressed text that is not UTF-8", packed(TEXT, b"ok \xff"), ["close 1007"], extensions=OFFER)
    yield Case("8.1 compressed text that ends inside a character", packed(TEXT, b"ok \xe2\x82"), ["close 1007"], extensions=OFFER)
    yield Case("8.1 compressed binary may be anything", packed(BINARY, b"ok \xff"), ["binary:6f6b20ff"], extensions=OFFER)
    for mebibytes in (11, 64, 256):
        yield Case(f"10.4 {mebibytes} MiB of zeros in one message", packed(BINARY, bytes(mebibytes << 20)), ["close 1009"],
                   extensions=OFFER)
    yield Case("10.4 one byte above the limit", packed(BINARY, bytes(LIMIT + 1)), ["close 1009"], extensions=OFFER)
    bomb = deflated(bytes(64 << 20))
    yield Case("10.4 a bomb in fragments", part(BINARY, bomb[:1000], reserved=RSV1) + b"".join(
        part(CONTINUATION, bomb[at:at + 1000]) for at in range(1000, len(bomb), 1000)) + frame(CONTINUATION),
        ["close 1009"], extensions=OFFER)
    yield Case("7692 a close after compressed messages", packed(TEXT, b"a") + close_frame(1000), ["text:a", "close 1000:"],
               extensions=OFFER)


def cases():
    for group in (negotiation, messages, refusals):
        yield from group()
