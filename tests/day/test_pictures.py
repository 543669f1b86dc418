"""Pictures as proof of today: whose they are, whether they are of today, and what is asked when that is not clear."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.media import presence
from data import media
from tests.media.drawing import jpeg, scene, somebody, stamped
from tests.world import COORDINATORS, World

Photo = Callable[..., Path]


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """`photo(seed, *rows)`: a picture of its own for each seed, with these rows stamped on it."""

    def make(seed: int, *rows: str, quality: int = 85, **more: Any) -> Path:
        picture = _scene(seed)
        path = tmp_path / f"{seed}-{abs(hash(rows))}-{quality}-{len(more)}.jpg"
        path.write_bytes(jpeg(stamped(picture, list(rows), 30) if rows else picture, quality, **more))
        return path

    return make


@cache
def _scene(seed: int) -> Any:
    return scene(seed, 600, 800)


TODAY = "2026-03-10 07:10"


@pytest.fixture
def morning(world: World) -> World:
    world.skip("receipt", "reminder", "alert", "escalation", "resolved", "summary")
    return world


# --- whose is it


def test_the_familys_only_elder(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, TODAY, "兰州市城关区"))
    assert morning.state("E03") == "safe"
    morning.nothing_more()


def test_the_name_on_the_stamp(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, "姓名：周玉梅", f"时间：{TODAY}"))
    assert morning.state("E07") == "safe"
    morning.until("07:30")
    morning.nothing_more()


def test_the_home_on_the_stamp(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY, "地点：河畔小区5号楼2单元101"))
    assert morning.state("E04") == "safe"


def test_namesakes_are_told_apart_by_the_place_on_the_stamp(morning: World, photo: Photo) -> None:
    rows = ("姓名：王秀兰", f"时间：{TODAY}", "地点：纺织院11号楼2单元304")
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, *rows))
    assert (morning.state("E09"), morning.state("E10")) == ("waiting", "safe")


def test_namesakes_without_a_place_are_asked_for(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, "姓名：王秀兰", f"时间：{TODAY}"))
    morning.until("07:18")
    morning.expect("question", to="room", only_mentions=["林小满"], about=["E09", "E10"], at="07:17")
    morning.says("林小满", "2", at="07:20")
    assert (morning.state("E09"), morning.state("E10")) == ("waiting", "safe")


@pytest.mark.parametrize("words", ["这是周玉梅奶奶", "到周玉梅家了"])
@pytest.mark.parametrize("first", ["words", "picture"])
def test_words_of_the_same_sender_shortly_before_or_after(morning: World, photo: Photo, words: str, first: str) -> None:
    if first == "words":
        morning.says("林小满", words, at="07:12")
    morning.says("林小满", "", at="07:14", type="image", file=photo(1, TODAY))
    if first == "picture":
        assert morning.state("E07") == "waiting"
        morning.says("林小满", words, at="07:16")
    assert morning.state("E07") == "safe"
    morning.until("07:40")
    morning.nothing_more()


def test_words_too_far_away_say_nothing_about_a_picture(morning: World, photo: Photo) -> None:
    morning.says("林小满", "周玉梅奶奶", at="07:00")
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY))
    assert morning.state("E07") == "waiting"
    question = morning.expect("question", only_mentions=["林小满"]) if morning.until("07:18") is None else None
    assert question is not None and "哪一位" in question.text
    morning.says("林小满", "周玉梅", at="07:25")
    assert morning.state("E07") == "safe"


def test_a_round_of_visits_each_with_its_words(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY))
    morning.says("林小满", "周玉梅奶奶", at="07:12:30")
    morning.says("林小满", "", at="07:13", type="image", file=photo(2, TODAY))
    assert morning.state("E14") == "waiting"
    morning.says("林小满", "卫长青爷爷", at="07:13:30")
    assert (morning.state("E07"), morning.state("E14")) == ("safe", "safe")
    morning.until("07:40")
    morning.nothing_more()


def test_a_caption_names_the_elder(morning: World, photo: Photo) -> None:
    morning.says("林小满", "周玉梅奶奶", at="07:12", type="image", file=photo(1, TODAY))
    assert morning.state("E07") == "safe"


def test_a_mention_names_the_elder(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY), mentions=["桂花飘香"])
    assert morning.state("E03") == "safe"


def test_somebody_of_the_team_quotes_the_picture_and_names_the_elder(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY))
    quote = "「林小满：[图片]」\n- - - - - - - - - - - - - - -\n这是周玉梅奶奶"
    morning.says("何建国（志愿者）", quote, at="07:14")
    assert morning.state("E07") == "safe"


def test_the_alert_that_the_sender_has_claimed(morning: World, photo: Photo) -> None:
    morning.everyone_else_is_safe("E07")
    morning.says("郭晓雨", "我去", at="10:05")
    morning.says("郭晓雨", "", at="10:20", type="image", file=photo(1, "2026-03-10 10:19"))
    assert morning.alert("E07")["outcome"] == "safe"
    assert morning.state("E07") == "safe"


def test_words_beat_the_guess_from_the_claim(morning: World, photo: Photo) -> None:
    morning.everyone_else_is_safe("E07", "E14")
    morning.says("郭晓雨", "我去周玉梅奶奶家", at="10:05")
    morning.says("郭晓雨", "", at="10:20", type="image", file=photo(1, "2026-03-10 10:19"))
    morning.says("郭晓雨", "这是卫长青爷爷", at="10:21")
    assert (morning.state("E07"), morning.state("E14")) == ("missed", "safe")


def test_a_stamp_that_names_somebody_else_is_no_word_about_the_familys_elder(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, "姓名：周玉梅", f"时间：{TODAY}"))
    assert (morning.state("E03"), morning.state("E07")) == ("waiting", "waiting")
    morning.until("07:18")
    morning.expect("question", only_mentions=["周强"], about=["E03", "E07"])


def test_a_couple_is_asked_for(morning: World, photo: Photo) -> None:
    morning.says("冯涛", "", at="07:12", type="image", file=photo(1, TODAY))
    morning.until("07:18")
    morning.expect("question", only_mentions=["冯涛"])
    morning.says("冯涛", "我爸我妈都在呢，都好", at="07:19")
    assert (morning.state("E11"), morning.state("E12")) == ("safe", "safe")


def test_an_album_is_one_report(morning: World, photo: Photo) -> None:
    for second in range(9):
        file = photo(second, TODAY) if second in (3, 4) else photo(second)
        morning.says("林小满", "", at=f"07:12:{second:02d}", type="image", file=file)
    morning.until("07:30")
    morning.expect("question", only_mentions=["林小满"])
    morning.nothing_more()
    morning.says("林小满", "周玉梅", at="07:31")
    assert morning.state("E07") == "safe"
    morning.until("08:20")
    morning.nothing_more()


# --- is it of today


def test_a_picture_without_a_date_is_asked_about_once(morning: World, photo: Photo) -> None:
    for second in range(3):
        morning.says("周强", "", at=f"07:12:0{second}", type="image", file=photo(second))
    morning.until("07:18")
    assert morning.state("E03") == "waiting"
    question = morning.expect("question", only_mentions=["周强"], about=["E03"], at="07:17")
    assert "孙桂芳奶奶" in question.text
    morning.says("周强", "今天好着呢", at="07:20")
    assert morning.state("E03") == "safe"
    morning.nothing_more()


@pytest.mark.parametrize("answer", ["是今天拍的", "对，刚刚拍的"])
def test_the_sender_may_say_that_it_is_of_today(morning: World, photo: Photo, answer: str) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1))
    morning.says("周强", answer, at="07:20")
    assert morning.state("E03") == "safe"
    morning.skip("question")


def test_of_an_old_picture_nobody_is_believed_that_it_is_of_today(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, "2026-03-09 07:10", "兰州市"))
    morning.says("周强", "刚拍的", at="07:15")
    assert morning.state("E03") == "waiting"
    morning.skip("question")


def test_words_that_say_how_the_elder_is_need_no_date(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1))
    morning.says("周强", "我妈今天挺好的", at="07:13")
    assert morning.state("E03") == "safe"
    morning.until("07:40")
    morning.nothing_more()


def test_nameless_words_are_about_the_one_on_the_stamp(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, "姓名：周玉梅"))
    morning.says("林小满", "老人一切都好", at="07:13")
    assert morning.state("E07") == "safe"


def test_a_talkative_group_is_left_alone(morning: World, photo: Photo) -> None:
    morning.says("林小满", "", at="07:12", type="image", file=photo(1))
    morning.says("三楼小赵", "", at="07:13", type="image", file=photo(2))
    morning.until("08:20")
    morning.nothing_more()


def test_yesterdays_stamp_clears_nobody(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, "2026-03-09 07:10", "兰州市城关区"))
    morning.until("07:20")
    assert morning.state("E03") == "waiting"
    question = morning.expect("question", only_mentions=["周强"], about=["E03"], at="07:13")
    assert "不是今天" in question.text


@pytest.mark.parametrize("rows", [("2026-03-10 04:10",), ("2026-03-10 11:10",), ("2026年3月10日",)])
def test_a_stamp_that_cannot_be_of_this_morning_proves_nothing(morning: World, photo: Photo, rows: Any) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, *rows))
    assert morning.state("E03") == "waiting"
    morning.until("07:18")
    morning.expect("question", only_mentions=["周强"])


def test_an_old_picture_sent_again_clears_nobody_however_it_is_stamped(begin: Any, photo: Photo) -> None:
    world = begin()
    world.skip("receipt", "reminder", "alert", "escalation", "resolved", "summary")
    world.says("周强", "", at="07:12", type="image", file=photo(1, TODAY, "兰州市"))
    assert world.state("E03") == "safe"
    world.until("03-11 05:01")
    world.says("周强", "", at="07:12", type="image", file=photo(1, "2026-03-11 07:10", "兰州市", quality=60))
    world.until("07:20")
    assert world.state("E03") == "waiting"
    question = world.expect("question", only_mentions=["周强"], about=["E03"], at="07:13")
    assert "以前发过" in question.text
    world.says("周强", "我妈今天好着呢", at="07:25")
    assert world.state("E03") == "safe"


def test_words_count_whatever_the_picture_shows(begin: Any, photo: Photo) -> None:
    world = begin()
    world.skip("receipt", "reminder", "alert", "escalation", "resolved", "summary")
    world.says("周强", "", at="07:12", type="image", file=photo(1))
    world.until("03-11 05:01")
    world.says("周强", "我妈今天挺好", at="07:12", type="image", file=photo(1))
    assert world.state("E03") == "safe"
    world.until("07:40")
    assert all("以前发过" not in m.text for m in world.messages("question"))


def test_one_picture_does_not_prove_two_visits(morning: World, photo: Photo) -> None:
    morning.says("林小满", "周玉梅奶奶", at="07:11")
    morning.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY))
    morning.says("林小满", "卫长青爷爷", at="07:19")
    morning.says("林小满", "", at="07:20", type="image", file=photo(1, "2026-03-10 07:19"))
    assert (morning.state("E07"), morning.state("E14")) == ("safe", "waiting")
    morning.until("07:23")
    morning.expect("question", about=["E14"], text="以前发过")


def test_the_elders_own_picture_is_contact(morning: World, photo: Photo) -> None:
    morning.says("桂花飘香", "", at="07:12", type="image", file=photo(1))
    assert morning.state("E03") == "safe"
    morning.until("07:40")
    morning.nothing_more()


def test_the_elders_own_old_picture_is_none(begin: Any, photo: Photo) -> None:
    world = begin()
    world.skip("receipt", "reminder", "alert", "escalation", "resolved", "summary")
    world.says("桂花飘香", "", at="07:12", type="image", file=photo(1))
    world.until("03-11 05:01")
    world.says("桂花飘香", "", at="07:12", type="image", file=photo(1, quality=70))
    assert world.state("E03") == "waiting"
    world.until("07:15")
    question = world.expect("question", only_mentions=["桂花飘香"], about=["E03"])
    assert "平安" in question.text
    world.says("桂花飘香", "平安", at="07:16")
    assert world.state("E03") == "safe"


def test_a_recalled_picture_is_not_asked_about(morning: World, photo: Photo) -> None:
    number = morning.says("周强", "", at="07:12", type="image", file=photo(1))
    morning.recalls("周强", number, at="07:13")
    morning.until("07:40")
    morning.nothing_more()


def test_taking_it_back_waits_again(morning: World, photo: Photo) -> None:
    morning.says("周强", "", at="07:12", type="image", file=photo(1, TODAY, "兰州市"))
    morning.says("周强", "发错了", at="07:13")
    assert morning.state("E03") == "waiting"


def test_a_picture_never_ends_an_emergency(morning: World, photo: Photo) -> None:
    morning.says("周强", "我妈摔倒了起不来，快来人", at="07:10")
    morning.skip("question")
    morning.says("林小满", "我去孙桂芳奶奶家", at="07:11")
    rows = ("姓名：孙桂芳", "时间：2026-03-10 07:19")
    morning.says("林小满", "", at="07:20", type="image", file=photo(1, *rows))
    assert morning.alert("E03", "distress")["closed_at"] is None


# --- files that cannot be taken, and no reader


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0" + b"x" * 900, b"<svg xmlns='x'><script/></svg>"])
def test_a_bad_file_is_asked_for_again(morning: World, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(data)
    morning.says("周强", "", at="07:12", type="image", file=path)
    morning.until("07:20")
    assert morning.state("E03") == "waiting"
    morning.expect("question", only_mentions=["周强"], text="没打开", at="07:13")
    morning.nothing_more()


def test_switched_off_only_words_count(begin: Any, photo: Photo) -> None:
    world = begin(media={"look": False})
    world.says("周强", "", at="07:12", type="image", file=photo(1, TODAY, "兰州市"))
    world.says("桂花飘香", "", at="07:13", type="image", file=photo(1))
    assert world.state("E03") == "safe"
    world.says("小洁", "", at="07:14", type="image", file=photo(2, TODAY, "兰州市"))
    assert world.state("E08") == "waiting"
    world.skip("receipt")


# --- what nobody answers, and what nobody has looked at


def test_a_picture_of_today_that_nobody_can_name_goes_to_the_coordinators(begin: Any, photo: Photo) -> None:
    world = begin(boards=True)
    world.skip("receipt", "reminder")
    world.says("林小满", "", at="07:12", type="image", file=photo(1, TODAY))
    world.until("07:50")
    world.expect("question", only_mentions=["林小满"], at="07:17")
    for coordinator in COORDINATORS:
        notice = world.expect("notice", to=coordinator, text="林小满7:12", at="07:47")
        shown = Path(notice.file or "").read_bytes()
        assert shown.startswith(b"\xff\xd8") and b"Exif" not in shown
    world.nothing_more()


@pytest.mark.skipif(not presence.available(), reason="the model's runner is not installed (extra person)")
def test_of_an_album_the_one_with_somebody_in_it_is_put_to_the_coordinators(begin: Any, tmp_path: Path) -> None:
    world = begin(boards=True)
    world.skip("receipt", "reminder", "question")
    for second in range(3):
        picture = somebody(_scene(second), 300, 280, 110) if second == 1 else _scene(second)
        path = tmp_path / f"album-{second}.jpg"
        path.write_bytes(jpeg(stamped(picture, [TODAY], 30)))
        world.says("林小满", "", at=f"07:12:{second:02d}", type="image", file=path)
    world.until("07:50")
    shown = media.album(world.store, 1)[1]["shown"]
    for coordinator in COORDINATORS:
        notice = world.expect("notice", to=coordinator, text="是今天的，看得到人", at="07:47")
        assert notice.file and notice.file.endswith(shown)
    world.nothing_more()


@pytest.mark.parametrize("switch", [True, False])
def test_somebody_in_the_picture_stands_in_the_reason_and_changes_no_decision(
    begin: Any, tmp_path: Path, switch: bool
) -> None:
    world = begin(media={"person": switch})
    world.skip("receipt", "reminder", "alert", "escalation", "resolved", "summary", "question")
    for who, seed, rows in (("周强", 1, [TODAY, "兰州市城关区"]), ("林小满", 2, ["姓名：周玉梅", "2026-03-09 07:10"])):
        path = tmp_path / f"{seed}.jpg"
        path.write_bytes(jpeg(stamped(somebody(_scene(seed), 300, 280, 110), rows, 30)))
        world.says(who, "", at=f"07:1{seed}", type="image", file=path)
    assert (world.state("E03"), world.state("E07")) == ("safe", "waiting")
    kept = world.store.all("SELECT why, found FROM media ORDER BY id")
    seen = switch and presence.available()
    assert ["看得到人" in r["why"] for r in kept] == [seen, False]
    assert ["person" in r["found"] for r in kept] == [seen, seen]


def test_a_deadline_waits_for_a_look_that_is_on_its_way(begin: Any, photo: Photo) -> None:
    world = begin()
    world.everyone_else_is_safe("E03", "E14")
    world.blind = True
    world.says("周强", "", at="09:59:50", type="image", file=photo(1, "2026-03-10 09:55", "兰州市"))
    world.until("10:00:05")
    assert (world.state("E03"), world.state("E14")) == ("waiting", "missed")
    world.blind = False
    world.restart()
    world.until("10:01")
    assert world.state("E03") == "safe"
    world.skip("receipt", "reminder", "alert")
    world.nothing_more()


def test_a_look_that_never_ends_holds_no_deadline_back_for_long(begin: Any, photo: Photo) -> None:
    world = begin()
    world.everyone_else_is_safe("E03")
    world.blind = True
    world.says("周强", "", at="09:59:50", type="image", file=photo(1))
    world.until("10:03:30")
    assert world.state("E03") == "missed"
    world.skip("receipt", "reminder", "alert")


def test_the_coordinators_evening_tells_of_old_pictures(begin: Any, photo: Photo) -> None:
    world = begin()
    world.everyone_else_is_safe("E03")
    world.says("周强", "我妈今天挺好", at="07:12", type="image", file=photo(1, "2026-03-09 07:10", "兰州市"))
    world.until("20:01")
    assert "周强 7:12：照片不是今天的" in world.messages("summary", COORDINATORS[0])[0].text
    assert "周强" not in world.messages("summary", "room")[0].text
    world.skip("receipt", "reminder", "summary")


def test_the_evening_brings_the_days_board(begin: Any) -> None:
    world = begin(boards=True)
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder", "alert", "escalation")
    world.until("20:01")
    for to, reader in (("room", "group"), (COORDINATORS[0], "coordinator"), (COORDINATORS[1], "coordinator")):
        post = world.expect("summary", to=to)
        assert Path(post.file or "").name == f"board-2026-03-10-{reader}.png"
        assert Path(post.file or "").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("wanted", "with_picture"), [("none", set()), ("coordinators", set(COORDINATORS))])
def test_config_says_who_gets_the_board(begin: Any, wanted: str, with_picture: set[str]) -> None:
    world = begin(boards=True, media={"board": wanted})
    world.everyone_else_is_safe()
    world.skip("receipt", "reminder", "summary")
    world.until("20:01")
    assert {m.to for m in world.messages("summary") if m.file} == with_picture
