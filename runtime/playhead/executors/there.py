"""There: what a body sees and says in a process that has neither its run nor its event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

from playhead.codec.values import dump
from playhead.definition.context import Context
from playhead.definition.request import RequestContext
from playhead.definition.signals import BailSignal, SuspendSignal
from playhead.errors import CannotCross
from playhead.executors.parcel import Parcel

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_THREADS: Final = "leave the step on threads if it needs it"


class CallThere:
    """The call a body finds in another process: what it asks for comes from its parcel, what it says is kept.

    ``said`` holds, in order, what the body wrote, emitted and printed, and whether it asked for a cancel.
    """

    def __init__(self, parcel: Parcel, said: list[list[Any]]) -> None:
        self.parcel = parcel
        self.said = said
        self.updates: dict[str, bytes] = {}
        self.question: list[Any] | None = None
        self.bailed: bytes | None = None
        self.idempotency_key: str
        self.started_at: datetime
        self.request = RequestContext(parcel.names("request."), lambda key: parcel.read(f"request.{key}"))

    def context(self) -> Context[Any]:
        """The context for the body."""
        facts = self.parcel.read("facts")
        self.idempotency_key, self.started_at = facts.pop("idempotency_key"), facts.pop("started_at")
        return Context(self, **facts, resources=NoResources(), cancelled=NoFlag())

    # -- what it asks ------------------------------------------------------------------------------------------

    def state(self) -> Any:
        return self.parcel.read("state")

    def suspend_data(self) -> Any:
        return self.parcel.read("suspend_data")

    def input_data(self) -> Any:
        if "input_data" not in self.parcel:
            raise CannotCross(_not_sent("ctx.input_data", "write it in the step's own body"))
        return self.parcel.read("input_data")

    def result_of(self, step_id: str) -> Any:
        if f"result.{step_id}" not in self.parcel:
            hint = f"write ctx.result_of({step_id!r}) in the step's own body, or hand it over with .map()"
            raise CannotCross(_not_sent(f"The result of {step_id!r}", hint))
        return self.parcel.read(f"result.{step_id}")

    def span(self) -> Span:
        raise CannotCross(_absent("ctx.span", "tell with ctx.emit() what should be kept"))

    # -- what it says ------------------------------------------------------------------------------------------

    def set_state(self, updates: Mapping[str, Any]) -> None:
        self.updates |= {key: dump(value, f"state.{key}").data for key, value in updates.items()}

    def changed_request(self) -> dict[str, bytes]:
        """What the body set, or changed, in the request."""
        touched = {key: dump(value, f"request.{key}").data for key, value in self.request.touched().items()}
        return {key: data for key, data in touched.items() if data != self.parcel.bytes_of(f"request.{key}")}

    def write(self, chunk: Any, keep: bool) -> Awaitable[None]:
        return self._say("write", dump(chunk, "chunk").data, keep)

    def emit(self, event: Mapping[str, Any], keep: bool) -> Awaitable[None]:
        return self._say("emit", dump(event, "event").data, keep)

    def printed(self, text: str) -> None:
        self._say("print", "stdout", text)

    def cancel(self) -> None:
        self._say("cancel")

    def _say(self, *words: Any) -> Awaitable[None]:
        self.said.append([*words])
        return Said()

    # -- how it ends -------------------------------------------------------------------------------------------

    def suspend(self, payload: Any, labels: tuple[str, ...], output: Any) -> NoReturn:
        preliminary = None if output is None else dump(output, "suspend output").data
        self.question = [dump(payload, "suspend payload").data, list(labels), preliminary]
        raise SuspendSignal

    def bail(self, output: Any) -> NoReturn:
        self.bailed = dump(output, "bail output").data
        raise BailSignal


class Said(Awaitable[None]):
    """What ``ctx.write`` gives there: nothing is to be waited for, since all is sent when the body ends."""

    def __await__(self) -> Generator[Any, None, None]:
        yield from ()

    def wait(self, timeout: float | None = None) -> None:
        """Return at once."""


class NoFlag:
    """In the place of ``ctx.cancelled``: says that a cancel cannot be seen there."""

    def is_set(self) -> bool:
        raise CannotCross(_absent("ctx.cancelled", "give the step a timeout, or split it into shorter ones"))

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()

    def __await__(self) -> Generator[Any, None, None]:
        self.is_set()
        yield from ()


class NoResources(Mapping[str, Any]):
    """In the place of ``ctx.resources``: says that live objects stay where they are."""

    def __getitem__(self, key: str) -> Any:
        raise CannotCross(_absent(f"ctx.resources[{key!r}]", "make it in the body"))

    def __iter__(self) -> Iterator[str]:
        raise CannotCross(_absent("ctx.resources", "make what the body needs in the body"))

    def __len__(self) -> int:
        raise CannotCross(_absent("ctx.resources", "make what the body needs in the body"))


def _absent(what: str, instead: str) -> str:
    return f"{what} lives in the process of the run, and this body runs in another: {instead}, or {_THREADS}."


def _not_sent(what: str, instead: str) -> str:
    return f"{what} was not sent to this process, because the body's code does not speak of it: {instead}."
