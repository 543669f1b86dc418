"""The database is locked or the disk is full for a while: nothing is lost, nothing said twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from bot.model import Message
from tests.world import World


@pytest.fixture
def locked(world: World) -> Iterator[World]:
    """Somebody else holds the database, as a backup program or a second process might."""
    world.store.conn.execute("PRAGMA busy_timeout=0")
    yield world


def _hold(world: World) -> sqlite3.Connection:
    other = sqlite3.connect(world.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_message_heard_while_the_database_is_locked_is_handled_later(locked: World) -> None:
    other = _hold(locked)
    with pytest.raises(sqlite3.OperationalError):
        locked.says("周强", "我妈今天挺好", at="08:00", id="x1")
    other.execute("COMMIT")
    other.close()
    message = Message("x1", locked.now, "周强", "text", "我妈今天挺好", contact="周强")
    assert locked.engine.receive(message, locked.now)
    assert locked.state("E03") == "safe"
    assert not locked.store.all("SELECT 1 FROM messages WHERE state = 'failed'")


def test_a_message_that_was_sent_and_could_not_be_marked_is_not_sent_again(locked: World) -> None:
    locked.everyone_else_is_safe("E03", at="06:00")
    locked.until("09:59:59")
    locked.wechat.remembers = False  # the far end cannot tell: only the bot itself knows
    send, others = locked.wechat.send, []

    async def then_locked(out):  # type: ignore[no-untyped-def]
        far_id = await send(out)
        if out.kind == "alert" and not others:
            others.append(_hold(locked))
        return far_id

    locked.wechat.send = then_locked  # type: ignore[method-assign]
    with pytest.raises(sqlite3.OperationalError):
        locked.until("10:00:01")
    others[0].execute("COMMIT")
    others[0].close()
    locked.until("10:15")
    assert len(locked.messages("alert", "room")) == len(locked.messages("alert", "林小满")) == 1
    assert not locked.store.all("SELECT 1 FROM outbox WHERE state NOT IN ('sent', 'dropped')")


def test_a_full_disk_loses_nothing(world: World) -> None:
    pages = world.store.conn.execute("PRAGMA page_count").fetchone()[0]
    world.store.conn.execute(f"PRAGMA max_page_count={pages}")
    failed = 0
    for n in range(40):
        try:
            world.says("周强", f"我妈今天挺好{n}" + "，都好" * 900, at=f"07:{n:02d}", id=f"f{n}")
        except sqlite3.OperationalError as error:
            assert "full" in str(error)
            failed += 1
            break
    assert failed
    world.store.conn.execute("PRAGMA max_page_count=1000000")
    message = Message(f"f{n}", world.now, "周强", "text", "我妈今天挺好", contact="周强")
    assert world.engine.receive(message, world.now)
    kept = world.store.all("SELECT state FROM messages WHERE id LIKE 'f%'")
    assert len(kept) == n + 1 and {r["state"] for r in kept} == {"read"}
