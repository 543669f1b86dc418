"""Whether somebody is in a picture. Presence only: nobody is ever identified, and nothing about a face is kept.

No detector comes with the package: of those that work offline from inside a Python package, the classic cascades miss
too many old people in bed or in profile, and the neural ones would make the extra three times as large or bring models
with licences that do not fit. So the answer is None (not looked) until a community plugs a detector in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


class Detector(Protocol):
    """Says whether a person is in an upright RGB picture; None where it cannot tell."""

    def __call__(self, image: Image) -> bool | None: ...


def present(image: Image, detector: Detector | None) -> bool | None:
    """Whether a person is there; None without a detector, or when it failed (a helper's fault is not the sender's)."""
    if detector is None:
        return None
    try:
        return detector(image)
    except Exception:
        return None
