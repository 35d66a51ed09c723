"""The player: a live view of one run in one output cell.

The kernel sends what is new as numbered patches; the whole truth goes out only when a browser asks, because
it has just come or has missed a patch. So what an event costs does not depend on how long the run is.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import Widget, widget_serialization

from playhead.machine import events as E
from playhead.machine.events import Event
from playhead_widgets.bundle import player_module
from playhead_widgets.picture import Picture
from playhead_widgets.requests import Requests
from playhead_widgets.source import Source
from playhead_widgets.views.drawings import drawing_of
from playhead_widgets.views.escape import clean
from playhead_widgets.views.graph import graph_of
from playhead_widgets.views.marks import Marks, joined
from playhead_widgets.views.palette import player_style
from playhead_widgets.views.questions import questions_of
from playhead_widgets.views.run import header_of, patch
from playhead_widgets.views.states import KINDS, LOOKS

WIDTH: Final = 920.0  # pixels of the first drawing; a browser asks for one that fits
PRINTS: Final = 200  # printed texts that a late view gets
PRINT: Final = 4_000  # characters of one of them

#: Only these can change which questions wait.
_ASKING: Final = frozenset(
    {E.STEP_SUSPENDED, E.RUN_RESUMED, E.RUN_REWOUND, E.RUN_FORKED, E.RUN_SUSPENDED, E.RUN_PAUSED}
    | {E.RUN_SUCCEEDED, E.RUN_FAILED, E.RUN_TRIPPED, E.RUN_CANCELED, E.STEP_STARTED}
)


class Player(anywidget.AnyWidget):
    """A live view of the run that ``source`` gives.

    Its owner calls `update` after events, at most 20 times a second and always from the same thread, and
    `finish` when the run has come to rest for good. Clicks go to ``source.command``, on whichever thread the
    kernel handles them.
    """

    _esm = player_module()
    _css = player_style()

    graph = traitlets.Unicode().tag(sync=True)
    look = traitlets.Dict().tag(sync=True)
    truth = traitlets.Dict().tag(sync=True)
    #: The players of runs that were forked in this one.
    forks: traitlets.List[Any] = traitlets.List().tag(sync=True, **widget_serialization)

    def __init__(self, source: Source, **options: Any) -> None:
        self.source = source
        self._lock = threading.RLock()
        self._rev = 0
        self._shape = graph_of(source.workflow)
        self._marks = Marks(self._shape)
        self._prints: deque[list[Any]] = deque(maxlen=PRINTS)
        self._facts: dict[str, Any] = {}
        self._take(source.events(0))
        self._requests = Requests(source, self._truth, self._answer, self._attach, self._shape)
        super().__init__(
            graph=drawing_of(self._shape, width=WIDTH, live=True),
            look={"glyphs": {name: look.glyph for name, look in LOOKS.items()}, "kinds": KINDS},
            **options,
        )
        self.on_msg(lambda _, content, __: self._requests.handle(content))

    # -- for its owner -------------------------------------------------------------------------------------

    def update(self) -> None:
        """Show what is new in the source. Costs next to nothing if nothing is."""
        with self._lock:
            events = self.source.events(self._marks.seq)
            if not events:
                return
            change = self._take(events)
            self._rev += 1
            self.send({"patch": {"rev": self._rev, "now": time.time(), **change}})

    def finish(self) -> None:
        """Show what is new, and leave the whole truth in the widget's stored state."""
        self.update()
        self.send_state("truth")

    def redraw(self) -> None:
        """Draw the workflow anew: its definition has changed, if only in what a step does."""
        with self._lock:
            self._shape = graph_of(self.source.workflow)
            self._requests.graph = self._shape
            self._marks.redefine(self._shape)
            self.graph = drawing_of(self._shape, width=WIDTH, live=True)
            self.send({"redefined": True})

    # -- what is true --------------------------------------------------------------------------------------

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The widget's state with the truth as it is now: it is only put together when somebody asks."""
        state: dict[str, Any] = super().get_state(key, drop_defaults)
        if "truth" in state:
            state["truth"] = self._truth()
        return state

    def _truth(self) -> dict[str, Any]:
        with self._lock:
            return {
                "rev": self._rev,
                "now": time.time(),
                "marks": list(self._marks.all),
                "prints": list(self._prints),
                **self._facts,
            }

    def _take(self, events: Any) -> dict[str, Any]:
        """Take events in; what has changed by them."""
        marks = self._marks.take(events)
        change: dict[str, Any] = {"marks": marks} if marks else {}
        types = {event.type for event in events}
        if E.STEP_PRINTED in types:
            prints = [_print(event) for event in events if event.type == E.STEP_PRINTED]
            self._prints.extend(prints)
            change["prints"] = prints[-PRINTS:]
        change |= self._changed_facts(not _ASKING.isdisjoint(types) or not self._facts)
        return change

    def _changed_facts(self, asking: bool) -> dict[str, Any]:
        snapshot = self.source.snapshot()
        header = header_of(self.source.workflow, snapshot)
        header |= {"place": clean(self.source.place), "started": self._marks.start or header["started"]}
        facts = {**self._facts, "header": header}
        if asking:
            facts["questions"] = questions_of(self.source.workflow, snapshot)
        change = patch(self._facts, facts)
        self._facts = facts
        return change

    def _answer(self, content: dict[str, Any]) -> None:
        self.send(content)

    def _attach(self, player: Widget) -> None:
        self.forks = [*self.forks, player]

    # -- showing -------------------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.bundle(**kwargs)

    def bundle(self, at: int | None = None, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and for where there is none a picture of the run after event ``at``, or as it is now."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        still = Picture(self.source.workflow, self.source.snapshot(at))
        return {**data, **still._repr_mimebundle_()}, metadata


def _print(event: Event) -> list[Any]:
    text = str(event.data.get("text", ""))
    return [event.seq, joined(event.path), clean(text, PRINT, lines=True)]
