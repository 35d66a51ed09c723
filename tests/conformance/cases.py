"""The cases: the mark that ties a test to its cases, the list of them all, and the few that mean nothing here.

`test_catalogue.py` holds every id listed here against the tests of this folder, set-up by set-up.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest


def case(*ids: str) -> pytest.MarkDecorator:
    """Mark a test with the cases it checks: `@case("BASIC-01")`."""
    return pytest.mark.case(*ids)


class Domain(NamedTuple):
    """What a group of cases is about, and their ids."""

    name: str
    title: str
    cases: tuple[str, ...]


def _domain(name: str, count: int, title: str, *more: str) -> Domain:
    return Domain(name, title, (*(f"{name}-{number:02}" for number in range(1, count + 1)), *more))


CATALOGUE_A = (
    _domain("ABORT", 7, "aborting from a step"),
    _domain("AGENT", 9, "steps that act like agents"),
    _domain("BASIC", 14, "basic execution"),
    _domain("BRANCH", 8, "branches"),
    _domain("CB", 24, "callbacks"),
    _domain("CLONE", 2, "clones of steps and workflows"),
    _domain("COMPLEX", 1, "complex conditions"),
    _domain("DI", 6, "request context"),
    _domain("ERR", 12, "errors"),
    _domain("FOREACH", 11, "foreach"),
    _domain("INTEROP", 6, "plain callables as steps"),
    _domain("LOOP", 6, "loops"),
    _domain("CHAINS", 1, "several chains at once"),
    _domain("RETRY", 3, "retries"),
    _domain("RUNCOUNT", 2, "counting tries and turns"),
    _domain("SCHEMA", 10, "validation"),
    _domain("COND", 5, "simple conditions"),
    _domain("VAR", 30, "mappings and templates"),
    _domain("TRACE", 3, "tracing"),
)
"""Control flow, data, errors, callbacks."""

CATALOGUE_B = (
    _domain("SUSP", 48, "suspend and resume"),
    _domain("NEST", 7, "nested workflows"),
    _domain("TT", 21, "sleep and time travel"),
    _domain("PSTEP", 5, "one step at a time"),
    _domain("STREAM", 23, "streaming"),
    _domain("STOR", 7, "storage", "STOR-04b"),
    _domain("RST", 7, "restart"),
    _domain("RUNS", 4, "runs"),
    _domain("EVW", 15, "pins of the evented engine"),
    _domain("CONC", 13, "races and claims"),
    _domain("REDEL", 6, "redelivery"),
    _domain("FENCE", 6, "fences and leases"),
    _domain("HANDLER", 3, "message handlers (RETRY in section 1.13; catalogue A has other cases of that name)"),
    _domain("DISP", 2, "finding the workflow of a run"),
    _domain("END", 2, "ends"),
    _domain("ISO", 1, "failing watchers"),
    _domain("FIN", 2, "whose result a caller gets"),
    _domain("NOCONS", 2, "nobody there to do the work"),
    _domain("TOPIC", 7, "watching after the end"),
    _domain("SERPS", 4, "loops over nested workflows"),
    _domain("CRASH", 12, "crashes"),
    _domain("INIT", 1, "the input after a resume"),
    _domain("AUTH", 2, "tokens that are never stored"),
    _domain("OPID", 4, "idempotency keys"),
    _domain("FEC", 12, "scheduling of items"),
    _domain("BRR", 2, "arms after a restart"),
    _domain("OPT", 3, "options"),
    _domain("CANC", 6, "cancel"),
    _domain("WRAMP", 1, "growth of what is written"),
    Domain("EVM", "waiting for events", ("EVM",)),
    Domain("CRON", "schedules", ("CRON",)),
)
"""Suspension, nesting, time travel, streaming, storage, recovery, and the pinned cases of its section 1.13."""

OWN = (
    _domain("TRIP", 5, "trip wires, wherever they are raised"),
    _domain("DELTA", 4, "state stored as changes"),
    _domain("PACK", 4, "large values"),
    _domain("SCRATCH", 3, "starting over"),
    _domain("MOVE", 3, "moving to another process and engine"),
)
"""Cases of our own, where a requirement goes further than the catalogues."""

_NO_HANDLER = "messages have no handlers here: what may keep failing is a body (RETRY-01) or the store (FENCE-04)"

MEANINGLESS = {
    "SCHEMA-10": "checks that waitForEvent has been removed: it never existed here",
    "OPT-02": "checks a switch that hides step events: there is none, they are the log",
    "HANDLER-01": _NO_HANDLER,
    "HANDLER-02": _NO_HANDLER,
    "HANDLER-03": _NO_HANDLER,
    "EVM": "waiting for events and their matching expressions are out of scope",
    "CRON": "schedules are out of scope",
}
"""The cases that mean nothing in this design, each with the reason. Every other case has tests."""

MEANINGFUL = [each for domain in (*CATALOGUE_A, *CATALOGUE_B, *OWN) for each in domain.cases if each not in MEANINGLESS]
"""Every case that has tests, in the order of the lists."""
