"""Emergencies: raised by the word lists, taken back by frame, by thing, by an end that is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.absences import pauses
from bot.reading.clauses import ALARMS, Clause
from bot.reading.missing import gone
from bot.reading.numbers import judge, measured
from bot.reading.retractions import cited
from bot.reading.scene import PLAN_DAY, SELF_SUBJECT, Scene, Verdict, text_of

AMB_FALSE = re.compile(
    r"(?:高压|血压|低压|收缩压|量了|量的|血压是|有)\s?120|120\s?[/／多高以到的左上下斤块元号平米克]|120(?:大夫|医生)?(?:看|说)"
)


PLACE_FIRE = re.compile(r"烧烤|烟囱|油烟|排烟|炮|鞭炮|烧纸|上香|尾气|抽烟|饭馆|餐馆|夜市|摊|灶|烟花|电瓶车充电|消防")


PERSON = re.compile(
    r"人|老太太|老爷子|老头|老汉|大爷|大妈|阿姨|爷|奶|叔|姨|婶|姑|爸|妈|娘|舅|伯|谁|他|她|老师|孩子|娃|邻居|我|您|你"
)


LASTING = re.compile(
    r"(?:几个|两个|三个|俩|[两二三四五六七八]个半?|一个多|半个?多?|一整?|大半)(?:小时|钟头|天|晚上|上午|下午|早上)|天(?:都)?(?:快)?黑|到现在|半天|一夜|一晚|还没|一直没|手机也没|没带手机|没拿|找遍|晚上|夜里|[0-9]点|[一二三四五六七八九十]点"
)


CHANGED = re.compile("变化|变样|老家|新修|新盖|拆")  # why one may not know a place again
WEAK_LOST = re.compile(r"回来|回家|人影|着家|归|回屋")
STRANGE_HERE = re.compile("这(?:个?地方|达|里|儿)我?(?:不认[得识]|认不得)")
# Who no longer knows the way says so in these words.
NO_WAY_HOME = re.compile(
    r"(?:找|摸|寻|认|记|辨)不(?:到|着|见|得|起|清)(?:回|回去|回家|自己)?的?(?:家|路)"
    r"|忘(?:了|记)?.{0,3}(?:家在|回家|咋回|怎么回|哪条路|住哪)|走丢|迷(?:了)?路|回不(?:了|去)家"
    r"|不(?:知道|晓得|清楚).{0,2}(?:走|坐|跑)?(?:在|到)(?:了)?(?:哪|啥地方|什么地方)|" + STRANGE_HERE.pattern
)


HOWTO = re.compile(
    r"请问|想问|问一下|问问|一般|平时|怎么预防|怎么急救|怎么判断|什么症状|学学|学一下|提前|科普|知识|常识"
)


WEAK_FAINT = re.compile(r"反应|不应|没应|不动|答应|应声|动静|吭声")


BODY = re.compile(r"躺|倒|睁|地上|床上|身上|脸|呼吸|眼|抽|晕|昏|睡|摇|推|嘴")


CLEAR = frozenset(["chest", "breath", "faint", "stroke", "bleed", "gas", "selfharm", "ambulance", "cry", "aid"])


IN_HOSPITAL = re.compile(
    r"(?<!不用)(?<!不肯)(?<!不想)(?<!不愿)(?:送|到|在|去)(?:到|了)?(?:了)?.{0,6}(?:医院|急诊|卫生院|[一二三]院|省医).{0,3}(?:了|，)|(?:医生|大夫)说.{0,6}观察"
)


HELP_SIGNS = frozenset("1救急院诊医夫")  # one of which every LEFT and IN_HOSPITAL has
STILL_BAD = re.compile(r"抢救|还没醒|昏|正在|马上|路上|手术|流血|喘|情况不好|危险|ICU|重症")


LEFT = re.compile(r"(?:120|救护车|急救).{0,8}(?:走了|看完|撤了|回去|说没事|不用)|120.{0,12}不用去医院")


EASED = re.compile(
    r"(?:胸口|胸|心口|腔子|心脏).{0,4}(?:不(?:疼|闷|痛|憋|难受)|没那么(?:疼|闷))(?:了|咧)?|(?:缓过来|缓过劲)"
)


# Insulin without a meal: 打了胰岛素才想起没吃饭，手抖，冒汗.
UNFED = re.compile(
    "(?:胰岛素|打了针|降糖).{0,24}(?:手抖|发抖|抖[着得个]|冒.{0,2}汗|虚汗|眼[前睛].{0,2}花|心慌)|(?:手抖|发抖|冒.{0,2}汗|虚汗|心慌).{0,16}(?:胰岛素|降糖药?)"
)
UNFED_SIGNS = frozenset("胰针糖")  # one of which every UNFED has
# An old person calls for anybody and says no more: 谁醒着 来个人. Not: 三缺一，来个人
CALLS = re.compile("(?:^|[，。！ ])(?:快|赶紧)?来个?人[，。！ ]*$")
CALLED_FOR, TO_PLAY = frozenset({"activity", "service", "issue"}), frozenset("缺牌棋将球舞玩凑桌")
CALL_MOST = 12  # characters
# Blood from within, or much of it, is not made light of: 咳了小半碗血，她摆手说没啥.
INNER_BLOOD = re.compile(
    "[咳吐呕便拉尿](?![^，。]{0,6}(?:点|丝|不多|没有?血))[^，。]{0,6}血|柏油|血[^，。]{0,2}流?了?[一满][脸地身头]|[一满][脸地身头](?:都是|的|全是)?血"
)


def _alarm_of(c: Clause, scene: Scene, text: str) -> set[str]:
    """The alarms that a clause raises, seen alone."""
    if not c.tags:
        return set()
    found = c.tags & ALARMS
    if not found:
        return found
    if c.unreal or (c.future and not ({"alarm-selfharm", "ambulance"} & found)):
        return set()
    words = c.text
    if "ambulance" in found and AMB_FALSE.search(words) and not re.search("拉走|抬|送|路上", words):
        found.discard("ambulance")
    if "habit" in c.tags:
        found -= {
            "fall",
            "alarm-fall",
            "alarm-fire",
            "alarm-gas",
            "alarm-lost",
            "alarm-hurt",
            "alarm-bleed",
            "alarm-chest",
        }
        if not scene.own:
            found -= {"alarm-breath", "alarm-faint", "alarm-stroke"}
    if "alarm-fire" in found and PLACE_FIRE.search(text):
        found.discard("alarm-fire")
    if found & {"fall", "alarm-lost", "alarm-hurt", "alarm-fire", "alarm-fall", "alarm-breath"}:
        found -= _things(c)
    if not scene.own and scene.role in ("family", "volunteer", "clinic", "coordinator"):
        first = min((h.start for h in c.hits if h.tag in found), default=c.start)
        if SELF_SUBJECT.search(c.text[: first - c.start]) and not re.search("发现|看见|听见|进门|到", c.text):
            found -= {
                "fall",
                "alarm-chest",
                "alarm-breath",
                "alarm-faint",
                "alarm-hurt",
                "alarm-lost",
                "alarm-selfharm",
            }
    return found


THING_TAGS = frozenset({"fall", "alarm-lost", "alarm-hurt", "alarm-fire", "alarm-fall", "alarm-breath"})


def _things(c: Clause) -> set[str]:
    """Alarms of a clause that a thing explains: 手机摔了, 拐棍倒了, 钥匙不见了."""
    objects = [h for h in c.hits if h.tag == "object"]
    if not objects:
        return set()
    dropped = set()
    for tag in THING_TAGS & c.tags:
        hits = [h for h in c.hits if h.tag == tag]
        if all(
            any(0 <= h.start - o.end <= 2 or 0 <= o.start - h.end <= 1 or h.start <= o.start < h.end for o in objects)
            for h in hits
        ):
            if tag == "alarm-hurt" and re.search("撞|轧|压|刮", c.text):
                continue
            dropped.add(tag)
    return dropped


NO_HOSPITAL = re.compile(
    "120.{0,8}(?:走了|看完|撤了|回去|说没事|不用)|不用(?:去|送|上)?(?:医院|急诊|120|救护车)|脱离|出院|普通病房"
)


def emergency(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict, retracted: Clause | None) -> None:
    text = scene.text
    numbers_alarm = None
    if measured(text, scene.chars):
        numbers_alarm = next(
            (c for c in clauses if not c.past and not c.unreal and "alarm" in judge(c.text, text)), None
        )
    helped = not HELP_SIGNS.isdisjoint(scene.chars)
    if helped and (scene.known or scene.stranger) and LEFT.search(text) and retracted is None:
        v.reasons["concern"] = "急救来过，不用去医院"
    if scene.own and (m := EASED.search(text)) and "past" not in tags:
        v.reasons["concern"] = f"刚才不舒服，已缓解（{m[0]}）"
    if (
        scene.known
        and helped
        and IN_HOSPITAL.search(text)
        and not any(c.asked or c.unreal for c in clauses)
        and ("over" in tags or any(t.startswith("alarm-") for c in clauses for t in c.denied))
        and not STILL_BAD.search(text)
    ):
        v.reasons["concern"] = "送到医院，没有大碍"
        v.settled = True
        return
    if retracted is None and (scene.known or scene.stranger or scene.subject) and gone(clauses, scene):
        v.gone = True
    unfed = (
        not UNFED_SIGNS.isdisjoint(scene.chars)
        and UNFED.search(text) is not None
        and (scene.own or scene.known)
        and not any(c.past or c.unreal or c.asked for c in clauses)
    )
    calls = (
        scene.own
        and len(text) <= CALL_MOST
        and CALLED_FOR.isdisjoint(tags)
        and TO_PLAY.isdisjoint(scene.chars)
        and CALLS.search(text) is not None
    )
    if numbers_alarm is None and not unfed and not calls and ALARMS.isdisjoint(tags):
        return
    raised: list[tuple[Clause, set[str]]] = []
    past: list[tuple[Clause, set[str]]] = []
    for k, c in enumerate(clauses):
        found = _alarm_of(c, scene, text)
        if found and retracted is not None and cited(clauses, k, retracted):
            found = set()
        if found and c.asked and not _asks_help(c):
            if HOWTO.search(text) or "fiction" in tags or not (scene.own or scene.subject):
                found = set()
            elif (
                not scene.own
                and re.search(r"(?:吗|没有|没|是不是|会不会|有没有|么|不)$|是不是|会不会", c.text)
                and len(raised) == 0
            ):
                found -= (
                    {"fall", "alarm-lost", "alarm-stroke", "alarm-faint", "alarm-chest"}
                    if not re.search("突然|现在", c.text)
                    else set()
                )
        if "alarm-lost" in found and not _lost(c, clauses, text, scene):
            found = found - {"alarm-lost"}
        if found and "fiction" in tags and not scene.own and not scene.known:
            found = set()
        if (
            "alarm-faint" in found
            and "noanswer" in tags
            and not BODY.search(text)
            and all(WEAK_FAINT.search(text_of(c, h)) for h in c.hits if h.tag == "alarm-faint")
        ):
            found = found - {"alarm-faint"}
        if "alarm-cry" in found and (scene.joke or "joke" in tags) and not scene.own:
            found = found - {"alarm-cry"}
        if "alarm-selfharm" in found and not (scene.own or scene.subject or scene.role == ""):
            found = found - {"alarm-selfharm"}
        if found:
            (past if c.past else raised).append((c, found))
    if numbers_alarm is not None:
        raised.append((numbers_alarm, {"alarm-reading"}))
    if unfed:
        raised.append((clauses[-1], {"alarm-faint"}))
    if calls:
        raised.append((clauses[-1], {"alarm-cry"}))
    if not raised:
        if past and any(not c.past and {"symptom", "ongoing"} & c.tags for c in clauses):
            c = past[0][0]
            v.reasons["concern"] = f"之前的事（{c.text}），现在还不舒服"
        elif (
            past
            and any(c.live and {"over", "fine", "minor", "seen"} & c.tags for c in clauses)
            and (scene.own or scene.known)
        ):
            worry = [
                c for c, found in past if found & {"fall", "alarm-fall", "alarm-faint", "alarm-bleed", "alarm-hurt"}
            ]
            if worry and not scene.own:
                v.reasons["concern"] = f"之前的事已过去（{worry[0].text}）"
        return
    everything = set().union(*(found for _, found in raised))
    ambulance = "ambulance" in everything
    ongoing = any(
        {"ongoing", "ambulance"} & c.tags and not c.past and not c.unreal and not AMB_FALSE.search(c.text)
        for c in clauses
    )
    over = [
        c
        for c in clauses
        if "over" in c.tags and not c.unreal and not c.asked and not c.future and not (scene.own and _only_minor(c))
    ]
    left = any(NO_HOSPITAL.search(c.text) for c in clauses)
    minor = [
        c for c in clauses if ("minor" in c.tags or "fine" in c.tags) and not c.asked and not c.unreal and not c.past
    ]
    better = any({"symptom"} & c.denied or any(t.startswith("alarm-") for t in c.denied) for c in clauses if not c.past)
    categories = {t.removeprefix("alarm-") for t in everything}
    hard = categories - {"fall", "hurt", "ambulance", "reading", "bleed"}
    if "bleed" in categories and INNER_BLOOD.search(text):
        hard.add("bleed")
    stuck = any("alarm-fall" in found for _, found in raised)
    calm = False
    if left and not (categories & {"selfharm"}):
        calm = True
    elif over and (not ongoing or left):
        calm = (
            not (categories & {"selfharm"})
            or re.search("情绪稳定|平复|劝住|劝下来|睡着|睡下|守着|说笑|逗", text) is not None
        )
        if (
            stuck
            and calm
            and not any(
                c.start > min(a.start for a, f in raised if "alarm-fall" in f) - 1 or re.search("扶|搀|抱|自己", c.text)
                for c in over
            )
        ):
            calm = False
    elif minor and not ongoing and not stuck and not hard and categories <= {"fall", "hurt", "reading", "bleed"}:
        calm = True
    elif better and not ongoing and not hard and not stuck:
        calm = bool(minor)
    treated = (
        "goaway" in tags
        and not ambulance
        and (
            pauses(text)
            or (re.search(r"住院|住(?:上|几|一|两|三|到)|要住", text) is not None and PLAN_DAY.search(text) is not None)
        )
    )
    if treated and not (categories & {"selfharm"}) and not re.search("抢救|还没醒|刚送|正在", text):
        return
    if calm and not scene.own and not scene.known and not scene.stranger and "over" not in tags:
        calm = False
    issue = {"issue", "notice"} & tags
    if (
        not calm
        and issue
        and not scene.subject
        and not scene.own
        and not ongoing
        and categories <= {"fall", "hurt", "lost", "fire", "cry", "gas"}
    ) and not (
        categories & {"gas", "fire"}
        and re.search(r"闻|快|谁|现在|正|大家|跑|撤|着火了|味[^，。]{0,3}[大重浓冲]|别(?:开灯|点火|打火)", text)
    ):
        return
    if (
        not calm
        and not scene.subject
        and not scene.own
        and scene.role != ""
        and categories <= {"fall", "cry", "hurt", "lost"}
        and not PERSON.search(text)
    ):
        return
    first, found = raised[0]
    kinds = [t.removeprefix("alarm-") for t in found]
    order = (
        "selfharm",
        "fire",
        "gas",
        "lost",
        "chest",
        "breath",
        "stroke",
        "faint",
        "bleed",
        "fall",
        "hurt",
        "reading",
        "ambulance",
        "cry",
    )
    v.alarm = next((k for k in order if k in categories), kinds[0])
    if calm:
        v.reasons["concern"] = f"险情刚过去（{first.text}）"
        return
    v.reasons["distress"] = f"险情（{first.text}）"
    v.sure = (scene.own or scene.known or scene.role == "") and _beyond_doubt(clauses, tags, scene, raised, categories)


def _only_minor(c: Clause) -> bool:
    """Does it only play down, 没啥大事, which an old person says of a stroke as well?"""
    return "minor" in c.tags and all(text_of(c, h).startswith(("没", "无")) for h in c.hits if h.tag == "over")


SOFTENS = frozenset(
    [
        "over",
        "joke",
        "fiction",
        "habit",
        "issue",
        "notice",
        "ad",
        "activity",
        "hypo",
        "wish",
        "past",
        "retract",
        "hearsay",
        "object",
        "thanks",
        "service",
        "unsure",
        "goaway",
        "goback",
        "future",
        "weather",
    ]
)
PLAYED_DOWN = frozenset({"minor", "fine", "core"})
VITAL = frozenset({"chest", "breath", "stroke", "selfharm", "stuck"})  # which no 不要紧 takes back
# What the body does; told in two clauses it is no chance of the words.
FAILING = frozenset({"alarm-stroke", "alarm-chest", "alarm-breath", "alarm-faint", "alarm-bleed"})
ALONE = VITAL | {"gas", "cry", "ambulance", "aid"}  # plain enough without a second sign
# A notice of somebody missing names the matter and what the person looks like.
WANTED = re.compile("走失|走丢|失踪|寻人")
UNWANTED = SOFTENS & {"over", "joke", "fiction", "habit", "hypo", "wish", "past", "retract", "thanks", "future"}
DESCRIBED = re.compile(r"\d岁|身高|上身|上衣|下身|穿|花白|戴.{0,4}帽|体型|[米偏][高瘦胖]")
BODILY = frozenset(ALARMS) | {"symptom", "bad"}
EXPLICIT = re.compile("不(?:想|愿意?)(?:再)?活|寻死|自杀|轻生|上吊|割腕|跳[楼河]|寻短见")
GUESSES = frozenset({"weather", "unsure", "object"})  # an old person's guess at it, 估计是吹了风, takes no stroke back
HOMEWARD = frozenset({"goback"})  # nor does 咋回家呢 take back that somebody does not know the place
LAUGHS = re.compile("哈哈|嘿嘿|嘻嘻|笑|乐")


def _beyond_doubt(
    clauses: Sequence[Clause],
    tags: set[str],
    scene: Scene,
    raised: Sequence[tuple[Clause, set[str]]],
    categories: set[str],
) -> bool:
    """An alarm so plain that no other evidence may outvote it: short, in earnest, of now, and nothing that softens it."""
    if scene.joke or scene.quote or LAUGHS.search(scene.text):
        return False
    if (
        "lost" in categories
        and WANTED.search(scene.text)
        and DESCRIBED.search(scene.text)
        and UNWANTED.isdisjoint(tags)
        and not any(c.unreal or c.past for c in clauses)
    ):
        return True
    strong = categories & CLEAR
    lost = any("alarm-lost" in found and NO_WAY_HOME.search(c.text) for c, found in raised)
    strayed = lost and scene.own and len(scene.text) <= 30 and not CHANGED.search(scene.text)
    softens = SOFTENS - GUESSES if scene.own and strong & VITAL else SOFTENS - HOMEWARD if strayed else SOFTENS
    if not softens.isdisjoint(tags):
        return False
    if {"fall", "alarm-fall"} <= {t for _, found in raised for t in found}:
        strong = strong | {"stuck"}
    if PLAYED_DOWN & tags and not strong & VITAL:
        return False
    if any(c.unreal or c.past for c in clauses):
        return False
    if sum(not FAILING.isdisjoint(found) for _, found in raised) >= 2:
        return True
    if strayed:
        return True
    if any("alarm-selfharm" in found and EXPLICIT.search(c.text) for c, found in raised) and not any(
        c.asked for c in clauses
    ):
        return True
    if any(c.asked or c.denied & BODILY for c in clauses):
        return False
    if len(strong) >= 2:
        return True
    return bool(strong & ALONE) and scene.own and len(scene.text) <= 24


def _asks_help(c: Clause) -> bool:
    return re.search(r"谁(?:能|快|来|在|有|见|看|帮|离|家|认|会)|咋办|怎么办|快|救", c.text) is not None


def _lost(c: Clause, clauses: Sequence[Clause], text: str, scene: Scene) -> bool:
    """A person is missing: more than 没回来 said in passing, and no old place that has changed."""
    if STRANGE_HERE.search(c.text) and CHANGED.search(text):
        return False
    hits = [h for h in c.hits if h.tag == "alarm-lost"]
    words = [text[h.start : h.end] if h.end <= len(text) else "" for h in hits]
    strong = [w for w in words if w and not WEAK_LOST.search(w)]
    if any("定位" in w or "手环" in w for w in strong) and len(strong) == 1:
        return re.search("走丢|不动|不可能|远|怕", text) is not None
    if strong or (scene.own and NO_WAY_HOME.search(c.text)):
        return bool(PERSON.search(text)) or scene.own or (scene.known and WANTED.search(c.text) is not None)
    if not (scene.subject or PERSON.search(text)):
        return False
    if scene.role == "elder" and re.search("儿子|丫头|女儿|孙|娃", c.text):
        return False
    return (
        LASTING.search(text) is not None
        and not any({"howis"} & k.tags for k in clauses)
        and re.search(r"出去|下楼|出门|说|走|一早|谁见|找|电话|手机", text) is not None
    )
