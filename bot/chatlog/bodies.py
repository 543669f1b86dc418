"""What stands below a name: words, a marker for a picture or a voice, or one of WeChat's own lines, which nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.chatlog.entry import Entry
from bot.model import MessageType

_MARKERS: dict[MessageType, str] = {
    "image": "图片|照片|Photo|Image|Picture",
    "video": "视频|小视频|Video",
    "audio": "语音|语音消息|Voice|Audio|Voice Message",
    "emoticon": "动画表情|表情|自定义表情|动图|Sticker|Animated Sticker|Custom Sticker",
    "location": "位置|地理位置|位置共享|Location",
}
_MARKER = re.compile(
    r"[\[【](?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _MARKERS.items())
    + r")(?P<inner>[^\]】\n]*)[\]】]",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*[(（]?\s*\d{1,3}\s*(?:''|[\"”″秒s])\s*[)）]?")
_PATH = re.compile(r"\s*(?:\S*[/\\][^\n]*|\S+\.(?:jpe?g|png|gif|webp|bmp|heic|mp4|mov|amr|silk|mp3|wav|dat))\s*", re.I)

_QUOTED = r"[“\"「'‘]{0,2}"
_END = r"[”\"」'’]{0,2}"
_RECALL = re.compile(
    rf"\s*(?:{_QUOTED}(?P<who>[^\n]{{1,60}}?){_END}\s?(?:撤回了一条消息|recalled a message)[.。]?)"
    r"\s*(?:，?\s*(?:重新编辑|Re-?edit))?\s*",
    re.I,
)
_NAME = r"[“\"「][^”\"」\n]{1,60}[”\"」]"
_OWN_LINES = re.compile(
    r"\s*(?:"
    rf"{_NAME}\s?拍了拍\s?(?:{_NAME}|我|你|自己)[^\n]{{0,40}}|(?:我|你)\s?拍了拍\s?(?:{_NAME}[^\n]{{0,40}}|自己)"
    rf"|(?:{_NAME}|你)\s?邀请[^\n]{{1,200}}加入了群聊[^\n]{{0,30}}"
    rf"|{_NAME}\s?(?:通过扫描|加入了群聊|退出了群聊|成为新群主|已成为新群主)[^\n]{{0,80}}"
    rf"|(?:{_NAME}|你)\s?(?:修改群名为|将|把)[^\n]{{1,80}}(?:[”\"」]|移出了群聊|移出群聊)"
    rf"|(?:{_NAME}|你)\s?领取了[^\n]{{1,60}}红包"
    r"|[-—─ ]*以[下上](?:是|为)(?:新消息|打招呼的内容|历史消息)[-—─ ]*"
    r")\s*"
)
SYSTEM_SENDERS = frozenset({"", "系统", "系统消息", "系统提示", "系统通知", "system", "微信团队", "none", "null"})
_SELF = ("你", "我", "您", "You", "you")


def kind_of(text: str) -> tuple[MessageType, str]:
    """(type, text) of a body: a marker alone is what it stands for; words beside a picture's marker stay words."""
    match = _MARKER.match(text)
    if match is None:
        return "text", text
    kind: MessageType = next(k for k in _MARKERS if match[k])
    inner, rest = match["inner"].strip(" :：\t"), text[match.end() :].strip()
    if kind == "audio":
        # What WeChat made of the voice may stand behind its length.
        length = _LENGTH.match(rest)
        return kind, (rest[length.end() :] if length else rest).strip()
    if kind == "location":
        return kind, rest or inner
    markers_only = not _MARKER.sub("", rest).strip() or _PATH.fullmatch(rest)
    return (kind, "") if markers_only else ("text", text)


def recalled_by(text: str) -> str | None:
    """Who took a message back, when the line says that; "" for "你" (whoever copied the chat)."""
    match = _RECALL.fullmatch(text)
    if match is None:
        return None
    who = match["who"].strip()
    return "" if who in _SELF else who


def understood(entry: Entry) -> Iterator[Entry]:
    """What one block of a chat holds: its message, with WeChat's own lines taken out; each recall as an entry of its own."""
    if entry.kind == "recalled":
        yield entry
        return
    words: list[str] = []
    recalls: list[Entry] = []
    lines = entry.text.split("\n")
    for number, line in enumerate(lines):
        # Inside a message a line like that may be a person's own words: WeChat's stand apart.
        apart = number == 0 or number == len(lines) - 1 or not lines[number - 1].strip()
        who = recalled_by(line) if apart else None
        if who is not None:
            system = entry.sender.lower() in SYSTEM_SENDERS
            whose = who or ("" if system or words else entry.sender)
            if whose:
                recalls.append(replace(entry, sender=whose, text=whose, kind="recalled", file=None))
        elif not (apart and _OWN_LINES.fullmatch(line)):
            words.append(line)
    text = "\n".join(words).strip()
    if entry.sender.lower() not in SYSTEM_SENDERS and (text or entry.kind != "text"):
        kind, text = kind_of(text) if entry.kind == "text" else (entry.kind, text)
        yield replace(entry, kind=kind, text=text)
    yield from recalls
