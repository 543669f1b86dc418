"""The whole bot behind the real gateway: from words in the group to what is stored and answered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.config import Pace, Settings
from bot.engine import Engine
from bot.looking.boards import Boards
from bot.model import Message
from bot.wechat.link import Link
from data import days, journal, retention, roster
from data.store import Store
from tests.wechat.conftest import ROSTER, Clock, mode_and_bytes

from .conftest import Bot, files_in, running
from .rig import ROOM, Rig

MORNING = dt.datetime(2031, 3, 4, 0, 40, tzinfo=dt.UTC)  # 8:40 in Lanzhou
SETTINGS = Settings(community="试验社区", pace=Pace(gap_seconds=0, per_minute=600, per_day=10_000))


@dataclass
class Whole:
    bot: Bot
    engine: Engine
    clock: Clock


@pytest.fixture
async def whole(rig: Rig, store: Store, tmp_path: Path) -> AsyncIterator[Whole]:
    roster.save(store, ROSTER, MORNING)
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path) as bot:
        clock = Clock(MORNING)
        engine = Engine(store, SETTINGS, bot.channel)
        await engine.start(clock.now())

        async def hear(message: Message) -> None:
            bot.heard.append(message)
            await engine.hear(message, clock.now())

        bot.wechat._hear = hear
        yield Whole(bot, engine, clock)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stamp(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


async def test_a_check_in_counts_once_however_often_the_event_comes(rig: Rig, whole: Whole, store: Store) -> None:
    said = await rig("say", **{"from": "c-guihua"}, text="我今天平安", timestamp=stamp(MORNING))
    await whole.bot.hears(1)
    whole.bot.wechat._recent.clear()  # as after a restart: only the database remembers
    await rig("emit", event="message", payload={"messageId": said["id"]})
    await rig("say", **{"from": "c-stranger"}, text="大家早", timestamp=stamp(MORNING))
    await whole.bot.until(lambda: whole.bot.heard[-1].text == "大家早", "the last word")
    found = days.get(store, dt.date(2031, 3, 4), "A1")
    assert found is not None and found["state"] == "safe"
    reports = store.all("SELECT message FROM reports")
    assert [r["message"] for r in reports] == [said["id"]]


async def test_a_nudge_is_no_check_in(rig: Rig, whole: Whole, store: Store) -> None:
    await rig("say", **{"from": "c-guihua"}, text='"桂花奶奶" 拍了拍 "小满"', timestamp=stamp(MORNING))
    await rig("say", **{"from": "c-stranger"}, text="大家早", timestamp=stamp(MORNING))
    await whole.bot.hears(1)
    found = days.get(store, dt.date(2031, 3, 4), "A1")
    assert found is not None and found["state"] == "waiting"


async def test_what_is_passed_on_is_no_check_in_and_is_kept_as_long_as_pictures_are(
    rig: Rig, whole: Whole, store: Store
) -> None:
    article = "<msg><appmsg><title>牛桂花今天平安</title><type>5</type></appmsg></msg>"
    await rig("say", **{"from": "c-guihua"}, type="url", text=article, timestamp=stamp(MORNING))
    file = {"name": "平安.pdf", "size": 5000}
    await rig("say", **{"from": "c-guihua"}, type="attachment", file=file, timestamp=stamp(MORNING))
    kept = (await whole.bot.hears(2))[1].file
    found = days.get(store, dt.date(2031, 3, 4), "A1")
    assert found is not None and found["state"] == "waiting" and kept
    rows = journal.between(store, "passed-on", MORNING, MORNING + dt.timedelta(hours=1))
    assert [json.loads(r["detail"])["kind"] for r in rows] == ["link", "file"]
    late = MORNING + dt.timedelta(days=SETTINGS.retention.media_days)
    assert retention.forget_media(store, Path(kept).parent, MORNING) == 0
    assert mode_and_bytes(kept)[0] == 0o600
    assert retention.forget_media(store, Path(kept).parent, late) == 1
    with pytest.raises(FileNotFoundError):
        mode_and_bytes(kept)


async def test_a_coordinator_s_table_in_private_is_answered_and_the_room_is_left_in_peace(
    rig: Rig, whole: Whole
) -> None:
    file = {"name": "老人名单.xlsx", "size": 9000}
    said = await rig("say", **{"from": "c-qiping"}, type="attachment", file=file, room="", timestamp=stamp(MORNING))
    await whole.bot.until(lambda: whole.bot.echoes, "an answer")
    [answer] = await rig.sent()
    assert answer["to"] == "c-qiping" and "老人名单.xlsx" in answer["text"] and said["sha256"][:12] in answer["text"]


async def test_what_was_taken_back_counts_no_more(rig: Rig, whole: Whole, store: Store) -> None:
    said = await rig("say", **{"from": "c-guihua"}, text="我今天平安", timestamp=stamp(MORNING))
    await rig("say", **{"from": "c-guihua"}, type="recalled", text=said["id"], timestamp=stamp(MORNING))
    await whole.bot.hears(2)
    found = days.get(store, dt.date(2031, 3, 4), "A1")
    assert found is not None and found["state"] == "waiting"


async def test_a_chain_reports_for_everybody_in_it(rig: Rig, whole: Whole, store: Store) -> None:
    text = "#接龙\n报平安\n1. 牛桂花 平安\n2. 邱大年 平安"
    await rig("say", **{"from": "c-puyong"}, type="groupnote", text=text, timestamp=stamp(MORNING))
    await whole.bot.hears(1)
    states = days.states(store, dt.date(2031, 3, 4))
    assert (states["A1"], states["A2"], states["A3"]) == ("safe", "safe", "waiting")


async def test_the_evening_s_board_reaches_the_room_and_the_coordinator_byte_for_byte(
    rig: Rig, bot: Bot, store: Store, tmp_path: Path
) -> None:
    async def drawn(draw: Callable[..., Any], *args: Any) -> Any:
        return draw(*args)

    roster.save(store, ROSTER, MORNING)
    folder = tmp_path / "media"
    engine = Engine(store, SETTINGS, bot.channel, boards=Boards(store, SETTINGS, folder, drawn))
    await engine.start(MORNING)
    for minute in range(0, 700, 5):
        await engine.wake(MORNING + dt.timedelta(minutes=minute))
    sent = {s["to"]: s for s in await rig.sent() if s["kind"] == "file"}
    made = {sha(data): name for name, data in files_in(folder / "drawn").items()}
    assert set(sent) == {ROOM, "c-qiping"} and len(made) == 2
    for file in sent.values():
        assert made[file["sha256"]].name == file["name"] and file["name"].endswith(".png")


async def test_a_coordinator_s_question_is_answered_where_it_was_asked(rig: Rig, whole: Whole) -> None:
    await rig("say", **{"from": "c-qiping"}, text="谁没报", room="", timestamp=stamp(MORNING))
    await whole.bot.hears(1)
    await whole.bot.until(lambda: whole.bot.echoes, "an answer")
    answers = [s for s in await rig.sent() if s["to"] == "c-qiping"]
    assert len(answers) == 1 and "牛桂花" in answers[0]["text"]


async def test_an_emergency_reaches_the_room_with_real_mentions(rig: Rig, whole: Whole) -> None:
    await rig("say", **{"from": "c-xiaoman"}, text="我爸摔倒了起不来，快来人！", timestamp=stamp(MORNING))
    await whole.bot.hears(1)
    await whole.bot.until(lambda: whole.bot.echoes, "an alarm")
    [alarm] = [s for s in await rig.sent() if s["to"] == ROOM]
    assert "邱大年" in alarm["text"] and "c-puyong" in alarm["mentions"]
