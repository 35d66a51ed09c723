"""What a step costs, in counts: they do not depend on the machine, so whatever makes one worse is noticed at once.

Seconds are measured by `python -m benchmarks`.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from playhead import Runtime, Step, Workflow
from playhead.codec import registry
from playhead.runs import drives
from playhead.stores.database import Database

SHORT, LONG = 10, 40
#: Bytes that a step of a chain may take in the log: its start, its end and a small output, and its line in the
#: compressed outline of the workflow. It takes 193.
BYTES_PER_STEP = 200
#: ... and an item of a foreach, whose progress is told as well. It takes 287.
BYTES_PER_ITEM = 300
#: Modules of ours that `import playhead` may load.
ALONE = 2
#: ... and that may be loaded with the names which a notebook begins with.
WITH_NAMES = 94
#: Modules of Python that only some values or answers need, and that take long to load.
FOR_FEW = {"decimal", "difflib", "fractions", "zoneinfo"}


async def increment(number: int) -> int:
    return number + 1


def chain(length: int) -> Workflow[Any, Any]:
    flow: Workflow[Any, Any] = Workflow("chain", input=int)
    first = Step(increment, id="step")
    for number in range(length):
        flow = flow.then(first.as_(f"step-{number}"))
    return flow.commit()


class Cost(NamedTuple):
    """What one run wrote."""

    commits: int
    events: int
    bytes: int

    def less(self, other: Cost, by: int) -> Cost:
        """What each of so many parts cost by which this run is longer than the other, rounded up."""
        return Cost(*(-((ours - theirs) // -by) for ours, theirs in zip(self, other, strict=True)))


@pytest.fixture
def cost_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Workflow[Any, Any], Any], Awaitable[Cost]]:
    """Runs a workflow on disk and tells what it wrote."""
    commits = 0

    def counted(name: str) -> None:
        original = getattr(Database, name)

        def counting(database: Database, *args: Any) -> Any:
            nonlocal commits
            commits += 1
            return original(database, *args)

        monkeypatch.setattr(Database, name, counting)

    for name in ("append", "append_all", "put", "swap"):
        counted(name)

    async def cost(flow: Workflow[Any, Any], value: Any) -> Cost:
        nonlocal commits
        async with Runtime(tmp_path / "store") as runtime:
            commits = 0
            run = flow.create_run(runtime=runtime)
            result = await run.start(value)
            assert result.status == "success"
            frames = await runtime.store.read(run.run_id)
            return Cost(commits, len(frames), sum(map(len, frames)))

    return cost


async def test_a_step_costs_one_commit_and_two_events(cost_of: Any) -> None:
    short, long = await cost_of(chain(SHORT), 0), await cost_of(chain(LONG), 0)
    assert short.commits <= SHORT + 2  # the first begins the run too; and the store keeps what people wrote, once
    step = long.less(short, LONG - SHORT)
    assert (step.commits, step.events) == (1, 2)
    assert step.bytes <= BYTES_PER_STEP


async def test_arms_that_are_ready_together_share_their_commits(cost_of: Any) -> None:
    first = Step(increment, id="arm")
    arms = Workflow("arms", input=int).parallel(*(first.as_(f"arm-{number}") for number in range(LONG))).commit()
    cost = await cost_of(arms, 0)
    assert cost.commits <= 4  # the start with all beginnings, the ends, and the end of the block and the run
    assert cost.events == 2 + 2 * LONG  # of the run and of each arm


async def test_items_that_are_ready_together_share_their_commits(cost_of: Any) -> None:
    width = 10
    flow = Workflow("items", input=list[int]).foreach(Step(increment, id="item"), concurrency=width).commit()
    short, long = await cost_of(flow, [0] * SHORT), await cost_of(flow, [0] * LONG)
    assert long.commits - short.commits <= (LONG - SHORT) // width
    item = long.less(short, LONG - SHORT)
    assert item.events == 3  # it began, it ended, and how far its foreach is
    assert item.bytes <= BYTES_PER_ITEM


async def test_a_run_that_has_ended_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    """What refers to itself in a circle stays until the collector looks through all there is."""
    flow = chain(SHORT)
    async with Runtime(tmp_path / "store") as runtime:
        await flow.run(0, runtime=runtime)  # what is made once, for all runs
        gc.collect()
        for _ in range(SHORT):
            await flow.run(0, runtime=runtime)
        assert gc.collect() == 0


async def test_a_run_is_not_read_again_after_each_of_its_own_appends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drives, "WATCH_DELAY", 0.0)  # others are looked for from the beginning
    async with Runtime(tmp_path / "store") as runtime:
        read, reads = runtime.store.read, 0

        async def reading(run_id: str, after: int = 0) -> list[bytes]:
            nonlocal reads
            reads += 1
            return await read(run_id, after)

        monkeypatch.setattr(runtime.store, "read", reading)
        result = await chain(10 * LONG).run(0, runtime=runtime)
    assert result.status == "success"
    assert 0 < reads < LONG


def test_clones_of_a_step_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(registry, "register_schema", looked.append)
    registry.register_workflow(chain(LONG))
    assert len(looked) <= 3  # the input of the workflow, and the input and output of its step


def loaded_by(code: str) -> tuple[int, set[str], set[str]]:
    """How many modules of ours a new interpreter has loaded after the code; which packages of others, of Python."""
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", PATHS + code], capture_output=True, text=True, check=True)
    names = [name.partition(".")[0] for name in done.stdout.split()]
    others = {name for name in names if name not in sys.stdlib_module_names and not name.startswith("_")}
    return names.count("playhead"), others - {"playhead"}, {*names} & sys.stdlib_module_names


#: The interpreter's own start, which loads what happens to be installed, is done without.
PATHS = f"import sys; sys.path[:] = {sys.path!r}\n"


def test_importing_playhead_loads_next_to_nothing() -> None:
    ours, others, _ = loaded_by("import playhead")
    assert ours <= ALONE
    assert others == set()


def test_the_first_names_of_a_notebook_load_only_so_much() -> None:
    ours, others, of_python = loaded_by("from playhead import Context, Runtime, Workflow, step")
    assert ours <= WITH_NAMES
    assert of_python.isdisjoint(FOR_FEW)
    assert others == {"diskcache", "immutables", "ormsgpack"}
