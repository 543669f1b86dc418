from __future__ import annotations

import pytest

from bot.web.errors import Problem
from bot.web.guard import check_host, check_origin, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1:8075", "localhost:1", "[::1]:8075", "LOCALHOST"])
def test_this_machines_names_are_served(host: str) -> None:
    check_host(host, None)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5", "", "[::1", "localhost.x"])
def test_any_other_name_is_turned_away(host: str) -> None:
    with pytest.raises(Problem):
        check_host(host, None)


def test_an_open_page_takes_addresses_and_its_own_name_but_no_other_name() -> None:
    check_host("192.168.1.5:8075", "0.0.0.0")
    check_host("group.local:8075", "group.local")
    with pytest.raises(Problem):
        check_host("evil.example:8075", "0.0.0.0")


def test_what_another_page_sends_is_refused() -> None:
    check_origin("127.0.0.1:8075", "http://127.0.0.1:8075", "same-origin")
    check_origin("127.0.0.1:8075", None, None)
    for origin, site in (
        ("http://evil.example", None),
        ("http://127.0.0.1:9999", None),
        ("null", None),
        (None, "cross-site"),
        ("http://127.0.0.1:8075", "same-site"),
    ):
        with pytest.raises(Problem):
            check_origin("127.0.0.1:8075", origin, site)


def test_only_loopback_is_this_machine() -> None:
    assert is_loopback("::1") and is_loopback("localhost") and is_loopback("127.0.0.1")
    assert not is_loopback("0.0.0.0") and not is_loopback("::") and not is_loopback("example.org")
