"""Catalogue B beyond its numbered domains, and its cases that mean nothing in Python, each with the reason.

RETRY-01 to -03 of catalogue B (a message handler that keeps failing) share their ids with catalogue A, and
have no message handler to be about: they stand in neither list.
"""

from __future__ import annotations

BEYOND_B = [
    *(
        f"{domain}-{number:02}"
        for domain, count in {
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
        }.items()
        for number in range(1, count + 1)
    ),
    "EVM",
    "CRON",
]
"""Section 1.13 of the catalogue, the groups after its redelivery and fencing cases."""

_NO_TOPICS = "there is no message bus: the log is the only way up, and it is kept"

MEANINGLESS_B: dict[str, str] = {
    "STREAM-15": "options of a language-model agent (temperature); agents as steps are out of scope",
    "STREAM-16": "callbacks of a language-model agent (onChunk); agents as steps are out of scope",
    "NOCONS-01": "there are no workers to forget: the engine lives in the loop of whoever starts the run",
    **{f"TOPIC-{number:02}": _NO_TOPICS for number in range(1, 8)},
    "OPT-02": "there is no switch that hides step events: they are the log",
    "OPT-03": "a workflow needs no host: create_run() finds the current runtime or opens the default one",
    "EVM": "waitForEvent and its matching expressions are out of scope",
    "CRON": "schedules are out of scope",
}
"""Each with the reason."""
