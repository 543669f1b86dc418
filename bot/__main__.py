"""`python -m bot`."""

from __future__ import annotations

import sys
import traceback

from bot.cli import cli


def main() -> None:
    """The script `baoanniao`. What nobody foresaw ends in one line that can be reported, never in a traceback."""
    try:
        cli(prog_name="baoanniao")
    except Exception as error:
        # The error's own text may repeat private words of a message: its kind and place are enough to find it.
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(
            f"an error in the program itself: {type(error).__name__} at {place.filename}:{place.lineno}",
            file=sys.stderr,
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
