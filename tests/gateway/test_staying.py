"""A connection for months: whatever breaks is noticed, told and mended, and nothing acts twice."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.wechat.link import Link
from data.store import Store

from .conftest import Bot, running
from .rig import Rig, free_ports


@pytest.mark.parametrize("mode", ["stop", "reset", "refuse", "freeze", "kick"])
async def test_a_break_is_noticed_told_and_mended_and_the_bot_hears_again(rig: Rig, bot: Bot, mode: str) -> None:
    await rig("say", **{"from": "c-guihua"}, text="前")
    await bot.hears(1)
    bot.states.clear()
    await rig("drop", mode=mode)
    await bot.becomes("offline")
    assert not bot.wechat.online
    await rig("up")
    await bot.online()
    await rig("say", **{"from": "c-guihua"}, text="后")
    assert [m.text for m in await bot.hears(2)] == ["前", "后"]
    assert await bot.send("我在")
    kinds = [s.kind for s in bot.states if s.kind in ("offline", "online")]
    assert kinds[0] == "offline" and kinds[-1] == "online"


async def test_while_the_gateway_holds_the_dead_connection_it_is_told_and_waited_for(rig: Rig, bot: Bot) -> None:
    await rig("drop", mode="freeze")
    await bot.becomes("offline")
    await rig("up", keep=True)  # the way is free again, but the gateway still writes to the old stream
    await bot.until(lambda: any("our old connection" in s.why for s in bot.states), "the reason is told")
    await rig("cut")
    await bot.online()
    assert "stop" not in (await rig.state())["counts"]


async def test_the_bot_never_tells_the_gateway_to_stop(rig: Rig, store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        async with running(Link.of(rig.endpoint, rig.token), store, tmp_path):
            pass
    state = await rig.state()
    assert state["loggedIn"] and "stop" not in state["counts"]


async def test_a_gateway_that_answers_but_is_deaf_is_left_for_a_new_connection(rig: Rig, bot: Bot) -> None:
    await bot.until(lambda: bot.puppet._last_dong is not None, "a ding came back")
    await rig("mute", on=True)
    state = await bot.becomes("offline")
    assert "events do not arrive" in state.why
    await rig("mute", on=False)
    await bot.online()


async def test_events_that_come_again_act_once(rig: Rig, bot: Bot) -> None:
    said = await rig("say", **{"from": "c-guihua"}, text="平安")
    await bot.hears(1)
    await rig("emit", event="message", payload={"messageId": said["id"]})
    await rig("drop", mode="reset")
    await bot.becomes("offline")
    await bot.online()
    await rig("emit", event="message", payload={"messageId": said["id"]})
    await rig("say", **{"from": "c-guihua"}, text="再说一句")
    assert [m.text for m in await bot.hears(2)] == ["平安", "再说一句"]


async def test_a_message_whose_content_could_not_be_had_is_had_when_it_comes_again(rig: Rig, bot: Bot) -> None:
    bot.wechat.retry_after = ()
    said = await rig("say", **{"from": "c-guihua"}, text="平安", id="late-1")
    await bot.hears(1)
    bot.heard.clear()
    bot.wechat._recent.clear()
    await rig("forget")
    await rig("emit", event="message", payload={"messageId": "late-2"})  # the gateway knows nothing of it yet
    await rig("say", **{"from": "c-guihua"}, text="来了", id="late-2")
    assert [(m.id, m.text) for m in await bot.hears(1)] == [("late-2", "来了")]
    assert said["id"] == "late-1"


async def test_who_reconnects_into_a_burst_keeps_each_sender_s_order(rig: Rig, bot: Bot) -> None:
    senders = ["c-guihua", "c-xiaoman", "c-puyong"]
    first = asyncio.create_task(rig("bulk", n=200, **{"from": senders}, prefix="a"))
    await bot.until(lambda: len(bot.heard) > 20, "the burst begins")
    await rig("drop", mode="reset")
    await first
    await bot.becomes("offline")
    await bot.online()
    await rig("bulk", n=60, **{"from": senders}, prefix="z")
    await bot.until(lambda: any(m.text == "z-59" for m in bot.heard), "the last message")
    for sender in senders:
        told = [m.text for m in bot.heard if m.contact == sender]
        assert told == sorted(told, key=lambda t: (t[0], int(t[2:]))) and len(set(told)) == len(told)


async def test_logout_scan_and_login_are_told_and_the_bot_hears_again(rig: Rig, bot: Bot) -> None:
    bot.states.clear()
    await rig("logout")
    await bot.becomes("logged-out")
    assert bot.states[0].kind == "logged-out" and "logged the account out" in bot.states[0].why, (
        "told by the event itself"
    )
    assert not bot.wechat.online
    await rig("scan", qrcode="https://login.example/one", status=2)
    assert (await bot.becomes("scan")).qrcode == "https://login.example/one"
    await rig("scan", qrcode="", status=5)
    await bot.becomes("scan-expired")
    await rig("login")
    await bot.online()
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]


async def test_a_gateway_without_an_account_is_told_as_logged_out(rig: Rig, store: Store, tmp_path: Path) -> None:
    await rig("logout")
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path, wait=False) as bot:
        state = await bot.becomes("logged-out")
        assert "no account" in state.why
        await rig("login")
        await bot.online()


async def test_a_wrong_token_is_one_clear_line_and_goes_on_trying(
    rig: Rig, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with running(Link.of(rig.endpoint, "wrong_secret"), store, tmp_path, wait=False) as bot:
            state = await bot.becomes("offline")
            await asyncio.sleep(1.5)
            assert not bot.wechat.online
    assert "puppet.token" in state.why
    lines = [r.getMessage() for r in caplog.records if "puppet.token" in r.getMessage()]
    assert len(lines) == 1
    assert "wrong_secret" not in caplog.text


async def test_a_flood_of_errors_is_told_once_a_minute(rig: Rig, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """wechaty-puppet-wechat4u reports about 25 errors a second while it cannot reach WeChat's servers."""
    for _ in range(30):
        await rig("emit", event="error", payload={"data": "x", "gerror": "{}"})
    await rig("say", **{"from": "c-guihua"}, text="平安")
    await bot.hears(1)
    assert len([r for r in caplog.records if "reports trouble" in r.getMessage()]) == 1


async def test_a_gateway_that_comes_later_is_found(rig: Rig, store: Store, tmp_path: Path) -> None:
    await rig("drop", mode="refuse")
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path, wait=False) as bot:
        state = await bot.becomes("offline")
        assert "nothing listens" in state.why
        await rig("up")
        await bot.online()


async def test_a_second_client_is_told_why_and_takes_nothing_from_the_first(
    rig: Rig, bot: Bot, store: Store, tmp_path: Path
) -> None:
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path, wait=False) as second:
        state = await second.becomes("offline")
        assert "another client" in state.why and "stop the other one" in state.why and state.cause == "taken"
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]


async def test_something_else_at_the_port_is_told(store: Store, tmp_path: Path) -> None:
    [port] = free_ports(1)

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", port)
    link = Link.of(f"127.0.0.1:{port}", "rig_token")
    async with server, running(link, store, tmp_path, wait=False) as bot:
        assert (await bot.becomes("offline")).why
