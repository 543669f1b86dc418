"""One kind of line end, one kind of space, and nothing that is not seen: what every form of a chat is read from."""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\n\t -~\u00a1-\u00ac\u3000-\u9fff\uff00-\uffef]")


def plain(text: str) -> str:
    """The text without the marks without width that copying brings along (an emoji's joiners stay)."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _SUSPECT.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    c = match[0]
    if c == "\xa0":
        return " "
    if c == "\u2028":
        return "\n"
    return (
        c if c == "\u200d" or unicodedata.category(c) not in ("Cc", "Cf") or "\U000e0020" <= c <= "\U000e007f" else ""
    )
