"""Somebody cannot be reached, and nobody has said who: after a while the coordinators are told."""

from __future__ import annotations

from data import messages, outbox, questions, timers
from data.phrases import names, one_line, say
from schedules.context import Moment


def run(at: Moment) -> None:
    for key, _ in timers.take(at.store, "question", at.now):
        question = questions.get(at.store, int(key))
        if question is None or question["answered_at"]:
            continue
        message = messages.get(at.store, question["message"])
        elders = [e for e in questions.candidates_of(question) if e in at.roster.elders]
        sender = one_line(message.sender, 30) if message else "发消息的人"
        if elders:
            text = say("notice_unclear_urgent", names="、".join(names(at.roster, elders)[:9]), sender=sender)
        else:
            text = say("notice_unnamed_urgent", sender=sender)
        people = [p.id for p in at.roster.with_role("coordinator") if p.wechat]
        outbox.put(at.store, at.now, f"unanswered:{key}", "escalation", "room", text, mentions=people, elders=elders)
