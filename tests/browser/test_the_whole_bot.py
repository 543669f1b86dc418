"""The main job, as a person at the page sees it: a check-in, a missed one, the claim, the report, the end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from playwright.async_api import expect

from data import alerts, days
from tests.app.conftest import MORNING, Group, running
from tests.browser.conftest import OpenPage
from tests.browser.person import WAIT, Visitor


def two_elders(group: Group) -> tuple[str, str]:
    """One who writes himself, and one without an account whose volunteer is in the group; nobody shares their names."""
    roster = group.app.engine.roster
    writer = next(e for e in roster.elders.values() if e.wechat and len(roster.by_wechat(e.wechat)) == 1)
    silent = next(
        e
        for e in roster.elders.values()
        if not e.wechat and e.volunteer and e.id != writer.id and len(roster.household(e.id)) == 1
    )
    return writer.id, silent.id


async def test_a_morning_at_the_page(tmp_path: Path, open_page: OpenPage) -> None:
    async with running(tmp_path) as group:
        roster = group.app.engine.roster
        writer, silent = (roster.elders[i] for i in two_elders(group))
        volunteer = roster.people[silent.volunteer or ""]
        day = MORNING.date()
        # Everyone else was heard of by other ways, so that one alert is all there is to see.
        for elder in roster.elders.values():
            if elder.id not in (writer.id, silent.id):
                days.set_state(group.app.store, day, elder.id, "safe", MORNING + dt.timedelta(hours=3))

        visitor = Visitor(await open_page(f"http://127.0.0.1:{group.app.port}/"))
        await visitor.becomes(writer.wechat)
        await visitor.says("平安")
        assert days.states(group.app.store, day)[writer.id] == "safe"

        await visitor.jumps_to("10:01")
        alert = await visitor.sees("麻烦您打个电话或上门看一看")
        await expect(alert).to_contain_text(silent.name, timeout=WAIT)
        await expect(alert).to_contain_text(f"@{volunteer.wechat}", timeout=WAIT)
        assert writer.name not in (await alert.inner_text())

        await visitor.becomes(volunteer.wechat)
        await visitor.opens_private()
        private = await visitor.sees(silent.address)
        await expect(private).to_contain_text(silent.phone, timeout=WAIT)

        await visitor.opens_room()
        await visitor.says(f"我去看看{silent.title}")
        await visitor.says(f"{silent.title}在家呢，手机没电了，人好着呢")
        await visitor.jumps_to("10:03")
        await visitor.sees(f"{silent.title}联系上了")
        await expect(visitor.messages(silent.phone)).to_have_count(0)

        assert days.states(group.app.store, day)[silent.id] == "safe"
        (ended,) = alerts.everything(group.app.store)
        assert (ended["elder"], ended["outcome"], ended["claimed_by"]) == (silent.id, "safe", volunteer.id)
