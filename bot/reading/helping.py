"""Who is named beside another's trouble only as the one who helps, looks on or missed it: no news of that one's own."""

from __future__ import annotations

import re

from bot.reading.names import HAN

# Said to somebody beside the one in danger: 妈先把速效给爸含上,
TOLD_TO = re.compile(
    "[，！!]?(?:你|您)?(?:先|快|赶紧|千万)?"
    "(?:用.{1,6}(?:压|捂|按|敷)|问(?:他|她)|别(?:慌|急|怕|哭)[^。]{0,8}(?:让|给|喂|扶)(?:他|她|含)|别听(?:他|她)|别(?:硬|使劲)(?:拽|拉)|别(?:再)?(?:(?:动|挪|摇|搬|扶|给|喂|拉|抱)(?:他|她)|摇)|把|给(?!我)|让(?!我|他|她)|扶(?:他|她|着|住)|拽|拉住)"
)
# told of somebody who is with him: 我妈在旁边哭,
WITH_HIM = re.compile(
    "(?:正|也|就|还)?(?:在)?(?:边上|旁边|一旁|跟前|下面|后面)?"
    "(?:扶着|扶住|守着|跟车|跟着去|跟去|跟着上|跟着(?=[，。！ ]|$)|没听[着见]|按着|抱着|背着|哭|急得|喊人|追丢|追出|敷着|拿.{1,4}敷|拽着|在扶|在喊|在追"
    "|(?:一个人)?(?:[拉拽抬扶弄搬背挪抱追]|架)不[动起了上住]|没追上|给我打(?:的电话|电话(?!，?说))|[打叫]的(?:120|车|救护车)|叫了(?:车|120)|跟着呢|跟在|在?收拾|还跟(?:他|她)|干着急|干瞪眼"
    "|(?:楼上楼下|到处|满小区|满屋|院里)[^，]{0,2}找|陪着(?=[，。！ ]|$)|吓得|追到)"
)
# of somebody who tells it: 奶奶说他讲话含混, 老屈叔电话里说凤莲阿姨不见了,
TELLS = re.compile(
    "(?:在?电话里?|刚才?|(?:给我)?打来?(?:的)?电话来?|给我(?:发)?(?:语音|微信)|开门)?(?:来)?(?:说|讲|喊(?!不))(?:他|她)?"
)
# or of somebody who did not see it: 趁我爸上厕所的工夫.
BUSY = re.compile(
    "(?:(?:睡个?回笼觉|午觉|上厕所)(?:起来|出来|回来)|(?:上厕所|打盹|睡着|没注意|做饭|买菜|出门|不在家|没在家).{0,4}(?:工夫|时候|那会|，))"
    "(?=.{0,14}(?:门|跑|不见|没见|没了|没影|走了|溜|找|出去))"
)
SLIPPED_BY = re.compile("趁(?:我|咱|俺)?$")  # before whoever did not see it: 趁我爸洗脸出了门
# In a part of a message: 已交给魏爷爷, 文奶奶给他揉着呢, 爸让她气得不轻.
LOOKS_AFTER = re.compile(
    "给(?:他|她|敷|揉|按|喂|擦|捶|拍|爷爷|奶奶|爸|妈)|交给|交到|托给|领回|扶[着回进]|按着|守着|陪着|敷[着上]|揉|看着(?:他|她)|拉着(?:他|她)"
    "|跟车|跟着去|跟去|劝|不认|认不得|急得|急哭|哭|气得?|骂|吵|找他|找她|追"
)


# Before the name of somebody whom another only does something to: 躺着骂我爸呢, 守着我爸, 捎给妈
DONE_TO = re.compile("(?:骂|训|怼|怨|守着|不认|认得|认识|认出|交给|气|吓|瞒着|没)(?:我|咱|俺)?$")
# and before, with what follows: 把我妈气得够呛, 跟我妈拌了两句, 给妈捎了块豆腐.
SUFFERS = re.compile("[把被让叫](?:我|咱|俺)?$"), re.compile("(?:气|吓|骂|一顿|吵|撵|累|愁|急|训|数落|逗)")
QUARRELS = re.compile("[跟和](?:我|咱|俺)?$"), re.compile("(?:拌|吵|怄|置气|抬杠|生气|闹)")
SERVED = re.compile("给(?:我|咱|俺)?$"), re.compile("(?:捎|买|带|留|回过?[话信])")
# 把我爸的降压药当糖吃了
OWNS = re.compile("[把拿将用错](?:我|咱|俺)?$"), re.compile("的[^，。 ]{0,4}[药片丸机匙卡钱包衣被杖拐椅]")
# After the name: 妈让他气得不轻, 爸把她抱到床上, 妈给包的.
ONLY_SUFFERS = re.compile(
    "(?:都|也|还)?(?:[让被叫][他她][气吓急]|[气吓急]得|[急气吓]坏|把[他她](?:一顿|骂|抱|扶|背|拉|拽)|拉了一把|(?:已经?|刚)?领回|给(?:[他她])?(?:包|敷|擦|骂)|骂[他她])"
)


# 妈说他又偷吃西瓜: the pronoun tells that another is spoken of.
SAYS_OF = re.compile("(?:电话里|刚才?|还|也)?(?:说|讲)([他她])")
SEXES = {"他": "男", "她": "女"}


def tells_of_another(text: str, end: int, sex: str) -> bool:
    """Does somebody of this sex (男, 女), named up to text[end], tell of one of the other?"""
    said = SAYS_OF.match(text, end)
    return said is not None and sex in SEXES.values() and SEXES[said[1]] != sex


def has_it_done(text: str, start: int, end: int) -> bool:
    """Is somebody named text[start:end] beside another only as the one whom he does something to, or who helps him?"""
    before, after = text[max(0, start - 5) : start], text[end : end + 10]
    return (
        DONE_TO.search(before) is not None
        or any(b.search(before) and a.match(after) for b, a in (SUFFERS, QUARRELS, SERVED, OWNS))
        or ONLY_SUFFERS.match(after) is not None
    )


def told_to_help(text: str, start: int, end: int) -> bool:
    """Does the writer tell the one named text[start:end] what to do for the other?"""
    before, after = text[max(0, start - 1) : start], text[end : end + 16]
    return TOLD_TO.match(after) is not None and (before == "老" or not HAN.match(before))


def stands_by(text: str, start: int, end: int) -> bool:
    """Is the one named text[start:end] told of as who helps or missed it?"""
    after = text[end : end + 28]
    return (
        SLIPPED_BY.search(text, 0, start) is not None
        or WITH_HIM.match(after) is not None
        or BUSY.match(after) is not None
    )


def tells(text: str, end: int) -> bool:
    """Is the one named up to text[end] told of as who tells it?"""
    return TELLS.match(text, end) is not None


def looks_after(clause: str) -> bool:
    """Does a clause tell of somebody only as who looks after another, or suffers him?"""
    return LOOKS_AFTER.search(clause) is not None
