"""The oracle: a third interpreter of programs, as naive as can be.

It goes over the description by plain recursion, one thing after the other, and knows no events, engines, stores or
time. It cannot stop and go on: a run that was answered is told from its beginning again, with the answers at hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from playhead.errors import NonRetryableError
from tests.properties import deeds
from tests.properties import descriptions as d
from tests.properties.descriptions import Path, digest, item_path, state_key
from tests.properties.stories import Blame, Effect, Place, Story

Answers: TypeAlias = Mapping[Path, Sequence[Any]]


class Ended(NamedTuple):
    """It ended well; ``bails``: and so does the workflow it stands in."""

    value: Any
    bails: bool = False


class Failed(NamedTuple):
    blame: Blame


class Waiting(NamedTuple):
    """It waits for answers at these places."""

    places: list[Path]


Outcome: TypeAlias = Ended | Failed | Waiting


class Scope(NamedTuple):
    """An open workflow: where it stands, and what came into it."""

    flow: d.Flow
    path: Path
    initial: Any


class Oracle:
    """One telling. ``unsure``: places some orders of events leave out; ``is_undecided``: and whose notes count."""

    def __init__(self, program: d.Program, answers: Answers | None = None) -> None:
        self.answers = answers or {}
        self.state: dict[str, Any] = {}
        self.places: dict[Path, Place] = {}
        self.labels: dict[Path, tuple[str, ...]] = {}
        self.widths: dict[Path, int] = {}
        self.effects: Counter[Effect] = Counter()
        self.unsure: frozenset[Path] = frozenset()
        self.is_undecided = False
        self._outcome = self._flow(Scope(program.flow, (), program.input))

    @property
    def story(self) -> Story:
        story = Story("success", state=self.state, places=self.places, effects=self.effects)
        match self._outcome:
            case Ended(value):
                story = replace(story, output=value)
            case Failed(blame):
                story = replace(story, status="tripwire" if blame.kind == "TripWire" else "failed", error=blame)
            case Waiting(places):
                waiting = [(path, self.places[path].question, self.labels[path]) for path in places]
                story = replace(story, status="suspended", waiting=waiting)
        return story.without(self.unsure)

    # -- workflows ---------------------------------------------------------------------------------------------

    def _flow(self, scope: Scope) -> Outcome:
        value = scope.initial
        for position, entry in enumerate(scope.flow.entries):
            outcome = self._entry(scope, position, entry, value)
            if not isinstance(outcome, Ended):
                return outcome
            value = outcome.value
            if outcome.bails:
                break
        return Ended(value)

    def _entry(self, scope: Scope, position: int, entry: d.Entry, value: Any) -> Outcome:
        match entry:
            case d.Then(body):
                return self._body(scope, body, (*scope.path, body.id), value)
            case d.Parallel(bodies):
                return self._arms(scope, bodies, value)
            case d.Branch():
                return self._branch(scope, position, entry, value)
            case d.Loop(body):
                return self._loop(scope, entry, (*scope.path, body.id), value)
            case d.Foreach(body):
                return self._foreach(scope, entry, (*scope.path, body.id), value)
            case d.Map(id):
                return self._map(scope, entry, (*scope.path, id), value)
            case d.Sleep(id):
                return self._sleep(entry, (*scope.path, id), value)

    def _body(self, scope: Scope, body: d.Body, path: Path, value: Any, **numbers: int) -> Outcome:
        if isinstance(body, d.Leaf):
            return self._leaf(scope, body, path, value, **numbers)
        return self._close(path, value, self._flow(Scope(body, path, value)))

    def _close(self, path: Path, value: Any, outcome: Outcome) -> Outcome:
        """Tell of a place that only holds others."""
        match outcome:
            case Ended(output):
                self.places[path] = Place("success", value, output)
            case Failed(blame):
                self.places[path] = Place("failed", value, error=blame)
            case Waiting():
                self.places[path] = Place("suspended", value)
        return outcome

    def _fail(self, path: Path, place: Place, kind: str, text: str | None = None, mark: Any = None) -> Failed:
        blame = Blame(kind, text, mark, path)
        self.places[path] = replace(place, status="failed", error=blame)
        return Failed(blame)

    # -- steps -------------------------------------------------------------------------------------------------

    def _leaf(
        self, scope: Scope, leaf: d.Leaf, path: Path, value: Any, turn: int | None = None, index: int | None = None
    ) -> Outcome:
        place = Place("success", value, attempts=1)
        if leaf.strict and not isinstance(value, int):
            return self._fail(path, place, "InputInvalid")
        answers = self.answers.get(path, ())
        for leg in range(len(answers) + 1):
            place = replace(place, answer=answers[leg - 1] if leg > 0 else None)
            near = self._around(scope, leaf, path)
            seen = deeds.Seen(path, value, 0, turn, index, leg > 0, place.question, place.answer, scope.initial, *near)
            attempts, done = self._tries(scope.flow, leaf, seen)
            place = replace(place, attempts=attempts)
            if isinstance(done, deeds.Hangs):
                return self._fail(path, place, "StepTimeout")
            if isinstance(done, deeds.Raises):
                mark = getattr(done.error, "mark", None)
                return self._fail(path, place, type(done.error).__name__, str(done.error), mark)
            self.state.update(done.notes)
            if not isinstance(done, deeds.Asks):
                self.places[path] = replace(place, output=done.value)
                return Ended(done.value, isinstance(done, deeds.Bails))
            place = replace(place, question=done.question)
            self.labels[path] = (done.label,)
        self.places[path] = replace(place, status="suspended")
        return Waiting([path])

    def _around(self, scope: Scope, leaf: d.Leaf, path: Path) -> tuple[Any, Any, Any]:
        """What a step sees beside its input: the result and the note of an earlier entry, and its own note."""
        if leaf.before is None:
            return None, None, self._note_of(path)
        before = *scope.path, leaf.before
        return self.places[before].output, self._note_of(before), self._note_of(path)

    def _note_of(self, path: Path) -> Any:
        key = state_key(path)
        self.is_undecided |= any(f"{key}/".startswith(f"{state_key(place)}/") for place in self.unsure)
        return self.state.get(key)

    def _tries(self, flow: d.Flow, leaf: d.Leaf, seen: deeds.Seen) -> tuple[int, deeds.Outcome]:
        retries = flow.retries if leaf.retries is None else leaf.retries
        for attempt in count():
            self.effects["body", seen.path] += 1
            done = deeds.perform(leaf, seen._replace(attempt=attempt))
            refused = isinstance(done, deeds.Raises) and isinstance(done.error, NonRetryableError)
            if attempt == retries or refused or not isinstance(done, deeds.Raises | deeds.Hangs):
                return attempt + 1, done
        raise AssertionError("never reached")

    # -- small functions ---------------------------------------------------------------------------------------

    def _judged(self, kind: str, path: Path, choice: Any, value: Any) -> Any:
        """What a function of the program says of ``value``, or that the place fails with it."""
        if not isinstance(choice, d.Choice):
            return choice
        self.effects[kind, path] += 1
        try:
            return choice.of(value)
        except d.Mistaken as mistake:
            return self._fail(path, Place("failed", value), "Mistaken", str(mistake))

    def _map(self, scope: Scope, entry: d.Map, path: Path, value: Any) -> Outcome:
        place = Place("success", value)
        if entry.kind not in ("sources", "template"):
            self.effects["map", path] += 1
        if entry.kind == "mistake":
            return self._fail(path, place, "Mistaken", f"on {digest(value)}")
        before = self.places[*scope.path, entry.before].output if entry.before else None
        if entry.before and before is None:
            return self._fail(path, place, "MappingFailed")
        match entry.kind:
            case "list":
                output = d.listed(value, entry.size)
            case "number":
                output = digest(value)
            case "sources":
                output = {"previous": value, "initial": scope.initial, "constant": entry.size}
                output |= {"before": before} if entry.before else {}
            case "template":
                output = {"text": "|".join(map(_text, (value, scope.initial, before)))}
        self.places[path] = replace(place, output=output)
        return Ended(output)

    def _sleep(self, entry: d.Sleep, path: Path, value: Any) -> Outcome:
        if isinstance(seconds := self._judged("sleep", path, entry.seconds, value), Failed):
            return seconds
        if not entry.until and seconds < 0:
            return self._fail(path, Place("failed", value), "WorkflowError")
        return self._close(path, value, Ended(value))

    # -- blocks ------------------------------------------------------------------------------------------------

    def _arms(self, scope: Scope, bodies: Sequence[d.Body], value: Any) -> Outcome:
        outcomes = {body.id: self._body(scope, body, (*scope.path, body.id), value) for body in bodies}
        stopped = _combined(list(outcomes.values()))
        return stopped or Ended({id: outcome.value for id, outcome in outcomes.items() if isinstance(outcome, Ended)})

    def _branch(self, scope: Scope, position: int, branch: d.Branch, value: Any) -> Outcome:
        chosen = []
        for condition, body in branch.arms:
            self.effects["branch", (*scope.path, f"entry {position}")] += 1
            try:
                if condition.of(value):
                    chosen.append(body)
            except d.Mistaken as mistake:  # the arm takes the blame
                return self._fail((*scope.path, body.id), Place("failed", value, attempts=1), "Mistaken", str(mistake))
        return self._arms(scope, chosen, value)

    def _loop(self, scope: Scope, loop: d.Loop, path: Path, value: Any) -> Outcome:
        for turn in count(1):
            here = item_path(path, turn)
            outcome = self._body(scope, loop.body, here, value, turn=turn)
            if not isinstance(outcome, Ended) or outcome.bails:
                break
            self.effects["loop", here] += 1
            try:
                if bool(loop.answer(outcome.value, turn)) is loop.until:
                    break
            except d.Mistaken as mistake:  # the turn takes the blame
                outcome = self._fail(here, self.places[here], "Mistaken", str(mistake))
                break
            value = outcome.value
        self._close(path, value, outcome)
        self.places[path] = replace(self.places[path], output=self.places[here].output)  # it shows its last turn
        return outcome

    def _foreach(self, scope: Scope, foreach: d.Foreach, path: Path, value: Any) -> Outcome:
        if not isinstance(value, list):
            return self._fail(path, Place("failed", value), "InputInvalid")
        if isinstance(width := self._judged("width", path, foreach.width, value), Failed):
            return width
        if width < 1:
            return self._fail(path, Place("failed", value), "WorkflowError")
        self.widths[path] = width
        outcomes = self._items(scope, foreach, path, value, width)
        ended = Ended([outcome.value for outcome in outcomes if isinstance(outcome, Ended)])
        return self._close(path, value, _combined(outcomes) or ended)

    def _items(self, scope: Scope, foreach: d.Foreach, path: Path, items: list[Any], free: int) -> list[Outcome]:
        """Items begin in order. One that waits keeps its slot; after one that fails or bails nothing begins."""
        outcomes: list[Outcome] = []
        for index, item in enumerate(items):
            outcomes.append(outcome := self._body(scope, foreach.body, item_path(path, index), item, index=index))
            if isinstance(outcome, Failed) or (isinstance(outcome, Ended) and outcome.bails):
                if free > 1:  # those after it may have begun before it ended
                    self.unsure |= {item_path(path, later) for later in range(index + 1, len(items))}
                break
            free -= isinstance(outcome, Waiting)
            if free == 0:
                break
        return outcomes


def _combined(outcomes: list[Outcome]) -> Outcome | None:
    """What arms or items came to if not all of them just ended well: failure beats bail, bail beats waiting."""
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    bailed = [outcome for outcome in outcomes if isinstance(outcome, Ended) and outcome.bails]
    waiting = [place for outcome in outcomes if isinstance(outcome, Waiting) for place in outcome.places]
    return next(iter([*failed, *bailed]), None) or (Waiting(waiting) if waiting else None)


def _text(value: Any) -> str:
    """How a template writes a value."""
    if value is None:
        return ""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
