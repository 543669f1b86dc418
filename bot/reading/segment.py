"""jieba for the few places where word borders decide: is 国庆 here a person or the holiday?

A tokenizer of our own, so that the community's words never reach anyone else's; loaded once, on first need.
Its cache lives in the user's own folder, never in a folder that others may write.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path
from typing import Any

from bot.reading.normalise import _lines


def cache_folder() -> Path | None:
    """The private folder for jieba's cache, made with mode 0700; None where there is none to be had."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "baoanniao"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o022:
            return None
    except (OSError, RuntimeError):
        return None
    return folder


@cache
def tokenizer() -> Any:
    """The tokenizer, with kin words in its dictionary."""
    import jieba

    made = jieba.Tokenizer()
    folder = cache_folder()
    logger = logging.getLogger("jieba")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        if folder is not None:
            made.tmp_dir = str(folder)
            made.cache_file = "jieba.cache"
            made.initialize()
        else:
            _load_without_cache(made)
    finally:
        logger.setLevel(level)
    for line in _lines("kin"):
        made.add_word(line.split()[0], 20000)
    return made


def _load_without_cache(made: Any) -> None:
    made.FREQ, made.total = made.gen_pfdict(made.get_dict_file())
    made.initialized = True


def cut(text: str) -> list[str]:
    """The words of a short text."""
    return list(tokenizer().cut(text))


def known(word: str) -> bool:
    """Is it in jieba's dictionary, not only guessed?"""
    return bool(tokenizer().FREQ.get(word))
