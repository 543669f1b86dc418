"""The real WeChat, through a wechaty gateway (puppet service): its puppet, and a small page that shows its state."""

from __future__ import annotations

import click
from quart import Quart

from bot.clock import Clock
from bot.config import ConfigError, Settings
from bot.engine import Engine
from bot.model import Roster
from bot.web.status import Status, create_status_app
from bot.wechat.errors import LinkError
from bot.wechat.link import Link
from bot.wechat.login import qr_lines
from bot.wechat.service import ServicePuppet
from bot.wechat.state import WechatState
from schedules.runner import Runner


def link_of(settings: Settings) -> Link:
    """The gateway that config names. Raises ConfigError with the key and the mend."""
    puppet = settings.puppet
    token = puppet.token.get_secret_value()
    try:
        return Link.of(puppet.endpoint, token, tls=puppet.tls, ca=puppet.ca, server_name=puppet.server_name)
    except LinkError as error:
        raise ConfigError(str(error)) from None


class GatewayGroup:
    """The far end behind a gateway (bot.app.Edge). The gateway may be down at the start: it is tried again for ever."""

    waits_for_login = False

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.puppet = ServicePuppet(link_of(settings))
        self.status = Status(clock)

    def meet(self, people: Roster) -> None:
        """Contacts are WeChat's own."""

    def page(self, engine: Engine, runner: Runner) -> Quart:
        return create_status_app(self.status)

    def tell(self, state: WechatState) -> None:
        """Keep what the page shows; a QR code also goes to the terminal."""
        self.status.note(state)
        if state.kind == "scan" and state.qrcode:
            click.echo("请用小安的微信扫码登录：\n" + qr_lines(state.qrcode))

    def close(self) -> None:
        """Nothing to let go of: the puppet ends with the bot."""
