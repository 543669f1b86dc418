"""What the page's requests can fail with; every text is Chinese and shown to the person as it is."""

from __future__ import annotations


class Problem(Exception):
    """The request cannot be done. `status` is the HTTP status, `say` what the person reads."""

    def __init__(self, say: str, status: int = 400) -> None:
        super().__init__(say)
        self.say = say
        self.status = status
