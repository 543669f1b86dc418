"""The running bot is really killed (SIGKILL), again and again, in the middle of its work; nothing is lost or said twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import config
from data import roster
from data.moments import moment_of
from data.store import Store
from tests.invariants import breaches
from tests.soak.nursery import ROOT

KILLS = 50
SAYINGS = (
    "平安", "我妈今天挺好", "{n}平安", "{n}电话打不通，没人接", "我去", "{n}今天见到了，人好着呢", "谁能帮我妈换个灯泡",
    "{n}摔倒了起不来，快来人", "{n}扶起来了，没伤着，我陪着呢", "@小安 今天还有谁没报？", "发错了，刚才那条不算", "{n}去女儿家住，后天回来",
)  # fmt: skip
CALLS = (3, 9)  # a life ends in the middle of one of so many calls, or a little later
LATER = 0.03  # seconds
SPEAKERS = 3  # at the same time, so that a life also ends among messages that are heard in one go


class Bot:
    """The lives of one bot on one database. `calls`: how many were begun in this life."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        env = os.environ | {"BAOANNIAO_STORE__PATH": str(folder / "bot.db"), "BAOANNIAO_WEB__PORT": "0"}
        env |= {"BAOANNIAO_BACKUP__EVERY_MINUTES": "0", "PYTHONUNBUFFERED": "1"}
        self.nurse = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.nursery"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "warm"
        self.pid, self.url, self.calls = 0, "", 0

    def _line(self) -> str:
        assert self.nurse.stdout is not None
        return self.nurse.stdout.readline().strip()

    def start(self) -> None:
        assert self.nurse.stdin is not None
        self.nurse.stdin.write(f"go {self.log}\n")
        self.nurse.stdin.flush()
        lines = [self._line(), self._line()]  # the nurse and the child write on their own
        self.pid = int(next(line for line in lines if line.startswith("pid ")).split()[1])
        ready = next((line for line in lines if "http://" in line), None)
        assert ready, f"{lines}\n{self.log.read_text(encoding='utf-8')[-2000:]}"
        self.url = ready.split("http://")[1].split()[0]
        self.calls = 0

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self._line() == "gone"
        self.pid = 0

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        assert self._line() == "gone"
        self.pid = 0

    def close(self) -> None:
        if self.pid:  # a test that failed in the middle
            os.kill(self.pid, signal.SIGKILL)
        assert self.nurse.stdin is not None
        self.nurse.stdin.close()
        self.nurse.wait(20)

    def call(self, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"http://{self.url}/api/{path}", data, {"Content-Type": "application/json"})
        self.calls += 1
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = Bot(tmp_path)
    yield made
    made.close()


def _busy(bot: Bot, chance: random.Random, people: list[dict[str, Any]], names: list[str], accepted: list[str]) -> None:
    """Say things and move the clock until the bot is gone; what it took is noted."""
    try:
        bot.call("clock", action="next")
        while True:
            who = chance.choice(people)["id"]
            text = chance.choice(SAYINGS).format(n=chance.choice(names))
            chat = "bot" if chance.random() < 0.2 else "room"
            accepted.append(bot.call("say", **{"as": who, "text": text, "chat": chat})["message"]["id"])
            if chance.random() < 0.1:
                bot.call("clock", action="next")
    except (OSError, http.client.HTTPException, ValueError):
        return  # killed


def test_killed_fifty_times_it_loses_nothing_and_says_nothing_twice(bot: Bot) -> None:
    chance = random.Random(6)
    accepted: list[str] = []
    for _ in range(KILLS):
        bot.start()
        people = bot.call("contacts")["contacts"]
        found = roster.load(ROOT / "data" / "demo" / "elders.csv", ROOT / "data" / "demo" / "volunteers.csv")
        names = [e.name for e in found.elders.values()]
        speakers = [
            threading.Thread(target=_busy, args=(bot, random.Random(chance.random()), people, names, accepted))
            for _ in range(SPEAKERS)
        ]
        enough = bot.calls + chance.randint(*CALLS)
        for speaker in speakers:
            speaker.start()
        while bot.calls < enough and any(s.is_alive() for s in speakers):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, LATER))
        bot.kill()
        for speaker in speakers:
            speaker.join(30)
    bot.start()
    bot.call("clock", action="next")  # what was left over is taken up again
    bot.end()
    _nothing_lost(bot.folder, accepted)


def _nothing_lost(folder: Path, accepted: list[str]) -> None:
    settings = config.load(ROOT / "config.yaml", {"BAOANNIAO_STORE__PATH": str(folder / "bot.db")})
    store = Store.open(settings.store.path, settings.community)
    world = sqlite3.connect(folder / "bot-world.db")
    said = {r[0] for r in world.execute("SELECT id FROM messages WHERE sender <> 'xiaoan'")}
    heard = {r["id"]: r["state"] for r in store.all("SELECT id, state FROM messages")}
    assert len(said) > KILLS and len(accepted) > KILLS / 2
    assert set(accepted) <= said, "the page said yes to a message that is gone"
    assert said <= set(heard), f"said and never heard: {len(said - set(heard))}"
    assert set(heard.values()) <= {"read", "recalled"}
    keys = Counter(r[0] for r in world.execute("SELECT key FROM messages WHERE sender = 'xiaoan'"))
    assert not [k for k, n in keys.items() if n > 1]
    rows = {r["key"]: r["state"] for r in store.all("SELECT key, state FROM outbox")}
    keys = Counter(key.removesuffix("#file") for key in keys)  # the board goes out beside the words of its summary
    assert set(keys) <= set(rows), "said without having been promised"
    assert {k for k, state in rows.items() if state == "sent"} <= set(keys), "marked as sent and never said"
    assert not [k for k in keys if rows[k] != "sent"]
    # What the pace holds back still waits; nothing is left half-way.
    assert set(rows.values()) <= {"sent", "dropped", "pending"}
    last = store.one("SELECT max(at) AS at FROM events")
    assert last is not None
    found = breaches(store, roster.current(store), moment_of(last["at"]), settings.day.opens, settings.zone)
    assert not found, "\n".join(found)
    store.close()
    world.close()
