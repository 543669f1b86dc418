"""How long the connection waits between two tries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.service import ServicePuppet, pause_after

FIRST, LONGEST = ServicePuppet.first_wait, ServicePuppet.longest_wait
JITTER = st.floats(0, 1, exclude_max=True)


def test_the_wait_doubles_until_it_is_a_minute() -> None:
    waits = [pause_after(n, FIRST, LONGEST, 0.5) for n in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.integers(0, 10**9), JITTER)
def test_however_long_it_lasts_the_next_try_comes_within_a_minute_and_a_half_and_never_at_once(
    failures: int, jitter: float
) -> None:
    assert 0.5 * FIRST <= pause_after(failures, FIRST, LONGEST, jitter) <= 1.5 * LONGEST


@given(st.integers(0, 40), JITTER, JITTER)
def test_two_bots_do_not_come_back_together(failures: int, one: float, other: float) -> None:
    first, second = (pause_after(failures, FIRST, LONGEST, j) for j in (one, other))
    assert (first == second) == (one == other) or abs(one - other) < 1e-9
