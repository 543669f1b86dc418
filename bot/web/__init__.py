"""The local group page: a WeChat group in the browser, for a bot that runs without WeChat."""

from bot.web.app import create_app
from bot.web.server import WebError, claim, serve

__all__ = ["WebError", "claim", "create_app", "serve"]
