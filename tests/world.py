"""A small community in virtual time: the real bot on a real database, with a hand-written WeChat at the edge.

    world.says("周强", "我妈今天挺好", at="08:12")
    world.until("10:00")
    world.expect("alert", about=["E03"], mentions=["林小满"])
    world.nothing_more()

Every message of every test is looked at when the test ends: private data in the room fails it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.engine import Engine
from bot.looking.boards import Boards
from bot.looking.eyes import Eyes
from bot.media.pool import BusyError
from bot.model import Elder, Message, Relative, Roster, Volunteer, relative_id
from bot.ports import Echo, Outgoing, SendError
from data import alerts, days, roster
from data.store import Store

FIRST_DAY = dt.date(2026, 3, 10)
# Words that nobody reads in the group.
NEVER_SAID = re.compile("死|失联|去世|责任|怎么还不")


def _relative(name: str, relation: str, wechat: str, phone: str) -> Relative:
    return Relative(relative_id(name, wechat, phone), name, relation, wechat, phone)


_ZHAO_MIN = _relative("赵敏", "女儿", "赵敏（赵德厚女儿）", "10000010001")
_FENG_TAO = _relative("冯涛", "儿子", "冯涛", "10000010012")

ELDERS = (
    Elder(
        "E01", "赵德厚", "男", 1938, "向阳院", "1号楼2单元301", "10000020001", "与配偶同住", "高血压",
        relatives=(_ZHAO_MIN,), wechat="向阳老赵", volunteer="V1", backup="V2",
    ),
    Elder(
        "E02", "钱秀英", "女", 1940, "向阳院", "1号楼2单元301", "10000020002", "与配偶同住", "糖尿病",
        relatives=(_ZHAO_MIN,), volunteer="V1", backup="V2",
    ),
    Elder(
        "E03", "孙桂芳", "女", 1936, "河畔小区", "3号楼1单元502", "10000020003", "独居", "心脏支架",
        relatives=(_relative("周强", "儿子", "周强", "10000010003"),), wechat="桂花飘香", volunteer="V1", backup="V3",
    ),
    Elder(
        "E04", "孙兰芝", "女", 1941, "河畔小区", "5号楼2单元101", "10000020004", "独居", "",
        relatives=(_relative("李红", "女儿", "红红火火", "10000010004"),), volunteer="V2", backup="V1",
    ),
    Elder(
        "E05", "李国栋", "男", 1935, "纺织院", "2号楼1单元201", "10000020005", "空巢", "术后恢复",
        deadline=dt.time(8, 0), relatives=(_relative("李伟", "儿子", "李伟", "10000010005"),), wechat="国栋",
        volunteer="V2", backup="V3",
    ),
    Elder(
        "E06", "吴淑珍", "女", 1939, "纺织院", "4号楼3单元602", "10000020006", "独居", "",
        deadline=dt.time(14, 0), relatives=(_relative("吴军", "侄子", "吴军", "10000010006"),), wechat="淑珍",
        volunteer="V3", backup="V1",
    ),
    Elder("E07", "周玉梅", "女", 1937, "向阳院", "6号楼1单元102", "10000020007", "独居", "", volunteer="V3", backup="V2"),
    Elder(
        "E08", "郑福生", "男", 1934, "向阳院", "7号楼2单元401", "10000020008", "独居", "",
        relatives=(_relative("郑洁", "孙女", "小洁", "10000010008"),),
    ),
    Elder(
        "E09", "王秀兰", "女", 1933, "纺织院", "9号楼1单元103", "10000020009", "独居", "", aliases=("王老师",),
        relatives=(_relative("何平", "女婿", "何平", "10000010009"),), volunteer="V2", backup="V3",
    ),
    Elder(
        "E10", "王秀兰", "女", 1944, "纺织院", "11号楼2单元304", "10000020010", "空巢", "",
        relatives=(_relative("田芳", "女儿", "田芳", "10000010010"),), volunteer="V3", backup="V2",
    ),
    Elder(
        "E11", "冯长贵", "男", 1937, "河畔小区", "8号楼1单元701", "10000020011", "与配偶同住", "轻度失智",
        relatives=(_FENG_TAO,), wechat="老冯", volunteer="V3", backup="V1",
    ),
    Elder(
        "E12", "陈月娥", "女", 1939, "河畔小区", "8号楼1单元701", "10000020012", "与配偶同住", "",
        relatives=(_FENG_TAO,), volunteer="V3", backup="V1",
    ),
    Elder(
        "E13", "褚凤英", "女", 1938, "向阳院", "3号楼3单元501", "10000020013", "独居", "白内障",
        relatives=(_relative("褚亮", "儿子", "", "10000010013"),), volunteer="V1", backup="V3",
    ),
    Elder(
        "E14", "卫长青", "男", 1936, "纺织院", "5号楼1单元402", "10000020014", "独居", "",
        relatives=(_relative("卫东", "儿子", "卫东", "10000010014"),), wechat="长青树", volunteer="V1", backup="V2",
    ),
)  # fmt: skip
VOLUNTEERS = (
    Volunteer("V1", "林小满", "林小满", "10000030001", "志愿者协会", "volunteer"),
    Volunteer("V2", "何建国", "何建国（志愿者）", "10000030002", "志愿者协会", "volunteer"),
    Volunteer("V3", "郭晓雨", "郭晓雨", "10000030003", "志愿者协会", "volunteer"),
    Volunteer("V4", "许文静", "许医生（卫生站）", "10000030004", "卫生服务站", "clinic"),
    Volunteer("V5", "马晓云", "社区-马晓云", "10000030005", "社区", "coordinator"),
    Volunteer("V6", "丁立", "丁立（协调员）", "10000030006", "社区", "coordinator"),
)
COORDINATORS = ("社区-马晓云", "丁立（协调员）")


def community(elders: Iterable[Elder] = ELDERS, volunteers: Iterable[Volunteer] = VOLUNTEERS) -> Roster:
    return Roster({e.id: e for e in elders}, {v.id: v for v in volunteers})


@dataclass
class Sent:
    """One message that reached WeChat, with people's WeChat names. `seen`: a test has spoken of it."""

    at: dt.datetime
    kind: str
    to: str
    mentions: list[str]
    elders: list[str]
    text: str
    urgency: int
    seen: bool = False
    file: str | None = None

    def __str__(self) -> str:
        called = " ".join("@" + m for m in self.mentions)
        return f"{self.at:%m-%d %H:%M:%S} {self.kind} → {self.to} {called} {self.elders} {self.text[:70]!r}"


class Wechat:
    """The far end: it keeps what arrives.

    `broken` makes sending fail with this error; without `remembers` an interrupted sending stays in doubt. `echoes`: it
    shows the bot its own messages (`nameless`: without ids); `swallows`: it takes a message and shows it to nobody.
    """

    def __init__(self) -> None:
        self.arrived: list[tuple[dt.datetime, Outgoing]] = []
        self.broken: SendError | None = None
        self.remembers = True
        self.echoes = False
        self.swallows = False
        self.nameless = False
        self.echoed: Callable[[Echo], object] = lambda echo: None
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def send(self, out: Outgoing) -> str:
        if self.broken:
            raise self.broken
        if not self.swallows:
            self.arrived.append((self.now, out))
            if self.echoes:
                self.echoed(Echo("" if self.nameless else str(len(self.arrived)), out.to, out.text, self.now))
        return "" if self.nameless else str(len(self.arrived)) if not self.swallows else f"of nothing {out.key}"

    def is_echo(self, out: Outgoing, echo: Echo) -> bool:
        return (out.to, out.text) == (echo.where, echo.text)

    async def delivered(self, out: Outgoing) -> bool | None:
        return any(a.key == out.key for _, a in self.arrived) if self.remembers else None


class World:
    """One community, one bot, one clock that only these methods move."""

    def __init__(
        self,
        folder: Path,
        start: str = "05:00",
        people: Roster | None = None,
        date: dt.date = FIRST_DAY,
        boards: bool = False,
        **settings: Any,
    ) -> None:
        """`boards`: the day's pictures are drawn, which takes a while."""
        self._boards = boards
        self.blind = False
        self.settings = Settings.model_validate({"community": "试验社区", **settings})
        self.path = folder / "world.db"
        self.wechat = Wechat()
        self.people = people or community()
        self._loop = asyncio.Runner()
        self._sent: list[Sent] = []
        self._count = 0
        self._skipped: set[tuple[str, str | None]] = set()
        self._deaf = False
        self.now = self.moment(start, date)
        self.store = Store.open(self.path, self.settings.community, durable=False)
        if not roster.current(self.store).elders:
            roster.save(self.store, self.people, self.now)
        self._start()

    # --- time

    def moment(self, text: str, day: dt.date | None = None) -> dt.datetime:
        """ "08:12", "08:12:30" on the day that the clock shows (or `day`), or "03-11 08:12"."""
        if " " in text:
            month_day, text = text.split()
            month, number = (int(n) for n in month_day.split("-"))
            day = dt.date(FIRST_DAY.year, month, number)
        elif day is None:
            day = self.now.date()
        return dt.datetime.combine(day, dt.time.fromisoformat(text), tzinfo=self.settings.zone)

    def until(self, text: str) -> None:
        """Let time pass; everything that falls due on the way happens at its own moment."""
        self._pass(self.moment(text))
        if not self._deaf:
            self._run(self.engine.wake(self.now))

    def until_moment(self, moment: dt.datetime) -> None:
        """As `until`, for a moment of any day."""
        self._pass(moment)
        self._run(self.engine.wake(self.now))

    def clock_shows(self, moment: dt.datetime) -> None:
        """The machine's clock was set, forth or back; nothing happens by that alone."""
        self._set(moment)

    def wakes(self) -> None:
        """The bot looks at the clock and does what is due, as it does each minute."""
        self._run(self.engine.wake(self.now))

    def _pass(self, end: dt.datetime) -> None:
        """Up to the end, without what falls due at that very moment: a message of that moment comes first."""
        assert end >= self.now, f"it is {self.now:%m-%d %H:%M} already"
        for _ in range(100_000):
            due = self.engine.next_due(self.now) if not self._deaf else None
            if due is None:
                break
            due = max(due, self.now + dt.timedelta(seconds=1)) if due <= self.now else due
            if due >= end:
                break
            self._set(due)
            self._run(self.engine.wake(self.now))
        else:
            raise AssertionError("the bot never comes to rest")
        self._set(end)

    def _set(self, moment: dt.datetime) -> None:
        self.now = moment.astimezone(self.settings.zone)
        self.wechat.now = self.now

    # --- the bot

    def _start(self) -> None:
        self._set(self.now)
        folder = self.path.with_name("world-media")
        self.engine = Engine(
            self.store,
            self.settings,
            self.wechat,
            eyes=Eyes(self.settings, self.path, folder, self._job),
            boards=Boards(self.store, self.settings, folder, self._job) if self._boards else None,
        )
        self.wechat.echoed = lambda echo: self.engine.outbox.came_back(echo, self.now)
        self._run(self.engine.start(self.now))
        self._run(self.engine.look(lambda: self.now))
        self._run(self.engine.wake(self.now))

    async def _job(self, job: Callable[..., Any], *args: Any) -> Any:
        """In place of the pool's child process: tests/app has the real one. `blind`: it is stopping."""
        if self.blind:
            raise BusyError("the pool is closed")
        return job(*args)

    def stop(self) -> None:
        """The process ends; time may pass without it."""
        self.store.close()

    def restart(self, at: str | None = None) -> None:
        """The process ends and comes back (at a later moment, if `at` says so) on the same database."""
        self.store.close()
        if at:
            self._set(self.moment(at))
        self.store = Store.open(self.path, self.settings.community, durable=False)
        self._start()

    def goes_deaf(self, at: str) -> None:
        """WeChat is gone: nothing is heard from then on, and nothing is sent."""
        self.until(at)
        self._deaf = True
        self.engine.went_deaf(self.now)

    def hears_again(self, at: str) -> None:
        """WeChat is back."""
        self.until(at)
        self._deaf = False
        self.engine.hears(self.now)
        self._run(self.engine.wake(self.now))

    def close(self) -> None:
        self.store.close()
        self._loop.close()

    def import_roster(self, people: Roster) -> None:
        """What `roster import` does, while the bot runs."""
        self.people = Roster({**self.people.elders, **people.elders}, {**self.people.volunteers, **people.volunteers})
        roster.save(self.store, people, self.now)

    def _run(self, work: Any) -> Any:
        try:
            return self._loop.run(work)
        finally:
            self._collect()

    def _collect(self) -> None:
        for at, out in self.wechat.arrived[len(self._sent) :]:
            row = self.store.one("SELECT elders, urgency FROM outbox WHERE key = ?", out.key)
            assert row is not None
            elders = json.loads(row["elders"])
            mentions = [self._name(m) for m in out.mentions]
            to = out.to if out.to == "room" else self._name(out.to)
            seen = (out.kind, None) in self._skipped or (out.kind, to) in self._skipped
            self._sent.append(Sent(at, out.kind, to, mentions, elders, out.text, row["urgency"], seen, out.file))

    def _name(self, address: str) -> str:
        if address.startswith("contact:"):
            return address.removeprefix("contact:")
        person = self.people.people[address]
        assert person.wechat, f"a message for {person.name}, who has no WeChat"
        return person.wechat

    # --- people

    def says(
        self,
        who: str,
        text: str,
        at: str | None = None,
        *,
        to: Any = "room",
        type: Any = "text",
        mentions: Sequence[str] = (),
        id: str | None = None,
        written: str | None = None,
        file: Path | None = None,
    ) -> str:
        """Somebody writes (a WeChat name), at the moment it is or later; `written`: the message arrives late. Its id.

        `file`: of a picture, clip or voice note, which is looked at before the next line.
        """
        if at:
            self._pass(self.moment(at))
        message = self.message(who, text, to=to, type=type, mentions=mentions, id=id, written=written, file=file)
        self._run(self.engine.hear(message, self.now))
        return message.id

    def message(
        self,
        who: str,
        text: str,
        *,
        to: Any = "room",
        type: Any = "text",
        mentions: Sequence[str] = (),
        id: str | None = None,
        written: str | None = None,
        file: Path | None = None,
    ) -> Message:
        """What `says` lets the bot hear."""
        self._count += 1
        number = id or f"m{self._count}"
        # As WeChat gives it: in UTC, whatever the community's clocks show.
        when = (self.moment(written) if written else self.now).astimezone(dt.UTC)
        text = "".join(f"@{m}\u2005" for m in mentions) + text
        path = str(file) if file else None
        return Message(number, when, who, type, text, path, to, mentions=tuple(mentions), contact=who)

    def hears_from(self, contact: str, shown: str, people: tuple[str, ...], text: str, *, to: Any = "room") -> None:
        """A message as bot/wechat hands it over: the account, the name it shows, and whom the account is bound to."""
        self._count += 1
        at = self.now.astimezone(dt.UTC)
        message = Message(f"m{self._count}", at, shown, "text", text, to=to, people=people, contact=contact)
        self._run(self.engine.hear(message, self.now))

    def recalls(self, who: str, message: str, at: str | None = None) -> None:
        self.says(who, message, at, type="recalled")

    def everyone_else_is_safe(self, *but: str, at: str = "07:00") -> None:
        """A coordinator reports all but these elders; the thanks for it are not spoken of."""
        self.until(at)
        for elder in self.people.elders.values():
            if elder.id not in but:
                words = f"{elder.compound}{elder.address}{elder.name}，今天已联系上，平安"
                self.says("社区-马晓云", words)
                assert self.state(elder.id) == "safe", f"{words!r} was not understood"

    # --- what came of it

    def state(self, elder: str, day: str | None = None) -> str:
        """An elder's state on the running day (or "03-11")."""
        found = self.engine._moment(self.now).day if day is None else self.moment(f"{day} 12:00").date()
        row = days.get(self.store, found, elder)
        return row["state"] if row else "waiting"

    def alert(self, elder: str | None, kind: str | None = None) -> dict[str, Any]:
        """The newest alert of an elder, as a dict."""
        found = [
            a for a in alerts.everything(self.store) if a["elder"] == elder and (kind is None or a["kind"] == kind)
        ]
        assert found, f"no alert for {elder}"
        return dict(found[-1])

    def alerts(self) -> list[dict[str, Any]]:
        return [dict(a) for a in alerts.everything(self.store)]

    def messages(self, kind: str | None = None, to: str | None = None) -> list[Sent]:
        return [s for s in self._sent if (kind is None or s.kind == kind) and (to is None or s.to == to)]

    def expect(
        self,
        kind: str,
        *,
        to: str | None = None,
        mentions: Collection[str] | None = None,
        only_mentions: Collection[str] | None = None,
        about: Collection[str] | None = None,
        only_about: Collection[str] | None = None,
        text: str = "",
        at: str | None = None,
    ) -> Sent:
        """The first such message that no test line has spoken of yet, sent by now or in the next half minute.

        `at`: within the 90 seconds from then.
        """
        moment = self.moment(at) if at else None
        found = self._find(kind, to, mentions, only_mentions, about, only_about, text, moment)
        if found is None:
            # Several messages at once go out one by one: give them the time.
            self._pass(self.now + dt.timedelta(seconds=30))
            found = self._find(kind, to, mentions, only_mentions, about, only_about, text, moment)
        if found is None:
            wanted = f"{kind} to={to} mentions={mentions or only_mentions} about={about or only_about} {text!r} at={at}"
            raise AssertionError(f"nobody sent {wanted}\nunseen:\n" + self._unseen())
        found.seen = True
        return found

    def _find(
        self,
        kind: str,
        to: str | None,
        mentions: Collection[str] | None,
        only_mentions: Collection[str] | None,
        about: Collection[str] | None,
        only_about: Collection[str] | None,
        text: str,
        moment: dt.datetime | None,
    ) -> Sent | None:
        for sent in self._sent:
            if (
                not sent.seen
                and sent.kind == kind
                and (to is None or sent.to == to)
                and (mentions is None or set(mentions) <= set(sent.mentions))
                and (only_mentions is None or set(only_mentions) == set(sent.mentions))
                and (about is None or set(about) <= set(sent.elders))
                and (only_about is None or set(only_about) == set(sent.elders))
                and re.search(text, sent.text, re.S)
                and (moment is None or moment <= sent.at <= moment + dt.timedelta(seconds=90))
            ):
                return sent
        return None

    def skip(self, *kinds: str, to: str | None = None) -> None:
        """These messages, sent and still to be sent, are not what the test is about."""
        self._skipped |= {(kind, to) for kind in kinds}
        for sent in self._sent:
            if sent.kind in kinds and (to is None or sent.to == to):
                sent.seen = True

    def nothing_more(self) -> None:
        """Whatever was sent has been spoken of."""
        assert all(s.seen for s in self._sent), "nobody expected:\n" + self._unseen()

    def _unseen(self) -> str:
        return "\n".join(str(s) for s in self._sent if not s.seen) or "(nothing)"

    # --- what must hold in every test

    def check_manners(self) -> None:
        """No private data in the room; private data only for those who may have it; no word that hurts; pace and quiet."""
        for sent in self._sent:
            assert not NEVER_SAID.search(sent.text), str(sent)
            for elder in self.people.elders.values():
                told = [p for p in _private(elder) if p in sent.text]
                assert not told or self._may_have(sent.to, elder.id), f"{told} in {sent}"
            if sent.to == "room":
                for person in self.people.people.values():
                    assert not person.phone or person.phone not in sent.text, str(sent)
        self._check_pace()

    def _may_have(self, to: str, elder: str) -> bool:
        return to != "room" and any(
            p.role in ("volunteer", "clinic", "coordinator") or (p.role == "family" and elder in p.elders)
            for p in self.people.by_wechat(to)
        )

    def _check_pace(self) -> None:
        usual = [s.at for s in self._sent if s.urgency > 0]
        gap = dt.timedelta(seconds=self.settings.pace.gap_seconds)
        for before, after in itertools.pairwise(usual):
            assert (
                after - before >= gap or after < before - gap
            )  # the latter: the clock was set back between the two, f"{before} and {after}"
        for i, at in enumerate(usual):
            minute = [u for u in usual[i:] if dt.timedelta() <= u - at < dt.timedelta(minutes=1)]
            assert len(minute) <= self.settings.pace.per_minute
        for day in {u.date() for u in usual}:
            assert sum(u.date() == day for u in usual) <= self.settings.pace.per_day
        for at in usual:
            assert dt.time(6) <= at.timetz().replace(tzinfo=None) < dt.time(22), f"sent at {at}, in the quiet hours"


def _private(elder: Elder) -> list[str]:
    relatives = [r.phone for r in elder.relatives]
    return [p for p in (elder.phone, elder.address, elder.health, *relatives) if p]
