"""接龙 lists: sent again and again as they grow."""

from __future__ import annotations

from tests.world import World

HEAD = "#接龙\n3月10日报平安\n例 张三 平安\n\n"


def test_those_who_wrote_themselves_in_are_cleared_and_who_is_unwell_is_flagged(world: World) -> None:
    world.says("社区-马晓云", HEAD + "1. 赵德厚 平安\n2. 钱秀英 好\n3. 孙桂芳 头有点晕 吃了药", at="07:00")
    assert [world.state(e) for e in ("E01", "E02", "E03", "E04")] == ["safe", "safe", "concern", "waiting"]


def test_sent_again_with_one_more_line_it_acts_on_what_is_new(world: World) -> None:
    lines = ["1. 赵德厚 平安", "2. 钱秀英 好", "3. 孙桂芳 平安", "4. 孙兰芝 平安"]
    for n in range(1, 5):
        world.says("林小满", HEAD + "\n".join(lines[:n]), at=f"07:{n:02d}")
    assert [world.state(e) for e in ("E01", "E02", "E03", "E04")] == ["safe"] * 4
    world.until("08:20")
    named = [m.text for m in world.messages("receipt")]
    assert sum("赵德厚" in text for text in named) == 1, "nobody is thanked twice"
    assert len(world.store.all("SELECT * FROM reports WHERE elder = 'E01' AND retracted_at IS NULL")) == 1


def test_yesterdays_list_sent_again_clears_nobody(world: World) -> None:
    yesterday = "#接龙\n3月10日报平安\n\n1. 赵德厚 平安\n2. 钱秀英 好"
    world.says("林小满", yesterday, at="08:00")
    world.says("林小满", yesterday + "\n3. 孙桂芳 平安", at="03-11 07:00")
    assert (world.state("E01"), world.state("E02")) == ("waiting", "waiting")


def test_an_undated_list_counts_anew_each_day(world: World) -> None:
    world.says("林小满", "#接龙\n每日报平安\n\n1. 赵德厚 平安\n2. 钱秀英 好", at="08:00")
    world.says("林小满", "#接龙\n每日报平安\n\n1. 赵德厚 平安\n2. 钱秀英 好", at="03-11 07:00")
    assert (world.state("E01"), world.state("E02")) == ("safe", "safe")


def test_an_old_line_that_comes_along_ends_no_search(world: World) -> None:
    world.says("林小满", HEAD + "1. 孙桂芳 平安", at="07:00")
    world.says("周强", "我妈电话打了五遍没人接", at="08:00")
    world.says("社区-马晓云", HEAD + "1. 孙桂芳 平安\n2. 孙兰芝 平安", at="08:10")
    assert world.alert("E03")["closed_at"] is None
    assert world.state("E04") == "safe"


def test_recalled_and_sent_again_it_counts(world: World) -> None:
    message = world.says("林小满", HEAD + "1. 孙桂芳 平安", at="07:00")
    world.recalls("林小满", message, at="07:01")
    assert world.state("E03") == "waiting"
    world.says("林小满", HEAD + "1. 孙桂芳 平安\n2. 孙兰芝 平安", at="07:02")
    assert (world.state("E03"), world.state("E04")) == ("safe", "safe")


def test_a_shopping_list_clears_nobody(world: World) -> None:
    world.says("社区-马晓云", "#接龙\n团购鸡蛋 一板30个\n\n1. 孙桂芳 2板\n2. 孙兰芝 1板", at="07:00")
    assert (world.state("E03"), world.state("E04")) == ("waiting", "waiting")


def test_a_line_repeated_after_a_correction_does_not_clear_again(world: World) -> None:
    world.says("林小满", HEAD + "1. 孙桂芳 平安", at="07:00")
    world.says("林小满", "接龙里孙桂芳那条报错了，不算", at="07:05")
    assert world.state("E03") == "waiting"
    world.says("社区-马晓云", HEAD + "1. 孙桂芳 平安\n2. 孙兰芝 平安", at="07:10")
    assert (world.state("E03"), world.state("E04")) == ("waiting", "safe")


def test_a_list_ends_a_missed_alert_of_the_one_who_wrote_in(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.says("林小满", HEAD + "1. 赵德厚 平安", at="09:00")
    world.until("10:05")
    world.says("桂花飘香", HEAD + "1. 赵德厚 平安\n2. 孙桂芳 平安", at="10:06")
    assert world.state("E03") == "safe"
    assert world.alert("E03")["closed_at"]
