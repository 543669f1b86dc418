"""WeChat shows the account its own messages: what it took and never showed was refused in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.ports import Echoes, InDoubt, Outgoing, SendError
from bot.wechat import channel as channel_module
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld

from .conftest import Clock, Group, running


def out(text: str) -> Outgoing:
    return Outgoing(1, f"key-{text}", "alert", "room", (), text)


class Swallows(LocalPuppet):
    """Takes what is sent while `quiet`, gives it an id, and shows it to nobody."""

    quiet = False

    async def message_send_text(self, conversation_id: str, message: str, mention_ids: Any = None) -> str:
        if self.quiet:
            return "an-id-of-nothing"
        return await super().message_send_text(conversation_id, message, mention_ids)


async def test_a_message_that_was_shown_came_back(group: Group) -> None:
    assert isinstance(group.channel, Echoes)
    far_id = await group.channel.send(out("大家早上好"))
    await asyncio.sleep(0)
    assert group.channel.came_back(out("大家早上好"), far_id) is True


async def test_a_message_that_was_swallowed_did_not(world: LocalWorld, directory: Directory, clock: Clock) -> None:
    puppet = Swallows(world)
    async with running(world, directory, clock, puppet=puppet) as group:
        puppet.quiet = True
        first = await group.channel.send(out("一"))
        # Nobody knows yet whether this WeChat shows own messages at all.
        assert group.channel.came_back(out("一"), first) is None
        puppet.quiet = False
        shown = await group.channel.send(out("二"))
        await asyncio.sleep(0)
        assert group.channel.came_back(out("二"), shown) is True
        puppet.quiet = True
        third = await group.channel.send(out("三"))
        assert group.channel.came_back(out("三"), third) is False
        # What an earlier process sent, nobody looked for here.
        assert group.channel.came_back(out("四"), "some-id") is None


async def test_no_answer_after_handing_over_is_a_doubt_and_before_it_is_none(
    world: LocalWorld, directory: Directory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(LocalPuppet):
        async def message_send_text(self, *args: object, **more: object) -> str:
            await asyncio.sleep(60)
            raise AssertionError

    class Slow(LocalPuppet):
        async def contact_payload(self, contact_id: str) -> Any:
            await asyncio.sleep(60)

    monkeypatch.setattr(channel_module, "TEXT_SECONDS", 0.01)
    async with running(world, directory, clock, puppet=Silent(world)) as group:
        with pytest.raises(InDoubt):
            await group.channel.send(out("一"))
    async with running(world, directory, clock) as group:
        monkeypatch.setattr(group.bot._puppet, "contact_payload", Slow(world).contact_payload)
        with pytest.raises(SendError) as caught:
            await group.channel.send(Outgoing(1, "k", "alert", "H1", (), "二"))
        assert not isinstance(caught.value, InDoubt)
