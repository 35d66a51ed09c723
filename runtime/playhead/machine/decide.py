"""Decide judges: ``decide(workflow, snapshot) -> commands``.

Rules
1. All policy lives here: what runs next, what a block's end means, what a failure does to its siblings.
2. It changes nothing and asks no clock. The same snapshot always gives the same commands, so a driver may ask
   as often as it likes and skip what it is doing already.
3. It looks only at what is open: the entry where each open workflow stands, never the entries before it.

A block ends when all its arms have ended. Failure beats bail, bail beats suspension; the reported error is that
of the first failed arm in declaration order, whatever finished first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from playhead.definition.entries import (
    BranchEntry,
    Entry,
    ForeachEntry,
    LoopEntry,
    MapEntry,
    ParallelEntry,
    SleepEntry,
    StepEntry,
)
from playhead.definition.workflow import Workflow
from playhead.machine.events import Path, Source
from playhead.machine.snapshot import ACTIVE, Record, Snapshot, Status, element, item_path

if TYPE_CHECKING:
    from playhead.definition.entries import Body

    Work: TypeAlias = Body | MapEntry | SleepEntry | LoopEntry | ForeachEntry


# -- commands: what is to be done, in the imperative -----------------------------------------------------------
#
# Commands and outcomes are not frozen, though nobody changes one: a frozen one takes five times as long to make,
# and some are made for every event.


class Keyed:
    """``key`` tells commands apart while they are under way: at most one of a key is."""

    __slots__ = ()

    path: Path

    @property
    def key(self) -> Path:
        return self.path


@dataclass(slots=True, eq=False, repr=False)
class Begin(Keyed):
    """Begin the work at ``path``, or begin it again if it has a record.

    ``source`` is where its input comes from; None: the record has it. ``entry`` is the position it stands at.
    ``not_before`` (seconds since 1970, UTC) delays a retry.
    """

    path: Path
    work: Work
    owner: Workflow[Any, Any]
    source: Source | None = None
    entry: int | None = None
    index: int | None = None
    iteration: int | None = None
    attempt: int = 0
    not_before: float | None = None


@dataclass(slots=True, eq=False, repr=False)
class Wake(Keyed):
    """End the sleep at ``path`` when it is ``until``."""

    path: Path
    until: float


@dataclass(slots=True, eq=False, repr=False)
class JudgeBranch(Keyed):
    """Evaluate the conditions of the branch at position ``entry`` of the workflow open at ``path``."""

    path: Path
    branch: BranchEntry
    entry: int
    source: Source

    @property
    def key(self) -> Path:
        return (*self.path, f"branch#{self.entry}")


@dataclass(slots=True, eq=False, repr=False)
class JudgeLoop(Keyed):
    """Evaluate the loop's condition after the turn at ``path``."""

    path: Path
    loop: LoopEntry
    iteration: int


@dataclass(slots=True, eq=False, repr=False)
class Close(Keyed):
    """Record how the container at ``path`` ended, or that it is suspended."""

    path: Path
    status: Status
    output: Source | None = None
    error_at: Path | None = None
    bail: bool = False


@dataclass(slots=True, eq=False, repr=False)
class End(Keyed):
    """Record how the run ended, or that it is suspended."""

    status: Status
    output: Source | None = None
    error_at: Path | None = None
    path: Path = ()


Command: TypeAlias = Begin | Wake | JudgeBranch | JudgeLoop | Close | End


# -- outcomes: what a place has come to ------------------------------------------------------------------------


@dataclass(slots=True, eq=False, repr=False)
class Going:
    """Something is under way; ``commands`` are what could be done beside it."""

    commands: tuple[Command, ...] = ()


@dataclass(slots=True, eq=False, repr=False)
class Done:
    """Ended well; ``bail``: and so does the workflow it stands in."""

    output: Source
    bail: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Failed:
    """Ended with the error recorded ``at`` a path."""

    at: Path


@dataclass(slots=True, eq=False, repr=False)
class Held:
    """Nothing goes on before somebody answers."""


@dataclass(slots=True, eq=False, repr=False)
class Stopped:
    """Cancelled."""


Outcome: TypeAlias = Going | Done | Failed | Held | Stopped

UNDER_WAY = Going()
HELD = Held()
STOPPED = Stopped()

# Looked up once: an enum's members are found by way of its metaclass.
_RUNNING, _SUCCESS = Status.RUNNING, Status.SUCCESS


def decide(workflow: Workflow[Any, Any], snapshot: Snapshot) -> tuple[Command, ...]:
    """What could be done now, in declaration order; empty while everything possible is under way."""
    if snapshot.status not in ACTIVE:
        return ()
    outcome = _Judge(snapshot).workflow(workflow, ())
    if isinstance(outcome, Going):
        return outcome.commands
    return (_end(snapshot, outcome),)


def _end(snapshot: Snapshot, outcome: Outcome) -> End:
    match outcome:
        case Done(output=output):
            return End(Status.SUCCESS, output=output)
        case Failed(at=at):
            tripped = snapshot.records[at].tripped
            return End(Status.TRIPWIRE if tripped else Status.FAILED, error_at=at)
        case Held():
            return End(Status.SUSPENDED)
        case _:
            return End(Status.CANCELED)


class _Judge:
    """One look at one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def workflow(self, workflow: Workflow[Any, Any], scope: Path) -> Outcome:
        """What the workflow open at ``scope`` has come to."""
        position, arms = self.snapshot.frames[scope]
        if position >= 0 and not self.has_passed(workflow.entries[position], scope):
            outcome = self.entry(workflow, scope, position, arms)
            if not isinstance(outcome, Done):
                return outcome
            if outcome.bail:
                return Done(outcome.output)
        if position + 1 == len(workflow.entries):
            return Done(output_of(workflow, scope, position))
        return self.entry(workflow, scope, position + 1, None)

    def has_passed(self, entry: Entry, scope: Path) -> bool:
        """Whether the entry is one place that ended well: by far the most common case, told at a glance."""
        if not isinstance(entry, StepEntry):
            return False
        record = self.snapshot.records.get((*scope, entry.body.id))
        return record is not None and record.status is _SUCCESS and not record.bailed

    def entry(self, workflow: Workflow[Any, Any], scope: Path, at: int, arms: tuple[str, ...] | None) -> Outcome:
        """What the entry at position ``at`` has come to; if it is not begun, how to begin it."""
        entry = workflow.entries[at]
        if isinstance(entry, StepEntry):
            return self.single(workflow, scope, at, entry.body.id, entry.body)
        if isinstance(entry, ParallelEntry):
            return self.arms(workflow, scope, at, entry.bodies)
        if not isinstance(entry, BranchEntry):
            return self.single(workflow, scope, at, entry.ids[0], entry)
        if arms is None:
            return Going((JudgeBranch(scope, entry, at, input_of(workflow, scope, at)),))
        return self.arms(workflow, scope, at, tuple(body for body in entry.bodies if body.id in arms))

    def single(self, workflow: Workflow[Any, Any], scope: Path, at: int, id: str, work: Work) -> Outcome:
        path = (*scope, id)
        record = self.snapshot.records.get(path)
        if record is not None:
            return self.place(work, record, workflow)
        return Going((Begin(path, work, workflow, input_of(workflow, scope, at), at),))

    def place(self, work: Work, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        """What the work at one path has come to."""
        status, path = record.status, record.path
        if status is _RUNNING:
            return self.running(work, record, owner)
        if status is _SUCCESS:
            return Done(Source.output_of(path), record.bailed)
        match status:
            case Status.PENDING:
                return Going((self.again(work, record, owner),))
            case Status.WAITING:
                return Going((self.waiting(work, record, owner),))
            case Status.FAILED | Status.TRIPWIRE:
                return Failed(path)
            case Status.SUSPENDED:
                return HELD
            case _:
                return STOPPED

    def again(self, work: Work, record: Record, owner: Workflow[Any, Any], not_before: float | None = None) -> Begin:
        path = record.path
        index, iteration = record.index, record.iteration
        entry = None if index is not None or iteration is not None else owner.by_id[record.step_id][0]
        source = self.source(record, owner, entry) if record.input is None else None
        return Begin(path, work, owner, source, entry, index, iteration, record.attempt, not_before)

    def source(self, record: Record, owner: Workflow[Any, Any], entry: int | None) -> Source:
        """Where the input of a place comes from that has a record, but no input in it."""
        if record.index is not None:
            return Source.item_of(element(record.path), record.index)
        if record.iteration is not None:
            return turn_input(element(record.path), record.iteration)
        return input_of(owner, record.path[:-1], entry or 0)

    def waiting(self, work: Work, record: Record, owner: Workflow[Any, Any]) -> Command:
        until = record.until or 0.0
        return Wake(record.path, until) if isinstance(work, SleepEntry) else self.again(work, record, owner, until)

    def running(self, work: Work, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        """A leaf is under way; a container is what its inside has come to."""
        match work:
            case Workflow():
                return _closed(record.path, self.workflow(work, record.path))
            case LoopEntry():
                return _closed(record.path, self.loop(work, record, owner))
            case ForeachEntry():
                return _closed(record.path, self.foreach(work, record, owner))
            case _:
                return UNDER_WAY

    def loop(self, loop: LoopEntry, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        if record.turn == 0:
            return Going((self.turn(loop, record.path, owner, 1),))
        path = item_path(record.path, record.turn)
        turn = self.snapshot.records.get(path)
        if turn is None:
            return Going((self.turn(loop, record.path, owner, record.turn),))
        outcome = self.place(loop.body, turn, owner)
        if not isinstance(outcome, Done) or outcome.bail:
            return outcome
        again = turn.again
        if again is None:
            return Going((JudgeLoop(path, loop, record.turn),))
        if again:
            return Going((self.turn(loop, record.path, owner, record.turn + 1),))
        return outcome

    def turn(self, loop: LoopEntry, path: Path, owner: Workflow[Any, Any], turn: int) -> Begin:
        return Begin(item_path(path, turn), loop.body, owner, turn_input(path, turn), iteration=turn)

    def foreach(self, foreach: ForeachEntry, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        outcomes: list[Outcome] = []
        for index in sorted(record.open_items):
            item = self.snapshot.records.get(item_path(record.path, index))
            if item is None:
                outcomes.append(Going((self.item(foreach, record.path, owner, index),)))
            else:
                outcomes.append(self.place(foreach.body, item, owner))
        commands = [command for outcome in outcomes if isinstance(outcome, Going) for command in outcome.commands]
        ending = any(isinstance(outcome, Failed | Stopped | Done) for outcome in outcomes)
        if not ending:
            free = max(0, record.width - len(outcomes))
            upcoming = range(record.next_item, min(record.total, record.next_item + free))
            commands += [self.item(foreach, record.path, owner, index) for index in upcoming]
        if commands or any(isinstance(outcome, Going) for outcome in outcomes):
            return Going(tuple(commands))
        return _combined(outcomes) or Done(Source("series", record.path, count=record.total))

    def item(self, foreach: ForeachEntry, path: Path, owner: Workflow[Any, Any], index: int) -> Begin:
        return Begin(item_path(path, index), foreach.body, owner, Source.item_of(path, index), None, index)

    def arms(self, workflow: Workflow[Any, Any], scope: Path, at: int, bodies: tuple[Body, ...]) -> Outcome:
        records = [self.snapshot.records.get((*scope, body.id)) for body in bodies]
        # Once an arm has bailed, running siblings finish and nothing else starts.
        bailed = any(record is not None and record.bailed for record in records)
        outcomes: list[Outcome] = []
        for record, body in zip(records, bodies, strict=True):
            if record is not None:
                outcomes.append(self.place(body, record, workflow))
            elif not bailed:
                source = input_of(workflow, scope, at)
                outcomes.append(Going((Begin((*scope, body.id), body, workflow, source, at),)))
        going = [outcome for outcome in outcomes if isinstance(outcome, Going)]
        if going:
            return Going(tuple(command for outcome in going for command in outcome.commands))
        return _combined(outcomes) or Done(output_of(workflow, scope, at))


def _combined(outcomes: list[Outcome]) -> Outcome | None:
    """What siblings that have all come to rest amount to; None if every one just succeeded."""
    for wanted in (Stopped, Failed):
        for outcome in outcomes:
            if isinstance(outcome, wanted):
                return outcome
    for outcome in outcomes:
        if isinstance(outcome, Done) and outcome.bail:
            return outcome
    return next((outcome for outcome in outcomes if isinstance(outcome, Held)), None)


def _closed(path: Path, inside: Outcome) -> Outcome:
    """A running container: go on inside, or record what it came to."""
    match inside:
        case Going():
            return inside
        case Done(output=output, bail=bail):
            return Going((Close(path, Status.SUCCESS, output=output, bail=bail),))
        case Failed(at=at):
            return Going((Close(path, Status.FAILED, error_at=at),))
        case Held():
            return Going((Close(path, Status.SUSPENDED),))
        case _:
            return Going((Close(path, Status.CANCELED),))


def input_of(workflow: Workflow[Any, Any], scope: Path, at: int) -> Source:
    """Where the input of the entry at position ``at`` comes from."""
    if at > 0:
        return output_of(workflow, scope, at - 1)
    return Source("input", scope) if scope else Source("run-input")


def turn_input(path: Path, turn: int) -> Source:
    """Where a turn of the loop at ``path`` has its input from: the turn before, or the loop's own input."""
    return Source("output", item_path(path, turn - 1)) if turn > 1 else Source("input", path)


def output_of(workflow: Workflow[Any, Any], scope: Path, at: int) -> Source:
    """Where the output of the entry at position ``at`` is to be found."""
    entry: Entry = workflow.entries[at]
    if isinstance(entry, StepEntry):
        return Source.output_of((*scope, entry.body.id))
    if isinstance(entry, (ParallelEntry, BranchEntry)):
        return Source("table", scope, entry.ids)
    return Source.output_of((*scope, entry.ids[0]))
