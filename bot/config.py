"""config.yaml and the environment → checked, typed settings; every error names the key's path and the mend."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

PREFIX = "BAOANNIAO_"


class ConfigError(Exception):
    """The settings cannot be used; the text says where and how to mend it."""


def _clock(value: Any) -> Any:
    # YAML 1.1 reads an unquoted 10:00 as the number 600 (base 60).
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return dt.time(value // 60, value % 60)
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,2})[:：](\d{2})", value.strip())
        if match and int(match[1]) < 24 and int(match[2]) < 60:
            return dt.time(int(match[1]), int(match[2]))
    if isinstance(value, dt.time):
        return value
    raise ValueError('must be a time of day like "10:00"')


Clock = Annotated[dt.time, BeforeValidator(_clock)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Day(Part):
    """The times of an ordinary day, local to the community."""

    opens: Clock = dt.time(5, 0)
    reminders: tuple[Clock, ...] = (dt.time(8, 30), dt.time(9, 30))
    deadline: Clock = dt.time(10, 0)
    summary: Clock = dt.time(20, 0)
    quiet: tuple[Clock, Clock] = (dt.time(22, 0), dt.time(6, 0))

    @model_validator(mode="after")
    def _in_order(self) -> Day:
        if not self.opens < self.deadline:
            raise ValueError("deadline must be later than opens")
        if list(self.reminders) != sorted(set(self.reminders)):
            raise ValueError("reminders must be in order, each once")
        return self


class Evening(Part):
    """The second check-in of a day, for elders whose roster row says 报平安次数 2, or for `everyone`. Local times."""

    opens: Clock = dt.time(16, 0)
    reminders: tuple[Clock, ...] = (dt.time(18, 0),)
    deadline: Clock = dt.time(19, 0)
    everyone: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Evening:
        if not self.opens < self.deadline:
            raise ValueError("deadline must be later than opens")
        if list(self.reminders) != sorted(set(self.reminders)):
            raise ValueError("reminders must be in order, each once")
        if any(not self.opens <= clock < self.deadline for clock in self.reminders):
            raise ValueError("reminders must lie between opens and deadline")
        return self


def _date(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise ValueError('must be a date like "2027-02-06"')


Date = Annotated[dt.date, BeforeValidator(_date)]


class Holidays(Part):
    """On public holidays reminders and the common deadline come `later_minutes` later. 0: as on any day.

    `country`: ISO code of the country whose holidays count; `add` and `leave_out` correct them day by day.
    """

    later_minutes: int = Field(0, ge=0, le=6 * 60)
    country: str = Field("CN", pattern=r"^[A-Z]{2}$")
    add: tuple[Date, ...] = ()
    leave_out: tuple[Date, ...] = ()

    @model_validator(mode="after")
    def _known_country(self) -> Holidays:
        if self.later_minutes:
            import holidays  # it takes a while to load

            if self.country not in holidays.list_supported_countries(include_aliases=False):
                raise ValueError(f"country: no holidays are known for {self.country}; China is CN")
        return self


class Escalation(Part):
    """Minutes: after the alert opens (backup_after, coordinator_after), of a claim, between repeats.

    after_silence: when the bot could not hear for a while, how long people have to say it again.
    """

    backup_after: Minutes = 20
    coordinator_after: Minutes = 40
    claim_holds: Minutes = 30
    repeat_every: Minutes = 30
    after_silence: Minutes = 30

    @model_validator(mode="after")
    def _climbs(self) -> Escalation:
        if self.coordinator_after <= self.backup_after:
            raise ValueError("coordinator_after must be more than backup_after")
        return self


class Room(Part):
    topic: str = Field("报安鸟", min_length=1)


class Puppet(Part):
    """Which WeChat. `tls` None: encrypted unless the gateway is on this machine; `ca`: the only root to trust (PEM)."""

    kind: Literal["local", "service"] = "local"
    endpoint: str = ""
    token: SecretStr = SecretStr("")
    tls: bool | None = None
    ca: Path | None = None
    server_name: str = ""


class StorePart(Part):
    path: Path = Path("var/baoanniao.db")


class RosterPart(Part):
    elders: Path = Path("data/demo/elders.csv")
    volunteers: Path = Path("data/demo/volunteers.csv")


class Pace(Part):
    """What the group bears: seconds between two messages, messages a minute and a day (distress is exempt)."""

    gap_seconds: float = Field(5, ge=0, le=600)
    per_minute: int = Field(10, ge=1, le=600)
    per_day: int = Field(120, ge=1, le=100_000)


class Web(Part):
    host: str = "127.0.0.1"
    port: int = Field(8075, ge=0, le=65535)


class Backup(Part):
    """Snapshots of the database: every so many minutes (0: none), and how many hours, days and weeks keep one."""

    folder: Path = Path("var/backups")
    every_minutes: int = Field(60, ge=0, le=24 * 60)
    hourly: int = Field(24, ge=1, le=1000)
    daily: int = Field(14, ge=0, le=1000)
    weekly: int = Field(8, ge=0, le=1000)


class Notify(Part):
    """The second channel (Apprise addresses, secret), and from where on something is told there."""

    urls: tuple[SecretStr, ...] = ()
    repeat_minutes: Minutes = 60
    distress: bool = False
    disk_mib: int = Field(500, ge=50, le=1_000_000)
    late_minutes: int = Field(5, ge=2, le=120)


class Heartbeat(Part):
    """A sign of life to an address (secret) outside; style healthchecks adds /start and /fail, plain only says "well"."""

    url: SecretStr = SecretStr("")
    every_seconds: int = Field(60, ge=10, le=3600)
    timeout_seconds: float = Field(10, ge=1, le=60)
    method: Literal["GET", "POST"] = "POST"
    style: Literal["healthchecks", "plain"] = "healthchecks"

    @model_validator(mode="after")
    def _is_http(self) -> Heartbeat:
        if self.url.get_secret_value() and not re.match(r"https?://[^/\s]+", self.url.get_secret_value()):
            raise ValueError("url must begin with http:// or https://")
        return self


class Logs(Part):
    style: Literal["text", "json"] = "text"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Speech(Part):
    """The community's own recogniser of speech (an OpenAI-compatible API, https://host/v1); none where `url` is empty."""

    url: str = ""
    key: SecretStr = SecretStr("")
    model: str = "whisper-1"
    seconds: float = Field(20, ge=1, le=300)


class Media(Part):
    """Pictures, clips and voice notes. `look` False: nobody looks at them, only words count.

    person: whether to look for people in pictures (never for who it is).
    words_minutes: how far words may be from the picture they are about. board: who gets the day's picture with the
    summary. seconds: what one file may take.
    """

    look: bool = True
    person: bool = True
    words_minutes: int = Field(5, ge=1, le=60)
    board: Literal["all", "coordinators", "none"] = "all"
    seconds: float = Field(30, ge=5, le=600)
    speech: Speech = Speech()


class Retention(Part):
    """Days that things are kept: words of messages, media files, pictures' fingerprints, the journal's names, leavers."""

    messages_days: int = Field(90, ge=7, le=3650)
    media_days: int = Field(30, ge=1, le=3650)
    fingerprints_days: int = Field(180, ge=1, le=3650)
    journal_days: int = Field(730, ge=30, le=3650)
    left_days: int = Field(365, ge=30, le=3650)


class Settings(Part):
    """Everything in config.yaml, with the default of each key."""

    community: str = Field("报安鸟示范社区", min_length=1)
    timezone: str = "Asia/Shanghai"
    day: Day = Day()
    evening: Evening = Evening()
    holidays: Holidays = Holidays()
    escalation: Escalation = Escalation()
    room: Room = Room()
    puppet: Puppet = Puppet()
    store: StorePart = StorePart()
    roster: RosterPart = RosterPart()
    pace: Pace = Pace()
    web: Web = Web()
    backup: Backup = Backup()
    notify: Notify = Notify()
    heartbeat: Heartbeat = Heartbeat()
    logs: Logs = Logs()
    media: Media = Media()
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _known_zone(self) -> Settings:
        if self.timezone not in available_timezones():
            raise ValueError(f"timezone: {self.timezone!r} is not a time zone; Lanzhou is Asia/Shanghai")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Settings:
        latest = max(self.day.deadline, *self.day.reminders, self.day.deadline)
        if latest.hour * 60 + latest.minute + self.holidays.later_minutes >= 24 * 60:
            raise ValueError("holidays.later_minutes: the deadline of a holiday would fall on the next day")
        if self.evening.everyone and self.evening.opens <= self.day.deadline:
            raise ValueError("evening.opens: must be later than day.deadline")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.timezone)


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from a YAML file (None: defaults) with BAOANNIAO_SECTION__KEY overrides.

    Relative paths inside are relative to the file's folder, so the bot finds its data wherever it is started from.
    Raises ConfigError with the file, the key's path and the mend.
    """
    values: Any = {}
    if path is not None:
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigError(f"{path}: no such file; name one with --config") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{path}: cannot be read ({type(error).__name__}); it must be a readable UTF-8 file"
            ) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            raise ConfigError(
                f"{path}{where}: not valid YAML ({getattr(error, 'problem', None) or 'unreadable'})"
            ) from None
        values = {} if values is None else values
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: must hold keys with values, like 'community: ...'")
    name = str(path) if path is not None else "settings"
    _override(values, os.environ if environ is None else environ)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{name}: {_explain(e)}" for e in error.errors())) from None
    return _anchor(settings, path.resolve().parent) if path is not None else settings


def _override(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    for key, text in sorted(environ.items()):
        if not key.startswith(PREFIX):
            continue
        *sections, last = key[len(PREFIX) :].lower().split("__")
        place = values
        for section in sections:
            inner = place.get(section)
            if not isinstance(inner, dict):
                inner = place[section] = {}
            place = inner
        # A list is written as YAML ("[08:30, 09:30]"); everything else stays text, which pydantic converts.
        place[last] = re.findall(r"[^\s,\[\]'\"]+", text) if text.strip().startswith("[") else text


def _explain(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "settings"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key; see config.yaml for the known ones"
    message = error["msg"].removeprefix("Value error, ")
    secret = any(word in place for word in ("token", "url", "key"))
    given = "" if secret or isinstance(error["input"], dict | BaseModel) else f" (found {error['input']!r})"
    return f"{place}: {message}{given}"


def _anchor(settings: Settings, base: Path) -> Settings:
    ca = base / settings.puppet.ca if settings.puppet.ca else None
    return settings.model_copy(
        update={
            "puppet": settings.puppet.model_copy(update={"ca": ca}),
            "store": StorePart(path=base / settings.store.path),
            "backup": settings.backup.model_copy(update={"folder": base / settings.backup.folder}),
            "roster": RosterPart(elders=base / settings.roster.elders, volunteers=base / settings.roster.volunteers),
        }
    )
