"""接龙: a numbered list that is sent whole each time. Each entry is read by itself; headings and examples are no news."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.model import INTENTS, Intent, Message, Reading
from bot.reading import when
from bot.reading.clauses import split
from bot.reading.normalise import Text
from bot.reading.scene import Scene
from bot.reading.senders import Sender
from bot.reading.several import OWN_NEWS
from bot.reading.subject import TITLE, Blotted
from bot.reading.weighing import weigh
from bot.reading.what import judge_scene
from bot.reading.who import Place, Token, Who

if TYPE_CHECKING:
    from bot.reading.reader import Reader

State = tuple[Intent, str | None, bool]  # of an entry: its intent, the kind of an emergency, said in plain words

HEAD = re.compile(r"#\s?(?:接龙|group\s?note|接力|chain)", re.I)
ENTRY = re.compile(
    r"^\s{0,6}(?:(\d{1,3})\s{0,2}[.、．)）:：]|(\d{1,3})\s(?=[\u4e00-\u9fff])|([①-⑳])|[（(](\d{1,3})[)）])\s{0,4}(.*)$"
)
EXAMPLE = re.compile(r"^\s{0,6}(?:例|示例|样例|举例|例如|范例|格式|如)\s{0,2}[:：.、 ]?")
ABOUT_SAFE = re.compile(
    r"平安|报安|报到|签到|打卡|安好|今日情况|健康|每日一报|探访|走访|回访|巡访|看望|问候|早安|到了没|入户|电话访|情况登记|身体状况|状况|见面|见着"
)
ABOUT_OTHER = re.compile(
    r"报名|活动|团购|鸡蛋|一板|订餐|订饭|订购|接种|疫苗|排练|合唱|二胡|包饺子|讲座|参加|名额|电影|旅游|采摘|聚餐|午餐|晚餐|早餐|理发|义剪|体检|义诊|课|(?<![早晚白夜中])班|领|米|面|油|菜|水果|苹果|牛奶|斤|箱|袋|快递|拼单|报数|演出|比赛|志愿者|值班|排班|投票|选|车位|缴费|交费|收费|换|维修|改造|电梯|意见|同意|签名"
)
WARES = re.compile("鸡蛋|团购|拼单|订购|元|块钱|价|[0-9一二两三四五六七八九十半几][斤板箱袋]")
# What a heading may hold that says only where and when: 毛纺厂院 10.14 早查房.
WHERE_WHEN = re.compile(
    r"[\d\s.．/\-—:：，、【】\[\]（）()年月日号]|[早晚午上下中夜]?(?:班|查房|查|巡|点名|点卯)|今[日天早晚]|[早晚]上|[上下中]午|周[一二三四五六日末]|"
    r"星期[一二三四五六日天]|礼拜[一二三四五六天]|电话|上门|名单|一览|汇总|情况|结果|楼|栋|单元|院|小区|社区|新村|家园|家属|路|组|片"
)
DATE_FIRST = re.compile(r"^\s{0,6}\d{1,2}\s?[.．/月-]\s?\d{1,2}(?:日|号)?(?![\d.])(?!\s?(?:号|楼|栋|幢|单元|-))")
# Where an entry says its elder is, if not at home for longer. At a son's only for the day is no absence.
AWAY_NOW = (
    r"^(?:人)?(?:还|又|已|正|现|现在|昨天|今天|暂时)*(?:被)?(?:在|去|回|到|住|住在|住到|去了|回了|接到|接去)?(?:了)?"
)
ELSEWHERE = re.compile(
    AWAY_NOW + r"(?:外地|外市|老家|乡下|住院|住着院|住院部|ICU)(?:里|了|呢|中|着|去了)*(?:$|[，。,.（(])"
)
AT_KIN = re.compile(
    AWAY_NOW
    + r"[大小二三老]?(?:儿子|女儿|闺女|丫头|姑娘|妹妹|妹子|姐姐|弟弟|哥哥|侄子|侄女|侄儿|孙子|孙女|外孙|外孙女|外甥|儿媳|亲戚|妹|姐|弟|哥|儿|女)"
    r"(?:家|那儿|那里|那边|处)(?:里|了|呢|住着?)*(?:$|[，。,.（(])"
)
TAKEN_AWAY = re.compile("[（(][^（）()]{0,12}(?:接走|接去|住院|外地|老家)[^（）()]{0,8}[)）]")
RETURNS = re.compile("回(?!了)|出院|出$")
STAYS = re.compile("还|住|回|接走|接去")
DOUBT = re.compile(
    r"^[?？]+$|不清楚|不知道|未知|待定|待确认|没问到|没问|未报|没报|还没|没见|未见|等消息|待报|再问|问一下|？|\?|不确定|无人|空|没碰|没遇|没见"
)
FOR_SOMEBODY = re.compile(f"(?:我|咱)?(?:替|代|帮)?(?:我|咱)?(?:家|们)?某(?:{TITLE.pattern}|老?(?:师傅|姨))?")
PROXY = re.compile(
    r"[（(][^（）()]{0,12}(?:代|替|帮|报|女儿|儿子|孙|媳|婿|邻居|志愿者|家属|老伴)[^（）()]{0,6}[)）]|(?:女儿|儿子|孙女|孙子|媳妇|志愿者|家属|老伴|邻居)?代(?:报|发|填|接龙)?$"
)
OK_WORDS = re.compile(
    r"^(?:✓|平安|好|好着|好着呢|在|在家|到|已到|安|ok|OK|1|√|安好|正常|没事|早|报到|好的|挺好|很好|都好|一切正常|一切都好|嗯|有|已报|已报平安|报平安|健康|已见|见到|见着|已看|看过|已接|接了|已接电话|已通话|已联系|精神好|精神|起了|醒了|吃了|[+]1|没麻达|哈|没问题|老样子|早上好|今天好|到了|平安到|人好|人在|在呢|签到|打卡)[!！。~～✓，]*$"
)
# What signs somebody in beside a name; no greeting, no call upon her to report, and no 我妈+1, which joins an outing.
SIGN = re.compile("(?:✓|[oO][kK]|1|√|报安)[了。！~～✓，]*")
DOOR_FIRST = re.compile(r"^[\s\d\-—#A-Za-z\u4e00-\u9fff]{0,14}$")
TICKED = re.compile(r"^[√✓☑]+[\s，,]*|[\s，,]*[√✓☑]+$")
TICK_FIRST = re.compile(r"^[\s，]*[√✓☑]+[\s，,]*(?=\S)")
# What may answer any question, and so tells nothing under a heading that is about something else.
ANY_ANSWER = re.compile(r"^(?:[√✓☑，,\s]*|[+]?1|有|嗯|ok|好的|到|到了|已到|已报|打卡|签到|哈|没问题)$", re.I)
OPENS_WELL = re.compile(r"^(?:平安|好|在|安好|正常|没事)[，,。 ]")
# The chance of contact from which an entry of a list about how people are clears: such a list is of those who were seen.
LISTED = 0.4
NOT_YET = re.compile(
    "未|没|尚|待|缺|漏|催|提醒|谁|名单|名册|一览|[?？]"
)  # in the heading of a list of who has yet to report
CHEERFUL = frozenset({"good", "yes"})  # kinds of emoji (Text.emoji)
ADDRESSED, PAIR = "奶奶|爷爷|阿姨|叔叔?|大爷|大妈|老师|师傅|姨|婶", "家?(?:夫妇|夫妻|老两口|两口子)"  # after a name
AND_OTHER = re.compile(f"(?:{ADDRESSED})?{PAIR}")
OF_THE_NAME = re.compile(f"(?:{ADDRESSED}|老奶奶|老爷爷|老人)?(?:{PAIR})?")
OTHER_TOO = re.compile("老伴[儿]?(?:同|也|一样)")  # 平安，老伴同
OPEN = (":", "：", "-", "—", "_", "（", ")", "）")  # how an entry ends that waits to be filled in
AND = re.compile("[ ，,]?(?:和|跟|与|同)")
SKIP_TAIL = re.compile(r"^[\s:：，,\-—–·.]+|[\s，,。！!~～]+$")


def _first_of_register(text: str, who: Who) -> int | None:
    """Of a list without numbers (most of its lines after the first begin with an elder): its first entry among the lines."""
    if text.count("\n") < 2:
        return None
    lines = [line for line in text.split("\n", 100)[:100] if line.strip()]
    if len(lines) < 3:
        return None
    begun = [k for k, line in enumerate(lines) if _begins_with_elder(line, who)]
    return begun[0] if len(begun) >= 2 and len(begun) * 3 >= 2 * (len(lines) - 1) else None


def _begins_with_elder(line: str, who: Who) -> bool:
    tokens = who.tokens(line[:40], Sender())
    return any(t.ids and t.kind != "bare" and (t.start <= 4 or DOOR_FIRST.match(line[: t.start])) for t in tokens)


def is_chain(text: str, who: Who) -> bool:
    """Is this a 接龙: its own heading, at least two numbered lines, or a line for each of several elders?"""
    if len(text) < 6 or "\n" not in text:
        return HEAD.match(text) is not None if text[:1] == "#" else False
    if HEAD.search(text):
        return True
    return _numbered(text) >= 2 or _first_of_register(text, who) is not None


def _numbered(text: str) -> int:
    """How many lines are numbered, not counting a date that opens the heading."""
    lines = [line for line in text.split("\n", 100)[:100] if line.strip() and not HEAD.match(line.strip())]
    if lines and DATE_FIRST.match(lines[0]):
        lines = lines[1:]
    return sum(1 for line in lines if ENTRY.match(line))


def is_sign(text: str, named: Token) -> bool:
    """Is a text no more than the name of one elder, perhaps of who reports for him, and a sign?"""
    rest = PROXY.sub("", f"{text[: named.start]}某{text[named.end :]}")
    rest = FOR_SOMEBODY.sub("", rest).strip(" ，。：:")
    return SIGN.fullmatch(rest) is not None


def entries(text: str, who: Who) -> tuple[str, list[str]]:
    """(heading, entries with their continuation lines) of a chain."""
    if _numbered(text) < 2 and (first := _first_of_register(text, who)) is not None:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return "\n".join(lines[:first]), lines[first:]
    heading: list[str] = []
    found: list[str] = []
    example = False
    for line in text.split("\n"):
        line = line.strip()
        if not line:
            example = False
            continue
        if EXAMPLE.match(line) and not ENTRY.match(line):
            example = True
            continue
        m = None if not found and DATE_FIRST.match(line) and all(map(HEAD.match, heading)) else ENTRY.match(line)
        if m is not None:
            example = False
            body = m[5].strip()
            if EXAMPLE.match(body):
                continue
            found.append(body)
        elif found:
            if not HEAD.match(line):
                found[-1] += "，" + line if found[-1] else line
        elif not example:
            heading.append(line)
    return "\n".join(heading), found


def read(reader: Reader, message: Message, text: Text, sender: Sender, addressed: bool) -> Reading:
    """One reading for the whole list: the first intent in order leads, the other entries' contacts stand beside it."""
    heading, rows = entries(text.plain, reader.who)
    title = HEAD.sub("", heading)
    places = reader.who.places(title)
    cheerful = bool(text.emoji) and text.emoji <= CHEERFUL
    people = [(*_entry(reader, row, sender, places, cheerful), row) for row in rows]
    named = [entry for entry in people if entry[0]]
    safe = ABOUT_SAFE.search(title) is not None
    matter = _without(title, places)
    other = not safe and ABOUT_OTHER.search(matter) is not None
    states = [] if other else [_state(reader, rest, row, sender) for _, _, rest, row in named]
    filled = [row for row in rows if row]  # the last number often waits for who comes next
    bare = len(named) == len(filled) and not any(rest or row.endswith(OPEN) for _, _, rest, row in named)
    if safe and bare and HEAD.search(heading) and not NOT_YET.search(title):
        states = [("checkin", None, True)] * len(named)  # nobody says more than the name: so one signs in here
    if other or not (safe or _tells_how(matter, [e[2] for e in named], states)):
        ids = tuple(dict.fromkeys(i for found, vague, _, _ in named if not vague for i in found))
        wares = WARES.search(text.plain) is not None
        intent: Intent = "chat" if wares or not rows else "activity"
        return Reading(message.id, intent, () if wares else ids, why="接龙，不是报平安", addressed=addressed)
    by_intent: dict[Intent, dict[str, None]] = {}
    unclear: dict[Intent, bool] = {}
    alarm = None
    absent: set[tuple[dt.date | None, dt.date | None]] = set()
    for (ids, vague, _, row), got in zip(named, states, strict=True):
        if got is None:
            continue
        intent, kind, _ = got
        if vague:
            if intent in ("checkin", "concern"):
                continue  # one of several: nobody is cleared by it
            unclear[intent] = True
        alarm = alarm or kind
        if intent == "elder_away":
            first, last = when.read(row, message.at.date())
            if last is None and RETURNS.search(row):
                last = first  # one day: that of return
                first = None
            absent.add((first, last))
        by_intent.setdefault(intent, {}).update(dict.fromkeys(ids))
    worst: dict[str, Intent] = {}
    for intent in INTENTS:
        for i in by_intent.get(intent, ()):
            worst.setdefault(i, intent)
    lead = next((i for i in INTENTS if i in by_intent), None)
    if lead is None:
        return Reading(
            message.id,
            "checkin" if rows else "chat",
            (),
            why="接龙里没有可以登记的人",
            addressed=addressed,
        )
    lead_ids = tuple(i for i, intent in worst.items() if intent == lead)
    rest_ids = {intent: tuple(i for i, w in worst.items() if w == intent) for intent in by_intent if intent != lead}
    rest_ids = {intent: ids for intent, ids in rest_ids.items() if ids}
    start, end = absent.pop() if lead == "elder_away" and len(absent) == 1 else (None, None)
    order: tuple[Intent, ...] = tuple(i for i in INTENTS if i in rest_ids)
    return Reading(
        message.id,
        lead,
        lead_ids,
        order,
        {str(intent): ids for intent, ids in rest_ids.items()},
        unclear.get(lead, False),
        start,
        end,
        why=f"接龙报平安，{len(worst)}位",
        alarm=alarm,
        outcome="safe" if lead in ("checkin", "concern") else None,
        addressed=addressed,
    )


def _without(title: str, places: Sequence[Place]) -> str:
    """A heading without the names of places, which may sound like something else: 面粉厂宿舍."""
    for start, end, _ in reversed(places):
        title = title[:start] + title[end:]
    return title


def _tells_how(matter: str, rests: list[str], states: list[State | None]) -> bool:
    """Do most entries say how their people are? A heading that only says where and when asks for no more than those that speak.

    `matter`: the heading without its places.
    """
    told = [(rest, state) for rest, state in zip(rests, states, strict=True) if rest]
    if not told:
        return False
    neutral = len(WHERE_WHEN.sub("", matter)) <= 2
    telling = sum(1 for rest, state in told if state and state[2] and (neutral or not ANY_ANSWER.match(rest)))
    return telling * 2 >= (len(told) if neutral else len(rests))


def _entry(
    reader: Reader, row: str, sender: Sender, places: list[Place], cheerful: bool
) -> tuple[tuple[str, ...], bool, str]:
    """(elders, several could be meant, what is said) of one entry.

    `places`: those of the heading; `cheerful`: are all the emoji of the list so?
    """
    if not row:
        return (), False, ""
    tick = TICK_FIRST.match(row)
    if tick:
        row = row[tick.end() :]
    tokens = reader.who.tokens(row, Sender())
    named = [t for t in tokens if t.ids and t.kind not in ("other", "bare")]
    if (
        not named
        and sender.family
        and (own := [t for t in reader.who.tokens(row, sender) if t.kind == "kin" and t.ids])
    ):
        named = own
    first = re.split(r"[\s:：，,（(]", row, maxsplit=1)[0]
    by_name = [p for p in reader.roster.by_wechat(first) if p.role == "elder"]
    if named and by_name and len(first) > named[0].end - named[0].start and named[0].end <= len(first):
        named = []  # the name is only a part of that under which he writes
    if by_name and (not named or AND.fullmatch(row[len(first) : named[0].start])):
        ids = tuple(p.id for p in by_name)
        vague = len(ids) > 1
        if named:  # 月儿弯弯 和老水都好
            return (
                tuple(dict.fromkeys((*ids, *named[0].ids))),
                vague or named[0].ambiguous,
                SKIP_TAIL.sub("", PROXY.sub("", row[named[0].end :])),
            )
        return ids, vague, _said(row, row[len(first) :], cheerful)
    if not named:
        return (), False, row
    first_token = named[0]
    joined = [first_token]
    for t in named[1:]:
        between = row[joined[-1].end : t.start]
        if re.fullmatch(r"(?:奶奶|爷爷|阿姨|叔|老师|大爷)?[\s、和跟与,，/&]{0,3}(?:和|跟)?", between):
            joined.append(t)
    ids = tuple(dict.fromkeys(i for t in joined for i in t.ids))
    vague = any(t.ambiguous for t in joined)
    if vague and len({compound for place in places for compound in place[2]}) == 1:
        ids = reader.who.narrow(ids, places, [])
        vague = len(ids) > len(joined)
    end = joined[-1].end
    rest = OF_THE_NAME.sub("", row[end:], count=1)
    if len(ids) == 1 and (AND_OTHER.match(row, end) or OTHER_TOO.search(rest)):
        ids = reader.roster.household(ids[0])
    rest = _said(row, PROXY.sub("", rest), cheerful)
    return ids, vague, f"✓ {rest}" if tick and not TICKED.search(rest) else rest


def _said(row: str, rest: str, cheerful: bool) -> str:
    """What an entry says beside its name; a cheerful emoji alone, of which normalise leaves a comma, is a sign too."""
    return SKIP_TAIL.sub("", rest) or ("✓" if cheerful and row.endswith("，") else "")


def _state(reader: Reader, rest: str, row: str, sender: Sender) -> State | None:
    """What an entry says of its elder; None for blank or doubtful ones. `rest`: the `row` without its name and its proxy."""
    if not rest:
        return ("elder_away", None, True) if TAKEN_AWAY.search(row) else None
    if OK_WORDS.match(rest) or not rest.strip("√✓☑，, "):
        return "checkin", None, True
    if ELSEWHERE.match(rest) or (AT_KIN.match(rest) and STAYS.search(row)):
        return "elder_away", None, True
    ticked = TICKED.search(rest)
    if ticked:
        rest = TICKED.sub("", rest)
    well = ticked is not None or OPENS_WELL.match(rest) is not None
    clauses = split(rest, reader._scanner)
    scene = Scene(role=sender.role if sender.role != "elder" else "volunteer", subject=True, known=True, text=rest)
    verdict = judge_scene(clauses, scene)
    said = next((i for i in OWN_NEWS if i in verdict.reasons), None)  # an entry is terse: the rules go first
    weigh(verdict, scene, clauses, Blotted("某" + rest), frozenset(), reader._ear)
    intent = said or verdict.intent
    if intent not in OWN_NEWS:
        intent = "checkin" if well or verdict.contact >= LISTED else "chat"
    elif (ticked and intent == "unreachable") or (well and intent == "elder_away"):
        intent = "checkin"
    if intent == "chat" or (intent == "checkin" and not ticked and DOUBT.search(rest)):
        return None
    return intent, verdict.alarm, well or said is not None
