"""The outline of a workflow: what stands where, and hashes of what it does, so that versions can be told apart.

A stored run carries the outline of the workflow it was begun by; the sources are kept once, beside the logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from playhead.definition.callables import Function
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
from playhead.definition.sources import hash_of, steady_repr, written
from playhead.definition.workflow import Workflow

if TYPE_CHECKING:
    from playhead.definition.entries import Body

    Path: TypeAlias = tuple[str, ...]


class Place(NamedTuple):
    """What stands at one path of a definition.

    ``kind`` is step, workflow, map or sleep; ``block`` what it stands in (then, parallel, branch, loop, foreach) and
    ``position`` the number of that block in its workflow. The rest are hashes: of the source of what is done
    there, of the rule of the block (a condition, a concurrency), of the schemas that values have to fit.
    """

    path: Path
    kind: str
    block: str
    position: int
    source: str = ""
    rule: str = ""
    schema: str = ""


class Outline:
    """Every place of a definition, by path, in the order of the definition; ``schema`` is that of the whole."""

    def __init__(self, places: Iterable[Place], schema: str) -> None:
        self.places = {place.path: place for place in places}
        self.schema = schema

    @classmethod
    def of_rows(cls, rows: Iterable[Any]) -> Outline:
        """The outline that `rows` told of."""
        schema, *places = rows
        return cls((Place(tuple(path), *rest) for path, *rest in places), schema)

    def rows(self) -> list[Any]:
        """Plain data, to be stored."""
        return [self.schema, *([list(path), *rest] for path, *rest in self.places.values())]

    def lines(self) -> list[str]:
        """For people: a line for each place, those of nested workflows set in."""
        return [
            f"{'  ' * (len(path) - 1)}{path[-1]}{'' if place.block == 'then' else f' ({place.block})'}"
            for path, place in self.places.items()
        ]

    @cached_property
    def blocks(self) -> dict[Path, list[list[Place]]]:
        """The places of each workflow, by its path, block by block."""
        found: dict[Path, list[list[Place]]] = {}
        for place in self.places.values():
            blocks = found.setdefault(place.path[:-1], [])
            if place.position == len(blocks):
                blocks.append([])
            blocks[place.position].append(place)
        return found


class Definition(NamedTuple):
    """An outline, and what people wrote, by path (its ids joined by ``/``)."""

    outline: Outline
    sources: Mapping[str, str]


def definition_of(workflow: Workflow[Any, Any]) -> Definition:
    """The outline and the sources of a committed workflow."""
    found = _DEFINITIONS.get(workflow)
    if found is None:
        described = [
            (place, text) for first, ids, text in _stretches(workflow, (), {}) for place in _laid_out(first, ids)
        ]
        sources = {"/".join(place.path): text for place, text in described if text}
        outline = Outline((place for place, _ in described), _schemas(workflow))
        found = _DEFINITIONS[workflow] = Definition(outline, sources)
    return found


def digest_of(workflow: Workflow[Any, Any]) -> str:
    """Another one where the outline is another, and the same when the same code is run again.

    It is found without laying the outline out, which takes ten times as long where a workflow has a thousand steps.
    """
    found = _DIGESTS.get(workflow)
    if found is None:
        told = [(*first, ids) for first, ids, _ in _stretches(workflow, (), {})]
        found = _DIGESTS[workflow] = hash_of(repr((_schemas(workflow), told)))
    return found


_DEFINITIONS: WeakKeyDictionary[Workflow[Any, Any], Definition] = WeakKeyDictionary()
_DIGESTS: WeakKeyDictionary[Workflow[Any, Any], str] = WeakKeyDictionary()


class _Stretch(NamedTuple):
    """Places in a row, each in a block of its own, that differ in nothing but their ids.

    A workflow is long mostly because one step stands in it many times: that is one stretch. ``text`` is what was
    written at each of the places.
    """

    first: Place
    ids: list[str]
    text: str


def _laid_out(first: Place, ids: list[str]) -> Iterator[Place]:
    """The places of a stretch."""
    for position, id in enumerate(ids, first.position):
        yield first._replace(path=(*first.path[:-1], id), position=position)


def _stretches(workflow: Workflow[Any, Any], scope: Path, known: _Known) -> Iterator[_Stretch]:
    """All that stands in a workflow, in its order."""
    position = 0
    for _, alike in groupby(workflow.entries, _shared):
        entry, *others = alike
        if isinstance(entry, MapEntry | SleepEntry):
            is_map = isinstance(entry, MapEntry)
            text = _told(entry.mapping if isinstance(entry, MapEntry) else entry.duration)
            place = Place((*scope, entry.id), "map" if is_map else "sleep", "then", position, hash_of(text))
            yield _Stretch(place, [entry.id], text)
        for number, body in enumerate(entry.bodies):
            place, text = _place((*scope, body.id), _about(body, known), entry, position, number)
            yield _Stretch(place, [body.id, *map(_ID_OF_STEP, others)], text)
            if isinstance(body, Workflow):
                yield from _stretches(body, (*scope, body.id), known)
        position += 1 + len(others)


_ID_OF_STEP: Final = attrgetter("body.id")


def _shared(entry: Entry) -> _Shared | int:
    """What tells whether entries make one stretch: steps that do the same do, and nothing else."""
    if type(entry) is not StepEntry or isinstance(entry.body, Workflow):
        return id(entry)
    step = entry.body
    return id(step.fn), step.version, id(step.input), id(step.state)


class _About(NamedTuple):
    """What is told of a body wherever it stands."""

    kind: str
    source: str
    schema: str
    text: str


#: What the clones of one step have in common.
_Shared: TypeAlias = tuple[int, str | None, int, int]
_Known: TypeAlias = dict[_Shared, _About]


def _about(body: Body, known: _Known) -> _About:
    if isinstance(body, Workflow):
        return _About("workflow", "", _schemas(body), "")
    shared = id(body.fn), body.version, id(body.input), id(body.state)
    found = known.get(shared)
    if found is None:
        text = (written(body.fn).text or "").rstrip()
        found = known[shared] = _About("step", body.source_hash, _schemas(body), text)
    return found


def _place(path: Path, about: _About, entry: Entry, position: int, number: int) -> tuple[Place, str]:
    rule = _rule(entry, number)
    place = Place(
        path, about.kind, _BLOCKS[type(entry)], position, about.source, hash_of(rule) if rule else "", about.schema
    )
    return place, "\n".join(filter(None, (about.text, f"# {rule}" if rule else "")))


_BLOCKS: dict[type[Entry], str] = {
    StepEntry: "then",
    ParallelEntry: "parallel",
    BranchEntry: "branch",
    LoopEntry: "loop",
    ForeachEntry: "foreach",
}


def _rule(entry: Entry, number: int) -> str:
    """What decides about the body beside itself: a condition, a concurrency."""
    match entry:
        case BranchEntry(conditions=conditions):
            return f"if: {_told(conditions[number])}"
        case LoopEntry(condition=condition, until=until):
            return f"{'until' if until else 'while'}: {_told(condition)}"
        case ForeachEntry(concurrency=width):
            return f"concurrency: {_told(width)}"
        case _:
            return ""


def _told(what: Any) -> str:
    """A function, a mapping or a number as a text that changes when it does something else."""
    match what:
        case Mapping():
            return "\n".join(f"{key}: {_told(value)}" for key, value in what.items())
        case Function(fn=fn):
            return _told(fn)
        case _ if callable(what):
            found = written(what)
            return found.normal if found.text is not None else f"{getattr(what, '__name__', '')} {found.hash}"
        case _:
            return steady_repr(what)


def _schemas(body: Body) -> str:
    """A hash of what recorded values have to fit."""
    if body.input is None and body.state is None:
        return _NO_SCHEMAS
    return hash_of("\n".join("" if schema is None else schema.fingerprint for schema in (body.input, body.state)))


_NO_SCHEMAS = hash_of("\n")
