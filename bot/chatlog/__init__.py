"""A group's chat as people copy or export it: read into messages, and played into the bot's own database."""

from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.reading import Chat, read

__all__ = ["About", "Chat", "ChatError", "Entry", "read"]
