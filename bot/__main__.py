"""`python -m bot`."""

from __future__ import annotations

from bot.cli import cli


def main() -> None:
    """The script `baoanniao`."""
    cli(prog_name="baoanniao")


if __name__ == "__main__":
    main()
