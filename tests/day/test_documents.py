"""What people pass on: kept, written down, and nobody's word about anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.model import Brought
from data import journal, media
from tests.media.drawing import jpeg, scene
from tests.world import COORDINATORS, World


def passes_on(
    world: World,
    who: str,
    brings: Brought,
    at: str,
    *,
    name: str = "",
    file: str | None = None,
    text: str = "",
    to: Any = "room",
) -> str:
    world.until(at)
    message = replace(world.message(who, text, to=to), brings=brings, name=name, file=file)
    world._run(world.engine.hear(message, world.now))
    return message.id


def written_down(world: World) -> list[dict[str, Any]]:
    day = world.moment("05:00")
    rows = journal.between(world.store, "passed-on", day, world.moment("23:59"))
    return [{"message": r["message"], "person": r["person"]} | json.loads(r["detail"]) for r in rows]


@pytest.mark.parametrize("brings", ["file", "link", "card", "program", "forwarded", "money"])
@pytest.mark.parametrize("who", ["桂花飘香", "周强", "林小满", "路人甲"])
def test_it_clears_nobody_and_opens_nothing_whatever_it_is_called(world: World, brings: Brought, who: str) -> None:
    """孙桂芳's own account, her son, her volunteer, a stranger."""
    for n, name in enumerate(["平安.pdf", "我妈摔倒了快来人.docx", "孙桂芳今天平安.xlsx"]):
        passes_on(world, who, brings, f"07:0{n}", name=name, file=f"kept{n}.bin")
    assert world.state("E03") == "waiting"
    assert world.alerts() == []
    assert [(d["kind"], d["kept"]) for d in written_down(world)] == [(brings, True)] * 3
    world.nothing_more()


def test_it_is_written_down_who_sent_it_without_its_name(world: World) -> None:
    number = passes_on(world, "周强", "file", "07:00", name="孙桂芳病历.pdf", file="ab12.pdf")
    [told] = written_down(world)
    assert (told["message"], told["ending"], told["kept"]) == (number, ".pdf", True)
    assert world.engine.roster.people[told["person"]].name == "周强"
    assert "病历" not in json.dumps(told, ensure_ascii=False)


def test_words_beside_a_document_act_as_words_do(world: World) -> None:
    passes_on(world, "周强", "file", "07:00", name="药单.pdf", file="ab.pdf", text="我妈今天挺好，药单发给大家看看")
    assert world.state("E03") == "safe"
    passes_on(world, "林小满", "file", "07:05", name="表.xlsx", file="cd.xlsx", text="冯长贵摔倒了起不来，快来人！")
    assert [a["kind"] for a in world.alerts()] == ["distress"]
    world.skip("alert", "receipt", "escalation", "notice")


def test_a_record_may_carry_a_document_as_a_text_with_a_file(world: World) -> None:
    world.says("桂花飘香", "", "07:00", file=Path("平安.pdf"))
    assert world.state("E03") == "waiting"
    assert [d["ending"] for d in written_down(world)] == [".pdf"]


def test_a_coordinator_s_table_in_private_is_answered_with_what_it_is_good_for(world: World) -> None:
    passes_on(world, COORDINATORS[0], "file", "07:00", name="老人名单.xlsx", file="0123456789abcdef0123.xlsx", to="bot")
    said = world.expect("reply", to=COORDINATORS[0])
    assert "老人名单.xlsx" in said.text and "roster import" in said.text and "0123456789ab" in said.text
    world.nothing_more()


def test_somebody_else_s_document_in_private_is_answered_once_a_day(world: World) -> None:
    for n in range(3):
        passes_on(world, "周强", "file", f"07:0{n}", name=f"第{n}份.docx", file=f"{n}.docx", to="bot")
    said = world.expect("reply", to="周强")
    assert "第0份.docx" in said.text and "文字" in said.text
    passes_on(world, "路人甲", "file", "07:10", name="广告.pdf", file="x.pdf", to="bot")
    passes_on(world, "周强", "file", "07:20", name="群里的.pdf", file="y.pdf")
    world.nothing_more()


def test_a_document_that_could_not_be_kept_is_said_to_who_sent_it_and_written_down(world: World) -> None:
    passes_on(world, "周强", "file", "07:00", name="大文件.zip", to="bot")
    assert "没收下来" in world.expect("reply", to="周强").text
    assert [d["kept"] for d in written_down(world)] == [False]


def test_the_coordinators_hear_of_documents_in_the_evening(world: World) -> None:
    world.everyone_else_is_safe(at="07:00")
    passes_on(world, "周强", "file", "09:12", name="孙桂芳病历.pdf", file="ab.pdf")
    passes_on(world, "林小满", "file", "09:13", to="bot")
    passes_on(world, "林小满", "link", "09:14")
    world.until("20:05")
    text = next(s.text for s in world.messages("summary", to=COORDINATORS[0]) if "【文件】" in s.text)
    assert "周强 9:12：在群里发了一份文件（.pdf）" in text and "病历" not in text
    assert "林小满 9:13：给小安发了一份文件，没收下来" in text
    assert "9:14" not in text
    world.skip("summary", "receipt", "reply")


def test_a_document_that_broke_its_handling_does_not_break_the_evening(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.everyone_else_is_safe(at="07:00")

    def breaks(*args: object, **more: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr("handlers.documents.take_in", breaks)
        passes_on(world, "周强", "file", "09:12", name="药单.pdf", file="ab.pdf")
    world.until("20:05")
    assert any("【没看懂】" in s.text for s in world.messages("summary", to=COORDINATORS[0]))
    world.skip("summary", "receipt")


def test_a_document_between_two_pictures_of_an_album_does_not_part_it(world: World, tmp_path: Path) -> None:
    for n in range(2):
        (tmp_path / f"{n}.jpg").write_bytes(jpeg(scene(n, 600, 800), 85))
    world.says("周强", "", "07:00", type="image", file=tmp_path / "0.jpg")
    passes_on(world, "周强", "file", "07:00", name="药单.pdf", file="ab.pdf")
    world.says("周强", "", "07:01", type="image", file=tmp_path / "1.jpg")
    rows = media.recent(world.store, "周强", "room", world.moment("06:00"), world.now)
    assert len(rows) == 2 and len({r["album"] for r in rows}) == 1
    world.until("07:20")
    world.skip("question")
