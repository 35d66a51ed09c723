"""Sources: where a player gets its run from, and where the clicks go. The player knows nothing of engines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from ipywidgets import Widget

from playhead.definition.workflow import Workflow
from playhead.machine.events import Event
from playhead.machine.fold import fold
from playhead.machine.snapshot import Snapshot
from playhead_widgets.views.complaints import complaint

#: Called, from any thread, with what went wrong, in place of what was asked for.
Refuse: TypeAlias = Callable[[BaseException], None]


@dataclass(frozen=True)
class Reply:
    """How a source tells what became of a command; call one of them, once, from any thread."""

    send: Callable[[dict[str, Any]], None]
    attach: Callable[[Widget], None]

    def done(self) -> None:
        """It was taken."""
        self.send({"ok": True})

    def forked(self, run_id: str, player: Widget) -> None:
        """A new run was made. ``player`` shows it, below the one that was asked."""
        self.attach(player)
        self.send({"ok": True, "run": run_id})

    def refused(self, error: BaseException) -> None:
        """It was not, and nothing has changed.

        The error's ``issues``, if it has any, are shown at their fields.
        """
        self.send({"error": complaint(error)})


class Edit(Protocol):
    """A place of the definition that is not what it was when the run began; ``kind``: added, removed, changed."""

    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def kind(self) -> str: ...
    @property
    def diff(self) -> str: ...
    @property
    def was_reached(self) -> bool: ...


@dataclass(frozen=True)
class Sibling:
    """Another run of the same workflow; ``parent`` is the run it was forked from."""

    run_id: str
    status: str
    parent: str | None = None


class Source(Protocol):
    """One run, as a player sees it. Every method may be called from any thread and must not block."""

    @property
    def workflow(self) -> Workflow[Any, Any]:
        """The definition the run is drawn by."""
        ...

    @property
    def place(self) -> str:
        """Where the run is stored, for people to read; empty where it is not."""
        ...

    def snapshot(self, at: int | None = None) -> Snapshot:
        """The run after event ``at``; None: as far as it is known."""
        ...

    def events(self, after: int = 0) -> Sequence[Event]:
        """The logged events after that one, from the first on (a fork's include those of its parent)."""
        ...

    def edits(self, tell: Callable[[Sequence[Edit]], None]) -> None:
        """Find out what is written differently since the run began, and ``tell`` it, from any thread."""
        ...

    def siblings(self, tell: Callable[[Sequence[Sibling]], None], refuse: Refuse) -> None:
        """Find the other runs of the same workflow and ``tell`` them, the newest first, from any thread."""
        ...

    def sibling(self, run_id: str, tell: Callable[[Snapshot], None], refuse: Refuse) -> None:
        """Find out how that other run stands now and ``tell`` it, from any thread."""
        ...

    def command(self, name: str, payload: dict[str, Any], reply: Reply) -> None:
        """Somebody clicked: hand the command on to whoever drives the run, and return at once.

        ``continue``, ``step``, ``pause`` and ``cancel`` have an empty payload. ``resume`` has ``path`` (a
        tuple such as ``("ship#3",)``), ``index`` and ``data``; ``fork`` has ``seq`` and, if they are to be
        changed, ``input`` (of the step that comes next, or of the run) and ``state``.
        """
        ...


_KEEP_EVERY: Final = 64  # events between snapshots that are kept; folding that many takes a fraction of a millisecond


@dataclass
class Recording:
    """A source made of events alone, for runs that nobody drives here. It takes no commands.

    ``extend`` adds what a log has grown by.
    """

    workflow: Workflow[Any, Any]
    log: list[Event] = field(default_factory=list)
    run_id: str = "recording"
    place: str = ""

    def __post_init__(self) -> None:
        log, self.log = self.log, []
        self._kept = [Snapshot(self.run_id)]
        self._last = self._kept[0]
        self.extend(log)

    def extend(self, events: Iterable[Event]) -> None:
        """Take more events in."""
        for event in events:
            self._last = fold(self._last, event)
            self.log.append(event)
            if len(self.log) % _KEEP_EVERY == 0:
                self._kept.append(self._last)

    def snapshot(self, at: int | None = None) -> Snapshot:
        """The run after event ``at``."""
        if at is None or at >= self._last.seq:
            return self._last
        start = max(0, bisect_right([kept.seq for kept in self._kept], at) - 1)
        snapshot = self._kept[start]
        for event in self.log[start * _KEEP_EVERY :]:
            if event.seq > at:
                break
            snapshot = fold(snapshot, event)
        return snapshot

    def events(self, after: int = 0) -> Sequence[Event]:
        """The events after that one."""
        return self.log[bisect_right(self.log, after, key=lambda event: event.seq) :]

    def edits(self, tell: Callable[[Sequence[Edit]], None]) -> None:
        """None are known."""
        tell(())

    def siblings(self, tell: Callable[[Sequence[Sibling]], None], refuse: Refuse) -> None:
        """None are known."""
        tell(())

    def sibling(self, run_id: str, tell: Callable[[Snapshot], None], refuse: Refuse) -> None:
        """Refused: a recording knows of no other run."""
        refuse(LookupError(f"A recording knows nothing of run {run_id!r}."))

    def command(self, name: str, payload: dict[str, Any], reply: Reply) -> None:
        """Refused: a recording cannot be driven."""
        reply.refused(RuntimeError("This is a recording: nobody drives the run here."))
