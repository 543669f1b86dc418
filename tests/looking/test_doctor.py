"""The doctor's line about pictures: what can be looked at here, and how to mend the rest."""

from __future__ import annotations

import sys

import pytest

from bot.config import Settings
from bot.doctor import _media

PARTS = ("PIL", "faster_paddle", "av", "pysilk", "ai_edge_litert")


def test_what_is_not_installed_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in PARTS:
        monkeypatch.setitem(sys.modules, part, None)
    found = _media(Settings())
    assert all(word in found.found for word in ("照片", "水印", "视频", "语音", "有没有人"))
    assert "make venv" in found.mend and not found.is_fault


def test_people_are_named_only_where_somebody_is_to_look_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    assert "有没有人" in _media(Settings()).found
    assert "有没有人" not in _media(Settings.model_validate({"media": {"person": False}})).found
    assert "关着" in _media(Settings.model_validate({"media": {"look": False}})).found
