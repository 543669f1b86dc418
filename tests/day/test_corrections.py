"""A message is taken back, in words or by WeChat's recall."""

from __future__ import annotations

from tests.world import World


def test_sent_by_mistake_in_words(world: World) -> None:
    world.says("周强", "我妈平安", at="07:00")
    world.says("周强", "发错了，刚才那条不算", at="07:05")
    assert world.state("E03") == "waiting"
    world.until("07:40")
    receipt = world.messages("receipt")
    assert all("平安" not in r.text for r in receipt), "nobody is told of a check-in that was taken back"


def test_recalled(world: World) -> None:
    message = world.says("周强", "我妈平安", at="07:00")
    world.recalls("周强", message, at="07:01")
    assert world.state("E03") == "waiting"


def test_only_the_one_who_wrote_it_can_recall_it(world: World) -> None:
    message = world.says("周强", "我妈平安", at="07:00")
    world.recalls("何平", message, at="07:01")
    assert world.state("E03") == "safe"


def test_another_elder_was_meant(world: World) -> None:
    world.says("林小满", "孙桂芳奶奶今天见到了，平安", at="07:00")
    world.says("林小满", "刚才发错了，不是孙桂芳奶奶，是孙兰芝奶奶报的平安", at="07:05")
    assert (world.state("E03"), world.state("E04")) == ("waiting", "safe")


def test_what_others_reported_still_stands(world: World) -> None:
    world.says("桂花飘香", "早上好", at="06:50")
    world.says("周强", "我妈平安", at="07:00")
    world.says("周强", "发错了，刚才那条不算", at="07:05")
    assert world.state("E03") == "safe"


def test_taken_back_after_the_deadline_the_alert_comes_at_once(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("周强", "我妈平安", at="09:50")
    world.says("周强", "发错了，刚才那条不算，我妈还没联系上呢", at="10:30")
    world.until("10:32")
    world.expect("alert", to="room", only_about=["E03"], mentions=["林小满"], at="10:30")


def test_recalled_after_the_deadline_the_alert_comes_at_once(world: World) -> None:
    world.everyone_else_is_safe("E03")
    message = world.says("周强", "我妈平安", at="09:58")
    world.recalls("周强", message, at="10:00:30")
    world.until("10:03")
    world.expect("alert", to="room", only_about=["E03"], at="10:00")
    assert world.state("E03") == "missed"


def test_a_report_that_had_ended_an_alert_is_taken_back_and_the_search_goes_on(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:01")
    message = world.says("林小满", "见到孙桂芳奶奶了，好着呢", at="10:10")
    assert world.alert("E03")["closed_at"]
    world.recalls("林小满", message, at="10:12")
    world.until("10:14")
    assert len([a for a in world.messages("alert", "room") if "E03" in a.elders]) == 2
    assert world.state("E03") == "missed"


def test_a_false_unreachable_is_taken_back(world: World) -> None:
    world.says("林小满", "孙桂芳奶奶家敲门没人应", at="08:00")
    world.says("林小满", "撤回一条，刚才说孙桂芳奶奶家没人应，是我敲错楼了", at="08:05")
    world.until("08:10")
    world.expect("resolved", to="room", only_about=["E03"], text="误会")
    assert world.alert("E03")["outcome"] == "false_alarm"
    assert world.state("E03") == "waiting"


def test_a_false_unreachable_taken_back_after_the_deadline_leaves_nobody_unwatched(world: World) -> None:
    world.everyone_else_is_safe("E03")
    message = world.says("林小满", "孙桂芳奶奶家敲门没人应", at="09:30")
    world.until("10:05")
    world.recalls("林小满", message, at="10:06")
    world.until("10:08")
    assert world.alert("E03", "missed")["closed_at"] is None
    assert world.alert("E03", "unreachable")["outcome"] == "false_alarm"


def test_a_claim_taken_back_lets_the_alert_climb_in_its_time(world: World) -> None:
    world.everyone_else_is_safe("E03")
    message = world.says("林小满", "我去看看孙桂芳奶奶", at="10:04")
    world.recalls("林小满", message, at="10:06")
    world.until("10:22")
    world.expect("escalation", to="room", about=["E03"], mentions=["周强"], at="10:20")


def test_an_absence_said_of_the_wrong_one_is_taken_back_by_name(world: World) -> None:
    world.says("周强", "我妈住院了，这几天不用报", at="07:00")
    assert world.state("E03") == "away"
    world.says("何平", "我岳母住院了", at="07:02")
    world.says("周强", "早上说我妈住院的那条发错了，说的是别人，我妈没事", at="12:00")
    world.until("03-11 09:00")
    assert world.state("E03") == "waiting"
    assert world.state("E09") == "away"


def test_a_request_taken_back_is_asked_of_nobody(world: World) -> None:
    message = world.says("周强", "麻烦谁帮我妈换个灯泡", at="07:00")
    world.recalls("周强", message, at="07:01")
    assert world.store.all("SELECT closed_at FROM requests")[0]["closed_at"]


def test_wrong_group_undoes_nothing_that_was_said_by_others(world: World) -> None:
    world.says("桂花飘香", "平安", at="07:00")
    world.says("周强", "发错群了", at="07:05")
    assert world.state("E03") == "safe"


def test_taken_back_because_nobody_answers_the_phone(world: World) -> None:
    world.says("周强", "我妈平安", at="07:00")
    world.says("周强", "发错了，刚才那条不算，我妈今天还没接电话", at="07:01")
    world.until("07:40")
    world.expect("alert", to="room", about=["E03"], at="07:01")
    assert world.state("E03") == "waiting"
    assert not [r for r in world.messages("receipt") if "孙桂芳奶奶今天平安" in r.text]


def test_taken_back_by_name_said_again_and_taken_back_again(world: World) -> None:
    for minute in (0, 10, 20):
        world.says("周强", "我妈平安", at=f"07:{minute:02d}")
        assert world.state("E03") == "safe"
        world.says("周强", "发错了，我妈孙桂芳今天还没联系上，刚才那条不算", at=f"07:{minute + 5:02d}")
        assert world.state("E03") == "waiting"
