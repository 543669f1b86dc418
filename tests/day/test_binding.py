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
