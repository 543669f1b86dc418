"""What the rules share: the scene they judge, the verdict they fill, and patterns that several of them use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.model import INTENTS, Intent
from bot.reading.clauses import Clause
from bot.reading.lexicon import Hit
from bot.reading.pondering import Pondered


@dataclass(slots=True)
class Scene:
    """What the rules need to know beside the clauses."""

    role: str = ""  # of the sender: elder, family, volunteer, clinic, coordinator, "" for a stranger
    own: bool = False  # an elder writes of himself
    subject: bool = False  # somebody who could be an elder is named
    known: bool = False  # a roster elder is named or understood
    stranger: bool = False  # somebody is named who is on no roster
    addressed: bool = False
    quote: bool = False
    crowded: bool = False  # more than one of the roster play a part
    joke: bool = False
    sad: bool = False
    passed: bool = False  # an article and the like that somebody forwards, of nobody here
    text: str = ""
    chars: frozenset[str] = field(init=False)  # of the text, for the quick looks that save a slow one

    def __post_init__(self) -> None:
        self.chars = frozenset(self.text)


@dataclass(slots=True)
class Verdict:
    """Intent → why; and what else was seen on the way."""

    reasons: dict[Intent, str] = field(default_factory=dict)
    alarm: str | None = None
    back: bool = False
    strict: bool = False  # the words for "fine" are explicit, so they may stand beside another intent
    sure: bool = False  # a clear alarm, which nothing may outvote
    gone: bool = False  # somebody went out and did not come back
    settled: bool = False  # in hospital without much harm: no emergency any more, whatever it sounds like
    weak: bool = False  # contact only because an elder writes something at all
    greeted: bool = False  # an elder begins with 早 or the like, so he is up
    poor: bool = False  # a reading of blood pressure and the like is out of order
    intent: Intent = "chat"
    contact: float = 0.0  # the chance that somebody is in contact today
    chances: list[float] = field(default_factory=list)  # of the intents, in the guide's order; empty without weights
    pondered: Pondered | None = None  # what the slow look said, where it was taken

    @property
    def first(self) -> Intent:
        """What the rules alone say: of the intents that they see, the first in the guide's order."""
        if len(self.reasons) > 1:
            return min(self.reasons, key=INTENTS.index)
        return next(iter(self.reasons), "chat")


OTHER_SUBJECT = re.compile(
    r"^(?:我(?:们)?(?:家)?)?(?:的)?(?:尕|小|大|老|二|三)?(?:儿子|女儿|丫头|闺女|娃|娃们|孙子|孙女|姑娘|媳妇|儿媳|女婿|外孙|外孙女|志愿者|邻居|对门|重孙|孩子|孩子们|小伙子|保姆|猫|狗|尕孙子|尕娃)"
    r"(?!说|给我|叫我|让我|带我|陪我|接我|送我|跟我|领我|拉我|帮我|陪着|来看我|把我)"
)


SELF_SUBJECT = re.compile(r"(?:^|[也都还又今天晚早])我(?:自己|这两天|最近|今天|今早|昨晚|也|都|又|还|正|有点)?$")


TRAIT = re.compile(
    r"腿脚|腿不行|腿不好|腿子不行|腰不行|腰不好|眼睛不|眼神|耳朵背|耳背|牙不|手不灵|走不动|年纪|手抖|不识字|膝盖不|提不动|拿不动|够不着|上不去|下不去|下不了|上不了|眼花|看不清|听力|看不见|胳膊抬不|手没劲|没力气"
)


THANK_PAST = re.compile(r"谢|感谢|多亏|辛苦|亏得")


FIRST_PERSON = re.compile(r"我|俺|咱")


PLAN_DAY = re.compile(
    r"明[天日早个儿晚]|后[天日个]|下周|下个?礼拜|下星期|周[一二三四五六日末]|礼拜[一二三四五六天日]|星期|[0-9]+[号日]|[一二三四五六七八九十]+号|月底|下月|几天|[两三四五六七八九十几0-9半][天周月个]|一周|一个|这个礼拜|这周|这几天|这两天|这段|过年|春节|元旦|国庆|开春|回来"
)


def text_of(c: Clause, h: Hit) -> str:
    """The words that a hit covers."""
    return c.text[h.start - c.start : h.end - c.start]
