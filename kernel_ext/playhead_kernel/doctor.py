"""The doctor: looks at the things that go wrong in practice."""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from playhead_kernel.complaints import Complaints
from playhead_kernel.needs import needed_driver
from playhead_kernel.refusals import one_line
from playhead_kernel.session import Session

_PATIENCE = 2.0  # seconds that a healthy engine room never needs
_LOSES_OUTPUT = "7.0."  # these ipykernels lose what background threads send
_PACKAGES = ("ipykernel", "ipywidgets", "anywidget", "jupyterlab")


class Finding(NamedTuple):
    """One thing that was looked at; ``verdict`` is ``well`` or ``look``."""

    what: str
    verdict: str
    found: str


def findings(session: Session) -> list[Finding]:
    """Everything that was looked at."""
    return [*_versions(), _engine_room(session), *_store(session), *_runs(session), *_complaints(session)]


def _versions() -> Iterator[Finding]:
    yield Finding("Python", "well", platform.python_version())
    for name in _PACKAGES:
        try:
            found = version(name)
        except PackageNotFoundError:
            continue  # JupyterLab may live in another environment than the kernel
        if name == "ipykernel" and found.startswith(_LOSES_OUTPUT):
            yield Finding(name, "look", f"{found} loses the output of runs: pip install -U ipykernel")
        else:
            yield Finding(name, "well", found)


def _engine_room(session: Session) -> Finding:
    heard: Future[int] = Future()
    session.room.post(lambda: heard.set_result(threading.active_count()))
    try:
        threads = heard.result(_PATIENCE)
    except TimeoutError:
        return Finding("engine room", "look", "it does not answer: an async step blocks it (write it as plain def)")
    return Finding("engine room", "well", f"answers; the process has {threads} threads")


def _store(session: Session) -> Iterator[Finding]:
    name = session.room.runtime.store.name
    try:
        count, abandoned = len(session.runs()), session.abandoned()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the store is the finding
        yield Finding("store", "look", one_line(str(error)))
        return
    yield Finding("store", "well", f"{name}: {count} run{'' if count == 1 else 's'}")
    for run_id in abandoned:
        yield Finding("store", "look", needed_driver(run_id))


def _runs(session: Session) -> Iterator[Finding]:
    going = [run_id for run_id, handle in session.handles.items() if handle.followed.is_active]
    going = [run_id for run_id in going if session.room.runtime.drive_of(run_id) is not None]
    yield Finding("runs", "well", f"{len(going)} going on here" + (f": {', '.join(going)}" if going else ""))


def _complaints(session: Session) -> Iterator[Finding]:
    complaints: Complaints = session.complaints
    for text in complaints.recent():
        yield Finding("log", "look", text)
