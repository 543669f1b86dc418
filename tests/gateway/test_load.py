"""More messages at once than the bot can keep up with, through the real gateway: none is lost, doubled or out of order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.model import Message

from .rig import Rig
from .test_app import app_over, until

SENDERS = ["c-guihua", "c-xiaoman", "c-puyong", "c-qiping"]
MANY = 300


async def test_a_flood_is_taken_in_whole_and_in_order_with_few_commits(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app_over(rig, tmp_path, monkeypatch) as app:
        order: list[str] = []
        commits = 0
        receive = app.engine.receive

        def note(message: Message, now: dt.datetime) -> bool:
            order.append(message.id)
            return receive(message, now)

        def count(where: str) -> None:
            nonlocal commits
            commits += where == "after-commit"

        monkeypatch.setattr(app.engine, "receive", note)
        app.store.observe = count
        await rig("bulk", n=MANY, prefix="flood", **{"from": SENDERS}, texts=["平安", "早上好", "收到", "大家好"])
        ids = [f"flood-{n}" for n in range(MANY)]
        kept = "SELECT count(*) AS n FROM messages WHERE id LIKE 'flood-%' AND state = 'read'"
        await until(lambda: app.store.all(kept)[0]["n"] == MANY, "all of them stored")
        assert order == ids
        # Sending and duties have commits of their own; hearing one by one would need more than one a message.
        assert commits < MANY / 2
