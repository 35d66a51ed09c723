"""Completion: what may stand where the cursor is, after ``%workflow``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from playhead.machine.history import checkpoints
from playhead.machine.snapshot import Status
from playhead_kernel.commands.command import Command
from playhead_kernel.commands.defining import STEP
from playhead_kernel.commands.table import COMMANDS, HELP
from playhead_kernel.conditions import NAMES
from playhead_kernel.definitions import Flow
from playhead_kernel.engine_room import waited_for
from playhead_kernel.handle import RunHandle
from playhead_kernel.naming import joined, places
from playhead_kernel.session import Session
from playhead_widgets.views.durations import ago

_LINE: Final = re.compile(
    r"\s*(?:(?:[\w, ]+=\s*)?%%?(?=workflow\b)|%%(?=resume\b|step\b))(?P<magic>\w+)\s+(?P<rest>.*)", re.DOTALL
)
_PATIENCE: Final = 0.5  # seconds: a completion that comes later is not wanted any more
_RUNS: Final = 50
_MOMENTS: Final = 100

Found = Iterator[tuple[str, str]]


class Completions:
    """The words that fit, each with a remark."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_metavar: dict[str, Callable[[list[str], str], Found]] = {
            "FLOW": self._flows,
            "RUN": self._runs,
            "RUN@K": self._moments,
            "STEP": self._steps,
            "STATUS": self._statuses,
            "VAR": self._variables,
            "A": self._variables,
            "LABEL": self._labels,
            "KEY=VALUE": self._keys,
            "ANSWER": self._answers,
        }

    def of(self, line: str) -> tuple[str, list[tuple[str, str]]] | None:
        """The word being typed, and what it may become; None if the line is no line of ours."""
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        *before, word = match["rest"].split(" ")
        before = [part for part in before if part]
        found = self._words_after(match["magic"], before, word)
        return word, [completion for completion in found if completion[0].startswith(word)]

    def _words_after(self, magic: str, before: list[str], word: str) -> Found:
        if magic != "workflow":
            return self._words_of(STEP if magic == "step" else COMMANDS["resume"], before, word)
        if not before or (len(before) == 1 and before[0] in HELP):
            return ((name, command.summary) for name, command in COMMANDS.items())
        command = COMMANDS.get(before[0])
        if command is not None and command.tail in before:
            return chain(((name, "of the step") for name in NAMES), self._variables(before, word))
        return iter(()) if command is None else self._words_of(command, before[1:], word)

    def _words_of(self, command: Command, before: list[str], word: str) -> Found:
        if word.startswith("-"):
            yield from ((option, "option") for option in command.parser.options if option not in before)
            return
        taken = command.parser.options.get(before[-1]) if before else None
        for metavar in [taken] if taken else _positions(command, before):
            named = [*before, *self._run_meant(command)] if metavar == "STEP" else before
            yield from self._by_metavar.get(metavar, _nothing)(named, word)

    def _run_meant(self, command: Command) -> list[str]:
        """The run that the command takes where none is named."""
        takes_run = any(name.startswith("RUN") for names in command.parser.positions for name in names)
        return list(self._session.handles)[-1:] if takes_run else []

    # -- by what is wanted: given the words before, and the word as far as it is typed ---------------------------

    def _flows(self, before: list[str], word: str) -> Found:
        for flow in self._session.definitions.all().values():
            yield flow.id, "workflow"
            if (variable := self._session.definitions.variable_of(flow)) and variable != flow.id:
                yield variable, f"variable of {flow.id}"

    def _runs(self, before: list[str], word: str) -> Found:
        now = datetime.now(UTC)
        try:
            future = self._session.room.submit(self._session.room.runtime.runs(per_page=_RUNS))
            page = waited_for(future, _PATIENCE)
        except Exception:  # noqa: BLE001 - a store that cannot be read is complained about elsewhere
            return
        for name in self._session.variables():
            if isinstance(held := self._session.shell.user_ns[name], RunHandle):
                yield name, f"variable of {held.run_id}"
        for info in page.items:
            yield info.run_id, f"{info.status}, {ago((now - info.updated_at).total_seconds())}"

    def _moments(self, before: list[str], word: str) -> Found:
        name, at, _ = word.partition("@")
        handle = self._session.used(name)
        if not at or handle is None:
            yield from self._runs(before, word)
            return
        for point in checkpoints(handle.followed.events())[-_MOMENTS:]:
            yield f"{name}@{point.seq}", point.label
        for place in places(handle.workflow):
            yield f"{name}@{joined(place)}", f"before {place[-1]} began"

    def _steps(self, before: list[str], word: str) -> Found:
        for flow in self._meant(before):
            for name in map(joined, places(flow)):
                yield name, f"step of {flow.id}"
                if word.startswith(f"{name}:"):
                    yield f"{name}:after", "once it is done"
                    yield f"{name}:error", "when it has failed"

    def _statuses(self, before: list[str], word: str) -> Found:
        return ((status.value, "status") for status in Status)

    def _variables(self, before: list[str], word: str) -> Found:
        return ((name, "variable") for name in self._session.variables())

    def _labels(self, before: list[str], word: str) -> Found:
        for handle in reversed(list(self._session.handles.values())):
            yield from ((label, f"waits in {handle.run_id}") for label in handle.result.resume_labels)

    def _keys(self, before: list[str], word: str) -> Found:
        for flow in self._meant(before):
            schema = flow.input.json_schema() if flow.input is not None else None
            for key in (schema or {}).get("properties", {}):
                yield f"{key}=", f"input of {flow.id}"

    def _answers(self, before: list[str], word: str) -> Found:
        named = [handle for name in before if (handle := self._session.used(name)) is not None]
        for handle in named or reversed(list(self._session.handles.values())):
            for suspension in handle.result.suspensions:
                for key in (suspension.schema or {}).get("properties", {}):
                    yield f"{key}=", f"answer to {joined(suspension.path)}"

    def _meant(self, before: list[str]) -> list[Flow]:
        """The workflow that the words name, itself or by a run; all of them if they name none."""
        flows = self._session.definitions.all()
        for word in before:
            handle = self._session.used(word.partition("@")[0])
            if handle is not None:
                return [handle.workflow]
            if word in self._session.definitions.names():
                return [self._session.definitions.find(word)]
        return list(flows.values())


def _positions(command: Command, before: list[str]) -> tuple[str, ...]:
    """What the next word without a dash may name."""
    at, parser = _taken(command, before), command.parser
    if at >= len(parser.positions) and not parser.repeats:
        return ()
    return parser.positions[min(at, len(parser.positions) - 1)]


def _taken(command: Command, before: list[str]) -> int:
    """How many words stand there that are no options, nor belong to one."""
    options = command.parser.options
    pairs = zip(["", *before], before, strict=False)
    return sum(1 for former, word in pairs if not word.startswith("-") and not options.get(former))


def _nothing(before: list[str], word: str) -> Found:
    return iter(())


def matcher_of(completions: Completions) -> Any:
    """The completions in the way IPython asks for them."""

    @context_matcher()
    def playhead_matcher(context: CompletionContext) -> dict[str, Any]:
        found = completions.of(context.text_until_cursor)
        if found is None:
            return {"completions": []}
        word, choices = found
        return {
            "completions": [SimpleCompletion(text=text, type=remark) for text, remark in choices],
            "matched_fragment": word,
            "suppress": bool(choices),
            "ordered": True,
        }

    return playhead_matcher
