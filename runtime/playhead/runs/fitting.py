"""Fitting: whether a run can go on by the workflow as it is now, and what stands in the log about that.

The event by which somebody drives a run carries the digest of the workflow's outline, and the outline itself if it is
not the one that the log has already. The sources are kept once for all runs, beside the logs.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from playhead.codec.compression import decompressed, deflated, is_worthwhile
from playhead.codec.values import dump, load, load_bytes
from playhead.definition.outline import Definition, Outline, definition_of, digest_of
from playhead.definition.schema import Invalid, Schema
from playhead.definition.workflow import Workflow
from playhead.errors import DefinitionChanged, DefinitionChangedWarning, StoreCorrupt
from playhead.machine.payload import Encoded, Payload
from playhead.machine.places import bare, body_at
from playhead.machine.run_folds import refitted
from playhead.machine.snapshot import Snapshot
from playhead.stores.port import Store


class Fit(NamedTuple):
    """A run as it stands in the workflow as it is now, and the event data that say so."""

    snapshot: Snapshot
    data: dict[str, Any]

    def tell(self) -> None:
        """Warn of what has changed and is done without, or accepted; for when the run is about to go on."""
        lines = self.data.get("changes")
        if lines:
            about = f"Run {self.snapshot.run_id!r} goes on by a changed workflow {self.snapshot.workflow_id!r}:"
            warnings.warn("\n".join([about, *lines]), DefinitionChangedWarning, stacklevel=3)


class Kept(NamedTuple):
    """A definition as it is stored: its outline for the log, its sources for the store."""

    outline: Encoded
    sources: bytes


async def fitted(workflow: Workflow[Any, Any], snapshot: Snapshot, store: Store, *, accept_changes: bool) -> Fit:
    """The run as it goes on. Raises `DefinitionChanged` if something is in the way and nobody accepts it."""
    digest = digest_of(workflow)
    if digest == snapshot.definition:
        return Fit(snapshot, {"definition": digest})
    definition = definition_of(workflow)
    data: dict[str, Any] = {"definition": digest, "outline": await _stored(workflow, definition, store)}
    old = outline_in(snapshot.outline)
    if old is not None:
        from playhead.machine.compat import relocated

        lines = _judged(workflow, snapshot, old, definition.outline, accept_changes)
        data |= {"changes": lines or None, "fit": relocated(snapshot, old, definition.outline) or None}
        snapshot = refitted(snapshot, data["fit"])
    return Fit(snapshot, data)


def _judged(
    workflow: Workflow[Any, Any], snapshot: Snapshot, old: Outline, new: Outline, accept_changes: bool
) -> list[str]:
    """What has changed and is done without, or accepted; one line each."""
    from playhead.machine.compat import judged

    verdict = judged(snapshot, old, new)
    in_the_way = [*verdict.in_the_way, *_narrowed(workflow, snapshot, old, new)]
    if in_the_way and not accept_changes:
        import difflib

        raise DefinitionChanged(
            f"Workflow {workflow.id!r} has changed since run {snapshot.run_id!r} was driven by it. Go on all the same "
            "with accept_changes=True, or fork the run:",
            in_the_way,
            "\n".join(difflib.unified_diff(old.lines(), new.lines(), "as it was", "as it is", n=1, lineterm="")),
        )
    return [*in_the_way, *verdict.warnings]


def _narrowed(workflow: Workflow[Any, Any], snapshot: Snapshot, old: Outline, new: Outline) -> Iterator[str]:
    """What is recorded and does not fit its schema any more, where the schema has changed."""
    for record in snapshot.ordered():
        path = bare(record.path)
        before, now, body = old.places.get(path), new.places.get(path), body_at(workflow, path)
        changed = before is not None and now is not None and before.schema != now.schema
        is_list = record.kind == "foreach"  # its input is a list of what the schema is for
        if changed and body is not None and not is_list and record.input is not None:
            yield from _misfits("/".join(record.path), body.input, load(record.input))
    if old.schema != new.schema and workflow.validate and snapshot.state:
        yield from _misfits("the state", workflow.state, {key: load(value) for key, value in snapshot.state.items()})


def _misfits(what: str, schema: Schema | None, value: Any) -> Iterator[str]:
    try:
        if schema is not None:
            schema.validate(value)
    except Invalid as problem:
        issues = "; ".join(str(issue).removeprefix("- ") for issue in problem.issues)
        yield f"{what} has recorded what does not fit its schema any more: {issues}"


# -- what is stored of a definition ----------------------------------------------------------------------------


async def _stored(workflow: Workflow[Any, Any], definition: Definition, store: Store) -> Encoded:
    """The outline, once the sources are in the store."""
    kept = _KEPT.get(workflow)
    if kept is None:
        packed = b"".join(deflated(dump(dict(definition.sources), "sources").data))
        digest = await store.put_shared(packed)
        outline = dump({"rows": definition.outline.rows(), "sources": digest}, "outline")
        # Once for all runs, and not with the event of each.
        smaller = b"".join(deflated(outline.data))
        if is_worthwhile(smaller, outline.data):
            outline = dump(smaller, "outline")
        kept = _KEPT[workflow] = Kept(outline, packed)
        _in_store.setdefault(store, set()).add(kept.sources)
    elif kept.sources not in _in_store.setdefault(store, set()):
        await store.put_shared(kept.sources)
        _in_store[store].add(kept.sources)
    return kept.outline


_KEPT: Final[WeakKeyDictionary[Workflow[Any, Any], Kept]] = WeakKeyDictionary()
_in_store: Final[WeakKeyDictionary[Store, set[bytes]]] = WeakKeyDictionary()


def outline_in(payload: Payload | None) -> Outline | None:
    """The outline that a log tells of; None if it tells of none."""
    return None if payload is None else Outline.of_rows(_told(payload)["rows"])


async def sources_in(payload: Payload, store: Store) -> Mapping[str, str]:
    """What people had written, by path; empty if the store has lost it."""
    packed = await store.shared(_told(payload)["sources"])
    try:
        return {} if packed is None else load_bytes(decompressed(packed))
    except (ValueError, zlib.error, StoreCorrupt):
        return {}


def _told(payload: Payload) -> Mapping[str, Any]:
    """The rows of an outline, and under which hash the sources are kept."""
    value = load(payload)
    try:
        told: Mapping[str, Any] = load_bytes(decompressed(value)) if isinstance(value, bytes) else value
    except (ValueError, zlib.error) as problem:
        raise StoreCorrupt(f"The outline of a run's workflow cannot be read: {problem}") from problem
    return told
