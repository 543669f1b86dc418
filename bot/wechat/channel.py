"""The outbox's way into WeChat: a bot.ports.Channel over XiaoAn."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from bot.ports import Echo, InDoubt, NotAFriend, NotConnected, Outgoing, SendError
from bot.wechat import compat
from bot.wechat.bot import XiaoAn
from bot.wechat.errors import GatewayError, describe
from bot.wechat.local import AFTER_MENTION, sending_key
from bot.wechat.rooms import Directory
from bot.wechat.world import Refused

compat.prepare()

from wechaty_puppet import FileBox  # noqa: E402

TEXT_SECONDS = 20.0
FILE_SECONDS = 120.0
_REMEMBERED = 500


@runtime_checkable
class LooksBack(Protocol):
    """A puppet that can say whether a message arrived."""

    def arrived(self, key: str) -> bool: ...


class WechatChannel:
    """Sends to the room with real mentions, to a person in private, with files. Every sending has a deadline."""

    def __init__(self, bot: XiaoAn, directory: Directory) -> None:
        self._bot = bot
        self._directory = directory
        # What was handed over without an answer: key → conversation and text, to be recognised when it comes back.
        self._in_doubt: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def send(self, out: Outgoing) -> str:
        """Send one message; its far id. A file goes first, then the text. Raises SendError.

        What a former attempt sent without hearing of it, and what came back as an echo since, is not sent again.
        """
        try:
            async with asyncio.timeout(FILE_SECONDS if out.file else TEXT_SECONDS):
                return await self._send(out)
        except SendError:
            raise
        except TimeoutError:
            raise self._unanswered(out, "WeChat did not answer in time") from None
        except Refused as error:
            raise SendError(f"WeChat refused it: {error}", permanent=True) from None
        except GatewayError as error:
            raise self._unanswered(out, str(error)) if error.lost else SendError(str(error)) from None
        except Exception as error:
            raise SendError(f"not sent ({describe(error)})") from error

    def _unanswered(self, out: Outgoing, why: str) -> SendError:
        """Nobody answered: in doubt, if the message had been handed over by then."""
        handed_over = out.key in self._in_doubt or _file_key(out) in self._in_doubt
        return InDoubt(why) if handed_over else SendError(why)

    async def delivered(self, out: Outgoing) -> bool | None:
        """True or False where the puppet can look back; True when it came back as an echo; else None."""
        puppet = self._bot._puppet
        if out.key in self._in_doubt and self._bot.echo_of(*self._in_doubt[out.key]):
            return True
        if not isinstance(puppet, LooksBack):
            return None
        return puppet.arrived(out.key if out.text else _file_key(out))

    def is_echo(self, out: Outgoing, echo: Echo) -> bool:
        """Whether an own message that came back is this one (bot.ports.Echoes). What goes last counts: the text, or a file sent alone.

        How the people mentioned are named may have changed meanwhile, and gateways write mentions in their own way.
        """
        where = self._bot.known_room if out.to == "room" else self._directory.contact_for(out.to)
        if not where or echo.where != where:
            return False
        sent, came = " ".join(out.text.split()), " ".join(echo.text.split())
        if not sent:
            return bool(out.file) and came == Path(out.file or "").name
        return came == sent or (bool(out.mentions) and came.startswith("@") and came.endswith(f" {sent}"))

    async def _send(self, out: Outgoing) -> str:
        if not self._bot.online:
            raise NotConnected("WeChat is not connected")
        puppet = self._bot.puppet
        where = await self._conversation(out.to)
        text, mentions = out.text, list[str]()
        if out.to == "room" and out.mentions:
            text, mentions = self._mentioning(out)
        far_id = ""
        if out.file:
            box = await asyncio.to_thread(_box, out.file)
            far_id = await self._once(_file_key(out), where, box.name, lambda: puppet.message_send_file(where, box))
        if text:
            far_id = await self._once(out.key, where, text, lambda: puppet.message_send_text(where, text, mentions))
        if not out.file and not text:
            raise SendError("there is nothing to send", permanent=True)
        return str(far_id or "")  # some gateways give no id

    async def _once(self, key: str, where: str, text: str, sending: Callable[[], Awaitable[str]]) -> str:
        if key in self._in_doubt and (far_id := self._bot.echo_of(*self._in_doubt[key])):
            del self._in_doubt[key]
            return far_id
        self._in_doubt[key] = (where, text)
        if len(self._in_doubt) > _REMEMBERED:
            self._in_doubt.popitem(last=False)
        with _keyed(key):
            far_id = await sending()
        self._in_doubt.pop(key, None)
        return far_id

    async def _conversation(self, to: str) -> str:
        if to == "room":
            room = await self._bot.room_found()
            if room is None:
                raise NotConnected("the bot is not in its group")
            return room
        contact = self._directory.contact_for(to)
        if contact is None:
            person = self._directory.person(to)
            if person and person.wechat and await self._bot.meet_again():
                contact = self._directory.contact_for(to)
        if contact is None:
            raise SendError(f"no WeChat contact is known for {to}", permanent=True)
        if not await self._is_friend(contact):
            raise NotAFriend(f"{to} is not a WeChat friend of the bot", permanent=True)
        return contact

    async def _is_friend(self, contact: str) -> bool:
        """Some gateways leave the mark of a friend out; then the list of contacts tells."""
        puppet = self._bot.puppet
        return bool((await puppet.contact_payload(contact)).friend) or contact in await puppet.contact_list()

    def _mentioning(self, out: Outgoing) -> tuple[str, list[str]]:
        """The text begun with @alias for each person, and the contact ids; who has no contact is named all the same."""
        begin = ""
        ids: list[str] = []
        for person_id in out.mentions:
            seen = self._directory.mention_for(person_id)
            if seen is not None and seen.id not in ids:
                ids.append(seen.id)
                begin += f"@{seen.alias or seen.name}{AFTER_MENTION}"
            elif seen is None and (person := self._directory.person(person_id)):
                begin += f"@{person.wechat or person.name} "
        return (f"{begin} {out.text}" if begin else out.text), ids


class _keyed:
    """Within: what is sent carries this outbox key, for a puppet that remembers keys."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        self._token = sending_key.set(self._key)

    def __exit__(self, *exc: object) -> None:
        sending_key.reset(self._token)


def _file_key(out: Outgoing) -> str:
    return f"{out.key}#file"


def _box(file: str) -> FileBox:
    path = Path(file)
    try:
        return FileBox.from_buffer(path.read_bytes(), path.name)
    except OSError as error:
        raise SendError(f"the file cannot be read ({error.strerror})", permanent=True) from None
