"""The worker's side: run the body that a parcel describes, and send back all that came of it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from playhead.codec.errors import dump_error
from playhead.codec.mentioned import class_names
from playhead.codec.values import dump
from playhead.definition.signals import only_signals
from playhead.executors.functions import called, function_at
from playhead.executors.homes import settle_in
from playhead.executors.parcel import Parcel
from playhead.executors.printing import PrintingTo
from playhead.executors.reply import Reply, written
from playhead.executors.there import CallThere


def run_there(data: bytes) -> Reply:
    """Run the body once. Never raises: an exception of a user's class could break a process pool for good."""
    said: list[list[Any]] = []
    try:
        return _ran(Parcel(data), said)
    except BaseException as error:  # noqa: BLE001 - see above
        return written(["raise", dump_error(error).data], said=said)


def _ran(parcel: Parcel, said: list[list[Any]]) -> Reply:
    fn = function_at(parcel.address, parcel.digest)
    settle_in(parcel.homes)
    call = CallThere(parcel, said)
    output = None
    try:
        with PrintingTo(partial(_keep_printed, said)):
            output = _result(fn, parcel, call)
    except BaseException as error:
        if not only_signals(error):
            raise
    return _complete(call, _ended(call, output))


def _keep_printed(said: list[list[Any]], stream: str, text: str) -> None:
    if said and said[-1][:2] == ["print", stream]:
        said[-1][2] += text
    else:
        said.append(["print", stream, text])


def _result(fn: Any, parcel: Parcel, call: CallThere) -> Any:
    arguments = [parcel.read("input")] if parcel.takes_input else []
    keywords = {parcel.context_name: call.context()} if parcel.context_name else {}
    result = called(fn, *arguments, **keywords)
    return asyncio.run(_awaited(result)) if asyncio.iscoroutine(result) else result


async def _awaited(result: Any) -> Any:
    return await result


def _ended(call: CallThere, output: Any) -> list[Any]:
    """How the body ended. If it asked or bailed, and something swallowed the signal, it did all the same."""
    if call.question is not None:
        return ["suspend", *call.question]
    if call.bailed is not None:
        return ["bail", call.bailed]
    return ["return", dump(output, "output").data]


def _complete(call: CallThere, end: list[Any]) -> Reply:
    request = call.changed_request()
    values = [*call.updates.values(), *request.values(), *(part for part in end if isinstance(part, bytes))]
    return written(
        end,
        said=call.said,
        state=call.updates,
        request=request,
        deleted=sorted(call.request.deleted()),
        classes=sorted({name for data in values for name in class_names(data)}),
    )
