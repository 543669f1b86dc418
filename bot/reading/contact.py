"""The elder in contact today: well, or not quite."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.greetings import greets_all, opens_the_day
from bot.reading.numbers import judge, measured
from bot.reading.scene import FIRST_PERSON, OTHER_SUBJECT, SELF_SUBJECT, Scene, Verdict, text_of

PUBLIC = re.compile(r"大家|各位|你们|居民|老年人要|同志们|乡亲|老人们|叔叔阿姨|邻居们")


NOT_YET = re.compile(
    r"没(?:有|顾|来得|空|时间|见|看|去|打|联|接|给|跟|能|再|回|应|开|人|动)|还没|未|不知道|不晓得|忘了(?:打|问|看)|没法"
)


PRESENT = re.compile(r"呢|着|了|咧|啦|喽|哩|刚|在|已|正")


STRANGE_FINE = re.compile(
    r"(?:天气|路|菜|戏|这个|那个|演|唱|做得|办得|孩子|娃|孙子|孙女|手艺|味道|志愿者|服务|社区|小安|活动|节目|你们|大家|衣服|电视|手机|年轻人|儿子|女儿|丫头)(?:[^我他她]{0,4})$"
)


NOT_NEWS = re.compile(
    r"(?:麻烦|请|继续|接着|也|就|都|暂|可以|给|消息|的事|这几天|[0-9一两二三四五六七八九十几]+天|，)*停|推|接龙|报备|先|停|别|不用|不算|怎|咋|几|截|那|这|条|没显|名单|扣|符|险|群|打卡|接龙|的(?:时|截|消|那|先|不|人|名|事|规|要)|是福|健康|夜|果|银行|里"
)


THING_FINE = re.compile(
    r"(?:电视|电梯|灯|手机|网|水管|水|暖气|电|锁|门|灶|炉子|马桶|路|雪|雨|天|车|机器|信号|群|表|刀口|伤口|饭|菜|面|茶|药|汤)"
    r"(?:修|弄|换|接|通|都|也|又|已经|现在|今天|就|给)*$"
)
OF_MYSELF = re.compile("我(?:也|都|还|挺|很|今天|现在|这边|这儿)*(?:好|没事|没啥|没麻达|平安|正常)")
SO_MANY_WORDS = re.compile("没事|没啥|好着|好得很|都好|挺好|精神[好着得]|人好|没麻达|无恙|安好")
# 老爸，我落地杭州了，平安，勿念
ARRIVED = re.compile(
    "(?:[爸妈爷奶老]{1,2}[，！ ]*)?我[^，。他她妈爸爷奶]{0,8}(?:落地|到站|下飞机|下火车|下车|到学校|到宿舍|到单位|到公司)[^，。]{0,6}(?:[，。！ ]+(?:平安|勿念|放心|一切顺利|报个?平安|安全)){1,3}[。！]*$"
)
ARRIVED_SIGNS = frozenset("落站机车校舍位司")  # one of which every ARRIVED has
CITES = re.compile("那[条个]|刚说|刚才说|发的|写的")
REACTION = re.compile(r"[了的]?(?:太好了|就好|我就放心|就放心|谢天谢地|那就)")
NOT_THE_ELDER = re.compile(
    r"(?:电话|手机|钥匙|药|拐棍|拐杖|牛奶|快递|衣服|包|我|咱|人)(?:还|都|也|正|就|放|掉|落)*(?:在|到)"
)
HELD_BY_ILL = re.compile(r"拉着我的手|抓着我")


IS_FINE, ELSEWHERE = frozenset({"fine", "core"}), frozenset({"activity", "issue", "weather"})  # tags


def _fine_real(c: Clause, scene: Scene) -> bool:
    """Does the clause itself say that its elder is fine now?"""
    if IS_FINE.isdisjoint(c.tags):
        return False
    hits = [h for h in c.hits if h.tag in IS_FINE]
    offset = c.start
    for h in hits:
        before = c.text[: h.start - offset]
        if (
            h.tag == "fine"
            and "fine" in c.denied
            and c.text[max(0, h.start - offset - 2) : h.start - offset].endswith(("不", "没", "没有"))
        ):
            continue
        if STRANGE_FINE.search(before) and not scene.own:
            continue
        if text_of(c, h).endswith("平安") and NOT_NEWS.match(c.text[h.end - offset :]):
            continue
        if text_of(c, h).startswith("没问题") and not before and not scene.own and c.text in ("没问题", "没问题的"):
            continue
        if scene.own and OTHER_SUBJECT.search(c.text):
            continue
        if THING_FINE.search(before) or REACTION.match(c.text[h.end - offset :]):
            continue
        return True
    return False


LEFT_AT_DOOR = re.compile("[挂放搁塞留搭递码](?!.{0,3}门.{0,2}[开见])[^，。！]{0,8}(?:门[把口缝上边后框外]|窗台|奶箱)")
DOOR_SIGNS = frozenset("门窗箱")  # one of which every LEFT_AT_DOOR has
UNKNOCKED = re.compile(
    "[没未](?:敢|好意思|再|去|有)?(?:敲|按|喊|叫|打扰|吵|惊动|进|见|碰)|怕[^，。！]{0,6}(?:吵|睡|醒|歇)|[他她人]不在|没人|没开"
)
MET_AFTER_ALL = re.compile("[接应见看听][着到了见]|说|开了|好着|平安|在屋|在家|呢$")


def only_of_myself(clauses: Sequence[Clause], scene: Scene) -> bool:
    """Does somebody who is no elder say that he is well himself, and of nobody else?"""
    if scene.role == "elder" or "我" not in scene.chars:
        return False
    if not ARRIVED_SIGNS.isdisjoint(scene.chars) and ARRIVED.match(scene.text):
        return True
    if not any(OF_MYSELF.match(c.text) for c in clauses):
        return False
    return not any(not WELL.isdisjoint(c.tags) and not OF_MYSELF.match(c.text) for c in clauses)


def left_at_door(scene: Scene) -> bool:
    """Was something only left at the door, and nobody met: 鸡蛋挂门把手上了，没敲门，怕吵她?"""
    return (
        scene.role != "elder"
        and not DOOR_SIGNS.isdisjoint(scene.chars)
        and LEFT_AT_DOOR.search(scene.text) is not None
        and UNKNOCKED.search(scene.text) is not None
        and MET_AFTER_ALL.search(scene.text) is None
    )


def says_well(clauses: Sequence[Clause]) -> bool:
    """Does a clause say in so many words that somebody is well now?"""
    return any(
        "fine" in c.tags and c.live and SO_MANY_WORDS.search(c.text) and not CITES.search(c.text) for c in clauses
    )


PLAINLY_WELL = re.compile("好|正常|精神|硬朗|健|平安|放心")
TO_LOOK = re.compile("去看|没")


def contact(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict, retracted: Clause | None) -> None:
    r = v.reasons
    elder = scene.own
    worry: Clause | None = None
    good: Clause | None = None
    core: Clause | None = None
    seen: Clause | None = None
    act: Clause | None = None
    public = "notice" in tags or "ad" in tags
    bad_number: Clause | None = None
    good_number = False
    numbers: frozenset[str] = frozenset()
    if measured(scene.text, scene.chars):
        numbers = judge(
            "，".join(c.text for c in clauses if not c.past and not c.asked and not c.unreal and not c.told)
        )
    if numbers:
        if {"poor", "alarm"} & numbers:
            bad_number = next((c for c in clauses if not c.past and re.search(r"\d", c.text)), clauses[0])
        else:
            good_number = True
    for c in clauses:
        if (
            c.unreal
            or c.told
            or not (c.tags or c.denied)
            or (not elder and c.text.startswith("我") and OF_MYSELF.match(c.text))
        ):
            continue
        if (
            not ILL.isdisjoint(c.tags)
            and not c.asked
            and (not c.past or NIGHT.search(c.text))
            and (not c.future or "today" in c.tags)
        ) and (
            _own_symptom(c, scene, clauses)
            and not (SLEEPLESS.search(c.text) and re.search("高兴|激动|乐|喜|开心", scene.text))
            and not SMALL_PRINT.search(c.text)
        ):
            worry = worry or c
        if c.past or c.asked:
            continue
        if c.future and not c.today:
            continue
        if "hearsay" in c.tags and not elder and not re.search("自己说", c.text):
            continue
        if "claim" in c.tags and IS_FINE.isdisjoint(c.tags):
            continue
        if _fine_real(c, scene) and not ("habit" in c.tags and not c.today):
            good = good or c
            if "core" in c.tags or PLAINLY_WELL.search(c.text):
                core = core or c
        if not MET.isdisjoint(c.tags) and not _undone(c) and not (TO_YOU_ELDER if elder else TO_YOU).search(c.text):
            if "seen" in c.tags and "seen" not in c.denied and not TO_LOOK.search(c.text[-2:]):
                seen = seen or c
            if "reached" in c.tags and "reached" not in c.denied:
                core = core or c
            if (
                "act" in c.tags
                and not OTHER_SUBJECT.search(c.text)
                and not (NOT_THE_ELDER.match(c.text) and not (elder and c.text.startswith("我")))
            ):
                act = act or c
        if "symptom" in c.denied and not c.tags & {"symptom"}:
            good = good or c
    if retracted is not None:
        good, core, seen, act, worry = (
            None if x is not None and (x is retracted or _before_retract(clauses, x, retracted)) else x
            for x in (good, core, seen, act, worry)
        )
    v.poor = bad_number is not None or any("bad" in c.tags and c.live for c in clauses)
    if bad_number is not None and worry is None:
        worry = bad_number
    if (
        worry is not None
        and good_number
        and bad_number is None
        and good is not None
        and re.search("血压|高|血糖", worry.text)
    ):
        worry = None
    if (
        "issue" in tags
        and worry is not None
        and re.search("难受|咳|熏|吵|睡不|闷|臭|上不去|下不|走不|摔|滑|不敢", worry.text)
        and not re.search("我妈|我爸|奶奶|爷爷", worry.text)
    ):
        worry = None
    if elder:
        _elder_contact(clauses, tags, scene, v, worry, good, core, seen, act, public)
        return
    if "concern" in r and "distress" not in r:
        return
    subject = scene.subject or scene.known or scene.stranger
    if public and not scene.subject:
        return
    elsewhere = ("activity" in tags and not scene.subject) or ("claim" in tags and not scene.known)
    if worry is not None and (subject or scene.quote) and not elsewhere:
        r["concern"] = f"有些不舒服（{worry.text}）"
        v.strict = core is not None or good is not None or seen is not None or bad_number is not None
        return
    if "thanks" in tags and core is None and seen is None and good is None:
        return
    if scene.subject or scene.stranger:
        evidence = core or good or seen or (act if act is not None and PRESENT.search(act.text) else None)
        if evidence is seen and seen is not None and not _seen_direct(seen, clauses, scene):
            evidence = act if act is not None and PRESENT.search(act.text) else None
        if evidence is None and good_number:
            evidence = next((c for c in clauses if re.search(r"\d", c.text)), None)
        if evidence is not None and evidence in (act, seen) and scene.quote and not evidence.named and evidence is act:
            evidence = None  # under a quote one tells of oneself: 在楼下了
        if (
            evidence is act
            and act is not None
            and (FIRST_PERSON.match(act.text) and not act.named and not re.search("跟|和|给|陪|帮|在", act.text))
        ):
            evidence = None
    else:
        evidence = core if core is not None else None
        if (
            evidence is None
            and seen is not None
            and re.search("接电话|见着|见到|看过|送到|开门|回电|通了|老人", seen.text)
            and not FIRST_PERSON.match(seen.text)
        ):
            evidence = seen
        if (
            evidence is None
            and act is not None
            and scene.known
            and re.search("呢|着", act.text)
            and not FIRST_PERSON.search(act.text)
            and not PUBLIC.search(scene.text)
        ):
            evidence = act
        if evidence is None and good is not None and scene.known and not PUBLIC.search(scene.text):
            evidence = good
        if evidence is not None and (PUBLIC.search(evidence.text) or "thanks" in evidence.tags):
            evidence = None
    if evidence is not None:
        r["checkin"] = f"今天有人见到或联系到（{evidence.text}）"
        v.strict = any(
            x is not None and STRICT.search(x.text) and not OUT_OF_DANGER.search(x.text) for x in (good, core)
        )


ILL = frozenset({"symptom", "bad"})
MET = frozenset({"seen", "reached", "act"})
WELL = MET | {"fine", "core"}
NIGHT = re.compile(r"昨晚|昨夜|夜里|一黑|半夜|一晚上|一夜")
TO_YOU, TO_YOU_ELDER = re.compile("您|^你"), re.compile("^您|^你(?!们)")


def _undone(c: Clause) -> bool:
    """Still to come, or what is always so."""
    return NOT_YET.search(c.text) is not None or ("habit" in c.tags and not c.today)


OUT_OF_DANGER = re.compile("稳定|醒|脱离|转到|能说话")
STRICT = re.compile(r"好|平安|没事|没啥|没麻达|精神|硬朗|正常|健|棒|不错")


def _seen_direct(c: Clause, clauses: Sequence[Clause], scene: Scene) -> bool:
    return not (
        "claim" in c.tags
        or c.future
        or re.search(r"(?:想|要|会|打算|准备|能|得|让|请|麻烦|谁|别|不)(?:去|来|给|帮|陪|看)", c.text)
    )


def _before_retract(clauses: Sequence[Clause], x: Clause, retracted: Clause) -> bool:
    """Words of fine that only tell what is taken back: before it, or 说…平安 after 刚才."""
    return (
        x.start < retracted.start or re.search(r"刚才|早上那|那条|那个|上一条|前面|昨天的|报的平安", x.text) is not None
    )


SLEEPLESS = re.compile("没睡|没合眼|睡不着")


SIGH = "咳"  # 咳，我没啥事
SMALL_PRINT = re.compile(
    r"(?:字|屏幕|手机|图|照片|视频|号码|名字|信息|消息).{0,5}(?:看不清|看不见|模糊|听不清)|听不清|听不见"
)


def _own_symptom(c: Clause, scene: Scene, clauses: Sequence[Clause]) -> bool:
    """A symptom of the elder in question, not of a child, the weather or the one who writes."""
    text = c.text
    hits = [h for h in c.hits if h.tag in ("symptom", "bad")]
    if not hits or (text == SIGH and c.start == 0 and len(clauses) > 1):
        return False
    first = hits[0]
    before = text[: first.start - c.start]
    if scene.own:
        return OTHER_SUBJECT.search(text) is None
    if SELF_SUBJECT.search(before) and not re.search("跟我|给我|对我|让我|见我", before):
        return False
    if re.search(
        r"(?:娃|孩子|儿子|女儿|孙子|孙女|我|老公|媳妇|同学|大家|你们|各位)(?:[^，]{0,3})$", before
    ) and not re.search(r"跟我说|给我说|我(?:爸|妈|爷|奶|婆|公|叔|姑|婶|舅|姨|伯|娘|爹)|和我", before):
        return False
    return not ("habit" in c.tags and not c.today and not re.search("老毛病", text))


CHATTY = re.compile(
    r"大家|各位(?!.{0,4}早|.{0,4}好)|注意|记得|都别|听说|据说|国家|政府|新闻|电视台|频道|养老金|涨|政策|建议|以前的|年轻人|社会|世道|现在的人|人啊|人老了|人活|一辈子|这辈子|想当年|俗话|老话|古人|毛主席|祝|节日快乐|生日快乐|生快|恭喜|群主|群里|谁家|卖|股|彩票"
)


ELDER_LIVE = re.compile(r"我|俺|今天|今个|今早|今儿|刚|将将|才|正|呢|着呢|着哩|了|咧|啦|喽|完|呀")


def _elder_contact(
    clauses: Sequence[Clause],
    tags: set[str],
    scene: Scene,
    v: Verdict,
    worry: Clause | None,
    good: Clause | None,
    core: Clause | None,
    seen: Clause | None,
    act: Clause | None,
    public: bool,
) -> None:
    r = v.reasons
    v.greeted = bool(clauses) and (opens_the_day(clauses[0].text) or greets_all(clauses[-1].text))
    if "concern" in r:
        return
    if worry is not None and not public:
        r["concern"] = f"本人说不太舒服（{worry.text}）"
        v.strict = True
        return
    said = good or core
    if said is not None and not public and not ("thanks" in said.tags and "core" not in said.tags):
        r["checkin"] = f"本人说好着（{said.text}）"
        v.strict = True
        return
    if (
        public
        or "howis" in tags
        or (
            not ELSEWHERE.isdisjoint(tags)
            and not (act is not None and re.search("我|刚|将将", act.text) and not act.tags & {"issue"})
        )
    ):
        return
    if act is not None and not any(c.asked for c in clauses) and not PUBLIC.search(scene.text):
        r["checkin"] = f"本人在活动（{act.text}）"
        return
    if any(c.asked for c in clauses) or "thanks" in tags or CHATTY.search(scene.text):
        return
    live = next((c for c in clauses if c.live and ELDER_LIVE.search(c.text)), None)
    if live is not None and len(scene.text) <= 60:
        v.weak = True
        r["checkin"] = f"本人今天在说话（{live.text}）"
