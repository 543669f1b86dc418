"""What `doctor` sees of a gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import gateway_checks
from bot.config import Settings
from bot.ops.lock import DatabaseLock
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


def found_by_doctor(
    rig: Rig | None, topic: str = "试验群", store: Path = Path("nowhere.db"), **puppet: str
) -> dict[str, tuple[str, str]]:
    endpoint = {"endpoint": rig.endpoint, "token": rig.token} if rig else {}
    settings = Settings.model_validate(
        {"room": {"topic": topic}, "store": {"path": store}, "puppet": {"kind": "service"} | endpoint | puppet}
    )
    return {f.what: (f.found, f.mend) for f in gateway_checks.findings(settings, seconds=1.0)}


async def test_doctor_goes_from_the_address_to_the_group_and_says_what_to_do(rig: Rig) -> None:
    async def doctor(topic: str = "试验群", **puppet: str) -> dict[str, tuple[str, str]]:
        return await asyncio.to_thread(found_by_doctor, rig, topic, **puppet)

    well = await doctor()
    assert list(well) == ["微信网关", "网关令牌", "微信登录", "微信群"]
    assert not any(mend for _, mend in well.values())

    [nobody] = free_ports(1)
    gone = await doctor(endpoint=f"127.0.0.1:{nobody}")
    assert list(gone) == ["微信网关"] and "启动网关" in gone["微信网关"][1]

    wrong = await doctor(token="wrong_1")
    assert "puppet.token" in wrong["网关令牌"][1] and "微信登录" not in wrong
    assert "wrong_1" not in str(wrong)

    assert "room.topic" in (await doctor("没有这个群"))["微信群"][1]
    await rig("remove", contact=BOT)
    assert "邀请" in (await doctor())["微信群"][1], "listed by the gateway, but no longer a member"

    await rig("logout")
    out = await doctor()
    assert "二维码" in out["微信登录"][1] and "微信群" not in out


async def test_doctor_beside_a_running_bot_sees_what_can_be_seen(rig: Rig, bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "held.db"
    with DatabaseLock(path):
        found = await asyncio.to_thread(found_by_doctor, rig, store=path)
    assert "小安" in found["微信登录"][0] and not any(mend for _, mend in found.values())


async def test_doctor_says_what_to_do_when_something_else_holds_the_gateway(rig: Rig, bot: Bot, tmp_path: Path) -> None:
    found = await asyncio.to_thread(found_by_doctor, rig, store=tmp_path / "free.db")
    assert "别的程序" in found["微信登录"][0] and "停掉另一个" in found["微信登录"][1]
    assert "微信群" in found


def test_doctor_warns_of_connections_that_others_can_read() -> None:
    plain = found_by_doctor(None, endpoint="192.0.2.1:1", token="a_b", tls="false")
    assert "没有加密" in plain["网关加密"][0]
    usual = found_by_doctor(None, endpoint="192.0.2.1:1", token="a_b")
    assert "公开" in usual["网关加密"][1]
    assert "puppet.token" in found_by_doctor(None, endpoint="192.0.2.1:1")["微信"][0]
