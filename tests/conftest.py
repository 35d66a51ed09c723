"""What every test has: the options, the notice about the browser, a check that it leaves nothing running."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

ENDING = 2.0  # seconds that a thread which was told to end may take on a busy machine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="run the fault campaigns at full size (hours)")


@pytest.hookimpl(tryfirst=True)  # so that --hypothesis-profile still has the last word
def pytest_configure(config: pytest.Config) -> None:
    # No deadline: on a busy machine it would only measure the neighbours. What hangs meets the timeout.
    settings.register_profile("everyday", deadline=None, print_blob=True)
    settings.register_profile("campaign", settings.get_profile("everyday"), max_examples=10_000)
    settings.load_profile("campaign" if config.getoption("--campaign") else "everyday")


@pytest.fixture(scope="session")
def campaign(pytestconfig: pytest.Config) -> bool:
    """Whether fault campaigns run at full size (`--campaign`) or at the small size of every day."""
    return bool(pytestconfig.getoption("--campaign"))


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; only for tests marked `browser`, which do not run without one."""
    path = find_chromium()
    assert path, "mark the test with pytest.mark.browser"
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not find_chromium():
        missing = "Chromium is not installed (on Debian: apt-get install chromium)"
        if os.environ.get("PLAYHEAD_REQUIRE_BROWSER") == "1":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    started = set(threading.enumerate()) - before
    for thread in started:
        thread.join(ENDING)
    left = sorted(thread.name for thread in started if thread.is_alive())
    assert left == [], "the test left threads running"


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """For every `async def` test, before its other fixtures, so that they have been left when it looks."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)  # one turn for tasks that were cancelled a moment ago
    left = sorted(repr(task) for task in asyncio.all_tasks() - before - {asyncio.current_task()})
    assert left == [], "the test left tasks running"


def pytest_itemcollected(item: pytest.Item) -> None:
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
        after_no_thread_left = item.fixturenames.index("no_thread_left") + 1  # a loop has threads of its own
        item.fixturenames.insert(after_no_thread_left, "no_task_left")
