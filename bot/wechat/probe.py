"""Looking at a gateway without becoming its client for long: what `doctor` can say about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.wechat import compat, wire
from bot.wechat.causes import Cause
from bot.wechat.errors import GatewayError, LinkError
from bot.wechat.gateway import Gateway
from bot.wechat.link import Link

compat.prepare()

from wechaty_grpc.wechaty import puppet as pb  # noqa: E402

LOOK_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found, as far as it could be looked at. `problem` is "" when all is well, else says what to mend.

    `taken`: another client listens already, so whether somebody is logged in could not be seen. `rooms`: in how many rooms
    of that topic the account is (0 also when that was not looked at). `cause`: why there is no connection.
    """

    problem: str = ""
    cause: Cause = ""
    version: str = ""
    taken: bool = False
    account: str = ""
    rooms: int = 0


async def probe(link: Link, topic: str, seconds: float = LOOK_SECONDS) -> Probe:
    """Connect, look, let go. Nothing is started, stopped or sent."""
    gateway: Gateway | None = None
    try:
        host, port = await asyncio.to_thread(link.look_up)
        gateway = Gateway(link, host, port)
        version = await gateway.version(seconds)
    except (GatewayError, LinkError) as error:
        if gateway is not None:
            gateway.close()
        return Probe(str(error), error.cause if isinstance(error, GatewayError) else "")
    try:
        taken, account = await _account(gateway, seconds)
        if not taken and not account:
            return Probe("no WeChat account is logged in at the gateway; scan its QR code (run shows it)", "", version)
        found = await _rooms(gateway, topic, account, seconds)
        problem = ""
        if found != 1:
            problem = f"{found} groups are named {topic!r}; the bot must be in exactly one (room.topic)"
        return Probe(problem, "", version, taken, account, found)
    except GatewayError as error:
        return Probe(str(error), error.cause, version)
    finally:
        gateway.close()


async def _account(gateway: Gateway, seconds: float) -> tuple[bool, str]:
    """(somebody else listens, the account that is logged in)"""
    events = gateway.events()
    try:
        async with asyncio.timeout(seconds):
            async for number, text in events:
                event = wire.event_of(number, text)
                if event is not None and event[0] == "login":
                    return False, str(event[1].contact_id)
    except TimeoutError:
        return False, ""
    except GatewayError as error:
        if error.cause == "taken":
            return True, ""
        raise
    finally:
        await events.aclose()
    return False, ""


async def _rooms(gateway: Gateway, topic: str, account: str, seconds: float) -> int:
    found = 0
    for room_id in (await gateway.call("RoomList", pb.RoomListRequest(), pb.RoomListResponse, seconds)).ids:
        room = await gateway.call("RoomPayload", pb.RoomPayloadRequest(id=room_id), pb.RoomPayloadResponse, seconds)
        if room.topic != topic:
            continue
        request = pb.RoomMemberListRequest(id=room_id)
        members = (await gateway.call("RoomMemberList", request, pb.RoomMemberListResponse, seconds)).member_ids
        found += (
            not account or account in members
        )  # some gateways go on listing a room that the account was taken out of
    return found
