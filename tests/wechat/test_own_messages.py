"""WeChat shows the account its own messages: what it took and never showed was refused in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.ports import Echo, Echoes, InDoubt, Outgoing, SendError
from bot.wechat import channel as channel_module
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld

from .conftest import Clock, running


def out(text: str) -> Outgoing:
    return Outgoing(1, f"key-{text}", "alert", "room", (), text)


async def test_an_own_message_that_comes_back_is_recognised_by_place_and_words(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    echoes: list[Echo] = []
    async with running(world, directory, clock) as group:
        group.bot._echoed = echoes.append
        assert isinstance(group.channel, Echoes)
        for text in ("大家早上好", "二"):
            await group.channel.send(out(text))
        await asyncio.sleep(0)
        for text, echo in zip(("大家早上好", "二"), echoes, strict=True):
            assert group.channel.is_echo(out(text), echo)
        assert not group.channel.is_echo(out("大家早上好"), echoes[1])
        assert not group.channel.is_echo(Outgoing(1, "k", "alert", "V1", (), "二"), echoes[1])


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
