"""A coordinator's orders to the bot. `text` is normalised and without 小安."""

from __future__ import annotations

import datetime as dt
import re

from bot.model import Command, Outcome
from bot.reading import when
from bot.reading.names import number
from bot.reading.senders import Sender
from bot.reading.who import Who

HELP = re.compile(
    r"^(?:帮助|帮帮我|help|怎么用|咋用|怎么弄|使用说明|说明|用法|菜单|指令|命令|你会(?:什么|啥|干啥|做什么)|你能(?:干|做)(?:什么|啥)|有(?:什么|啥|哪些)(?:功能|命令|指令)|功能|\?|？)(?:呀|啊|呢|吗|一下|列表)?[？?]?$",
    re.I,
)
MISSING = re.compile(
    r"(?:谁|哪些?|哪几|几|多少|有谁|还有谁).{0,12}(?:没报|未报|没打卡|没签到|没动静|没到|没来报|没有报|没回|没接龙|没平安|没消息)|(?:还|今天|现在)?(?:差|缺|剩)(?:谁|哪|几|多少)|"
    r"(?:未报|没报|漏报|没打卡|未打卡|没签到).{0,6}(?:名单|的人|人员|情况|几|有谁|列|发|的都|统计)?|^(?:名单|今天名单|今日名单|看名单|发名单|列名单|进度|今天进度|汇总|统计|今天情况|情况)(?:发(?:我|一)(?:下|一下)?|一下|列一下|呢)?[。！？?]?$|名单.{0,4}(?:发|列|看|给)|(?:发|列|给|看).{0,6}名单|"
    r"报了(?:几|多少)(?:户|人|个)|(?:几|多少)(?:户|人|个).{0,4}(?:报了|没报)"
)
CLOSE = re.compile(r"结束|关闭|解除|关掉|销(?:案|警)|取消警报|取消报警|结案|关了|关一下|了结|办结|撤销警报|撤警")
PAUSE = re.compile(r"暂停|停(?:报|掉|几天|一下|到)|先停|不用(?:报|提醒|催)|别(?:提醒|催)|停止提醒|请假")
RESUME = re.compile(r"恢复|重新开始|接着报|继续报|取消暂停|照常|重新报|开始报|解除暂停")
DEADLINE = re.compile(r"时限|截止|期限|最晚|deadline|几点前")
STATUS = re.compile(
    r"怎么样|咋样|怎样|报了吗|报了没|报没报|报没有|报了没有|好吗|好着吗|情况|状态|今天(?:报|好|在)|查(?:一下|询|下)?|平安吗|没事吧|有没有报|看一下|呢$|如何"
)
OUTCOMES: tuple[tuple[Outcome, re.Pattern[str]], ...] = (
    ("died", re.compile(r"去世|过世|走了|离世|病逝|没了|不在了|逝世|故去|仙逝|老了")),
    ("false_alarm", re.compile(r"误报|误会|虚惊|按错|弄错|搞错|假的|误发|误触|发错|看错|演练")),
    ("hospital", re.compile(r"医院|住院|急诊|送医|120|救护|病房|ICU|就医", re.I)),
    ("helped", re.compile(r"帮到|帮了|帮助|扶|救|处理好|解决|找到|已处理|处理了|搞定|办好|处理完")),
    ("away", re.compile(r"离开|外出|出门|去外地|旅游|不在家|走亲|回老家|女儿家|儿子家|出远门|在外地|暂离|接走")),
    ("safe", re.compile(r"平安|安全|没事|好着|正常|没问题|联系上|见到|见着|安好|没麻达|人好|在家")),
)  # fmt: skip
CLOCK = re.compile(
    r"(早上|上午|早|下午|晚上|中午|傍晚|晌午)?\s?(\d{1,2}|[一二三四五六七八九十]{1,3}|两)(?:[:：](\d{2})|点(?:(半)|(一刻)|(三刻)|(\d{1,2}|[一二三四五六七八九十]{1,3})分?|钟|整)?)"
)
DEFAULT = re.compile(r"默认|恢复原来|改回|取消时限|恢复时限|不限|原来的|照旧|跟大家一样")
NOT_ORDER = re.compile(r"^(?:怎么|咋|如何|为什么|为啥|能不能|可以)")


def read(text: str, who: Who, sender: Sender, today: dt.date) -> Command | None:
    """The order in a text to the bot, or None."""
    if not text or len(text) > 80:
        return None
    if HELP.match(text):
        return Command("help")
    stranger = Sender() if sender.role in ("coordinator", "volunteer", "clinic") else sender
    tokens = [t for t in who.tokens(text, stranger) if t.kind not in ("other", "bare")]
    named = [t for t in tokens if t.ids]
    ids = tuple(dict.fromkeys(i for t in named for i in t.ids))
    unknown = any(t.kind == "unknown" for t in tokens)
    problem = "" if ids else ("名册上没有找到这位老人" if unknown else "没有说是哪位老人")
    asks = NOT_ORDER.match(text) is not None
    if (
        not asks
        and (DEADLINE.search(text) and re.search(r"改|设|调|定|换|变|到|为|成|默认|点|恢复|取消|[:：]", text))
        and not re.search("几点", text)
    ):
        return _deadline(text, ids, problem)
    if not asks and RESUME.search(text) and (ids or unknown):
        return Command("resume", ids, problem=problem)
    if not asks and CLOSE.search(text) and not re.search("吗|？|没有$|没$", text):
        outcome = next((o for o, pattern in OUTCOMES if pattern.search(CLOSE.sub("", text))), None)
        if not problem and outcome is None:
            problem = "没有说结果：平安、帮到了、送医院了、离开、误报或去世"
        return Command("close", ids, outcome=outcome, problem=problem)
    if not asks and PAUSE.search(text) and not re.search("吗|？$", text):
        start, end = when.read(text, today)
        return Command("pause", ids, until=end or (start if start and start > today else None), problem=problem)
    if MISSING.search(text) and not ids:
        return Command("missing")
    if ids and STATUS.search(text):
        return Command("status", ids)
    if ids and sum(t.end - t.start for t in named) >= len(text) - 3:
        return Command("status", ids)
    return None


def _deadline(text: str, ids: tuple[str, ...], problem: str) -> Command:
    if DEFAULT.search(text):
        return Command("deadline", ids, problem=problem)
    found = list(CLOCK.finditer(text))
    if not found:
        return Command("deadline", ids, problem=problem or "没有说改到几点")
    m = found[-1]
    hour = 2 if m[2] == "两" else number(m[2])
    minute = int(m[3]) if m[3] else 30 if m[4] else 15 if m[5] else 45 if m[6] else number(m[7]) if m[7] else 0
    if (m[1] in ("下午", "晚上", "傍晚") and hour < 12) or (m[1] in ("中午", "晌午") and hour < 3):
        hour += 12
    if hour > 23 or minute > 59:
        return Command("deadline", ids, problem=problem or "时间看不懂")
    return Command("deadline", ids, time=dt.time(hour, minute), problem=problem)
