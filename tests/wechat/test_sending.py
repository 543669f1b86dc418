"""From the outbox to the group."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.model import Message
from bot.ports import Outgoing, SendError
from bot.wechat import channel as channel_module
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld, WorldContact

from .conftest import PEOPLE, Clock, Group, mode_and_bytes, running


def out(text: str = "你好", to: str = "room", mentions: tuple[str, ...] = (), file: str | None = None) -> Outgoing:
    return Outgoing(1, "alert-7:1", "alert", to, mentions, text, file)


async def test_a_word_to_the_room_is_there_once_with_its_key_and_comes_back_as_echo(group: Group) -> None:
    far_id = await group.channel.send(out("大家早上好"))
    [said] = group.world.history("room")
    assert (said.id, said.sender, said.text, said.key) == (far_id, "xiaoan", "大家早上好", "alert-7:1")
    assert group.echoes == [(far_id, "大家早上好")]
    assert group.heard == []


async def test_mentions_are_real_and_carry_the_room_s_alias(group: Group) -> None:
    await group.channel.send(out("请帮忙看一看", mentions=("A1", "H1")))
    [said] = group.world.history("room")
    assert said.mentions == ("c-guihua", "c-puyong")
    assert said.text == "@桂花奶奶\u2005@志愿者-蒲勇\u2005 请帮忙看一看"


async def test_two_who_share_an_account_are_mentioned_once(group: Group) -> None:
    await group.channel.send(out("早上好", mentions=("A3", "A4")))
    [said] = group.world.history("room")
    assert (said.mentions, said.text) == (("c-couple",), "@老两口\u2005 早上好")


async def test_who_is_not_in_the_group_is_named_without_a_mention(group: Group) -> None:
    await group.channel.send(out("请留意", mentions=("H3", "A2")))
    [said] = group.world.history("room")
    assert (said.mentions, said.text) == ((), "@还没进群 @邱大年  请留意")


async def test_a_private_word_reaches_only_that_person(group: Group) -> None:
    await group.channel.send(out("地址在这里", to="H1", mentions=("A1",)))
    assert group.world.history("room") == ()
    [said] = group.world.history("c-puyong")
    assert (said.sender, said.text, said.mentions) == ("xiaoan", "地址在这里", ())


async def test_a_person_who_never_spoke_can_be_reached(group: Group) -> None:
    assert await group.channel.send(out(to="H2"))
    assert len(group.world.history("c-qiping")) == 1


@pytest.mark.parametrize("person", ["H3", "A2", "nobody", "A3"])
async def test_a_person_without_an_own_contact_is_a_permanent_error(group: Group, person: str) -> None:
    with pytest.raises(SendError, match="no WeChat contact is known") as caught:
        await group.channel.send(out(to=person))
    assert caught.value.permanent


async def test_somebody_on_no_roster_is_answered_in_private_and_mentioned_in_the_room(group: Group) -> None:
    await group.world.say("c-stranger", "你好呀", chat="c-stranger")
    await group.send("您好", to="contact:c-stranger")
    await group.send("欢迎", mentions=("contact:c-stranger", "contact:c-nobody"))
    assert [m.text for m in group.world.history("c-stranger")] == ["你好呀", "您好"]
    [said] = group.world.history("room")
    assert (said.text, said.mentions) == ("@路过的人\u2005 欢迎", ("c-stranger",))


async def test_who_joined_later_is_found_when_there_is_something_to_say(group: Group) -> None:
    group.world.set_contacts([*PEOPLE, WorldContact("c-late", "还没进群")])
    group.bot._met_at = None  # the last look was long ago
    assert await group.channel.send(out(to="H3"))
    assert group.world.history("c-late")[0].text == "你好"


async def test_who_is_not_a_friend_is_a_permanent_error(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    class Unfriendly(LocalPuppet):
        async def contact_payload(self, contact_id: str) -> object:
            payload = await super().contact_payload(contact_id)
            payload.friend = False
            return payload

        async def contact_list(self) -> list[str]:
            return []

    async with running(world, directory, clock, puppet=Unfriendly(world)) as group:
        with pytest.raises(SendError, match="not a WeChat friend") as caught:
            await group.channel.send(out(to="H1"))
        assert caught.value.permanent
        assert await group.channel.send(out())  # the room can still be spoken to


async def test_a_file_arrives_byte_for_byte_before_its_text(group: Group, tmp_path: Path) -> None:
    data = os.urandom(200_000)
    (tmp_path / "图.png").write_bytes(data)
    await group.channel.send(out("今天的汇总", to="H2", file=str(tmp_path / "图.png")))
    picture, words = group.world.history("c-qiping")
    assert (picture.type, words.text) == ("image", "今天的汇总")
    assert mode_and_bytes(picture.file) == (0o600, data)


async def test_a_file_of_another_kind_arrives_as_a_file(group: Group, tmp_path: Path) -> None:
    (tmp_path / "名单.xlsx").write_bytes(b"PK")
    await group.channel.send(out("", to="H2", file=str(tmp_path / "名单.xlsx")))
    [sent] = group.world.history("c-qiping")
    assert sent.text == "[文件] 名单.xlsx" and mode_and_bytes(sent.file) == (0o600, b"PK")


async def test_a_file_that_is_not_there_is_a_permanent_error_and_nothing_is_sent(group: Group, tmp_path: Path) -> None:
    with pytest.raises(SendError, match="cannot be read") as caught:
        await group.channel.send(out(file=str(tmp_path / "none.png")))
    assert caught.value.permanent and group.world.history("room") == ()


async def test_sending_again_after_a_crash_says_nothing_twice(group: Group, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"p")
    message = out("知道了", file=str(tmp_path / "p.png"))
    assert await group.channel.delivered(message) is False
    await group.channel.send(message)
    assert await group.channel.delivered(message) is True
    await group.channel.send(message)
    assert [m.type for m in group.world.history("room")] == ["image", "text"]


async def test_a_puppet_that_cannot_look_back_says_so(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    class Service(LocalPuppet):
        arrived = None  # type: ignore[assignment]

    async with running(world, directory, clock, puppet=Service(world)) as group:
        assert await group.channel.delivered(out()) is None


async def test_a_gateway_that_never_answers_is_given_up(
    world: LocalWorld, directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(LocalPuppet):
        async def message_send_text(self, *args: object, **more: object) -> str:
            await asyncio.Event().wait()
            return ""

    monkeypatch.setattr(channel_module, "TEXT_SECONDS", 0.01)
    async with running(world, directory, clock, puppet=Silent(world)) as group:
        with pytest.raises(SendError, match="did not answer in time") as caught:
            await group.channel.send(out())
        assert not caught.value.permanent


async def test_an_error_of_the_gateway_is_temporary_and_its_text_stays_inside(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    class Broken(LocalPuppet):
        async def message_send_text(self, *args: object, **more: object) -> str:
            raise RuntimeError("at server.js: secret stack trace")

    async with running(world, directory, clock, puppet=Broken(world)) as group:
        with pytest.raises(SendError, match="RuntimeError at") as caught:
            await group.channel.send(out())
        assert not caught.value.permanent and "secret" not in str(caught.value)


async def test_what_the_group_refuses_is_a_permanent_error(group: Group) -> None:
    with pytest.raises(SendError, match="refused") as caught:
        await group.channel.send(out("   "))
    assert caught.value.permanent


async def test_before_login_and_after_a_stop_sending_is_a_temporary_error(group: Group) -> None:
    await group.bot.stop()
    with pytest.raises(SendError, match="not connected") as caught:
        await group.channel.send(out())
    assert not caught.value.permanent


async def test_without_its_group_private_words_still_go(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    async with running(world, directory, clock) as group:
        await world.say("c-puyong", "在")
    async with running(world, directory, clock, topic="没有这个群") as group:
        with pytest.raises(SendError, match="not in its group") as caught:
            await group.channel.send(out())
        assert not caught.value.permanent
        assert await group.channel.send(out(to="H1"))


async def test_the_bot_can_answer_while_it_is_dealing_with_a_message(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    groups: list[Group] = []

    async def hear(message: Message) -> None:
        await groups[0].send("收到", to="A1")

    async with running(world, directory, clock, hear) as group:
        groups.append(group)
        async with asyncio.timeout(20):
            await world.say("c-guihua", "平安")
        assert [m.text for m in world.history("c-guihua")] == ["收到"]
