"""A page whose messages stand in it as elements: wechat-dump's, and WechatExporter's."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from bot.chatlog import pages
from bot.chatlog.about import About
from bot.chatlog.bodies import QUOTE
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.stamps import BadStamp, parse
from bot.model import Brought, MessageType

ME = "我"
# What wechat-dump writes for what it cannot show.
_STANDS_FOR: tuple[tuple[str, MessageType, Brought], ...] = (
    ("Image", "image", ""), ("Voice", "audio", ""), ("Emoji", "emoticon", ""), ("VIDEO FILE.*|WeChat VIDEO", "video", ""),
    ("LOCATION(?:: .*|:.*| SHARING)", "location", ""), ("URL:.*|Link", "text", "link"), ("FILE:.*", "text", "file"),
    ("NAMECARD:.*", "text", "card"), (r"\[(?:RED ENVELOPE|Money Transfer)\].*", "text", "money"),
)  # fmt: skip
# WechatExporter's numbers are WeChat's.
_KINDS: dict[str, MessageType] = {
    "3": "image",
    "34": "audio",
    "43": "video",
    "62": "video",
    "47": "emoticon",
    "48": "location",
}
_MORE = re.compile(r"numberOfMsgs\s*=\s*parseInt\('(\d+)'\)")


def read(root: Any, about: About) -> list[Entry] | None:
    """The entries of a parsed page (bot.chatlog.pages), or None when it is another one. Raises ChatError naming the line."""
    if items := pages.with_class(root, "chatItem"):
        return [_dumped(item, about) for item in items]
    if root.xpath("//div[@msgtype]"):
        return _exported(root, about)
    return None


def _moment(text: str, item: Any, about: About) -> tuple[dt.datetime, bool]:
    try:
        stamp = parse(text, about.day)
    except BadStamp:
        stamp = None
    if stamp is None:
        raise ChatError("有一条消息的时间看不懂", "重新导出一次，或者导出成 TXT、CSV", pages.line_of(item))
    return stamp.at(about.day).replace(tzinfo=about.zone), stamp.exact


def _dumped(item: Any, about: About) -> Entry:
    """One of wechat-dump's. Only others are named; whoever exported the chat is 我."""
    line = pages.line_of(item) or 0
    panel = pages.first(item, "cloudPannel")
    if panel is None:
        raise ChatError("有一条消息不完整", "重新导出一次", line or None)
    at, exact = _moment(panel.get("title") or "", item, about)
    own = "me" in (item.get("class") or "").split()
    name = next(iter(panel.xpath("./pre[@align='left']")), None)
    sender = ME if own and name is None else pages.words(name)
    if not sender:
        raise ChatError("有的消息没有写是谁说的", "导出群聊的记录；私聊的请导出成 TXT", line or None)
    content = pages.first(panel, "cloudContent")
    text = pages.words(content)
    kind, brings = _shown(panel, text)
    quoted = pages.first(item, "replyQuote")
    if kind == "text" and not brings and quoted is not None:
        who, said = (
            pages.words(pages.first(quoted, "replyName")).rstrip(":："),
            pages.words(pages.first(quoted, "replyText")),
        )
        text = QUOTE.format(quoted=f"{who}：{said or '[图片]'}", words=text)
    return Entry(line, sender, "" if kind != "text" or brings else text, at, exact, kind, brings=brings)


def _shown(panel: Any, text: str) -> tuple[MessageType, Brought]:
    if pages.with_class(panel, "emojiImg"):
        return "emoticon", ""
    if panel.xpath(".//audio") or pages.with_class(panel, "icoVoice"):
        return "audio", ""
    if panel.xpath(".//video"):
        return "video", ""
    if pages.with_class(panel, "img_wrap"):
        return "image", ""
    if panel.xpath(".//pre/a[@target='_blank'][@href]"):
        return "text", "link"
    for words, kind, brings in _STANDS_FOR:
        if re.fullmatch(words, text, re.DOTALL):
            return kind, brings
    return "text", ""


def _exported(root: Any, about: About) -> list[Entry]:
    items = pages.with_class(root, "msg")
    script = "".join(root.xpath("//script/text()"))
    if (total := _MORE.search(script)) and int(total[1]) > len(items):
        raise ChatError(
            f"这个网页里只有 {len(items)} 条消息，一共是 {total[1]} 条",
            "导出时选“一次性加载”，或者导出成 TXT、CSV",
        )
    found: list[Entry] = []
    for item in items:
        if item.get("msgtype") is not None:
            found.append(_of_person(item, about))
        elif found:  # WeChat's own lines carry no time: they stand behind what they are about
            last = found[-1]
            found.append(Entry(pages.line_of(item) or 0, "", pages.words(item), last.at, last.exact))
    return found


def _of_person(item: Any, about: About) -> Entry:
    line = pages.line_of(item) or 0
    head = pages.first(item, "nt-box")
    name = pages.first(item, "dspname")
    sender = pages.words(name)
    at, exact = _moment(pages.words(head).removeprefix(sender).strip(), item, about)
    if not sender:
        raise ChatError("有的消息没有写是谁说的", "重新导出一次，或者导出成 TXT、CSV", line or None)
    number = item.get("msgtype") or ""
    if number in _KINDS:
        return Entry(line, sender, "", at, exact, _KINDS[number])
    if number == "42":
        return Entry(line, sender, "", at, exact, brings="card")
    texts = [e for e in pages.with_class(item, "msg-text") if "refermsg" not in (e.get("class") or "")]
    text = "\n".join(pages.words(e) for e in texts)
    if quoted := pages.words(pages.first(item, "refermsg")):
        text = QUOTE.format(quoted=quoted.removeprefix("「").removesuffix("」"), words=text)
    elif number == "49" and (pages.with_class(item, "appinfo") or item.xpath(".//a[@href]") or not texts):
        return Entry(line, sender, "", at, exact, brings="link")
    return Entry(line, sender, text, at, exact)
