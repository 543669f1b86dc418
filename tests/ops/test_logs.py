"""The log of a busy day holds nothing of what people wrote or who they are, whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Roster
from bot.ops import logs
from bot.ports import SendError
from tests.ops.conftest import play_a_busy_day
from tests.world import World

PRIVATE = "孙桂芳的电话是13812345678，住3号楼1单元502"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Logging as `run` sets it up, to a buffer; as it was before, afterwards."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, warnings.showwarning, sys.excepthook, sys.unraisablehook)
    stream = io.StringIO()
    yield stream
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])
    warnings.showwarning, sys.excepthook, sys.unraisablehook = kept[2:]


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_log_of_a_busy_day_with_every_kind_of_failure_names_nobody(
    tmp_path: Path, lines: io.StringIO, style: logs.Style
) -> None:
    hide = logs.set_up(style, logging.DEBUG, lines)
    world = World(tmp_path)
    hide.learn(world.people)
    said: list[str] = []
    try:
        play_a_busy_day(world)
        world.store.run(
            "ALTER TABLE reports RENAME TO gone"
        )  # from here on handling breaks, with people's words in hand
        for text in ("我妈孙桂芳今天挺好，电话10000010003", PRIVATE, "周玉梅摔倒了快来人"):
            world.says("周强", text, "20:40")
        world.store.run("ALTER TABLE gone RENAME TO reports")
        world.wechat.broken = SendError("the gateway refused")
        world.until("03-11 12:00")
        said = [
            r["text"] for r in world.store.all("SELECT text FROM messages UNION SELECT text FROM outbox") if r["text"]
        ]
    finally:
        world.close()
    text = lines.getvalue()
    assert "could not be handled" in text and "was not sent" in text
    assert [w for w in private_words(world.people) if w in text] == []
    assert [s for s in said if s in text] == []


def private_words(people: Roster) -> list[str]:
    found: set[str] = set()
    for e in people.elders.values():
        found |= {e.name, e.phone, e.address, e.health, e.wechat}
        found |= {x for r in e.relatives for x in (r.name, r.phone, r.wechat)}
    return sorted(w for w in found if len(w) >= 2)


def test_what_was_heard_is_logged_in_parts_and_without_the_words(tmp_path: Path, lines: io.StringIO) -> None:
    hide = logs.set_up("json", logging.INFO, lines)
    world = World(tmp_path)
    hide.learn(world.people)
    world.says("周强", "我妈孙桂芳今天挺好，电话10000010003", "06:10", id="m-1")
    world.close()
    (heard,) = [e for e in map(json.loads, lines.getvalue().splitlines()) if e["what"] == "heard"]
    assert {k: heard[k] for k in ("message", "type", "to", "intent", "elders", "late", "logger")} == {
        "message": "m-1",
        "type": "text",
        "to": "room",
        "intent": "checkin",
        "elders": "1",
        "late": "0.0",
        "logger": "handlers.receive",
    }


def test_fields_are_redacted_and_only_ours_are_shown(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)
    logging.getLogger("bot.x").info("sent", extra={"fields": {"kind": "alert", "to": "13812345678", "what": "x"}})
    logging.getLogger("some.library").warning("hello", extra={"fields": {"diary": "dear"}})
    text = lines.getvalue()
    assert "kind=alert" in text and "1381234" not in text and "what=sent" in text and "diary" not in text


def test_an_exception_shows_its_kind_and_place_and_what_it_came_of_but_no_value(lines: io.StringIO) -> None:
    logs.set_up("json", logging.INFO, lines)
    try:
        try:
            int(PRIVATE)
        except ValueError as inner:
            raise KeyError(PRIVATE) from inner
    except KeyError:
        logging.getLogger("bot.somewhere").exception("that could not be done")
    (line,) = lines.getvalue().splitlines()
    found = json.loads(line)
    assert (found["level"], found["logger"], found["error"]) == ("error", "bot.somewhere", "KeyError")
    assert found["where"].startswith("test_logs.py:") and "from ValueError" in found["where"]
    assert "孙" not in line and "138" not in line


def test_numbers_addresses_and_secrets_are_hidden_wherever_they_stand(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)
    log = logging.getLogger("bot.x")
    log.info("call %s or +86 139 1234 5678, 0931-8765432, id 620102193501011234", "13812345678")
    log.info("at 3号楼1单元502 and https://hc.example/ping/secret-uuid?x=1")
    text = lines.getvalue()
    assert not any(
        s in text for s in ("1381234", "1234 5678", "8765432", "62010", "号楼", "502", "secret", "hc.example")
    )
    assert text.count("\n") == 2 and "call " in text


def test_what_libraries_say_loses_its_values(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)
    logging.getLogger("asyncio").error(
        f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{PRIVATE}')>"
    )
    logging.getLogger("some.library").warning("cannot read %r of %s", "a diary", PRIVATE)
    logging.getLogger("some.library").warning(PRIVATE)
    text = lines.getvalue()
    assert "Task exception was never retrieved" in text and "cannot read %r of %s" in text
    assert "孙" not in text and "diary" not in text


async def test_an_error_in_a_task_nobody_waits_for_shows_no_value(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)

    async def breaks() -> None:
        raise ValueError(PRIVATE)

    task = asyncio.create_task(breaks(), name="a task")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    import gc

    gc.collect()
    text = lines.getvalue()
    assert "ValueError" in text and "test_logs.py" in text and "孙" not in text


def test_a_line_that_cannot_be_made_does_not_print_its_values(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("text", logging.INFO, lines)
    logging.getLogger("bot.x").info("%d", PRIVATE)
    shown = capsys.readouterr()
    assert "could not be written" in shown.err and "孙" not in shown.err and lines.getvalue() == ""


def test_a_warning_shows_its_kind_and_place_alone(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._warning
        warnings.warn(PRIVATE, UserWarning, stacklevel=1)
    assert "UserWarning at test_logs.py" in lines.getvalue() and "孙" not in lines.getvalue()


def test_a_line_is_one_line_and_its_parts_can_be_told_apart(lines: io.StringIO) -> None:
    logs.set_up("text", logging.INFO, lines)
    logging.getLogger("bot.x").info('two\nlines with "quotes" and k=v %s', "x" * 1000)
    (line,) = lines.getvalue().splitlines()
    assert ' level=info logger=bot.x what="two lines with' in line and len(line) < 700
