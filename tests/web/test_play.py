from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from bot.web.errors import Problem
from bot.web.play import Player, read_script
from bot.wechat.world import LocalWorld, WorldMessage
from tests.web.stage import MORNING, ZONE, StillControls, named

DAY = """
- {at: "06:10", from: 素芬, text: 平安}
- {at: "08:12", from: 老窦, text: "🌹", type: emoticon}
- {at: 8:40, from: 月月, text: "@小安 @雪梅 我妈挺好的"}
- {at: "09:00", from: 罗主任, text: 谁没报, to: bot}
- {at: "09:00", from: 小康, text: 我去看看}
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "day.yaml"
    path.write_text(DAY, encoding="utf-8")
    return path


def player_of(world: LocalWorld, controls: StillControls, script: Path, seconds: float = 0) -> Player:
    return Player(world, controls, script, ZONE, seconds)


async def finished(player: Player) -> None:
    async with asyncio.timeout(10):
        await player.ended()
    assert not player.progress.running


async def test_each_line_is_said_at_its_time_of_the_next_day(
    world: LocalWorld, controls: StillControls, script: Path
) -> None:
    heard: list[WorldMessage] = []
    world.subscribe(heard.append)
    player = player_of(world, controls, script)
    await player.start()
    await finished(player)
    assert [m.at.astimezone(ZONE).strftime("%d %H:%M") for m in heard] == [
        "11 06:10",
        "11 08:12",
        "11 08:40",
        "11 09:00",
        "11 09:00",
    ]
    assert [m.type for m in heard[:2]] == ["text", "emoticon"]
    assert heard[2].mentions == (world.BOT, named(world, "雪梅").id)
    assert [m.chat for m in heard[3:]] == [named(world, "罗主任").id, "room"]
    assert (player.progress.done, player.progress.total, player.progress.problem) == (5, 5, "")
    assert controls.now() == MORNING.replace(day=11, hour=21)


async def test_what_the_bot_does_between_happens_at_its_own_time(
    world: LocalWorld, controls: StillControls, script: Path
) -> None:
    async def remind() -> None:
        await world.say(world.BOT, "早上好")

    reminder, tomorrow = MORNING.replace(day=11, hour=8, minute=30), MORNING.replace(day=12)
    controls.at(reminder, remind)
    controls.at(tomorrow, remind)
    player = player_of(world, controls, script)
    await player.start()
    await finished(player)
    (said,) = [m for m in world.history("room") if m.sender == world.BOT]
    assert said.at == reminder
    assert [m.text for m in world.history("room")].index("早上好") == 2


async def test_before_five_in_the_morning_the_day_is_today(
    world: LocalWorld, controls: StillControls, script: Path
) -> None:
    controls.moment = MORNING.replace(hour=3)
    player = player_of(world, controls, script)
    await player.start()
    assert player.progress.day == dt.date(2026, 3, 10)
    await finished(player)


async def test_a_play_can_be_stopped_and_started_again(
    world: LocalWorld, controls: StillControls, script: Path
) -> None:
    first_said = asyncio.Event()

    def heard(_: WorldMessage) -> None:
        first_said.set()

    world.subscribe(heard)
    player = player_of(world, controls, script, seconds=10_000)
    await player.start()
    with pytest.raises(Problem, match="正在播放"):
        await player.start()
    await asyncio.wait_for(first_said.wait(), 5)
    await player.stop()
    assert not player.progress.running and player.progress.done == 1 and world.last_seq() == 1
    await player.start()
    await player.stop()


async def test_a_thing_that_stays_due_does_not_hold_the_play_up(
    world: LocalWorld, controls: StillControls, script: Path
) -> None:
    class Stuck(StillControls):
        def next_due(self) -> dt.datetime | None:
            return MORNING

    stuck = Stuck()
    world.now = stuck.now
    player = player_of(world, stuck, script)
    await player.start()
    await finished(player)
    assert player.progress.done == 5


async def test_a_stranger_of_the_day_joins_the_group_and_stays_the_same_person(
    world: LocalWorld, controls: StillControls, tmp_path: Path
) -> None:
    path = tmp_path / "day.yaml"
    path.write_text(
        '- {at: "06:00", from: 卖菜的, text: 新鲜白菜, stranger: true}\n'
        '- {at: "06:05", from: 素芬, text: "@卖菜的 给我留一颗", stranger: true}\n',
        encoding="utf-8",
    )
    before = world.contacts()
    for _ in range(2):
        player = player_of(world, controls, path)
        await player.start()
        await finished(player)
    (stranger,) = set(world.contacts()) - set(before)
    assert (stranger.name, stranger.role) == ("卖菜的", "neighbour")
    first, second, again, _ = world.history("room")
    assert first.sender == again.sender == stranger.id
    assert second.sender == named(world, "素芬").id and second.mentions == (stranger.id,)


async def test_a_line_that_cannot_be_said_ends_the_play_with_a_word(
    world: LocalWorld, controls: StillControls, tmp_path: Path
) -> None:
    path = tmp_path / "day.yaml"
    path.write_text('- {at: "06:00", from: 素芬, text: ""}\n', encoding="utf-8")
    player = player_of(world, controls, path)
    await player.start()
    await finished(player)
    assert player.progress.problem and not player.progress.running


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[]", "空的"),
        ("{", "写坏了"),
        ("- 平安", "第 1 句"),
        ('- {at: "25:00", from: 素芬, text: x}', "第 1 句时间"),
        ('- {at: "04:59", from: 素芬, text: x}', "第 1 句时间"),
        ('- {at: "06:00", from: 谁也不是, text: x}', "第 1 句的人"),
        ('- {at: "06:00", from: 素芬, text: x, to: 别处}', "去处"),
        ('- {at: "06:00", from: 素芬, text: x, type: recalled}', "类型"),
        ('- {at: "07:00", from: 素芬, text: x}\n- {at: "06:00", from: 素芬, text: x}', "第 2 句时间倒"),
    ],
)
def test_a_script_that_is_wrong_says_where(world: LocalWorld, tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "day.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=word):
        read_script(path, world)


def test_a_script_that_is_not_there_says_so(world: LocalWorld, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="打不开"):
        read_script(tmp_path / "nowhere.yaml", world)
