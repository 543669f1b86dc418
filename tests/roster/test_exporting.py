from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Elder, Relative, Roster, Volunteer, relative_id
from data.roster import current, export, export_roster, load, save
from data.roster.cells import BLANK_WORDS
from data.store import Store
from tests.roster.tables import put

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4).filter(
    lambda name: name not in BLANK_WORDS
)
# What a cell may hold once it was read: one line, no control characters, anything else, formulas and emoji too.
FREE = (
    st.text(
        st.one_of(
            st.sampled_from("=+-@'\",;\t、张老🌸 1a"),
            st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufffd"),
        ),
        max_size=12,
    )
    .map(lambda value: " ".join(value.split()))
    .filter(lambda value: value not in BLANK_WORDS and not value.startswith(("#", "'")))
)
CELL = st.one_of(st.just(""), FREE)
PHONE = st.one_of(st.just(""), st.integers(10**10, 2 * 10**10).map(str))
IDS = st.integers(1, 999)


@st.composite
def relatives(draw: st.DrawFn) -> Relative:
    name, wechat, phone = draw(HAN), draw(CELL), draw(PHONE)
    return Relative(relative_id(name, wechat, phone), name, draw(st.sampled_from(["女儿", "儿子", ""])), wechat, phone)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    volunteers = {
        f"V{n}": Volunteer(
            f"V{n}",
            name,
            draw(CELL),
            draw(PHONE),
            draw(CELL),
            draw(st.sampled_from(["volunteer", "clinic", "coordinator"])),
        )
        for n, name in enumerate(draw(st.lists(HAN, unique=True, max_size=4)))
    }
    someone = st.one_of(st.none(), st.sampled_from(sorted(volunteers))) if volunteers else st.none()
    elders = {}
    for number in draw(st.lists(IDS, unique=True, min_size=1, max_size=5)):
        elder = Elder(
            id=f"E{number}",
            name=draw(HAN),
            sex=draw(st.sampled_from(["男", "女", ""])),
            born=draw(st.one_of(st.none(), st.integers(1910, 1960))),
            compound=draw(CELL),
            address=draw(CELL),
            phone=draw(PHONE),
            living=draw(CELL),
            health=draw(CELL),
            deadline=draw(st.one_of(st.none(), st.times().map(lambda t: dt.time(t.hour, t.minute)))),
            relatives=tuple(draw(st.lists(relatives(), max_size=3, unique_by=lambda r: r.person))),
            wechat=draw(CELL),
            volunteer=draw(someone),
            backup=draw(someone),
            aliases=tuple(draw(st.lists(HAN, unique=True, max_size=3))),
            extra=tuple((name, draw(FREE)) for name in sorted(draw(st.sets(st.sampled_from(["备注", "楼长", "=式"]))))),
        )
        elders[elder.id] = elder
    return Roster(elders, volunteers)


def reread(folder: Path, roster: Roster) -> Roster:
    out = export_roster(roster)
    return load(put(folder, "elders.csv", out.elders), put(folder, "volunteers.csv", out.volunteers))


@settings(max_examples=150, deadline=None)
@given(rosters())
def test_what_is_exported_loads_as_it_was(tmp_path_factory: pytest.TempPathFactory, roster: Roster) -> None:
    assert reread(tmp_path_factory.mktemp("export"), roster) == roster


def test_what_is_imported_exported_and_imported_again_is_the_same(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "test.db", "东院", durable=False)
    elder = Elder("E1", "郝桂花", deadline=dt.time(10, 30), volunteer="V1", extra=(("备注", "a"), ("备注", "b")))
    roster = Roster({"E1": elder}, {"V1": Volunteer("V1", "姚明月", extra=(("年级", "大二"),))})
    save(store, roster, dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    out = export(store)
    assert load(put(tmp_path, "e.csv", out.elders), put(tmp_path, "v.csv", out.volunteers)) == current(store) == roster
    store.close()


def test_no_exported_cell_is_a_formula(tmp_path: Path) -> None:
    bad = ['=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", "'=1", "＝1"]
    elders = {
        f"E{i}": Elder(f"E{i}", "郝桂花", living=cell, wechat=cell, extra=(("=备注", cell),))
        for i, cell in enumerate(bad)
    }
    roster = Roster(elders, {"V1": Volunteer("V1", "姚明月", unit="=1")})
    out = export_roster(roster)
    for content in (out.elders, out.volunteers):
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "＝"))]
    assert reread(tmp_path, roster) == roster


def test_excel_knows_the_encoding_by_the_mark_at_the_start() -> None:
    out = export_roster(Roster({}, {}))
    assert out.elders.startswith(b"\xef\xbb\xbf")
    assert out.elders.decode("utf-8-sig").startswith(
        "编号,姓名,性别,出生年,小区,住址,电话,居住情况,健康备注,报平安时限,家属1姓名"
    )
