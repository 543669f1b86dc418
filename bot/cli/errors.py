"""How a command ends when something is wrong: one or two lines on stderr, exit status 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from bot.config import ConfigError
from data.roster import RosterError
from data.store import StoreError


def fail(text: str) -> NoReturn:
    """Say what is wrong and end with status 2."""
    print(text, file=sys.stderr)
    raise SystemExit(2)


@contextmanager
def plain_errors(*more: type[Exception]) -> Iterator[None]:
    """Turn the errors that a person can mend into their text; nobody sees a traceback for a wrong file."""
    expected: tuple[type[Exception], ...] = (ConfigError, RosterError, StoreError, *more)
    try:
        yield
    except expected as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'file'}: {error.strerror or error}")
