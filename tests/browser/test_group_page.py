"""The local group page with a world and no bot: what a person can do and see."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.web import claim, create_app, serve
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.person import WAIT, Visitor
from tests.web.stage import MORNING, StillControls, make_world, named


class Site:
    """The page on a world of its own; it can be stopped and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.controls = StillControls()
        self.world = make_world(folder, self.controls)
        self.script = folder / "day.yaml"
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        sock = claim("127.0.0.1", self.port)
        self.port = sock.getsockname()[1]
        self._shutdown = asyncio.Event()
        app = create_app(self.world, self.controls, self.script, watch_seconds=1)
        self._serving = asyncio.create_task(serve(app, "127.0.0.1", self.port, self._shutdown, sock=sock))

    async def stop(self) -> None:
        self._shutdown.set()
        await self._serving


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path)
    made.script.write_text(
        '- {at: "06:10", from: 素芬, text: 起来了}\n- {at: "07:20", from: 老窦, text: 散步去}\n', encoding="utf-8"
    )
    made.start()
    yield made
    await made.stop()
    made.world.close()


def picture() -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([210, 120, 60]) * 40 for _ in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_what_an_elder_says_is_seen_live_by_a_volunteer_elsewhere(site: Site, open_page: OpenPage) -> None:
    elder, helper = Visitor(await open_page(site.url)), Visitor(await open_page(site.url, PHONE))
    await expect(elder.part("tab-room")).to_have_text("报安鸟(13)")
    await elder.becomes("秦素芬", about="老人")
    await helper.becomes("雪梅")
    await elder.says("平安")
    seen = await helper.sees("平安")
    await expect(seen).to_have_attribute("data-name", "素芬")
    await expect(seen).to_have_attribute("data-mine", "false")
    (said,) = site.world.history("room")
    assert (said.sender, said.text) == (named(site.world, "素芬").id, "平安")


async def test_a_person_is_found_by_role_and_by_elder_and_namesakes_are_told_apart(
    site: Site, open_page: OpenPage
) -> None:
    someone = Visitor(await open_page(site.url))
    await someone.becomes("石秀英", about="孙子")
    await expect(someone.part("speaker")).to_contain_text("石秀英的孙子")
    await someone.becomes("协调员")
    await expect(someone.part("speaker")).to_contain_text("罗主任")
    await someone.part("search").fill("没有这个人")
    await expect(someone.part("people")).to_contain_text("没找到")


async def test_an_at_sign_opens_a_picker_and_the_mention_is_real(site: Site, open_page: OpenPage) -> None:
    elder = Visitor(await open_page(site.url))
    helper = Visitor(await open_page(site.url))
    await helper.becomes("雪梅")
    await helper.opens_private()
    await elder.becomes("秦素芬", about="老人")
    await elder.part("text").press_sequentially("@雪")
    await expect(elder.part("mention-option")).to_have_count(1)
    await elder.part("text").press("Enter")
    await elder.part("text").press_sequentially("在家吗")
    await elder.part("text").press("Enter")
    await elder.sees("在家吗")
    (said,) = site.world.history("room")
    assert said.mentions == (named(site.world, "雪梅").id,) and said.text == "@雪梅\u2005在家吗"
    await expect(helper.part("tab-room")).to_contain_text("有人@我", timeout=WAIT)
    await helper.opens_room()
    await expect(await helper.sees("在家吗")).to_have_attribute("data-mentions-me", "true")
    await expect(helper.part("tab-room")).not_to_contain_text("有人@我")


async def test_a_recalled_message_disappears_for_both(site: Site, open_page: OpenPage) -> None:
    elder, helper = Visitor(await open_page(site.url)), Visitor(await open_page(site.url))
    await elder.becomes("秦素芬", about="老人")
    await helper.becomes("雪梅")
    await elder.says("发错了的话")
    await helper.sees("发错了的话")
    await elder.menu(await elder.sees("发错了的话"), "menu-recall")
    await elder.sees("你撤回了一条消息")
    await helper.sees("“素芬”撤回了一条消息")
    await expect(helper.messages("发错了的话")).to_have_count(0)


async def test_an_answer_quotes_what_it_answers(site: Site, open_page: OpenPage) -> None:
    asked = await site.world.say(named(site.world, "秀英🌸").id, "药快吃完了")
    helper = Visitor(await open_page(site.url))
    await helper.becomes("小康")
    await helper.menu(await helper.sees("药快吃完了"), "menu-quote")
    await expect(helper.part("quoting")).to_contain_text("药快吃完了")
    await helper.says("我去取")
    await expect((await helper.sees("我去取")).get_by_test_id("quote")).to_have_text("秀英🌸：药快吃完了")
    assert site.world.history("room")[-1].quote == asked.id


async def test_the_bots_private_words_reach_their_person_alone(site: Site, open_page: OpenPage) -> None:
    helper, other = Visitor(await open_page(site.url)), Visitor(await open_page(site.url))
    await helper.becomes("小康")
    await other.becomes("雪梅")
    await site.world.say(site.world.BOT, "只给小康看的话", chat=named(site.world, "小康").id)
    await expect(helper.part("tab-bot")).to_have_text("小安1", timeout=WAIT)
    await helper.opens_private()
    await helper.sees("只给小康看的话")
    knocked = other.part("people").locator(f"[data-id={named(site.world, '小康').id}]").first
    await expect(knocked).to_contain_text("私聊", timeout=WAIT)
    await other.opens_private()
    await expect(other.messages()).to_have_count(0)
    await helper.says("收到")
    assert [m.text for m in site.world.history(named(site.world, "小康").id)] == ["只给小康看的话", "收到"]


async def test_a_photo_is_sent_and_one_that_lies_is_refused(site: Site, open_page: OpenPage) -> None:
    elder = Visitor(await open_page(site.url))
    await elder.becomes("秦素芬", about="老人")
    lie = {"name": "照片.png", "mimeType": "image/png", "buffer": b"MZ not a picture at all"}
    await elder.part("file").set_input_files([lie])
    await expect(elder.part("toast")).to_contain_text("看着都不像")
    await elder.part("file").set_input_files([{"name": "早饭.png", "mimeType": "image/png", "buffer": picture()}])
    await expect(elder.part("attached")).to_contain_text("照片：早饭.png")
    await elder.part("send").click()
    image = elder.part("message").locator("img[alt*='照片']")
    await expect(image).to_be_visible(timeout=WAIT)
    await elder.page.wait_for_function(
        "() => document.querySelector('[data-testid=open-image] img').naturalWidth === 40"
    )
    (said,) = site.world.history("room")
    assert said.type == "image" and said.file
    assert await asyncio.to_thread(Path(said.file).read_bytes) == picture()


async def test_an_empty_message_is_refused_kindly_and_a_long_one_is_folded(site: Site, open_page: OpenPage) -> None:
    elder = Visitor(await open_page(site.url))
    await elder.becomes("秦素芬", about="老人")
    await elder.part("text").fill("   ")
    await elder.part("send").click()
    await expect(elder.part("toast")).to_contain_text("空消息发不出去")
    await elder.part("text").fill("长" * 100_000)
    await elder.part("send").click()
    await expect(elder.part("unfold")).to_have_text("展开全文（100000 字）", timeout=WAIT)
    await site.world.say(named(site.world, "老窦").id, "<img src=x onerror=alert(1)>\x1b[31m\x00结束")
    await elder.sees("<img src=x onerror=alert(1)>[31m结束")


async def test_the_clock_jumps_to_a_time_and_to_the_next_thing(site: Site, open_page: OpenPage) -> None:
    async def remind() -> None:
        await site.world.say(site.world.BOT, "早上好，还有两位没报")

    site.controls.at(MORNING.replace(minute=30), remind)
    someone = Visitor(await open_page(site.url, PHONE))
    await expect(someone.part("clock")).to_have_text("08:00")
    await someone.part("clock-more").click()
    await expect(someone.part("next-due")).to_have_text("08:30", timeout=WAIT)
    await someone.jumps_to_next()
    await someone.sees("早上好，还有两位没报")
    await someone.jumps_to("1015")
    await expect(someone.part("clock")).to_have_text("10:15")
    assert site.controls.now() == MORNING.replace(hour=10, minute=15)


async def test_a_day_is_played_with_its_progress(site: Site, open_page: OpenPage) -> None:
    someone = Visitor(await open_page(site.url))
    await someone.part("play").click()
    await someone.sees("起来了")
    await someone.sees("散步去")
    await expect(someone.part("play")).to_be_enabled(timeout=WAIT)
    await expect(someone.part("clock")).to_have_text("21:00")
    await expect(someone.part("clock-date")).to_have_text("3月11日 周三")


async def test_a_page_catches_up_when_the_program_was_started_again(site: Site, open_page: OpenPage) -> None:
    someone = Visitor(await open_page(site.url))
    await someone.becomes("雪梅")
    await site.stop()
    await expect(someone.part("offline")).to_be_visible(timeout=WAIT)
    await someone.part("text").fill("发不出去的话")
    await someone.part("send").click()
    await expect(someone.part("toast")).to_contain_text("连不上小安")
    await expect(someone.part("text")).to_have_value("发不出去的话")
    await site.world.say(named(site.world, "老窦").id, "断开时说的话")
    site.start()
    await someone.sees("断开时说的话")
    await expect(someone.part("offline")).to_be_hidden(timeout=WAIT)
    await expect(someone.messages("断开时说的话")).to_have_count(1)
    await someone.part("send").click()
    await someone.sees("发不出去的话")


async def test_everything_can_be_done_by_keyboard_and_every_control_has_a_name(site: Site, open_page: OpenPage) -> None:
    elder = Visitor(await open_page(site.url))
    await elder.part("search").focus()
    await elder.page.keyboard.type("秦素芬")
    await elder.page.keyboard.press("Enter")
    await expect(elder.part("text")).to_be_focused(timeout=WAIT)
    await elder.page.keyboard.type("平安")
    await elder.page.keyboard.press("Enter")
    await elder.sees("平安")
    nameless = await elder.page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, img")].filter((e) =>
            e.offsetParent && !(e.innerText || e.getAttribute("aria-label") || e.labels?.length || e.hasAttribute("alt"))
        ).map((e) => e.outerHTML)"""
    )
    assert nameless == []
    small = await elder.page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && e.innerText &&
            parseFloat(getComputedStyle(e).fontSize) < 13).map((e) => e.outerHTML)"""
    )
    assert small == []


async def test_on_a_phone_nothing_is_wider_than_the_screen(site: Site, open_page: OpenPage) -> None:
    await site.world.say(named(site.world, "老窦").id, "w" * 400)
    someone = Visitor(await open_page(site.url, PHONE))
    await someone.becomes("小康")
    await someone.sees("www")
    widths = await someone.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
