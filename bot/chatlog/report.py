"""What an import tells the coordinator: what was read, what to mind, and what to pass on."""

from __future__ import annotations

import datetime as dt

from bot.chatlog.importing import Result
from bot.chatlog.printed import to_pass_on
from bot.config import Settings
from data.moments import at_local, day_of

_FORMS = {
    "pc": "电脑微信复制的",
    "phone": "手机邮件发来的",
    "exported": "导出的文字",
    "spoken": "“名字：内容”",
    "table": "表格",
    "records": "JSON",
    "scripted": "导出的网页",
    "page": "导出的网页",
    "chatlab": "ChatLab 格式",
    "dumped": "wechat-dump 的文字",
}
# A morning whose record begins later than this was hardly copied from its start.
_LATE_START = dt.timedelta(minutes=30)


def report(result: Result, now: dt.datetime, settings: Settings, *, dry_run: bool, everything: bool) -> str:
    """The whole text, in Chinese. `now`: to notice a chat that is ahead of the machine's clock."""
    done, chosen = result.prepared, result.chosen
    head = ["【试读】什么都没有写进去。"] if dry_run else []
    head.append(
        f"读到 {len(chosen.entries)} 条消息（{_FORMS[chosen.form]}）：新的 {len(done.fresh)} 条，以前读过的 {done.seen} 条。"
    )
    if result.own:
        head.append(f"有 {result.own} 条是小安自己的话，没有再读。")
    if done.lost:
        head.append(f"有 {done.lost} 条撤回，撤回的原话没有读到过，不用管。")
    if chosen.other_days:
        head.append(f"有 {chosen.other_days} 条是别的日子的，没有读。")
    head += _minded(result, now, settings)
    return "\n".join(head) + "\n\n" + to_pass_on(result.said, everything=everything) + "\n"


def _minded(result: Result, now: dt.datetime, settings: Settings) -> list[str]:
    zone = settings.zone
    found: list[str] = []
    newest = max(e.at for e in result.chosen.entries if e.at)
    if newest > now + dt.timedelta(minutes=5):
        found.append(
            f"注意：最新一条是 {newest.astimezone(zone):%Y-%m-%d %H:%M}，比这台电脑的时间还晚，请检查日期和时钟。"
        )
    if result.played is None:
        return found
    found.append(f"记到 {result.played.end.astimezone(zone):%Y-%m-%d %H:%M}。")
    if result.played.skipped:
        first, last = result.played.skipped[0], result.played.skipped[-1]
        days = f"{first}" if first == last else f"{first} 到 {last}"
        found.append(f"{days} 没有聊天记录：这段时间不算，没有催过谁。")
    today = day_of(newest, settings.day.opens, zone)
    moments = [e.at for e in result.chosen.entries if e.at and day_of(e.at, settings.day.opens, zone) == today]
    first_reminder = min((*settings.day.reminders, settings.day.deadline))
    begins = min(moments).astimezone(zone)
    # A copy that goes on where the last one stood begins late for good reason.
    goes_on = at_local(today, settings.day.opens, zone) < result.played.start < min(moments)
    late = begins.replace(tzinfo=None) > dt.datetime.combine(today, first_reminder) + _LATE_START
    if late and begins.date() == today and not goes_on:
        found.append(
            f"注意：{today} 的记录从 {begins:%H:%M} 才开始。前面如果还有消息，请从当天第一条开始复制，再导入一次。"
        )
    return found
