"""Who a text is about."""

from __future__ import annotations

import pytest

from bot.model import Elder, Message, Roster
from bot.reading import Reader

from .conftest import AT, Read, relative


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("陶然", "吕秀云奶奶平安", {"N03"}),
        ("陶然", "吕老师今天好着呢", {"N03"}),
        ("陶然", "桂枝奶奶在家看电视呢", {"N02"}),
        ("陶然", "红星小区5号楼3单元302看过了，人好着呢", {"N04"}),
        ("陶然", "金河苑3-2-501看过了，老太太好着呢", {"N05"}),
        ("陶然", "金河苑的高奶奶平安", {"N05"}),
        ("静静", "我妈今天挺好", {"N03"}),
        ("静静", "联系上了，没事", {"N03"}),
        ("柳刚", "我叔刚吃完饭，好着呢", {"N04"}),
        ("白雪飘", "奶奶在家包饺子呢", {"N05"}),
        ("邵鹏", "爸妈都好", {"N01", "N02"}),
        ("邵鹏", "老两口都在家看电视呢，好着呢", {"N01", "N02"}),
        ("邵长林", "我和老伴都好着呢", {"N01", "N02"}),
        ("邵长林", "老高感冒了，有点咳", {"N02"}),
        ("桂枝", "我跟老邵都起来了", {"N01", "N02"}),
        ("柳国庆", "我和老伴都好", {"N04"}),
        ("陶然", "吕秀云奶奶和柳国庆爷爷都见着了，好着呢", {"N03", "N04"}),
        ("陶然", "邵长林爷爷两口子都见到了，好着呢", {"N01", "N02"}),
        ("陶然", "邵家两口在听戏，好着呢", {"N01", "N02"}),
        ("陶然", "两位高奶奶都见到了，都好", {"N02", "N05"}),
        ("陶然", "邵家敲过了，都好着呢", {"N01", "N02"}),
        ("陶然", "刚从柳家下来，人好着呢", {"N04"}),
        ("邵长林", "报平安，一家两口齐全", {"N01", "N02"}),
        ("邵长林", "长林在，老高在厨房", {"N01", "N02"}),
        ("陶然", "邵家老太太在院里晒太阳，好着呢", {"N02"}),
        ("陶然", "刚碰见柳家老爷子，买菜呢，好着呢", {"N04"}),
        ("吕静同事", "吕静在开会，让我说一声，她妈今天挺好的", {"N03"}),
        ("路过的", "白雪让我带个话，她奶奶在家包饺子呢", {"N05"}),
        ("柳国庆的侄媳妇", "叔在我家吃饭呢，好着呢", {"N04"}),
        ("路过的", "她妈今天挺好的", set()),
        ("静静", "她妈今天挺好的", set()),
        ("柳家小孙女", "爷爷在我家吃饭呢，好着呢", {"N04"}),
        ("陶然", "吕静姐，阿姨给我开的门，好着呢", {"N03"}),
        ("陶然", "雪雪姐，你奶奶在家呢，好着呢", set()),
        ("邵长林", "桂枝去早市了，我一个人在家看报，好着呢", {"N01"}),
        ("邵长林", "桂枝去早市了，我在家看报，好着呢", {"N01", "N02"}),
        ("邵长林", "桂枝瞎操心，我好好的，正浇花呢", {"N01"}),
        ("柳国庆", "刚跟门房老周杀了两盘棋，赢了", {"N04"}),
        ("柳国庆", "灶王爷送走了，我今天好着呢", {"N04"}),
        ("邵鹏", "老爷子一早上闹着要找他妈，饭倒是吃了", {"N01"}),
        ("邵鹏", "我大今早把院子扫了，好着呢", {"N01"}),
        ("邵鹏", "我大姐今早去看的，妈好着呢", {"N02"}),
        ("邵鹏", "我大清早就过去了，妈好着呢", {"N02"}),
        ("邵鹏", "妈好着呢，嗓门比我大", {"N02"}),
        ("陶然", "敲了半天孟老才来开门，人好着呢", {"N06"}),
        ("陶然", "邵师傅家走访过了，血压正常，夫妻俩都在", {"N01", "N02"}),
        ("陶然", "邵师傅好着呢，夸我们俩都长高了", {"N01"}),
        ("桂枝", "我家那位在阳台浇花呢，好着", {"N01"}),
        ("邵长林", "她好，我也好。", {"N01", "N02"}),
        ("柳国庆", "他好，我也好", {"N04"}),
        ("邵长林", "桂枝说她没事，我看也没事", {"N02"}),
        ("霞姐", "孟家老汉报个到，饭吃过了", {"N06"}),
        ("吕奶奶的外孙女", "我奶奶眼睛好多了，今早自己穿的针", {"N03"}),
        ("吕老师家小孙子", "奶奶在我家吃饭呢，好着呢", {"N03"}),
    ],
)
def test_the_elder_is_found(read: Read, sender: str, text: str, ids: set[str]) -> None:
    got = read(sender, text)
    assert set(got.elders) == ids
    assert not got.ambiguous


@pytest.mark.parametrize("text", ["我大今天报了没有", "今天有人去过我大那儿没有"])
def test_a_father_by_his_name_here(read: Read, text: str) -> None:
    got = read("邵鹏", text)
    assert (got.intent, got.elders) == ("query", ("N01",))


def test_who_answers_for_his_own_is_told_of_under_a_quote(read: Read) -> None:
    got = read("白雪飘", "「陶然：高奶奶今天没下楼」\n- - - - - - -\n她刚跟我通了电话，腰闪了，下不来")
    assert (got.intent, got.elders, got.ambiguous) == ("concern", ("N05",), False)


def test_my_mother_is_not_my_mother_in_law() -> None:
    own, by_marriage = relative("丁兰", "女儿", "丁兰"), relative("丁兰", "儿媳", "丁兰")
    elders = [
        Elder("N1", "孙淑芳", "女", 1938, "红星小区", "1号楼1单元101", relatives=(own,)),
        Elder("N2", "巩玉莲", "女", 1940, "金河苑", "2号楼1单元102", relatives=(by_marriage,)),
    ]
    reader = Reader(Roster({e.id: e for e in elders}, {}))

    def elders_of(text: str) -> tuple[set[str], bool]:
        got = reader.read(Message("m", AT, "丁兰", text=text))
        return set(got.elders), got.ambiguous

    assert elders_of("我妈今天挺好，刚通的电话") == ({"N1"}, False)
    assert elders_of("老妈刚蒸的包子，精神好得很") == ({"N1"}, False)
    assert elders_of("我婆婆今天挺好，刚通的电话") == ({"N2"}, False)
    assert elders_of("妈今天挺好，刚通的电话") == ({"N1", "N2"}, True)


def test_a_door_of_two_is_both_unless_it_would_clear_them(read: Read) -> None:
    got = read("陶然", "纺织厂家属院3号楼2单元501敲了五分钟没人应")
    assert (got.intent, set(got.elders), got.ambiguous) == ("unreachable", {"N01", "N02"}, False)
    assert not read("陶然", "纺织厂家属院3号楼2单元501敲开了，老人好着呢").contacts()


@pytest.mark.parametrize(
    ("text", "ids"),
    [("爸在抢救室，妈跟着", {"N01"}), ("我妈把我爸的降压药当糖吃了半瓶，人迷糊得叫不醒", {"N02"})],
)
def test_who_is_in_danger_is_not_who_goes_along_or_whose_things_they_are(read: Read, text: str, ids: set[str]) -> None:
    got = read("邵鹏", text)
    assert (got.intent, set(got.elders)) == ("distress", ids)


def test_two_who_fit_are_both_named_and_nobody_is_cleared(read: Read) -> None:
    got = read("陶然", "高奶奶平安")
    assert set(got.elders) == {"N02", "N05"}
    assert got.ambiguous
    assert not got.contacts()


@pytest.mark.parametrize(
    "text",
    [
        "两位高奶奶只见到一位，好着呢",
        "两位高奶奶，一位好着呢，一位没开门",
        "两位高奶奶我打了，纺织厂的好着呢，金河苑的没接",
    ],
)
def test_of_two_with_one_name_who_are_not_alike_both_are_not_cleared(read: Read, text: str) -> None:
    assert set(read("陶然", text).contacts()) != {"N02", "N05"}


def test_a_shared_account_is_not_clear(read: Read) -> None:
    assert read("霞姐", "平安").ambiguous
    got = read("霞姐", "孟祥和平安")
    assert got.elders == ("N06",)


def test_a_couple_s_son_who_names_neither_is_asked(read: Read) -> None:
    assert read("邵鹏", "报平安").ambiguous


def test_a_mention_decides_between_two(read: Read) -> None:
    assert read("陶然", "@白雪飘\u2005 刚从高奶奶家出来，好着呢").elders == ("N05",)


def test_a_volunteer_s_name_inside_an_elder_s_is_not_the_elder(reader: Reader, read: Read) -> None:
    assert "N04" not in read("静静", "柳国今天来看我妈了，我妈好着呢").elders
    tokens = reader.who.tokens("柳国庆爷爷", reader_sender())
    assert [t.ids for t in tokens if t.kind == "name"] == [("N04",)]


def reader_sender():  # type: ignore[no-untyped-def]
    from bot.reading.senders import Sender

    return Sender()


def test_a_holiday_is_no_person(read: Read) -> None:
    assert read("陶然", "国庆节大家玩得开心吗").elders == ()


@pytest.mark.parametrize("text", ["桂枝腿昨黑疼得睡不着，今早轻些了", "长林在呢，桂枝去接水了", "与桂枝对坐读报，甚好"])
def test_a_given_name_is_known_whatever_follows_it(read: Read, text: str) -> None:
    assert "N02" in read("邵长林", text).elders


@pytest.mark.parametrize("word", ["长林区", "增长林果"])
def test_a_given_name_inside_an_ordinary_word_is_nobody(reader: Reader, word: str) -> None:
    tokens = reader.who.tokens("那边" + word + "的路修好了", reader_sender())
    assert not any(t.ids for t in tokens)


def test_a_flower_that_blooms_is_nobody_and_who_opens_the_door_is(reader: Reader, read: Read) -> None:
    assert not any("N02" in t.ids for t in reader.who.tokens("阳台上桂枝开花了", reader_sender()))
    assert "N02" in read("陶然", "敲了两遍，桂枝开了门，正和面呢").contacts()


@pytest.mark.parametrize("text", ["你爸在阳台浇花呢", "娃他爸睡下了，好着呢", "他爷刚吃了一碗面"])
def test_an_old_couple_call_each_other_by_the_children(read: Read, text: str) -> None:
    assert "N01" in read("桂枝", text).contacts()


def test_whose_mother_it_is_a_quote_says(read: Read) -> None:
    got = read("邵长林", "「静静：我妈电话没人接」\n- - - - - - -\n你妈在我屋里看电视呢")
    assert "N02" not in got.contacts()


@pytest.mark.parametrize("text", ["赵大爷平安", "刘桂枝奶奶好着呢"])
def test_a_name_on_no_roster_is_nobody(read: Read, text: str) -> None:
    got = read("陶然", text)
    assert got.elders == ()
    assert not got.contacts()


def test_where_one_does_not_live_is_not_where_one_lives() -> None:
    elders = [
        Elder("S2", "苗秀英", "女", 1941, "红星小区", "1号楼1单元101", wechat="秀英"),
        Elder("S3", "白秀英", "女", 1940, "金河苑", "2号楼1单元201", wechat="秀英"),
    ]
    got = Reader(Roster({e.id: e for e in elders}, {})).read(
        Message("m", AT, "秀英", text="我是金河苑的，不是红星小区的秀英，我好着呢")
    )
    assert (got.elders, got.ambiguous) == (("S3",), False)


@pytest.mark.parametrize("text", ["吕静妈妈今天来复查，一切正常", "邵鹏他妈刚打完针，走回去了"])
def test_an_elder_may_be_called_by_a_childs_name(read: Read, text: str) -> None:
    assert set(read("袁医生", text).contacts()) == {"N03" if "吕静" in text else "N02"}


def test_a_quote_only_tells_who_is_meant(read: Read) -> None:
    got = read("陶然", "「静静：我妈电话没人接，谁去看看」\n- - - - - - -\n我在楼下，马上上去")
    assert got.intent == "claim"
    assert got.elders == ("N03",)


def test_people_bound_by_the_roster_win_over_the_name(reader: Reader) -> None:
    from bot.model import Message

    from .conftest import AT

    got = reader.read(Message("m", AT, "随便什么名字", text="平安", people=("N04",)))
    assert got.elders == ("N04",)


def test_of_a_shared_name_the_one_whose_other_half_is_named_writes() -> None:
    elders = [
        Elder("S1", "焦志远", "男", 1939, "红星小区", "1号楼1单元101", wechat=""),
        Elder("S2", "苗秀英", "女", 1941, "红星小区", "1号楼1单元101", wechat="秀英"),
        Elder("S3", "白秀英", "女", 1940, "金河苑", "2号楼1单元201", wechat="秀英"),
    ]
    reader = Reader(Roster({e.id: e for e in elders}, {}))
    got = reader.read(Message("m", AT, "秀英", text="我和老焦都醒了"))
    assert (set(got.elders), got.ambiguous) == ({"S1", "S2"}, False)
    assert reader.read(Message("m", AT, "秀英", text="我醒了")).ambiguous


@pytest.mark.parametrize(
    ("sender", "text", "ids"),
    [
        ("邵鹏", "妈你先把速效给爸含上，120我叫了", ("N01",)),
        ("邵鹏", "我爸胸口疼得喘不上气，我妈在旁边哭", ("N01",)),
        ("陶然", "邵爷爷您别挪她，让她侧躺着，120我打了", ("N02",)),
        ("邵鹏", "妈电话里说爸左手抬不起来，嘴也歪了", ("N01",)),
        ("陶然", "高桂枝奶奶上救护车了，人昏着，邵爷爷跟车走的", ("N02",)),
        ("邵长林", "老高喊不醒，嘴里冒白沫，快来人", ("N02",)),
    ],
)
def test_in_an_emergency_the_one_who_helps_is_not_meant(
    read: Read, sender: str, text: str, ids: tuple[str, ...]
) -> None:
    got = read(sender, text)
    assert (got.intent, got.elders) == ("distress", ids)
