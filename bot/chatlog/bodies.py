"""What stands below a name: words, a marker for a picture or a voice, or one of WeChat's own lines, which nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.chatlog.entry import Entry
from bot.model import Brought, MessageType

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
# What people pass on stands with its title behind the marker, or in it: nobody's words.
_PASSED_ON: Mapping[Brought, str] = {
    "file": "文件|File",
    "link": "链接|Link|分享|音乐|音乐分享|Music|视频号|视频号视频|视频号直播|Channels|笔记|收藏|Note|卡片|卡片式链接",
    "card": "名片|个人名片|公众号名片|视频号名片|Contact Card",
    "program": "小程序|Mini Program",
    "forwarded": "聊天记录|合并转发的聊天记录|Chat History",
    "money": "转账|微信转账|红包|微信红包|Transfer|Red Packet|群收款",
    "": "语音通话|视频通话|语音/视频通话|通话|Voice Call|Video Call|拍一拍",
}
_PASSED = re.compile(
    r"\[(?:"
    + "|".join(f"(?P<{brings or 'nothing'}>{words})" for brings, words in _PASSED_ON.items())
    + r")(?:[ :：,，(（][^\]\n]{0,300})?\].*",
    re.IGNORECASE | re.DOTALL,
)
# A reply with the words it answers below it or behind it, as exporters write it; WeChat shows them above.
_QUOTE_BELOW = re.compile(
    r"(?P<words>.*?)\s*(?:\n\s*引用[:：]\s*(?:(?P<who>[^:：\n]{1,60})[:：](?P<said>.*)|未知)"
    r"|\n\s*\[引用\]\([^)\n]{0,30}\)(?P<who2>[^:：\n]{1,60})[:：](?P<said2>.*)"
    r"|\[引用 ?(?P<label>[^\]]{0,400})\])",
    re.DOTALL,
)
_LONGEST_QUOTING = 5000
QUOTE = "「{quoted}」\n- - - - - - - - - - - - - - -\n{words}"
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
    if kind == "video" and re.fullmatch(r"\d{1,4}\s?[s秒]", rest):
        return kind, ""
    markers_only = not _MARKER.sub("", rest).strip() or _PATH.fullmatch(rest)
    return (kind, "") if markers_only else ("text", text)


def passed_on(text: str) -> Brought | None:
    """What a body stands for when somebody passed something on; "" for a call, None for words."""
    match = _PASSED.fullmatch(text)
    return next((b for b in _PASSED_ON if match[b or "nothing"]), None) if match else None


def quote_above(text: str) -> str:
    """A reply whose quoted words stand below it, with them above it, as WeChat shows it: they are somebody else's."""
    if "引用" not in text or len(text) > _LONGEST_QUOTING:
        return text
    match = _QUOTE_BELOW.fullmatch(text)
    if match is None or not match["words"].strip():
        return text
    who, said = match["who"] or match["who2"], match["said"] or match["said2"] or ""
    label = f"{who}：{said.strip()}" if who else (match["label"] or "").strip()
    return (
        QUOTE.format(quoted=label.replace("」", ""), words=match["words"].strip()) if label else match["words"].strip()
    )


def recalled_by(text: str) -> str | None:
    """Who took a message back, when the line says that; "" for "你" (whoever copied the chat)."""
    match = _RECALL.fullmatch(text)
    if match is None:
        return None
    who = match["who"].strip()
    return "" if who in _SELF else who


def is_own_line(text: str) -> bool:
    """Whether WeChat itself wrote a line: a recall, a nudge, who came and went."""
    return recalled_by(text) is not None or _OWN_LINES.fullmatch(text) is not None


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
    if entry.kind == "text" and (brings := entry.brings or passed_on(text)) is not None:
        if brings and entry.sender.lower() not in SYSTEM_SENDERS:
            yield replace(entry, text="", brings=brings)
        yield from recalls
        return
    text = quote_above(text) if entry.kind == "text" else text
    if entry.sender.lower() not in SYSTEM_SENDERS and (text or entry.kind != "text"):
        kind, text = kind_of(text) if entry.kind == "text" else (entry.kind, text)
        yield replace(entry, kind=kind, text=text)
    yield from recalls
