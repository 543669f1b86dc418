"""The log: one line an event, as key=value or JSON, with nothing in it of what people wrote and who they are.

Three nets, one behind the other: an exception shows its kind and place, never its text; what other people's libraries say
loses its values; and whatever is left loses phone numbers, addresses, secrets and what the roster knows.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import threading
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TextIO

from bot.model import Roster

Style = Literal["text", "json"]

OURS = ("bot", "data", "handlers", "schedules")
HIDDEN = "…"
LONGEST = 500

_PATTERNS = (
    re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.I),  # an address may hold a secret
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}(?!\d)"),  # mobile numbers
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),  # identity cards
    re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"),  # landlines
    re.compile(r"(?<!\d)\d{11}(?!\d)"),
    re.compile(r"\d+\s*(?:号楼|栋|幢|单元|号院|弄)[\d\-－#号室单元栋楼层]*"),  # addresses
)
_SAFE_START = re.compile(r"[A-Za-z0-9 ,._/-]*")


class Redactor:
    """Takes private words out of a text. `learn` tells it what the roster holds."""

    def __init__(self) -> None:
        self._known: re.Pattern[str] | None = None

    def learn(self, people: Roster) -> None:
        """From now on, names, WeChat names, phones, addresses and health notes of these people are hidden too."""
        words: set[str] = set()
        for e in people.elders.values():
            words |= {e.name, e.wechat, e.phone, e.address, e.health, *e.aliases}
            for r in e.relatives:
                words |= {r.name, r.wechat, r.phone}
        for v in people.volunteers.values():
            words |= {v.name, v.wechat, v.phone}
        long_first = sorted((w for w in words if len(w) >= 2), key=lambda w: (-len(w), w))
        self._known = re.compile("|".join(map(re.escape, long_first))) if long_first else None

    def __call__(self, text: str) -> str:
        for pattern in _PATTERNS:
            text = pattern.sub(HIDDEN, text)
        return self._known.sub(HIDDEN, text) if self._known else text


class LineFormatter(logging.Formatter):
    """at, level, logger, what, and for an exception its kind and place. Of a record's extra values only our own `fields` are shown."""

    def __init__(self, style: Style, hide: Redactor) -> None:
        super().__init__()
        self.line_style, self.hide = style, hide

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, str] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "what": self.hide(self._what(record)),
        }
        if not _is_ours(record.name):
            fields["from"] = f"{Path(record.pathname).name}:{record.lineno}"
        # What our own code says in parts, besides the sentence: extra={"fields": {"intent": "checkin"}}.
        parts = getattr(record, "fields", {}) if _is_ours(record.name) else {}
        fields |= {key: self.hide(str(value)) for key, value in parts.items() if key not in fields}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields["error"], fields["where"] = type(error).__name__, places(error)
        if self.line_style == "json":
            return json.dumps(fields, ensure_ascii=False)
        return " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())

    def _what(self, record: logging.LogRecord) -> str:
        if _is_ours(record.name):
            text = record.getMessage()
        elif record.args:
            text = str(record.msg)  # the sentence with its blanks: what would fill them is not ours to judge
        else:
            text = _SAFE_START.match(str(record.msg))[0]  # type: ignore[index]  # it matches always, if only nothing
        text = " ".join(text.split())
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


class PrivateHandler(logging.StreamHandler[TextIO]):
    """Where a line cannot be made, says where, and not of what (the standard library prints the values)."""

    def handleError(self, record: logging.LogRecord) -> None:
        if sys.stderr:
            print(f"a log line could not be written ({record.name}, line {record.lineno})", file=sys.stderr)


def set_up(
    style: Style = "text", level: int | str = logging.INFO, stream: TextIO | None = None, hide: Redactor | None = None
) -> Redactor:
    """Make this the one way of logging in the process; returns what to teach the roster to.

    Uncaught errors, in tasks and threads too, and warnings go the same way.
    """
    hide = hide or Redactor()
    handler = PrivateHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(style, hide))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in (
        "apscheduler",
        "wechaty",
        "wechaty_puppet",
        "wechaty_puppet_service",
        "urllib3",
        "hpack",
        "grpclib",
        "jieba",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
    _one_way(logging.root.manager.loggerDict)
    warnings.showwarning = _warning
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable
    return hide


def places(error: BaseException, deepest: int = 6) -> str:
    """Where an error came from, newest first, without its text or any value; then what it came of."""
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < 3:
        frames = traceback.extract_tb(seen.__traceback__)[-deepest:]
        said = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames)) or "nowhere"
        found.append(said if seen is error else f"from {type(seen).__name__} {said}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " | ".join(found)


def _one_way(loggers: dict[str, Any]) -> None:
    # Libraries that brought handlers of their own would write past the nets.
    for logger in list(loggers.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers = [h for h in logger.handlers if isinstance(h, logging.NullHandler)]
            logger.propagate = True


def _is_ours(name: str) -> bool:
    return name.split(".")[0] in OURS


def _quoted(value: str) -> str:
    plain = bool(value) and not re.search(r"[\s\"=]|[^ -~]", value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def _log_error(what: str, error: BaseException | None) -> None:
    logging.getLogger("bot").critical(what, exc_info=error)


def _uncaught(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log_error("an error nobody caught", error)


def _in_thread(args: threading.ExceptHookArgs) -> None:
    _log_error("an error nobody caught, in a thread", args.exc_value)


def _unraisable(args: Any) -> None:
    _log_error("an error that could not be raised", args.exc_value)


def _warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    logging.getLogger("bot").warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)
