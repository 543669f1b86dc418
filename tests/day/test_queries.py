"""Who may hear what, and the orders of coordinators."""

from __future__ import annotations

import pytest

from tests.world import ELDERS, World


@pytest.fixture
def morning(world: World) -> World:
    world.everyone_else_is_safe("E03", "E04")
    world.skip("receipt", "reminder")
    world.until("07:40")
    return world


def test_a_family_hears_about_its_own_elder(morning: World) -> None:
    morning.says("周强", "我妈今天报了没有？", at="07:41")
    morning.expect(
        "reply", to="room", only_mentions=["周强"], only_about=["E03"], text="孙桂芳奶奶.*还没有消息", at="07:41"
    )


def test_a_family_hears_when_and_by_whom(morning: World) -> None:
    morning.says("何平", "我岳母今天报了没有？", at="07:41")
    morning.expect("reply", to="room", only_about=["E09"], text="王秀兰奶奶今天7:00")


def test_a_family_hears_nothing_about_others(morning: World) -> None:
    morning.says("周强", "孙兰芝阿姨今天报了没有？", at="07:41")
    reply = morning.expect("reply", to="room", mentions=["周强"], only_about=[])
    assert not [e for e in ELDERS if e.name in reply.text]


def test_a_family_that_asks_who_is_missing_hears_about_its_own_only(morning: World) -> None:
    morning.says("周强", "今天还有谁没报？", at="07:41")
    reply = morning.expect("reply", to="room", mentions=["周强"])
    assert "孙兰芝" not in reply.text


@pytest.mark.parametrize("who", ["林小满", "许医生（卫生站）", "社区-马晓云"])
def test_the_team_hears_about_all(morning: World, who: str) -> None:
    morning.says(who, "@小安 今天还有谁没报？", at="07:41")
    morning.expect("reply", to="room", mentions=[who], text="孙桂芳奶奶、孙兰芝奶奶")


def test_the_team_may_ask_about_one_compound(morning: World) -> None:
    morning.says("林小满", "@小安 向阳院今天还有谁没报？", at="07:41")
    morning.expect("reply", to="room", text="向阳院都有消息了")


def test_the_team_may_ask_about_one_elder(morning: World) -> None:
    morning.says("郭晓雨", "孙桂芳奶奶今天报了吗？", at="07:41")
    morning.expect("reply", to="room", only_about=["E03"], text="还没有消息")


def test_a_stranger_hears_no_names(morning: World) -> None:
    morning.says("三楼小赵", "孙桂芳奶奶今天报平安了吗？", at="07:41")
    reply = morning.expect("reply", to="room", only_about=[])
    assert not [e for e in ELDERS if e.name in reply.text]
    morning.says("三楼小赵", "孙桂芳奶奶今天报平安了吗？", at="07:42", to="bot")
    reply = morning.expect("reply", to="三楼小赵", only_about=[])
    assert not [e for e in ELDERS if e.name in reply.text]


def test_an_elder_asks_about_oneself(morning: World) -> None:
    morning.says("桂花飘香", "小安 我今个报了没有 记性不行了", at="07:41")
    morning.expect("reply", to="room", mentions=["桂花飘香"], text="还没报")
    assert morning.state("E03") == "waiting"


def test_the_husband_hears_about_his_wife(morning: World) -> None:
    morning.says("向阳老赵", "我老伴今天报了没有？", at="07:41")
    morning.expect("reply", to="room", only_about=["E02"], text="钱秀英奶奶")


def test_how_it_works(morning: World) -> None:
    morning.says("小洁", "小安，报平安最晚几点？", at="07:41")
    morning.expect("reply", to="room", mentions=["小洁"], text="10:00")


def test_while_somebody_is_on_the_way_the_family_hears_who(morning: World) -> None:
    morning.says("周强", "我妈电话一直没人接", at="07:41")
    morning.says("林小满", "我去看看孙桂芳奶奶", at="07:43")
    morning.says("周强", "我妈怎么样了？", at="07:50")
    morning.expect("reply", to="room", only_about=["E03"], text="林小满")


def test_before_check_ins_open_the_answer_says_so(world: World) -> None:
    world.until("03-11 04:30")
    world.says("周强", "我妈今天报了没有？", to="bot")
    world.until("03-11 06:01")
    assert len(world.messages("reply")) <= 1


# --- orders of coordinators


@pytest.mark.parametrize("to", ["room", "bot"])
def test_a_coordinator_asks_who_is_missing(morning: World, to: str) -> None:
    morning.says("丁立（协调员）", "谁没报" if to == "bot" else "@小安 谁没报", at="07:41", to=to)
    morning.expect("reply", to="room" if to == "room" else "丁立（协调员）", text="孙桂芳奶奶、孙兰芝奶奶")


@pytest.mark.parametrize("to", ["room", "bot"])
def test_a_coordinator_closes_an_alert_with_an_outcome(morning: World, to: str) -> None:
    morning.until("10:05")
    words = "结束 孙桂芳 平安"
    morning.says("丁立（协调员）", words if to == "bot" else "@小安 " + words, at="10:06", to=to)
    morning.until("10:08")
    assert morning.alert("E03")["outcome"] == "safe"
    assert morning.state("E03") == "safe"
    morning.expect("resolved", to="room", only_about=["E03"])
    morning.expect("reply", to="room" if to == "room" else "丁立（协调员）", text="已结束（平安）")


def test_closing_without_an_outcome_asks_for_one(morning: World) -> None:
    morning.until("10:05")
    morning.says("丁立（协调员）", "结束 孙桂芳", at="10:06", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="结束 孙桂芳 平安")
    assert morning.alert("E03")["closed_at"] is None


def test_a_coordinator_closes_with_died_and_the_room_hears_nothing(morning: World) -> None:
    morning.until("10:05")
    morning.says("丁立（协调员）", "结束 孙桂芳 离世", at="10:06", to="bot")
    morning.until("12:00")
    assert morning.alert("E03")["outcome"] == "died"
    assert not [m for m in morning.messages("resolved", "room") if "E03" in m.elders]
    morning.until("03-11 10:05")
    assert morning.state("E03") == "away"


def test_pause_and_resume(morning: World) -> None:
    morning.says("丁立（协调员）", "暂停 孙桂芳 到周五", at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="孙桂芳奶奶.*3月13日")
    assert morning.state("E03") == "away"
    morning.says("丁立（协调员）", "恢复 孙桂芳", at="08:00", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="今天")
    assert morning.state("E03") == "waiting"
    morning.until("10:01")
    morning.expect("alert", to="room", about=["E03"])


def test_resumed_in_the_afternoon_it_begins_tomorrow(morning: World) -> None:
    morning.says("丁立（协调员）", "暂停 孙桂芳", at="07:41", to="bot")
    morning.says("丁立（协调员）", "恢复 孙桂芳", at="15:00", to="bot")
    morning.until("15:10")
    morning.expect("reply", text="从明天开始")
    assert not [a for a in morning.messages("alert", "room") if "E03" in a.elders]
    morning.until("03-11 06:00")
    assert morning.state("E03") == "waiting"


def test_a_deadline_is_set_and_set_back(morning: World) -> None:
    morning.says("丁立（协调员）", "孙桂芳 时限 11点半", at="07:41", to="bot")
    morning.expect("reply", text="11:30")
    morning.until("11:31")
    morning.expect("alert", to="room", about=["E03"], at="11:30")
    morning.says("丁立（协调员）", "孙桂芳 时限 默认", at="12:00", to="bot")
    morning.expect("reply", text="10:00")
    assert morning.engine.roster.elders["E03"].deadline is None


def test_help(morning: World) -> None:
    morning.says("丁立（协调员）", "帮助", at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="谁没报")


def test_an_order_about_nobody_is_asked_back(morning: World) -> None:
    morning.says("丁立（协调员）", "暂停 张三丰", at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="写全名，比如：暂停 李玉兰 到周五")


def test_an_order_about_two_namesakes_is_asked_back(morning: World) -> None:
    morning.says("丁立（协调员）", "暂停 王秀兰", at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="好几位")
    assert morning.state("E09") == "safe"


@pytest.mark.parametrize("who", ["林小满", "周强", "桂花飘香", "三楼小赵"])
@pytest.mark.parametrize("words", ["结束 孙桂芳 平安", "恢复 孙桂芳", "暂停 孙桂芳", "孙桂芳 时限 23点"])
@pytest.mark.parametrize("to", ["room", "bot"])
def test_from_anybody_else_the_same_words_are_no_order(morning: World, who: str, words: str, to: str) -> None:
    if who in ("林小满", "三楼小赵") or "暂停" not in words:  # she and her family may say that she is away
        morning.says(who, ("@小安 " if to == "room" else "") + words, at="07:41", to=to)
        assert morning.engine.roster.elders["E03"].deadline is None
        # An elder who writes anything is there; from the others it says nothing about her.
        assert morning.state("E03") in ("waiting", "safe" if who == "桂花飘香" else "")


@pytest.mark.parametrize("who", ["林小满", "周强", "三楼小赵"])
def test_nobody_else_closes_an_alert_with_an_order(morning: World, who: str) -> None:
    morning.until("10:05")
    morning.says(who, "@小安 结束 孙桂芳 平安", at="10:06")
    assert morning.alert("E03")["closed_at"] is None


def test_a_time_that_is_not_understood_is_asked_back_with_her_own_name(morning: World) -> None:
    morning.says("丁立（协调员）", "孙桂芳 时限改成25点", at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="孙桂芳 时限 10点半")
    assert morning.engine.roster.elders["E03"].deadline is None


@pytest.mark.parametrize("words", ["把孙桂芳的志愿者换成郭晓雨", "给我加一位志愿者", "设一下明天的闹钟"])
def test_a_coordinator_who_is_not_understood_hears_that_nothing_was_done(morning: World, words: str) -> None:
    morning.says("丁立（协调员）", words, at="07:41", to="bot")
    morning.expect("reply", to="丁立（协调员）", text="什么也没有改.*帮助")


@pytest.mark.parametrize("words", ["收到", "好的，辛苦小安", "谢谢", "今天天气不错"])
def test_a_coordinators_courtesies_are_left_alone(morning: World, words: str) -> None:
    morning.says("丁立（协调员）", words, at="07:41", to="bot")
    morning.until("07:45")
    assert not morning.messages("reply")


def test_who_may_not_give_orders_is_told_kindly_whom_to_ask(morning: World) -> None:
    morning.until("10:05")
    morning.says("林小满", "结束 孙桂芳 平安", at="10:06", to="bot")
    morning.expect("reply", to="林小满", text="协调员.*见到")
    morning.says("三楼小赵", "结束 孙桂芳 平安", at="10:07", to="bot")
    morning.says("林小满", "结束 孙桂芳 平安", at="10:08")  # said to people
    morning.until("10:10")
    assert len(morning.messages("reply")) == 1
