"""What an old person says to everybody and not of himself: a forwarded article, advice on the weather. The guide's chat."""

from __future__ import annotations

import re
from collections.abc import Set

FORWARDED = re.compile(
    "[，\\s]*(?:转发?(?:一下|个|一个|条|了)?[:：，]|分享[:：]|【[^】]{0,3}(?:转|养生|震惊|深度|紧急|扩散|提醒|健康))"
)
FORWARDED_BEGINS = frozenset("，转分【 \n\t")  # how every FORWARDED begins
RECOMMENDED = re.compile("(?:这|下面|上面)(?:一)?篇|值得一读|值得收藏|转给(?:你|您|家人|身边|更多|朋友|大家|诸位|爱)")
RECOMMENDED_SIGNS = frozenset("篇值转")  # one of which every RECOMMENDED has
SKY = re.compile(
    "天气|变天|天[冷热凉寒干]|风|沙尘|雨|雪|霜|雾|霾|冰|冷|热|寒|冻|凉|[路地]滑|[降升]温|温差|[降升].{0,2}度|暑|三伏|伏天|三九|数九|立[春夏秋冬]"
    "|[春秋]分|[冬夏]至|流感|花粉"
)
EVERYBODY = re.compile("大家|各位|诸位|你们|乡亲|同志|老[哥姐姊伙街]|街坊|年轻人|姐妹|邻居|群友|朋友|娃们|都")
ADVICE = re.compile(
    "关[紧严好窗门]|[添加减]衣|添|加[件个]|穿|注意|小心|当心|别|少|护|慢|保重|保暖|防|多[喝穿]|戴|拄|披|记得|收[起一回好]"
)
OF_HIMSELF = re.compile(
    "我|俺|咱|余|吾|老朽|老婆子|老汉|老伴"
    "|(?:回来|起来|[买吃喝扫晒睡醒起看走洗做煮炒打遛浇坐])(?:了|完|咧|着|罢|毕)|今早|刚|平安|早|晚安|[你您]好|家好|位好|在家"
)
SAYING = re.compile(
    "老话|俗话|古人|古语|古诗|常言|谚语|老祖宗|[子诗]曰|[诗有]云|鲁迅|名言|共勉|三九四九|[一二三四五六七八九]九[一二三四五六七八九]九|冬吃萝卜"
    "|人老了?[有三]|三件?宝|大如年|人生七十|活到老|说过[，。: ]"
)
SAYING_SIGNS = frozenset("话古常谚祖曰云鲁名共九萝三如七活说")  # one of which every SAYING has,
SKY_SIGNS = frozenset("天风沙雨雪霜雾霾冰冷热寒冻凉滑温降升暑伏九立分至感花")  # and every SKY
# Against a saying only what tells of oneself: 老伴 and 早 stand in proverbs.
OF_HIS_DAY = re.compile("我|俺|咱|今[早天日儿个晨]|刚|平安|早安|晚安|[你您]好|家好|位好|在家|老汉|老婆子")
LONG_AGO = re.compile(
    "那(?:些年|阵子|年月)|当年|年轻(?:时|的时候|那)|[一二]九..年|(?:19|20)[0-9]{2}年|[五六七八][零一二三四五六七八九]年|解放前|旧社会|小时候|早先"
    "|上个?月|[前去]年"
)
LONG_AGO_SIGNS = frozenset("那当轻年解旧小早月")  # one of which every LONG_AGO has
# What such a memory comes with where it is part of a day: 把去年的棉袄翻出来, 比我当年强, 读到1962年.
OF_THE_DAY = re.compile(
    "今[天日早晨个儿晚年]|刚|早上|平安|好着|这会|正在|呢$|早[，。 ！]|报到|比|跟我|像|把|[前去]年的|想起|读|看|念|写|翻|晚上|夜|昨|疼|痛|难受|更正"
    "|收回|摔|掏|起来|醒"
)
SHORT = 40  # characters: a longer text tells more than advice


def forwarded(text: str, marks: Set[str]) -> bool:
    """Is an article or the like passed on, without a word of one's own? `marks`: the kinds of emoji (Text.emoji)."""
    passed = (
        "passed" in marks
        or (text[:1] in FORWARDED_BEGINS and FORWARDED.match(text) is not None)
        or (not RECOMMENDED_SIGNS.isdisjoint(text) and RECOMMENDED.search(text) is not None)
    )
    return passed and OF_HIMSELF.search(text) is None


def for_all(text: str, marks: Set[str]) -> bool:
    """Is a text passed on, a saying, or advice to all on the weather?"""
    if forwarded(text, marks):
        return True
    saying = not SAYING_SIGNS.isdisjoint(text) and SAYING.search(text) is not None
    advice = (
        len(text) <= SHORT
        and not SKY_SIGNS.isdisjoint(text)
        and SKY.search(text) is not None
        and EVERYBODY.search(text) is not None
        and ADVICE.search(text) is not None
    )
    if saying and OF_HIS_DAY.search(text) is None:
        return True
    return advice and OF_HIMSELF.search(text) is None


def long_ago(text: str) -> bool:
    """Does an old person remember, and nothing else? 那些年没暖气，一家人围个铁炉子."""
    return not LONG_AGO_SIGNS.isdisjoint(text) and LONG_AGO.search(text) is not None and OF_THE_DAY.search(text) is None
