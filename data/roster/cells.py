"""What a person types into a cell → a clean value. Every reader returns the value or raises CellError with the mend."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

EARLIEST_BORN, LATEST_BORN = 1910, 2010  # a year typed into a cell formatted as a date turns into 1905
LONGEST = 2000
BLANK_WORDS = frozenset(("", "无", "没有", "暂无", "-", "--", "—", "——", "/", "\\", "N/A", "n/a", "NA"))

# Marks that copying a number out of a phone's address book leaves behind; they cannot be seen.
_INVISIBLE = dict.fromkeys((0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A)))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]")
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_FORMULA = "=+-@＝＋－＠"


class CellError(Exception):
    """`what` is wrong and how to mend it, for the coordinator; never the cell's own text where that is private."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def text(cell: str) -> str:
    """The cell on one line, without surrounding or invisible characters. Raises CellError on what no table may hold."""
    if not _ODD.search(cell):  # the common case, and quick
        found = cell
    else:
        if _CONTROL.search(cell):
            raise CellError("有看不见的控制字符", "删掉这一格重新输入")
        if "�" in cell:
            raise CellError("有乱码（字符已经丢失）", "重新输入这一格，另存为 UTF-8 编码的 CSV 或 .xlsx")
        found = " ".join(cell.translate(_INVISIBLE).split())
    if len(found) > LONGEST:
        raise CellError(f"内容太长（{len(found)} 个字）", f"缩短到 {LONGEST} 个字以内")
    if found.startswith("#") and _EXCEL_ERROR.fullmatch(found):
        raise CellError(f"是表格的出错结果 {found}", "把公式改成确定的内容，或者清空这一格")
    if found.startswith("'") and found != harmless(found):
        return found[1:]  # as `harmless` wrote it
    return found


def harmless(value: str) -> str:
    """The value so that no spreadsheet takes it for a formula; `text` gives it back unchanged."""
    bare = value.lstrip("'")
    return "'" + value if bare and bare[0] in _FORMULA else value


def known(value: str) -> str:
    """The value, or "" where somebody wrote 无 or a dash into an empty cell."""
    return "" if value in BLANK_WORDS else value


def identity(value: str) -> str:
    """An id, the same however wide its letters were typed; 1.0, which Excel makes of 1, is 1."""
    if value.isascii() and value.isalnum():
        return value
    found = "".join(unicodedata.normalize("NFKC", value).split())
    return found[:-2] if re.fullmatch(r"\d+\.0", found) else found


_BETWEEN_HAN = re.compile(r"(?<=[㐀-鿿·])\s+(?=[㐀-鿿·])")


def name(value: str) -> str:
    """A person's name; the spaces that line up two-character names with three-character ones are dropped."""
    if min(value, default="") >= "\u3400" and max(value) <= "\u9fff":
        return value
    return _BETWEEN_HAN.sub("", unicodedata.normalize("NFC", value)).replace("•", "·").replace("・", "·")


_SEXES = {"男": "男", "女": "女", "男性": "男", "女性": "女", "M": "男", "F": "女", "": ""}


def sex(value: str) -> str:
    """男, 女 or ""."""
    found = _SEXES.get(value.upper())
    if found is None:
        raise CellError("看不懂性别", "写 男 或 女，不知道就留空")
    return found


_DATE = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:(?:月|[-/.])(\d{1,2})日?|月?)(?:[ T]00:00(?::00)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def born(value: str) -> int | None:
    """The year of birth, from a year (1944, 1944年) or a whole date (1944-05-03, 1944年5月3日)."""
    if not value:
        return None
    plain = unicodedata.normalize("NFKC", value).replace(" ", "").removesuffix("生").removesuffix("出")
    mend = f"写四位数的年份，比如 1944（{EARLIEST_BORN} 到 {LATEST_BORN} 之间）"
    if match := re.fullmatch(r"(\d{4})(?:\.0)?年?", plain):
        year = int(match[1])
    elif match := _COMPACT.fullmatch(plain) or _DATE.fullmatch(value.strip()) or _DATE.fullmatch(plain):
        year = int(match[1])
        try:
            dt.date(year, int(match[2]), int(match[3] or 1))
        except ValueError:
            raise CellError("没有这一天", mend) from None
    else:
        raise CellError("看不懂出生年", mend)
    if not EARLIEST_BORN <= year <= LATEST_BORN:
        raise CellError(f"出生年 {year} 不可能", mend)
    return year


_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = "[0-9]{1,2}|[零〇一二两三四五六七八九十]{1,3}"
_MORNING, _AFTERNOON = (
    frozenset(("凌晨", "清晨", "清早", "早上", "早晨", "大早", "早", "上午", "AM")),
    frozenset(("下午", "午后", "傍晚", "晚上", "夜里", "晚", "PM")),
)
_CLOCK = re.compile(
    r"(?:每天|每日)?(?P<part>凌晨|清晨|清早|早上|早晨|大早|早|上午|中午|正午|下午|午后|傍晚|晚上|夜里|晚|AM|PM)?"
    rf"(?P<hour>{_NUMBER})"
    rf"(?:(?:[:.](?P<colon>[0-9]{{2}})(?::[0-9]{{2}})?)|(?:[点时](?:钟|整|(?P<half>半)|(?P<quarter>[一三1-3])刻|(?P<minute>{_NUMBER})分?)?))?"
    r"(?P<tail>AM|PM)?(?:之前|以前|前)?"
)
_DATED = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T](\d{1,2}:\d{2}(?::\d{2})?)")
_CLOCK_MEND = "写成 10:00 这样的 24 小时时间，留空就用社区统一的时限"


def clock(value: str) -> dt.time | None:
    """A local time of day from what people write: 10:30, 10：30, 10点半, 上午十点一刻, 下午2点, or Excel's 0.4375."""
    plain = "".join(unicodedata.normalize("NFKC", value).upper().split()) if value else ""
    if plain in BLANK_WORDS or plain == "默认":
        return None
    if match := _DATED.fullmatch(value.strip()):
        plain = match[1]
    if re.fullmatch(r"0?\.\d+", plain):  # the share of a day that Excel stores
        minutes = round(float(plain) * 24 * 60)
        return dt.time(*divmod(minutes, 60)) if 0 < minutes < 24 * 60 else _no_clock()
    plain = re.sub(r"^(\d{1,2})\.0$", r"\1", plain)
    if re.fullmatch(r"\d{4}", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    match = _CLOCK.fullmatch(plain)
    if not match:
        raise CellError("看不懂报平安时限", _CLOCK_MEND)
    hour, minute = _number(match["hour"]), 0
    if match["colon"]:
        minute = int(match["colon"])
    elif match["half"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 * _number(match["quarter"])
    elif match["minute"]:
        minute = _number(match["minute"])
    part = match["part"] or match["tail"] or ""
    if (part in _AFTERNOON and 1 <= hour < 12) or (part in ("中午", "正午") and hour in (1, 2)):
        hour += 12
    elif (part in _MORNING and hour > 12) or (part in _AFTERNOON and hour in (0, 12) and part != "PM"):
        _no_clock()
    if hour > 23 or minute > 59:
        _no_clock()
    return dt.time(hour, minute)


_ONCE = frozenset(("1", "1.0", "一", "一次", "1次", "每天一次", "每日一次", "否", "默认"))
_TWICE = frozenset(("2", "2.0", "二", "两", "两次", "二次", "2次", "早晚", "早晚各一次", "每天两次", "每日两次", "是"))


def twice(value: str) -> bool:
    """Whether somebody reports morning and evening: 1 or 2 times a day, in digits or words."""
    plain = "".join(unicodedata.normalize("NFKC", value).split())
    if plain in BLANK_WORDS or plain in _ONCE:
        return False
    if plain in _TWICE:
        return True
    raise CellError("看不懂报平安次数", "写 1 或 2（2 是早晚各一次），留空就是一次")


def _no_clock() -> dt.time:
    raise CellError("没有这个时间", _CLOCK_MEND)


def _number(digits: str) -> int:
    if digits.isdigit() and digits.isascii():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[d]) for d in digits))
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def phone(value: str) -> str:
    """A telephone number without spaces: digits, an area code's dash, an extension; several stand with 、 between."""
    if value.isascii() and value.isdigit() and 3 <= len(value) <= 16:
        return value
    if value in BLANK_WORDS:
        return ""
    plain = unicodedata.normalize("NFKC", value)
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", plain.upper()):
        raise CellError("被表格软件改成了科学计数法，号码已经不全", "把这一列设成文本格式，重新输入号码")
    plain = re.sub(r"^(\d{5,})\.0$", r"\1", plain)
    numbers = [n for n in re.split(r"[,、;/]|(?<=\d{7})\s+(?=[01])", plain) if n.strip()]
    cleaned = []
    for number in numbers:
        bare = re.sub(r"[\s‐-―−]", lambda m: "" if m[0].isspace() else "-", number)
        match = re.fullmatch(r"(\+?\d[\d\-]*|\+?\(\d+\)[\d\-]+)((?:转|#|\*|EXT\.?)\d{1,6})?", bare.upper())
        if not match or not 3 <= sum(c.isdigit() for c in match[1]) <= 16:
            raise CellError("电话里有不该有的字符，或者位数不对", "只写数字，分机写成 转888，两个号码中间用 、 隔开")
        if re.fullmatch(r"1\d{2}-\d{4}-\d{4}", bare):
            bare = bare.replace("-", "")
        cleaned.append(bare)
    return "、".join(cleaned)


_BETWEEN_ALIASES = re.compile(r"[、，,;；/|\s]+")


def aliases(value: str) -> tuple[str, ...]:
    """The nicknames in one cell, each once."""
    return tuple(dict.fromkeys(part for part in _BETWEEN_ALIASES.split(known(value)) if part))


_ROLES = {
    "志愿者": "volunteer", "义工": "volunteer", "网格员": "volunteer", "社区网格员": "volunteer",
    "卫生站": "clinic", "卫生服务站": "clinic", "医生": "clinic", "护士": "clinic",
    "协调员": "coordinator", "协调人": "coordinator",
}  # fmt: skip
ROLE_NAMES = {"volunteer": "志愿者", "clinic": "卫生站", "coordinator": "协调员"}


def role(value: str) -> str:
    """volunteer, clinic or coordinator; an empty cell is a volunteer."""
    found = _ROLES.get(unicodedata.normalize("NFKC", value)) if value else "volunteer"
    if found is None:
        raise CellError("没有这个角色", "写 志愿者、卫生站 或 协调员")
    return found
