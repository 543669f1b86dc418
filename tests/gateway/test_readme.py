"""The gateway that README.zh.md tells a technician to run, run as it stands there."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path

from bot.wechat.link import Link
from bot.wechat.probe import probe

from .rig import free_ports, node

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def script() -> str:
    found = re.search(r"`gateway\.mjs`：\n\n```js\n(.*?)```", (ROOT / "README.zh.md").read_text(encoding="utf-8"), re.S)
    assert found
    return found[1]


async def test_the_documented_gateway_runs_and_takes_its_token_only(gateway_here: None, tmp_path: Path) -> None:
    command, [port] = node(), free_ports(1)
    assert command
    (tmp_path / "gateway.mjs").write_text(script(), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    environ = {"GATEWAY_TOKEN": "xiaoan_0123", "GATEWAY_PORT": str(port), "WECHAT_PUPPET": "wechaty-puppet-mock"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        command, "gateway.mjs", cwd=tmp_path, env=os.environ | environ, stdout=pipe, stderr=pipe
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line.strip() == b"ready", (await process.stderr.read()).decode()
        found = await probe(Link.of(f"127.0.0.1:{port}", "xiaoan_0123"), "报安鸟", seconds=2.0)
        assert found.version and "logged in" in found.problem
        refused = await probe(Link.of(f"127.0.0.1:{port}", "xiaoan_9999"), "报安鸟", seconds=2.0)
        assert refused.cause == "token"
    finally:
        process.kill()
        await process.communicate()


def test_without_a_token_the_documented_gateway_says_so(gateway_here: None, tmp_path: Path) -> None:
    command = node()
    assert command
    (tmp_path / "gateway.mjs").write_text(script(), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    environ = {k: v for k, v in os.environ.items() if k != "GATEWAY_TOKEN"}
    done = subprocess.run([command, "gateway.mjs"], cwd=tmp_path, env=environ, capture_output=True, timeout=60)
    assert done.returncode != 0 and b"GATEWAY_TOKEN" in done.stderr


def test_the_documented_version_is_the_tested_one() -> None:
    pinned = re.search(r'"wechaty-puppet-service": "([\d.]+)"', (HERE / "package.json").read_text(encoding="utf-8"))
    assert pinned and f"wechaty-puppet-service@{pinned[1]}" in (ROOT / "README.zh.md").read_text(encoding="utf-8")
