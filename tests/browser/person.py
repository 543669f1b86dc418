"""A person at the page, in the words a test reads like."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

WAIT = 20_000


class Visitor:
    """Drives one open page by its stable data-testid marks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def part(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    async def becomes(self, search: str, about: str = "") -> None:
        """Pick the first person found by this name, role or elder (and whose line says `about`)."""
        if not await self.part("search").is_visible():
            await self.part("speaker").click()
        await self.part("search").fill(search)
        row = self.part("people").locator("[data-testid=person]").filter(has_text=about).first
        name = await row.get_attribute("data-name")
        await row.click()
        await expect(self.part("speaker")).to_contain_text(f"我是 {name}", timeout=WAIT)

    async def says(self, text: str) -> None:
        """Write and send, then wait until the own message is there."""
        await self.part("text").fill(text)
        await self.part("send").click()
        await expect(self.part("text")).to_have_value("", timeout=WAIT)
        await expect(self.messages(text).last).to_have_attribute("data-mine", "true", timeout=WAIT)

    def messages(self, text: str = "") -> Locator:
        """The messages of the open chat that hold `text`."""
        return self.part("message").filter(has_text=text)

    async def sees(self, text: str) -> Locator:
        """Wait for a message with this text in the open chat; the newest such one."""
        found = self.messages(text).last
        await expect(found).to_be_visible(timeout=WAIT)
        return found

    async def opens_room(self) -> None:
        await self.part("tab-room").click()

    async def opens_private(self) -> None:
        await self.part("tab-bot").click()

    async def menu(self, message: Locator, item: str) -> None:
        """Choose from a message's menu: "menu-quote", "menu-copy" or "menu-recall"."""
        await message.hover()
        await message.get_by_test_id("more").click()
        await self.part(item).click()

    async def _clock_tools(self) -> None:
        if not await self.part("clock-next").is_visible():
            await self.part("clock-more").click()

    async def jumps_to(self, time: str) -> None:
        """Move the clock to the next such time of day, like "10:30", and wait until it shows it (or later)."""
        await self._clock_tools()
        await self.part("until").fill(time)
        await self.part("until-go").click()
        await expect(self.part("until-go")).to_be_enabled(timeout=WAIT)
        await self.page.wait_for_function("t => document.getElementById('clock').textContent >= t", arg=time)

    async def jumps_to_next(self) -> None:
        """Move the clock to the next thing that is due."""
        await self._clock_tools()
        await self.part("clock-next").click()
        await expect(self.part("rate-real")).to_be_enabled(timeout=WAIT)
