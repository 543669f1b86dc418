"""Messages about several elders: what one part surely says leads, whatever the whole sounds like."""

from __future__ import annotations

import pytest

from bot.model import INTENTS, Intent, Message
from bot.reading import Reader, hearing

from .conftest import AT, Read, community


def row(intent: Intent, weight: float, contact: float = 0.0) -> int:
    """Weights that speak for one intent."""
    weights = [0.0] * hearing.HEADS
    weights[INTENTS.index(intent)], weights[-1] = weight, contact
    return hearing.pack(weights)


@pytest.mark.parametrize(
    ("text", "word", "lead", "outcome"),
    [
        ("吕秀云奶奶好着呢，柳国庆爷爷没应门", "应", "unreachable", None),
        ("吕秀云奶奶好着呢，柳国庆爷爷去外地了", "外", "elder_away", "away"),
    ],
)
def test_the_end_that_is_told_is_that_of_what_leads(text: str, word: str, lead: Intent, outcome: str | None) -> None:
    reader = Reader(community(), {"好": row("checkin", 3.17, 3.0), word: row(lead, 3.1)})
    got = reader.read(Message("m", AT, "陶然", text=text))
    assert (got.intent, got.elders, got.contacts()) == (lead, ("N04",), {"N03": "checkin"})
    assert got.outcome == outcome


@pytest.mark.parametrize(
    ("sender", "text", "wrong", "right"),
    [
        ("陶然", "更正：刚才说吕奶奶没事写错了，见着的是高玉霞奶奶，吕奶奶家还没去", "N03", "N05"),
        ("邵鹏", "早上我说爸妈都好，其实只跟我妈通了话，我爸的不能算", "N01", "N02"),
    ],
)
def test_who_was_taken_for_whom(read: Read, sender: str, text: str, wrong: str, right: str) -> None:
    got = read(sender, text)
    assert (got.intent, got.elders, set(got.contacts())) == ("correct", (wrong,), {right})


@pytest.mark.parametrize(
    "text",
    ["吕奶奶在早市边上坐着，手冰凉，送回家交给柳国庆爷爷了", "吕奶奶摔了一下，没伤着，就是腿疼，柳国庆爷爷给她揉着呢"],
)
def test_who_only_helps_is_not_cleared_by_it(read: Read, text: str) -> None:
    assert set(read("陶然", text).contacts()) == {"N03"}


def test_the_other_half_is_away_and_the_writer_at_home(read: Read) -> None:
    got = read("邵长林", "桂枝昨天去她妹子家了，住到礼拜天，就剩我一个看家，没事")
    assert (got.intent, got.elders, got.contacts()) == ("elder_away", ("N02",), {"N01": "checkin"})


@pytest.mark.parametrize(
    "text",
    [
        "我妈给我开的门，正煮粥呢，我爸去理发了，我没碰上",
        "我妈说她挺好，我爸在里屋，没听见他声，一会儿再问",
        "刚跟我妈说了几句，她在择韭菜。我爸那边她没提，我也忘问了",
    ],
)
def test_who_was_not_met_is_not_cleared_with_the_other(read: Read, text: str) -> None:
    assert set(read("邵鹏", text).contacts()) == {"N02"}


def test_both_are_well_in_the_end(read: Read) -> None:
    assert set(read("邵鹏", "我爸接的电话，我妈在厨房炒菜没听见铃响，俩人都好").contacts()) == {"N01", "N02"}


@pytest.mark.parametrize(
    "text",
    [
        "我爸在沙发上歪着，精神着呢，还有劲骂我妈",
        "我爸找到了，在棋摊上，人好好的，把我妈气得够呛",
        "我爸自己坐车回来了，还给我妈捎了把香菜",
        "我爸血糖早上九点八，我妈说他昨晚偷吃了月饼",
    ],
)
def test_who_only_has_something_done_to_is_not_told_of(read: Read, text: str) -> None:
    assert set(read("邵鹏", text).contacts()) == {"N01"}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("写错了，见着的是高玉霞奶奶，吕奶奶我今天还没见", {"N05"}),
        ("更正：早上写吕奶奶已见面，其实是高玉霞奶奶，在楼下遛弯", {"N05"}),
        ("早上说吕奶奶血压正常，写串行了，吕奶奶我今天还没去", set()),
    ],
)
def test_a_correction_clears_only_whom_it_puts_right(read: Read, text: str, right: set[str]) -> None:
    got = read("陶然", text)
    assert (got.intent, got.elders, set(got.contacts())) == ("correct", ("N03",), right)


def test_a_couple_next_door_is_not_the_couple_who_writes(read: Read) -> None:
    assert "N01" not in read("邵长林", "吕秀云老两口今早在楼下买菜呢，精神得很").contacts()
