"""What these tests share: no time limit for campaigns, and no lines in the log for the failures they are made of."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Hundreds of programs take seconds, and many times that on a busy machine; 10,000 take their time.
    limit = 0 if config.getoption("--campaign") else 120
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(limit))


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    logger = logging.getLogger("playhead")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # writing down each traceback takes longer than what raises it
    yield
    logger.setLevel(before)
