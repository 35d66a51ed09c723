"""Sequels: a run goes on from nothing but a prefix of its log, as if its process had died just then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from playhead.machine import events as E
from playhead.machine.events import Event
from playhead.machine.snapshot import ACTIVE
from playhead.stores.log import RunLog
from tests.properties.stage import RUN, Engine, Stage
from tests.properties.stories import Effect
from tests.properties.telling import answers


class Sequel(Stage):
    """A stage that has only seen what its own processes do; what was done before is known from the log."""

    async def inherit(self, frames: Sequence[bytes]) -> None:
        """Begin with this prefix of a log."""
        await self.store.append(RUN, 0, frames)
        self._inherited = (await self.log()).events
        self.answers = answers(self._inherited)

    async def take_over(self, engine: Engine) -> None:
        """Go on to the end, and check every rest."""
        async with self.process(engine) as run:
            active = (await self.log()).snapshot.status in ACTIVE
            await self.check(await (run.restart() if active else run.snapshot()))
        await self.go_on(engine)

    def accounted(self, done: Counter[Effect], expected: Counter[Effect], log: RunLog) -> Counter[Effect]:
        """With what was over and done before: that is never done again, and all the rest is."""
        over, tries = _over(self._inherited), _tries(self._inherited)
        before = {effect: n if effect in over else min(n, tries[effect]) for effect, n in expected.items()}
        return done + Counter(before)


def _over(events: Sequence[Event]) -> set[Effect]:
    """The effects that are done with for good, by these events."""
    found: set[Effect] = set()
    for event in events:
        path = event.path
        match event.type:
            case E.STEP_FAILED if ("body", path) in found:  # a turn that had ended well: the loop's condition failed
                found.add(("loop", path))
            case E.STEP_SUCCEEDED | E.STEP_FAILED:
                found |= {("body", path), ("map", path), ("sleep", path)}
            case E.BRANCH_DECIDED:
                found.add(("branch", (*path, f"entry {event.data['entry']}")))
            case E.LOOP_DECIDED:
                found.add(("loop", path))
            case E.STEP_WAITING if "kind" in event.data:
                found.add(("sleep", path))
            case E.STEP_STARTED if event.data["kind"] == "foreach":
                found.add(("width", path))
    return found


def _tries(events: Sequence[Event]) -> Counter[Effect]:
    """How often each body has ended without ending its step: by a failed try, or a question."""
    return Counter(
        ("body", event.path)
        for event in events
        if event.type == E.STEP_SUSPENDED or (event.type == E.STEP_WAITING and "kind" not in event.data)
    )
