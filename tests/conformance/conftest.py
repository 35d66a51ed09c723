"""The one fixture of the conformance tests: a `world`, once for every engine set-up.

A test that only runs workflows takes no argument (`pytestmark = pytest.mark.usefixtures("world")`) and calls
`flow.run(...)`: the world's runtime is the current one. A test that needs the runtime, or a process restart,
takes `world`. No test asks which set-up it runs on: one that must is about an engine and belongs elsewhere.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from playhead import MemoryStore, Runtime

from .cases import MEANINGFUL
from .parity import SET_UPS, Writer, cases_of
from .shared_place import SharedPlace


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--parity", metavar="FILE", help="write the table of cases that passed on each set-up")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(*ids): the cases this test checks (see cases.py)")
    file = config.getoption("--parity", None)  # unknown when this folder is only one among others
    if file:
        config.pluginmanager.register(Writer(Path(file)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        unknown = cases_of(item) - set(MEANINGFUL)
        if unknown:
            raise pytest.UsageError(
                f"{item.nodeid} checks {sorted(unknown)}: no case that cases.py lists with a meaning"
            )


class World:
    """An entered runtime, and the means to leave it and open another on the same store.

    Enter and exit happen in one context of their own, because a fixture and its test live in two: a runtime
    that restores a context variable by its token could not be left by the other one.
    """

    runtime: Runtime

    def __init__(self, open_runtime: Callable[..., Runtime]) -> None:
        self._open_runtime = open_runtime
        self._context = contextvars.copy_context()

    async def enter(self, **options: Any) -> Runtime:
        self.runtime = self._open_runtime(**options)
        before = dict(self._context.items())
        await self._in_own_context(self.runtime.__aenter__())
        for variable, value in self._context.items():
            if before.get(variable) is not value:
                variable.set(value)
        return self.runtime

    async def leave(self) -> None:
        await self._in_own_context(self.runtime.__aexit__(None, None, None))

    async def restart(self, **options: Any) -> Runtime:
        """The shape of a process restart: a new runtime, sharing only the store with the one before.

        `options` go to the new `Runtime` (`resources=`, `workflows=`, `transient_request=` …).
        """
        await self.leave()
        return await self.enter(**options)

    async def _in_own_context(self, work: Coroutine[Any, Any, Any]) -> None:
        await asyncio.create_task(work, context=self._context)


@pytest.fixture(params=list(SET_UPS))
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the set-up; every test that uses `world` runs once for each."""
    name: str = request.param
    return name


@pytest.fixture
async def world(engine: str, tmp_path: Path) -> AsyncIterator[World]:
    store = MemoryStore()

    def open_runtime(**options: Any) -> Runtime:
        if engine == "evented-disk":
            return Runtime(tmp_path / ".playhead", engine="evented", **options)
        return Runtime(engine="direct" if engine == "direct" else "evented", store=store, **options)

    world = World(open_runtime)
    await world.enter()
    yield world
    await world.leave()


@pytest.fixture
def place(engine: str, tmp_path: Path) -> SharedPlace:
    """Where several runtimes meet, for tests of several processes at once."""
    return SharedPlace(engine, tmp_path)
