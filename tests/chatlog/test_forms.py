"""Each form in which people copy or export a chat, by itself and found by itself."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from bot.chatlog import ChatError, read
from bot.chatlog.forms import exported, pc, phone, records, spoken, table
from tests.chatlog.conftest import ABOUT, DAY, brief, moment, reads

PC = "桂花飘香 2026/3/10 8:12:33\n平安\n\n周强 2026/3/10 8:15:02\n我妈今天挺好\n\n她去买菜了\n\n"
PHONE = (
    "Dear:\n\n      “报安鸟”群聊的聊天记录如下:\n\n\n—————  2026-03-09  —————\n\n\n周强  20:11\n\n晚安\n\n\n"
    "—————  2026-03-10  —————\n\n\n桂花飘香  08:12\n\n平安\n\n周强  08:15\n\n我妈今天挺好\n她去买菜了\n\n\n发自我的iPhone\n"
)
EXPORTED = "2026-03-10 08:12:33 桂花飘香\n平安\n\n2026-03-10 08:15:02 周强\n我妈今天挺好\n\n她去买菜了\n"


def test_text_copied_in_wechat_for_pc_is_read() -> None:
    assert brief(pc.read(PC, ABOUT) or []) == [
        ("03-10 08:12:33", "桂花飘香", "平安"),
        ("03-10 08:15:02", "周强", "我妈今天挺好\n\n她去买菜了"),
    ]


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026/3/10 上午8:12", "03-10 08:12:00"),
        ("2026/3/10 下午 8:12:05", "03-10 20:12:05"),
        ("2026-03-10 08:12", "03-10 08:12:00"),
        ("2026年3月10日 8:12", "03-10 08:12:00"),
        ("2026年3月10日 星期二 08:12", "03-10 08:12:00"),
        ("3月9日 08:12", "03-09 08:12:00"),
        ("昨天 20:11", "03-09 20:11:00"),
        ("昨天 下午8:11", "03-09 20:11:00"),
        ("前天 8:11", "03-08 08:11:00"),
        ("星期五 08:12", "03-06 08:12:00"),
        ("周日 晚上 9:30", "03-08 21:30:00"),
        ("Yesterday 8:11 PM", "03-09 20:11:00"),
        ("Friday 08:12", "03-06 08:12:00"),
        ("8:12:33", "03-10 08:12:33"),
        ("凌晨12:30", "03-10 00:30:00"),
        ("中午12:30", "03-10 12:30:00"),
        ("中午 1:30", "03-10 13:30:00"),
        ("12:05 AM", "03-10 00:05:00"),
        ("[2026/3/10 8:12:33]", "03-10 08:12:33"),
        ("8：12", "03-10 08:12:00"),
    ],
)
def test_every_way_of_writing_the_time_is_understood(written: str, when: str) -> None:
    assert reads(f"周强 {written}\n平安\n") == [(when, "周强", "平安")]


def test_a_date_without_its_year_is_of_the_last_twelve_months() -> None:
    found = read("周强 12月30日 08:12\n平安\n", ABOUT).entries[0].at
    assert found == moment("08:12", dt.date(2025, 12, 30))


def test_names_keep_their_spaces_brackets_and_pictures() -> None:
    text = "李 姐（3号楼）🌸 2026/3/10 8:12:33\n平安\n\n13号院 老赵 2026/3/10 8:13:33\n早\n"
    assert [(who, what) for _, who, what in reads(text)] == [("李 姐（3号楼）🌸", "平安"), ("13号院 老赵", "早")]


def test_lines_of_a_message_that_hold_a_time_stay_in_it() -> None:
    text = (
        "周强 2026/3/10 8:12:33\n我妈的安排\n起床 7:30\n复查 3月12日 8:30\n买菜 9:00\n\n林小满 2026/3/10 8:20:00\n好\n"
    )
    assert [who for _, who, _ in reads(text)] == ["周强", "林小满"]


def test_messages_without_blank_lines_between_them_are_told_apart() -> None:
    text = "周强 2026/3/10 8:12\n平安\n林小满 2026/3/10 8:20\n好\n"
    assert [(who, what) for _, who, what in reads(text)] == [("周强", "平安"), ("林小满", "好")]


def test_a_chat_mailed_by_a_phone_is_read() -> None:
    assert brief(phone.read(PHONE, ABOUT) or []) == [
        ("03-09 20:11:00", "周强", "晚安"),
        ("03-10 08:12:00", "桂花飘香", "平安"),
        ("03-10 08:15:00", "周强", "我妈今天挺好\n她去买菜了"),
    ]


def test_a_mailed_chat_without_its_blank_lines_is_read() -> None:
    text = "—— 2026-03-10 ——\n桂花飘香 08:12\n平安\n周强 08:15\n我妈今天挺好\n"
    assert [(who, what) for _, who, what in reads(text)] == [("桂花飘香", "平安"), ("周强", "我妈今天挺好")]
    text = "————— 2026-03-10 —————\n\n\n周强  08:12\n\n我妈\n起床 7:30\n早饭 8:00\n\n林小满  08:15\n\n好\n"
    assert [who for _, who, _ in reads(text)] == ["周强", "林小满"]


def test_text_of_common_exporters_is_read() -> None:
    expected = [("03-10 08:12:33", "桂花飘香", "平安"), ("03-10 08:15:02", "周强", "我妈今天挺好\n\n她去买菜了")]
    assert brief(exported.read(EXPORTED, ABOUT) or []) == expected


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-10 08:12:33 周强: 平安",
        "[2026-03-10 08:12:33] 周强：平安",
        "2026/03/10 08:12:33 - 周强: 平安",
        "2026-03-10 08:12:33\t周强\t平安",
        "2026-03-10 08:12:33 '周强'\n平安",
        "2026-03-10T08:12:33 周强\n平安",
        "2026-03-10 08:12:33 周强 平安",
        "周强 2026/3/10 8:12:33 平安",
        "周强：2026/3/10 8:12:33\n平安",
        "08:12:33 周强：平安",
    ],
)
def test_exporters_that_write_it_on_one_line_are_read(line: str) -> None:
    assert reads(line) == [("03-10 08:12:33", "周强", "平安")]


def test_a_chat_without_times_is_read_in_its_order() -> None:
    text = "桂花飘香：平安\n周强：\n我妈今天挺好\n她去买菜了\n林小满: 好"
    assert brief(spoken.read(text, ABOUT) or []) == [
        ("", "桂花飘香", "平安"),
        ("", "周强", "我妈今天挺好\n她去买菜了"),
        ("", "林小满", "好"),
    ]


def test_a_time_that_stands_alone_is_that_of_the_messages_below() -> None:
    text = "3月9日 晚上8:11\n周强：晚安\n\n今天 8:12\n桂花飘香：平安\n林小满：好\n"
    assert reads(text) == [
        ("03-09 20:11:00", "周强", "晚安"),
        ("03-10 08:12:00", "桂花飘香", "平安"),
        ("03-10 08:12:00", "林小满", "好"),
    ]


def test_words_before_a_colon_are_no_names() -> None:
    text = "丁立（协调员）：各位早上好\n温馨提示：今天有雪\n地址：3号楼\n1. 陈月娥：平安\n看 https://example.org\n周强：收到"
    assert [who for _, who, _ in reads(text)] == ["丁立（协调员）", "周强"]


@pytest.mark.parametrize(
    "head",
    [
        "时间,发送人,内容",
        "内容,时间,发送人",
        "Time,Sender,Content",
        "StrTime,NickName,StrContent",
        "发送时间,昵称,消息内容",
    ],
)
def test_tables_are_read_by_the_names_of_their_columns(head: str) -> None:
    cells = {"时": "2026-03-10 08:12:33", "人": "周强", "内": '"平安\n她说 ""好"""'}
    kinds = {"time": "时", "sender": "人", "nickname": "人", "昵称": "人", "发送人": "人", "strtime": "时"}
    row = [cells[kinds.get(c.lower(), "时" if "时间" in c else "内")] for c in head.split(",")]
    assert brief(table.read(f"{head}\n{','.join(row)}\n", ABOUT) or []) == [
        ("03-10 08:12:33", "周强", '平安\n她说 "好"')
    ]


def test_a_table_in_gbk_or_utf16_or_with_a_mark_at_its_beginning_is_read() -> None:
    text = "时间,发送人,内容\r\n2026-03-10 08:12:33,周强,平安\r\n"
    expected = [("03-10 08:12:33", "周强", "平安")]
    for encoding in ("gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"):
        assert brief(read(text.encode(encoding), ABOUT).entries) == expected, encoding


def test_a_table_with_separate_date_and_time_or_with_seconds_since_1970_is_read() -> None:
    at = int(moment("08:12:33").timestamp())
    for text in (
        "日期,时间,发送人,内容\n2026-03-10,08:12:33,周强,平安\n",
        f"CreateTime,NickName,StrContent\n{at},周强,平安\n",
        f"createTime,sender,content\n{at * 1000},周强,平安\n",
    ):
        assert reads(text) == [("03-10 08:12:33", "周强", "平安")], text


def test_a_name_is_taken_rather_than_an_account_s_number() -> None:
    expected = [("03-10 08:12:33", "周强", "平安")]
    assert reads("StrTime,StrContent,NickName,Sender\n2026-03-10 08:12:33,平安,周强,wxid_ab12\n") == expected
    row = {"time": "2026-03-10T08:12:33+08:00", "sender": "wxid_ab12", "senderName": "周强", "content": "平安"}
    assert reads(json.dumps([row])) == expected
    with pytest.raises(ChatError, match="wxid"):
        reads("StrTime,StrContent,Sender\n2026-03-10 08:12:33,平安,wxid_ab12\n")


def test_an_account_behind_the_name_is_no_part_of_it() -> None:
    text = "周强(wxid_ab12) 2026-03-10 08:12:33\n平安\n\n林小满(linxm1990) 2026-03-10 08:13:33\n好\n"
    assert [who for _, who, _ in reads(text)] == ["周强", "林小满"]
    text = "周强(wxid_ab12) 2026-03-10 08:12:33\n平安\n\nBowen(volunteer) 2026-03-10 08:13:33\n好\n\n何建国（志愿者） 2026-03-10 08:14\n好\n"
    assert [who for _, who, _ in reads(text)] == ["周强", "Bowen(volunteer)", "何建国（志愿者）"]


def test_the_types_of_an_exporter_are_understood() -> None:
    text = (
        "Type,StrTime,NickName,StrContent\n3,2026-03-10 08:12:33,周强,<msg><img/></msg>\n"
        "34,2026-03-10 08:13:33,周强,\n10000,2026-03-10 08:14:00,,“李伟”邀请“田芳”加入了群聊\n49,2026-03-10 08:15:00,周强,看看\n"
    )
    assert [(e.kind, e.text) for e in read(text, ABOUT).entries] == [("image", ""), ("audio", ""), ("text", "看看")]


def test_our_own_record_is_read_with_its_ids() -> None:
    rows = [
        {"id": "m1", "at": "2026-03-10T00:12:33+00:00", "sender": "周强", "type": "text", "text": "平安"},
        {
            "id": "m2",
            "at": "2026-03-10T08:13:00+08:00",
            "sender": "周强",
            "type": "image",
            "file": "a.jpg",
            "to": "bot",
        },
        {"id": "m3", "at": "2026-03-10T08:14:00+08:00", "sender": "周强", "type": "recalled", "text": "m1"},
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for text in (lines, json.dumps(rows), json.dumps({"messages": rows})):
        found = read(text, ABOUT).entries
        assert [(e.id, e.kind, e.text, e.file, e.to) for e in found] == [
            ("m1", "text", "平安", None, "room"),
            ("m2", "image", "", "a.jpg", "bot"),
            ("m3", "recalled", "m1", None, "room"),
        ]
        assert found[0].at == moment("08:12:33")


def test_json_of_exporters_is_read() -> None:
    rows = {
        "session": {"name": "群"},
        "messages": [{"formattedTime": "2026-03-10 08:12:33", "senderDisplayName": "周强", "content": "平安"}],
    }
    assert brief(records.read(json.dumps(rows), ABOUT) or []) == [("03-10 08:12:33", "周强", "平安")]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (PC, "pc"),
        (PHONE, "phone"),
        (EXPORTED, "exported"),
        ("桂花飘香：平安\n", "spoken"),
        ("时间,发送人,内容\n2026-03-10 08:12,周强,平安\n", "table"),
        ('{"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "周强", "text": "早"}\n', "records"),
        ("[2026-03-10 08:12:33] 周强：平安", "exported"),
    ],
)
def test_the_form_is_found_by_itself(text: str, form: str) -> None:
    assert read(text, ABOUT).form == form
    assert read(text.replace("\n", "\r\n"), ABOUT) == read(text, ABOUT)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("周强 2026/3/10 8:12:33\n早\n\n周强 2026/13/40 8:12:33\n平安\n", 4),
        ("周强 2026/3/10 25:12:33\n早\n", 1),
        ("我妈今天\n周强 2026/3/10 8:12:33\n早\n", 1),
        ("—————  2026-02-30  —————\n\n周强  08:12\n\n早\n", 1),
        ("2026-03-10 08:12:33 周强\n早\n\n2026-03-10 08:72:33 周强\n早\n", 4),
        ("时间,发送人,内容\n2026-03-10 08:12,周强,早\n明天吧,周强,早\n", 3),
        ("时间,发送人,内容\n,周强,早\n", 2),
        ("时间,发送人,内容\n2026-03-10 08:12,,早\n", 2),
        ("时间,发送人,内容\n2026-03-10 08:12\n", 2),
        ('时间,发送人,内容\n2026-03-10 08:12,周强,"早\n', 2),
        ('{"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "周强", "text": "早"}\n{oops\n', 2),
        ('{"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "周强", "text": "早"}\n[1]\n', 2),
        ('{"id": "1", "at": "昨儿", "sender": "周强", "text": "早"}\n', 1),
        ('{"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "周强", "type": "smell"}\n', 1),
        ('{"id": "1", "at": "2026-03-10T08:12:00+08:00", "sender": "周强", "to": "everyone"}\n', 1),
        ("就这样吧\n", 1),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line_and_nothing_of_it_is_repeated(text: str, line: int) -> None:
    with pytest.raises(ChatError) as caught:
        read(text, ABOUT)
    assert caught.value.line == line
    said = caught.value.named("chat.txt")
    assert f"chat.txt 第{line}行" in said and caught.value.mend in said
    assert "周强" not in said and "我妈" not in said


@pytest.mark.parametrize(
    "data", [b"", b"  \n\n", b"\xff\xd8\xff\xe0\0\x10JFIF" * 20, b"\x81\x20\xff\xff", b"{}", b"[]", b"[1, 2"]
)
def test_files_that_are_no_chat_are_refused(data: bytes) -> None:
    with pytest.raises(ChatError) as caught:
        read(data, ABOUT)
    assert caught.value.mend


def test_today_and_weekdays_count_back_from_the_day_asked_for() -> None:
    assert DAY.isoweekday() == 2
    # The weekday of today itself is never written: it means a week ago.
    assert reads("周强 星期二 08:12\n平安\n")[0][0] == "03-03 08:12:00"
