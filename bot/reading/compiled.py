"""The modules that every message goes through, as C extensions (mypyc), where compiling.py has made them.

They say the same as the Python they are made of and cost two thirds as much. They are used only if they were made of exactly the files
that lie here: after a change, with another Python or without a C compiler the reading is plain Python.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MADE = ROOT / "build" / "reading"
PLAIN = "PLAIN_READING"  # set in the environment: plain Python in any case
MODULES = (
    "absences",
    "balance",
    "chains",
    "clauses",
    "contact",
    "couple",
    "emergencies",
    "finding",
    "for_all",
    "greetings",
    "hearing",
    "helping",
    "lexicon",
    "matters",
    "missing",
    "names",
    "normalise",
    "numbers",
    "outcomes",
    "persons",
    "reaching",
    "reader",
    "requests",
    "retractions",
    "returns",
    "scene",
    "segment",
    "senders",
    "subject",
    "trouble",
    "weighing",
    "what",
    "who",
)


def folder() -> Path:
    """Where the extensions made of these files, for this Python, lie or would lie."""
    digest = hashlib.sha256(f"{sysconfig.get_platform()} {sys.implementation.cache_tag}".encode())
    for file in (*sorted(HERE.glob("*.py")), ROOT / "bot" / "model.py"):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return MADE / digest.hexdigest()[:20]


def use(path: list[str]) -> None:
    """Put the extensions, if there are any, before the Python files on the `path` of the package."""
    if not MADE.is_dir() or os.environ.get(PLAIN):
        return
    made = folder()
    if made.is_dir():
        sys.path.append(str(made))  # where they look for what they share
        path.insert(0, str(made / "bot" / "reading"))


def in_use() -> bool:
    """Are the extensions at work?"""
    from bot.reading import weighing

    return Path(weighing.__file__).suffix != ".py"
