"""What a check of `doctor` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` says in Chinese what to do; empty when all is well. `hint`: a mend that is not urgent."""

    what: str
    found: str
    mend: str = ""
    hint: bool = False

    @property
    def is_fault(self) -> bool:
        return bool(self.mend) and not self.hint
