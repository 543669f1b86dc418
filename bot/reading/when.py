"""The days of an absence: 明天到周五, 下周三回来, 三天, 这个礼拜 → (first day, last day), either may be missing."""

from __future__ import annotations

import datetime as dt
import re

from bot.reading.names import number

CN = "[一二两三四五六七八九十]"
NIGHTS = ("晚上", "晚", "宿")
WEEKDAY = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "末": 5,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
    "7": 6,
}
DAYS = {
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今个": 0, "今儿": 0, "今下午": 0, "今晨": 0, "今夜": 0, "今": 0,
    "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "明个": 1, "明儿": 1, "明": 1,
    "后天": 2, "后日": 2, "后个": 2, "后儿": 2, "大后天": 3, "大后日": 3,
    "昨天": -1, "昨晚": -1, "昨日": -1, "昨个": -1, "昨儿": -1, "昨": -1, "前天": -2, "前日": -2, "前晚": -2, "夜来": -1,
}  # fmt: skip
# First day of the lunar year, mid-autumn and dragon-boat day, by year.
LUNAR = {
    2026: ((2, 17), (9, 25), (6, 19)), 2027: ((2, 6), (9, 15), (6, 9)), 2028: ((1, 26), (10, 3), (5, 28)),
    2029: ((2, 13), (9, 22), (6, 16)), 2030: ((2, 3), (9, 12), (6, 5)), 2031: ((1, 23), (10, 1), (6, 24)),
}  # fmt: skip
DAY = dt.timedelta(days=1)
HORIZON = dt.timedelta(days=1000)
FEASTS = {"年底": (12, 31), "元旦": (1, 1), "国庆": (10, 1), "五一": (5, 1), "清明": (4, 5)}  # month, day
AFTERGLOW = dt.timedelta(days=8)  # so long after a feast its name does not mean next year's
NO_DAY = "(?!楼|院|线|小区|床|桌|门|电|路)"  # after a number with 号, which is a house's then
POINT = re.compile(
    r"(?P<md>(?P<month>\d{1,2})(?:月|[./])(?P<day>\d{1,2})(?:号|日)?)"
    r"|(?P<cmd>(?P<cmonth>十?[一二三四五六七八九十])月(?P<cday>[一二三四五六七八九十]{1,3})(?:号|日)?)"
    r"|(?P<dom>(?P<drel>(?:这个?|本|下个?)月的?)?(?P<dday>\d{1,2}|[一二三四五六七八九十]{1,3})(?:号|日)" + NO_DAY + r")"
    r"|(?P<week>(?P<rel>这个?|本|下下个?|下个?|上个?|大下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末1-7])(?!个|天之内))"
    r"|(?P<whole>(?P<wrel>这个?|本|下下个?|下个?|上个?)(?P<unit>周|星期|礼拜|月)(?!末|[一二三四五六日天]))"
    r"|(?P<wkend>周末|(?:大)?礼拜天)"
    r"|(?P<monthend>(?P<mrel>这个?|本|下个?|\d{1,2}|[一二三四五六七八九十]{1,2})?月(?P<part>底|末|中|初))"
    r"|(?P<lunar>(?:大年|正月|年)?初(?P<lday>[一二三四五六七八九十])|正月(?P<lteen>十[一二三四五六七八九]?)|除夕|大年三十|年三十|元宵|中秋节?|端午节?)"
    r"|(?P<yearend>年底|年前|过完年|元旦|国庆|五一|春节|过年|中秋|端午|清明|开春)(?P<shift>[前后](?:一|两)?天|后)?"
    r"|(?P<rday>大后[天日]|[今明后昨前](?:天|日|早|晚|个|儿|晨|夜|下午|上午)|夜来|(?<![昆光聪说声证文志黎])[今明昨](?=天|早|晚|后|起|明|上午|下午|中午|，|。|\s|去|走|到))"
)
TWO = re.compile(r"(今明|明后|今明后|后大后)(两|三|二)?天")
SPAN = re.compile(
    r"(?<![第\d前上过])(?P<n>\d{1,3}|半|[一二两三四五六七八九十]{1,3}|个把|几|好几|十来|十几)(?P<ge>个)?(?P<unit>天|日(?=游)|日|周|星期|礼拜|月|晚上|晚|宿|来天|年)(?!前|内|以前|之内|后回|没|以后|之后|里|一次|两次|三次|后|多没|线|中午|早)"
)
AFTER = re.compile(
    r"(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,2})(?P<ge>个)?(?P<unit>天|周|星期|礼拜|月)(?:后|以后|之后)(?:才|就|再)?(?:回|返|到家|出院)"
)
UNTIL = re.compile(r"(到|至|[-—~～])(?!了|家|这|那|处)")
BACK = re.compile(
    r"(回来|回屋|回兰|回家|回去|才回|再回|返回|返兰|就回|能回|回得|出院|到家|送回|接回|归来|才能?回|走人|回(?=[，。！？\s]|$)|才到|照常|为止|能出|才能出|出来|出(?=[，。！？\s]|$)|恢复|再接|才过来|结束|落地|下来|才下|才走得开|才有空|才能过|到兰|进兰州|才能?到|才进|赶得?回|放人|放回|放我回|让回|能走|落屋|返程|返(?=[，。！]|$)|归(?=[，。！]|$)|回[一-鿿]{1,5}(?:院|小区|苑|新村|宿舍|巷|自己家)(?=[，。！ ]|$)|(?:夜里|晚上|早上|上午|下午|中午|凌晨|半夜)到$)"
)
START = re.compile(r"(从|自|打)?$")
FROM_ON = re.compile(
    r"^(?:早上|上午|下午|晚上|一早|中午|清早|早|凌晨)?(?:就)?(?:起|开始|走|出发|去|到|要去|上午去|住院|动身|飞|住|做|入院|进|回老|接|启程|出门|坐)"
)
# Words that stand for others, and the first number of 十四到十七号, which is a day as well.
AS_SAID = ((re.compile(r"元月(?=\d)"), "1月"), (re.compile("元月"), "一月"), (re.compile("廿"), "二十"))
FIRST_OF_TWO = re.compile(
    r"(?<![\d.十])(?<!\d[:：])(\d{1,2}|[一二三四五六七八九十]{1,3})(?=(?:到|至|[-—~～])(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:号|日)"
    + NO_DAY
    + ")"
)
# What follows the first day of 5月20到22, and of 下周一二三
TO_DAY = re.compile("(?:到|至|[-—~～])(\\d{1,2}|[一二三四五六七八九十]{1,3})(?![\\d:：点.月])")
TO_WEEKDAY = re.compile("[到至、]?[一二三四五六日天]{0,2}([一二三四五六日天])(?![个点号楼天月层次])")
GOES = re.compile(
    "(?:早上|上午|下午|晚上|一早|早|中午|夜里)?(?:的?(?:高铁|火车|飞机|动车))?(?:就|接|要|得)?(?:走|飞|出发|动身|启程)(?![回到])"
)
TAKEN_IN = re.compile("[^，。]{0,4}(?:住|收|转|送[去到]|抢)")
SEASONS, SETS_OUT = (
    frozenset({"年底", "年前", "过年", "春节", "开春"}),
    re.compile("[^，。]{0,2}(?:去|走|飞|到|回|出|住|起|开始)"),
)
BEFORE = re.compile("[之以]?前")
ON_FROM = re.compile("(?:早上|上午|下午|晚上)?(?:起|开始)(?![^，。]{0,3}(?:恢复|照常|照旧|继续|正常|接着|重新))")
NOW = re.compile(
    "今[天晚早个儿日]|一早|(?<![明后])早上让|这会儿|已经上|刚把|机场|转机|候机|坐(?:高铁|火车|飞机|大巴)去|(?:高铁|火车|飞机|动车)上|刚到|上车了?|(?<!天)下午.{0,5}(?:走|飞|到京|的高铁|的飞机|的火车|进场)|这两天去"
    "|(?<!天)(?:早上|上午)[^，。]{0,4}(?:走|接走|接来|出发)的|早班车|出差到|已经坐"
)
WEEKLY = re.compile("周|星期|礼拜")
REMAIN = re.compile(
    r"(还|要|得|再|待|呆|住|观察|留|休|共|大概|玩|去|出差|培训|请假|一去|需|出门|走|休息|歇|这|加班|在那|照看|照顾|隔离|值|住院|前后)"
)


def read(text: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """(first day, last day) that the text gives, relative to `today`; both inclusive, None where it gives none."""
    try:
        start, end = _read(text, today)
    except (ValueError, OverflowError, KeyError):
        return None, None
    return _near(start, today), _near(end, today)


def _near(day: dt.date | None, today: dt.date) -> dt.date | None:
    """The day, unless it is so far off that the text cannot have meant it: 600周."""
    return day if day is not None and abs(day - today) <= HORIZON else None


def _read(text: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    text = text[:600]
    for word, meant in AS_SAID:
        text = word.sub(meant, text)
    text = FIRST_OF_TWO.sub(r"\1号", text)
    two = TWO.search(text)
    if two is not None:
        first = today + dt.timedelta(days={"今": 0, "明": 1, "后": 2}[two[1][0]])
        return first, first + dt.timedelta(days=2 if "三" in two[0] or len(two[1]) == 3 else 1)
    points: list[tuple[int, int, dt.date, dt.date]] = []
    for m in POINT.finditer(text):
        got = _point(m, today)
        if got is not None:
            points.append((m.start(), m.end(), *got))
    start, end = _ranges(text, points, today)
    return start, end


def _ranges(
    text: str, points: list[tuple[int, int, dt.date, dt.date]], today: dt.date
) -> tuple[dt.date | None, dt.date | None]:
    for k in range(len(points) - 1):  # 明天到周五
        a, b = points[k], points[k + 1]
        between = text[a[1] : b[0]]
        if re.fullmatch(
            r"(?:早上|上午|下午|晚上|中午|起|开始|晚)?\s?(?:到|至|[-—~～－])\s?|[和、跟与]?(?=$)", between
        ) and (between or b[2] - a[3] == DAY or re.match("周|星期|礼拜|这周|本周|下周", text[a[0] : a[1]])):
            last = b[3]
            if last < a[2]:
                last = _later(b[3], a[2], text[b[0] : b[1]])
            return a[2], last
    for s, e, first, last in points:
        if first == last and (to := _counted_on(text, s, e, first)) is not None:  # 下周一二三, 5月20到22
            return first, to
    length = _length(text)
    # 从今天起 tells the first day, whatever other days are named.
    start = next((first for _, e, first, _ in points if ON_FROM.match(text, e) and first >= today), None)
    leaves = next((first for _, e, first, last in points if first == last and GOES.match(text, e)), None)
    start = start or leaves
    end: dt.date | None = None
    range_end: dt.date | None = None  # of 这个礼拜, 国庆
    end_said = ""  # the words that gave it
    for k, (s, e, first, last) in enumerate(points):
        before, after = text[max(0, s - 4) : s], text[e : e + 8]
        following = points[k + 1][0] if k + 1 < len(points) else len(text)
        piece = re.split("[，。！？；]", text[e : min(e + 14, following)])[0]
        comes_back = BACK.search(piece)
        if (comes_back is not None and not re.match(r"(?:回老家|回来接|回娘家|出院)", piece)) or (
            comes_back is not None and "出院" in piece
        ):
            between = piece[: comes_back.start()]
            if not any(t in between for t in "去走"):
                if end is None or last > end:
                    end, end_said = last, text[s:e]
                continue
        if BEFORE.match(after) and not text[s:e].endswith(("年", "节", "旦", "庆")):  # 月底前我都回不来, 十号以前
            if text[s:e].endswith(("底", "末")):
                start = start or today
            end, end_said = last, text[s:e]
            continue
        if re.search(r"(到|至|住到|待到|呆到|等到|要到|得到|直到|回程|返程)$", before) and not re.search(
            r"(?:从|回|来|送|接|今天|快|刚)到$", before
        ):
            end, end_said = last, text[s:e]
            continue
        if first != last and e - s >= 1:  # 这个礼拜, 周末
            start = start or max(first, today)
            range_end = range_end or last
            continue
        if text[s:e] in SEASONS and not SETS_OUT.match(after):
            continue  # 年底车多，我明天跑趟远门
        if start is None and (
            first >= today or length is not None or re.search("住|入院|起|开始|去|走|来|到|接", after)
        ):
            start = first
    if end is None and leaves is None:
        end = range_end
    if length is not None and start is not None and start < today:
        taken_in = (text[e : e + 8] for _, e, first, _ in points if first == today)
        if any(TAKEN_IN.match(piece) for piece in taken_in):
            start = today  # 昨晚送的急诊，今天收住院，住三天
    if AFTER.search(text) and end is None:
        m = AFTER.search(text)
        assert m is not None
        base = start or today
        end = base + _delta(m["n"], m["ge"], m["unit"])
        return start, end
    if length is not None:
        if end is None:
            base = start or today
            return base, _plus(base, length)
        if start is None:
            return (today if _plus(today, length) in (end, end - DAY) else None), end
    if start is not None and end is not None and end < start:  # 下周一去，周六回
        end = _later(end, start, end_said) if WEEKLY.search(end_said) else None
    if start is not None and end is None and start < today and not re.search("从|起|开始|住", text):
        start = None
    if start is None and end is not None and NOW.search(text) is not None and end > today:
        start = today
    return start, end


def _counted_on(text: str, start: int, end: int, first: dt.date) -> dt.date | None:
    """The last day where the day text[start:end] is carried on without its week or month: 下周一二三, 5月20到22."""
    said = text[start:end]
    if WEEKLY.search(said):
        if (m := TO_WEEKDAY.match(text, end)) and m[1] in WEEKDAY and said[-1] in WEEKDAY:
            days = (WEEKDAY[m[1]] - WEEKDAY[said[-1]]) % 7
            return first + days * DAY if days else None
    elif "月" in said and not said.endswith(("月", "底", "末", "中", "初")) and (m := TO_DAY.match(text, end)):
        day = number(m[1])
        if first.day < day <= _month_days(first.year, first.month):
            return first.replace(day=day)
    return None


def _later(day: dt.date, first: dt.date, words: str) -> dt.date:
    """The same day of a later week, or month, that is not before `first`."""
    weekly = WEEKLY.search(words) is not None
    month_day = day.day
    while day < first:
        if weekly:
            day += 7 * DAY
        else:
            year, month = _next_month(day.year, day.month)
            day = dt.date(year, month, min(month_day, _month_days(year, month)))
    return day


def _number(text: str) -> int | None:
    if text in ("几", "好几", "个把", "十来", "十几"):
        return None
    return number(text.replace("两", "二"))


def _length(text: str) -> tuple[int, str] | None:
    """(how many, d/w/m) of the span named, like 三天, 一个礼拜, 半个月."""
    for m in SPAN.finditer(text):
        before = text[max(0, m.start() - 3) : m.start()]
        unit = "d" if m["unit"] in ("天", "日", *NIGHTS) else "w" if m["unit"] in ("周", "星期", "礼拜") else "m"
        if (
            m["unit"] == "年"
            or (m["unit"] == "月" and not m["ge"])
            or (m["unit"] == "日" and text[m.end() : m.end() + 1] != "游")
        ):
            continue
        if before.endswith(("每", "第", "前", "过", "昨", "那", "上", "天", "等")) and not before.endswith(
            ("再过", "天", "上")
        ):
            continue
        if m["unit"] in NIGHTS and before.endswith(("周", "礼拜", "星期")):  # 周三晚上
            continue
        if m["unit"] in ("天", "晚") and m["n"] in ("一",) and re.search(r"(整|这|一)$", before):
            continue
        after = text[m.end() : m.end() + 2]
        if (
            unit == "d"
            and "起" not in text[: m.start()]
            and after.startswith(("没", "了没", "不"))
            and not after.startswith("不在")
        ):
            continue
        if m["n"] == "半":
            return (15, "d") if unit == "m" else (1, "d")
        count = _number(m["n"])
        if count is None or m["unit"] == "来天":
            return None
        if m["unit"] in NIGHTS and text[m.end() : m.end() + 1] != "班":
            count += 1  # after two nights the third day is the last
        return count, unit
    return None


def _delta(n: str, ge: str | None, unit: str) -> dt.timedelta:
    count = _number(n) or 0
    return dt.timedelta(days=count * (1 if unit == "天" else 7 if unit != "月" else 30))


def _plus(start: dt.date, length: tuple[int, str]) -> dt.date:
    """The last day of a span that counts its first day."""
    count, unit = length
    if unit == "d":
        return start + dt.timedelta(days=max(count, 1) - 1)
    if unit == "w":
        return start + dt.timedelta(days=7 * count - 1)
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(start.day, _month_days(year, month))) - dt.timedelta(days=1)


def _next_month(year: int, month: int) -> tuple[int, int]:
    """The year and month after a month."""
    return year + month // 12, month % 12 + 1


def _month_days(year: int, month: int) -> int:
    return (dt.date(*_next_month(year, month), 1) - DAY).day


def _point(m: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    """One time expression → its first and last day."""
    monday = today - dt.timedelta(days=today.weekday())
    if m["md"] or m["cmd"]:
        month = int(m["month"]) if m["md"] else number(m["cmonth"])
        day = int(m["day"]) if m["md"] else number(m["cday"])
        date = dt.date(today.year, month, day)
        if date < today - dt.timedelta(days=180):
            date = dt.date(today.year + 1, month, day)
        return date, date
    if m["dom"]:
        day = number(m["dday"])
        if (m["drel"] or "").startswith("下"):
            return (dt.date(*_next_month(today.year, today.month), day),) * 2
        if day <= _month_days(today.year, today.month) and day >= today.day - 3:
            date = today.replace(day=day)
        else:
            date = dt.date(*_next_month(today.year, today.month), day)
        return date, date
    if m["week"]:
        rel, wd = m["rel"] or "", m["wd"]
        if wd == "末":
            base = monday + dt.timedelta(days=7 * _weeks(rel) + 5)
            if not rel and base + dt.timedelta(days=1) < today:
                base += dt.timedelta(days=7)
            return max(base, today) if base + dt.timedelta(days=1) >= today else base, base + dt.timedelta(days=1)
        date = monday + dt.timedelta(days=7 * _weeks(rel) + WEEKDAY[wd])
        if not rel and date < today:
            date += dt.timedelta(days=7)
        return date, date
    if m["whole"]:
        rel = m["wrel"]
        if m["unit"] == "月":
            if not rel.startswith("下"):
                return max(today, today.replace(day=1)), today.replace(day=_month_days(today.year, today.month))
            year, month = _next_month(today.year, today.month)
            return dt.date(year, month, 1), dt.date(year, month, _month_days(year, month))
        base = monday + dt.timedelta(days=7 * _weeks(rel))
        return (today if not _weeks(rel) else base), base + dt.timedelta(days=6)
    if m["wkend"]:
        base = monday + dt.timedelta(days=5)
        if m["wkend"].endswith("礼拜天"):
            return base + dt.timedelta(days=1), base + dt.timedelta(days=1)
        return max(base, today), base + dt.timedelta(days=1)
    if m["monthend"]:
        year, month = today.year, today.month
        rel = m["mrel"] or ""
        if rel and rel[0] not in "这本下":
            month = number(rel)
            year += month < today.month
        elif rel.startswith("下") or m["part"] == "初":
            year, month = _next_month(year, month)
        if m["part"] in "底末":
            last = dt.date(year, month, _month_days(year, month))
            return last, last
        if m["part"] == "初":
            return dt.date(year, month, 1), dt.date(year, month, 1)
        return dt.date(year, month, 15), dt.date(year, month, 15)
    if m["lunar"]:
        return _lunar(m, today)
    if m["yearend"]:
        feast = FEASTS.get(m["yearend"])
        if feast is None or m["shift"] == "后" or dt.timedelta() < today - dt.date(today.year, *feast) < AFTERGLOW:
            return None
        shift = (m["shift"] or "")[:2]
        from_it = (2 if shift.endswith("两") else 1) * {"前": -1, "后": 1}.get(shift[:1], 0)
        return (_next(today, *feast) + from_it * DAY,) * 2
    if m["rday"]:
        word = m["rday"]
        days = DAYS.get(word, DAYS.get(word[:2], DAYS.get(word[:1])))
        if days is None:
            return None
        date = today + dt.timedelta(days=days)
        return date, date
    return None


def _next(today: dt.date, month: int, day: int) -> dt.date:
    date = dt.date(today.year, month, day)
    return date if date >= today else date.replace(year=today.year + 1)


def _lunar(m: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    """Days of the lunar year, as far as the table goes: the next one from today."""
    for year in (today.year, today.year + 1):
        if year not in LUNAR:
            return None
        new_year, autumn, boats = (dt.date(year, *day) for day in LUNAR[year])
        word = m["lunar"]
        if day := m["lday"] or m["lteen"]:
            date = new_year + dt.timedelta(days=number(day) - 1)
        elif "元宵" in word:
            date = new_year + dt.timedelta(days=14)
        elif "中秋" in word:
            date = autumn
        elif "端午" in word:
            date = boats
        else:
            date = new_year - dt.timedelta(days=1)
        if date >= today:
            return date, date
    return None


def _weeks(rel: str) -> int:
    if rel.startswith(("下下", "大下")):
        return 2
    if rel.startswith("下"):
        return 1
    return -1 if rel.startswith("上") else 0
