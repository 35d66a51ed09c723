"""Where the errors go: through another process, and into a store that another interpreter reads."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from playhead import Runtime, Workflow
from tests.identity.corpus import CORPUS, fail


@pytest.fixture(scope="session")
def spawned() -> Iterator[ProcessPoolExecutor]:
    """One process of the standard library's pool, which shares nothing with this one."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(abs, -1).result()  # its threads begin with its first work, and no test shall have begun them
        yield pool


def run_id(name: str) -> str:
    return name.replace(" ", "-")


async def _fail_with_each(store: Path, executor: ProcessPoolExecutor | None) -> None:
    flow = Workflow("failing").then(fail).commit()
    async with Runtime(store, executor=executor) as runtime:
        for name in CORPUS:
            await flow.create_run(run_id=run_id(name), runtime=runtime).start(name)


@pytest.fixture(scope="session", params=["threads", "spawned"])
def store(request: pytest.FixtureRequest, spawned: ProcessPoolExecutor, tmp_path_factory: Any) -> str:
    """A store with a failed run for each exception: raised in a thread here, or in a process elsewhere."""
    place = tmp_path_factory.mktemp("identity") / "store"
    asyncio.run(_fail_with_each(place, spawned if request.param == "spawned" else None))
    return str(place)


def read_anew(store: str, *modules: str) -> Any:
    """What a new interpreter that has imported these modules finds in the store."""
    command = [sys.executable, "-m", "tests.identity.there", store, *modules]
    done = subprocess.run(command, capture_output=True, text=True, timeout=15, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def found(store: str) -> dict[str, str]:
    """What each error looks like to a new interpreter that has the same classes."""
    errors: dict[str, str] = read_anew(store, "tests.identity.corpus")["found"]
    return errors
