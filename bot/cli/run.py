"""`run`: the bot at work."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

import click

from bot import config
from bot.cli.errors import fail, plain_errors


@click.command()
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default="config.yaml",
    show_default=True,
    help="settings",
)
def run(config_path: Path) -> None:
    """Join the group through the configured puppet and work until stopped (Ctrl-C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with plain_errors():
        settings = config.load(config_path)
        from bot.app import App
        from bot.web.server import WebError
        from bot.wechat.bot import StartError

        with plain_errors(WebError):
            app = App(settings)
        try:
            asyncio.run(_until_stopped(app))
        except StartError as error:
            fail(f"the bot could not start: {error}")


async def _until_stopped(app: object) -> None:
    from bot.app import App

    assert isinstance(app, App)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)

    def ready() -> None:
        click.echo(f"小安在线了。群聊页面：http://{app.settings.web.host}:{app.port}  （Ctrl-C 停止）")

    await app.run(stopped, ready)
