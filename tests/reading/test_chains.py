"""接龙."""

from __future__ import annotations

import pytest

from .conftest import Read

LIST = (
    "#接龙\n11月18日报平安\n例 张三 平安\n\n1. 吕秀云 平安\n2. 柳国庆（侄子代）好\n3. 高桂枝 头有点晕\n4. \n5. 孟祥和"
)


def test_each_entry_is_read_by_itself(read: Read) -> None:
    got = read("钟主任", LIST)
    assert got.intent == "concern"
    assert got.contacts() == {"N02": "concern", "N03": "checkin", "N04": "checkin"}


@pytest.mark.parametrize("head", ["#接龙", "#Group Note", "大家接一下\n#接龙"])
def test_the_heading_may_look_different(read: Read, head: str) -> None:
    assert read("钟主任", f"{head}\n今日报平安\n1. 吕秀云 平安\n2. 柳国庆 好").contacts() == {
        "N03": "checkin",
        "N04": "checkin",
    }


def test_an_entry_that_was_not_reached_leads(read: Read) -> None:
    got = read("陶然", "#接龙\n报平安\n1. 吕秀云 打了三遍没接\n2. 柳国庆 平安")
    assert (got.intent, got.elders) == ("unreachable", ("N03",))
    assert got.contacts() == {"N04": "checkin"}


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n团购鸡蛋 一板30个\n\n1. 吕秀云 2板\n2. 柳国庆 1板",
        "#接龙\n周六包饺子报名\n\n1. 吕秀云\n2. 柳国庆",
        "#接龙\n报平安\n1. 吕秀云\n2. 柳国庆 ？",
        "#接龙\n报平安\n1. 高奶奶 平安",
    ],
)
def test_lists_about_other_things_and_doubtful_entries_clear_nobody(read: Read, text: str) -> None:
    assert not read("陶然", text).contacts()


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n11.18 红星小区\n\n1. 吕秀云 ✓\n2. 柳国庆 ✔",  # a date is no entry; a heading of place and day asks how they are
        "11.18红星早班\n吕秀云 ✅\n柳国庆 √",
        "红星小区 周三\n✅吕秀云\n✅柳国庆",
        "1.12 红星小区\n吕秀云 平安\n柳国庆 好",
        "#接龙\n1月12日晚查房\n1、吕秀云 在\n2、柳国庆 看电视呢",
    ],
)
def test_a_heading_of_where_and_when_is_enough_for_a_list_of_who_was_seen(read: Read, text: str) -> None:
    assert read("陶然", text).contacts() == {"N03": "checkin", "N04": "checkin"}


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n水表已抄\n1. 吕秀云 ✓\n2. 柳国庆 ✓",
        "电费补贴的材料\n吕秀云 ✓\n柳国庆 ✓",
        "#接龙\n谁家有多余的纸箱\n1. 吕秀云 有\n2. 柳国庆 1",
        "#接龙\n红星小区 11.18\n1. 吕秀云 ○\n2. 柳国庆 到，敲门没人应",
        "#接龙\n红星小区、金河苑报平安\n1. 高奶奶 平安",
        "#接龙\n红星小区 11.18\n1. 吕秀云\n2. 柳国庆",
        "#接龙\n红星小区 11.18\n1. 吕秀云 ❌\n2. 柳国庆 没碰上",
    ],
)
def test_ticks_under_another_matter_and_bare_names_clear_nobody(read: Read, text: str) -> None:
    assert not read("陶然", text).contacts()


@pytest.mark.parametrize("where", ["还在儿子家", "外地", "住院", "妹妹家（周五回）", "在老家呢", "女儿家住着"])
def test_an_entry_that_tells_of_another_house_is_an_absence(read: Read, where: str) -> None:
    got = read("陶然", f"#接龙\n红星小区11月18日\n1. 吕秀云 {where}\n2. 柳国庆 好，女儿住院他陪着")
    assert (got.intent, got.elders, got.contacts()) == ("elder_away", ("N03",), {"N04": "checkin"})


def test_the_place_in_the_heading_decides_between_two_of_one_name(read: Read) -> None:
    assert read("陶然", "#接龙\n金河苑报平安\n1. 高奶奶 平安\n2. 孟祥和 好").contacts() == {
        "N05": "checkin",
        "N06": "checkin",
    }


def test_a_day_at_a_sisters_pauses_nothing_and_a_return_has_its_day(read: Read) -> None:
    assert read("陶然", "#接龙\n红星小区11月18日\n1. 吕秀云 妹妹家\n2. 柳国庆 好").intent == "checkin"
    got = read("陶然", "#接龙\n红星小区报平安\n1. 吕秀云（女儿接走，周六回）\n2. 柳国庆 好")
    assert (got.intent, got.elders, got.contacts()) == ("elder_away", ("N03",), {"N04": "checkin"})
    assert got.end is not None and got.end.isoweekday() == 6


def test_who_only_puts_a_name_under_a_sign_in_signs_in(read: Read) -> None:
    signed = read("陶然", "#接龙\n11月18日报平安\n1. 吕秀云\n2. 柳国庆")
    assert signed.contacts() == {"N03": "checkin", "N04": "checkin"}


def test_the_last_number_may_wait_for_the_next(read: Read) -> None:
    signed = read("陶然", "#接龙\n红星小区今日平安\n1. 1-1-102 吕老师\n2. 5-3-302 柳国庆\n3. ")
    assert signed.contacts() == {"N03": "checkin", "N04": "checkin"}


def test_a_sign_up_is_an_activity_whatever_is_brought(read: Read) -> None:
    got = read("桂枝", "#接龙 22号包饺子报名\n1. 桂枝 带面板\n2. 吕老师")
    assert (got.intent, got.contacts()) == ("activity", {})
    assert read("陶然", "#接龙 鸡蛋团购\n1. 柳国庆 两板\n2. 吕老师 一板").intent == "chat"


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n今天未报平安的\n1. 吕秀云\n2. 柳国庆",
        "#接龙\n报平安名单\n1. 吕秀云\n2. 柳国庆",
        "今日报平安\n1. 吕秀云\n2. 柳国庆",
        "#接龙\n报平安\n1. 吕秀云：\n2. 柳国庆：",
    ],
)
def test_a_list_of_names_that_is_yet_to_be_filled_in_clears_nobody(read: Read, text: str) -> None:
    assert not read("陶然", text).contacts()


def test_an_emoji_is_a_sign_in_a_list(read: Read) -> None:
    got = read("陶然", "#接龙\n报平安\n1. 吕秀云 [太阳]\n2. 柳国庆\n3. 孟祥和 好")
    assert got.contacts() == {"N03": "checkin", "N06": "checkin"}


def test_an_entry_may_begin_with_the_name_in_the_group_and_tell_of_the_other_half(read: Read) -> None:
    got = read("陶然", "#接龙\n报平安\n1. 桂枝 和邵长林都好\n2. 柳国庆 好")
    assert got.contacts() == {"N01": "checkin", "N02": "checkin", "N04": "checkin"}


def test_the_other_half_may_come_with_an_entry(read: Read) -> None:
    both = {"N01": "checkin", "N02": "checkin"}
    assert read("陶然", "#接龙\n报平安\n1. 邵长林大爷两口子 都好\n2. 柳国庆").contacts() == both
    assert read("陶然", "#接龙\n报平安\n1. 邵长林 平安，老伴同\n2. 柳国庆").contacts() == both
