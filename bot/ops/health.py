"""Whether the bot is really well, and if not, why. Reasons are short English words for machines and logs; nothing private."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Health:
    """`late`: how long the oldest step that is due has not been done, in real time. `troubles`: what does not stop the bot."""

    ready: bool
    online: bool
    in_room: bool
    writable: bool
    late: dt.timedelta
    late_limit: dt.timedelta
    troubles: tuple[str, ...] = ()

    @property
    def on_time(self) -> bool:
        return self.late <= self.late_limit

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the bot is not well; empty when it is."""
        found = (
            (not self.ready, "starting"),
            (not self.writable, "the database cannot be written"),
            (not self.online, "WeChat is offline"),
            (self.online and not self.in_room, "not in its room"),
            (not self.on_time, f"a step is {int(self.late.total_seconds())} s late"),
        )
        return tuple(reason for wrong, reason in found if wrong)

    @property
    def well(self) -> bool:
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """What /healthz says."""
        value = asdict(self)
        value["late"], value["late_limit"] = self.late.total_seconds(), self.late_limit.total_seconds()
        return {"well": self.well, "reasons": list(self.reasons), **value, "troubles": list(self.troubles)}


class LateWatch:
    """How late the next step is, by the machine's own clock: the bot's clock may run faster or stand still."""

    def __init__(self) -> None:
        self._due: dt.datetime | None = None
        self._since: dt.datetime | None = None

    def look(self, due: dt.datetime | None, bot_now: dt.datetime, real_now: dt.datetime) -> dt.timedelta:
        """`due`: the next step's moment by the bot's clock, whose time is `bot_now`. Since when it has been overdue."""
        if due is None or due > bot_now:
            self._due = self._since = None
            return dt.timedelta()
        if due != self._due or self._since is None or real_now < self._since:
            self._due, self._since = due, real_now
        return real_now - self._since
