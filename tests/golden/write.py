"""Write the golden logs of the present format: ``python -m tests.golden.write``.

Only for a format that has not been released: once it is, its logs stay as they are for ever, and a new format gets
a folder of its own. ``--stories`` writes the texts anew for logs that stay, when what is shown of a run changes.

The logs hold the text of tracebacks, and these the paths of files. So all is copied to a folder that is the same on
every machine, and written there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from playhead import Runtime
from playhead.engines.effects import Clock
from playhead_kernel import printing
from tests.golden.opening import V1, open_copy
from tests.golden.story import story
from tests.golden.v1 import writing

ROOT = Path(__file__).resolve().parents[2]
NEUTRAL = Path("/tmp/playhead-golden")
THEN = 1_735_689_600.0  # the first moment of 2025: long past, so that no lease is held any more


class Stopped(Clock):
    """Always the same moment: what is to happen later does not happen while the logs are written."""

    def now(self) -> float:
        return THEN

    async def sleep_until(self, when: float) -> None:
        if when > THEN:
            await asyncio.Event().wait()


async def write_store(folder: Path) -> None:
    """The store, by an owner that is nobody's process."""
    runtime = Runtime(folder, clock=Stopped(), workflows=writing.workflows())
    runtime.env = runtime.env._replace(owner="golden.example|1|0|0")
    printing.install(printing.Pins(None))
    try:
        async with runtime:
            await writing.write(runtime)
    finally:
        printing.uninstall()
    with sqlite3.connect(folder / "cache.db") as database:
        database.execute("VACUUM")
    database.close()


async def write_stories() -> None:
    """The text of every run in the store."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_copy(Path(folder)) as runtime:
            for name in writing.RESTS:
                text = await story(await runtime.fetch(name))
                (V1 / "stories" / f"{name}.txt").write_text(text, "utf-8")


def written_in_neutral_place() -> Path:
    """Copy what is needed, and write the store there, in a process that knows of no other place."""
    shutil.rmtree(NEUTRAL, ignore_errors=True)
    for source, target in (
        (ROOT / "runtime" / "playhead", "playhead"),
        (ROOT / "kernel_ext" / "playhead_kernel", "playhead_kernel"),
        (ROOT / "widgets" / "playhead_widgets", "playhead_widgets"),
        (ROOT / "tests" / "golden", "tests/golden"),
    ):
        shutil.copytree(source, NEUTRAL / target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    (NEUTRAL / "tests" / "__init__.py").touch()
    command = [sys.executable, "-m", "tests.golden.write", "--here"]
    subprocess.run(command, cwd=NEUTRAL, env={**os.environ, "PYTHONPATH": str(NEUTRAL)}, check=True)
    return NEUTRAL / "store"


def main(option: str = "") -> None:
    if option == "--here":
        asyncio.run(write_store(Path.cwd() / "store"))
        return
    if option != "--stories":
        store = written_in_neutral_place()
        shutil.rmtree(V1 / "store", ignore_errors=True)
        shutil.copytree(store, V1 / "store")
        shutil.rmtree(NEUTRAL)
    (V1 / "stories").mkdir(exist_ok=True)
    asyncio.run(write_stories())


if __name__ == "__main__":
    main(*sys.argv[1:])
