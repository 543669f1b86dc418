"""The map in CONTRIBUTING.md, held to: who may import whom, who may read the clock, where SQL may stand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "schedules", "data")

# Files under the first (the longest fitting prefix counts) may import, of the project, only what begins with the second.
VALUES = ("bot.model", "bot.ports")
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "bot/model.py": (),
    "bot/ports.py": (),
    "bot/clock.py": (),
    "bot/config.py": (),
    "bot/reading/": ("bot.model", "bot.reading"),
    "bot/media/": ("bot.model", "bot.media"),
    "bot/wechat/": (*VALUES, "bot.wechat", "data"),
    "bot/outbox.py": (*VALUES, "bot.config", "data"),
    "bot/web/": (*VALUES, "bot.web", "bot.wechat.world", "data", "handlers"),
    "bot/web/status.py": ("bot.clock", "bot.web", "bot.wechat.causes", "bot.wechat.login", "bot.wechat.state"),
    "bot/": ("bot", "handlers", "schedules", "data"),
    "handlers/": (*VALUES, "bot.config", "data", "handlers"),
    "schedules/": (*VALUES, "bot.config", "data", "schedules"),
    "schedules/runner.py": ("bot.clock",),
    "data/": (*VALUES, "bot.config", "data"),
}
READS_THE_CLOCK = {"bot/clock.py"}
CLOCKS = re.compile(r"\b(?:datetime\.now|datetime\.utcnow|date\.today|time\.time|time\.monotonic|time\.sleep)\(")
SQL = re.compile(r"^\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s", re.DOTALL)


def sources() -> list[Path]:
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def strings_of(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def rule_for(name: str) -> tuple[str, ...]:
    return MAY_IMPORT[max((prefix for prefix in MAY_IMPORT if name.startswith(prefix)), key=len)]


def is_under(module: str, allowed: tuple[str, ...]) -> bool:
    return any(module == a or module.startswith(a + ".") for a in allowed)


def test_data_flows_one_way() -> None:
    wrong = []
    for path in sources():
        allowed = rule_for(name_of(path))
        for module in sorted(imports_of(path)):
            of_project = module.split(".")[0] in PACKAGES and module not in PACKAGES
            # "from bot import config" names the package and then the module; the package itself holds nothing.
            if of_project and not is_under(module, allowed) and not any(a.startswith(module + ".") for a in allowed):
                wrong.append(f"{name_of(path)} imports {module}")
    assert wrong == []


def test_only_the_wechat_package_knows_wechaty() -> None:
    knows = [
        name_of(p)
        for p in sources()
        if any(m.split(".")[0] in ("wechaty", "wechaty_puppet", "wechaty_grpc") for m in imports_of(p))
    ]
    assert knows and all(name.startswith("bot/wechat/") for name in knows)


def test_only_one_module_reads_the_real_clock() -> None:
    readers = {name_of(p) for p in sources() if CLOCKS.search(p.read_text(encoding="utf-8"))}
    assert readers == READS_THE_CLOCK


def test_sql_stands_in_data_alone() -> None:
    # The embedded WeChat is the far end: its own little file is not the bot's store.
    others = [p for p in sources() if not name_of(p).startswith("data/") and name_of(p) != "bot/wechat/world.py"]
    assert [name_of(p) for p in others if any(SQL.match(s) for s in strings_of(p))] == []


def test_nothing_names_a_path_of_a_machine() -> None:
    texts = [p for p in ROOT.rglob("*") if p.suffix in (".py", ".yaml", ".md", ".toml", ".sh", ".txt", ".js", ".html")]
    texts = [p for p in texts if not {".venv", ".git", "node_modules"} & set(p.relative_to(ROOT).parts)]
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    assert [name_of(p) for p in texts if machine.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("document", ["README.md", "README.zh.md", "CONTRIBUTING.md"])
def test_documents_name_only_files_that_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|handlers|schedules|data|tests|docs)/[\w./-]*)`", text)
    assert [n for n in named if not (ROOT / n).exists()] == []
