"""Events as today's gateway sends them."""

from __future__ import annotations

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from bot.wechat import wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["messageId", "contactId", "status", "qrcode", "roomId", "inviteeIdList", "removeeIdList", "data", "friendshipId"]
)


def test_each_event_is_named_and_carries_what_it_is_about() -> None:
    name, payload = wire.event_of(2, '{"messageId": "m1"}') or ("", None)
    assert (name, payload.message_id) == ("message", "m1")
    name, payload = wire.event_of(20, '{"removeeIdList": ["a"], "removerId": "b", "roomId": "r"}') or ("", None)
    assert (name, payload.removed_ids, payload.room_id) == ("room-leave", ["a"], "r")
    assert wire.event_of(3, '{"data": "x"}') == ("dong", "x")
    assert wire.event_of(17, '{"friendshipId": "f1"}') == ("friendship", wire.FriendshipEvent("f1"))


def test_events_that_nobody_needs_are_left_out() -> None:
    for number in (0, 4, 23, 24, 27, 99):
        assert wire.event_of(number, "{}") is None
    assert wire.event_of(1, "") == ("heartbeat", None) == wire.event_of(1, "not json")
    assert wire.event_of(16, "not json") == ("error", None)


@given(st.integers(-1, 40), st.dictionaries(KEYS, JSON, max_size=4) | JSON)
def test_whatever_a_gateway_sends_is_understood_or_refused_in_the_agreed_way(number: int, payload: object) -> None:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        found = wire.event_of(number, json.dumps(payload))
        assert found is None or found[0] in wire._EVENTS.values()


def test_every_number_of_a_message_type_has_a_place() -> None:
    assert {wire.TYPES.get(n) for n in range(1, 16)} == set(wire.TYPES.values())
    assert wire.TYPES[wire.GROUP_NOTE] == wire.TYPES[7]
    assert 16 not in wire.TYPES and 0 not in wire.TYPES
