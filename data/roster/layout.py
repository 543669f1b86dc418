"""People → the cells of their row, by header: what an export writes and what a comparison compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model import Elder, Volunteer
from data.roster.cells import ROLE_NAMES
from data.roster.columns import HEADERS, RELATIVE_PARTS, relative_header


def elder_cells(elder: Elder, names: Mapping[str, str]) -> dict[str, str]:
    """Header → cell of one elder, without the unknown columns. `names`: volunteer id → name."""
    header = HEADERS["elders"]
    found = {
        header["id"]: elder.id,
        header["name"]: elder.name,
        header["sex"]: elder.sex,
        header["born"]: "" if elder.born is None else str(elder.born),
        header["compound"]: elder.compound,
        header["address"]: elder.address,
        header["phone"]: elder.phone,
        header["living"]: elder.living,
        header["health"]: elder.health,
        header["deadline"]: elder.deadline.strftime("%H:%M") if elder.deadline else "",
        header["twice"]: "2" if elder.twice else "",
        header["wechat"]: elder.wechat,
        header["volunteer"]: names.get(elder.volunteer, elder.volunteer) if elder.volunteer else "",
        header["backup"]: names.get(elder.backup, elder.backup) if elder.backup else "",
        header["aliases"]: "、".join(elder.aliases),
    }
    for number, relative in enumerate(elder.relatives, 1):
        for part in RELATIVE_PARTS:
            found[relative_header(number, part)] = getattr(relative, part)
    return found


def volunteer_cells(volunteer: Volunteer) -> dict[str, str]:
    """Header → cell of one volunteer."""
    return {
        header: ROLE_NAMES[volunteer.role] if field == "role" else getattr(volunteer, field)
        for field, header in HEADERS["volunteers"].items()
    }


def numbered(extra: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, int], str]]:
    """Unknown columns with the count of the same header before them, since two may share a name."""
    seen: dict[str, int] = {}
    found = []
    for name, value in extra:
        found.append(((name, seen.get(name, 0)), value))
        seen[name] = seen.get(name, 0) + 1
    return found


def with_extra(cells: dict[str, str], extra: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`cells` and the unknown columns beside them; the second of two with one name is called 备注（2）."""
    for (name, count), value in numbered(extra):
        cells[name if not count and name not in cells else f"{name}（{count + 1}）"] = value
    return cells
