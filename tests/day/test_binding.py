"""A coordinator tells who a WeChat account belongs to."""

from __future__ import annotations

import pytest

from bot.wechat.rooms import Directory, Seen
from data import contacts
from data.contacts import Contact
from tests.world import COORDINATORS, World


@pytest.fixture
def twins(world: World) -> list[Contact]:
    """Two accounts that both carry the name of 孙桂芳's son."""
    world.until("07:00")
    directory = Directory(world.store, world.people)
    directory.meet([Seen("c-one", "周强"), Seen("c-two", "周强")], world.now)
    return contacts.in_state(world.store, "conflict")


def state_of(world: World, contact: Contact) -> str:
    found = contacts.get(world.store, contact.id)
    assert found is not None
    return found.state


def test_the_account_that_is_named_is_bound_and_the_other_is_not(world: World, twins: list[Contact]) -> None:
    world.says(COORDINATORS[0], f"绑定 {twins[0].code} 周强", to="bot")
    world.expect("reply", to=COORDINATORS[0], text="记下了")
    assert (state_of(world, twins[0]), state_of(world, twins[1])) == ("bound", "declined")


def test_an_account_may_be_nobodys(world: World, twins: list[Contact]) -> None:
    world.says(COORDINATORS[0], f"绑定 {twins[0].code} 不是", to="bot")
    world.expect("reply", to=COORDINATORS[0], text="不算")
    assert (state_of(world, twins[0]), state_of(world, twins[1])) == ("declined", "bound")


@pytest.mark.parametrize(
    ("code", "name", "says"), [("00000", "周强", "没有找到编号"), (None, "无此人", "没有找到“无此人”")]
)
def test_what_does_not_fit_changes_nothing(
    world: World, twins: list[Contact], code: str | None, name: str, says: str
) -> None:
    world.says(COORDINATORS[0], f"绑定 {code or twins[0].code} {name}", to="bot")
    world.expect("reply", to=COORDINATORS[0], text=says)
    assert {state_of(world, c) for c in twins} == {"conflict"}


def test_nobody_else_may_bind(world: World, twins: list[Contact]) -> None:
    world.says("林小满", f"绑定 {twins[0].code} 周强", to="bot")
    assert {state_of(world, c) for c in twins} == {"conflict"}


# --- a name that belongs to somebody else


def meet(world: World, *seen: Seen) -> Directory:
    directory = Directory(world.store, world.people)
    directory.meet(seen, world.now)
    return directory


def test_a_stranger_who_takes_a_coordinators_name_is_nobody_and_is_put_to_the_coordinator(world: World) -> None:
    world.until("07:00")
    directory = meet(world, Seen("c-ma", "社区-马晓云"), Seen("c-odd", "过路人"))
    assert directory.people_of("c-ma", "社区-马晓云", "", world.now) == ("V5",)
    meet(world, Seen("c-odd", "社区-马晓云"))
    assert directory.people_of("c-odd", "社区-马晓云", "", world.now) == ()
    world.until("07:02")
    world.expect("notice", to="社区-马晓云", text="马晓云.*绑定")
    # What the bot is then given: nobody on the roster, whatever name the message shows.
    world.hears_from("c-odd", "社区-马晓云", (), "孙桂芳 时限 11点", to="bot")
    assert world.engine.roster.elders["E03"].deadline is None
    world.hears_from("c-ma", "不叫这个了", ("V5",), "孙桂芳 时限 11点", to="bot")
    assert world.engine.roster.elders["E03"].deadline is not None


def test_a_known_person_who_takes_a_coordinators_name_stays_who_it_is_and_the_coordinator_is_told(world: World) -> None:
    world.until("07:00")
    meet(world, Seen("c-ma", "社区-马晓云"), Seen("c-zhou", "周强"))
    directory = meet(world, Seen("c-zhou", "周强", "社区-马晓云"))
    (son,) = directory.people_of("c-zhou", "周强", "社区-马晓云", world.now)
    assert world.people.people[son].name == "周强"
    world.until("07:02")
    world.expect("notice", to="社区-马晓云", text="周强的微信把名字改成了“社区-马晓云”")
    meet(world, Seen("c-zhou", "周强", "社区-马晓云"))
    world.until("09:00")
    assert len(world.messages("notice")) == 1  # once, not each time it is seen
    world.hears_from("c-zhou", "社区-马晓云", (son,), "结束 孙桂芳 平安", to="bot")
    world.expect("reply", to="周强", text="要请社区的协调员来办")


def test_a_known_person_who_changes_to_any_other_name_is_nobodys_business(world: World) -> None:
    world.until("07:00")
    meet(world, Seen("c-ma", "社区-马晓云"), Seen("c-zhou", "周强"))
    meet(world, Seen("c-zhou", "一路平安"))
    world.until("07:30")
    assert not world.messages("notice")
