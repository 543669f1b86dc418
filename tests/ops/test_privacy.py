"""People's data: given out whole, erased so that the very bytes are gone, kept no longer than config says."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bot.cli import cli
from bot.model import Roster
from bot.ops import backup
from data import alerts, contacts, days, journal, messages, privacy, retention, roster
from data.contacts import Contact
from data.store import Store
from tests.ops.conftest import play_a_busy_day
from tests.world import World


def everything_in(store: Store) -> str:
    """Every cell of every table, as one text."""
    tables = [r["name"] for r in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = [tuple(r) for t in tables for r in store.all(f'SELECT * FROM "{t}"')]
    return "\n".join(json.dumps([c if not isinstance(c, bytes) else "" for c in r], ensure_ascii=False) for r in rows)


def count_by(store: Store, table: str, column: str) -> dict[str, int]:
    rows = store.all(f"SELECT {column} AS k, count(*) AS n FROM {table} GROUP BY {column} ORDER BY {column}")
    return {r["k"]: r["n"] for r in rows}


def figures(store: Store) -> list[dict[str, int]]:
    return [
        count_by(store, table, column)
        for table, column in (
            ("messages", "intent"),
            ("messages", "type"),
            ("reports", "intent"),
            ("days", "state"),
            ("alerts", "kind"),
            ("alerts", "outcome"),
            ("outbox", "kind"),
            ("absences", "first_day"),
            ("requests", "at"),
            ("events", "what"),
        )
    ]


def traces_of(world: World, elder: str) -> set[str]:
    e = world.people.elders[elder]
    found = {e.name, e.phone, e.wechat, *e.aliases, *(x for r in e.relatives for x in (r.name, r.phone, r.wechat))}
    return {t for t in found if len(t) >= 2}


@pytest.mark.parametrize("elder", ["E03", "E04", "E05", "E07", "E08"])
def test_nothing_that_names_an_erased_elder_is_left_in_any_table_or_in_the_file(busy: World, elder: str) -> None:
    before, names = figures(busy.store), traces_of(busy, elder)
    assert all(t in everything_in(busy.store) for t in names)
    privacy.erase(busy.store, elder, busy.now, by="V5", reason="家属要求")
    privacy.scrub(busy.store, alone=True)
    left = everything_in(busy.store)
    assert [t for t in names if t in left] == []
    content = busy.path.read_bytes() + busy.path.with_name("world.db-wal").read_bytes()
    assert [t for t in names if t.encode() in content] == []
    after = figures(busy.store)
    after[-1].pop("erased")
    for found in (before, after):  # an alert that was still open has ended
        outcomes = found[5]
        outcomes["away"] = outcomes.pop(None, 0) + outcomes.get("away", 0)  # type: ignore[call-overload]
    assert after == before


def test_while_the_bot_runs_the_bytes_are_gone_from_the_file_too(busy: World) -> None:
    privacy.erase(busy.store, "E03", busy.now, by="V5")
    privacy.scrub(busy.store, alone=False)
    content = busy.path.read_bytes() + busy.path.with_name("world.db-wal").read_bytes()
    assert "周玉梅".encode() in content
    assert [t for t in traces_of(busy, "E03") if t.encode() in content] == []


def test_after_an_erasure_the_id_stands_only_in_the_empty_row_and_in_the_note_of_who_asked(busy: World) -> None:
    privacy.erase(busy.store, "E03", busy.now, by="V5")
    lines = [
        line
        for line in everything_in(busy.store).splitlines()
        if re.search(r"(?<![0-9A-Za-z])E03(?![0-9A-Za-z])", line)
    ]
    assert len(lines) == 2
    note = journal.between(busy.store, "erased", busy.now, busy.now + dt.timedelta(seconds=1))
    assert json.loads(note[0]["detail"])["by"] == "V5" and note[0]["elder"] == "E03"
    row = busy.store.one("SELECT * FROM elders WHERE id = 'E03'")
    assert row is not None and (row["active"], row["name"], row["relatives"], row["born"]) == (0, "", "[]", None)


def test_a_message_about_several_elders_keeps_its_words_about_the_others(world: World) -> None:
    number = world.says("郭晓雨", "孙桂芳和周玉梅今天都好", "06:30")
    alone = world.says("周强", "我妈孙桂芳今天挺好", "06:40")
    privacy.erase(world.store, "E03", world.now, by="V5")
    shared, own = messages.get(world.store, number), messages.get(world.store, alone)
    assert shared is not None and "周玉梅" in shared.text and "孙桂芳" not in shared.text
    assert own is not None and own.text == "" == own.sender
    assert world.state("E07") == "safe"


def test_a_namesake_keeps_the_words_about_herself(world: World) -> None:
    number = world.says("田芳", "我妈王秀兰今天挺好", "06:30")
    other = world.says("何平", "王秀兰今天挺好", "06:31")
    assert world.state("E10") == world.state("E09") == "safe"
    privacy.erase(world.store, "E09", world.now, by="V5")
    kept, gone = messages.get(world.store, number), messages.get(world.store, other)
    assert kept is not None and "王秀兰" in kept.text
    assert gone is not None and gone.text == ""


def test_a_relative_who_looks_after_another_elder_too_stays_known(world: World) -> None:
    world.says("赵敏（赵德厚女儿）", "我妈钱秀英今天挺好", "06:30")
    privacy.erase(world.store, "E01", world.now, by="V5")
    people = roster.current(world.store).people
    assert [p.name for p in people.values() if p.name == "赵敏"] == ["赵敏"]
    assert "钱秀英" in everything_in(world.store)


def test_the_bot_goes_on_without_the_erased_elder(world: World) -> None:
    world.until("06:30")
    privacy.erase(world.store, "E07", world.now, by="V5")
    world.until("20:30")
    assert "E07" not in days.states(world.store, world.now.date())
    assert all("周玉梅" not in s.text for s in world.messages())
    assert all(a["elder"] != "E07" for a in world.alerts())
    world.until("03-11 20:30")
    assert len(days.states(world.store, world.now.date())) == 13


def test_an_open_alert_ends_with_the_erasure_but_an_emergency_forbids_it(world: World) -> None:
    world.until("10:05")
    assert world.alert("E07")["closed_at"] is None
    privacy.erase(world.store, "E07", world.now, by="V5")
    assert [a["elder"] for a in map(dict, alerts.open_all(world.store))].count("E07") == 0
    world.says("周强", "我妈孙桂芳摔倒了起不来", "10:10")
    with pytest.raises(privacy.InAlarm):
        privacy.erase(world.store, "E03", world.now, by="V5")
    assert world.people.elders["E03"].name in everything_in(world.store)


def test_a_bound_wechat_account_goes_with_its_person_and_a_shared_one_is_only_unbound(world: World) -> None:
    def account(number: str, name: str, people: tuple[str, ...]) -> None:
        contacts.save(world.store, Contact(number, name, "", people, "bound", world.now, world.now))

    relative = world.people.elders["E03"].relatives[0].person
    account("wxid_1", "桂花飘香", ("E03",))
    account("wxid_2", "强子", (relative,))
    account("wxid_3", "老两口", ("E03", "E04"))
    privacy.erase(world.store, "E03", world.now, by="V5")
    assert [c.id for c in contacts.in_state(world.store, "bound")] == ["wxid_3"]
    assert contacts.in_state(world.store, "bound")[0].people == ("E04",)


def test_who_is_asked_for_must_be_one_person(world: World) -> None:
    assert privacy.find(world.store, "孙桂芳") == "E03" == privacy.find(world.store, "E03")
    with pytest.raises(privacy.Unknown, match="E09, E10"):
        privacy.find(world.store, "王秀兰")
    for nobody in ("", "张三", "E99"):
        with pytest.raises(privacy.Unknown):
            privacy.find(world.store, nobody)
    privacy.erase(world.store, "E03", world.now, by="V5")
    with pytest.raises(privacy.Unknown):
        privacy.find(world.store, "E03")


def test_an_export_holds_every_row_about_the_elder_and_none_about_others_alone(busy: World) -> None:
    found = privacy.export(busy.store, "E03")
    assert found["elder"]["phone"] == "10000020003" and found["elder"]["relatives"][0][1] == "周强"
    assert [m["text"] for m in found["messages"]] == ["我妈孙桂芳今天挺好，电话10000010003通着", ""]
    assert [m["message"] for m in found["media"]] == [found["messages"][1]["id"]]
    assert found["reports"] and found["days"][0]["state"] == "safe" and found["events"]
    assert "郑福生" not in json.dumps(found, ensure_ascii=False).replace(
        json.dumps(found["sent"], ensure_ascii=False), ""
    )
    sick = privacy.export(busy.store, "E09")
    assert sick["alerts"] or sick["alerts_where_the_elder_may_be_meant"]


# --- the commands


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    world = World(tmp_path)
    play_a_busy_day(world)
    world.close()
    path = tmp_path / "config.yaml"
    path.write_text(
        yaml.safe_dump(
            {"community": "试验社区", "store": {"path": "world.db"}, "backup": {"folder": "backups"}},
            allow_unicode=True,
        )
    )
    return path


def run(*args: object, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [str(a) for a in args])
    assert result.exit_code == code, result.output
    return result.output


def test_the_export_is_a_zip_with_pictures_for_the_owners_eyes_and_overwrites_nothing(configured: Path) -> None:
    folder = configured.parent / "world-media"
    folder.mkdir(exist_ok=True)
    (folder / "abc123.jpg").write_bytes(b"picture")
    (folder / "other.jpg").write_bytes(b"someone else's")
    store = Store.open(configured.parent / "world.db", "试验社区")
    store.run("UPDATE messages SET file = ? WHERE text LIKE '%孙桂芳%'", str(folder / "abc123.jpg"))
    store.close()
    out = configured.parent / "out.zip"
    run("privacy", "export", "孙桂芳", "--by", "马晓云", "--out", out, "--config", configured)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == ["data.json", "media/abc123.jpg"]
        assert json.loads(archive.read("data.json"))["elder"]["name"] == "孙桂芳"
    content = out.read_bytes()
    run("privacy", "export", "孙桂芳", "--by", "马晓云", "--out", out, "--config", configured, code=2)
    assert out.read_bytes() == content
    assert "E09, E10" in run("privacy", "export", "王秀兰", "--by", "x", "--config", configured, code=2)


def test_an_erasure_holds_against_an_old_snapshot_that_is_put_back(configured: Path) -> None:
    made = run("backup", "now", "--config", configured)
    snapshot = re.search(r"\S+\.db", made)
    assert snapshot is not None
    path = snapshot[0].split("：")[-1]
    asked = run("privacy", "erase", "孙桂芳", "--by", "马晓云", "--config", configured, code=2)
    assert "没有删除" in asked
    said = run("privacy", "erase", "孙桂芳", "--by", "马晓云", "--yes", "--config", configured)
    assert "E03" in said and "旧备份" in said and "孙桂芳" not in said
    said = run("backup", "restore", path, "--yes", "--config", configured)
    assert "E03" in said
    store = Store.open(configured.parent / "world.db", "试验社区")
    assert "孙桂芳" not in everything_in(store) and "周玉梅" in everything_in(store)
    store.close()


def test_with_snapshots_the_old_ones_go_and_a_new_one_is_made(configured: Path) -> None:
    run("backup", "now", "--config", configured)
    folder = configured.parent / "backups"
    for p in backup.snapshots_in(folder):
        for name in (p.path, p.note):
            name.rename(name.with_name(name.name.replace(name.name[10:18], "20200101")))
    run("privacy", "erase", "E03", "--by", "马晓云", "--snapshots", "--yes", "--config", configured)
    left = backup.snapshots_in(folder)
    assert len(left) == 1 and "孙桂芳".encode() not in left[0].path.read_bytes()


def test_the_backup_commands_say_what_they_did(configured: Path) -> None:
    assert "还没有备份" in run("backup", "verify", "--config", configured, code=2)
    run("backup", "now", "--config", configured)
    listed = run("backup", "list", "--config", configured)
    assert listed.count(".db") == 1
    assert "完好" in run("backup", "verify", "--config", configured)
    (path,) = (configured.parent / "backups").glob("*.db")
    path.write_bytes(path.read_bytes()[:-4096])
    assert run("backup", "verify", "--config", configured, code=2)
    assert run("backup", "restore", path, "--yes", "--config", configured, code=2)


# --- retention


def test_after_their_time_words_and_names_go_and_the_figures_stay(busy: World) -> None:
    before = figures(busy.store)
    later = busy.now + dt.timedelta(days=100)
    assert retention.forget_words(busy.store, later) > 10
    retention.forget_journal(busy.store, later)
    assert figures(busy.store)[:6] == before[:6] and figures(busy.store)[-1] == before[-1]
    left = "\n".join(
        json.dumps(tuple(r), ensure_ascii=False)
        for t in ("messages", "reports", "events", "questions", "receipts", "notes", "days")
        for r in busy.store.all(f"SELECT * FROM {t}")
    )
    assert not re.search("[一-鿿]{2}", left.replace(busy.store.community, ""))
    assert retention.forget_words(busy.store, later) == 0 == retention.forget_journal(busy.store, later)


def test_what_is_younger_is_not_touched_and_an_open_alert_keeps_its_message(world: World) -> None:
    fall = world.says("周强", "我妈孙桂芳摔倒了起不来", "06:10")
    world.says("小洁", "我爷爷郑福生今天挺好", "06:20")
    world.says("吴军", "我姑吴淑珍今天挺好", "06:30")
    assert retention.forget_words(world.store, world.moment("06:25")) == 1
    texts = {m["id"]: m["text"] for m in world.store.all("SELECT id, text FROM messages ORDER BY at")}
    assert [bool(t) for t in texts.values()] == [True, False, True] and texts[fall]


def test_media_files_go_after_their_time_but_not_one_that_came_again_and_nothing_outside(
    busy: World, tmp_path: Path
) -> None:
    folder, outside = tmp_path / "media", tmp_path / "outside.jpg"
    (folder / "shown" / "aa").mkdir(parents=True)
    outside.write_bytes(b"x")
    names = {"old": 0, "again": 1, "young": 2}
    ids = [r["id"] for r in busy.store.all("SELECT id FROM messages ORDER BY at, id")]
    for name, place in names.items():
        (folder / f"{name}.jpg").write_bytes(b"x")
        busy.store.run("UPDATE messages SET file = ? WHERE id = ?", str(folder / f"{name}.jpg"), ids[place])
    busy.store.run("UPDATE messages SET file = ? WHERE id = ?", str(folder / "again.jpg"), ids[-1])
    busy.store.run("UPDATE messages SET file = ? WHERE id = ?", str(outside), ids[3])
    (folder / "shown" / "aa" / "old.thumb.jpg").write_bytes(b"x")
    (folder / "orphan.jpg").write_bytes(b"x")
    long_ago = (busy.now - dt.timedelta(days=90)).timestamp()
    for path in (folder / "orphan.jpg", folder / "young.jpg"):
        os.utime(path, (long_ago, long_ago))
    busy.store.run("UPDATE messages SET at = '2030-01-01T00:00:00.000000Z' WHERE id IN (?, ?)", ids[2], ids[-1])
    cut = busy.now + dt.timedelta(minutes=1)
    retention.forget_media(busy.store, folder, cut)
    assert sorted(p.name for p in folder.rglob("*.jpg")) == ["again.jpg", "young.jpg"]
    assert outside.exists()


def test_every_day_the_periods_of_config_are_carried_out(tmp_path: Path) -> None:
    keep = {"messages_days": 7, "media_days": 1, "journal_days": 30, "left_days": 30}
    world = World(tmp_path, retention=keep, store={"path": tmp_path / "world.db"})
    world.says("周强", "我妈孙桂芳今天挺好", "06:10")
    world.import_roster(Roster({k: e for k, e in world.people.elders.items() if k != "E07"}, world.people.volunteers))
    world.until("03-17 04:00")
    assert "我妈孙桂芳今天挺好" in everything_in(world.store)
    world.until("03-18 12:00")
    assert "我妈孙桂芳今天挺好" not in everything_in(world.store)
    assert privacy.is_known(world.store, "E07")
    world.until("04-12 12:00")
    assert not privacy.is_known(world.store, "E07") and privacy.is_known(world.store, "E03")
    world.close()


def test_an_erasure_takes_a_picture_and_what_was_seen_in_it(busy: World) -> None:
    done = privacy.erase(busy.store, "E03", busy.now, by="V5")
    assert [Path(f).name for f in done.files] == ["sent.jpg"]
    row = busy.store.one("SELECT * FROM media")
    assert row is not None and (row["fingerprint"], row["found"], row["elders"], row["contact"]) == (
        None,
        "{}",
        "[]",
        "",
    )
