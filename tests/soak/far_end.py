"""WeChat as the soak sees it: it keeps what it showed, whatever happens to the bot, and fails as WeChat does."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable

from bot.ports import Echo, InDoubt, NotConnected, Outgoing, SendError


class FarEnd:
    """A bot.ports.Channel (and Echoes). `crash` is called before and after a message is shown."""

    def __init__(self, seed: int, crash: Callable[[str], None], *, looks_back: bool, echoes: bool) -> None:
        self.shown: Counter[str] = Counter()
        self.order: list[tuple[float, Outgoing]] = []
        # Keys whose sending was in doubt at some time: only these may be shown twice, and only if they are calls.
        self.doubted: set[str] = set()
        self.away = False
        self.flaky = 0.0
        # Own messages that the bot has not been shown yet; `echoed` is called where that is to happen at once.
        self.echoes: deque[tuple[str, Outgoing]] = deque()
        self.echoed: Callable[[], None] = lambda: None
        self.clock: Callable[[], float] = lambda: 0.0
        self._chance = random.Random(f"far end {seed}")
        self._crash = crash
        self._looks_back, self._echoes = looks_back, echoes

    async def send(self, out: Outgoing) -> str:
        self._crash("before sending")
        if self.away:
            raise NotConnected("WeChat is away")
        fails = self._chance.random() < self.flaky
        how = (
            self._chance.choice(["error", "error", "unanswered", "unanswered but shown", "swallowed"]) if fails else ""
        )
        if how == "error":
            raise SendError("the gateway says no")
        if how == "unanswered":
            self.doubted.add(out.key)
            raise InDoubt("no answer")
        if how == "swallowed" and self._echoes:
            self.doubted.add(out.key)
            return "swallowed"
        far_id = self._show(out)
        if how == "unanswered but shown":
            self.doubted.add(out.key)
            raise InDoubt("no answer")
        self._crash("after sending")
        return far_id

    async def delivered(self, out: Outgoing) -> bool | None:
        return self.shown[out.key] > 0 if self._looks_back else None

    def is_echo(self, out: Outgoing, echo: Echo) -> bool:
        return (out.to, out.text) == (echo.where, echo.text)

    def _show(self, out: Outgoing) -> str:
        self.shown[out.key] += 1
        self.order.append((self.clock(), out))
        far_id = f"far-{len(self.order)}"
        if self._echoes:
            self.echoes.append((far_id, out))
            if len(self.order) % 2:
                self.echoed()  # before the answer; else after it
        return far_id
