"""The second channel: told once, told again when it lasts, told when it is over, and through a crash."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from bot.ops import notify
from bot.ops.notify import Notifier, send_test
from data.store import Store
from tests.ops.conftest import FarEnd
from tests.world import World

NOW = dt.datetime(2026, 3, 10, 4, 0, tzinfo=dt.UTC)


def after(**span: float) -> dt.datetime:
    return NOW + dt.timedelta(**span)


class Far:
    """A hand-written far end: what it took, by address; `broken` refuses."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.broken: set[str] = set()

    async def __call__(self, address: str, title: str, text: str) -> bool:
        if address in self.broken:
            raise ConnectionError(f"cannot reach {address}")
        self.got.append((address, text))
        return True

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.got]


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def notifier(world: World, far: Far) -> Notifier:
    return Notifier(world.store, ["a://one"], again_after=dt.timedelta(minutes=60), send=far)


async def test_a_trouble_that_lasts_is_told_once_an_hour(notifier: Notifier, far: Far) -> None:
    for minute in range(0, 150, 1):
        notifier.trouble("disk", after(minutes=minute), "磁盘快满了")
        await notifier.deliver(after(minutes=minute))
    assert far.texts == ["磁盘快满了"] * 3


async def test_its_end_is_told_to_who_was_told_of_it(notifier: Notifier, far: Far) -> None:
    notifier.trouble("disk", NOW, "磁盘快满了")
    await notifier.deliver(NOW)
    notifier.over("disk", after(minutes=5), "又有地方了")
    notifier.over("disk", after(minutes=6), "又有地方了")
    await notifier.deliver(after(minutes=6))
    assert far.texts == ["磁盘快满了", "又有地方了"]


async def test_a_line_that_drops_and_comes_back_at_once_is_not_told(notifier: Notifier, far: Far) -> None:
    notifier.trouble("gateway", NOW)
    await notifier.deliver(NOW)
    notifier.over("gateway", after(minutes=1))
    await notifier.deliver(after(minutes=10))
    assert far.texts == []


async def test_a_trouble_that_comes_and_goes_is_told_at_most_once_an_hour_and_never_forgotten(
    notifier: Notifier, far: Far
) -> None:
    for minute in range(0, 120, 10):
        notifier.trouble("disk", after(minutes=minute), "满了")
        await notifier.deliver(after(minutes=minute))
        notifier.over("disk", after(minutes=minute + 5), "好了")
        await notifier.deliver(after(minutes=minute + 5))
    assert far.texts.count("满了") <= 2
    notifier.trouble("disk", after(minutes=125), "满了")
    await notifier.deliver(after(minutes=200))
    assert far.texts[-1] == "满了"


async def test_what_was_promised_is_sent_after_a_crash_even_when_it_was_being_sent(world: World, far: Far) -> None:
    async def dies(address: str, title: str, text: str) -> bool:
        raise SystemExit

    before = Notifier(world.store, ["a://one"], send=dies)
    before.trouble("disk", NOW, "满了")
    with pytest.raises(SystemExit):
        await before.deliver(NOW)
    world.store.close()
    world.store = Store.open(world.path, "试验社区")
    again = Notifier(world.store, ["a://one"], send=far)
    await again.deliver(after(seconds=1))
    assert far.texts == []
    again.begin()
    await again.deliver(after(seconds=2))
    assert far.texts == ["满了"]


async def test_one_far_end_that_is_down_is_tried_again_and_the_other_not_told_twice(world: World, far: Far) -> None:
    notifier = Notifier(world.store, ["a://one", "a://two"], send=far)
    far.broken = {"a://two"}
    notifier.trouble("room", NOW)
    for minute in range(8):
        await notifier.deliver(after(minutes=minute))
    far.broken = set()
    await notifier.deliver(after(minutes=20))
    assert sorted(a for a, _ in far.got) == ["a://one", "a://two"]


async def test_it_is_given_up_after_a_day_and_the_log_shows_no_address(
    world: World, far: Far, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(world.store, ["a://secret-token"], send=far)
    far.broken = {"a://secret-token"}
    notifier.trouble("room", NOW)
    for hour in range(30):
        await notifier.deliver(after(hours=hour))
    row = world.store.one("SELECT state, error FROM notices")
    assert row is not None and row["state"] == "failed" and row["error"] == "ConnectionError"
    assert "given up" in caplog.text and "secret" not in caplog.text
    stored = "".join(str(tuple(r)) for r in world.store.all("SELECT * FROM notices"))
    assert "secret" not in stored


async def test_several_troubles_at_once_are_one_message(notifier: Notifier, far: Far) -> None:
    notifier.trouble("disk", NOW, "满了")
    notifier.trouble("room", NOW, "不在群里")
    await notifier.deliver(NOW)
    assert far.texts == ["满了\n不在群里"]


async def test_when_the_database_cannot_be_written_it_is_told_all_the_same_once(
    world: World, far: Far, notifier: Notifier
) -> None:
    world.store.run("PRAGMA query_only=ON")
    for second in range(0, 60, 5):
        notifier.trouble("database", after(seconds=second), "写不进去")
        await notifier.deliver(after(seconds=second))
    assert far.texts == ["写不进去"]
    world.store.run("PRAGMA query_only=OFF")
    notifier.over("database", after(minutes=2), "又能写了")
    await notifier.deliver(after(minutes=2))
    assert far.texts == ["写不进去", "又能写了"]


async def test_an_address_that_left_the_config_gets_nothing(world: World, far: Far) -> None:
    Notifier(world.store, ["a://old"], send=far).trouble("disk", NOW, "满了")
    await Notifier(world.store, ["a://new"], send=far).deliver(after(minutes=1))
    assert far.got == []


async def test_without_addresses_nothing_is_kept(world: World, far: Far) -> None:
    notifier = Notifier(world.store, [], send=far)
    assert not notifier.trouble("disk", NOW, "满了") and not notifier.is_set_up
    assert await notifier.deliver(NOW) == 0
    assert world.store.all("SELECT * FROM notices") == []


async def test_the_real_apprise_reaches_a_real_far_end(
    world: World, far_end: FarEnd, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("apprise", reason="apprise is not installed")
    caplog.set_level(logging.DEBUG)
    url = far_end.url.replace("http://", "json://user:hunter2@") + "/hook/sesame"
    notifier = Notifier(world.store, [url])
    notifier.trouble("room", NOW)
    await notifier.deliver(NOW)
    (sent,) = far_end.notices
    assert sent["title"] == "报安鸟 · 试验社区" and "小安不在群里" in sent["message"]
    far_end.status = 500
    notifier.trouble("disk", NOW, "满了")
    assert await notifier.deliver(NOW) == 0
    far_end.status = 200
    assert await notifier.deliver(after(minutes=1)) == 1
    assert "hunter2" not in caplog.text and "sesame" not in caplog.text and "127.0.0.1" not in caplog.text


async def test_a_test_tells_what_came_of_each_address_without_showing_it(far_end: FarEnd) -> None:
    pytest.importorskip("apprise", reason="apprise is not installed")
    good = far_end.url.replace("http", "json")
    tried = await send_test([good, "nonsense://secret", "no address", "json://127.0.0.1:9/secret"], "试验社区")
    assert [t.kind for t in tried] == ["json", "nonsense", "?", "json"]
    assert [bool(t.problem) for t in tried] == [False, True, True, True]
    assert "secret" not in repr(tried) and "测试" in far_end.notices[0]["message"]


def test_every_subject_has_its_words_and_none_holds_a_blank_for_a_person() -> None:
    from bot.ops.words import _words

    words = _words()
    for subject in (
        "logged-out",
        "gateway",
        "room",
        "sending",
        "disk",
        "database",
        "late",
        "restarts",
        "backup",
        "distress",
    ):
        assert subject in words and f"{subject}-over" in words
    assert not any(blank in text for text in words.values() for blank in ("{name", "{elder", "{phone", "{address"))
    assert set(notify.GRACE) <= set(words)
