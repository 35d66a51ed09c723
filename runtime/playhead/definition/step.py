"""Steps: plain functions with schemas from their annotations."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import sys
import types
import typing
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Generic, TypeVar, cast, overload

from playhead.definition.context import Context
from playhead.definition.ids import check_id
from playhead.definition.schema import Schema
from playhead.definition.sources import written
from playhead.errors import DefinitionFault, InvalidId

I = TypeVar("I")  # noqa: E741  # the field's usual letter for an input type
O = TypeVar("O")  # noqa: E741  # ... and for an output type

_UNSET: Any = object()


class Step(Generic[I, O]):
    """One step of a workflow: a function, its id, its schemas and how it is to be run.

    A step stays an ordinary callable, so it can be tested without a runtime.

    retries, retry_delay:
        Extra tries after a failure, and the seconds between them; None: the workflow's.
    timeout:
        Seconds one try may take; then it fails with `StepTimeout`, and is retried like any failure.
    cancel_grace:
        Seconds an async body has to end by itself after a cancel; None: the runtime's.
    at_most_once:
        Not run again after its process died in its middle, when nobody knows how far it came. The run fails with
        `StepInterrupted`; `Run.time_travel` goes on from there, with another try or with a result given as
        ``context=``. An error that the body raises is an end, and is retried as ever. A process that is killed
        needs the evented engine for this, and a power cut ``durability="power"`` as well.
    executor:
        Where a plain ``def`` body runs, instead of on the runtime's executor. To run in another process, the function
        must stand at the top level of a module. What the body writes, emits and prints arrives when it ends, and what
        it sets is checked then. ``ctx.result_of`` and ``ctx.input_data`` give what the body's own code, or a function
        of its module that it calls, speaks of. ``ctx.cancelled``, ``ctx.resources`` and ``ctx.span`` stay with the
        run: using them, and whatever else cannot cross, raises `CannotCross`, which says what to do.
    version:
        Any text; changing it marks the step as changed even if its source looks the same.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        *,
        id: str | None = None,
        input: Any = _UNSET,
        output: Any = _UNSET,
        resume: Any = None,
        suspend: Any = None,
        state: Any = _UNSET,
        request: Any = None,
        retries: int | None = None,
        retry_delay: float | None = None,
        timeout: float | None = None,
        cancel_grace: float | None = None,
        at_most_once: bool = False,
        description: str | None = None,
        executor: Executor | None = None,
        version: str | None = None,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        if not callable(fn):
            hint = f": for an id of its own write @step(id={fn!r})" if isinstance(fn, str) else ""
            raise DefinitionFault(f"A step needs a function, not {type(fn).__name__}{hint}.")
        self.fn = fn
        self.id = _checked_id(fn, id)
        if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
            raise DefinitionFault(
                f"Step {self.id!r} yields, and a step returns one value: return a list, or send what comes piece by "
                "piece with ctx.write(...)."
            )
        shape = _Shape(fn, self.id, namespace or {})
        self.input = Schema.of(shape.input if input is _UNSET else input)
        self.output = Schema.of(shape.output if output is _UNSET else output)
        self.resume = Schema.of(resume)
        self.suspend = Schema.of(suspend)
        self.state = Schema.of(shape.state if state is _UNSET else state)
        self.request = Schema.of(request)
        self.retries = _not_negative(self.id, "retries", retries)
        self.retry_delay = _not_negative(self.id, "retry_delay", retry_delay)
        self.timeout = _not_negative(self.id, "timeout", timeout)
        self.cancel_grace = _not_negative(self.id, "cancel_grace", cancel_grace)
        self.at_most_once = at_most_once
        self.description = description or inspect.getdoc(fn) if inspect.isroutine(fn) else description
        self.executor = executor
        self.version = version
        self.is_async = _is_async(fn)
        self.takes_input = shape.takes_input
        self.context_name = shape.context_name
        functools.update_wrapper(self, fn, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, without a runtime."""
        return self.fn(*args, **kwargs)

    def __types__(self, value: I, /) -> O:
        raise TypeError("__types__ only carries the types of a step.")

    def body(self, value: Any, context: Context[Any] | None) -> Any:
        """Call the function as a workflow does: the input first, the context by name, each only if wanted."""
        if self.context_name is None:
            return self.fn(value) if self.takes_input else self.fn()
        keywords = {self.context_name: context}
        return self.fn(value, **keywords) if self.takes_input else self.fn(**keywords)

    def as_(self, id: str) -> Step[I, O]:
        """The same step under another id, so that it may stand twice in a workflow."""
        clone = copy.copy(self)
        clone.id = check_id(id, "step")
        return clone

    @property
    def source_hash(self) -> str:
        """Changes when the function's code, or ``version``, does; comments and docstrings do not count."""
        found = written(self.fn).hash
        return f"{found}-{self.version}" if self.version else found

    def __repr__(self) -> str:
        return f"<Step {self.id}>"


@overload
def step(fn: Callable[[], Awaitable[O]], /) -> Step[Any, O]: ...
@overload
def step(fn: Callable[[I], Awaitable[O]], /) -> Step[I, O]: ...
@overload
def step(fn: Callable[[I, Context[Any]], Awaitable[O]], /) -> Step[I, O]: ...
@overload
def step(fn: Callable[[I], O], /) -> Step[I, O]: ...
@overload
def step(fn: Callable[[I, Context[Any]], O], /) -> Step[I, O]: ...
@overload
def step(fn: Callable[..., Any], /) -> Step[Any, Any]: ...
@overload
def step(fn: None = None, /, **options: Any) -> Callable[[Callable[..., Any]], Step[Any, Any]]: ...
def step(fn: Any = None, /, **options: Any) -> Any:
    """Make a function a step: ``@step``, or ``@step(id="approve", retries=3, ...)`` with the options of `Step`.

    The first parameter is the step's input; a parameter annotated `Context`, or named ``ctx``, gets the context.

    >>> from playhead import step
    >>> @step
    ... def double(n: int) -> int:
    ...     return 2 * n
    >>> double
    <Step double>
    >>> double(2)
    4
    """
    frame = sys._getframe(1)
    namespace = frame.f_locals
    if fn is not None:
        return Step(fn, namespace=namespace, **options)
    return lambda function: Step(function, namespace=namespace, **options)


class _Shape:
    """What a function's signature says: its input, its output, its context."""

    def __init__(self, fn: Callable[..., Any], id: str, namespace: Mapping[str, Any]) -> None:
        self.id = id
        self.input: Any = None
        self.output: Any = None
        self.state: Any = None
        self.takes_input = False
        self.context_name: str | None = None
        try:
            signature = inspect.signature(fn)
        except (TypeError, ValueError):
            self.takes_input = True  # unreadable, as with some builtins: it takes the value
            return
        if inspect.isclass(fn):
            raise DefinitionFault(f"{id!r} is a class: make a step of a function, such as one that calls it.")
        self._hints = _Hints(fn, id, namespace)
        self._read_parameters(list(signature.parameters.values()))
        self.output = self._hints.of("return", signature.return_annotation)

    def _read_parameters(self, parameters: list[inspect.Parameter]) -> None:
        inputs: list[inspect.Parameter] = []
        for parameter in parameters:
            hint = self._hints.of(parameter.name, parameter.annotation)
            if _is_context(hint) or (parameter.name == "ctx" and hint is None):
                self.context_name = parameter.name
                self.state = _state_of(hint)
            elif parameter.kind is not inspect.Parameter.VAR_KEYWORD:
                inputs.append(parameter)
        self._choose_input(inputs)
        names = [parameter.name for parameter in parameters]
        if self.takes_input and self.context_name == names[0]:
            raise DefinitionFault(
                f"Step {self.id!r} takes its context before its input: write the input first, as in "
                f"def {self.id}({names[1]}, {names[0]})."
            )

    def _choose_input(self, inputs: list[inspect.Parameter]) -> None:
        required = [p.name for p in inputs if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        if len(required) > 1:
            raise DefinitionFault(
                f"Step {self.id!r} has more than one input: {', '.join(required)}. A step takes one value "
                "(a dict, model or dataclass for several) and, if it likes, a parameter `ctx`."
            )
        if inputs and inputs[0].kind is not inspect.Parameter.KEYWORD_ONLY:
            self.takes_input = True
            self.input = self._hints.of(inputs[0].name, inputs[0].annotation)


class _Hints:
    """Annotations as types: names are looked up in the module, the closure and where the step is defined."""

    def __init__(self, fn: Callable[..., Any], id: str, namespace: Mapping[str, Any]) -> None:
        self.id = id
        target = inspect.unwrap(fn.func if isinstance(fn, functools.partial) else fn)
        if not inspect.isroutine(target):
            target = type(target).__call__
        self.globals = getattr(target, "__globals__", {})
        self.locals = {**namespace, **_closure(target)}

    def of(self, name: str, annotation: Any) -> Any:
        if annotation is inspect.Parameter.empty:
            return None
        if annotation is None:
            return None if name == "return" else type(None)
        holder = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            return typing.get_type_hints(holder, self.globals, self.locals, include_extras=True)[name]
        except Exception as error:
            what = "its return type" if name == "return" else f"parameter {name!r}"
            raise DefinitionFault(
                f"Step {self.id!r}: the annotation of {what}, {annotation!r}, cannot be resolved ({error}). "
                "Define or import the name before the step, or leave the annotation out."
            ) from error


def _closure(fn: Any) -> dict[str, Any]:
    """The names a function closes over, but for those that have no value yet."""
    found = {}
    for name, cell in zip(
        getattr(getattr(fn, "__code__", None), "co_freevars", ()), fn.__closure__ or (), strict=False
    ):
        with contextlib.suppress(ValueError):  # not assigned yet
            found[name] = cell.cell_contents
    return found


def _is_context(hint: Any) -> bool:
    return hint is Context or typing.get_origin(hint) is Context


def _state_of(hint: Any) -> Any:
    arguments = typing.get_args(hint)
    return arguments[0] if arguments and not isinstance(arguments[0], TypeVar) else None


def _is_async(fn: Callable[..., Any]) -> bool:
    target = fn.func if isinstance(fn, functools.partial) else fn
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(
        getattr(type(target), "__call__", None)  # noqa: B004  # the method itself is wanted: it may be async
    )


def _checked_id(fn: Callable[..., Any], id: str | None) -> str:
    if id is not None:
        return check_id(id, "step")
    name = getattr(fn, "__name__", type(fn).__name__)
    try:
        return check_id(cast("str", name), "step")
    except InvalidId as error:
        raise DefinitionFault(f"The name {name!r} cannot be a step id: give one, as in Step(fn, id='load').") from error


def _not_negative(id: str, option: str, value: Any) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
        raise DefinitionFault(f"Step {id!r}: {option} is {value!r}; it must be a number of at least 0.")
    return value
