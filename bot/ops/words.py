"""The second channel's sentences, from words_zh.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _words() -> Mapping[str, str]:
    loaded: dict[str, str] = yaml.safe_load(Path(__file__).with_name("words_zh.yaml").read_text(encoding="utf-8"))
    return loaded


def word(key: str, **values: Any) -> str:
    """The sentence `key` with its blanks filled. Raises KeyError for a sentence or a blank that is missing."""
    return _words()[key].format(**values)
