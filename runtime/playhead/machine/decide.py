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
from playhead.machine.snapshot import ACTIVE, Record, Snapshot, Status, item_path

if TYPE_CHECKING:
    from playhead.definition.entries import Body

    Work: TypeAlias = Body | MapEntry | SleepEntry | LoopEntry | ForeachEntry


# -- commands: what is to be done, in the imperative -----------------------------------------------------------


class Keyed:
    """``key`` tells commands apart while they are under way: at most one of a key is."""

    __slots__ = ()

    path: Path

    @property
    def key(self) -> Path:
        return self.path


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Wake(Keyed):
    """End the sleep at ``path`` when it is ``until``."""

    path: Path
    until: float


@dataclass(frozen=True, slots=True)
class JudgeBranch(Keyed):
    """Evaluate the conditions of the branch at position ``entry`` of the workflow open at ``path``."""

    path: Path
    branch: BranchEntry
    entry: int
    source: Source

    @property
    def key(self) -> Path:
        return (*self.path, f"branch#{self.entry}")


@dataclass(frozen=True, slots=True)
class JudgeLoop(Keyed):
    """Evaluate the loop's condition after the turn at ``path``."""

    path: Path
    loop: LoopEntry
    iteration: int


@dataclass(frozen=True, slots=True)
class Close(Keyed):
    """Record how the container at ``path`` ended, or that it is suspended."""

    path: Path
    status: Status
    output: Source | None = None
    error_at: Path | None = None
    bail: bool = False


@dataclass(frozen=True, slots=True)
class End(Keyed):
    """Record how the run ended, or that it is suspended."""

    status: Status
    output: Source | None = None
    error_at: Path | None = None
    path: Path = ()


Command: TypeAlias = Begin | Wake | JudgeBranch | JudgeLoop | Close | End


# -- outcomes: what a place has come to ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Going:
    """Something is under way; ``commands`` are what could be done beside it."""

    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """Ended well; ``bail``: and so does the workflow it stands in."""

    output: Source
    bail: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Ended with the error recorded ``at`` a path."""

    at: Path


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing goes on before somebody answers."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Cancelled."""


Outcome: TypeAlias = Going | Done | Failed | Held | Stopped

UNDER_WAY = Going()


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
        frame = self.snapshot.frames[scope]
        position = frame.position
        if position >= 0:
            outcome = self.entry(workflow, scope, position, frame.arms)
            if not isinstance(outcome, Done):
                return outcome
            if outcome.bail:
                return Done(outcome.output)
        if position + 1 == len(workflow.entries):
            return Done(output_of(workflow, scope, position))
        return self.entry(workflow, scope, position + 1, None)

    def entry(self, workflow: Workflow[Any, Any], scope: Path, at: int, arms: tuple[str, ...] | None) -> Outcome:
        """What the entry at position ``at`` has come to; if it is not begun, how to begin it."""
        entry = workflow.entries[at]
        match entry:
            case StepEntry(body=body):
                return self.place(body, self.begin(workflow, scope, at, body.id, body))
            case ParallelEntry():
                return self.arms(workflow, scope, at, entry.bodies)
            case BranchEntry():
                if arms is None:
                    return Going((JudgeBranch(scope, entry, at, input_of(workflow, scope, at)),))
                chosen = tuple(body for body in entry.bodies if body.id in arms)
                return self.arms(workflow, scope, at, chosen)
            case _:
                return self.place(entry, self.begin(workflow, scope, at, entry.ids[0], entry))

    def begin(self, workflow: Workflow[Any, Any], scope: Path, at: int, id: str, work: Work) -> Begin:
        return Begin((*scope, id), work, workflow, input_of(workflow, scope, at), at)

    def place(self, work: Work, begin: Begin) -> Outcome:
        """What the work at one path has come to; ``begin`` is how it would begin."""
        record = self.snapshot.records.get(begin.path)
        if record is None:
            return Going((begin,))
        match record.status:
            case Status.RUNNING:
                return self.running(work, record, begin)
            case Status.PENDING:
                return Going((self.again(record, begin),))
            case Status.WAITING:
                return Going((self.waiting(work, record, begin),))
            case Status.SUCCESS:
                return Done(Source("output", record.path), record.bailed)
            case Status.FAILED | Status.TRIPWIRE:
                return Failed(record.path)
            case Status.SUSPENDED:
                return Held()
            case _:
                return Stopped()

    def again(self, record: Record, begin: Begin, not_before: float | None = None) -> Begin:
        source = begin.source if record.input is None else None
        return Begin(
            begin.path,
            begin.work,
            begin.owner,
            source,
            begin.entry,
            begin.index,
            begin.iteration,
            record.attempt,
            not_before,
        )

    def waiting(self, work: Work, record: Record, begin: Begin) -> Command:
        until = record.until or 0.0
        if isinstance(work, SleepEntry):
            return Wake(record.path, until)
        return self.again(record, begin, until)

    def running(self, work: Work, record: Record, begin: Begin) -> Outcome:
        """A leaf is under way; a container is what its inside has come to."""
        match work:
            case Workflow():
                return _closed(record.path, self.workflow(work, record.path))
            case LoopEntry():
                return _closed(record.path, self.loop(work, record, begin.owner))
            case ForeachEntry():
                return _closed(record.path, self.foreach(work, record, begin.owner))
            case _:
                return UNDER_WAY

    def loop(self, loop: LoopEntry, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        if record.turn == 0:
            return Going((self.turn(loop, record, owner, 1),))
        present = self.turn(loop, record, owner, record.turn)
        outcome = self.place(loop.body, present)
        if not isinstance(outcome, Done) or outcome.bail:
            return outcome
        again = self.snapshot.records[present.path].again
        if again is None:
            return Going((JudgeLoop(present.path, loop, record.turn),))
        if again:
            return Going((self.turn(loop, record, owner, record.turn + 1),))
        return outcome

    def turn(self, loop: LoopEntry, record: Record, owner: Workflow[Any, Any], turn: int) -> Begin:
        previous = Source("output", item_path(record.path, turn - 1)) if turn > 1 else Source("input", record.path)
        return Begin(item_path(record.path, turn), loop.body, owner, previous, iteration=turn)

    def foreach(self, foreach: ForeachEntry, record: Record, owner: Workflow[Any, Any]) -> Outcome:
        items = {i: self.item(foreach, record, owner, i) for i in sorted(record.open_items)}
        outcomes = [self.place(foreach.body, begin) for begin in items.values()]
        commands = [command for outcome in outcomes if isinstance(outcome, Going) for command in outcome.commands]
        ending = any(isinstance(outcome, Failed | Stopped | Done) for outcome in outcomes)
        if not ending:
            free = max(0, record.width - len(items))
            upcoming = range(record.next_item, min(record.total, record.next_item + free))
            commands += [self.item(foreach, record, owner, i) for i in upcoming]
        if commands or any(isinstance(outcome, Going) for outcome in outcomes):
            return Going(tuple(commands))
        return _combined(outcomes) or Done(Source("series", record.path, count=record.total))

    def item(self, foreach: ForeachEntry, record: Record, owner: Workflow[Any, Any], index: int) -> Begin:
        source = Source("item", record.path, count=index)
        return Begin(item_path(record.path, index), foreach.body, owner, source, index=index)

    def arms(self, workflow: Workflow[Any, Any], scope: Path, at: int, bodies: tuple[Body, ...]) -> Outcome:
        begins = [self.begin(workflow, scope, at, body.id, body) for body in bodies]
        bailed = any(
            record is not None and record.bailed for record in map(self.snapshot.records.get, (b.path for b in begins))
        )
        if bailed:  # running siblings finish, nothing else starts
            begins = [begin for begin in begins if begin.path in self.snapshot.records]
        outcomes = [self.place(begin.work, begin) for begin in begins]
        if any(isinstance(outcome, Going) for outcome in outcomes):
            going = (outcome for outcome in outcomes if isinstance(outcome, Going))
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


def output_of(workflow: Workflow[Any, Any], scope: Path, at: int) -> Source:
    """Where the output of the entry at position ``at`` is to be found."""
    entry: Entry = workflow.entries[at]
    if isinstance(entry, ParallelEntry | BranchEntry):
        return Source("table", scope, names=entry.ids)
    return Source("output", (*scope, entry.ids[0]))
