"""Chats as exporters save them, written the way their own code does: 留痕, WeFlow, PyWxDump, wechat-dump, WechatExporter."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

Said = tuple[dt.datetime, str, str]


def _js(text: str) -> str:
    """留痕's escape_js_and_html."""
    escaped = html.escape(text, quote=False)
    for plain, written in (("\\", "\\\\"), ("'", r"\'"), ('"', r"\""), ("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t")):
        escaped = escaped.replace(plain, written)
    return escaped


def liuhen(items: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for item in items:
        fields = {"type": 1, "text": "", "is_send": 0, "avatar_path": "./avatar/a.png"} | dict(item)
        written = (f"{k}:{v}" if isinstance(v, int) else f"{k}:'{_js(v)}'" for k, v in fields.items())
        rows.append("{ " + ",".join(written) + "},")
    return (
        "<!DOCTYPE html>\n<html>\n<head><meta charset='UTF-8'><title>报安鸟</title><style>.item{color:#000}</style></head>\n"
        "<body><div class='container'><p id=\"title\">报安鸟</p></div>\n<script>\nconst chatMessages = [\n"
        + "".join(rows)
        + "\n];\n</script>\n<script>\nfor (let i = 0; i < chatMessages.length; i++) { const message = chatMessages[i]; }\n"
        "</script>\n</body>\n</html>\n"
    )


def liuhen_of(chat: Sequence[Said]) -> str:
    return liuhen(
        [
            {"text": what, "timestamp": int(at.timestamp()), "is_chatroom": 1, "displayname": who}
            for at, who, what in chat
        ]
    )


def liuhen_csv(chat: Sequence[Said]) -> str:
    out = io.StringIO()
    columns = [
        "localId",
        "TalkerId",
        "Type",
        "SubType",
        "IsSender",
        "CreateTime",
        "Status",
        "StrContent",
        "StrTime",
        "Remark",
        "NickName",
        "Sender",
    ]
    writer = csv.writer(out)
    writer.writerow(columns)
    for n, (at, who, what) in enumerate(chat, 1):
        writer.writerow(
            [n, 5, 1, 0, 0, int(at.timestamp()), "", what, f"{at:%Y-%m-%d %H:%M:%S}", "", who, f"account{n}"]
        )
    return out.getvalue()


def weflow(items: Sequence[tuple[dt.datetime, str, str]]) -> str:
    """(when, who, the HTML inside message-content)."""
    rows = [
        {
            "i": n,
            "t": int(at.timestamp()),
            "s": 0,
            "a": "<span>周</span>",
            "b": f'<div class="message-time">{at:%Y-%m-%d %H:%M:%S}</div><div class="sender-name">{html.escape(who)}</div>'
            f'<div class="message-content">{body}</div>',
        }
        for n, (at, who, body) in enumerate(items, 1)
    ]
    written = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n  <head><title>报安鸟 - 聊天记录</title><style></style></head>\n  <body>\n'
        '<div id="scrollContainer"></div>\n<script>\n      window.WEFLOW_MANIFEST = {"v":2,"external":false};\n'
        f"      window.WEFLOW_DATA = [\n{written}\n];\n    </script>\n<script>let allData = window.WEFLOW_DATA || [];</script>"
        "\n</body></html>"
    )


def weflow_of(chat: Sequence[Said]) -> str:
    return weflow(
        [
            (at, who, f'<div class="message-text">{html.escape(what).replace(chr(10), "<br />")}</div>')
            for at, who, what in chat
        ]
    )


def _wxdump_rows(chat: Sequence[Said], accounts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": n, "MsgSvrID": str(n), "type_name": "文本", "is_sender": 0, "talker": accounts[who],
            "room_name": "1@chatroom", "msg": what, "src": "", "extra": {}, "CreateTime": f"{at:%Y-%m-%d %H:%M:%S}",
        }
        for n, (at, who, what) in enumerate(chat, 1)
    ]  # fmt: skip


def _accounts(chat: Sequence[Said]) -> dict[str, str]:
    return {who: f"wxid_{n}abc" for n, who in enumerate(dict.fromkeys(who for _, who, _ in chat))}


def wxdump(chat: Sequence[Said]) -> str:
    """PyWxDump's data.js, which its page draws."""
    accounts = _accounts(chat)
    users = {
        account: {"wxid": account, "nickname": who, "remark": "", "account": account}
        for who, account in accounts.items()
    }
    return (
        "localStorage.setItem('isUseLocalData', 't')  //  't' : 'f' \n"
        f"const local_msg_count = {len(chat)}\nconst local_mywxid = '我' \n"
        f"const local_user_list = {json.dumps(users, ensure_ascii=False)} \n"
        f"const local_msg_list = {json.dumps(_wxdump_rows(chat, accounts), ensure_ascii=False)} \n"
    )


def wxdump_csv(chat: Sequence[Said], *, names: bool) -> str:
    out = io.StringIO()
    accounts = {who: who for _, who, _ in chat} if names else _accounts(chat)
    rows = _wxdump_rows(chat, accounts)
    columns = ["id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src", "CreateTime"]
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def dumped_item(at: dt.datetime, who: str, inside: str, cloud: str = "cloudText", below: str = "") -> str:
    """wechat-dump puts the name into the tag itself, and never closes it as one would."""
    nickname = f">\n       <pre align='left'>{who}</pre" if who else " "
    return (
        f'<div class="chatItem {"you wxid_a" if who else "me"}">\n  <div class="chatItemContent">\n    <span class="avatar"></span>\n'
        f'    <div class="cloud {cloud}">\n       <div class="cloudPannel" title="{at:%Y-%m-%d %H:%M:%S}" {nickname}>\n'
        f'        <div class="cloudBody">\n          <div class="cloudContent">\n            {inside}\n          </div>\n'
        f"        </div>\n      </div>\n{below}    </div>\n  </div>\n</div>\n"
    )


def dumped(items: Sequence[str]) -> str:
    return (
        '<html>\n<head>\n  <meta http-equiv="Content-Type" content="text/html;charset=utf8">\n  <title>Chat with 报安鸟</title>\n'
        '  <style type="text/css">a{}</style></head>\n<body>\n  <div id="chat" class="chatPanel normalPanel">\n'
        '<div class="chatContent"><div class="time">\n  <span class="timeBg left"> </span>\n  03/10 08:00:00\n</div>\n'
        + "".join(items)
        + "</div></div></body>\n</html>\n"
    )


def dumped_of(chat: Sequence[Said]) -> str:
    """Its words go into the page unescaped; a test that wants them whole escapes them."""
    return dumped(
        [
            dumped_item(at, html.escape(who), f'<pre style="white-space:pre-wrap">{html.escape(what)}</pre>')
            for at, who, what in chat
        ]
    )


def dumped_text(chat: Sequence[Said]) -> str:
    return "".join(f"1|{who}:{at:%Y-%m-%d %H:%M:%S}:{what}\n" for at, who, what in chat)


def exported_item(at: dt.datetime, who: str, inside: str, sort: int = 1) -> str:
    return (
        f'\t<div class="msg chat left " msgid="{int(at.timestamp())}" msgtype="{sort}">\n\t<div class="avatar-box">\n'
        f'\t\t<img src="a.jpg" class="avatar">\n\t</div>\n\t<div class="nt-box"><span class="dspname left" wxId="wxid_a">'
        f'{html.escape(who)}</span> {at:%Y-%m-%d %H:%M:%S}</div>\n\t<div class="content-box">\n\t{inside}\n\t</div>\n\t</div>\n'
    )


def exported(items: Sequence[str], total: int | None = None) -> str:
    count = len(items) if total is None else total
    return (
        '<!doctype html>\n<html>\n\t<head>\n\t\t<meta charset="utf-8">\n\t\t<title>报安鸟 - 微信聊天记录</title>\n'
        f"\t\t<script language=\"javascript\">var numberOfMsgs = parseInt('{count}') || 0;</script>\n\t</head>\n"
        '\t<body uid="a" sid="b">\n<div class="main"><div class="msgs" id="msgs-div">\n'
        + "".join(items)
        + "</div></div></body></html>"
    )


def exported_of(chat: Sequence[Said]) -> str:
    return exported(
        [
            exported_item(
                at,
                who,
                f'<div class="triangle"></div><span class="dont-break-out msg-text"><pre>{html.escape(what)}</pre></span>',
            )
            for at, who, what in chat
        ]
    )


def chatlab(chat: Sequence[Said], *, lines: bool) -> str:
    head = {
        "chatlab": {"version": "0.0.2", "generator": "x"},
        "meta": {"name": "报安鸟", "platform": "wechat", "type": "group"},
    }
    rows = [
        {"sender": "wxid_a", "accountName": "别名", "groupNickname": who, "timestamp": int(at.timestamp()), "type": 0, "content": what}
        for at, who, what in chat
    ]  # fmt: skip
    if not lines:
        return json.dumps(head | {"members": [], "messages": rows}, ensure_ascii=False, indent=2)
    parts = [{"_type": "header"} | head, {"_type": "member", "platformId": "wxid_a"}]
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in [*parts, *({"_type": "message"} | r for r in rows)])
