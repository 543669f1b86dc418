"""What `doctor` sees of a gateway."""

from __future__ import annotations

from bot.wechat.link import Link
from bot.wechat.login import qr_lines, qr_svg
from bot.wechat.probe import probe

from .conftest import Bot
from .rig import BOT, Rig, free_ports


async def test_a_gateway_in_order_is_seen_with_account_and_room(rig: Rig) -> None:
    found = await probe(Link.of(rig.endpoint, rig.token), "试验群")
    assert (found.problem, found.account, found.rooms, found.taken) == ("", BOT, 1, False)
    assert found.version


async def test_each_thing_that_is_amiss_is_named(rig: Rig) -> None:
    [nobody] = free_ports(1)
    link = Link.of(rig.endpoint, rig.token)
    assert "nothing listens" in (await probe(Link.of(f"127.0.0.1:{nobody}", "a_b"), "试验群")).problem
    assert "puppet.token" in (await probe(Link.of(rig.endpoint, "wrong_1"), "试验群")).problem
    assert "room.topic" in (await probe(link, "没有这个群")).problem
    await rig("logout")
    assert "logged in" in (await probe(link, "试验群", seconds=0.5)).problem


async def test_a_running_bot_is_not_disturbed(rig: Rig, bot: Bot) -> None:
    found = await probe(Link.of(rig.endpoint, rig.token), "试验群")
    assert (found.problem, found.taken, found.rooms) == ("", True, 1)
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]


def test_the_code_to_scan_can_be_shown_in_a_terminal_and_on_a_page() -> None:
    lines = qr_lines("https://login.example/abc").splitlines()
    assert len(lines) > 10 and len({len(line) for line in lines}) == 1
    assert qr_svg("https://login.example/abc").lstrip().startswith("<?xml")
    assert qr_lines("https://login.example/abd") != qr_lines("https://login.example/abc")
