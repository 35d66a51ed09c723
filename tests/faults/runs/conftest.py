"""What the campaigns share: more time at full size, and their figures at the end of the output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

TIME = 60  # seconds; dozens of processes, one after the other, on a machine that may be busy
CAMPAIGN_TIME = 1800  # at full size a test does thousands of times what it does every day

Tell = Callable[..., None]

_FIGURES = pytest.StashKey[dict[str, Counter[str]]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    limit = CAMPAIGN_TIME if config.getoption("--campaign") else TIME
    for item in items:
        if __package__ in item.nodeid.replace("/", "."):
            item.add_marker(pytest.mark.timeout(limit))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Add figures, such as ``tell("F1", kills=12)``, to the totals that are printed at the end."""
    totals = request.config.stash.setdefault(_FIGURES, {})

    def add(fault: str, **figures: int) -> None:
        totals.setdefault(fault, Counter()).update(figures)

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    totals = config.stash.get(_FIGURES, {})
    if totals:
        terminalreporter.section("faults and their figures")
    for fault, figures in sorted(totals.items(), key=lambda total: int(total[0].strip("F"))):
        terminalreporter.line(f"{fault}: " + ", ".join(f"{count} {what}" for what, count in figures.items()))
