"""The day's board: what stands on it for whom, and that it can be drawn for any community."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.media import board, fonts, signs

DAY = dt.date(2026, 11, 20)


def picture(people: list[tuple[str, str, board.State]], **more: object) -> Image.Image:
    return Image.open(io.BytesIO(board.draw(people, DAY, **more))).convert("RGB")  # type: ignore[arg-type]


def near(image: Image.Image, colour: str) -> int:
    """How many pixels have this colour, within what a palette may change."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    found = image.getcolors(1 << 24) or []
    return sum(n for n, c in found if isinstance(c, tuple) and max(abs(c[0] - r), abs(c[1] - g), abs(c[2] - b)) <= 3)


def people(count: int) -> list[tuple[str, str, board.State]]:
    return [(f"赵{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{'一二三四'[i % 4]}", f"{i // 9}号院", "safe") for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, 20, 75, 300])
def test_the_board_is_a_png_as_wide_as_a_phone_for_any_community(count: int) -> None:
    image = picture(people(count), community="示范社区", at=dt.time(20, 0))
    assert image.width == board.WIDTH and 400 < image.height < 12_000


def test_more_people_make_a_longer_board_with_more_columns() -> None:
    assert [board.layout_for(n).columns for n in (20, 75, 300)] == [3, 4, 5]
    assert [picture(people(n)).height for n in (20, 75, 300)] == sorted(
        picture(people(n)).height for n in (20, 75, 300)
    )


def test_each_state_has_its_own_colour_and_its_own_sign() -> None:
    shapes = {bytes(signs.badge(state, 60, "#336699").tobytes()) for state in board.STATES}
    assert len(shapes) == 5
    pictures = {state: picture([("赵甲", "一号院", state)]) for state in board.STATES}
    for state in board.STATES:
        shown = {other: near(pictures[other], board.PAINTS[state].card) for other in board.STATES}
        assert max(shown, key=shown.__getitem__) == state and list(shown.values()).count(shown[state]) == 1


def test_the_group_sees_no_name_of_anybody_who_is_not_well() -> None:
    # Two boards that differ only in the name of somebody with a worry must be the same picture to the group.
    for state in ("concern", "waiting", "missed", "away"):
        one = [("赵甲", "一号院", "safe"), ("钱乙", "一号院", state), ("孙丙", "二号院", state)]
        other = [("赵甲", "一号院", "safe"), ("周丁", "三号院", state), ("吴戊", "一号院", state)]
        assert board.draw(one, DAY, reader="group") == board.draw(other, DAY, reader="group")  # type: ignore[arg-type]
        assert board.draw(one, DAY) != board.draw(other, DAY)  # type: ignore[arg-type]


def test_the_group_sees_how_many_are_in_each_state() -> None:
    one = [("赵甲", "一号院", "safe"), ("钱乙", "一号院", "concern"), ("孙丙", "二号院", "concern")]
    assert board.draw(one, DAY, reader="group") != board.draw(one[:2], DAY, reader="group")  # type: ignore[arg-type]


def test_the_group_and_the_coordinators_see_the_same_when_all_are_well_but_for_the_counts() -> None:
    well = people(12)
    assert picture(well).size == picture(well, reader="group").size


def test_the_same_values_give_the_same_picture() -> None:
    assert board.draw(people(30), DAY) == board.draw(people(30), DAY)


def test_a_name_that_is_too_long_for_a_card_takes_two() -> None:
    short = picture([("赵甲", "一号院", "safe")] * 3)
    long = picture(
        [("赵甲", "一号院", "safe"), ("阿卜杜热依木·买买提艾力", "一号院", "safe"), ("赵甲", "一号院", "safe")]
    )
    assert long.height > short.height


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.text(max_size=40), st.sampled_from(board.STATES)), min_size=1, max_size=8
    ),
    st.sampled_from(["coordinator", "group"]),
)
def test_any_names_can_be_drawn(anyone: list[tuple[str, str, board.State]], reader: board.Reader) -> None:
    assert picture(anyone, reader=reader).width == board.WIDTH


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state"):
        board.draw([("赵甲", "一号院", "gone")], DAY)  # type: ignore[list-item]


def test_more_people_than_a_picture_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        board.draw(people(1001), DAY)


def test_a_font_that_cannot_draw_chinese_is_refused_with_the_mend(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(fonts.NoFontError, match="fonts-wqy-microhei"):
        board.draw(people(1), DAY, font=broken)
    with pytest.raises(fonts.NoFontError, match=r"missing\.ttf"):
        fonts.chinese(tmp_path / "missing.ttf")


def test_faces_without_chinese_are_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "NotoSansCJK-Regular.ttc"
    broken.write_bytes(b"\x00" * 64)
    best = fonts.chinese()[0]
    assert fonts.pick([fonts.Face(broken), best]) == (best,)
    assert fonts.pick([fonts.Face(broken)]) == ()
    assert best.has("平安") and not best.has("\U0010fffe")
