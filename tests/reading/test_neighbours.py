"""Who is meant among neighbours, namesakes, doors and compounds; and of several named, whose trouble or absence it is."""

from __future__ import annotations

import pytest

from bot.model import Elder, Roster, Volunteer
from bot.reading import Reader

from .conftest import Read, reading_by, relative


def street() -> Roster:
    """Two compounds, a couple in each, namesakes across them and two couples under one WeChat name."""
    nephew = relative("尚小军", "侄子", "尚小军")
    son = relative("袁志刚", "儿子", "志刚")
    niece = relative("柴雯", "侄女", "雯雯")
    daughter = relative("苏红霞", "女儿", "红霞满天")
    elders = [
        Elder("S01", "尚淑琴", "女", 1937, "农机厂家属区", "1号楼2单元202", relatives=(nephew,)),
        Elder("S02", "尚玉芬", "女", 1940, "铁道新村", "5号楼1单元301", relatives=(nephew,), wechat="玉芬"),
        Elder("S03", "袁长海", "男", 1936, "铁道新村", "2号楼1单元301", relatives=(son,), wechat="平安是福"),
        Elder("S04", "苗秀英", "女", 1939, "铁道新村", "2号楼1单元301", relatives=(son,), wechat="秀英"),
        Elder("S05", "丁桂英", "女", 1944, "铁道新村", "2号楼1单元302", wechat="丁桂英"),
        Elder("S06", "白秀英", "女", 1941, "农机厂家属区", "5号楼1单元401", wechat="秀英"),
        Elder("S07", "武德全", "男", 1938, "农机厂家属区", "3号楼1单元203", wechat="月朗风清"),
        Elder("S08", "苏彩凤", "女", 1942, "农机厂家属区", "3号楼1单元203", relatives=(daughter,), wechat="平安是福"),
        Elder("S09", "柴有福", "男", 1935, "红柳巷18号院", "1号楼2单元801", relatives=(niece,), wechat="柴有福"),
    ]
    helpers = [Volunteer("SV1", "骆宁", "骆宁"), Volunteer("SV2", "崔敏", "崔敏")]
    return Roster({e.id: e for e in elders}, {v.id: v for v in helpers})


@pytest.fixture(scope="module")
def read() -> Read:
    return reading_by(Reader(street()))


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("尚小军", "农机厂的姑接了电话，在择韭菜，好着呢", {"S01"}),  # which of his two aunts the compound says
        ("尚小军", "刚从铁道新村我姑家出来，人好着呢", {"S02"}),
        ("秀英", "农机厂5号楼的秀英 早", {"S06"}),  # and which of two with one WeChat name
        ("骆宁", "铁道新村2号楼302看过了，老人在包饺子，好着呢", {"S05"}),  # a door without its unit
        ("丁桂英", "隔壁秀英好着呢，刚跟我借醋", {"S04"}),  # a neighbour lives in the same building
        ("丁桂英", "红霞，你妈今早下楼了，好着呢", {"S08"}),  # called by the child who is spoken to
        ("雯雯", "我大爹今早跟我大姑视频了，好着呢", {"S09"}),  # 大 is a father only where it begins no other word
        ("骆宁", "袁老师傅在楼下下棋呢，好着呢", {"S03"}),
        ("骆宁", "柴家老哥刚给我开的门，好着呢", {"S09"}),
        ("骆宁", "月朗风清叔叔在楼下晒太阳，好着呢", {"S07"}),  # called as he calls himself in the group
        ("骆宁", "3号楼1单元203两位都在家，苏奶奶在炸油饼", {"S07", "S08"}),
        (
            "平安是福",
            "老武在看报，我俩都好着呢",
            {"S07", "S08"},
        ),  # of two with one WeChat name the one whose husband it is
        ("丁桂英", "秀英在我家绣鞋垫呢，隔壁的秀英，两个人都好着呢", {"S04", "S05"}),
        ("丁桂英", "我邻居老郑腌菜，我剥蒜，好着呢", {"S05"}),  # a stranger by the way
    ],
)
def test_the_one_who_is_meant(read: Read, sender: str, text: str, ids: set[str]) -> None:
    found = read(sender, text)
    assert set(found.elders) == ids, found
    assert not found.ambiguous


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("骆宁", "801我去，就在一单元", {"S09"}),
        ("骆宁", "红柳巷那边801敲了半天没人开", {"S09"}),
        ("丁桂英", "对门秀英没下楼，我敲了半天门也没人应", {"S04"}),
        ("丁桂英", "秀英家敲不开，隔壁的秀英，我喊了她半天没动静", {"S04"}),
        ("志刚", "给家里打了两遍没人接，谁去看一眼", {"S03", "S04"}),  # a couple's home: neither answers
    ],
)
def test_the_one_who_is_looked_for(read: Read, sender: str, text: str, ids: set[str]) -> None:
    found = read(sender, text)
    assert found.intent in ("unreachable", "claim"), found
    assert set(found.elders) == ids, found
    assert not found.ambiguous


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("月朗风清", "我胸口疼得喘不上气，彩凤给我含了药", {"S07"}),
        ("月朗风清", "我摔了起不来，彩凤在楼下不知道", {"S07"}),
        ("月朗风清", "彩凤摔倒了起不来，我扶不动", {"S08"}),
        ("志刚", "我妈摔倒了起不来，我爸一个人拉不动她", {"S04"}),
        ("志刚", "我妈趁我爸上厕所开门走丢了，大家帮忙找找", {"S04"}),
        ("志刚", "我爸胸口疼得喘不上气，我妈给我打的电话", {"S03"}),
        ("骆宁", "袁长海爷爷晕倒了叫不醒，苗奶奶吓得直哭，120叫了", {"S03"}),
        ("骆宁", "武德全爷爷家着火了，苏奶奶也在屋里", {"S07", "S08"}),  # everybody's who is there
    ],
)
def test_of_those_named_the_one_in_trouble(read: Read, sender: str, text: str, ids: set[str]) -> None:
    found = read(sender, text)
    assert found.intent == "distress", found
    assert set(found.elders) == ids, found


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("月朗风清", "明天跟老伴去女儿家住一个礼拜", {"S07", "S08"}),
        ("月朗风清", "我明天住院，彩凤在家", {"S07"}),
        ("志刚", "我爸住院了，妈由我接走了，两个人都不用等报了", {"S03", "S04"}),
        ("志刚", "我爸住院了，要住一周，妈在家照常报", {"S03"}),
    ],
)
def test_of_those_named_the_one_who_is_away(read: Read, sender: str, text: str, ids: set[str]) -> None:
    found = read(sender, text)
    assert found.intent == "elder_away", found
    assert set(found.elders) == ids, found


def test_a_request_is_for_the_writer_where_the_other_only_cannot_help(read: Read) -> None:
    assert read("月朗风清", "厕所灯泡坏了，彩凤够不着，谁能帮我换一下").elders == ("S07",)
    assert read("月朗风清", "麻烦谁帮彩凤取一下药，她腿疼").elders == ("S08",)
    assert set(read("月朗风清", "麻烦谁给我和彩凤各带一袋米").elders) == {"S07", "S08"}


@pytest.mark.parametrize("text", ["尚奶奶好，武爷爷好，丁奶奶没敲开", "尚淑琴✓ 武德全✓ 丁桂英电话没人接"])
def test_a_list_of_visits_is_read_one_by_one(read: Read, text: str) -> None:
    found = read("骆宁", text.replace("尚奶奶", "尚淑琴奶奶"))
    assert (found.intent, found.elders) == ("unreachable", ("S05",)), found
    assert set(found.contacts()) == {"S01", "S07"}


def test_of_several_the_one_who_is_unwell_and_the_others_are_in_contact_too(read: Read) -> None:
    found = read("骆宁", "柴有福爷爷头疼，苏彩凤奶奶正常，丁桂英奶奶正常")
    assert (found.intent, found.elders) == ("concern", ("S09",)), found
    assert set(found.contacts()) == {"S05", "S08", "S09"}


def test_a_name_that_is_a_word_as_well_does_not_swallow_the_word() -> None:
    daughter = relative("平安", "女儿", "平安（平建国女儿）")
    elders = [
        Elder("P1", "平建国", "男", 1947, "百合苑", "3号楼2单元201", relatives=(daughter,), wechat="老平"),
        Elder("P2", "高兴", "女", 1940, "百合苑", "3号楼2单元202", wechat="幸福海"),
    ]
    read = reading_by(Reader(Roster({e.id: e for e in elders}, {})))
    assert read("老平", "平安").contacts() == {"P1": "checkin"}
    assert read("老平", "今天平安，把我高兴得").contacts() == {"P1": "checkin"}
    assert read("路过的", "高兴奶奶在楼下晒太阳，好着呢").contacts() == {"P2": "checkin"}
