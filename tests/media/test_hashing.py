from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from bot.media import hashing
from bot.media.hashing import Fingerprint, find, fingerprint, same
from tests.media.drawing import jpeg, scene

pytest.importorskip("PIL", reason="Pillow is not installed (dependency group media)")


def print_of(picture: Any, quality: int = 80, text: tuple[hashing.Box, ...] = ()) -> Fingerprint:
    import io

    from PIL import Image

    data = jpeg(picture, quality)
    return fingerprint(data, Image.open(io.BytesIO(data)).convert("RGB"), text)


def cropped(picture: Any, left: float, top: float, right: float, bottom: float) -> Any:
    w, h = picture.size
    return picture.crop((int(w * left), int(h * top), int(w * (1 - right)), int(h * (1 - bottom))))


def brighter(picture: Any, by: float) -> Any:
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(picture).enhance(by)


def panelled(picture: Any) -> tuple[Any, tuple[hashing.Box, ...]]:
    from PIL import ImageDraw

    picture = picture.copy()
    w, h = picture.size
    box = (0.02 * w, 0.82 * h, 0.6 * w, 0.98 * h)
    ImageDraw.Draw(picture).rectangle(box, fill=(20, 30, 60))
    return picture, (box,)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: print_of(p, 30), id="recompressed"),
        pytest.param(lambda p: print_of(p.resize((p.width // 3, p.height // 3))), id="smaller"),
        pytest.param(lambda p: print_of(brighter(p, 1.25)), id="brighter"),
        pytest.param(lambda p: print_of(brighter(p, 0.7)), id="darker"),
        pytest.param(lambda p: print_of(cropped(p, 0.02, 0.02, 0.02, 0.02)), id="edges cut"),
        pytest.param(lambda p: print_of(cropped(p, 0.06, 0, 0, 0.03)), id="one side cut"),
        pytest.param(lambda p: print_of(cropped(p, 0, 0, 0, 0.12)), id="lower part cut"),
        pytest.param(lambda p: print_of(panelled(p)[0], 60, panelled(p)[1]), id="stamped anew"),
    ],
)
def test_a_picture_sent_again_is_known_though_changed(seed: int, change: Any) -> None:
    picture = scene(seed)
    assert same(change(picture), print_of(picture))


def test_different_pictures_with_the_same_stamp_are_different() -> None:
    prints = [print_of(picture, 80, text) for picture, text in (panelled(scene(seed)) for seed in range(30, 60))]
    assert [pair for pair in combinations(range(30), 2) if same(prints[pair[0]], prints[pair[1]])] == []


def test_flat_pictures_are_left_out_unless_the_file_is_the_same() -> None:
    from PIL import Image

    dark, wall = Image.new("RGB", (600, 800), (14, 14, 18)), Image.new("RGB", (600, 800), (16, 15, 18))
    assert not hashing.textured(print_of(dark))
    assert not same(print_of(dark), print_of(wall))
    assert same(print_of(dark), print_of(dark))


def test_the_earliest_of_the_same_pictures_is_named() -> None:
    known = [("a", print_of(scene(1))), ("b", print_of(scene(2))), ("c", print_of(scene(2), 40))]
    assert find(print_of(scene(2), 55), known) == "b"
    assert find(print_of(scene(3)), known) is None


def test_a_fingerprint_survives_being_kept() -> None:
    picture, text = panelled(scene(4))
    found = print_of(picture, 80, text)
    assert hashing.unpack(found.pack()) == found
    with pytest.raises(ValueError, match="fingerprint"):
        hashing.unpack(found.pack()[:-1])


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_inside_a_tall_screenshot_is_compared_without_a_stumble(seed: int) -> None:
    from PIL import Image

    whole = scene(seed, 900, 1200)
    screen = Image.new("RGB", (1080, 2340), "black")
    screen.paste(brighter(whole.resize((1080, 810)), 0.6), (0, 765))
    same(print_of(whole), print_of(screen))  # whatever it says, it says something
    assert not same(print_of(scene(seed + 50, 900, 1200)), print_of(screen))
