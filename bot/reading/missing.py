"""Gone out and not come back: somebody is missing, which is more than a telephone that nobody answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.scene import Scene

OUT = re.compile(
    "出门|出去|下去|出的门|出了门|下楼|走了|溜了|上街|遛弯|散步|溜达|拎着|拄着.{0,3}(?:出|走)"
    "|去(?:了)?[^，]{0,5}接|去(?:了)?(?:买|取|银行|公园|菜|早市|超市|理发|剃头|河|打牌|打麻将|跑步|晨练|遛|转|医院|复查|看)"
)
NOT_BACK = re.compile(
    "没(?:有)?回(?!我|信|消息|微信|电话|复|话)|没(?:到|进)家|没进门|没影|不见人|还不(?:上来|回来|见)|未归|不回来|没出站|没下车|[没未]再?进来"
)
NOT_SIGNS = frozenset("没未不")  # one of which every NOT_BACK begins with
NOBODY = re.compile(
    "没(?:有)?(?:看|瞧|碰)?(?:见|到|着)(?:过|着)?(?:他|她|人)?|找遍|没人|也没(?:有|去|在)|都没(?:有|在)|问遍|[圈遍]没有?|(?:满街|到处|四处|满院子?)找"
)
UNREACHED = re.compile(
    "(?:手机|电话)(?:也|都|还)?(?:没|未)(?:带|拿)|没(?:带|拿)(?:手机|电话)|关机|打不通"
    "|(?:手机|电话|座机)(?:在|扔|落|忘|搁|放|丢|撂).{0,4}(?:家|桌|沙发|炕|床|充|响)"
)
# Since yesterday, and still: 昨天下午四点出去再没进来.
STILL_OUT = re.compile("再(?:也)?没|没(?:有)?回来过夜|一夜没|一晚上没|到现在|还没")
LONG = re.compile(
    "[两二三四五六七八九十几半0-9](?:个|多个|来个)?(?:多)?(?:小时|钟头)|半天|一天|一上午|一下午|一晚上|天(?:都|全|快)?(?:黑|擦黑)|到现在|到这会|这会儿?"
)
CONFUSED = re.compile("糊涂|痴呆|失智|记性|认不得|不认路|不认得路|脑子")
# Out beyond the time it takes, with nothing said of a return: 下楼倒垃圾到现在俩小时.
OVERDUE = re.compile(
    "(?:到现在|到这会儿?|都快?|快|已经|这都)(?:都|已经|快|有)?(?:(?:[两二三四五六七八九十几俩半0-9]+(?:个|多个|来个)?(?:半|多)?|一个[多半])(?:小时|钟头)|半天|一上午|一下午)"
    "|(?:这都|现在都|这会儿?都)[0-9一二三四五六七八九十]+点"
)
OVERDUE_SIGNS = frozenset("时钟半午点")  # one of which every OVERDUE has
STRANGE = re.compile(
    "早走了|眼睛[又也]?不|耳朵[又也]?[背不]|腿脚|记性|糊涂|手机|电话|人呢|平时|拐|喊|找|监控|路上|门卫|保安"
)
FOUND = re.compile("找到|找着(?!急)|寻着|回来了(?!没|吗)|回来咧|到家了|进门了|见着了|接到了|接上了|原来|虚惊")


def gone(clauses: Sequence[Clause], scene: Scene) -> bool:
    """Is somebody told to be out for too long, without a trace or beyond reach? Not of yesterday, nor supposed."""
    text = scene.text
    overdue = (
        not OVERDUE_SIGNS.isdisjoint(scene.chars)
        and OVERDUE.search(text) is not None
        and STRANGE.search(text) is not None
    )
    if not overdue and (NOT_SIGNS.isdisjoint(scene.chars) or NOT_BACK.search(text) is None):
        return False
    if OUT.search(text) is None or FOUND.search(text) is not None:
        return False
    if any(
        c.unreal
        or c.told
        or (c.past and not STILL_OUT.search(text))
        or ("habit" in c.tags and not overdue and "平时" not in c.text)
        for c in clauses
    ):
        return False
    return overdue or any(sign.search(text) for sign in (LONG, UNREACHED, NOBODY, CONFUSED))
