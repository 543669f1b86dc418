from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.web import create_app
from bot.wechat.world import LocalWorld
from tests.web.stage import MORNING, StillControls, named
from tests.web.test_files import JPEG, MP4

HOST = {"Host": "127.0.0.1:8075"}


class Caller:
    """A page's requests without a browser; the answer is (status, JSON)."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def get(self, path: str, **query: object) -> tuple[int, Any]:
        response = await self.client.get(f"/api/{path}", query_string=query, headers=HOST)
        return response.status_code, await response.get_json()

    async def post(self, path: str, data: object, **headers: str) -> tuple[int, Any]:
        body = json.dumps(data)
        head = {**HOST, "Content-Type": "application/json", **headers}
        response = await self.client.post(f"/api/{path}", data=body, headers=head)
        return response.status_code, await response.get_json()

    async def upload(self, content: bytes, name: str, claimed: str) -> tuple[int, Any]:
        head = {**HOST, "Content-Type": "application/octet-stream"}
        query = {"name": name, "type": claimed}
        response = await self.client.post("/api/upload", data=content, headers=head, query_string=query)
        return response.status_code, await response.get_json()


@pytest.fixture
def caller(world: LocalWorld, controls: StillControls, tmp_path: Path) -> Caller:
    return Caller(create_app(world, controls, tmp_path / "day.yaml").test_client())


async def test_the_state_tells_topic_people_and_time(caller: Caller, controls: StillControls) -> None:
    async def nothing() -> None: ...

    controls.at(MORNING.replace(minute=30), nothing)
    status, state = await caller.get("state")
    assert status == 200
    assert (state["topic"], state["count"], state["rate"]) == ("报安鸟", 13, 1.0)
    assert state["now"] == "2026-03-10T08:00:00.000+08:00"
    assert state["next_due"] == "2026-03-10T08:30:00.000+08:00"
    assert state["play"]["running"] is False


async def test_people_can_be_told_apart_and_nothing_private_is_told(caller: Caller) -> None:
    _, data = await caller.get("contacts")
    assert data["bot"]["name"] == "小安"
    namesakes = [c for c in data["contacts"] if c["name"] == "平安"]
    assert {c["about"] for c in namesakes} == {"马占奎的儿子", "石秀英的孙子"}
    assert {c["role_name"] for c in data["contacts"]} == {"老人", "家人", "志愿者", "卫生站", "协调员", "邻居"}
    assert set(data["contacts"][0]) == {"id", "name", "wechat", "role", "role_name", "about"}


async def test_what_one_says_another_reads(caller: Caller, world: LocalWorld) -> None:
    elder, helper = named(world, "素芬").id, named(world, "雪梅").id
    status, said = await caller.post("say", {"as": elder, "text": "@雪梅 平安", "mentions": [helper]})
    assert status == 200 and said["message"]["mine"] is True
    _, seen = await caller.get("messages", viewer=helper, chat="room")
    (message,) = seen["messages"]
    assert message["text"] == "@雪梅 平安"
    assert message["mentions"] == [{"id": helper, "name": "雪梅"}]
    assert message["mentions_me"] is True and message["mine"] is False
    _, quoted = await caller.post("say", {"as": helper, "text": "好的", "quote": message["id"]})
    assert quoted["message"]["quote"]["text"] == "@雪梅 平安"


async def test_a_private_chat_is_seen_by_its_person_alone(caller: Caller, world: LocalWorld) -> None:
    elder, other = named(world, "素芬").id, named(world, "月月").id
    await caller.post("say", {"as": elder, "chat": "bot", "text": "谁没报"})
    await world.say(world.BOT, "私下告诉您", chat=elder)
    _, mine = await caller.get("messages", viewer=elder, chat="bot")
    assert [m["text"] for m in mine["messages"]] == ["谁没报", "私下告诉您"]
    for viewer in (other, ""):
        _, theirs = await caller.get("messages", viewer=viewer, chat="bot")
        assert theirs["messages"] == []
        _, later = await caller.get("messages", viewer=viewer, chat="bot", after=0)
        assert later["messages"] == []
    _, room = await caller.get("messages", viewer=elder, chat="room")
    assert room["messages"] == []
    _, people = await caller.get("contacts")
    assert [k["id"] for k in people["knocks"]] == [elder]


async def test_older_messages_come_page_by_page(caller: Caller, world: LocalWorld) -> None:
    sender = named(world, "素芬").id
    for n in range(5):
        await world.say(sender, f"第{n}句")
    _, page = await caller.get("messages", chat="room", limit=2)
    assert [m["text"] for m in page["messages"]] == ["第3句", "第4句"] and page["more"] is True
    _, page = await caller.get("messages", chat="room", limit=3, before=page["first"])
    assert [m["text"] for m in page["messages"]] == ["第0句", "第1句", "第2句"] and page["more"] is False
    _, page = await caller.get("messages", chat="room", after=4)
    assert [m["text"] for m in page["messages"]] == ["第4句"]


async def test_a_recalled_message_loses_its_words_for_everyone(caller: Caller, world: LocalWorld) -> None:
    elder = named(world, "素芬").id
    _, said = await caller.post("say", {"as": elder, "text": "说错了的话"})
    await caller.post("say", {"as": elder, "text": "引用它", "quote": said["message"]["id"]})
    status, _ = await caller.post("recall", {"as": elder, "message": said["message"]["id"]})
    assert status == 200
    _, seen = await caller.get("messages", viewer=elder, chat="room")
    assert [m["recalled"] for m in seen["messages"]] == [True, False]
    assert "说错了的话" not in json.dumps(seen, ensure_ascii=False)


async def test_a_late_recall_is_refused_with_the_reason(
    caller: Caller, world: LocalWorld, controls: StillControls
) -> None:
    elder = named(world, "素芬").id
    _, said = await caller.post("say", {"as": elder, "text": "平安"})
    controls.moment += dt.timedelta(minutes=3)
    status, answer = await caller.post("recall", {"as": elder, "message": said["message"]["id"]})
    assert status == 400 and "两分钟" in answer["error"]


async def test_a_photo_is_shown_to_those_who_see_its_message(caller: Caller, world: LocalWorld) -> None:
    elder, other = named(world, "素芬").id, named(world, "月月").id
    status, stored = await caller.upload(JPEG, "早饭.jpg", "image/jpeg")
    assert status == 200 and stored["type"] == "image"
    _, said = await caller.post("say", {"as": elder, "chat": "bot", "type": "image", "file": stored["file"]})
    path = f"/{said['message']['file']}"
    mine = await caller.client.get(path, query_string={"viewer": elder}, headers=HOST)
    assert mine.status_code == 200 and await mine.get_data() == JPEG
    assert mine.headers["Content-Type"] == "image/jpeg"
    theirs = await caller.client.get(path, query_string={"viewer": other}, headers=HOST)
    assert theirs.status_code == 404
    await caller.post("recall", {"as": elder, "message": said["message"]["id"]})
    gone = await caller.client.get(path, query_string={"viewer": elder}, headers=HOST)
    assert gone.status_code == 404


async def test_a_clip_can_be_read_in_parts(caller: Caller, world: LocalWorld) -> None:
    _, stored = await caller.upload(MP4, "a.mp4", "video/mp4")
    _, said = await caller.post("say", {"as": named(world, "素芬").id, "type": "video", "file": stored["file"]})
    part = await caller.client.get(f"/{said['message']['file']}", headers={**HOST, "Range": "bytes=4-7"})
    assert part.status_code == 206 and await part.get_data() == b"ftyp"


async def test_a_file_that_lies_is_refused_with_the_reason(caller: Caller) -> None:
    status, answer = await caller.upload(MP4, "照片.jpg", "image/jpeg")
    assert status == 400 and "照片" in answer["error"] and "视频" in answer["error"]


async def test_a_message_whose_file_is_gone_says_so(caller: Caller, world: LocalWorld, tmp_path: Path) -> None:
    said = await world.say(world.BOT, "", type="image", file=str(tmp_path / "nowhere.jpg"))
    response = await caller.client.get(f"/api/media/{said.id}", headers=HOST)
    assert response.status_code == 404 and "看不到" in (await response.get_json())["error"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"text": ""}, "空消息"),
        ({"text": "\x00 \n"}, "空消息"),
        ({"text": "长" * 100_001}, "太长"),
        ({"as": "wx-nobody"}, "替谁"),
        ({"as": "xiaoan"}, "替谁"),
        ({"as": None}, "替谁"),
        ({"as": ["wx"]}, "替谁"),
        ({"text": 5}, "写法"),
        ({"type": "recalled"}, "发不了"),
        ({"type": "image"}, "附件"),
        ({"type": "image", "file": "../../etc/passwd"}, "附件"),
        ({"mentions": ["wx-nobody"]}, "不在群里"),
        ({"mentions": "all"}, "不在群里"),
        ({"mentions": [{}]}, "不在群里"),
        ({"quote": "nothing"}, "引用"),
        ({"chat": "wx-somebody"}, "没有这个聊天"),
    ],
)
async def test_a_bad_message_is_refused_in_words_and_nothing_is_said(
    caller: Caller, world: LocalWorld, change: dict[str, object], word: str
) -> None:
    status, answer = await caller.post("say", {"as": named(world, "素芬").id, "text": "平安", **change})
    assert status == 400 and word in answer["error"]
    assert world.last_seq() == 0


async def test_a_message_of_a_hundred_thousand_control_characters_and_words_is_taken(
    caller: Caller, world: LocalWorld
) -> None:
    text = ("平\x01\x1b\u202e" * 25_000)[:100_000]
    status, said = await caller.post("say", {"as": named(world, "素芬").id, "text": text})
    assert status == 200 and said["message"]["text"] == text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["say", "recall", "clock", "play"]),
    data=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["as", "text", "chat", "action", "at", "rate", "message"]), inner)
        ),
        max_leaves=8,
    ),
)
async def test_no_body_whatever_breaks_a_request(caller: Caller, path: str, data: object) -> None:
    status, answer = await caller.post(path, data)
    assert status in (200, 400) and (status == 200 or answer["error"])


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'"x"', b"[" * 100_000])
async def test_what_is_not_json_is_refused_calmly(caller: Caller, body: bytes) -> None:
    head = {**HOST, "Content-Type": "application/json"}
    response = await caller.client.post("/api/say", data=body, headers=head)
    assert response.status_code == 400 and (await response.get_json())["error"]


@pytest.mark.parametrize("query", ["viewer=wx-nobody", "chat=x", "limit=x", "before=1e400", "after=nan"])
async def test_a_bad_question_is_refused_calmly(caller: Caller, query: str) -> None:
    response = await caller.client.get(f"/api/messages?{query}", headers=HOST)
    assert response.status_code == 400 and (await response.get_json())["error"]


async def test_unknown_addresses_and_wrong_methods_are_answered_in_words(caller: Caller) -> None:
    assert (await caller.get("nothing"))[0] == 404
    assert (await caller.get("say"))[0] == 405
    response = await caller.client.get("/static/../app.py", headers=HOST)
    assert response.status_code == 404


async def test_another_site_can_neither_read_nor_write(caller: Caller, world: LocalWorld) -> None:
    data = {"as": named(world, "素芬").id, "text": "平安"}
    assert (await caller.post("say", data, Origin="http://evil.example"))[0] == 403
    assert (await caller.post("say", data, **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert (await caller.post("say", data, Host="evil.example:8075"))[0] == 421
    assert (await caller.post("say", data, **{"Content-Type": "text/plain"}))[0] == 415
    response = await caller.client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 421
    assert world.last_seq() == 0
    assert (await caller.post("say", data, Origin="http://127.0.0.1:8075"))[0] == 200


async def test_the_page_may_load_nothing_from_elsewhere(caller: Caller) -> None:
    response = await caller.client.get("/", headers=HOST)
    page = await response.get_data(as_text=True)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "http://" not in page and "https://" not in page and "//" not in page.replace("<!doctype", "")
    assert " style=" not in page and " onclick=" not in page


async def test_the_clock_is_moved_by_rate_next_and_time(caller: Caller, controls: StillControls) -> None:
    done: list[dt.datetime] = []

    async def note() -> None:
        done.append(controls.now())

    controls.at(MORNING.replace(minute=30), note)
    status, state = await caller.post("clock", {"action": "rate", "rate": 60})
    assert status == 200 and state["rate"] == 60
    _, state = await caller.post("clock", {"action": "next"})
    assert state["now"].startswith("2026-03-10T08:30") and done == [MORNING.replace(minute=30)]
    _, state = await caller.post("clock", {"action": "until", "at": "9:05"})
    assert state["now"].startswith("2026-03-10T09:05")
    _, state = await caller.post("clock", {"action": "until", "at": "08:00"})
    assert state["now"].startswith("2026-03-11T08:00")
    _, state = await caller.post("clock", {"action": "until", "at": "2026-03-12T07:30"})
    assert state["now"].startswith("2026-03-12T07:30")


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({"action": "rate", "rate": 61}, "60"),
        ({"action": "rate", "rate": True}, "60"),
        ({"action": "next"}, "没有要做的事"),
        ({"action": "until", "at": "25:00"}, "08:30"),
        ({"action": "until", "at": "下午三点"}, "08:30"),
        ({"action": "until", "at": "2026-03-09T08:00"}, "往回拨"),
        ({"action": "until", "at": "2026-06-09T08:00"}, "31 天"),
        ({"action": "dance"}, "拨钟"),
    ],
)
async def test_a_clock_that_cannot_be_moved_so_says_why(
    caller: Caller, controls: StillControls, order: dict[str, object], word: str
) -> None:
    status, answer = await caller.post("clock", order)
    assert status == 400 and word in answer["error"]
    assert controls.now() == MORNING and controls.rate() == 1
