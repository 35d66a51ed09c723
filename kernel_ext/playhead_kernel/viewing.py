"""Viewing: the outputs that show a run. The room tells players what is new; at rest the stored output is renewed.

A saved notebook keeps what was displayed last, so a run that has come to rest publishes its final picture in
place of the first one.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from IPython.display import DisplayHandle

from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.snapshot import ACTIVE, FINAL, Snapshot, Status
from playhead_kernel.following import Followed

if TYPE_CHECKING:
    from playhead.definition.workflow import Workflow
    from playhead.runs.changes import StepChange
    from playhead_widgets import Player, Reply
    from playhead_widgets.source import Refuse, Sibling

_log = logging.getLogger("playhead")

FLUSH_RATE: Final = 20.0  # times per second; the server drops messages that come by the thousand

#: By these a run is set going.
_SETTING_OUT: Final = frozenset({E.RUN_STARTED, E.RUN_RESUMED, E.RUN_CLAIMED, E.RUN_REWOUND})


class Driving(Protocol):
    """Whoever carries out what people click, from any thread and at once."""

    def clicked(self, followed: Followed, name: str, payload: dict[str, Any], reply: Reply) -> None: ...
    def edits(self, followed: Followed, tell: Callable[[Sequence[StepChange]], None]) -> None: ...
    def siblings(self, followed: Followed, tell: Callable[[Sequence[Sibling]], None], refuse: Refuse) -> None: ...
    def sibling(self, run_id: str, tell: Callable[[Snapshot], None], refuse: Refuse) -> None: ...


class RunSource:
    """A followed run as the widgets want it: read on any thread, and clicks handed on."""

    def __init__(self, followed: Followed, driving: Driving) -> None:
        self._followed = followed
        self._driving = driving

    @property
    def workflow(self) -> Workflow[Any, Any]:
        """The definition the run is drawn by."""
        return self._followed.workflow

    @property
    def place(self) -> str:
        """The store the run is in."""
        return self._followed.log.store.name

    def snapshot(self, at: int | None = None) -> Snapshot:
        """The run after event ``at``; None: as far as it is known."""
        return self._followed.snapshot(at)

    def events(self, after: int = 0) -> Sequence[Event]:
        """The logged events after that one."""
        return self._followed.events(after)

    def edits(self, tell: Callable[[Sequence[StepChange]], None]) -> None:
        """Tell what is written differently since the run began."""
        self._driving.edits(self._followed, tell)

    def siblings(self, tell: Callable[[Sequence[Sibling]], None], refuse: Refuse) -> None:
        """Tell the other runs of the same workflow."""
        self._driving.siblings(self._followed, tell, refuse)

    def sibling(self, run_id: str, tell: Callable[[Snapshot], None], refuse: Refuse) -> None:
        """Tell how another run stands."""
        self._driving.sibling(run_id, tell, refuse)

    def command(self, name: str, payload: dict[str, Any], reply: Reply) -> None:
        """Somebody clicked."""
        self._driving.clicked(self._followed, name, payload, reply)


class Shown:
    """One output that shows the run: the widget, or a picture or outline that is published again.

    ``content`` is what to publish of the run as it was after an event; None: as it is now.
    """

    def __init__(
        self, seen: int, content: Callable[[int | None], Any], player: Any = None, at: int | None = None
    ) -> None:
        self.player = player
        self.told = seen  # the last event that it knows of
        self._content = content
        self._at = at
        self._handle: Any = None  # of the cell that shows it; a player inside another has none

    def display(self) -> None:
        """Show it in the cell that is being run."""
        self._handle = DisplayHandle()  # type: ignore[no-untyped-call]  # IPython types it in part only
        self._handle.display(self._content(self._at))

    def renew(self) -> None:
        """Publish it as it is now, wherever it was displayed."""
        if self._handle is not None:
            self._handle.update(self._content(None))


class Views:
    """Every output that shows one run. Made in the room."""

    def __init__(
        self,
        followed: Followed,
        loop: asyncio.AbstractEventLoop,
        flush_rate: float = FLUSH_RATE,
        *,
        renews: bool = True,
    ) -> None:
        self.followed = followed
        self._loop = loop
        self._pause = 1.0 / max(flush_rate, 0.1)
        self._renews = renews
        self._shown: list[Shown] = []
        self._timer: asyncio.TimerHandle | None = None
        followed.listeners.append(self._arrived)

    def __bool__(self) -> bool:
        """Whether anything shows the run."""
        return bool(self._shown)

    def add(self, shown: Shown) -> None:
        """One more output; from now on it is told what is new."""
        self._shown.append(shown)
        self._flush_soon(0.0)

    def settle(self) -> None:
        """Tell everything now: the run has come to rest, and somebody waited for it."""
        if self._timer is not None:
            self._timer.cancel()
        self._flush()

    def redraw(self) -> None:
        """The definition has changed."""
        for shown in self._shown:
            if shown.player is not None:
                shown.player.redraw()

    def _arrived(self, events: Sequence[Event]) -> None:
        if self._shown:
            self._flush_soon(self._pause)

    def _flush_soon(self, pause: float) -> None:
        if self._timer is None:
            # In no cell's context: a message that belongs to a cell that is done may be dropped on its way.
            self._timer = self._loop.call_later(pause, self._flush, context=contextvars.Context())

    def _flush(self) -> None:
        self._timer = None
        snapshot = self.followed.snapshot()
        for shown in self._shown:
            if shown.told == snapshot.seq:
                continue
            shown.told = snapshot.seq
            try:
                self._tell(shown, snapshot.status)
            except Exception:  # noqa: BLE001 - a view that cannot be drawn must never stop the run
                _log.exception("A view of run %s could not be brought up to date.", self.followed.run_id)

    def _tell(self, shown: Shown, status: Status) -> None:
        if shown.player is not None:
            shown.player.finish() if status in FINAL else shown.player.update()
        if status not in ACTIVE and self._renews:
            shown.renew()


def shown_as(display: str, source: RunSource, *, sets_out: bool = False) -> Shown:
    """The run as ``auto`` (the live player), ``static`` (a picture) or ``text`` (an outline).

    ``sets_out`` says that a command has just set it going. Then the picture is of that very moment: it will be replaced
    when the run rests, is the same for all runs of the workflow, and need not be drawn while the first steps run.
    """
    # The widgets are loaded when the first run is shown: whoever only counts runs does not wait for them.
    from playhead_widgets.picture import picture

    def still(at: int | None) -> Any:
        return picture(source.workflow, source.snapshot(at))

    seen = source.snapshot()
    at = _set_out(source.events()) if sets_out and seen.status in ACTIVE else None
    if display == "auto":
        from playhead_widgets.player import Player

        player = Player(source)
        return Shown(seen.seq, lambda at: player if at is None else Opening(player, at), player, at)
    return Shown(seen.seq, still if display == "static" else lambda at: Outline(still(at).text), at=at)


def _set_out(events: Sequence[Event]) -> int | None:
    """The event by which the run was set going last."""
    return next((event.seq for event in reversed(events) if event.type in _SETTING_OUT), None)


class Opening:
    """A player, and for where there is none the picture of the run after event ``at``."""

    def __init__(self, player: Player, at: int) -> None:
        self._player = player
        self._at = at

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._player.bundle(self._at, **kwargs)


class Outline:
    """Plain text as a display."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text
