"""Messages that were heard in one go: as if they had come one after the other; undone together, they leave nothing behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.model import Message, Reading
from data import roster
from tests.world import ELDERS, World, community


class Gone(BaseException):
    """The end of a go that could not be kept."""


def _message(world: World, number: int, who: str, text: str, to: str = "room") -> Message:
    return Message(f"t{number}", world.now, who, "text", text, to=to, contact=who)  # type: ignore[arg-type]


def test_an_alarm_and_its_end_heard_in_one_go_are_both_told(world: World) -> None:
    world.until("09:00")
    with world.engine.together():
        world.engine.receive(_message(world, 1, "林小满", "孙桂芳摔倒了起不来，快来人"), world.now)
        world.engine.receive(_message(world, 2, "林小满", "孙桂芳扶起来了，没伤着，我陪着呢"), world.now)
    alerts = world.engine.store.all("SELECT outcome FROM alerts WHERE kind = 'distress'")
    assert [a["outcome"] for a in alerts] == ["helped"]
    heard = [r["id"] for r in world.engine.store.all("SELECT id FROM messages ORDER BY id")]
    assert heard == ["t1", "t2"]


def test_what_was_undone_leaves_no_roster_that_the_database_does_not_hold(world: World) -> None:
    """A roster that somebody imports right then has the same number as the one that was undone."""
    world.until("06:00")
    engine = world.engine
    with pytest.raises(Gone), engine.together():
        engine.receive(_message(world, 1, "社区-马晓云", "孙桂芳 时限 15点", to="bot"), world.now)
        engine.receive(_message(world, 2, "周强", "我妈平安"), world.now)
        assert engine.roster.elders["E03"].deadline == dt.time(15)
        raise Gone
    elders = [replace(e, deadline=dt.time(14)) if e.id == "E04" else e for e in ELDERS]
    roster.save(engine.store, community(elders), world.now)
    engine.work(world.now)
    assert engine.roster.elders["E03"].deadline is None
    assert engine.roster.elders["E04"].deadline == dt.time(14)


def test_a_clock_set_back_is_noticed_though_the_first_message_after_it_was_undone(world: World) -> None:
    world.until("09:00")
    engine, earlier = world.engine, world.now - dt.timedelta(hours=2)
    with pytest.raises(Gone), engine.together():
        engine.receive(_message(world, 1, "周强", "我妈平安"), earlier)
        raise Gone
    assert not engine.store.all("SELECT 1 FROM events WHERE what = 'clock-set-back'")
    engine.receive(_message(world, 1, "周强", "我妈平安"), earlier)
    assert engine.store.all("SELECT 1 FROM events WHERE what = 'clock-set-back'")


@pytest.mark.parametrize(("waiting", "hurried"), [(1, False), (32, False), (33, True)])
def test_while_many_wait_the_reading_hurries(
    world: World, monkeypatch: pytest.MonkeyPatch, waiting: int, hurried: bool
) -> None:
    world.until("09:00")
    engine, asked = world.engine, []

    class Asked:
        """The reader, seen at work (what is compiled cannot be changed from outside)."""

        reader = engine.reader

        def __getattr__(self, name: str) -> object:
            return getattr(self.reader, name)

        def read(self, message: Message, *, hurried: bool = False) -> Reading:
            asked.append(hurried)
            return self.reader.read(message)

    monkeypatch.setattr(engine, "reader", Asked())
    with engine.together(waiting):
        engine.receive(_message(world, 1, "周强", "我妈平安"), world.now)
    engine.receive(_message(world, 2, "周强", "我妈挺好的"), world.now)
    assert asked == [hurried, False]
