"""Which function takes which intent. Decorators only mark; `load` is the one step that makes the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TypeVar

from bot.model import INTENTS
from handlers.context import Context

Handler = Callable[[Context], None]
H = TypeVar("H", bound=Handler)

# The files that hold handlers. One that cannot be imported stops the start.
SUBJECTS = ("distress", "unreachable", "corrections", "absences", "requests", "checkins", "claims", "queries", "notes")


def handles(*intents: str) -> Callable[[H], H]:
    """Mark a function as the one that takes these intents."""

    def mark(function: H) -> H:
        function.__dict__["intents"] = intents
        return function

    return mark


def load() -> Mapping[str, Handler]:
    """Intent → handler. Raises ValueError when an intent has no handler or two."""
    table: dict[str, Handler] = {}
    for subject in SUBJECTS:
        module = import_module(f"handlers.{subject}")
        for name in sorted(vars(module)):
            function = vars(module)[name]
            for intent in getattr(function, "intents", ()):
                if table.get(intent, function) is not function:
                    raise ValueError(f"two handlers for {intent}: {table[intent]} and {function}")
                table[intent] = function
    missing = [intent for intent in INTENTS if intent not in table]
    if missing:
        raise ValueError(f"no handler for {', '.join(missing)}")
    return table
