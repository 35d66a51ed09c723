"""The workflow builder: says what runs after what, then freezes."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from playhead.definition.callables import Function, function
from playhead.definition.checks import faults_of
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
from playhead.definition.host import current_host
from playhead.definition.ids import check_id
from playhead.definition.node import Node, TypedNode
from playhead.definition.schema import Schema
from playhead.definition.step import Step
from playhead.errors import DefinitionFault

if TYPE_CHECKING:
    from playhead.results import RunResult
    from playhead.runs.run import Run
    from playhead.runtime import Runtime

I = TypeVar("I")  # noqa: E741  # the field's usual letter for an input type
O = TypeVar("O")  # noqa: E741  # ... and for an output type
N = TypeVar("N")

Condition = Callable[..., Any]


class Workflow(Generic[I, O]):
    """Steps and what runs after what. Build it with a chain of calls that ends in `commit`.

    input, output, state, request:
        Schemas: any type pydantic can check. The output is not checked; it feeds the checks at `commit`.
    retries, retry_delay:
        Extra tries for each step of this workflow (not of nested ones), and the seconds between them.
    validate:
        Whether inputs are checked and converted; False lets everything through as it is.
    keep:
        Which final statuses stay in the store; None: all. A run that has not ended is always stored.
    on_start, on_finish, on_error:
        Called with a `RunResult`-like object before the first step, at every rest but a pause, and on failure.

    >>> from playhead import Workflow, step
    >>> @step
    ... def double(n: int) -> int:
    ...     return 2 * n
    >>> Workflow("sums", input=int).then(double).commit()
    <Workflow sums: double>
    """

    @overload
    def __init__(self: Workflow[I, I], id: str, *, input: type[I], **options: Any) -> None: ...
    @overload
    def __init__(self: Workflow[Any, Any], id: str, *, input: Any = None, **options: Any) -> None: ...
    def __init__(  # type: ignore[misc]  # the overloads type the input; the options are listed here once
        self,
        id: str,
        *,
        input: Any = None,
        output: Any = None,
        state: Any = None,
        request: Any = None,
        retries: int = 0,
        retry_delay: float = 0.0,
        validate: bool = True,
        description: str | None = None,
        keep: Iterable[str] | None = None,
        on_start: Callable[..., Any] | None = None,
        on_finish: Callable[..., Any] | None = None,
        on_error: Callable[..., Any] | None = None,
    ) -> None:
        self.id = check_id(id, "workflow")
        self.input = Schema.of(input)
        self.output = Schema.of(output)
        self.state = Schema.of(state)
        self.request = Schema.of(request)
        self.resume = self.suspend = None
        self.retries = retries
        self.retry_delay = retry_delay
        self.validate = validate
        self.description = description
        self.keep = frozenset(keep) if keep is not None else None
        self.on_start = on_start
        self.on_finish = on_finish
        self.on_error = on_error
        self.entries: tuple[Entry, ...] = ()
        self.committed = False

    def __types__(self, value: I, /) -> O:
        raise TypeError("__types__ only carries the types of a workflow.")

    # -- building ----------------------------------------------------------------------------------------------

    def then(self, node: TypedNode[O, N]) -> Workflow[I, N]:
        """Run a step, or another workflow, with the previous output as its input."""
        return self._add(StepEntry(cast("Any", node)))

    def parallel(self, *nodes: TypedNode[O, Any]) -> Workflow[I, dict[str, Any]]:
        """Run all of them at once; the next input is a dict of their outputs by id."""
        return self._add(ParallelEntry(cast("Any", nodes)))

    def branch(self, *arms: tuple[Condition, TypedNode[O, Any]]) -> Workflow[I, dict[str, Any]]:
        """Run every arm whose condition holds; the next input is a dict of the outputs of those that ran."""
        arm: Any
        for arm in arms:
            if not isinstance(arm, tuple) or len(arm) != 2 or not callable(arm[0]):
                raise DefinitionFault(f"Workflow {self.id!r}: .branch() takes pairs (condition, step), not {arm!r}.")
        conditions = tuple(function(condition) for condition, _ in arms)
        return self._add(BranchEntry(conditions, tuple(cast("Any", node) for _, node in arms)))

    def map(self, mapping: Mapping[str, Any] | Callable[..., Any], *, id: str | None = None) -> Workflow[I, Any]:
        """Make the next input: from a function, or a dict of sources from `playhead.mapping`."""
        from playhead.definition.mapping import mapper

        text = ", ".join(mapping) if isinstance(mapping, Mapping) else function(mapping).name
        return self._add(MapEntry(self._own_id(id, "mapping"), mapper(mapping), text, mapping))

    def foreach(self, node: TypedNode[Any, N], *, concurrency: int | Condition = 1) -> Workflow[I, list[N]]:
        """Run it for each item of the previous output, a list; the next input is the list of outputs."""
        width = function(concurrency) if callable(concurrency) else concurrency
        return self._add(ForeachEntry(cast("Any", node), width))

    def dowhile(self, node: TypedNode[O, N], condition: Condition) -> Workflow[I, N]:
        """Run it once, and again while the condition holds of its output, which is then its next input."""
        return self._add(LoopEntry(cast("Any", node), self._condition(condition), until=False))

    def dountil(self, node: TypedNode[O, N], condition: Condition) -> Workflow[I, N]:
        """Run it once, and again until the condition holds of its output, which is then its next input."""
        return self._add(LoopEntry(cast("Any", node), self._condition(condition), until=True))

    def sleep(self, seconds: float | timedelta | Condition, *, id: str | None = None) -> Workflow[I, O]:
        """Wait; a function gives the seconds (or a timedelta) at run time. The value passes through."""
        duration = cast("Any", function(seconds) if callable(seconds) else seconds)
        return self._add(SleepEntry(self._own_id(id, "sleep"), duration, until=False))

    def sleep_until(self, moment: datetime | Condition, *, id: str | None = None) -> Workflow[I, O]:
        """Wait until an aware datetime; a function may give it at run time. The value passes through."""
        when = cast("Any", function(moment) if callable(moment) else moment)
        return self._add(SleepEntry(self._own_id(id, "sleep"), when, until=True))

    def commit(self) -> Workflow[I, O]:
        """Check and freeze the workflow. Raises `DefinitionFault` naming every fault found."""
        faults = faults_of(self)
        if faults:
            raise DefinitionFault(f"Workflow {self.id!r} cannot be committed:", faults)
        self.committed = True
        return self

    def as_(self, id: str) -> Workflow[I, O]:
        """The same workflow under another id, so that it may stand twice in another."""
        clone = copy.copy(self)
        clone.__dict__.pop("by_id", None)
        clone.id = check_id(id, "workflow")
        return clone

    def _add(self, entry: Entry) -> Workflow[Any, Any]:
        if self.committed:
            raise DefinitionFault(
                f"Workflow {self.id!r} is committed and cannot grow: add to it before .commit(), or build a new one."
            )
        for body in entry.bodies:
            if not isinstance(body, Step | Workflow):
                raise DefinitionFault(f"Workflow {self.id!r}: {_no_step(body)}.")
        self.entries = (*self.entries, entry)
        return self

    def _condition(self, condition: Condition) -> Function:
        if not callable(condition):
            raise DefinitionFault(f"Workflow {self.id!r}: a loop's condition must be a function, not {condition!r}.")
        return function(condition)

    def _own_id(self, given: str | None, kind: str) -> str:
        """The id given, or one that is the same in tomorrow's process: the kind and its ordinal."""
        if given is not None:
            return check_id(given, kind)
        taken = {id for entry in self.entries for id in entry.ids}
        ordinal = 1 + sum(1 for entry in self.entries if isinstance(entry, MapEntry | SleepEntry))
        while f"{kind}_{ordinal}" in taken:
            ordinal += 1
        return f"{kind}_{ordinal}"

    # -- looking -----------------------------------------------------------------------------------------------

    @cached_property
    def by_id(self) -> dict[str, tuple[int, Entry]]:
        """Each id of this workflow with the position of its entry and the entry."""
        return {id: (at, entry) for at, entry in enumerate(self.entries) for id in entry.ids}

    @property
    def steps(self) -> dict[str, Node]:
        """Every step and nested workflow mentioned, by id."""
        return {body.id: body for entry in self.entries for body in entry.bodies}

    def walk(self) -> Iterator[Node]:
        """This workflow and every node below it, outermost first."""
        yield self
        for entry in self.entries:
            for node in entry.bodies:
                if isinstance(node, Workflow):
                    yield from node.walk()
                else:
                    yield node

    def to_dot(self) -> str:
        """The graph in Graphviz's language; `graphviz` and other tools draw it."""
        # By name: drawing lives in the widgets' package, above the definition.
        text: str = importlib.import_module("playhead_widgets.views.dot").to_dot(self)
        return text

    def __repr__(self) -> str:
        names = " → ".join("+".join(entry.ids) for entry in self.entries) or "(empty)"
        return f"<Workflow {self.id}: {names}>" if self.committed else f"<Workflow {self.id}: {names} (not committed)>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """A drawing of the graph where one can be shown, the outline everywhere."""
        try:
            pictures = importlib.import_module("playhead_widgets.picture")
        except ImportError:
            return {"text/plain": repr(self)}
        bundle: dict[str, str] = pictures.definition_bundle(self)
        return bundle

    # -- running -----------------------------------------------------------------------------------------------

    def create_run(
        self, *, run_id: str | None = None, resource_id: str | None = None, runtime: Runtime | None = None
    ) -> Run:
        """A run to start, or the stored run of that id to go on with. Does no I/O."""
        host = runtime if runtime is not None else current_host()
        run: Run = host.create_run(self, run_id=run_id, resource_id=resource_id)
        return run

    async def run(
        self,
        input: Any = None,
        *,
        run_id: str | None = None,
        resource_id: str | None = None,
        runtime: Runtime | None = None,
        **options: Any,
    ) -> RunResult:
        """Create a run, start it, and wait until it rests. ``options`` are those of `Run.start`."""
        run = self.create_run(run_id=run_id, resource_id=resource_id, runtime=runtime)
        return await run.start(input, **options)

    def run_sync(self, input: Any = None, *, runtime: Runtime | None = None, **options: Any) -> RunResult:
        """`run` for scripts: starts an event loop, waits for the run to rest, and ends the loop.

        Raises `WorkflowError` where a loop is running, as in a notebook: ``await workflow.run(...)`` there.
        """
        result: RunResult = importlib.import_module("playhead.default").run_sync(self, input, runtime, options)
        return result


def _no_step(given: object) -> str:
    """What to say of something that is given for a step."""
    name = getattr(given, "__name__", given)
    if isinstance(given, list | tuple):
        return f"{name!r} is a {type(given).__name__}; give its steps one by one, as in .parallel(a, b)"
    if isinstance(given, str):
        return f"{name!r} is a text; give the step itself, without quotes"
    advice = "decorate the function with @step" if callable(given) else "give a function with @step, or a workflow"
    return f"{name!r} is not a step: {advice}"
