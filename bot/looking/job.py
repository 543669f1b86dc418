"""One file, looked at in a child process: everything that decoding, reading and comparing costs is paid here."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from bot.media import clip, hashing, keep, look, sniff, voice
from bot.media.clip import MissingPlayerError
from bot.media.hashing import Fingerprint
from bot.media.keep import DiskFullError
from bot.media.look import Finding
from bot.media.sniff import UnreadableError
from bot.ports import Seen
from data import media
from data.store import Store

NO_PICTURES = "没有安装看照片的部件，看不出是哪天拍的"
NO_CLIPS = "没有安装看视频的部件，看不出是哪天拍的"


@dataclass(frozen=True, slots=True)
class Task:
    """What to look at. `media`: its row; earlier rows since `since` are what it is compared with. `roster`: elders' names.

    `folder`: of the media; what may be shown of the file is kept there. `person`: whether to look for people.
    """

    media: int
    type: str
    file: Path
    today: dt.date
    database: Path
    community: str
    since: dt.datetime
    roster: frozenset[str]
    folder: Path
    person: bool = True


def see(task: Task) -> Seen:
    """Everything that can be said of the file. Never raises for a bad file, nor where the extra is not installed."""
    if task.type == "audio":
        return _listen(task)
    try:
        seconds: float | None = None
        if task.type == "video":
            found = clip.measure(task.file)
            if found.problem:
                raise UnreadableError(found.problem)
            seconds = found.seconds
            digest, size = _digest(task.file)
            picture = clip.key_frame(task.file)
        else:
            picture = sniff.read(task.file)
            digest, size = hashlib.sha256(picture).hexdigest(), len(picture)
    except UnreadableError as error:
        return Seen("refused", str(error))
    except MissingPlayerError:
        return Seen("unclear", NO_CLIPS, digest=digest, kind="mp4", size=size, seconds=seconds)
    try:
        finding = look.look_at(picture, task.today, roster=task.roster, person=task.person)
    except ImportError:
        return Seen("unclear", NO_PICTURES, digest=digest, kind=sniff.kind_of(picture), size=size)
    if finding.verdict.word == "refused":
        return Seen("refused", finding.verdict.why, digest=digest, kind=finding.kind, size=size)
    shown: str | None = None
    with contextlib.suppress(DiskFullError):  # what the picture proves matters more
        shown = keep.Shelf(task.folder).show(digest, "thumb.jpg", keep.shown_of(picture))
    kind = "mp4" if task.type == "video" else finding.kind
    seen = _seen(finding, _same(task, finding.fingerprint))
    return replace(seen, digest=digest, kind=kind, size=size, seconds=seconds, shown=shown)


def _seen(finding: Finding, same_as: int | None) -> Seen:
    stamp = finding.stamp
    assert finding.verdict.word != "again" and finding.fingerprint is not None
    return Seen(
        finding.verdict.word,
        finding.verdict.why,
        date=stamp.date,
        time=stamp.time,
        name=stamp.name,
        place=stamp.place,
        taken=finding.taken,
        same_as=same_as,
        fingerprint=finding.fingerprint.pack(),
        person=finding.person is True,
    )


def _digest(file: Path) -> tuple[str, int]:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest(), file.stat().st_size


def _listen(task: Task) -> Seen:
    try:
        data = sniff.read(task.file, sniff.Limits(max_bytes=voice.MAX_BYTES))
        note = voice.listen(data)
        if note.problem:
            raise UnreadableError(note.problem)
        digest = hashlib.sha256(data).hexdigest()
        seen = Seen("heard", digest=digest, kind=note.kind, size=len(data), seconds=note.seconds)
        plays = voice.playable(data)
        return replace(seen, shown=keep.Shelf(task.folder).show(digest, plays.part, plays.data))
    except UnreadableError as error:
        return Seen("refused", str(error))
    except (MissingPlayerError, DiskFullError):
        return seen


# The pictures of a database that this process has compared before: id → fingerprint.
_known: dict[tuple[Path, str], dict[int, Fingerprint]] = {}


def _same(task: Task, print_: Fingerprint | None) -> int | None:
    """The row of an earlier picture that is the same."""
    known = _known.setdefault((task.database, task.community), {})
    store = Store.open_to_read(task.database, task.community)
    try:
        for row in media.prints_after(store, max(known, default=0), task.media, task.since):
            try:
                known[row["id"]] = hashing.unpack(row["fingerprint"])
            except ValueError:  # of another version of the program
                continue
    finally:
        store.close()
    if print_ is None:
        return None
    return hashing.find(print_, ((i, p) for i, p in known.items() if i < task.media))
