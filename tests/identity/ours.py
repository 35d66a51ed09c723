"""Every error of ours, made the way its constructor wants it."""

from __future__ import annotations

from typing import Any

from playhead import errors
from playhead.errors import Issue

OUR_ERRORS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, BaseException)]

#: What constructors take that want more than a message.
ARGUMENTS: dict[type, tuple[Any, ...]] = {
    errors.ValidationFailed: ([Issue(("rows", 3), "too small", input={"a": (1,)})],),
    errors.DefinitionFault: ("two faults", ["step 'a': no input", "step 'b': twice"]),
    errors.SeveralSuspended: ("name one", [("a",), ("b", "c#1")]),
    errors.DefinitionChanged: ("the workflow changed", ["step 'a' is gone"]),
    errors.NotStorable: ("output.lock", "it is a lock"),
    errors.StepTimeout: ("fetch", 1.5),
    errors.WorkerLost: ("fetch", "its worker was killed"),
    errors.StoreConflict: ("run", 3, 4),
    errors.UnknownError: ("mine.Error", "went wrong"),
}

#: The options that they take besides.
OPTIONS: dict[type, dict[str, Any]] = {
    errors.StoreCorrupt: {"run_id": "run", "seq": 7},
    errors.TripWire: {"retry": True, "metadata": {"score": (0.9, None)}},
}


def example(cls: type[BaseException]) -> BaseException:
    """An instance of one of our own errors."""
    arguments = next((given for base, given in ARGUMENTS.items() if issubclass(cls, base)), ("what to do",))
    return cls(*arguments, **OPTIONS.get(cls, {}))
