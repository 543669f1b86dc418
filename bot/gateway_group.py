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
from data import days, messages
from data.moments import day_of
from schedules.runner import Runner

STATES = {"safe": "平安", "concern": "要留心", "waiting": "在等", "missed": "没有消息", "away": "不在家"}


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
        self.settings, self.clock = settings, clock
        self.status = Status(clock)
        self._shown = ""

    def meet(self, people: Roster) -> None:
        """Contacts are WeChat's own."""

    def page(self, engine: Engine, runner: Runner) -> Quart:
        settings = self.settings
        return create_status_app(self.status, settings.community, settings.zone, lambda: self._facts(engine))

    def _facts(self, engine: Engine) -> list[tuple[str, str]]:
        """What the page shows beside the state: figures, and nobody's name."""
        now, zone = self.clock.now(), self.settings.zone
        today = day_of(now, self.settings.day.opens, zone)
        found = days.count(engine.store, today)
        heard = messages.last_at(engine.store)
        facts = [("群", self.settings.room.topic), ("现在", f"{now.astimezone(zone):%m月%d日 %H:%M}")]
        if heard is not None:
            facts.append(("最近听到", f"{heard.astimezone(zone):%m月%d日 %H:%M}"))
        if found:
            told = [f"{name} {found[state]} 位" for state, name in STATES.items() if found.get(state)]
            facts.append(("今天", f"一共 {sum(found.values())} 位老人：{'，'.join(told)}"))
        return facts

    def tell(self, state: WechatState) -> None:
        """Keep what the page shows; a QR code also goes to the terminal."""
        self.status.note(state)
        if state.kind == "scan" and state.qrcode and state.qrcode != self._shown:
            self._shown = state.qrcode
            click.echo("请用小安的微信扫码登录：\n" + qr_lines(state.qrcode))

    def close(self) -> None:
        """Nothing to let go of: the puppet ends with the bot."""
