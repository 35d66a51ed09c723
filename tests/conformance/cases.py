"""The cases of behaviour catalogues A and B: the mark that ties a test to its cases, and the list of all.

`test_catalogue.py` holds every id listed here against the tests of this folder.
"""

from __future__ import annotations

import pytest


def case(*ids: str) -> pytest.MarkDecorator:
    """Mark a test with the catalogue cases it checks: `@case("BASIC-01")`."""
    return pytest.mark.case(*ids)


def _numbered(domain: str, count: int) -> list[str]:
    return [f"{domain}-{number:02}" for number in range(1, count + 1)]


def _all(counts: dict[str, int]) -> list[str]:
    return [case_id for domain, count in counts.items() for case_id in _numbered(domain, count)]


CATALOGUE_A = _all(
    {
        "ABORT": 7,
        "AGENT": 9,
        "BASIC": 14,
        "BRANCH": 8,
        "CB": 24,
        "CLONE": 2,
        "COMPLEX": 1,
        "DI": 6,
        "ERR": 12,
        "FOREACH": 11,
        "INTEROP": 6,
        "LOOP": 6,
        "CHAINS": 1,
        "RETRY": 3,
        "RUNCOUNT": 2,
        "SCHEMA": 10,
        "COND": 5,
        "VAR": 30,
        "TRACE": 3,
    }
)

CATALOGUE_B = [
    *_all(
        {
            "SUSP": 48,
            "NEST": 7,
            "TT": 21,
            "PSTEP": 5,
            "STREAM": 23,
            "STOR": 7,
            "RST": 7,
            "RUNS": 4,
            "EVW": 15,
            "CONC": 13,
            "REDEL": 6,
            "FENCE": 6,
            "CRASH": 12,
            "CANC": 6,
            "INIT": 1,
            "AUTH": 2,
        }
    ),
    "STOR-04b",
]

MESSAGE_BUS_B = _all(
    {
        "DISP": 2,
        "END": 2,
        "ISO": 1,
        "FIN": 2,
        "NOCONS": 2,
        "TOPIC": 7,
        "SERPS": 4,
        "OPID": 4,
        "FEC": 12,
        "BRR": 2,
        "OPT": 3,
        "WRAMP": 1,
    }
)
"""Cases of catalogue B about inner parts of the reference's message bus: tested where a user can see them here.

Its RETRY cases belong to them too, but share their ids with catalogue A and are not meant by `RETRY-01`.
"""

NO_MEANING_HERE_A = {
    "INTEROP-06": "tools looked up by a string id in an application registry are out of scope",
    "SCHEMA-10": "waitForEvent never existed here, so it cannot have been removed",
    "TRACE-02": "it only checks TypeScript types; the type checkers check ours",
}
"""Cases of catalogue A that mean nothing in Python, each with the reason."""

NO_MEANING_HERE_B: dict[str, str] = {}
"""Cases of catalogue B that mean nothing in Python, each with the reason."""
