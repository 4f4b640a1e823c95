"""What strangers put into the outbox, and what their networks give as a reason."""

import pytest

from services.bot.saying.backlog import COLLECTION, Entry
from shared.contracts.chat import Say
from shared.contracts.documents import Draft
from shared.errors import Unavailable
from tests.services.bot.stage import HERE, REFUSALS, Stage, staged


def test_what_strangers_write_into_the_outbox_harms_nobody() -> None:
    async def story(stage: Stage) -> None:
        now = stage.clock.now()
        hostile = [
            Draft(id="postil.outbox.1", collection=COLLECTION, data={"say": 5}),
            Draft(id="postil.outbox.2", collection=COLLECTION, text="hello"),
            Draft(id="other", collection=COLLECTION, data={"say": {"id": "3", "network": "irc"}}),
        ]
        channels = {"*": "a star", "a b": "a space", "python": "/quit\r\n@everyone " + "x" * 9_000, "big": "x" * 90_000}
        for channel, text in channels.items():
            say = Say(id=f"n{len(hostile)}", network="irc", channel=channel, text=text)
            hostile.append(Entry(say=say, due_at=now, order=len(hostile)).draft(0))
        for draft in hostile:
            await stage.shelf.put("main", draft)
        bot = stage.bot()
        bot.voice.hear_of("main")
        await stage.passing(100)
        [said] = stage.network.texts
        assert said.startswith("» /quit @\u2060everyone xxx")
        assert len(said.encode()) <= 400
        assert [each.state for each in await stage.entries()] == ["failed", "failed", "sent"]
        # What is as large as that is no entry of ours.
        assert [each.kind for each in await stage.documents()][-1] == "waiting"
        await bot.stop()

    staged(story)


def test_whatever_a_network_gives_as_its_reason_the_line_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # No document may hold the first of these characters.
    monkeypatch.setitem(REFUSALS, "is away", Unavailable("\0" + "x" * 9_000))

    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        await stage.passing(1)
        assert await stage.states() == [("hello", "waiting", 1)]
        await bot.stop()

    staged(story)
