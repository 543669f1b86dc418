"""An old person who writes of the other half: the writer is told of only where the text says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.couple import HALF, told_of, well_beside

from .conftest import Read

ME, THE_OTHER = "N01", "N02"  # 邵长林 and 高桂枝


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我和老伴都好", {ME, THE_OTHER}),
        ("桂枝晒被子，我浇花", {ME, THE_OTHER}),
        ("桂枝剪窗花我贴，屋里亮堂堂的", {ME, THE_OTHER}),
        ("桂枝陪我去江边走了两圈", {ME, THE_OTHER}),
        ("桂枝买菜去了我在家和面", {ME, THE_OTHER}),
        ("桂枝还打呼噜呢，我先起来了", {ME, THE_OTHER}),
        ("我家桂枝早上喝了两碗豆浆", {THE_OTHER}),
        ("桂枝手机欠费了，我替她说一声，人在阳台上剥蒜呢", {THE_OTHER}),
        ("桂枝今早认出我了，喊了我的小名", {THE_OTHER}),
        ("桂枝在楼下跟人拌嘴，我在窗口喊她她还挥手", {THE_OTHER}),
        ("给桂枝剪了指甲，她靠在椅子上晒太阳呢", {THE_OTHER}),
        ("我起来了，桂枝那屋门还关着", {ME}),
        ("桂枝去她表妹家了，剩我一个，吃了碗挂面", {ME}),
        ("早饭吃过了，桂枝催我下楼转转", {ME}),
        ("桂枝擀的面就是筋道，吃了一大碗，血压也好", {ME}),
        ("桂枝瞎着急，我好好的", {ME}),
        ("我先报我的，平安，桂枝还没醒", {ME}),
        ("桂枝说她的那份她自己报，我先报我的，好着", {ME}),
        ("我硬朗着呢，桂枝还躺着，没吵醒她", {ME}),
        ("桂枝说她自己报过了，我也好", {ME, THE_OTHER}),
    ],
)
def test_who_of_the_two_is_told_of(read: Read, text: str, told: set[str]) -> None:
    assert set(read("邵长林", text).contacts()) == told


@pytest.mark.parametrize(
    ("text", "ill", "well"),
    [
        ("桂枝一夜没睡好，脚腕子也肿了，我倒没事", THE_OTHER, ME),
        ("我腰疼得直不起来，桂枝倒是精神，拎着篮子下楼了", ME, THE_OTHER),
    ],
)
def test_who_is_well_beside_the_complaint_of_the_other(read: Read, text: str, ill: str, well: str) -> None:
    got = read("邵长林", text)
    assert (got.intent, got.elders, got.contacts()) == ("concern", (ill,), {ill: "concern", well: "checkin"})


def test_who_looks_after_the_other_is_not_the_one_who_ails(read: Read) -> None:
    got = read("邵长林", "桂枝夜里起来绊了一下，我扶她起来的，能走，膝盖青了一块")
    assert (got.intent, dict(got.contacts())) == ("concern", {THE_OTHER: "concern"})


def test_who_came_home_is_back_and_well_and_not_the_one_who_tells_it(read: Read) -> None:
    got = read("邵长林", "桂枝出院回来了，自己走上楼的，坐沙发上吃橘子呢")
    assert (got.intent, got.elders, set(got.contacts())) == ("elder_away", (THE_OTHER,), {THE_OTHER})


@given(st.text("我你她他俩好没在说给和的了呢◐○，。 早吃") | st.text())
def test_any_text_tells_of_one_at_least(text: str) -> None:
    me, half = told_of(text)
    assert me or half
    assert HALF in text or not well_beside(text)[1]


@pytest.mark.parametrize(
    ("text", "ill"),
    [
        ("桂枝今儿挺好，药自己吃的。倒是我这膝盖肿得跟馒头一样", ME),
        ("我嗓子跟破锣一样，桂枝倒没事", ME),
        ("桂枝一早上头晕，我是一点问题没有", THE_OTHER),
        ("我行。桂枝头昏，躺下着呢", THE_OTHER),
    ],
)
def test_whose_complaint_it_is(read: Read, text: str, ill: str) -> None:
    got = read("邵长林", text)
    assert (got.intent, got.elders) == ("concern", (ill,))
    assert {i for i in got.contacts() if i != ill} == {ME, THE_OTHER} - {ill}
