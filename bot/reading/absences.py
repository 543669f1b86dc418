"""The elder away or back; the family away and asking others to look in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.scene import FIRST_PERSON, OTHER_SUBJECT, PLAN_DAY, THANK_PAST, Scene, Verdict

OUTING = re.compile(
    r"买|菜|散步|遛|浪|转|跳舞|打牌|下棋|锻炼|公园|早市|超市|取|办|看病|检查|复查|开药|打针|跳|晒|黄河边|广场|澡|理发|吃饭|上坟|喝茶|打水|倒垃圾|拿|串门"
)


NO_AWAY = re.compile(
    r"(?:拍|做|去|来)(?:了)?(?:个)?(?:检查|复查|片子|CT|化验|体检)|复查|配药|开药|看病|打针|陪(?:着|护|床|老伴)|探望|看望|排队|换药"
)


BACK_STRONG = re.compile(
    r"出院|从.{1,10}回来|回到|接回|送回|搬回|旅游回|回兰|照常报|恢复报|继续报|重新报|回家住|到兰州"
)


CHILD_GOES = re.compile(
    r"(?:儿子|女儿|丫头|闺女|娃|娃们|孙子|孙女|姑娘|媳妇|女婿|志愿者|我哥|我姐|我弟|我妹|老公|他爸|他妈|我爸|我妈)(?:今天|明天|今早|昨天|后天|下周.?|也|都|就|又|刚|要|要去|得)?(?:回|去|出差|走|上|到|住)"
)


BARE_I = re.compile(
    r"(?<![到在跟和给让接来对找叫陪带送])(?:我|俺|咱)们?(?!家|这|那|妈|爸|爷|奶|婆|公|叔|姑|婶|舅|姨|伯|娘|爹|大|二|三|哥|姐|弟|妹|老|丈|岳|外|姥|把|带|接|送|领|陪|给|让|也|都|看|说|刚|的)"
)


# The other half has left the house, and the one who writes is alone at home: 彩云去菜市场了，我一个人看报.
ALONE = re.compile("(?:我|俺)(?:一个人|自己(?:在家|一个))|(?:就|就?剩)(?:下)?(?:我|俺)|(?:我|俺)(?:看家|守着?家)")
AT_HOME = re.compile("^(?:我|俺)(?:好|没事|在家|在屋|没去)")
NOT_HERE = re.compile("(?:还|正|也)?(?:在[^，。 ]{0,3}医院|住着?院|不在)(?!看|陪|拿|取|门口|话下)")
LEFT_HOME = re.compile("去了|走了|出去|出门|[上去][^，。 ]{1,8}[去了咧]|住院|在(?:[^，。 ]{0,3})医院|住着")
ABSENCES = frozenset({"goaway", "goback", "selfaway", "cover"})  # tags
TAKES = re.compile(r"接|带|把|送|领|叫|让|陪|跟|搬")


def stays_at_home(c: Clause) -> bool:
    """Does the one who writes say that he himself is at home, while the other half is away?"""
    return not (c.asked or c.unreal) and (ALONE.search(c.text) is not None or AT_HOME.search(c.text) is not None)


def left_alone(text: str, end: int) -> bool:
    """Is the one named up to text[end] in hospital, or out while the one who writes is alone? 彩云去菜市场了，我一个人看报."""
    if NOT_HERE.match(text, end):
        return True
    return ALONE.search(text, end) is not None and LEFT_HOME.search(text[end : end + 14].split("，")[0]) is not None


def away(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict) -> None:
    if ABSENCES.isdisjoint(tags):
        return
    text = scene.text
    _family_away(clauses, tags, scene, v)
    if "distress" in v.reasons and not re.search("住院", text):
        return
    unsure = any("unsure" in c.tags for c in clauses)
    for k, c in enumerate(clauses):
        if c.unreal or c.asked or c.told:
            continue
        near = clauses[max(0, k - 1) : k + 2]
        if "goaway" in c.tags:
            if "unsure" in c.tags or (
                unsure and any("unsure" in n.tags for n in near) and not re.search("住院|医生|大夫|不用报|先停", text)
            ):
                continue
            lasting = k + 1 < len(clauses) and re.match(
                r"(?:要|得|打算|准备|先|再)?住|(?:下|这)?周.回", clauses[k + 1].text
            )
            if (
                c.past
                and not lasting
                and not re.search(r"住(?:的)?院|住进|住了院|接走|走了|去了", c.text)
                and not pauses(c.text)
            ):
                continue
            if c.stranger and not c.named:
                continue
            if scene.role != "elder" and not c.named and BARE_I.search(c.text):
                continue
            if scene.role != "elder" and "selfaway" in c.tags and not c.named and not pauses(c.text):
                continue
            if scene.role != "elder" and not c.named and OTHER_SUBJECT.search(c.text):
                continue
            if (
                scene.role != "elder"
                and FIRST_PERSON.search(c.text[:2])
                and not re.search(
                    r"^我(?:们家|家)?(?:的)?(?:老)?(?:妈|爸|爷|奶|婆|公|叔|姑|婶|舅|姨|伯|娘|爹|丈|岳|外|姥|二|大|三)|把|接|带|送|领|陪",
                    c.text,
                )
                and not re.search("我家|我这", c.text)
            ):
                continue
            if (
                scene.role == "elder"
                and scene.own
                and OTHER_SUBJECT.search(c.text)
                and not re.search("接我|带我|让我|叫我|我去|我也", c.text)
            ):
                continue
            if (
                CHILD_GOES.search(c.text)
                and not TAKES.search(c.text)
                and not (scene.role == "elder" and re.search("我(?:到|去|回|上|住)|去(?:儿子|丫头|女儿|闺女)", c.text))
                and not re.search(
                    r"(?:去|到|回|在|上|住)(?:儿子|女儿|丫头|闺女|姑娘|孙|我哥|我姐|我弟|我妹|娃)", c.text
                )
                and not pauses(c.text)
                and not re.search(r"我(?:爸|妈)(?!.{0,6}(?:出差|考试|上班))", c.text)
            ):
                continue
            if NO_AWAY.search(c.text) and not re.search("住院|住到|住几|住[一两三四五六七]|不用报|先停", text):
                continue
            if (
                not pauses(text)
                and not re.search("住|院|病房|旅游|旅行|走了|接走|手术|远门", c.text)
                and not PLAN_DAY.search(text)
                and not re.search("车|飞机|动身|出发|过年|过冬|避暑", text)
            ):
                continue
            if not (scene.own or scene.known or scene.subject):
                continue
            v.reasons["elder_away"] = f"不在家或暂停报平安（{c.text}）"
            break
    for c in clauses:
        if c.unreal or c.asked or "goback" not in c.tags:
            continue
        if c.past and not re.search("到的?家|回来|出院|回到", c.text):
            continue
        strong = BACK_STRONG.search(c.text) is not None
        if scene.role == "elder" and scene.own:
            bare = (
                re.search(
                    r"(?:我|我们)?(?:今天|昨天|昨晚|刚|刚刚|今个)?(?:已经)?(?:回来|到家|回家)(?:了|咧|啦)", c.text
                )
                is not None
                and not OUTING.search(text)
                and not OTHER_SUBJECT.search(c.text)
            )
            if (not (strong or bare) or c.future) and not (c.future and "出院" in c.text):
                continue
        elif not strong and not re.search("住院|旅游|老家|医院|外地", text):
            continue
        if re.search("找到|走丢|迷路", text):
            continue
        if c.future or (
            re.search(
                r"(?:明|后)[天日]|下周|周[一-日]|礼拜|[0-9]+号|才|再|要|等|能|还|预计|估计|大概|[天周月]出院", c.text
            )
            and not re.search(r"(?:回来|到家|出院|回家)(?:了|咧|啦)|手续|今天(?:回|出)|提前", c.text)
        ):
            if "elder_away" not in v.reasons and "出院" in c.text:
                v.reasons["elder_away"] = f"住院中（{c.text}）"
            continue
        if not (scene.own or scene.known or scene.subject):
            continue
        v.back = True
        v.reasons["elder_away"] = f"回来了（{c.text}）"
        break


def pauses(text: str) -> bool:
    return (
        re.search(
            r"(?:报平安|平安|打卡|接龙|签到|报).{0,6}(?:先?停|暂停|不用|免)|(?:不用|不必|先不|别|暂时不|就不|不要|先别|甭).{0,4}(?:等|报|敲门|打卡|接龙)",
            text,
        )
        is not None
    )


def _family_away(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict) -> None:
    if scene.role == "elder":
        return
    away = [c for c in clauses if "selfaway" in c.tags and not c.unreal and not c.told and not c.asked and not c.past]
    if not away and not ("cover" in tags and any(FIRST_PERSON.search(c.text) for c in clauses)):
        return
    cover = [c for c in clauses if "cover" in c.tags and not c.past and not c.told]
    c = away[0] if away else None
    if scene.role not in ("family", "") and not (c is not None and cover and scene.subject):
        return
    if scene.role in ("volunteer", "clinic", "coordinator"):
        return
    if c is None:
        if (
            cover
            and not {"noanswer", "askcheck"} & tags
            and scene.known
            and re.search(
                r"(?:这|那)(?:几天|两天|周|段|个礼拜|边)|[0-9一二两三四五六七八九十几](?:天|个月|周|号)|明天|后天|下周|周末|今晚|今天|托给",
                scene.text,
            )
            and re.search("拜托|麻烦|靠|照|操.?心|留心|费心|盯|瞅|看着|托给", scene.text)
            and not cover[0].asked
            and not THANK_PAST.search(scene.text.replace("麻烦", ""))
        ):
            v.reasons["family_away"] = f"请大家照看（{cover[0].text}）"
        return
    if cover:
        v.reasons["family_away"] = f"家人不在，请大家照看（{c.text}；{cover[0].text}）"
    elif (
        scene.role == "family"
        and re.search(
            r"出差|外地|回不来|回不去|过不去|过不来|不在兰州|走不开|来不了|去不了|赶不回|外派|出国|值班|住院|隔离",
            c.text,
        )
        and (scene.subject or PLAN_DAY.search(c.text))
        and not {"noanswer", "askcheck", "service"} & tags
        and not re.search("去看|回来了|在我", scene.text)
    ):
        v.reasons["family_away"] = f"家人这段时间不在（{c.text}）"
