"""Files on their way in and out."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat import compat, files

compat.prepare()

from wechaty_puppet import FileBox  # noqa: E402


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_every_box_that_carries_bytes_gives_them_back(size: int) -> None:
    data = os.urandom(size)
    boxes = [
        FileBox.from_buffer(data, "a.jpg"),
        FileBox.from_stream(data, "a.jpg"),
        FileBox.from_base64(base64.b64encode(data), "a.jpg"),
    ]
    assert [files.content(box) for box in boxes] == [data] * 3


def test_boxes_without_content_or_with_broken_content_are_refused() -> None:
    for box in (FileBox.from_qr_code("x"), FileBox.from_base64(b"not base64!", "a.jpg")):
        with pytest.raises(files.Unreadable):
            files.content(box)


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    first, second = files.keep(folder, "a.jpg", b"same"), files.keep(folder, "b.jpg", b"same")
    assert first == second and [p.name for p in folder.iterdir()] == [hashlib.sha256(b"same").hexdigest() + ".jpg"]


@given(name=st.text())
def test_no_file_name_leads_out_of_the_folder(name: str) -> None:
    suffix = files.suffix_of(name)
    assert suffix == "" or (suffix[0] == "." and suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 9)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(OSError):
        files.keep(tmp_path / "taken", "a.jpg", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    "name, kind", [("a.JPG", "image"), ("b.mov", "video"), ("c.silk", "audio"), ("d.xlsx", None), ("", None)]
)
def test_the_ending_tells_the_kind(name: str, kind: str | None) -> None:
    assert files.kind_of(name) == kind
