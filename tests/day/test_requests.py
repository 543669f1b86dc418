"""A service is asked for, and somebody takes it on."""

from __future__ import annotations

from tests.world import World


def test_the_responsible_volunteer_is_asked(world: World) -> None:
    world.says("周强", "哪位今天能帮我妈去药店取一下药", at="08:40")
    world.expect("request", to="room", only_about=["E03"], only_mentions=["林小满"])
    private = world.expect("request", to="林小满", text="取一下药.*3号楼1单元502")
    assert "10000020003" in private.text


def test_it_is_taken_with_one_word_and_the_group_hears_of_it(world: World) -> None:
    world.says("周强", "哪位今天能帮我妈去药店取一下药", at="08:40")
    world.says("林小满", "我来，下午就去", at="08:50")
    row = world.store.all("SELECT * FROM requests")[0]
    assert row["claimed_by"] == "V1"
    world.until("09:05")
    world.expect("receipt", to="room", text="孙桂芳奶奶的事林小满接下了")


def test_taking_a_lightbulb_on_silences_no_alert_of_somebody_else(world: World) -> None:
    world.everyone_else_is_safe("E04")
    world.says("卫东", "谁能帮我爸换个灯泡", at="09:50")
    world.until("10:02")
    world.says("林小满", "我来吧", at="10:03")
    assert world.alert("E04")["claimed_by"] is None
    assert world.store.all("SELECT * FROM requests")[0]["claimed_by"] == "V1"


def test_a_request_that_also_says_she_is_fine_is_both(world: World) -> None:
    world.says("周强", "我妈平安，就是想找人换个灯泡", at="08:00")
    assert world.state("E03") == "safe"
    world.expect("request", to="room", about=["E03"])


def test_the_summary_for_coordinators_names_what_nobody_took(world: World) -> None:
    world.says("周强", "哪位今天能帮我妈去药店取一下药", at="08:40")
    world.until("20:01")
    world.expect("summary", to="社区-马晓云", text="取一下药.*还没人接")


def test_a_recalled_request_can_no_longer_be_taken(world: World) -> None:
    message = world.says("周强", "哪位今天能帮我妈去药店取一下药", at="08:40")
    world.recalls("周强", message, at="08:41")
    world.says("林小满", "我来", at="08:50")
    assert world.store.all("SELECT * FROM requests")[0]["claimed_by"] is None
