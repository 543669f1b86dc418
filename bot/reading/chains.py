"""接龙: a numbered list that is sent whole each time. Each entry is read by itself; headings and examples are no news."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.model import INTENTS, Intent, Message, Reading
from bot.reading.clauses import split
from bot.reading.normalise import Text
from bot.reading.scene import Scene
from bot.reading.several import OWN_NEWS
from bot.reading.weighing import CLEAR, weigh
from bot.reading.what import judge_scene
from bot.reading.who import Sender, Who

if TYPE_CHECKING:
    from bot.reading.reader import Reader

HEAD = re.compile(r"#\s?(?:接龙|group\s?note|接力|chain)", re.I)
ENTRY = re.compile(
    r"^\s{0,6}(?:(\d{1,3})\s{0,2}[.、．)）:：]|(\d{1,3})\s(?=[\u4e00-\u9fff])|([①-⑳])|[（(](\d{1,3})[)）])\s{0,4}(.*)$"
)
EXAMPLE = re.compile(r"^\s{0,6}(?:例|示例|样例|举例|例如|范例|格式|如)\s{0,2}[:：.、 ]?")
ABOUT_SAFE = re.compile(
    r"平安|报安|报到|签到|打卡|安好|今日情况|健康|每日一报|探访|走访|回访|巡访|看望|问候|早安|到了没|入户|电话访|情况登记|身体状况|状况"
)
ABOUT_OTHER = re.compile(
    r"报名|活动|团购|鸡蛋|一板|订餐|订饭|订购|接种|疫苗|排练|合唱|二胡|包饺子|讲座|参加|名额|电影|旅游|采摘|聚餐|午餐|晚餐|早餐|理发|义剪|体检|义诊|课|班|领|米|面|油|菜|水果|苹果|牛奶|斤|箱|袋|快递|拼单|报数|演出|比赛|志愿者|值班|排班|投票|选|车位|缴费|交费|收费|换|维修|改造|电梯|意见|同意|签名"
)
DOUBT = re.compile(
    r"^[?？]+$|不清楚|不知道|未知|待定|待确认|没问到|没问|未报|没报|还没|没见|未见|等消息|待报|再问|问一下|？|\?|不确定|无人|空"
)
PROXY = re.compile(
    r"[（(][^（）()]{0,12}(?:代|替|帮|报|女儿|儿子|孙|媳|婿|邻居|志愿者|家属|老伴)[^（）()]{0,6}[)）]|(?:女儿|儿子|孙女|孙子|媳妇|志愿者|家属|老伴|邻居)?代(?:报|发|填|接龙)?$"
)
OK_WORDS = re.compile(
    r"^(?:✓|平安|好|好着|好着呢|在|在家|到|已到|安|ok|OK|1|√|安好|正常|没事|早|报到|好的|挺好|很好|都好|一切正常|一切都好|嗯|有|已报|已报平安|报平安|健康|已见|见到|见着|已看|看过|已接|接了|已接电话|已通话|已联系|精神好|精神|起了|醒了|吃了|[+]1|没麻达|哈|没问题|老样子|早上好|今天好|到了|平安到|人好|人在|在呢|签到|打卡)[!！。~～✓，]*$"
)
DOOR_FIRST = re.compile(r"^[\s\d\-—#A-Za-z\u4e00-\u9fff]{0,14}$")
TICKED = re.compile(r"^[√✓☑]+[\s，,]*")
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
    numbered = sum(1 for line in text.split("\n", 60)[:60] if ENTRY.match(line))
    return numbered >= 2 or _first_of_register(text, who) is not None


def entries(text: str, who: Who) -> tuple[str, list[str]]:
    """(heading, entries with their continuation lines) of a chain."""
    numbered = any(ENTRY.match(line) for line in text.split("\n", 100)[:100])
    if not numbered and (first := _first_of_register(text, who)) is not None:
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
        m = ENTRY.match(line)
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
    safe = ABOUT_SAFE.search(title) is not None
    other = ABOUT_OTHER.search(title) is not None
    people = [_entry(reader, row, sender) for row in rows]
    named = [(ids, vague, rest) for ids, vague, rest in people if ids]
    if not safe:
        spoken = sum(1 for _, _, rest in named if OK_WORDS.match(rest) or re.search("平安|好着|在家", rest))
        bare = sum(1 for _, _, rest in named if not rest)
        if other or not named or spoken * 2 < len(named) or (bare == len(named) and not title):
            ids = tuple(dict.fromkeys(i for found, vague, _ in named if not vague for i in found))
            wares = re.search(r"鸡蛋|团购|斤|板|箱|袋|拼|订购|元|块钱|价", text.plain) is not None
            intent: Intent = "chat" if wares or not rows else "activity"
            return Reading(message.id, intent, () if wares else ids, why="接龙，不是报平安", addressed=addressed)
    by_intent: dict[Intent, dict[str, None]] = {}
    unclear: dict[Intent, bool] = {}
    alarm = None
    for ids, vague, rest in named:
        got = _state(reader, rest, safe, sender)
        if got is None:
            continue
        intent, kind = got
        if vague:
            if intent in ("checkin", "concern"):
                continue  # one of several: nobody is cleared by it
            unclear[intent] = True
        alarm = alarm or kind
        by_intent.setdefault(intent, {}).update(dict.fromkeys(ids))
    worst: dict[str, Intent] = {}
    for intent in INTENTS:
        for i in by_intent.get(intent, ()):
            worst.setdefault(i, intent)
    lead = next((i for i in INTENTS if i in by_intent), None)
    if lead is None:
        return Reading(
            message.id,
            "checkin" if safe and rows else "activity" if rows else "chat",
            (),
            why="接龙里没有可以登记的人",
            addressed=addressed,
        )
    lead_ids = tuple(i for i, intent in worst.items() if intent == lead)
    rest_ids = {intent: tuple(i for i, w in worst.items() if w == intent) for intent in by_intent if intent != lead}
    rest_ids = {intent: ids for intent, ids in rest_ids.items() if ids}
    order: tuple[Intent, ...] = tuple(i for i in INTENTS if i in rest_ids)
    return Reading(
        message.id,
        lead,
        lead_ids,
        order,
        {str(intent): ids for intent, ids in rest_ids.items()},
        unclear.get(lead, False),
        why=f"接龙报平安，{len(worst)}位",
        alarm=alarm,
        outcome="safe" if lead in ("checkin", "concern") else None,
        addressed=addressed,
    )


def _entry(reader: Reader, row: str, sender: Sender) -> tuple[tuple[str, ...], bool, str]:
    """(elders, several could be meant, what is said) of one entry."""
    if not row:
        return (), False, ""
    tokens = reader.who.tokens(row, Sender())
    named = [t for t in tokens if t.ids and t.kind not in ("other", "bare")]
    if (
        not named
        and sender.family
        and (own := [t for t in reader.who.tokens(row, sender) if t.kind == "kin" and t.ids])
    ):
        named = own
    if not named:
        first = re.split(r"[\s:：，,（(]", row, maxsplit=1)[0]
        by_name = [p for p in reader.roster.by_wechat(first) if p.role == "elder"]
        if by_name:
            return tuple(p.id for p in by_name), len(by_name) > 1, SKIP_TAIL.sub("", row[len(first) :])
        return (), False, row
    first_token = named[0]
    joined = [first_token]
    for t in named[1:]:
        between = row[joined[-1].end : t.start]
        if re.fullmatch(r"(?:奶奶|爷爷|阿姨|叔|老师|大爷)?[\s、和跟与,，/&]{0,3}(?:和|跟)?", between):
            joined.append(t)
    ids = tuple(dict.fromkeys(i for t in joined for i in t.ids))
    vague = any(t.ambiguous for t in joined)
    rest = row[joined[-1].end :]
    rest = re.sub(
        r"^(?:奶奶|爷爷|老奶奶|老爷爷|阿姨|叔叔|叔|大爷|大妈|老师|老人|师傅|姨|婶|夫妇|夫妻|老两口|两口子)", "", rest
    )
    if re.match(r"^(?:夫妇|夫妻|老两口|两口子)", row[joined[-1].end :]) and len(ids) == 1:
        ids = reader.roster.household(ids[0])
    rest = PROXY.sub("", rest)
    return ids, vague, SKIP_TAIL.sub("", rest)


def _state(reader: Reader, rest: str, safe: bool, sender: Sender) -> tuple[Intent, str | None] | None:
    """What an entry says of its elder; None for blank or doubtful ones."""
    if not rest:
        return None
    if OK_WORDS.match(rest):
        return "checkin", None
    ticked = TICKED.match(rest)
    if ticked:
        rest = rest[ticked.end() :]
    clauses = split(rest, reader._scanner)
    scene = Scene(role=sender.role if sender.role != "elder" else "volunteer", subject=True, known=True, text=rest)
    verdict = judge_scene(clauses, scene)
    said = next((i for i in OWN_NEWS if i in verdict.reasons), None)  # an entry is terse: the rules go first
    weigh(verdict, scene, clauses, "某" + rest, frozenset(), reader._ear)
    intent = said or verdict.intent
    if intent not in OWN_NEWS:
        intent = "checkin" if ticked or verdict.contact >= CLEAR else "chat"
    elif ticked and intent in ("unreachable", "elder_away"):
        intent = "checkin"
    if intent == "chat" or (intent == "checkin" and not ticked and DOUBT.search(rest)):
        return None
    return intent, verdict.alarm
