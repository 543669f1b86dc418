"""Who of several is in contact: rules and the slow look weighed for each, a doubt clears nobody, an alarm stays an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import CONTACT, INTENTS, Intent, Message, Reading
from bot.reading import Reader, hearing, persons, pondering
from bot.reading.senders import Sender

from .conftest import AT, Read, community

# The rules count a little, what the slow look says of each person much more.
TABLE = {hearing.BIAS: -0.5, "named cleared": 1.0, "writer cleared": 1.0, "named odds": 1.0, "writer odds": 1.0}
SON = Sender("family", ("N01", "N02"))
IDS = ("N01", "N02", "N03", "N04")
intents = st.sampled_from(INTENTS)
elders = st.lists(st.sampled_from(IDS), unique=True, max_size=4).map(tuple)
readings = st.builds(
    Reading,
    st.just("m"),
    intents,
    elders,
    st.lists(intents, unique=True, max_size=2).map(tuple),
    st.dictionaries(intents, elders.filter(bool), max_size=2),
    st.booleans(),
)


def cast(odds: Mapping[str, float], sender: Sender = SON, writer: float = 0.0) -> persons.Cast:
    return persons.Cast(sender, 0.0, 0.0, writer, {i: [o] for i, o in odds.items()})


def test_who_is_thought_out_of_contact_is_not_cleared_beside_another() -> None:
    read = Reading("m", "checkin", ("N01", "N02"))
    after = persons.settled(read, cast({"N01": 5, "N02": -5}), TABLE)
    assert (after.intent, after.contacts()) == ("checkin", {"N01": "checkin"})
    assert persons.settled(read, cast({"N01": 5, "N02": 5}), TABLE) == read


def test_who_is_well_beside_another_s_alarm_is_cleared_and_the_alarm_stays() -> None:
    read = Reading("m", "unreachable", ("N02",), why="电话没人接")
    after = persons.settled(read, cast({"N01": 5, "N02": 5}), TABLE)
    assert (after.intent, after.elders, after.contacts()) == ("unreachable", ("N02",), {"N01": "checkin"})
    assert after.why.startswith("电话没人接；")


def test_where_nobody_is_left_it_stays_open_who_is_meant() -> None:
    read = Reading("m", "checkin", ("N02",))
    after = persons.settled(read, cast({"N01": -5, "N02": -5}), TABLE)
    assert (after.intent, after.elders, after.ambiguous, after.contacts()) == ("checkin", ("N02",), True, {})


def test_what_stands_beside_something_else_is_left_out_and_the_rest_stays() -> None:
    read = Reading("m", "request", ("N02",), ("checkin",))
    after = persons.settled(read, cast({"N01": -5, "N02": -5}), TABLE)
    assert (after.intent, after.elders, after.also, after.ambiguous) == ("request", ("N02",), (), False)


def test_the_old_person_who_writes_comes_into_question_as_well() -> None:
    read = Reading("m", "checkin", ("N01", "N02"))
    after = persons.settled(read, cast({"N02": 5}, Sender("elder", ("N01",), spouse=("N02",)), writer=-5), TABLE)
    assert after.contacts() == {"N02": "checkin"}


@pytest.mark.parametrize(
    "read", [Reading("m", "checkin", ("N01",)), Reading("m", "chat"), Reading("m", "query", ("N01",))]
)
def test_where_only_one_comes_into_question_nothing_changes(read: Reading) -> None:
    assert persons.candidates(read, cast({"N01": -5})) == {}
    assert persons.settled(read, cast({"N01": -5}), TABLE) == read


@given(readings, st.dictionaries(st.sampled_from(IDS), st.floats(-9, 9)), st.floats(-9, 9))
def test_no_doubt_or_alarm_is_talked_away_and_nobody_else_is_cleared(
    read: Reading, odds: dict[str, float], writer: float
) -> None:
    after = persons.settled(read, cast(odds, Sender("elder", ("N01",)), writer), TABLE)
    assert set(after.contacts()) <= {*odds, "N01", *read.contacts()}
    if read.intent not in CONTACT:
        assert (after.intent, after.elders, after.ambiguous) == (read.intent, read.elders, read.ambiguous)
    if read.ambiguous:
        assert after == read
    if read.intent in ("distress", "unreachable"):
        assert not set(read.elders) & (after.contacts().keys() - read.contacts().keys())


@given(readings, st.dictionaries(st.sampled_from(IDS), st.sampled_from(("checkin", "concern")), min_size=1))
def test_a_reading_can_be_made_to_clear_just_these(read: Reading, well: dict[str, Intent]) -> None:
    after = persons.cleared_as(read._replace(ambiguous=False), well)
    assert after.contacts() == well
    assert [i for i in after.also if i not in CONTACT] == [i for i in read.also if i not in CONTACT]
    assert len(set(after.also)) == len(after.also)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), min_size=1),
        st.floats(-9, 9),
    )
)
def test_the_table_is_the_same_from_its_file(table: dict[str, float]) -> None:
    again = persons.load(persons.dump(table))
    assert again == pytest.approx({k: v for k, v in table.items() if k in again}, abs=0.0006)
    assert all(abs(v) < 0.001 for k, v in table.items() if k not in again)


def judged(sender: str, text: str, *odds: float) -> tuple[Reading, list[persons.Cast], int]:
    """A message that the quick look is sure about: how it is read, who plays a part, and how often the slow look was taken."""
    sure = [-3.0] * hearing.HEADS
    sure[INTENTS.index("checkin")] = sure[-1] = 3.0
    casts: list[persons.Cast] = []
    asked: list[tuple[int, ...]] = []

    def look(seen: str, role: str, places: tuple[int, ...]) -> pondering.Pondered:
        asked.append(places)
        assert all(seen[k] in "某亲" for k in places)
        whole = [0.0] * len(INTENTS) + [4.0] * 3
        whole[INTENTS.index("checkin")] = 9.0
        assert len(places) == len(odds)
        return pondering.Pondered(tuple(whole), odds)

    def settle(read: Reading, cast: persons.Cast) -> Reading:
        casts.append(cast)
        return persons.settled(read, cast, TABLE)

    reader = Reader(community(), {hearing.BIAS: hearing.pack(sure)}, look, settle)
    return reader.read(Message("m", AT, sender, text=text)), casts, len(asked)


def test_somebody_named_twice_counts_once_and_who_is_unclear_not_at_all() -> None:
    _, (cast,), _ = judged("陶然", "吕奶奶好着呢，柳爷爷在屋里，吕奶奶跟高奶奶下楼了", 1.0, 2.0, 3.0, 9.0)
    assert cast.odds == {"N03": [1.0, 3.0], "N04": [2.0]}


@pytest.mark.parametrize(
    ("text", "odds", "well"),
    [
        ("桂枝陪我去江边走了两圈", -9.0, {"N01", "N02"}),  # in so many words of both
        ("桂枝晒被子，我浇花", -1.2, {"N01", "N02"}),  # told of, and not plainly doubted
        ("桂枝晒被子，我浇花", -9.0, {"N01"}),
        ("桂枝瞎着急，我好好的", 9.0, {"N01"}),  # named only in passing
    ],
)
def test_of_an_old_couple_plain_words_stand_above_the_slow_look(text: str, odds: float, well: set[str]) -> None:
    read, _, _ = judged("邵长林", text, odds)
    assert set(read.contacts()) == well


def test_who_was_not_met_is_not_cleared_whatever_the_slow_look_says() -> None:
    read, _, _ = judged("陶然", "吕奶奶见着了，好着呢，柳爷爷没碰上", 9.0, 9.0)
    assert set(read.contacts()) == {"N03"}


def test_one_alone_gets_no_slow_look_where_the_quick_one_is_sure() -> None:
    assert judged("陶然", "吕奶奶见着了，好着呢，吕奶奶在剥蒜")[2] == 0


@pytest.mark.parametrize(
    ("sender", "text", "odds", "well"),
    [
        ("邵鹏", "爸接的电话，妈还没起来没叫她", (4.0, -4.0), {"N01"}),
        ("邵鹏", "爸我看见了，妈也在屋里", (4.0, 4.0), {"N01", "N02"}),
        ("桂枝", "老邵在阳台浇花，我缝扣子呢", (4.0,), {"N01", "N02"}),
    ],
)
def test_a_message_about_several_gets_the_slow_look_however_sure_the_quick_one_is(
    sender: str, text: str, odds: Sequence[float], well: set[str]
) -> None:
    read, _, looks = judged(sender, text, *odds)
    assert (set(read.contacts()), looks) == (well, 1)


@pytest.mark.parametrize(
    ("sender", "text", "intent", "elders", "well"),
    [
        ("陶然", "吕奶奶、柳爷爷的牛奶亲手交到了，孟爷爷家没人应门", "unreachable", {"N06"}, {"N03", "N04"}),
        ("陶然", "红星小区看了一圈：吕奶奶在择韭菜，柳爷爷出门了没见上，电话也不接", "unreachable", {"N04"}, {"N03"}),
        ("桂枝", "老邵叫我替他报，他在修收音机呢", "checkin", {"N01"}, {"N01"}),
        ("邵长林", "我好着，桂枝一早让娃接走了，咋样我还没问", "checkin", {"N01"}, {"N01"}),
        ("邵鹏", "我妈出院了，我爸去接的，俩人刚到家，都好", "elder_away", {"N02"}, {"N01", "N02"}),
    ],
)
def test_each_of_several_is_told_apart(
    read: Read, sender: str, text: str, intent: str, elders: set[str], well: set[str]
) -> None:
    got = read(sender, text)
    assert (got.intent, set(got.elders), set(got.contacts())) == (intent, elders, well)
