"""python -m bot.reading.compiling: makes the C extensions of compiled.py, a minute's work for mypyc and the C compiler.

Nothing depends on it: without mypyc, a compiler or Python's headers it says so and leaves the reading in plain Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.reading import compiled

BUILD = """
import sys
from mypyc.build import mypycify
from setuptools import setup

out, work, *paths = sys.argv[1:]
extensions = mypycify(
    ["--ignore-missing-imports", *paths], opt_level="2", debug_level="0", group_name="reading", target_dir=work
)
setup(
    name="reading",
    packages=[],
    ext_modules=extensions,
    script_args=["--quiet", "build_ext", "--build-lib", out, "--build-temp", work],
)
"""
FEW_LINES = 3  # of what a compiler that failed has said


def make() -> str:
    """Make the extensions unless they are there. What was done or why not, in one line.

    They take their place in one step when they are whole; those of other sources are thrown away.
    """
    made = compiled.folder()
    if made.is_dir():
        return "the compiled reading is up to date"
    compiled.MADE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=compiled.MADE) as work:
        out = Path(work, "out")
        paths = [str(Path("bot", "reading", f"{module}.py")) for module in compiled.MODULES]
        run = subprocess.run(
            [sys.executable, "-c", BUILD, str(out), str(Path(work, "c")), *paths],
            cwd=compiled.ROOT,
            env={**os.environ, "MYPY_CACHE_DIR": str(Path(work, "mypy"))},
            capture_output=True,
            text=True,
        )
        if run.returncode:
            lines = (run.stdout + run.stderr).strip().splitlines()
            said = "\n".join([line for line in lines if "error" in line.lower()][:FEW_LINES] or lines[-FEW_LINES:])
            return (
                f"the reading stays in plain Python, which is slower and reads the same; compiling it failed:\n{said}"
            )
        for old in compiled.MADE.iterdir():
            if old != Path(work):
                shutil.rmtree(old)
        out.rename(made)
    return "the reading is compiled"


if __name__ == "__main__":
    print(make())
