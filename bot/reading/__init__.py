"""Reading: text and roster in, meaning out. Pure: no clock, no database, no sending.

Importing this costs nothing; the word lists are loaded when the first Reader is made.
"""

from __future__ import annotations

from bot.reading.reader import Reader

__all__ = ["Reader"]
