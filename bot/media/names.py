"""Which words on a stamp are a person's name, and which are a place."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_HAN = r"[㐀-鿿\U00020000-\U0003ffff]"
# Whose name counts: the elder's before the one who took the picture.
_ELDER = r"老人姓名|老人|长者姓名|长者|住户|户主|被探访人|被访人|探访对象|走访对象|服务对象|关爱对象|对象|姓\s?名|名\s?字|名称|名(?=\s?[:])"
_TAKER = r"拍摄人员?|拍摄者|摄影师?|记录人员?|打卡人员?|签到人|探访人员?|走访人员?|巡查人员?|志愿者|负责人|经办人|执行人|水印人|人员|作者|上传人|用户"
_LABELLED = re.compile(
    rf"(?:^|[\s|,;·])(?P<label>{_ELDER}|{_TAKER})\s?[:|;.]?\s?(?P<name>{_HAN}(?:[\s·]?{_HAN}){{1,4}}(?:·{_HAN}{{1,6}})?)(?!{_HAN})"
)
_ELDER_LABEL = re.compile(rf"^(?:{_ELDER})$")
_ANY_LABEL = re.compile(
    rf"(?:{_ELDER}|{_TAKER}|拍摄时间|打卡时间|签到时间|记录时间|当前时间|时\s?间|日\s?期|拍摄地点|打卡地点|地\s?点|地\s?址|位\s?置|定位|所在地|"
    r"经\s?度|纬\s?度|经纬度|海\s?拔|天\s?气|温度|备\s?注|说明|内容|主题|事项|项目|单位|部门|编号|状态|方位角?)\s?[:|;]"
)
_TITLE = re.compile(r"(?:奶奶|爷爷|大爷|大妈|阿姨|叔叔|老师|老人|女士|先生|同志)$")
_NOT_NAME = re.compile(
    r"^平安|^幸福|居委|村委|今日|今天|打卡|记录|健康|天气|多云|^晴.?$|晴天|晴转|[小中大阵雷]雨|[小中大]雪|星期|周[一二三四五六日]|[上下中]午|[早晚][上餐饭]|午[餐饭]|[一二三四五六七八九十]月|月份|[时日]间|日期|"
    r"地点|姓名|备注|探访|走访|巡查|关爱|服务|水印|相机|拍摄|手机|社区|街道|小区|公司|中心|医院|食堂|广场|公园|大厦|学校|超市|生产|有效|批号|药|片$|胶囊|正常|已[经吃打报到]|吃了|"
    r"吃饭|报平安|好的|定位|签到|志愿|网格|慰问|安全|生活|温馨|欢迎|禁止|出口|入口|注意|请|通知|电话|地址|^安宁|高温|低温|[东南西北微]风|级$|路$|街$|巷$|村$|镇$|县$|市$|省$|区$|里$|苑$|"
    r"单元|室$|号$|楼$|店$|园$|站$|门$|院$|局$|厂$|桥$|公里|方位|海拔|经度|纬度|无人|老人$"
)
_PLACE_LABEL = re.compile(
    r"(?:拍摄|打卡|签到|当前|所在)?(?:^点(?=\s?[:])|地\s?点|地\s?址|位\s?置|定\s?位|所在地)\s?[:;|]?\s?(?P<place>.+)$"
)
_PLACE = re.compile(
    r"省|自治区|[一-鿿]市|[一-鿿]{1,}区|[一-鿿]县|街道|社区|小区|[一-鿿]镇|[一-鿿]乡|[一-鿿]村|大道|路|街|巷|胡同|弄|号|栋|幢|单元|[\d一二三四五六七八九十]室|[\d一二三四五六七八九十]楼|大厦|广场|"
    r"公园|花园|家园|医院|食堂|中心|服务站|卫生站|养老院|敬老院|公寓|[一-鿿]{2,}[店苑里园院]"
)
# Only what closes an address: behind 区 or 市 stands the next part of it, seldom a person.
_PLACE_END = re.compile(
    r"(?:街道|社区|居委会|小区|村委会|号院?|栋|幢|单元|室|楼|层|大厦|广场|公园|花园|家园|医院|食堂|中心|[务生老]站|养老院|敬老院|公寓|店|[)\]])"
)
# 甘肃省…, 城关区…, 盐场路街道…: two characters at least before the word, which none of them begins with.
_PLACE_BEGINS = re.compile(r"(?![省市区县路街镇乡村])[一-鿿]{2,3}(?:省|市|(?<![小社])区|县|路?街道)")


@cache
def _surnames() -> frozenset[str]:
    text = resources.files("bot.media").joinpath("surnames.txt").read_text(encoding="utf-8")
    found: set[str] = set()
    for row in text.splitlines():
        if not row.startswith("#"):
            found.update(row.split() if " " in row else row)
    return frozenset(found)


def plausible(text: str) -> bool:
    """Whether `text` alone can be a Chinese person's name: a known surname and a given name of one or two characters."""
    if not re.fullmatch(rf"{_HAN}{{2,5}}", text) or _NOT_NAME.search(text):
        return False
    surnames = _surnames()
    if text[:4] in surnames:
        return len(text) == 5
    if text[:2] in surnames and len(text) >= 3:
        return len(text) <= 4
    return text[0] in surnames and len(text) <= 3


def labelled(text: str) -> list[tuple[str, bool]]:
    """Names that stand behind a label in a cleaned line; True: it is the elder's (or just 姓名), not the taker's."""
    found = []
    for m in _LABELLED.finditer(text):
        name = _TITLE.sub("", re.sub(r"\s", "", m["name"]))
        if len(name) >= 2 and not _NOT_NAME.fullmatch(name):
            found.append((name, bool(_ELDER_LABEL.match(m["label"]))))
    return found


def alone(text: str) -> str | None:
    """The name that a cleaned line without labels is, or ends with behind a place: 幸福里社区3栋2单元 王小明."""
    if _ANY_LABEL.search(text):
        return None
    squeezed = (
        re.sub(rf"(?<={_HAN})\s(?={_HAN})", "", text) if re.fullmatch(rf"{_HAN}(?:\s{_HAN}){{1,3}}", text) else text
    )
    if plausible(whole := _TITLE.sub("", squeezed.strip(" |·-@"))):
        return whole
    for part in reversed(re.split(r"[\s|,;/]+", text)):
        if plausible(part) and part != text:
            return part
    # The reader swallows the gap between a name and the place behind it.
    for length in (3, 2):
        if plausible(text[:length]) and _PLACE_BEGINS.match(text[length:]):
            return text[:length]
    tail = text.rsplit(" ", 1)[-1]
    for m in reversed(list(_PLACE_END.finditer(tail))):
        if plausible(rest := tail[m.end() :]):
            return rest
    return None


def label_of_place(text: str) -> str | None:
    """What stands behind 地点, 地址, 位置, 定位 in a cleaned line."""
    match = _PLACE_LABEL.search(text)
    return match["place"].strip() if match else None


def like_place(text: str) -> bool:
    """Whether a cleaned line without a label reads like an address or the name of a place."""
    han = re.findall(_HAN, text)
    return len(han) >= 4 and not _ANY_LABEL.search(text) and bool(_PLACE.search(text))


def has_label(text: str) -> bool:
    """Whether a cleaned line starts with a stamp's label (时间:, 地点:, 备注: ...)."""
    return bool(_ANY_LABEL.match(text))


def known(name: str, roster: frozenset[str]) -> str | None:
    """The one name of the roster that `name` is; or, where `name` is no name at all, the one that it misreads by a character.

    A proper name is never bent to the roster: 王秀兰 may well be the neighbour of 王秀英.
    """
    if name in roster:
        return name
    if len(name) < 3 or plausible(name):
        return None
    near = [r for r in roster if len(r) == len(name) and sum(a != b for a, b in zip(r, name, strict=True)) == 1]
    return near[0] if len(near) == 1 else None
