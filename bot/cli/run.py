"""`run`: the bot at work."""

from __future__ import annotations

import asyncio
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
    with plain_errors():
        settings = config.load(config_path)
        from bot.app import App
        from bot.clock import RealClock
        from bot.ops import logs, outcry
        from bot.ops.lock import Held
        from bot.web.server import WebError
        from bot.wechat.bot import StartError

        # After the imports: libraries bring log handlers of their own, which would write past ours.
        hide = logs.set_up(settings.logs.style, settings.logs.level)
        with plain_errors(WebError, Held), outcry.on_failure(settings, RealClock().now):
            app = App(settings, hide=hide)
        try:
            with outcry.on_failure(settings, RealClock().now, StartError):
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
        page = f"http://{app.settings.web.host}:{app.port}"
        if app.settings.puppet.kind == "local":
            click.echo(f"小安在线了。群聊页面：{page}  （Ctrl-C 停止）")
        elif app.wechat.online:
            click.echo(f"小安在线了。状态页面：{page}  （Ctrl-C 停止）")
        else:
            click.echo(f"小安启动了，正在连接微信网关。连没连上、要不要扫码，看状态页面：{page}  （Ctrl-C 停止）")

    await app.run(stopped, ready)
