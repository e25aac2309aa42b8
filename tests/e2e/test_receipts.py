# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a line came: phones of dialect 1 and of the native protocol, and the operators who see it."""

import asyncio

from native_client import NativeClient
from tocsin_process import PATIENCE, Case, Tocsin, add_user, main, receive_until, say, token_of

THREAD = "user/anna"


def receipts(client, stream="desk"):
    """(kind, who, message) of each receipt, in order."""
    return [(e["body"]["kind"], e["body"]["person_id"], e["body"]["message_id"])
            for _, e in client.history[stream] if e["kind"] == "receipt"]


class Receipts(Case):
    def desk(self):
        data = self.data_directory()
        for name, role in (("anna", "citizen"), ("ben", "citizen"), ("dana", "dispatcher"), ("lee", "dispatcher")):
            add_user(data, name, role)
        return data, {name: token_of(data, name) for name in ("anna", "ben", "dana", "lee")}

    async def test_a_line_is_sent_then_delivered_then_read(self):
        data, token = self.desk()
        with Tocsin(data=data) as server:
            async with NativeClient(server, ["desk"], token=token["dana"]) as dana:
                # Nobody is there: sent, and no more.
                first = await dana.ask("l-1", {"kind": "send_chat", "thread": THREAD, "text": "On the way", "from_desk": True})
                line = first["result"]["ref"]
                await dana.wait(lambda: "On the way" in dana.texts("desk"), what="the line")
                self.assertEqual(receipts(dana), [])
                # Her phone connects and is told something: its library answers the ping behind it.
                async with server.connect(f"/ws/chat/anna", token=token["anna"]) as phone:
                    second = await dana.ask("l-2", {"kind": "send_chat", "thread": THREAD, "text": "Two minutes", "from_desk": True})
                    last = second["result"]["ref"]
                    told = await receive_until(phone, lambda f: f.get("message_id") == last)
                    self.assertEqual(told["response"], "Two minutes")
                    await dana.wait(lambda: ("delivered", "anna", last) in receipts(dana), what="the delivery")
                    # It holds for everything before it, so the line that was sent while she was away needs no mark of its own.
                    self.assertNotIn(("delivered", "anna", line), receipts(dana)[1:])
                    await say(phone, {"type": "receipt", "message_id": last, "receipt": "read"})
                    await dana.wait(lambda: ("read", "anna", last) in receipts(dana), what="the reading")
                    order = [kind for kind, who, message in receipts(dana) if who == "anna" and message == last]
                    self.assertEqual(order, ["delivered", "read"])
                    # And the other way: the operator reads what the phone wrote; the phone's own stream has it.
                    await say(phone, {"message": "I see you", "message_id": "p-1"})
                    await dana.wait(lambda: "I see you" in dana.texts("desk"), what="her answer")
                    answer = [e["body"]["id"] for _, e in dana.history["desk"] if e["kind"] == "chat" and e["body"]["text"] == "I see you"][0]
                    await dana.ask("r-1", {"kind": "mark_chat", "thread": THREAD, "message_id": answer, "receipt": "read"})
                    await dana.wait(lambda: ("read", "dana", answer) in receipts(dana), what="the operator's mark")
                # Somebody of the desk who looks into her conversation delivers nothing in her name.
                async with server.connect("/ws/chat/anna", token=token["lee"]) as looking:
                    third = await dana.ask("l-3", {"kind": "send_chat", "thread": THREAD, "text": "Here", "from_desk": True})
                    await receive_until(looking, lambda f: f.get("message_id") == third["result"]["ref"])
                    await say(looking, {"type": "ping"})  # answered behind the server's own ping
                    await receive_until(looking, lambda f: f.get("type") == "pong")
                    await dana.ask("l-4", {"kind": "send_chat", "thread": "operators", "text": "done?", "from_desk": True})
                    self.assertNotIn(("delivered", "anna", third["result"]["ref"]), receipts(dana))
                # What she missed is delivered by her next connection.
                async with server.connect("/ws/chat/anna", token=token["anna"]) as phone:
                    await receive_until(phone, lambda f: f.get("message_id") == third["result"]["ref"])
                    await dana.wait(lambda: ("delivered", "anna", third["result"]["ref"]) in receipts(dana), what="the late delivery")
        with Tocsin(data=data) as server:  # and it is all still known
            async with NativeClient(server, ["desk"], token=token["dana"]) as dana:
                await dana.wait(lambda: "desk" in dana.snapshots and "receipts" in dana.snapshots["desk"], what="the snapshot")
                known = {(r["kind"], r["person_id"], r["message_id"]) for r in dana.snapshots["desk"]["receipts"]}
                self.assertIn(("delivered", "anna", third["result"]["ref"]), known)
                self.assertIn(("read", "anna", last), known)

    async def test_an_urgent_line_is_acknowledged_by_each_person(self):
        data, token = self.desk()
        with Tocsin(data=data) as server:
            async with NativeClient(server, ["desk"], token=token["dana"]) as dana, \
                    NativeClient(server, ["desk"], token=token["lee"]) as lee, \
                    NativeClient(server, ["chat/broadcast"], token=token["ben"]) as ben:
                # Both dispatchers have been at work, and Ben has spoken in the room: these the desk knows.
                await lee.ask("w-1", {"kind": "send_chat", "thread": "operators", "text": "on shift", "from_desk": True})
                await dana.ask("w-2", {"kind": "send_chat", "thread": "operators", "text": "on shift too", "from_desk": True})
                first = await dana.ask("b-0", {"kind": "send_chat", "thread": "broadcast", "text": "Test", "from_desk": True})
                await ben.ask("m-0", {"kind": "mark_chat", "thread": "broadcast", "message_id": first["result"]["ref"], "receipt": "read"})
                said = await dana.ask("b-1", {"kind": "send_chat", "thread": "broadcast", "text": "Leave the harbour", "from_desk": True,
                                              "urgent": True})
                line = said["result"]["ref"]
                await ben.wait(lambda: "Leave the harbour" in ben.texts("chat/broadcast"), what="the urgent line")
                body = [e["body"] for _, e in ben.history["chat/broadcast"] if e["body"].get("id") == line][0]
                self.assertTrue(body["urgent"])
                self.assertEqual(set(body["asked"]), {"ben", "lee"})
                for who, client in (("ben", ben), ("lee", lee)):
                    mark = {"kind": "mark_chat", "thread": "broadcast", "message_id": line, "receipt": "acknowledged"}
                    self.assertTrue((await client.ask(f"ack-{who}", mark))["result"]["changed"])
                    again = await client.ask(f"ack-{who}-again", mark)  # another press of the same person changes nothing
                    self.assertFalse(again["result"].get("changed", False))
                    await dana.wait(lambda: ("acknowledged", who, line) in receipts(dana), what=f"{who}'s acknowledge")
                self.assertEqual([r for r in receipts(dana) if r[0] == "acknowledged"],
                                 [("acknowledged", "ben", line), ("acknowledged", "lee", line)])

    async def test_an_urgent_line_on_a_phone_of_dialect_1(self):
        data, token = self.desk()
        with Tocsin(data=data) as server:
            async with NativeClient(server, ["desk"], token=token["dana"]) as dana, \
                    server.connect("/ws/chat/anna", token=token["anna"]) as phone:
                said = await dana.ask("u-1", {"kind": "send_chat", "thread": THREAD, "text": "Stay where you are", "from_desk": True,
                                              "urgent": True})
                line = said["result"]["ref"]
                told = await receive_until(phone, lambda f: f.get("message_id") == line)
                self.assertTrue(told["urgent"])
                await say(phone, {"type": "receipt", "message_id": line, "receipt": "acknowledged"})
                await dana.wait(lambda: ("acknowledged", "anna", line) in receipts(dana), what="her acknowledge")
                await say(phone, {"type": "receipt", "message_id": "none", "receipt": "acknowledged"})
                refused = await receive_until(phone, lambda f: "error" in f)
                self.assertEqual(refused["field"], "message_id")
                await asyncio.wait_for(dana.ask("again", {"kind": "mark_chat", "thread": THREAD, "message_id": line, "receipt": "read"}),
                                       10 * PATIENCE)


if __name__ == "__main__":
    main()
