"""The running bot (bot.app.App) behind the real gateway: what it does when its WeChat fails it."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.server
import json
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.app import App
from bot.clock import RealClock
from bot.gateway_group import GatewayGroup
from bot.ops import attendant, notify
from data import hearing, outbox, roster
from data.store import Store
from tests.app.conftest import ROOT
from tests.wechat.conftest import ROSTER

from .conftest import Quick
from .rig import BOT, ROOM, Rig

PATIENCE = 30.0


class Shifted(RealClock):
    """The machine's clock, after it slept for a while."""

    slept = dt.timedelta()

    def now(self) -> dt.datetime:
        return super().now() + self.slept


async def until(true: Callable[[], object], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"never came true: {what}")


@asynccontextmanager
async def app_over(
    rig: Rig, folder: Path, monkeypatch: pytest.MonkeyPatch, *, orderly: bool = True, **environ: str
) -> AsyncIterator[App]:
    """`python -m bot run` in this process, with short waits; `orderly` False: it ends as a crash would."""
    monkeypatch.setattr("bot.gateway_group.ServicePuppet", Quick)
    path = folder / "bot.db"
    if not path.exists():
        store = Store.open(path, "试验社区")
        roster.save(store, ROSTER, dt.datetime.now(dt.UTC))
        store.close()
    app = App(
        config.load(
            ROOT / "config.yaml",
            {
                "BAOANNIAO_COMMUNITY": "试验社区",
                "BAOANNIAO_ROOM__TOPIC": "试验群",
                "BAOANNIAO_PUPPET__KIND": "service",
                "BAOANNIAO_PUPPET__ENDPOINT": rig.endpoint,
                "BAOANNIAO_PUPPET__TOKEN": rig.token,
                "BAOANNIAO_STORE__PATH": str(path),
                "BAOANNIAO_BACKUP__EVERY_MINUTES": "0",
                "BAOANNIAO_DAY__QUIET": "[03:00, 03:00]",
                "BAOANNIAO_PACE__GAP_SECONDS": "0",
                "BAOANNIAO_WEB__PORT": "0",
                **environ,
            },
        )
    )
    app.clock = Shifted()
    stopped = asyncio.Event()
    run = asyncio.create_task(app.run(stopped))
    try:
        await until(lambda: app.wechat.online and app._working, "the bot is at work")
        yield app
        assert not run.done(), "the bot ended by itself"
    finally:
        if orderly:
            stopped.set()
        else:
            run.cancel()
        await asyncio.gather(run, return_exceptions=True)


@pytest.fixture
def far_end() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Where Apprise's json:// address leads: its address, and what arrived there."""
    got: list[dict[str, Any]] = []

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}/", got
        server.shutdown()


def test_a_logout_is_told_within_a_minute_even_when_the_first_sending_fails() -> None:
    """The times that lie between the event and the notice, all of them; the test below walks the way itself."""
    first = notify.GRACE["logged-out"].total_seconds() + attendant.LOOK_EVERY
    second = notify.BACKOFF[0].total_seconds() + attendant.LOOK_EVERY
    assert first + second < 60


async def test_a_logout_reaches_the_coordinator_over_the_second_channel_and_so_does_its_end(
    rig: Rig,
    far_end: tuple[str, list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(notify.GRACE, "logged-out", dt.timedelta(seconds=0.5))
    monkeypatch.setattr(attendant, "LOOK_EVERY", 0.2)
    address, got = far_end
    async with app_over(rig, tmp_path, monkeypatch, BAOANNIAO_NOTIFY__URLS=f"[{address}]") as app:
        await rig("logout")
        await until(lambda: got, "a notice")
        assert "重新登录" in got[0]["message"] and "试验社区" in got[0]["title"]
        assert hearing.deaf_since(app.store) is not None
        await rig("scan", qrcode="https://login.example/one", status=2)
        await until(lambda: app.wechat.state.kind == "scan", "the code")
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{app.port}/").read().decode())
        assert "<svg" in page and "扫码" in page
        printed = capsys.readouterr().out
        assert "扫码登录" in printed and "█" in printed
        await rig("login")
        await until(lambda: len(got) > 1, "the end of the trouble")
        assert "重新登录了" in got[1]["message"] and len(got) == 2
        await until(lambda: hearing.deaf_since(app.store) is None, "it hears again")


async def test_a_code_to_scan_without_any_logout_before_it_is_deafness_too(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        await rig("scan", qrcode="https://login.example/one", status=2)
        await until(lambda: hearing.deaf_since(app.store) is not None, "deaf")


async def test_out_of_the_group_it_is_deaf_whatever_else_it_can_do(
    rig: Rig, far_end: tuple[str, list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendant, "LOOK_EVERY", 0.2)
    address, got = far_end
    async with app_over(rig, tmp_path, monkeypatch, BAOANNIAO_NOTIFY__URLS=f"[{address}]") as app:
        await rig("remove", contact=BOT)
        await until(lambda: got, "a notice")
        assert "不在群里" in got[0]["message"]
        await app._wake()
        assert hearing.deaf_since(app.store) is not None
        await rig("drop", mode="reset")
        await until(lambda: not app.wechat.online, "the break")
        await until(lambda: app.wechat.online, "connected again")
        await app._wake()
        assert hearing.deaf_since(app.store) is not None, "connected, and still not in the group"
        await rig("invite", id="i-1", topic="试验群", **{"from": "c-qiping"})
        await until(lambda: hearing.deaf_since(app.store) is None, "it hears again")


async def test_coordinators_hear_in_private_of_a_new_name_of_the_group(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        await rig("topic", topic="试验群（新）")
        await until(lambda: any(r["state"] == "sent" for r in outbox.everything(app.store)), "a word")
        [told] = await rig.sent()
        assert told["to"] == "c-qiping" and "试验群（新）" in told["text"]


async def test_a_machine_that_slept_calls_nobody_before_people_could_say_it_again(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        await app._wake()
        clock = app.clock
        assert isinstance(clock, Shifted)
        clock.slept = dt.timedelta(hours=3)
        await rig("say", **{"from": "c-stranger"}, text="大家好")  # before any alarm clock has rung
        silences = "SELECT detail FROM events WHERE what = 'silence'"
        await until(lambda: app.store.all(silences), "the silence is noticed")
        assert json.loads(app.store.all(silences)[0]["detail"])["minutes"] >= 179
        await until(lambda: any("没有在线" in r["text"] for r in outbox.everything(app.store)), "it is said")
        await app._wake()
        assert len(app.store.all(silences)) == 1


async def test_an_echo_settles_what_was_in_doubt_when_the_process_ended(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent, and the process gone before the gateway answered; the echo had come."""
    async with app_over(rig, tmp_path, monkeypatch, orderly=False) as app:
        await rig("slow", ms=20_000)
        await rig("say", **{"from": "c-xiaoman"}, text="我爸摔倒了起不来，快来人！")
        await until(lambda: any(r["sent_at"] for r in outbox.everything(app.store)), "settled")
    before = [s["text"] for s in await rig.sent()]
    await rig("slow", ms=0)
    async with app_over(rig, tmp_path, monkeypatch) as app:
        await until(lambda: not _waiting(app), "the rest is sent")
        texts = [s["text"] for s in await rig.sent() if s["to"] == ROOM]
        assert before[0] in texts and len(texts) == len(set(texts)), "nothing was said twice"


async def test_an_echo_that_comes_after_the_restart_settles_it_as_well(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch, orderly=False) as app:
        outbox.put(app.store, app.clock.now(), "once", "notice", "room", "只说一遍", mentions=["A1"])
        app._send_soon()
        await until(lambda: not _waiting(app), "it is sent")
    [said] = await rig.sent()
    store = Store.open(tmp_path / "bot.db", "试验社区")
    store.run(
        "UPDATE outbox SET state = 'sending', sent_at = NULL, far_id = NULL"
    )  # as if it had ended a moment before
    store.close()
    async with app_over(rig, tmp_path, monkeypatch) as app:
        assert [r["state"] for r in outbox.everything(app.store)] == ["doubt"]
        await rig("emit", event="message", payload={"messageId": said["id"]})
        await until(lambda: [r["state"] for r in outbox.everything(app.store)] == ["sent"], "settled")
        assert [(r["far_id"]) for r in outbox.everything(app.store)] == [said["id"]]
        assert len(await rig.sent()) == 1


async def test_a_message_that_cannot_be_had_is_recorded_and_the_room_is_asked_once(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        for n in range(3):
            await rig("emit", event="message", payload={"messageId": f"never-{n}"})
        await until(lambda: len(app.store.all("SELECT 1 FROM events WHERE what = 'unheard'")) == 3, "recorded")
        await until(lambda: not _waiting(app), "said")
        assert [s["to"] for s in await rig.sent()] == [ROOM]


async def test_the_gateway_s_page_is_for_this_machine_only(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        assert isinstance(app.edge, GatewayGroup)
        request = urllib.request.Request(f"http://127.0.0.1:{app.port}/", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            await asyncio.to_thread(urllib.request.urlopen, request)
        assert caught.value.code == 421


def _waiting(app: App) -> list[Any]:
    return [r for r in outbox.everything(app.store) if r["state"] in ("pending", "sending")]
