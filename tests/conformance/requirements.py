"""The requirements of the two engines' parity, each with the cases that show it."""

from __future__ import annotations

from dataclasses import dataclass

from .cases import MEANINGFUL


@dataclass(frozen=True)
class Requirement:
    """One thing both engines must do alike, shown by ``cases``, which ``spelled`` gives as ranges."""

    id: str
    title: str
    spelled: tuple[str, ...]
    cases: tuple[str, ...]


def _requirements(table: dict[str, tuple[str, str]]) -> tuple[Requirement, ...]:
    """From id to title and cases: single ones, ranges of them, or whole domains, as in ``"RST-01..07 STOR"``."""
    return tuple(_requirement(id, title, tuple(words.split())) for id, (title, words) in table.items())


def _requirement(id: str, title: str, words: tuple[str, ...]) -> Requirement:
    named = {case for word in words for case in _named(word)}
    return Requirement(id, title, words, tuple(each for each in MEANINGFUL if each in named))


def _named(word: str) -> set[str]:
    first, _, last = word.partition("..")
    domain, _, number = first.partition("-")
    if last:
        named = {f"{domain}-{each:02}" for each in range(int(number), int(last) + 1)}
    else:
        named = {first} if number else {each for each in MEANINGFUL if each.partition("-")[0] == domain}
    if not named or not named <= set(MEANINGFUL):
        raise ValueError(f"{word!r} names no case, or one that means nothing here")
    return named


REQUIREMENTS = _requirements(
    {
        "STATE-01": (
            "The results of steps are stored, and found again after every event",
            "BASIC-01..03 BASIC-05 BASIC-10..11 VAR-01..04 STOR RUNS ERR-12 CRASH-01..02 EVW-06..07 FIN END-02",
        ),
        "STATE-02": (
            "The whole state of a run goes to the store and comes back",
            "BASIC-04 BASIC-09 COND-02 FOREACH-06..07 SUSP-07 SUSP-13 STREAM-03 NEST-06..07 EVW-02..05 CB-10 CB-24 "
            "CRASH-06 CONC-13 INIT-01 SUSP-30 DI-03..06",
        ),
        "ERR-01": (
            "The error of a step ends its run and is reported",
            "ERR-01..03 ERR-05..06 ERR-11 COND-03 AGENT-03 RETRY CB-02 CB-05 EVW-15 SCHEMA-07 FOREACH-11",
        ),
        "ERR-02": ("An error that was stored is the same error", "ERR-04 ERR-07..09 EVW-11 STREAM-12"),
        "ERR-03": (
            "Trip wires, the framework's own errors and standard ones keep what they are",
            "ERR-07..10 SCHEMA-09 EVW-13..14 STREAM-20..22 TRIP",
        ),
        "SUSP-01": (
            "A run suspends, and later the same run goes on",
            "SUSP-01..03 SUSP-05..06 SUSP-08..09 SUSP-11 SUSP-16 SUSP-34 SUSP-36..37 SUSP-39 SUSP-48 ABORT-07 CB-14 "
            "STREAM-05 STREAM-09..10 CONC-01..09",
        ),
        "SUSP-02": ("A suspension has a payload, which is there on resumption", "SUSP-02..04 SUSP-46 BASIC-14"),
        "SUSP-03": (
            "An answer reaches the step that waits for it, and no other",
            "SUSP-11 SUSP-16 SUSP-20 SUSP-28 SUSP-34..35 SUSP-38 REDEL-01 CRASH-09",
        ),
        "SUSP-04": (
            "One run suspends and resumes any number of times",
            "SUSP-14..15 SUSP-17..21 SUSP-29 SUSP-31..33 RST-06 TT-12 TT-21",
        ),
        "SUSP-05": (
            "With a nested workflow its parent suspends, items of a foreach included",
            "SUSP-10 SUSP-22..27 SUSP-40..45 CONC-04 INIT-01",
        ),
        "SUSP-06": ("A label resumes the step it was given to", "SUSP-12 SUSP-24 SUSP-47"),
        "CTRL-01": (
            "Steps run one after the other, as defined",
            "BASIC-05 BASIC-07 BASIC-12..13 STREAM-01..02 AGENT-01..02 AGENT-07 VAR-05..12 TT-01..02 TT-04..06 RUNS-02",
        ),
        "CTRL-02": (
            "A branch runs the arms whose conditions hold",
            "BRANCH COMPLEX COND SUSP-06 SUSP-44..45 EVW-04 BRR",
        ),
        "CTRL-03": ("Loops repeat as their conditions say", "LOOP RUNCOUNT SERPS SUSP-18..19 SUSP-32..33 TT-14"),
        "CTRL-04": (
            "Parallel arms run at the same time and join",
            "BASIC-06 BASIC-09 ERR-03 CHAINS AGENT-04 INTEROP-05 SUSP-08..09 SUSP-36 STREAM-04 EVW-02..03 EVW-05 "
            "CRASH-03 RST-07 TT-08",
        ),
        "CTRL-05": (
            "A foreach goes over its items, so many at a time",
            "FOREACH FEC SCHEMA-06 SUSP-21..26 CRASH-04 EVW-12",
        ),
        "NEST-01": (
            "A workflow is a step of another",
            "NEST-01 NEST-04..05 AGENT-05..06 AGENT-09 CLONE-01 LOOP-02 LOOP-04 CHAINS BRANCH-07 TT-03 TT-11 RST-05 "
            "CRASH-05",
        ),
        "NEST-02": ("The output of a nested workflow is its step's output", "NEST-01 NEST-03 NEST-05 CLONE-02 STOR-06"),
        "NEST-03": ("An error inside is the error of the parent", "NEST-02 ERR-06 SCHEMA-08 EVW-14"),
        "NEST-04": ("A suspension inside suspends the parent", "SUSP-10 SUSP-27..28 SUSP-40..43 SUSP-47"),
        "NEST-05": ("State, request context and cancel reach inside", "NEST-06..07 SUSP-42 AUTH INIT ABORT-06 CANC-06"),
        "ADV-01": ("Runs and steps have spans", "TRACE"),
        "ADV-02": ("A run can go one step at a time", "PSTEP EVW-08 TT-09 TT-15..17"),
        "ADV-03": ("A run goes on from any earlier moment: time travel", "TT-07..21 EVW-12 OPID-04"),
        "ADV-04": (
            "What a run does is streamed while it does it",
            "STREAM-01..14 STREAM-17..19 FOREACH-09..11 EVW-08..10 OPT-01 ISO TOPIC",
        ),
        "ADV-05": ("A trip wire ends the outermost run as one, wherever it was raised", "STREAM-20..22 TRIP"),
    }
)
"""The twenty-six of the first group."""

LATER = _requirements(
    {
        "PERF-01": ("State is stored as changes, not as a whole", "DELTA WRAMP EVW-02..05 CRASH-06"),
        "PERF-02": ("Large values are compressed, and stored once", "PACK"),
        "DUR-01": (
            "A run starts again from its beginning, or from where it died",
            "SCRATCH RST CRASH-01..08 CRASH-10..12 CONC-13 NOCONS-02 REDEL-03",
        ),
        "DUR-02": (
            "A run moves to another process, and to the other engine",
            "MOVE SUSP-11..35 SUSP-37..48 CONC-02 CONC-10 REDEL-01..05 FENCE CRASH-09 CANC-06 STOR-04 DISP OPT-03",
        ),
    }
)
"""The two later groups: incremental state and compression; restart from scratch and moving to another process."""
