"""What the attendant sees, whom it tells, and when it says that all is well."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from bot.ops.attendant import Attendant
from bot.ops.health import LateWatch
from bot.ops.heartbeat import Heartbeat, address
from bot.ops.systemd import Systemd
from bot.ports import SendError
from bot.wechat.state import StateKind, WechatState
from tests.ops.conftest import FarEnd
from tests.world import World


class Hands:
    """A clock that only the test moves, and the far end of the second channel."""

    def __init__(self, world: World) -> None:
        self.world, self.online, self.real = world, True, world.now
        self.texts: list[str] = []

    def now(self) -> dt.datetime:
        return self.real

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        return moment

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.world._loop.run(work)

    async def send(self, address: str, title: str, text: str) -> bool:
        self.texts += text.split("\n")
        return True


class Bot:
    """The world's clock as the bot's, the hands' as the machine's."""

    def __init__(self, world: World) -> None:
        self.world = world

    def now(self) -> dt.datetime:
        return self.world.now

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        return moment


Made = tuple[World, Hands, Attendant]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Made]:
    def made(**settings: Any) -> Made:
        notify = {"urls": ["a://b"], "disk_mib": 50} | settings.pop("notify", {})
        world = World(
            tmp_path,
            notify=notify,
            store={"path": tmp_path / "world.db"},
            backup={"folder": tmp_path / "b"},
            **settings,
        )
        hands = Hands(world)
        attendant = Attendant(
            world.settings,
            world.store,
            Bot(world),
            lambda: hands.online,
            real=hands,
            send=hands.send,
            systemd=Systemd({}),
        )
        attendant.begin()
        attendant.ready()
        return world, hands, attendant

    return made


def wait(hands: Hands, attendant: Attendant, minutes: float) -> None:
    """Real time passes; the attendant looks every minute."""
    for _ in range(int(minutes)):
        hands.real += dt.timedelta(minutes=1)
        attendant.look()
        hands.do(attendant.notifier.deliver(hands.real))


@pytest.mark.parametrize(
    ("kind", "says", "end"),
    [
        ("logged-out", "微信掉线", "online"),
        ("scan", "微信掉线", "online"),
        ("offline", "连不上微信网关", "online"),
        ("room-lost", "不在群里", "room-found"),
        ("room-missing", "不在群里", "room-found"),
    ],
)
def test_what_keeps_the_bot_from_hearing_is_told_and_so_is_its_end(
    make: Callable[..., Made], kind: StateKind, says: str, end: StateKind
) -> None:
    _, hands, attendant = make()
    hands.online = not kind.startswith(("logged", "scan", "off"))
    attendant.on_state(WechatState(kind, "why"))
    wait(hands, attendant, 5)
    assert len(hands.texts) == 1 and says in hands.texts[0]
    assert not attendant.health().well
    hands.online = True
    attendant.on_state(WechatState(end))
    wait(hands, attendant, 2)
    assert len(hands.texts) == 2 and attendant.health().well


def test_the_second_channel_says_why_there_is_no_gateway_and_what_to_do(make: Callable[..., Made]) -> None:
    _, hands, attendant = make()
    hands.online = False
    attendant.on_state(WechatState("offline", "the gateway already serves another client", cause="taken"))
    wait(hands, attendant, 5)
    assert "给别的程序用" in hands.texts[0] and "停掉另一个" in hands.texts[0]


def test_a_gateway_that_never_answered_is_told_too(make: Callable[..., Made]) -> None:
    _, hands, attendant = make()
    hands.online = False
    wait(hands, attendant, 5)
    assert len(hands.texts) == 1 and "网关" in hands.texts[0]


def test_a_step_that_nobody_takes_is_late_whatever_the_bots_clock_does(make: Callable[..., Made]) -> None:
    world, hands, attendant = make()
    wait(hands, attendant, 10)  # the bot's clock stands still: nothing is late
    assert hands.texts == []
    world.now = world.moment("08:31")  # and the engine sleeps
    wait(hands, attendant, 4)
    assert hands.texts == [] and attendant.health().well
    wait(hands, attendant, 3)
    assert len(hands.texts) == 1 and "晚了" in hands.texts[0] and "late" in attendant.health().reasons[0]
    world.until("08:32")
    wait(hands, attendant, 1)
    assert len(hands.texts) == 2 and attendant.health().well


def test_messages_that_cannot_be_sent_are_told(make: Callable[..., Made]) -> None:
    world, hands, attendant = make()
    world.wechat.broken = SendError("no", permanent=True)
    world.until("08:31")
    wait(hands, attendant, 3)
    assert len(hands.texts) == 1 and "发不出去" in hands.texts[0]


def test_three_restarts_in_ten_minutes_are_told_but_not_orderly_ones(make: Callable[..., Made]) -> None:
    _, hands, attendant = make()
    for _ in range(5):
        hands.real += dt.timedelta(minutes=1)
        attendant.ended()
        attendant.begin()
    hands.do(attendant.notifier.deliver(hands.real))
    assert hands.texts == []
    for _ in range(3):
        hands.real += dt.timedelta(minutes=1)
        attendant.begin()
    hands.do(attendant.notifier.deliver(hands.real))
    assert len(hands.texts) == 1 and "3 次" in hands.texts[0]
    wait(hands, attendant, 12)
    assert len(hands.texts) == 2 and "稳定" in hands.texts[1]


@pytest.mark.parametrize("wanted", [True, False])
def test_an_emergency_is_told_once_without_a_name_when_config_says_so(make: Callable[..., Made], wanted: bool) -> None:
    world, hands, attendant = make(notify={"distress": wanted})
    world.says("周强", "我妈孙桂芳摔倒了起不来", "06:10")
    wait(hands, attendant, 200)
    told = [t for t in hands.texts if "紧急" in t]
    assert len(told) == (1 if wanted else 0)
    assert not any("孙桂芳" in t or "周强" in t for t in hands.texts)
    world.says("林小满", "孙桂芳送到医院了，人没事", "06:30")
    wait(hands, attendant, 1)
    assert len([t for t in hands.texts if "紧急" in t]) == (2 if wanted else 0)


def test_a_disk_that_is_nearly_full_is_told(make: Callable[..., Made]) -> None:
    _, hands, attendant = make()
    wait(hands, attendant, 2)
    assert hands.texts == []
    notify = attendant.settings.notify.model_copy(update={"disk_mib": 10**12})  # more than any disk has
    attendant.settings = attendant.settings.model_copy(update={"notify": notify})
    wait(hands, attendant, 2)
    assert len(hands.texts) == 1 and "磁盘快满了" in hands.texts[0]


def test_a_database_that_cannot_be_written_is_told_and_no_sign_of_life_goes_out(
    make: Callable[..., Made], far_end: FarEnd
) -> None:
    world, hands, attendant = make(heartbeat={"url": far_end.url + "/ping/1", "every_seconds": 60})
    attendant.look()
    hands.do(attendant.beat())
    world.store.run("PRAGMA query_only=ON")
    wait(hands, attendant, 1)
    hands.do(attendant.beat())
    assert far_end.paths == ["/ping/1", "/ping/1/fail"]
    assert "cannot be written" in far_end.got[1][2] and "数据库" in hands.texts[0]


def test_the_sign_of_life_stays_away_while_the_bot_is_deaf(make: Callable[..., Made], far_end: FarEnd) -> None:
    _, hands, attendant = make(heartbeat={"url": far_end.url + "/p?x=1", "style": "plain", "method": "GET"})
    hands.online = False
    hands.do(attendant.beat())
    assert far_end.paths == []
    hands.online = True
    hands.do(attendant.beat())
    assert [(m, p) for m, p, _ in far_end.got] == [("GET", "/p?x=1")]


async def test_a_heartbeat_nobody_takes_is_logged_once_and_without_its_address(
    far_end: FarEnd, caplog: pytest.LogCaptureFixture
) -> None:
    beat = Heartbeat(far_end.url + "/secret", timeout=2)
    far_end.status = 500
    assert not await beat.send("well") and not await beat.send("well")
    nobody = Heartbeat("http://127.0.0.1:9/secret", timeout=2)
    assert not await nobody.send("well")
    assert len(caplog.records) == 2 and "secret" not in caplog.text
    far_end.status = 200
    assert await beat.send("well")


def test_start_and_fail_stand_behind_the_path_and_before_the_query() -> None:
    assert address("https://hc.example/ping/abc", "fail") == "https://hc.example/ping/abc/fail"
    assert address("https://hc.example/ping/abc/?rid=1", "start") == "https://hc.example/ping/abc/start?rid=1"
    assert address("https://hc.example/ping/abc", "well") == "https://hc.example/ping/abc"


def test_a_snapshot_is_made_each_hour_and_a_failure_is_told(make: Callable[..., Made], tmp_path: Path) -> None:
    _, hands, attendant = make()
    for _ in range(130):
        hands.do(attendant.back_up())
        hands.real += dt.timedelta(minutes=1)
    assert len(list((tmp_path / "b").glob("*.db"))) == 3
    for path in (tmp_path / "b").iterdir():
        path.unlink()
    (tmp_path / "b").rmdir()
    (tmp_path / "b").write_text("in the way")
    hands.do(attendant.back_up())
    hands.do(attendant.notifier.deliver(hands.real))
    assert any("备份没有做成" in t for t in hands.texts)


def test_a_snapshot_from_a_time_that_has_not_come_does_not_stand_in_for_todays(
    make: Callable[..., Made], tmp_path: Path
) -> None:
    _, hands, attendant = make()
    hands.real += dt.timedelta(days=300)
    hands.do(attendant.back_up())
    hands.real -= dt.timedelta(days=300)  # the clock was wrong
    for _ in range(70):
        hands.do(attendant.back_up())
        hands.real += dt.timedelta(minutes=1)
    assert len(list((tmp_path / "b").glob("*.db"))) == 3  # that one, now, and an hour later


def test_lateness_begins_when_it_is_seen_and_ends_when_the_step_is_taken() -> None:
    watch, t = LateWatch(), dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    minute = dt.timedelta(minutes=1)
    assert watch.look(t, t + minute, t) == dt.timedelta()
    assert watch.look(t, t + 600 * minute, t + minute) == minute
    assert watch.look(t + minute, t + 600 * minute, t + 2 * minute) == dt.timedelta()  # another step: work goes on
    assert watch.look(None, t, t + 3 * minute) == dt.timedelta()


def test_systemd_hears_that_the_bot_is_ready_and_alive(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as far:
        far.bind(str(tmp_path / "s"))
        systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "s"), "WATCHDOG_USEC": "120000000"})
        systemd.ready()
        systemd.alive()
        systemd.stopping()
        assert [far.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
        assert systemd.watchdog_seconds == 120
    systemd.alive()  # nobody listens any more: no error
    Systemd({}).ready()


def test_figures_and_health_for_this_machine_alone(make: Callable[..., Made]) -> None:
    pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
    from bot.ops import pages
    from tests.ops.conftest import play_a_busy_day

    world, hands, attendant = make()
    play_a_busy_day(world)
    app = Quart("test")
    metrics = pages.register(app, attendant)
    assert metrics is not None
    metrics.step_taken(dt.timedelta(seconds=2))
    attendant.look()

    def get(page: str, client: str = "127.0.0.1") -> tuple[int, str]:
        async def asked() -> tuple[int, str]:
            answer = await app.test_client().get(page, scope_base={"client": (client, 5)})
            return answer.status_code, (await answer.get_data()).decode()

        found: tuple[int, str] = hands.do(asked())
        return found

    status, text = get("/metrics")
    assert status == 200
    understood = world.store.all("SELECT intent, count(*) AS n FROM messages WHERE intent IS NOT NULL GROUP BY intent")
    assert len(understood) > 2
    heard = world.store.one("SELECT count(*) AS n FROM messages WHERE type = 'text'")
    assert heard is not None and f'baoanniao_messages_heard_total{{type="text"}} {float(heard["n"])}' in text
    for wanted in (
        *(f'messages_understood_total{{intent="{r["intent"]}"}} {float(r["n"])}' for r in understood),
        'messages_sent_total{kind="summary"}',
        "outbox_oldest_waiting_seconds",
        'open_alerts{kind="missed"}',
        "baoanniao_online 1.0",
        'step_lateness_seconds_bucket{le="5.0"} 1.0',
    ):
        assert wanted in text, wanted
    assert not any(e.name in text or e.phone in text for e in world.people.elders.values())
    status, text = get("/healthz")
    assert status == 200 and json.loads(text)["well"] is True
    hands.online = False
    status, text = get("/healthz")
    assert status == 503 and json.loads(text)["reasons"] == ["WeChat is offline"]
    assert get("/healthz", "192.0.2.7")[0] == get("/metrics", "192.0.2.7")[0] == 404
