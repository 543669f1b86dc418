from __future__ import annotations

import asyncio
import datetime as dt
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.wechat.world import LocalWorld, Refused, WorldContact, WorldError, WorldMessage, contacts_from_roster
from tests.web.stage import MORNING, StillControls, make_world, named, roster


async def test_what_was_said_survives_a_restart(tmp_path: Path, controls: StillControls) -> None:
    world = make_world(tmp_path, controls)
    elder = named(world, "素芬").id
    first = await world.say(elder, "平安", mentions=[world.BOT])
    await world.say(world.BOT, "好的", chat=elder, quote=None, key="receipt/1")
    world.close()

    again = LocalWorld(tmp_path / "world.db", controls.now)
    assert again.history("room") == (first,)
    assert again.last_at() == MORNING
    assert [m.text for m in again.history(elder)] == ["好的"]
    assert len(again.contacts()) == len(contacts_from_roster(roster()))
    again.close()


async def test_only_the_owner_can_read_the_file(world: LocalWorld) -> None:
    await world.say(named(world, "素芬").id, "平安")
    for file in world.path.parent.glob("world.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, controls: StillControls) -> None:
    path = tmp_path / "world.db"
    path.write_bytes(b"this is not a database, not at all" * 50)
    with pytest.raises(WorldError, match=r"world\.db.*move it away"):
        LocalWorld(path, controls.now)


def test_a_folder_in_the_way_is_an_error_that_names_it(tmp_path: Path, controls: StillControls) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(WorldError, match="taken"):
        LocalWorld(tmp_path / "taken" / "world.db", controls.now)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=[]), max_size=200))
async def test_any_text_is_kept_or_kindly_refused(world: LocalWorld, text: str) -> None:
    sender = named(world, "素芬").id
    try:
        said = await world.say(sender, text)
    except Refused:
        assert not any(c.isalnum() for c in text)
    else:
        whole = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        found = world.message(said.id)
        assert found is not None and found.text == whole


@pytest.mark.parametrize("text", ["", "  \n\t", "\x00\x07", "\u200b\u2060"])
async def test_a_message_with_nothing_in_it_is_refused_and_nothing_is_kept(world: LocalWorld, text: str) -> None:
    with pytest.raises(Refused, match="空消息"):
        await world.say(named(world, "素芬").id, text)
    assert world.last_seq() == 0


async def test_a_very_long_message_is_kept_whole(world: LocalWorld) -> None:
    said = await world.say(named(world, "素芬").id, "平安\x01" * 40_000)
    found = world.message(said.id)
    assert found is not None and found.text == "平安\x01" * 40_000


async def test_the_same_key_is_the_same_message(world: LocalWorld) -> None:
    heard: list[WorldMessage] = []
    world.subscribe(heard.append)
    first = await world.say(world.BOT, "第一次", key="alert/1/0/room")
    second = await world.say(world.BOT, "第二次", key="alert/1/0/room")
    assert first == second == world.find_key("alert/1/0/room")
    assert heard == [first]
    assert world.find_key("alert/2/0/room") is None and world.find_key("") is None


async def test_a_recall_marks_the_message_and_is_heard(world: LocalWorld, controls: StillControls) -> None:
    heard: list[WorldMessage] = []
    world.subscribe(heard.append)
    sender = named(world, "素芬").id
    said = await world.say(sender, "发错了")
    controls.moment += dt.timedelta(minutes=2)
    await world.recall(sender, said.id)
    found = world.message(said.id)
    assert found is not None and found.recalled
    assert [(m.type, m.text) for m in heard] == [("text", "发错了"), ("recalled", said.id)]
    with pytest.raises(Refused, match="已经撤回"):
        await world.recall(sender, said.id)


async def test_a_recall_after_two_minutes_or_of_anothers_message_is_refused(
    world: LocalWorld, controls: StillControls
) -> None:
    sender = named(world, "素芬").id
    said = await world.say(sender, "平安")
    with pytest.raises(Refused, match="自己发的"):
        await world.recall(named(world, "月月").id, said.id)
    controls.moment += dt.timedelta(minutes=2, seconds=1)
    with pytest.raises(Refused, match="两分钟"):
        await world.recall(sender, said.id)


async def test_nobody_writes_into_anothers_private_chat(world: LocalWorld) -> None:
    one, other = named(world, "素芬").id, named(world, "月月").id
    with pytest.raises(Refused):
        await world.say(one, "你好", chat=other)
    with pytest.raises(Refused):
        await world.say(world.BOT, "你好", chat="wx-nobody")
    with pytest.raises(Refused):
        await world.say("wx-nobody", "你好")


async def test_a_quote_must_be_of_the_same_chat(world: LocalWorld) -> None:
    elder = named(world, "素芬").id
    private = await world.say(elder, "私下说", chat=elder)
    with pytest.raises(Refused, match="引用"):
        await world.say(elder, "看这条", quote=private.id)
    answer = await world.say(world.BOT, "好的", chat=elder, quote=private.id)
    assert answer.quote == private.id


async def test_saying_waits_for_the_listeners_and_a_failing_one_harms_nobody(world: LocalWorld) -> None:
    done: list[str] = []

    async def slow(message: WorldMessage) -> None:
        await asyncio.sleep(0)
        done.append(message.text)
        if message.sender != world.BOT:
            await world.say(world.BOT, "回复" + message.text)

    def broken(message: WorldMessage) -> None:
        raise ValueError("no")

    world.subscribe(broken)
    world.subscribe(slow)
    await world.say(named(world, "素芬").id, "平安")
    assert done == ["平安", "回复平安"]
    world.unsubscribe(slow)
    await world.say(named(world, "素芬").id, "又平安")
    assert done == ["平安", "回复平安"]


async def test_a_sender_who_walks_away_does_not_stop_the_listeners(world: LocalWorld) -> None:
    started, finish, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(message: WorldMessage) -> None:
        started.set()
        await finish.wait()
        done.set()

    world.subscribe(slow)
    saying = asyncio.create_task(world.say(named(world, "素芬").id, "平安"))
    await started.wait()
    saying.cancel()
    finish.set()
    await asyncio.wait_for(done.wait(), 5)


async def test_history_pages_backwards(world: LocalWorld) -> None:
    sender = named(world, "素芬").id
    for n in range(7):
        await world.say(sender, f"第{n}句")
    last = world.history("room", limit=3)
    assert [m.text for m in last] == ["第4句", "第5句", "第6句"]
    assert [m.text for m in world.history("room", before=last[0].seq, limit=3)] == ["第1句", "第2句", "第3句"]
    assert [m.text for m in world.since(last[1].seq)] == ["第6句"]


def test_people_who_leave_are_still_known_by_name(world: LocalWorld) -> None:
    gone = named(world, "素芬")
    world.set_contacts([c for c in world.contacts() if c.id != gone.id])
    assert gone not in world.contacts()
    assert world.contact(gone.id) == gone
    bot = world.contact(world.BOT)
    assert bot is not None and bot.name == "小安"


def test_everyone_with_a_wechat_name_is_a_contact_and_namesakes_are_two() -> None:
    contacts = contacts_from_roster(roster())
    assert contacts == contacts_from_roster(roster())
    assert len({c.id for c in contacts}) == len(contacts)
    assert sorted(c.about for c in contacts if c.name == "平安") == ["石秀英的孙子", "马占奎的儿子"]
    assert any(c.role == "neighbour" for c in contacts)
    assert all(isinstance(c, WorldContact) and c.name for c in contacts)


def test_a_message_carries_the_moment_of_the_given_clock(world: LocalWorld) -> None:
    said = asyncio.run(world.say(named(world, "素芬").id, "平安"))
    assert said.at == MORNING and said.at.utcoffset() is not None
