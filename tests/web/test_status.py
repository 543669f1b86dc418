"""The page beside a real WeChat says, in every state, what is wrong and what to do."""

from __future__ import annotations

import datetime as dt
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from bot.web.status import SAYS, Status, create_status_app, page_of
from bot.wechat.causes import SAID, Cause
from bot.wechat.state import WechatState

ZONE = ZoneInfo("Asia/Shanghai")


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2031, 3, 4, 0, 30, tzinfo=dt.UTC)

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        return moment


def shown(state: WechatState) -> str:
    status = Status(Clock())
    status.note(state)
    return page_of(status, "试验<社区>", ZONE, [("群", "试验&群")])


def test_the_time_is_the_community_s_and_names_do_no_harm() -> None:
    page = shown(WechatState("online"))
    assert "03月04日 08:30" in page
    assert "试验&lt;社区&gt;" in page and "试验&amp;群" in page and "<社区>" not in page


def test_a_code_to_scan_is_a_picture_with_what_to_do() -> None:
    page = shown(WechatState("scan", "scan", qrcode="https://login.example/one"))
    assert "<svg" in page and "<?xml" not in page and "手机" in page
    assert "<svg" not in shown(WechatState("scan-expired"))


@pytest.mark.parametrize("cause", get_args(Cause))
def test_each_cause_of_an_outage_is_said_in_chinese_with_the_mend(cause: Cause) -> None:
    page = shown(WechatState("offline", "nothing listens at 127.0.0.1:1", cause=cause))
    what, mend = SAID[cause]
    assert what in page and mend in page
    assert "nothing listens" not in page


def test_what_happens_beside_the_connection_does_not_hide_its_state() -> None:
    status = Status(Clock())
    status.note(WechatState("room-lost"))
    status.note(WechatState("friend-refused"))
    assert SAYS["room-lost"][0] in page_of(status, "社区", ZONE, [])


async def test_only_browsers_on_this_machine_are_served_and_only_its_own_files() -> None:
    client = create_status_app(Status(Clock()), "社区", ZONE, list).test_client()
    page = await client.get("/", headers={"Host": "127.0.0.1:8075"})
    assert page.status_code == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert (await client.get("/static/status.css", headers={"Host": "localhost"})).status_code == 200
    assert (await client.get("/static/index.html", headers={"Host": "localhost"})).status_code == 404
    refused = await client.get("/", headers={"Host": "evil.example"})
    assert refused.status_code == 421 and "127.0.0.1" in await refused.get_data(as_text=True)
