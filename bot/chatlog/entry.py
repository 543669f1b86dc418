"""One message as it stands in a copied or exported chat, and what is said when a chat cannot be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from bot.model import Brought, MessageType


class ChatError(Exception):
    """The chat cannot be used. `line` counts from 1 (None: the whole file). The words repeat nothing of what was written."""

    def __init__(self, what: str, mend: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.mend, self.line = what, mend, line

    def named(self, file: str) -> str:
        """The whole sentence: file, line, what is wrong and the mend."""
        place = file if self.line is None else f"{file} 第{self.line}行"
        return f"{place}：{self.what}。{self.mend}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a chat. `at` is aware, or None where the chat has no times; `exact`: to the second, else the minute.
    `line` 0: not known. `brings`: what was passed on, as in bot.model.Message.

    `kind` "recalled": `text` is who took a message back, unless `id` names this entry (then it is the id taken back).
    """

    line: int
    sender: str
    text: str
    at: dt.datetime | None = None
    exact: bool = False
    kind: MessageType = "text"
    id: str | None = None
    to: Literal["room", "bot"] = "room"
    file: str | None = None
    brings: Brought = ""
