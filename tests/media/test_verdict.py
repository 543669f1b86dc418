from __future__ import annotations

import datetime as dt

import pytest

from bot.media.verdict import decide, refused
from bot.media.watermark import Stamp

TODAY = dt.date(2026, 11, 20)
YESTERDAY = dt.date(2026, 11, 19)


def taken(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(8, 12))  # local time by the camera's clock: no zone


@pytest.mark.parametrize(
    ("stamp", "more", "word"),
    [
        (Stamp(TODAY, dt.time(8, 12)), {}, "today"),
        (Stamp(YESTERDAY), {}, "old"),
        (Stamp(dt.date(2026, 11, 21)), {}, "unclear"),
        (Stamp(TODAY), {"repeated": True}, "again"),
        (Stamp(), {"repeated": True, "animated": True}, "again"),
        (Stamp(TODAY, certain=False), {}, "unclear"),
        (Stamp(TODAY, certain=False, other=YESTERDAY), {}, "unclear"),
        (Stamp(), {}, "unclear"),
        (Stamp(elsewhere=True), {}, "unclear"),
        (Stamp(), {"taken": taken(TODAY)}, "today"),
        (Stamp(), {"taken": taken(YESTERDAY)}, "old"),
        (Stamp(), {"taken": taken(dt.date(2012, 1, 1))}, "unclear"),
        (Stamp(), {"taken": taken(dt.date(2027, 1, 1))}, "unclear"),
        (Stamp(TODAY), {"taken": taken(YESTERDAY)}, "unclear"),
        (Stamp(TODAY), {"taken": taken(dt.date(2000, 1, 1))}, "today"),
        (Stamp(TODAY), {"animated": True}, "unclear"),
        (Stamp(), {"read": False}, "unclear"),
    ],
)
def test_the_verdict_follows_from_what_was_found(stamp: Stamp, more: dict[str, object], word: str) -> None:
    found = decide(TODAY, stamp, **more)  # type: ignore[arg-type]
    assert found.word == word
    assert found.why


def test_an_old_picture_freshly_stamped_is_the_same_picture_again() -> None:
    assert decide(TODAY, Stamp(TODAY, dt.time(8, 12), "褚遂芳"), repeated=True).word == "again"


def test_a_refusal_carries_its_reason() -> None:
    assert refused("照片没有传完整").why == "照片没有传完整"
