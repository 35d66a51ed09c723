"""Requests.

What a browser asks the kernel for. They are answered on the thread they come in on, without waiting.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from ipywidgets import Widget

from playhead_widgets.source import Edit, Refuse, Reply, Sibling, Source
from playhead_widgets.views.changes import changes
from playhead_widgets.views.complaints import complaint
from playhead_widgets.views.drawings import drawing_of
from playhead_widgets.views.escape import clean
from playhead_widgets.views.excerpts import excerpt
from playhead_widgets.views.forms import AnswerInvalid, answer
from playhead_widgets.views.graph import Block
from playhead_widgets.views.inspection import inspection, part_of
from playhead_widgets.views.offers import fork_offer
from playhead_widgets.views.questions import question

COMMANDS: Final = frozenset({"continue", "step", "pause", "cancel", "resume", "fork"})

_DIFF: Final = 20_000  # characters
_NARROWEST, _WIDEST = 200.0, 4_000.0  # pixels of a drawing


class Requests:
    """Answers the messages of one player's views; each has an ``id`` that its answer carries."""

    def __init__(
        self,
        source: Source,
        truth: Callable[[], dict[str, Any]],
        send: Callable[[dict[str, Any]], None],
        attach: Callable[[Widget], None],
        graph: Block,
    ) -> None:
        self.source = source
        self.truth = truth
        self.send = send
        self.attach = attach
        self.graph = graph
        self._kinds = {
            "sync": self._sync,
            "graph": self._graph,
            "inspect": self._inspect,
            "value": self._value,
            "compare": self._compare,
            "runs": self._runs,
            "offer": self._offer,
            "edits": self._edits,
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
            self._refused(reply)(error)

    def _refused(self, reply: Callable[..., None]) -> Refuse:
        return lambda error: reply(problem=complaint(error)["message"])

    def _reply(self, id: Any, **content: Any) -> None:
        self.send({"answer": id, **content})

    def _sync(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        reply(truth=self.truth())

    def _graph(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        width = min(max(float(content["width"]), _NARROWEST), _WIDEST)
        reply(svg=drawing_of(self.graph, width=width, open=content.get("open"), live=True))

    def _inspect(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        seq, last = int(content["seq"]), int(content.get("last") or 0)
        source = self.source
        now = source.snapshot(last or seq)
        before = source.snapshot(last - 1) if last > 1 else None
        found = inspection(source.workflow, now, _path(content["path"]), before, source.events(0))
        reply(inspection=found)

    def _value(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        """More of a value that was shown as a tree."""
        moment = self.source.snapshot(int(content["seq"]))
        whole = part_of(moment, _path(content["path"]), str(content["part"]))
        at = [int(position) for position in content["at"]]
        reply(value=excerpt(whole, at, max(0, int(content.get("offset") or 0))))

    def _compare(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        """What led from one moment to another, or tells another run, as it stands now, from this one."""
        after = self.source.snapshot(int(content["after"]))
        run = content.get("run")
        if run is None:
            reply(changes=changes(self.source.snapshot(int(content["before"])), after))
        else:
            self.source.sibling(run, lambda other: reply(changes=changes(other, after)), self._refused(reply))

    def _runs(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        def tell(siblings: Sequence[Sibling]) -> None:
            reply(runs=[{name: clean(text) for name, text in asdict(run).items() if text} for run in siblings])

        self.source.siblings(tell, self._refused(reply))

    def _offer(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        reply(offer=fork_offer(self.source.workflow, self.source.snapshot(int(content["seq"]))))

    def _edits(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        self.source.edits(lambda edits: reply(edits=[_told(edit) for edit in edits]))

    def _command(self, content: dict[str, Any], reply: Callable[..., None]) -> None:
        name, payload = content["name"], dict(content.get("payload") or {})
        if name not in COMMANDS:
            raise ValueError(f"There is no command {name!r}.")
        answered = Reply(lambda result: reply(result=result), self.attach)
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
        for part in ("input", "state"):
            if payload.get(part) is not None:
                prepared[part] = _edited(part, str(payload[part]))
        if not isinstance(prepared.get("state", {}), dict):
            raise AnswerInvalid(("state",), "must be a JSON object")
        return prepared


def _edited(part: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise AnswerInvalid((part,), f"is not JSON: {error}") from None


def _told(edit: Edit) -> dict[str, Any]:
    diff = clean(edit.diff, _DIFF, lines=True)
    return {"path": "/".join(edit.path), "kind": edit.kind, "diff": diff, "reached": edit.was_reached}


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split("/")) if text else ()
