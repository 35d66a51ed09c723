"""Requests.

What a browser asks the kernel for. They are answered on the thread they come in on, without waiting.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from playhead_widgets.source import Reply, Source
from playhead_widgets.views.complaints import complaint
from playhead_widgets.views.forms import AnswerInvalid, answer
from playhead_widgets.views.graph import Block
from playhead_widgets.views.inspection import inspection
from playhead_widgets.views.questions import question
from playhead_widgets.views.svg import svg_of

COMMANDS: Final = frozenset({"continue", "step", "pause", "cancel", "resume", "fork"})

_NARROWEST, _WIDEST = 200.0, 4_000.0  # pixels of a drawing


class Requests:
    """Answers the messages of one player's views; each has an ``id`` that its answer carries."""

    def __init__(
        self,
        source: Source,
        truth: Callable[[], dict[str, Any]],
        send: Callable[[dict[str, Any]], None],
        graph: Block,
    ) -> None:
        self.source = source
        self.truth = truth
        self.send = send
        self.graph = graph
        self._kinds = {
            "sync": self._sync,
            "graph": self._graph,
            "inspect": self._inspect,
            "command": self._command,
        }

    def handle(self, content: dict[str, Any]) -> None:
        """Answer one message, whatever it says."""
        kind = self._kinds.get(content.get("ask", ""))
        if kind is None:
            return
        reply = partial(self._reply, content.get("id"))
        try:
            kind(content, reply)
        except Exception as error:  # noqa: BLE001 - told to the person who asked: nobody reads a log here
            reply(problem=complaint(error)["message"])

    def _reply(self, id: Any, **content: Any) -> None:
        self.send({"answer": id, **content})

    def _sync(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        reply(truth=self.truth())

    def _graph(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        width = min(max(float(content["width"]), _NARROWEST), _WIDEST)
        reply(svg=svg_of(self.graph, width=width, open=content.get("open"), live=True))

    def _inspect(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        seq, last = int(content["seq"]), int(content.get("last") or 0)
        source = self.source
        now = source.snapshot(last or seq)
        before = source.snapshot(last - 1) if last > 1 else None
        found = inspection(source.workflow, now, _path(content["path"]), before, source.events(0))
        reply(inspection=found)

    def _command(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        name, payload = content["name"], dict(content.get("payload") or {})
        if name not in COMMANDS:
            raise ValueError(f"There is no command {name!r}.")
        answered = Reply(lambda result: reply(result=result))
        try:
            prepared = {"resume": self._resume, "fork": self._fork}.get(name, dict)(payload)
        except AnswerInvalid as error:
            answered.refused(error)
            return
        self.source.command(name, prepared, answered)

    def _resume(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What was filled in, as data for the step."""
        path = _path(payload["path"])
        record = self.source.snapshot().records.get(path)
        if record is None:
            raise ValueError(f"{payload['path']} was not reached in this run.")
        form = question(self.source.workflow, record)["form"]
        return {"path": path, "index": record.index, "data": answer(form, payload.get("raw"))}

    def _fork(self, payload: dict[str, Any]) -> dict[str, Any]:
        prepared: dict[str, Any] = {"seq": int(payload["seq"])}
        if payload.get("input"):
            try:
                prepared["input"] = json.loads(payload["input"])
            except ValueError as error:
                raise AnswerInvalid(("input",), f"is not JSON: {error}") from None
        return prepared


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("/")) if text else ()
