# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an alert would be heard: consoles tell of their sound, and a critical alert that nobody can hear is escalated at once."""

import contextlib

from native_client import NativeClient
from tocsin_process import Case, Tocsin, add_user, main, token_of


def hearing(heard, why=""):
    return {"type": "hearing", "heard": heard, **({"why": why} if why else {})}


def critical(alert_id):
    return {"kind": "report_alert", "alert_id": alert_id, "source": "van-1", "code": "OVERHEATING", "level": "critical",
            "title": "Engine overheating", "message": "130 °C"}


def escalations(client):
    """[(code, id)] of the steps that were run, in order."""
    return [(event["body"]["alert"]["code"], event["body"]["alert"]["id"]) for _, event in client.history["desk"]
            if event["kind"] == "alert" and event["body"]["verb"] == "escalate"]


def heard_of(client):
    """The newest (consoles, heard, nobody) that the topic stats told; None: nothing yet."""
    stats = [frame["stats"] for frame in client.live if frame["topic"] == "stats" and "stats" in frame]
    return (stats[-1]["consoles"], stats[-1]["consoles_heard"], stats[-1].get("nobody_hears", False)) if stats else None


async def told(client, figures):
    await client.wait(lambda: heard_of(client) == figures, what=f"the figures {figures}")


class Hearing(Case):
    async def console(self, server, **more):
        client = await self.enterAsyncContext(NativeClient(server, ["desk"], **more))
        await client.say({"type": "subscribe", "id": "s", "topics": ["stats"]})
        return client

    async def test_every_console_muted_and_a_critical_alert_is_escalated_at_once(self):
        with Tocsin("--open") as server:
            dana, mo = await self.console(server), await self.console(server)
            await dana.say(hearing(True))
            await mo.say(hearing(True))
            await told(dana, (2, 2, False))
            await dana.ask("c-1", critical("hot"))
            await dana.say(hearing(False, "muted"))
            await told(mo, (2, 1, False))
            self.assertEqual(escalations(dana), [])  # the other console hears it
            await mo.say(hearing(False, "no output device"))
            # At once: the ladder's own first step is a minute away.
            await dana.wait(lambda: ("OVERHEATING", "hot") in escalations(dana), what="the escalation")
            await told(dana, (2, 0, True))
            await dana.ask("c-2", critical("hotter"))
            await dana.wait(lambda: ("OVERHEATING", "hotter") in escalations(dana), what="the next one's escalation")

            await mo.say(hearing(True))
            await told(dana, (2, 1, False))
            await dana.ask("c-3", critical("hottest"))
            await mo.wait(lambda: any(e["body"].get("alert", {}).get("id") == "hottest"
                                      for _, e in mo.history["desk"]), what="the third alert")
            self.assertNotIn(("OVERHEATING", "hottest"), escalations(mo))

    async def test_that_nobody_hears_is_an_alert_itself(self):
        with Tocsin("--open") as server:
            dana = await self.console(server)
            await dana.say(hearing(False, "muted"))

            def messages():
                return [e["body"]["alert"]["message"] for _, e in dana.history["desk"]
                        if e["kind"] == "alert" and e["body"]["alert"]["code"] == "NOBODY_HEARS"]
            await dana.wait(messages, seconds=30, what="the alert")
            self.assertIn("muted", messages()[0])
            await dana.say(hearing(True))
            await dana.wait(lambda: "can again" in messages()[-1], what="that somebody hears again")

    async def test_a_console_that_goes_is_not_heard_any_more(self):
        with Tocsin("--open") as server:
            dana = await self.console(server)
            async with contextlib.AsyncExitStack() as stack:
                mo = await stack.enter_async_context(NativeClient(server, ["desk"]))
                await mo.say(hearing(True))
                await told(dana, (1, 1, False))
                await dana.ask("c-1", critical("hot"))
                self.assertEqual(escalations(dana), [])
            await dana.wait(lambda: ("OVERHEATING", "hot") in escalations(dana), what="the escalation")
            await told(dana, (0, 0, True))

    async def test_a_server_that_never_had_a_console_escalates_in_its_own_time(self):
        with Tocsin("--open") as server:
            client = await self.console(server)
            await client.ask("c-1", critical("hot"))
            await told(client, (0, 0, False))
            self.assertEqual(escalations(client), [])

    async def test_only_staff_tell_of_sound(self):
        data = self.data_directory()
        add_user(data, "dora", "dispatcher")
        add_user(data, "anna", "citizen")
        tokens = {name: token_of(data, name) for name in ("dora", "anna")}
        with Tocsin(data=data) as server:
            dora = await self.console(server, token=tokens["dora"])
            anna = await self.enterAsyncContext(NativeClient(server, ["user/anna"], token=tokens["anna"]))
            await anna.say({"id": "h", **hearing(True)})
            refused = await anna.wait(lambda: anna.replies.pop("h", None), what="the refusal")
            self.assertEqual(refused["error"]["code"], "forbidden")
            await dora.say({"id": "h", **hearing("yes")})
            refused = await dora.wait(lambda: dora.replies.pop("h", None), what="the refusal")
            self.assertEqual((refused["error"]["code"], refused["error"]["field"]), ("invalid", "heard"))
            await dora.say(hearing(True))
            await told(dora, (1, 1, False))


if __name__ == "__main__":
    main()
