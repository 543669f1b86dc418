"""The commands. Each is imported when it is called, so that `--help` needs none of the heavy parts."""

from __future__ import annotations

from importlib import import_module

import click

# command → the module of bot.cli that holds a click command of the module's name
COMMANDS = {
    "run": "run",
    "parse": "parse",
    "replay": "replay",
    "roster": "roster",
    "import-chat": "import_chat",
    "photo": "photo",
    "doctor": "doctor",
    "backup": "backup",
    "privacy": "privacy",
}


class Commands(click.Group):
    """A group whose commands are loaded by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"bot.cli.{COMMANDS[name]}"), COMMANDS[name])
        return found


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baoanniao", message="报安鸟 %(version)s")
def cli() -> None:
    """报安鸟: the bot that looks after a community's oldest residents."""
