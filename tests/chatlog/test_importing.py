"""A chat that is copied by hand leads to the same state as one that is heard: each message once, each at its time."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path

import pytest

from bot.chatlog import ChatError
from bot.chatlog.importing import Wish, bring_in, choose
from bot.config import Settings
from bot.replay import Replay, message_of
from tests.chatlog.conftest import DAY, Community, moment, pc
from tests.world import community

NEXT = DAY + dt.timedelta(days=1)
MORNING = ("05:30 桂花飘香|平安", "07:00 向阳老赵|我和老伴都好着呢", "08:40 林小满|李国栋爷爷好着呢")


def test_messages_act_at_their_own_time(place: Community) -> None:
    result = place.bring(pc(*MORNING))
    assert (len(result.prepared.fresh), result.prepared.seen) == (3, 0)
    assert [place.state(e) for e in ("E01", "E02", "E03", "E05")] == ["safe"] * 4
    assert place.state("E04") == "waiting"
    assert result.played is not None and result.played.end.astimezone(place.settings.zone) == moment("08:40:59.999999")


def test_a_chat_comes_to_the_same_state_as_its_replay(place: Community) -> None:
    script = (
        *MORNING,
        "09:20 李伟|我爸今天没精神",
        "09:40 田芳|给我妈打了三个电话都没人接",
        "10:05 林小满|我去看看孙兰芝奶奶",
        "10:30 林小满|见到孙兰芝奶奶了，人好着呢",
    )
    text = pc(*script)
    place.bring(text, until=dt.time(12, 0))
    rows = [
        message_of(
            {
                "id": f"m{n}",
                "at": f"{DAY}T{line[:5]}:00+08:00",
                "sender": line[6:].split("|")[0],
                "text": line.split("|")[1],
            }
        )
        for n, line in enumerate(script)
    ]
    lines = asyncio.run(Replay(Settings(), community()).play(rows, moment("05:30"), moment("12:00")))
    end = lines[-1]
    assert {e: place.state(e) for e in end["days"][str(DAY)]} == end["days"][str(DAY)]
    assert [(a["kind"], a["elder"], a["outcome"]) for a in place.alerts()] == [
        (a["kind"], a["elder"], a["outcome"]) for a in end["alerts"]
    ]


def test_the_same_chat_copied_again_and_longer_acts_once(place: Community) -> None:
    place.bring(pc(*MORNING, "09:05 李伟|我爸电话没人接"))
    said = place.outbox()
    again = place.bring(pc(*MORNING, "09:05 李伟|我爸电话没人接"))
    assert again.prepared.seen == 4 and not again.prepared.fresh and not again.said
    assert place.outbox() == said
    longer = place.bring(pc(*MORNING, "09:05 李伟|我爸电话没人接", "09:06 红红火火|我妈今天挺好"))
    assert longer.prepared.seen == 4 and [m.sender for m in longer.prepared.fresh] == ["红红火火"]
    assert len([a for a in place.alerts() if a["kind"] == "unreachable"]) == 1


def test_the_same_chat_in_another_form_acts_once(place: Community) -> None:
    place.bring(pc("08:12:33 桂花飘香|平安", "08:13:05 周强|我妈\n今天挺好"))
    phone = "—————  2026-03-10  —————\n\n\n桂花飘香  08:12\n\n平安\n\n周强  08:13\n\n我妈\n今天挺好\n"
    table = "时间,发送人,内容\n2026-03-10 08:12:33,桂花飘香,平安\n2026-03-10 08:13,周强,我妈 今天挺好\n"
    record = json.dumps({"id": "m1", "at": "2026-03-10T08:12:33+08:00", "sender": "桂花飘香", "text": "平安"})
    for text in (phone, table, record):
        assert place.bring(text).prepared.fresh == (), text


def test_the_same_words_at_two_times_are_two_messages(place: Community) -> None:
    place.bring(pc("08:12:05 周强|我妈平安", "08:12:20 周强|发错了", "08:12:40 周强|我妈平安"))
    assert len(place.heard()) == 3 and place.state("E03") == "safe"


def test_a_message_that_an_earlier_copy_left_out_is_heard_late(place: Community) -> None:
    place.bring(pc("05:30 桂花飘香|平安", "10:20 林小满|大家早"))
    assert place.state("E04") == "missed"
    place.bring(pc("05:30 桂花飘香|平安", "09:10 红红火火|我妈今天挺好", "10:20 林小满|大家早"))
    assert place.state("E04") == "safe"
    assert [a["outcome"] for a in place.alerts() if a["elder"] == "E04"] == ["safe"]


def test_duties_are_done_at_their_moments_between_the_messages(place: Community) -> None:
    result = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早"))
    at = {line.at.strftime("%H:%M") for line in result.said}
    assert {"08:30", "09:30", "10:00"} <= at
    assert place.state("E04") == "missed" and place.state("E03") == "safe"


def test_nothing_happens_after_the_newest_message_unless_asked_for(place: Community) -> None:
    place.bring(pc("05:30 桂花飘香|平安", "09:59 林小满|大家早"))
    assert place.state("E04") == "waiting" and not [a for a in place.alerts() if a["elder"] == "E04"]
    place.bring(pc("05:30 桂花飘香|平安", "09:59 林小满|大家早"), until=dt.time(10, 1))
    assert place.state("E04") == "missed"


def test_what_is_said_is_marked_as_sent_and_never_printed_twice(place: Community) -> None:
    first = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早"))
    assert first.said and {state for _, state in place.outbox()} <= {"sent", "pending", "dropped"}
    again = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早", "10:06 周强|收到"))
    assert not {(line.to, line.text) for line in again.said} & {(line.to, line.text) for line in first.said}


def test_the_bots_own_words_that_were_passed_on_are_not_read_back(place: Community) -> None:
    first = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早"))
    words = next(line.text for line in first.said if not line.to and "孙兰芝" in line.text and not line.over)
    forms = (words, f"小安：{words}", f"@林小满 @周强 {words}", words.replace(" ", "\u2005"))
    result = place.bring(
        pc(
            "05:30 桂花飘香|平安",
            "10:05 林小满|大家早",
            *(f"10:1{n} 丁立（协调员）|{text}" for n, text in enumerate(forms)),
        )
    )
    assert result.own == 4 and result.prepared.fresh == ()
    assert place.state("E04") == "missed"


def test_an_answer_that_quotes_the_bot_is_read(place: Community) -> None:
    first = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早"))
    words = next(line.text for line in first.said if not line.to and "孙兰芝" in line.text and not line.over)
    quote = f"「小安：{words}」\n- - - - - - - - - - - - - - -\n孙兰芝奶奶我刚见到了，好着呢"
    result = place.bring(pc("10:20 丁立（协调员）|" + quote))
    assert result.own == 0 and len(result.prepared.fresh) == 1


def test_a_message_that_has_gone_and_a_recall_in_its_place_is_taken_back(place: Community) -> None:
    place.bring(pc("08:10 林小满|早", "08:12 红红火火|我妈平安", "08:20 林小满|好"))
    assert place.state("E04") == "safe"
    result = place.bring(pc("08:10 林小满|早") + "“红红火火”撤回了一条消息\n\n" + pc("08:20 林小满|好"))
    assert [m.type for m in result.prepared.fresh] == ["recalled"]
    assert place.state("E04") == "waiting"
    again = place.bring(pc("08:10 林小满|早") + "“红红火火”撤回了一条消息\n\n" + pc("08:20 林小满|好"))
    assert again.prepared.fresh == () and place.state("E04") == "waiting"


def test_an_export_that_keeps_the_message_and_its_recall_is_understood(place: Community) -> None:
    place.bring(
        "2026-03-10 08:12:33 红红火火\n我妈平安\n\n2026-03-10 08:13:10 系统消息\n“红红火火”撤回了一条消息\n\n2026-03-10 08:20:00 林小满\n好\n"
    )
    assert place.state("E04") == "waiting"


def test_only_the_writer_takes_a_message_back(place: Community) -> None:
    text = "2026-03-10 08:12:33 红红火火\n我妈平安\n\n2026-03-10 08:13:10 系统消息\n“周强”撤回了一条消息\n"
    result = place.bring(text)
    assert result.prepared.lost == 1 and place.state("E04") == "safe"


def test_a_record_with_ids_takes_back_by_id(place: Community) -> None:
    rows = [
        {"id": "m1", "at": "2026-03-10T08:12:00+08:00", "sender": "红红火火", "text": "我妈平安"},
        {"id": "m2", "at": "2026-03-10T09:00:00+08:00", "sender": "红红火火", "type": "recalled", "text": "m1"},
    ]
    place.bring("\n".join(json.dumps(row) for row in rows))
    assert place.state("E04") == "waiting"


def test_an_id_that_was_used_for_another_message_hides_nothing(place: Community) -> None:
    row = {"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "红红火火", "text": "我妈平安"}
    place.bring(json.dumps(row))
    place.bring(json.dumps(row | {"at": "2026-03-10T08:30:00+08:00", "sender": "桂花飘香", "text": "平安"}))
    assert place.state("E03") == "safe"


def test_only_the_day_asked_for_is_read(place: Community) -> None:
    text = pc("08:12 桂花飘香|平安", "03-11 08:12 桂花飘香|平安")
    result = place.bring(text, day=DAY)
    assert result.chosen.other_days == 1 and place.state("E03") == "safe" and place.state("E03", NEXT) is None
    with pytest.raises(ChatError, match="2026-03-15"):
        choose(text.encode(), place.settings, Wish(DAY, day=dt.date(2026, 3, 15)))


def test_every_day_of_a_chat_is_read(place: Community) -> None:
    place.bring(pc("08:12 桂花飘香|平安", "03-11 08:12 桂花飘香|早", "03-11 11:00 周强|好"))
    assert place.state("E03", NEXT) == "safe" and place.state("E04", NEXT) == "missed"


def test_days_without_a_record_are_not_held_against_anybody(place: Community) -> None:
    place.bring(pc("08:12 桂花飘香|平安"))
    result = place.bring(pc("03-13 08:12 桂花飘香|平安"))
    assert result.played is not None
    assert result.played.skipped == (NEXT, DAY + dt.timedelta(days=2))
    assert place.state("E04", NEXT) is None
    assert place.state("E04", DAY + dt.timedelta(days=3)) == "waiting"
    assert place.state("E03", DAY + dt.timedelta(days=3)) == "safe"


def test_a_chat_without_times_asks_for_one(place: Community) -> None:
    with pytest.raises(ChatError) as caught:
        place.bring("林小满：早\n红红火火：我妈平安\n")
    assert caught.value.line == 1 and "--at" in caught.value.mend and "--day" in caught.value.mend
    place.bring("林小满：早\n红红火火：我妈平安\n", day=DAY, at=dt.time(8, 30))
    assert place.state("E04") == "safe"


def test_a_chat_without_times_copied_again_and_longer_acts_once(place: Community) -> None:
    wish = {"day": DAY}
    place.bring("林小满：早\n红红火火：我妈平安\n林小满：好\n", at=dt.time(8, 30), **wish)
    again = place.bring("林小满：早\n红红火火：我妈平安\n林小满：好\n", at=dt.time(9, 0), **wish)
    assert again.prepared.fresh == () and again.prepared.seen == 3
    longer = place.bring("红红火火：我妈平安\n林小满：好\n桂花飘香：平安\n林小满：好\n", at=dt.time(9, 10), **wish)
    assert [(m.sender, m.text) for m in longer.prepared.fresh] == [("桂花飘香", "平安"), ("林小满", "好")]


def test_a_call_for_help_that_comes_again_is_heard_again(place: Community) -> None:
    wish = {"day": DAY}
    place.bring("桂花飘香：救命\n林小满：我去\n林小满：孙桂芳奶奶扶起来了，人没事\n", at=dt.time(8, 30), **wish)
    again = place.bring("桂花飘香：救命\n", at=dt.time(11, 0), **wish)
    assert len(again.prepared.fresh) == 1


def test_times_of_their_own_and_an_asked_for_time_do_not_mix(place: Community) -> None:
    with pytest.raises(ChatError, match="每条都有时间"):
        place.bring(pc(*MORNING), at=dt.time(8, 30))


def test_a_trial_changes_nothing_and_shows_the_same(place: Community, tmp_path: Path) -> None:
    place.bring(pc(*MORNING))
    before = [(p.name, p.read_bytes()) for p in sorted(tmp_path.iterdir()) if p.suffix == ".db"]
    text = pc(*MORNING, "10:05 李伟|我爸电话没人接")
    trial = place.bring(text, dry_run=True)
    assert [(p.name, p.read_bytes()) for p in sorted(tmp_path.iterdir()) if p.suffix == ".db"] == before
    assert place.bring(text).said == trial.said


def test_a_trial_makes_no_database(tmp_path: Path) -> None:
    new = tmp_path / "new" / "bot.db"
    settings = Settings.model_validate({"store": {"path": new}})
    place = Community(settings)
    assert place.bring(pc("08:12 路人|早"), dry_run=True).prepared.fresh
    assert not new.parent.exists()


def test_an_import_that_cannot_be_told_changes_nothing(place: Community) -> None:
    def broken(result: object) -> None:
        raise BrokenPipeError

    wish = Wish(DAY)
    with pytest.raises(BrokenPipeError):
        bring_in(choose(pc(*MORNING).encode(), place.settings, wish), place.settings, wish, broken)
    assert place.heard() == [] and place.state("E03") is None
    assert len(place.bring(pc(*MORNING)).prepared.fresh) == 3


def test_the_roster_is_imported_when_there_is_none(tmp_path: Path) -> None:
    place = Community(Settings.model_validate({"store": {"path": tmp_path / "bot.db"}}))
    place.bring(pc("08:12 路人|早"))
    store = place.store()
    assert (
        len(place.settings.roster.elders.read_text(encoding="utf-8-sig").splitlines()) - 1
        == store.one("SELECT count(*) AS n FROM elders")["n"]
    )  # type: ignore[index]
    store.close()


def test_a_picture_of_an_elders_own_is_a_sign(place: Community) -> None:
    place.bring(pc("08:12 桂花飘香|[图片]", '08:13 路人|[语音] 3"'))
    assert [(who, kind) for who, kind, _ in place.heard()] == [("桂花飘香", "image"), ("路人", "audio")]


def test_words_of_a_persons_own_beside_the_bots_are_read(place: Community) -> None:
    first = place.bring(pc("05:30 桂花飘香|平安", "10:05 林小满|大家早"))
    words = next(line.text for line in first.said if not line.to and "孙兰芝" in line.text and not line.over)
    mixed = (
        f"{words}\n孙兰芝奶奶摔倒了快来人",
        f"@小洁孙兰芝奶奶摔倒了 {words}",
        f"孙兰芝奶奶摔倒了\n{words}",
        "@丁立 孙兰芝奶奶摔倒了",
    )
    result = place.bring(pc(*(f"10:2{n} 红红火火|{text}" for n, text in enumerate(mixed))))
    assert result.own == 0 and len(result.prepared.fresh) == 4
