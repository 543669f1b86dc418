"""What WeChat puts into a message's text besides words: XML, mention spaces, system lines."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping

from bot.model import Brought, MessageType

_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)
_RECALLED = re.compile(r"<newmsgid>\s*(\d+)\s*</newmsgid>")
# "张三" 拍了拍我 / 我拍了拍 "李四" 的肩膀 / 我拍了拍自己: all names stand in quotes. "我拍了拍我妈，她没事" is somebody talking.
_PAT = re.compile(
    r"""\s*(?:["“「][^"”」\n]{1,60}["”」]\s*(?:拍了拍|tickled)\s*(?:["“「]|我|你|自己|me\b|myself\b|you\b)"""
    r"""|(?:我|你|You\b|I\b)\s*(?:拍了拍|tickled)\s*(?:["“「]|(?:自己|myself|yourself)\s*$))"""
)
# Raw messages may carry who sent them before the XML, and may be escaped once more.
_BEFORE_XML = re.compile(r"\s*(?:[\w@.-]{3,64}:\s*(?:<br\s*/?>|\n)\s*)?(?=<|&lt;)")
_APP_TYPE = re.compile(r"</title>.*?<type>\s*(\d+)\s*</type>|<type>\s*(\d+)\s*</type>", re.DOTALL)
_REFERRED = re.compile(r"<refermsg>(.*?)</refermsg>", re.DOTALL)
_REFERRED_TYPES = {3: "[图片]", 34: "[语音]", 43: "[视频]", 47: "[表情]", 48: "[位置]"}
_APP_TEXT, _APP_NOTE, _APP_QUOTE = 1, 53, 57
QUOTE_LINE = "\n" + "- " * 14 + "-\n"
# WeChat's own numbers for what an <appmsg> carries; whatever else it is, it is passed on like a link.
_APP_BRINGS: Mapping[int, Brought] = {
    6: "file", 74: "file", 19: "forwarded", 33: "program", 36: "program", 42: "card", 50: "card",
    2000: "money", 2001: "money",
}  # fmt: skip
_XML_KINDS: Mapping[str, MessageType] = {
    "emoji": "emoticon", "location": "location", "img": "image", "videomsg": "video", "voicemsg": "audio",
}  # fmt: skip
_FILE_NAME = re.compile(r"\S.{0,250}\.[A-Za-z0-9]{1,8}")
_LONGEST_NAME = 40
_PAT_XML = re.compile(r"""<sysmsg[^>]*\btype=["']pat["']""")


def is_pat(text: str) -> bool:
    """Whether a text is WeChat's own line about a nudge (拍一拍), which nobody wrote."""
    if _PAT_XML.search(_unwrapped(text)):
        return True
    found = _PAT.match(text)
    return found is not None and "\n" not in text.strip() and len(text) <= 160


def readable(text: str, kind: MessageType) -> str:
    """The words of a message; "" where WeChat's XML describes a picture or a place."""
    if (inner := _unwrapped(text)) != text or re.match(r"\s*<", text):
        if kind == "recalled":
            found = _RECALLED.search(inner)
            return found[1] if found else ""
        if kind != "text":
            return ""
    return text.replace("\u2005", " ")


def note_text(text: str) -> str:
    """The words of a 接龙: WeChat's XML carries them in its title, some gateways send them plainly."""
    inner = _unwrapped(text)
    if inner == text and not re.match(r"\s*<", text):
        return text
    return _inside("title", inner)


def app_text(text: str) -> str | None:
    """The words that somebody wrote into one of WeChat's XML messages: a 接龙, a reply that quotes, a text.

    None for anything else (a link, a file, no XML). A quoting reply reads as WeChat shows it: 「name：words」, a line, the
    reply.
    """
    inner = _unwrapped(text)
    if "<appmsg" not in inner:
        return None
    found = _APP_TYPE.search(_REFERRED.sub("", inner))
    kind = int(found[1] or found[2]) if found else 0
    if kind not in (_APP_TEXT, _APP_NOTE, _APP_QUOTE):
        return None
    words = _inside("title", inner)
    if kind != _APP_QUOTE or (quoted := _REFERRED.search(inner)) is None:
        return words
    sort = re.search(r"<type>\s*(\d+)\s*</type>", quoted[1])
    said = _inside("content", quoted[1])
    if app_said := app_text(said):
        said = app_said.rpartition(QUOTE_LINE)[2]
    elif _unwrapped(said) != said or said.lstrip().startswith("<"):
        said = ""
    shown = said or _REFERRED_TYPES.get(int(sort[1]) if sort else 0, "[消息]")
    return f"「{_inside('displayname', quoted[1])}：{shown}」{QUOTE_LINE}{words}"


def described(text: str) -> MessageType | None:
    """What kind of message WeChat's XML describes: a picture, a sticker, a place ...; None for anything else."""
    found = re.match(r"\s*(?:<\?xml[^>]*>\s*)?<msg>\s*<(emoji|location|img|videomsg|voicemsg)\b", _unwrapped(text))
    return _XML_KINDS[found[1]] if found else None


def brought(text: str) -> Brought | None:
    """What one of WeChat's XML messages passes on; "" for its own notes, None for words (app_text knows those in XML)."""
    inner = _unwrapped(text)
    if not re.match(r"\s*<(?:\?xml|msg|sysmsg|appmsg)\b", inner):
        return None
    if "<sysmsg" in inner:
        return ""
    if "<appmsg" not in inner:
        return "card" if re.search(r"<msg\b[^>]*\bnickname=", inner) else ""
    found = _APP_TYPE.search(_REFERRED.sub("", inner))
    return _APP_BRINGS.get(int(found[1] or found[2]) if found else 0, "link")


def beside(text: str, name: str) -> str:
    """What somebody wrote beside a document; gateways often put its name or XML there, and a name is no word of anybody's."""
    words = re.sub(r"^\s*\[(?:文件|File)\]\s*", "", text.replace("\u2005", " "), flags=re.I).strip()
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", name).strip()
    if not words or brought(text) is not None or _FILE_NAME.fullmatch(words):
        return ""
    return "" if stem and (stem in words or words in name) else words


def shown_name(name: str) -> str:
    """A file's name as it can be shown: without folders and tricks, its ending kept when it is shortened."""
    # What turns text around, breaks a line or is not seen could make one name look like another.
    seen = "".join(c for c in re.split(r"[/\\]", name)[-1] if unicodedata.category(c)[0] != "C")
    bare = " ".join(seen.split()).strip(" .")
    if len(bare) <= _LONGEST_NAME:
        return bare
    stem, dot, ending = bare.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) <= 8 else ""
    return bare[: _LONGEST_NAME - len(tail) - 1] + "…" + tail


def _inside(tag: str, xml: str) -> str:
    """The text of the first such element, "" without one."""
    found = re.search(rf"<{tag}>(.*?)</{tag}>", xml, re.DOTALL)
    if found is None:
        return ""
    plain = _CDATA.fullmatch(found[1])
    return plain[1] if plain else html.unescape(found[1])


def _unwrapped(text: str) -> str:
    """A raw XML message without what some gateways leave around it; any other text as it is."""
    begin = _BEFORE_XML.match(text)
    if begin is None:
        return text
    inner = text[begin.end() :]
    if inner.startswith("&lt;"):
        inner = html.unescape(inner)
    return inner if re.match(r"<(?:\?xml|msg|sysmsg|appmsg)\b", inner) else text
