"""What WeChat puts into a message's text besides words: XML, mention spaces, system lines."""

from __future__ import annotations

import html
import re

from bot.model import MessageType

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)
_RECALLED = re.compile(r"<newmsgid>\s*(\d+)\s*</newmsgid>")
# "张三" 拍了拍我 / 我拍了拍 "李四" 的肩膀 / 我拍了拍自己: all names stand in quotes. "我拍了拍我妈，她没事" is somebody talking.
_PAT = re.compile(
    r"""\s*(?:["“「][^"”」\n]{1,60}["”」]\s*(?:拍了拍|tickled)\s*(?:["“「]|我|你|自己|me\b|myself\b|you\b)"""
    r"""|(?:我|你|You\b|I\b)\s*(?:拍了拍|tickled)\s*(?:["“「]|(?:自己|myself|yourself)\s*$))"""
)
_PAT_XML = re.compile(r"""<sysmsg[^>]*\btype=["']pat["']""")


def is_pat(text: str) -> bool:
    """Whether a text is WeChat's own line about a nudge (拍一拍), which nobody wrote."""
    if _PAT_XML.search(text):
        return True
    found = _PAT.match(text)
    return found is not None and "\n" not in text.strip() and len(text) <= 160


def readable(text: str, kind: MessageType) -> str:
    """The words of a message; "" where WeChat's XML describes a picture or a place."""
    if re.match(r"\s*<", text):
        if kind == "recalled":
            found = _RECALLED.search(text)
            return found[1] if found else ""
        if kind != "text":
            return ""
    return text.replace("\u2005", " ")


def note_text(text: str) -> str:
    """The words of a 接龙: WeChat's XML carries them in its title, some gateways send them plainly."""
    if not re.match(r"\s*<", text):
        return text
    found = _TITLE.search(text)
    if found is None:
        return ""
    inner = _CDATA.fullmatch(found[1])
    return inner[1] if inner else html.unescape(found[1])
