"""The alert's life against a model: whatever happens in whatever order, the real bot stands where the table says.

The model knows the table of data/alert_life.py, the minutes of an ordinary day, and who may do what; nothing of the code.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.model import Message
from bot.ports import NotConnected
from bot.replay import Crash
from data import alert_life, alerts
from data.alert_life import LIFE, STATES, UnknownStep, after, state_of
from data.moments import moment_of
from tests.invariants import breaches
from tests.world import ELDERS, VOLUNTEERS, World, community

PEOPLE = [
    e for e in ELDERS if e.id in ("E03", "E04", "E14")
]  # each has a volunteer, a backup and a relative with WeChat
FAMILY = {"E03": "周强", "E04": "红红火火", "E14": "卫东"}
TEAM = [v for v in VOLUNTEERS if v.role == "volunteer"]
TOGETHER = dt.timedelta(minutes=5)
WHO = st.sampled_from([e.id for e in PEOPLE])
HELPER = st.sampled_from(TEAM)
NAME = {e.id: e.name for e in PEOPLE}


def minutes(n: int) -> dt.timedelta:
    return dt.timedelta(minutes=n)


@dataclass
class Expected:
    """An open alert as the model sees it."""

    kind: str
    state: str
    level: int
    due: dt.datetime
    opened: dt.datetime
    by: str | None = None

    def step(self, event: alert_life.Event) -> None:
        new = LIFE[event][self.state]  # type: ignore[index]
        assert new is not None
        self.state = new


class AlertLife(RuleBasedStateMachine):
    @initialize(start=st.sampled_from(["05:00", "09:30", "20:30"]))
    def begin(self, start: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), start, community(PEOPLE))
        self.open: dict[str, list[Expected]] = {e.id: [] for e in PEOPLE}
        self.heard: set[tuple[str, dt.date]] = set()
        self.missed: set[tuple[str, dt.date]] = set()
        self.crash_in = 0
        self.number = 0
        self._catch_up()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.check_manners()
            finally:
                self.world.close()
                self.folder.cleanup()

    # --- what the model knows of time

    @property
    def now(self) -> dt.datetime:
        return self.world.now

    def _day(self, moment: dt.datetime) -> dt.date:
        local = moment.astimezone(self.world.settings.zone)
        return local.date() if local.hour >= 5 else local.date() - dt.timedelta(days=1)

    def _quiet_until(self, moment: dt.datetime) -> dt.datetime:
        local = moment.astimezone(self.world.settings.zone)
        if 6 <= local.hour < 22:
            return moment
        morning = local.replace(hour=6, minute=0, second=0, microsecond=0)
        return morning if local.hour < 6 else morning + dt.timedelta(days=1)

    def _catch_up(self) -> None:
        """Everything that has fallen due by now, in the model, in order of time."""
        while True:
            found = [(a.due, elder, a) for elder, some in self.open.items() for a in some if a.due <= self.now]
            deadlines = [(self._deadline(e, self._day(self.now)), e, None) for e in self.open if self._waits(e)]
            due = min([*found, *[d for d in deadlines if d[0] <= self.now]], key=lambda f: (f[0], f[1]), default=None)
            if due is None:
                return
            moment, elder, alert = due
            if alert is None:
                self.missed.add((elder, self._day(self.now)))
                if not self.open[elder]:
                    self.open[elder].append(Expected("missed", "opened", -1, moment, moment))
            else:
                self._announce(elder, alert, moment)

    def _deadline(self, elder: str, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(10), tzinfo=self.world.settings.zone)

    def _waits(self, elder: str) -> bool:
        day = self._day(self.now)
        opened = self.world.store.one("SELECT 1 FROM opened_days WHERE day = ?", day.isoformat()) is not None
        return opened and (elder, day) not in self.heard and (elder, day) not in self.missed

    def _announce(self, elder: str, alert: Expected, moment: dt.datetime) -> None:
        if alert.kind != "distress":
            if self._quiet_until(moment) > moment:
                alert.due = self._quiet_until(moment)
                return
            if any(a.kind == "distress" for a in self.open[elder]):
                alert.due = moment + minutes(30)
                return
        held = alert.state == "promised" and alert.by is not None and self._claims[id(alert)] > moment
        before = alert.level
        alert.level = 2 if alert.kind == "distress" and before < 2 else before + 1
        alert.step("hold" if held else "announce")
        if held:
            alert.due = self._claims[id(alert)]
        elif alert.kind == "distress" or alert.level >= 2:
            alert.due = moment + minutes(30)
        else:
            alert.due = moment + minutes((0, 20, 40)[alert.level + 1] - (0, 20, 40)[before + 1])

    @property
    def _claims(self) -> dict[int, dt.datetime]:
        return self.__dict__.setdefault("claims", {})

    # --- what people do

    def _say(self, who: str, text: str, *, to: str = "room", type: str = "text") -> None:
        """Say it; where the process is to end on the way, WeChat gives the message again to the next one."""
        self.number += 1
        message = Message(f"s{self.number}", self.now, who, type, text, to=to, contact=who)  # type: ignore[arg-type]
        self._through(lambda: self.world._run(self.world.engine.hear(message, self.now)))

    def _through(self, work: Any) -> None:
        left = self.crash_in
        self.crash_in = 0
        if not left:
            work()
            return

        def observe(where: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Crash(where)

        self.world.store.observe = observe
        try:
            work()
        except Crash:
            self.world.restart()
            work()
        self.world.store.observe = None

    def _contact(self, elder: str, *, ends_distress: bool) -> None:
        self.heard.add((elder, self._day(self.now)))
        self.open[elder] = [a for a in self.open[elder] if a.kind == "distress" and not ends_distress]

    @rule(n=st.sampled_from([1, 5, 19, 21, 45, 130, 400, 900]), seconds=st.integers(0, 59))
    def time_passes(self, n: int, seconds: int) -> None:
        end = self.now + minutes(n) + dt.timedelta(seconds=seconds)

        def work() -> None:
            self.world._pass(end)
            self.world._run(self.world.engine.wake(self.now))

        self._through(work)
        self._catch_up()

    @rule(elder=WHO)
    def the_family_says_she_is_fine(self, elder: str) -> None:
        self._say(FAMILY[elder], f"{NAME[elder]}平安")
        self._contact(elder, ends_distress=False)

    @rule(elder=st.sampled_from(["E03", "E14"]))
    def the_elder_says_fine(self, elder: str) -> None:
        self._say(next(e.wechat for e in PEOPLE if e.id == elder), "平安")
        self._contact(elder, ends_distress=False)

    @rule(elder=WHO, helper=HELPER)
    def a_volunteer_saw_her(self, elder: str, helper: Any) -> None:
        self._say(helper.wechat, f"{NAME[elder]}今天见到了，人好着呢")
        self._contact(elder, ends_distress=True)

    @rule(elder=WHO)
    def a_coordinator_closes(self, elder: str) -> None:
        had = bool(self.open[elder])
        self._say("社区-马晓云", f"结束 {NAME[elder]} 平安", to="bot")
        if had:
            self._contact(elder, ends_distress=True)

    @rule(elder=WHO)
    def somebody_cries_for_help(self, elder: str) -> None:
        self._say(FAMILY[elder], f"{NAME[elder]}摔倒了起不来，快来人")
        self.heard.add((elder, self._day(self.now)))
        self.open[elder] = [a for a in self.open[elder] if a.kind == "distress"] or [
            Expected("distress", "opened", -1, self.now, self.now)
        ]
        self._catch_up()

    @rule(elder=WHO, helper=st.one_of(st.none(), HELPER))
    def nobody_answers(self, elder: str, helper: Any) -> None:
        self._say(helper.wechat if helper else FAMILY[elder], f"{NAME[elder]}电话打不通，没人接")
        if not self.open[elder]:
            self.open[elder].append(Expected("unreachable", "opened", -1, self.now, self.now))
        elif helper:
            for alert in self.open[elder]:
                if alert.kind != "distress" and 0 <= alert.level < 2:
                    alert.step("climb")
                    alert.due = self.now
        self._catch_up()

    @rule(elder=WHO, helper=HELPER)
    def a_volunteer_goes(self, elder: str, helper: Any) -> None:
        self._say(helper.wechat, f"我去看看{NAME[elder]}")
        for alert in self.open[elder]:
            alert.step("claim")
            alert.by = helper.id
            self._claims[id(alert)] = self.now + minutes(30)
            if alert.level >= 0:
                alert.due = self.now + minutes(30)

    @rule(helper=HELPER)
    def a_volunteer_cannot_go(self, helper: Any) -> None:
        self._say(helper.wechat, "我去不了了")
        for some in self.open.values():
            for alert in some:
                if alert.by == helper.id and alert.state in ("promised", "claimed"):
                    alert.step("release")
                    alert.by = None
                    wait = minutes(20 if alert.level < 1 else 40)
                    at_once = alert.kind == "distress" or alert.level < 0
                    alert.due = self.now if at_once else max(self.now, alert.opened + wait)
        self._catch_up()

    @rule(elder=WHO)
    def a_neighbour_says_fine(self, elder: str) -> None:
        """A stranger's private word changes nothing."""
        self._say("三楼小赵", f"{NAME[elder]}平安", to="bot")

    # --- what happens to the bot

    @rule()
    def it_starts_again(self) -> None:
        self.world.restart()

    @rule(n=st.integers(1, 40))
    def it_will_end_on_the_way(self, n: int) -> None:
        self.crash_in = n

    @rule()
    def wechat_takes_nothing(self) -> None:
        self.world.wechat.broken = NotConnected("away")

    @precondition(lambda self: self.world.wechat.broken)
    @rule()
    def wechat_takes_messages_again(self) -> None:
        self.world.wechat.broken = None

    # --- what must hold

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        if not hasattr(self, "world"):
            return
        rows = [a for a in alerts.everything(self.world.store) if not a["closed_at"]]
        real = sorted((a["elder"], a["kind"], state_of(a), a["level"]) for a in rows)
        model = sorted((e, a.kind, a.state, a.level) for e, some in self.open.items() for a in some)
        assert real == model, self.now
        for row in rows:
            expected = next(a for a in self.open[row["elder"]] if a.kind == row["kind"])
            due = moment_of(row["next_step_at"])
            # Repeats come together: each may wait a little for others.
            assert expected.due <= due <= expected.due + TOGETHER, (row["elder"], row["kind"], self.now)
            expected.due = due

    @invariant()
    def nobody_is_out_of_sight(self) -> None:
        if not hasattr(self, "world"):
            return
        day = self.world.settings.day
        found = breaches(self.world.store, self.world.people, self.now, day.opens, self.world.settings.zone)
        assert not found, "\n".join(found)


TestAlertLife = AlertLife.TestCase
TestAlertLife.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("event", LIFE)
def test_what_the_table_does_not_have_raises(event: alert_life.Event) -> None:
    for state in STATES:
        if state in LIFE[event]:
            assert after(state, event) == LIFE[event][state]
        else:
            with pytest.raises(UnknownStep, match=state):
                after(state, event)


def test_telling_the_end_of_an_alert_that_is_open_raises(world: World) -> None:
    world.until("10:01")
    with pytest.raises(UnknownStep, match="calling cannot tell"):
        alerts.set_told(world.store, world.alert("E03")["id"])


def test_a_step_that_leads_elsewhere_than_the_table_says_raises(world: World) -> None:
    world.until("10:01")
    number = world.alert("E03")["id"]
    with pytest.raises(UnknownStep, match="should be calling"), world.store.transaction():
        alerts._step(world.store, number, "put_off", "closed_at = 'now'")
    assert world.alert("E03")["closed_at"] is None
