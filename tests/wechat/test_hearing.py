"""From the group to the bot, through real wechaty."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import os
import sqlite3
from pathlib import Path

import pytest

from bot.model import Message
from bot.wechat.bot import StartError, XiaoAn
from bot.wechat.local import ROOM_ID, LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld, WorldContact

from .conftest import DAUGHTER, NOW, PEOPLE, Clock, Group, mode_and_bytes, running


async def test_a_word_in_the_room_is_heard_with_time_name_and_person(group: Group) -> None:
    said = await group.world.say("c-guihua", "今天挺好的")
    assert group.heard == [
        Message(said.id, NOW, "桂花奶奶", "text", "今天挺好的", None, "room", ("A1",), (), "c-guihua"),
    ]


async def test_a_private_word_is_heard_as_said_to_the_bot_by_the_same_person(group: Group) -> None:
    await group.world.say("c-xiaoman", "我爸今天还好", chat="c-xiaoman")
    [message] = group.heard
    assert (message.to, message.people, message.sender) == ("bot", (DAUGHTER,), "小满")
    await group.world.say("c-guihua", "帮我问一下", chat="c-guihua")
    assert group.heard[1].sender == "桂花奶奶"  # the alias of the room names her in private too


async def test_who_is_on_no_roster_is_heard_as_nobody_known(group: Group) -> None:
    await group.world.say("c-stranger", "你们好")
    assert group.heard[0].people == ()


async def test_mentions_arrive_as_names_and_stay_readable_in_the_text(group: Group) -> None:
    await group.world.say("c-xiaoman", "@小安 看看 @桂花奶奶 好不好", mentions=("xiaoan", "c-guihua"))
    assert group.heard[0].mentions == ("小安", "桂花奶奶")
    assert group.heard[0].text == "@小安 看看 @桂花奶奶 好不好"
    await group.world.say("c-xiaoman", "在不在", mentions=("c-puyong",))
    assert group.heard[1].text == "@志愿者-蒲勇 在不在"


async def test_a_mention_goes_over_the_wire_as_wechat_writes_it(group: Group) -> None:
    said = await group.world.say("c-xiaoman", "@桂花奶奶 好不好", mentions=("c-guihua",))
    payload = await group.puppet.message_payload(said.id)
    assert payload.text == "@桂花奶奶\u2005好不好"
    assert payload.mention_ids == ["c-guihua"]


async def test_a_quoted_message_is_in_the_text_as_wechat_shows_it(group: Group) -> None:
    asked = await group.world.say("c-puyong", "邱大爷家没人开门")
    await group.world.say("c-xiaoman", "我去看", quote=asked.id)
    assert group.heard[1].text == "「志愿者-蒲勇：邱大爷家没人开门」\n- - - - - - - - - - - - - - -\n我去看"


async def test_a_recall_names_the_message_taken_back(group: Group) -> None:
    said = await group.world.say("c-puyong", "报错了")
    await group.world.recall("c-puyong", said.id)
    assert [(m.type, m.text) for m in group.heard] == [("text", "报错了"), ("recalled", said.id)]


@pytest.mark.parametrize("kind, name", [("image", "照片.JPG"), ("video", "clip.mp4"), ("audio", "note.sil")])
async def test_a_file_is_kept_byte_for_byte_under_its_hash_for_the_owner_only(
    group: Group, tmp_path: Path, kind: str, name: str
) -> None:
    data = os.urandom(300_000)
    (tmp_path / name).write_bytes(data)
    await group.world.say("c-guihua", "", type=kind, file=str(tmp_path / name))
    [message] = group.heard
    assert message.type == kind and message.text == ""
    kept = Path(message.file or "")
    assert mode_and_bytes(message.file) == (0o600, data)
    assert kept.stem == hashlib.sha256(data).hexdigest() and kept.suffix == Path(name).suffix.lower()
    assert list((tmp_path / "media").iterdir()) == [kept]  # nothing half-written beside it


async def test_a_picture_whose_file_is_gone_is_heard_without_it(group: Group, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"x")
    group.world.subscribe(lambda m: (tmp_path / "p.jpg").unlink(missing_ok=True))
    group.puppet.world.unsubscribe(group.puppet._hear)
    group.puppet.world.subscribe(group.puppet._hear)  # the file goes before the bot looks
    await group.world.say("c-guihua", "", type="image", file=str(tmp_path / "p.jpg"))
    assert [(m.type, m.file) for m in group.heard] == [("image", None)]


async def test_without_a_folder_files_are_not_fetched(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    async with running(world, directory, clock) as group:
        await world.say("c-guihua", "", type="image", file="/nowhere/p.jpg")
        assert [(m.type, m.file) for m in group.heard] == [("image", None)]


async def test_what_one_person_says_is_heard_in_order_pictures_too(group: Group, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(os.urandom(2_000_000))
    said = [
        group.world.say("c-guihua", "", type="image", file=str(tmp_path / "p.jpg"))
        if n % 3 == 0
        else group.world.say("c-guihua", f"第{n}句")
        for n in range(12)
    ]
    ids = [m.id for m in await asyncio.gather(*said)]
    assert [m.id for m in group.heard] == ids


async def test_a_slow_picture_keeps_nobody_else_waiting(
    world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path
) -> None:
    arrived = asyncio.Event()

    class SlowPuppet(LocalPuppet):
        async def message_file(self, message_id: str) -> object:
            await arrived.wait()
            return await super().message_file(message_id)

    (tmp_path / "p.jpg").write_bytes(b"picture")
    async with running(world, directory, clock, puppet=SlowPuppet(world), media_dir=tmp_path / "m") as group:
        picture = asyncio.create_task(world.say("c-guihua", "", type="image", file=str(tmp_path / "p.jpg")))
        after = asyncio.create_task(world.say("c-guihua", "拍好了"))
        async with asyncio.timeout(20):
            await world.say("c-xiaoman", "救命")
            assert [m.text for m in group.heard] == ["救命"]
            arrived.set()
            await asyncio.gather(picture, after)
        assert [m.type for m in group.heard] == ["text", "image", "text"]


async def test_messages_are_handed_on_one_at_a_time(
    world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path
) -> None:
    inside = 0
    most = 0

    async def hear(message: Message) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1

    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"picture")
    async with running(world, directory, clock, hear, media_dir=tmp_path / "m") as group:
        pictures = [world.say(c.id, "", type="image", file=str(picture)) for c in PEOPLE]
        await asyncio.gather(*pictures, *(world.say(c.id, "平安") for c in PEOPLE))
        assert len(group.heard) == 2 * len(PEOPLE) and most == 1


async def test_one_event_twice_is_heard_once(group: Group) -> None:
    said = await group.world.say("c-guihua", "平安")
    await group.puppet._hear(group.world.message(said.id))  # type: ignore[misc,arg-type]
    assert len(group.heard) == 1


async def test_a_failure_in_handling_stops_nothing_and_logs_no_words(
    world: LocalWorld, directory: Directory, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async def hear(message: Message) -> None:
        if "门禁" in message.text:
            raise ValueError(f"cannot do {message.text}")

    with caplog.at_level(logging.DEBUG):
        async with running(world, directory, clock, hear) as group:
            said = await world.say("c-guihua", "门禁密码是五七九")
            await world.say("c-guihua", "平安")
            assert [m.text for m in group.heard] == ["门禁密码是五七九", "平安"]
    assert "五七九" not in caplog.text
    assert f"message {said.id} could not be handled: ValueError at" in caplog.text


@pytest.mark.parametrize("times, heard", [(2, ["平安"]), (9, ["平安"])])
async def test_while_the_database_cannot_be_written_a_message_is_tried_again(
    world: LocalWorld, directory: Directory, clock: Clock, times: int, heard: list[str]
) -> None:
    left = times
    done: list[str] = []

    async def hear(message: Message) -> None:
        nonlocal left
        if message.text == "平安" and left:
            left -= 1
            raise sqlite3.OperationalError("database or disk is full")
        done.append(message.text)

    async with running(world, directory, clock, hear) as group:
        group.bot.retry_after = (0, 0, 0)
        await world.say("c-guihua", "平安")
        await world.say("c-guihua", "都好")
        assert done == [*heard, "都好"]


async def test_no_words_names_or_tokens_of_a_conversation_reach_the_logs_or_the_terminal(
    world: LocalWorld,
    directory: Directory,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with running(world, directory, clock) as group:
            await world.say("c-guihua", "我住三号楼五零二", mentions=("xiaoan",))
            await world.say("c-guihua", "私下说一句", chat="c-guihua")
            await group.send("谢谢您，知道啦", mentions=("A1",))
            contact = group.bot.Contact.load("c-guihua")
            await contact.ready()
            await contact.ready(force_sync=True)
    out, err = capfd.readouterr()
    for words in ("五零二", "私下说", "知道啦", "花开富贵"):
        assert words not in caplog.text + out + err


async def test_other_rooms_are_not_heard(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    class TwoRooms(LocalPuppet):
        async def room_search(self, query: object = None) -> list[str]:
            return [ROOM_ID, "other@local"]

        async def room_payload(self, room_id: str) -> object:
            payload = await super().room_payload(room_id)
            payload.topic = "试验群" if room_id == ROOM_ID else "试验群二"
            return payload

        async def message_payload(self, message_id: str) -> object:
            payload = await super().message_payload(message_id)
            if "闲聊" in payload.text:
                payload.room_id = "other@local"
            return payload

    async with running(world, directory, clock, puppet=TwoRooms(world)) as group:
        await world.say("c-guihua", "闲聊几句")
        await world.say("c-guihua", "平安")
        assert [m.text for m in group.heard] == ["平安"]


async def test_a_contact_that_cannot_be_looked_at_is_heard_all_the_same(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    class Forgetful(LocalPuppet):
        blind = False

        async def contact_payload(self, contact_id: str) -> object:
            if self.blind:
                raise RuntimeError("gone")
            return await super().contact_payload(contact_id)

        async def room_member_payload(self, room_id: str, contact_id: str) -> object:
            if self.blind:
                raise RuntimeError("gone")
            return await super().room_member_payload(room_id, contact_id)

    puppet = Forgetful(world)
    async with running(world, directory, clock, puppet=puppet) as group:
        puppet.blind = True
        await world.say("c-guihua", "平安")
        world.set_contacts([*PEOPLE, WorldContact("c-new", "新来的")])
        await world.say("c-new", "救命")
        assert [(m.sender, m.people, m.text) for m in group.heard] == [
            ("桂花奶奶", ("A1",), "平安"),
            ("c-new", (), "救命"),
        ]


async def test_the_group_s_time_comes_through_aware_and_to_the_millisecond(group: Group, clock: Clock) -> None:
    clock.moment = dt.datetime(2026, 11, 20, 0, 12, 5, 250_000, tzinfo=dt.UTC)
    await group.world.say("c-guihua", "平安")
    assert group.heard[0].at == clock.moment and group.heard[0].at.utcoffset() == dt.timedelta()


async def test_after_a_stop_at_the_wrong_moment_what_was_not_dealt_with_is_heard(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    async with running(world, directory, clock) as group:
        await world.say("c-guihua", "平安")
        first = group.heard[0].id
    await world.say("c-xiaoman", "我爸摔了")
    async with running(world, directory, clock, puppet=LocalPuppet(world, heard={first}.__contains__)) as group:
        await world.say("c-xiaoman", "快来")
        assert [m.text for m in group.heard] == ["我爸摔了", "快来"]


async def test_a_missing_group_is_said_and_private_words_are_still_heard(
    world: LocalWorld, directory: Directory, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(world, directory, clock, topic="没有这个群") as group:
        assert "0 groups are named '没有这个群'" in caplog.text
        await world.say("c-guihua", "在吗", chat="c-guihua")
        await world.say("c-guihua", "平安")
        assert [m.text for m in group.heard] == ["在吗"]


async def test_a_start_that_fails_ends_run_with_an_error(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    class NoService(LocalPuppet):
        async def start(self) -> None:
            raise OSError("connection refused")

    bot = XiaoAn(NoService(world), "试验群", _ignore, directory, now=clock.now)
    with pytest.raises(StartError, match="connection refused"):
        async with asyncio.timeout(20):
            await bot.run()
    assert not bot.online


async def test_a_login_that_cannot_begin_ends_run_with_an_error(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    class NoRooms(LocalPuppet):
        async def room_search(self, query: object = None) -> list[str]:
            raise RuntimeError("no list of rooms")

    bot = XiaoAn(NoRooms(world), "试验群", _ignore, directory, now=clock.now)
    with pytest.raises(StartError, match="no list of rooms"):
        async with asyncio.timeout(20):
            await bot.run()


async def test_run_returns_when_the_bot_is_stopped_and_nobody_is_left_waiting(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    hold = asyncio.Event()

    async def hear(message: Message) -> None:
        await hold.wait()

    bot = XiaoAn(LocalPuppet(world), "试验群", hear, directory, now=clock.now)
    life = asyncio.create_task(bot.run())
    async with asyncio.timeout(20):
        await bot.wait_online()
        said = [asyncio.create_task(world.say("c-guihua", f"第{n}句")) for n in range(3)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(bot.stop())
        await asyncio.sleep(0)
        hold.set()
        await asyncio.gather(stopping, life, *said)
    await bot.stop()
    await world.say("c-guihua", "还有人吗")  # the world goes on without the bot


async def test_two_bots_in_one_process_do_not_mix_up_their_people(
    world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path
) -> None:
    other = LocalWorld(tmp_path / "other" / "world.db", clock.now, topic="试验群")
    other.set_contacts([WorldContact("c-guihua", "另一个世界的人")])
    async with running(world, directory, clock) as one, running(other, directory, clock) as two:
        names = []
        for group in (one, two):
            contact = group.bot.Contact.load("c-guihua")
            await contact.ready()
            names.append(contact.name)
        assert names == ["花开富贵", "另一个世界的人"]
    other.close()


async def test_no_port_is_opened_and_nothing_is_written_to_the_working_directory(
    world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "cwd"
    empty.mkdir()
    monkeypatch.chdir(empty)
    before = _own_listeners()
    async with running(world, directory, clock) as group:
        await world.say("c-guihua", "平安")
        await group.send("谢谢")
        assert _own_listeners() == before
        assert not group.bot._plugin_manager.scheduler.running
    assert list(empty.iterdir()) == []


def _own_listeners() -> set[str]:
    """The listening sockets of this process."""
    mine = set()
    for handle in Path("/proc/self/fd").iterdir():
        try:
            mine.add(str(handle.readlink()))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and f"socket:[{columns[9]}]" in mine:
                found.add(columns[1])
    return found


async def _ignore(message: Message) -> None:
    return None
