"""Reading: text and roster in, meaning out. Pure: no clock, no database, no sending.

Importing this costs nothing; the word lists are loaded when the first Reader is made.
"""

from __future__ import annotations

from bot.reading import compiled

compiled.use(__path__)

from bot.reading.reader import Reader  # noqa: E402 (the compiled modules, if any, come first)

__all__ = ["Reader"]
