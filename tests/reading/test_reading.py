"""What a message means: the guide's edges, on invented people."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.model import CONTACT

from .conftest import Read


@pytest.mark.parametrize(
    ("sender", "text", "intent"),
    [
        ("柳国庆", "早", "checkin"),
        ("柳国庆", "1", "checkin"),
        ("柳国庆", "[强][强]", "checkin"),
        ("柳国庆", "没麻达，缓着呢", "checkin"),
        ("柳国庆", "抱平安", "checkin"),
        ("静静", "早上好各位", "chat"),
        ("静静", "[强]", "chat"),
        ("陶然", "吕秀云奶奶没事", "checkin"),
        ("陶然", "吕秀云奶奶没事吧？", "query"),
        ("静静", "要是我妈没事就好了", "chat"),
        ("静静", "昨天我妈还挺好的", "chat"),
        ("静静", "祝我妈平平安安", "chat"),
        ("静静", "我妈电话打不通", "unreachable"),
        ("静静", "谁去看一眼我妈", "unreachable"),
        ("陶然", "敲了半天门，开了，吕秀云奶奶好着呢", "checkin"),
        ("陶然", "吕秀云奶奶家敲门没人应", "unreachable"),
        ("柳国庆", "摔倒了起不来", "distress"),
        ("柳国庆", "左边胳膊抬不起来了 不着急", "distress"),
        ("柳国庆", "腔子里疼 气上不来", "distress"),
        ("柳国庆", "活够了 不想活了", "distress"),
        ("静静", "我妈走丢了，到现在没找到", "distress"),
        ("钟主任", "【协查】吕秀云，女，89岁，身高一米五，蓝布棉袄，上午十点在早市走失，有线索请回电", "distress"),
        ("钟主任", "上周走失的吕秀云找到了，穿红棉袄那位，谢谢大家", "chat"),
        ("陶然", "120刚把吕秀云奶奶拉走", "distress"),
        ("陶然", "吕秀云奶奶家煤气泄漏，人头晕", "distress"),
        ("桂枝", "老头子掉床了 我搬不动他", "distress"),
        ("静静", "我妈在屋里哼哼呢，喊她不应", "distress"),
        ("柳国庆", "活着真有意思 今天又赢一盘", "checkin"),
        ("静静", "吓死我了，谢谢大家", "chat"),
        ("柳国庆", "笑死我了 今个好着呢", "checkin"),
        ("柳国庆", "刚才按错了 那个救命不算", "correct"),
        ("陶然", "发错了，不好意思", "correct"),
        ("静静", "我妈住院了，住到周五，这几天不用报平安", "elder_away"),
        ("柳国庆", "明天到我丫头家住，礼拜天回来", "elder_away"),
        ("静静", "我出差三天，麻烦大家照看我妈", "family_away"),
        ("柳国庆", "灯泡坏了够不着，谁能给换一下", "request"),
        ("静静", "哪位志愿者能帮我妈取一下药", "request"),
        ("柳国庆", "感冒了 咳嗽", "concern"),
        ("陶然", "吕秀云奶奶血压160/95，有点高", "concern"),
        ("陶然", "我去看看吕秀云奶奶", "claim"),
        ("静静", "我妈今天报了吗", "query"),
        ("钟主任", "今天还有谁没报", "query"),
        ("陶然", "楼道里堆满了垃圾，没人管", "issue"),
        ("钟主任", "【通知】明天下午活动室有健康讲座，欢迎参加", "activity"),
        ("静静", "谢谢大家", "chat"),
        ("柳国庆", "谁醒着 来个人", "distress"),
        ("钟主任", "大家注意，楼道里不要放煤气罐", "issue"),
        ("柳国庆", "咳，我没啥事，就是起晚了", "checkin"),
        ("柳国庆", "河沿上甩鞭子呢 有撒事打电话", "checkin"),
        ("陶然", "吕秀云奶奶应门了，手机停机，我给充上了", "checkin"),
        ("静静", "帮我妈捎点花椒上去，回头我给钱", "request"),
        ("静静", "晚上给我妈订一份拌汤，少放盐", "request"),
    ],
)
def test_an_edge_of_the_guide(read: Read, sender: str, text: str, intent: str) -> None:
    got = read(sender, text)
    assert (got.intent, bool(got.why)) == (intent, True)


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("静静", "昨天我妈还好好的"),
        ("静静", "要是我妈平安就好了"),
        ("静静", "祝我妈平安"),
        ("静静", "我妈平安吗？"),
        ("静静", "我妈今天报了没有？"),
        ("陶然", "下午下课了去看吕秀云奶奶"),
        ("陶然", "邻居说吕秀云奶奶可能买菜去了，门没敲开"),
        ("静静", "刚才说我妈平安那条不算"),
        ("静静", "我妈报平安先停几天，她住院了"),
        ("钟主任", "报平安每天十点截止，请大家互相转告"),
    ],
)
def test_what_is_no_contact_clears_nobody(read: Read, sender: str, text: str) -> None:
    assert not read(sender, text).contacts()


def test_not_well_is_no_check_in(read: Read) -> None:
    assert read("陶然", "吕秀云奶奶不平安").intent in ("concern", "distress")
    assert read("静静", "我妈不太平安").intent in ("concern", "distress")


def test_two_acts_lead_with_the_first_and_keep_the_contact(read: Read) -> None:
    got = read("陶然", "吕秀云奶奶好着呢，就是灯泡坏了，谁能帮着换一下")
    assert got.intent == "request"
    assert got.contacts() == {"N03": "checkin"}


def test_opposite_news_of_two_elders_in_one_message(read: Read) -> None:
    got = read("陶然", "柳国庆爷爷电话通了，人好着呢；吕秀云奶奶没接电话")
    assert (got.intent, got.elders) == ("unreachable", ("N03",))
    assert got.contacts() == {"N04": "checkin"}


def test_the_way_an_emergency_ended_is_told(read: Read) -> None:
    got = read("陶然", "吕秀云奶奶已经送到医院了，拍片子没有骨折，医生说观察一晚上")
    assert got.intent == "concern"
    assert got.outcome == "hospital"
    assert read("陶然", "吕秀云奶奶扶起来了，没伤着").outcome == "helped"


def test_an_alarm_names_its_kind(read: Read) -> None:
    assert read("柳国庆", "不想活了").alarm == "selfharm"
    assert read("柳国庆", "摔倒了起不来").alarm == "fall"


def test_a_return_is_marked(read: Read) -> None:
    got = read("静静", "我妈出院回家了，人挺好")
    assert (got.intent, got.back) == ("elder_away", True)


def test_the_bot_knows_when_it_is_spoken_to(read: Read) -> None:
    assert read("静静", "小安 我妈报了吗").addressed
    assert read("静静", "@小安\u2005 我妈报了吗").addressed
    assert not read("静静", "我妈报了吗").addressed


def test_a_picture_of_an_elder_himself_is_a_check_in_and_of_others_is_not(read: Read) -> None:
    assert read("柳国庆", "", type="image").intent == "checkin"
    assert read("静静", "", type="image").intent == "chat"
    assert read("静静", "我妈在家包饺子呢", type="image").contacts() == {"N03": "checkin"}


def test_a_message_taken_back_is_a_correction(read: Read) -> None:
    got = read("静静", "m0", type="recalled")
    assert (got.intent, got.elders) == ("correct", ())


def test_nobody_is_cleared_by_an_alarm(read: Read) -> None:
    for text in ("摔倒了起不来 别的都好", "胸口疼得很 不要紧"):
        got = read("柳国庆", text)
        assert got.intent == "distress"
        assert not set(got.also) & CONTACT


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("柳国庆", "我摔了"),
        ("柳国庆", "救命"),
        ("柳国庆", "喘不上气"),
        ("柳国庆", "不想活了"),
        ("柳国庆", "我记不得回家的路了"),
        ("柳国庆", "不知道走到哪了，回不去家了"),
        ("静静", "我妈走丢了"),
        ("静静", "我妈晕倒了"),
        ("陶然", "吕秀云奶奶摔倒了"),
        ("三楼小赵", "吕秀云家着火了"),
    ],
)
def test_a_cry_in_the_plainest_words_is_heard(read: Read, sender: str, text: str) -> None:
    assert read(sender, text).intent == "distress"


def test_words_that_say_next_to_nothing_alarm_nobody(read: Read) -> None:
    assert read("陶然", "到吕秀云家了").intent in ("chat", "claim")


@pytest.mark.parametrize("text", ["老家变样了，路都认不得了", "找不着遥控器了", "儿子明天来，怕他找不着路"])
def test_not_finding_something_is_not_being_lost(read: Read, text: str) -> None:
    assert read("柳国庆", text).intent != "distress"


@pytest.mark.parametrize("text", ["早上好", "大家好", "收到", "谢谢大家", "刚拍的"])
def test_a_familys_small_talk_clears_nobody(read: Read, text: str) -> None:
    assert not read("静静", text).contacts()


def test_a_stay_without_harm_is_a_worry_and_not_talk(read: Read) -> None:
    got = read("陶然", "吕秀云奶奶已经送到医院了，拍片子没有骨折，医生说观察一晚上")
    assert (got.intent, got.elders) == ("concern", ("N03",))


def test_a_stroke_that_is_played_down_is_an_emergency(read: Read) -> None:
    got = read("静静", "我妈嘴有点歪，说话含含糊糊的，她自己说没事，不让我说")
    assert (got.intent, dict(got.contacts())) == ("distress", {})


def test_an_article_about_strokes_is_none(read: Read) -> None:
    assert read("柳国庆", "转：心梗发作前的五个信号，胸口疼千万别大意！").intent == "chat"


def test_a_relative_who_is_well_himself_clears_nobody(read: Read) -> None:
    assert not read("静静", "我好着呢，别听人瞎说").contacts()
    assert read("静静", "我妈好着呢，别听人瞎说").contacts()


def test_who_only_scolds_beside_an_emergency_is_not_cleared(read: Read) -> None:
    got = read("邵鹏", "我妈从床上溜下来起不来了，我爸气得骂她")
    assert got.intent == "distress"
    assert "N01" not in got.contacts()


def test_where_the_writer_plays_cards_is_not_who_is_well(read: Read) -> None:
    assert set(read("桂枝", "在秀云家打牌呢，赢了三把").contacts()) == {"N02"}


def test_what_mother_says_of_herself_is_not_said_of_father(read: Read) -> None:
    got = read("邵鹏", "我妈今早说肚子不舒服，只喝了口米汤，我爸没事")
    assert got.intent == "concern"
    assert got.elders == ("N02",)


def test_an_elder_who_greets_first_is_up(read: Read) -> None:
    assert read("柳国庆", "早，路滑得很，大家都慢些").contacts()


@pytest.mark.parametrize(
    ("sender", "text", "alarm"),
    [
        ("桂枝", "照镜子看嘴往右边偏了一点，喝口水顺嘴角淌，没事，睡一觉就好", "stroke"),
        ("静静", "我妈早上咳了小半碗血，她摆手说没啥", "bleed"),
        ("静静", "我妈磕到门框上，血流了一脸，她还笑呵呵说小伤", "bleed"),
        ("静静", "我妈大便像柏油一样，人虚得很，她说是吃了猪血", "bleed"),
        ("桂枝", "针打了才想起没吃饭，胰岛素，这会儿手抖，冒冷汗", "faint"),
        ("桂枝", "箱子里的东西都分给娃们了，绳子也备下了", "selfharm"),
    ],
)
def test_an_emergency_that_is_made_light_of(read: Read, sender: str, text: str, alarm: str) -> None:
    got = read(sender, text)
    assert (got.intent, got.alarm, dict(got.contacts())) == ("distress", alarm, {})


@pytest.mark.parametrize(
    "text", ["吕奶奶的鸡蛋挂门把手上了，怕吵她睡觉，没敲门", "给吕奶奶带的豆腐从窗口放进窗台上了，没喊她"]
)
def test_what_was_left_at_the_door_clears_nobody(read: Read, text: str) -> None:
    assert not read("陶然", text).contacts()


def test_what_was_handed_over_at_the_door_does(read: Read) -> None:
    assert set(read("陶然", "吕奶奶的鸡蛋没放门口，她开门接过去的，精神着呢").contacts()) == {"N03"}


def test_who_is_to_come_back_on_a_day_is_not_back_yet(read: Read) -> None:
    got = read("静静", "我妈25号住院，28号出院，这几天不用等她")
    assert (got.intent, got.back, str(got.start), str(got.end)) == ("elder_away", False, "2026-11-25", "2026-11-28")


@pytest.mark.parametrize("text", ["我妈起来了", "妈说还行", "我妈回来了"])
def test_the_shortest_report_clears(read: Read, text: str) -> None:
    assert read("静静", text).contacts() == {"N03": "checkin"}


@pytest.mark.parametrize(
    ("sender", "text", "elder"),
    [
        ("静静", "老妈OK", "N03"),
        ("静静", "我妈👌", "N03"),
        ("静静", "1（代我妈）", "N03"),
        ("陶然", "吕秀云老人，报安", "N03"),
    ],
)
def test_a_name_and_a_sign_are_a_report(read: Read, sender: str, text: str, elder: str) -> None:
    assert read(sender, text).contacts() == {elder: "checkin"}


@pytest.mark.parametrize("text", ["我妈OK吗", "我妈OK？", "吕老师1号楼", "吕老师+1"])
def test_a_sign_that_asks_or_calls_is_none(read: Read, text: str) -> None:
    assert not read("陶然", text).contacts()


def test_both_of_a_couple_are_well(read: Read) -> None:
    assert read("邵鹏", "已通话，均安").contacts() == {"N01": "checkin", "N02": "checkin"}
    assert read("陶然", "邵长林家老两口都在，一切正常").contacts() == {"N01": "checkin", "N02": "checkin"}


def test_a_pronoun_is_of_the_one_of_its_sex(read: Read) -> None:
    got = read("邵鹏", "我妈接了电话，好着呢，我爸没接，谁在院里见他没")
    assert (got.intent, got.elders, got.contacts()) == ("unreachable", ("N01",), {"N02": "checkin"})


def test_who_falls_beside_the_other_half_who_is_well(read: Read) -> None:
    got = read("邵长林", "桂枝好着 我从凳子上栽下来了 胳膊动弹不得")
    assert (got.intent, got.elders, got.contacts()) == ("distress", ("N01",), {"N02": "checkin"})


def test_an_old_person_who_does_not_know_the_place_is_lost(read: Read) -> None:
    assert read("柳国庆", "这个地方我不认得 走了半天 咋回家呢").intent == "distress"
    assert read("柳国庆", "这里我不认得了，变化太大，新修的广场真好").intent != "distress"


def test_an_answer_under_a_search_tells_of_who_is_searched(read: Read) -> None:
    for answer in ("坐我对面打牌呢", "你妈在我屋里看电视着呢"):
        text = f"「静静：谁见我妈了」\n- - - - - - - - - -\n{answer}"
        assert read("柳国庆", text).contacts() == {"N03": "checkin"}


def test_a_request_of_both_clears_both(read: Read) -> None:
    got = read("邵长林", "我和桂枝都好 就是冰箱不制冷了 找个师傅")
    assert (got.intent, set(got.contacts())) == ("request", {"N01", "N02"})


@pytest.mark.parametrize(
    "text",
    ["快来人 就是我老伴 晕倒了叫不醒", "我一进门，桂枝倒在地上起不来了", "老伴刚才还好好的，突然倒在我怀里叫不醒"],
)
def test_the_other_half_in_danger_is_not_taken_for_who_writes(read: Read, text: str) -> None:
    got = read("邵长林", text)
    assert (got.intent, got.elders) == ("distress", ("N02",))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天把我妈送回红星小区自己家了，明天起照常报", 18),
        ("我妈昨天下午出的院，已经在自己家了", 17),
        ("我妈从北京回来了，昨晚落的地，今天起照常报", 17),
    ],
)
def test_who_is_home_again_is_back_from_that_day(read: Read, text: str, day: int) -> None:
    got = read("静静", text)
    assert (got.intent, got.back, got.start, got.end) == ("elder_away", True, None, dt.date(2026, 11, day))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("我妈今天住院调血糖，25号出院，别等她报了", 18),
        ("我妈今早让我哥接过去养刀口，25号送回来", 18),
        ("昨晚把我妈接到家里来了，住到25号，报平安先停一停", 17),
    ],
)
def test_who_will_only_come_back_is_not_back(read: Read, text: str, start: int) -> None:
    got = read("静静", text)
    assert (got.intent, got.back, got.end) == ("elder_away", False, dt.date(2026, 11, 25))
    assert got.start in (None, dt.date(2026, 11, start))


@pytest.mark.parametrize("text", ["三缺一 来个人", "打牌呢 来个人", "灯泡坏了 来个人"])
def test_who_looks_for_a_hand_is_in_no_danger(read: Read, text: str) -> None:
    assert read("柳国庆", text).intent != "distress"
