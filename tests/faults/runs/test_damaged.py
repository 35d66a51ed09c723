"""F5: a store whose bits rot: what is read of a run is right, or refused by name, and what goes on goes on rightly."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playhead import Context, Runtime, Workflow, step
from playhead.errors import NoSuchRun, StoreError
from tests.faults.runs.conftest import Tell
from tests.faults.runs.invariants import log_of
from tests.faults.runs.ledger import Ledger
from tests.faults.runs.lives import go_on
from tests.faults.runs.shapes import SHAPES, Flow, Shape

FLIPS = 700  # in each of the three kinds of file
FLIPS_EVERY_DAY = 24
PARTS = 2

LARGE = random.Random(5).randbytes(400_000)


def large(ledger: Ledger) -> Flow:
    """A value that has a file of its own is made, and asked about."""

    @step(id="makes")
    async def make(n: int) -> bytes:
        return LARGE

    @step(id="asks")
    async def ask(data: bytes, ctx: Context[Any]) -> list[Any]:
        if not ctx.resumed:
            ctx.suspend({"size": len(data)}, label="ok")
        return [len(data), data[:9], ctx.resume_data]

    return Workflow("large").then(make).then(ask).commit()


SUSPENDED = {
    "suspend": SHAPES["suspend"],
    "large": Shape("large", large, 1, [400_000, LARGE[:9], "yes"], frozenset(), {"ok": "yes"}),
}
FINISHED = {name: SHAPES[name] for name in ("mixed", "state", "dountil")}
SHAPES_HERE = {**SUSPENDED, **FINISHED}


@dataclass(frozen=True)
class Seen:
    """What there is to see of a run, and what comes of going on with it; the class of the error where it is refused."""

    log: list[bytes] | type
    stored: Any
    end: Any


async def fill(folder: Path, nobody: Ledger, copy_open_to: Path) -> None:
    """Some finished runs, and some that wait; a copy has them in SQLite's log, as a crash leaves it."""
    async with Runtime(folder) as runtime:
        for name, shape in SHAPES_HERE.items():
            run = shape.build(nobody).create_run(run_id=name, runtime=runtime)
            if name in FINISHED:
                await go_on(shape, run)
            else:
                await run.start(shape.input)
        shutil.copytree(folder, copy_open_to)


async def look(folder: Path, nobody: Ledger) -> dict[str, Seen]:
    """Look at every run, then bring it to its end."""
    try:
        async with Runtime(folder) as runtime:
            return {name: await look_at(runtime, shape, name, nobody) for name, shape in SHAPES_HERE.items()}
    except StoreError as error:
        return dict.fromkeys(SHAPES_HERE, Seen(type(error), type(error), type(error)))


async def look_at(runtime: Runtime, shape: Shape, name: str, nobody: Ledger) -> Seen:
    runtime.register(shape.build(nobody))
    log = await log_of(runtime.store, name)
    stored = await unless_refused(stored_run(runtime, name))
    end = await unless_refused(end_of(runtime, shape, name, nobody))
    return Seen(StoreError if log.damage else log.frames, stored, end)


async def unless_refused(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except (StoreError, NoSuchRun) as error:
        return type(error)


async def stored_run(runtime: Runtime, name: str) -> Any:
    run = await runtime.get(name)
    steps = {id: (str(each.status), each.input, each.output, each.suspend_payload) for id, each in run.steps.items()}
    return [run.status, run.input, run.output, run.state, steps]


async def end_of(runtime: Runtime, shape: Shape, name: str, nobody: Ledger) -> Any:
    run = shape.build(nobody).create_run(run_id=name, runtime=runtime)
    await go_on(shape, run)
    result = await run.snapshot()
    if isinstance(result.error, StoreError):  # a step needed what is damaged
        return type(result.error)
    return [str(result.status), result.output]


def silently_wrong(seen: Seen, right: Seen) -> list[str]:
    """What is neither right nor refused. SQLite's log may lose its end, and an index may lose a run: that is told by
    what is missing."""
    if isinstance(seen.log, type):
        whole = False
    else:
        assert isinstance(right.log, list)
        whole = seen.log == right.log
        if seen.log != right.log[: len(seen.log)]:
            return ["the log is another one"]
    wrong = []
    if whole and not isinstance(seen.stored, type) and seen.stored != right.stored:
        wrong.append(f"the run is {seen.stored!r:.200}")
    if not isinstance(seen.end, type) and seen.end != right.end:
        wrong.append(f"the run ends as {seen.end!r:.200}")
    return wrong


def spoilt(whole: bytes, dice: random.Random) -> bytes:
    """The bytes with one bit flipped, or, now and then, with garbage in one place."""
    content = bytearray(whole)
    if dice.random() < 0.2 and len(whole) > 512:
        place = dice.randrange(len(whole) - 512)
        content[place : place + 512] = dice.randbytes(512)
    else:
        bit = dice.randrange(len(whole) * 8)
        content[bit // 8] ^= 1 << bit % 8
    return bytes(content)


def files(home: Path) -> Iterator[tuple[Path, Path]]:
    """Each kind of file of a store: the folder of the store, and the file in it."""
    yield home / "crashed", Path("cache.db-wal")
    yield home / "store", Path("cache.db")
    blobs = (home / "store" / "blobs").glob("*/*")
    yield from ((home / "store", blob.relative_to(home / "store")) for blob in blobs)


@pytest.mark.parametrize("part", range(PARTS))
async def test_in_a_damaged_store_nothing_of_a_run_is_silently_wrong(
    tmp_path: Path, part: int, campaign: bool, tell: Tell
) -> None:
    nobody = Ledger(tmp_path / "ledger")
    await fill(tmp_path / "store", nobody, tmp_path / "crashed")
    shutil.copytree(tmp_path / "store", tmp_path / "sound")
    right = await look(tmp_path / "sound", nobody)
    assert all(seen.end == ["success", SHAPES_HERE[name].output] for name, seen in right.items())
    figures, wrong, dice = Counter[str](), list[str](), random.Random(part)
    for folder, file in files(tmp_path):
        for number in range((FLIPS if campaign else FLIPS_EVERY_DAY) // PARTS):
            shutil.copytree(folder, tmp_path / "spoilt")
            (tmp_path / "spoilt" / file).write_bytes(spoilt((folder / file).read_bytes(), dice))
            seen = await look(tmp_path / "spoilt", nobody)
            found = [line for name in seen for line in silently_wrong(seen[name], right[name])]
            wrong += [f"{file} {number}: {line}" for line in found]
            figures.update({"flips": 1, "noticed": seen != right, "wrong": bool(found)})
            shutil.rmtree(tmp_path / "spoilt")
    tell("F5", **figures)
    assert wrong == []
    assert figures["noticed"] > figures["flips"] / 10, "the flips hit nothing"
