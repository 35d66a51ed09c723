"""A real kernel in a process of its own, spoken to as JupyterLab does."""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

STOCK = ("-m", "ipykernel_launcher")
OURS = ("-m", "playhead_kernel.app")
PATIENCE = 10.0  # seconds for what takes a fraction of one on a quiet machine


class Kernel:
    """One kernel, and everything it has said, by the id of the request that it belongs to."""

    def __init__(self, folder: Path, module: tuple[str, ...], ipykernel: Path | None) -> None:
        argv = [sys.executable, "-Xfrozen_modules=off", *module, "-f", "{connection_file}"]
        connection = folder / f"connection-{uuid.uuid4().hex}.json"
        self.manager = KernelManager(kernel_name="python3", connection_file=str(connection))
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="test", language="python")
        other = {"PYTHONPATH": os.pathsep.join([str(ipykernel), os.environ.get("PYTHONPATH", "")])} if ipykernel else {}
        quiet = {**os.environ, **other, "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self._log = (folder / "kernel.log").open("a")
        self.manager.start_kernel(cwd=str(folder), env=quiet, stdout=self._log, stderr=self._log)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.messages: list[dict[str, Any]] = []
        self.replies: dict[str, dict[str, Any]] = {}
        self._is_open = True
        self._poller = zmq.Poller()
        for channel in (self.client.iopub_channel, self.client.shell_channel):
            self._poller.register(channel.socket, zmq.POLLIN)
        self._subshell = self._make_subshell()

    # -- cells -------------------------------------------------------------------------------------------------

    def begin(self, code: str) -> str:
        """Send a cell; its id."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        return self._send("execute_request", content | {"stop_on_error": True})

    def cell(self, code: str, patience: float = PATIENCE) -> Cell:
        """Run a cell and wait until it is done."""
        return self.ended(self.begin(code), patience)

    def ended(self, id: str, patience: float = PATIENCE) -> Cell:
        """Wait until the cell is done and everything it said before that has come."""
        self.until(lambda: id in self.replies and self._is_idle(id), patience, f"cell {id} did not end")
        return Cell(self, id)

    def __call__(self, code: str) -> str:
        """Run a cell that must not fail; its value as text."""
        cell = self.cell(code)
        assert cell.error is None, f"{cell.error}\n{cell.text}"
        return cell.value

    def request(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Send another kind of request; the content of its reply."""
        id = self._send(kind, content)
        self.until(lambda: id in self.replies, PATIENCE, f"no reply to {kind}")
        found: dict[str, Any] = self.replies[id]["content"]
        return found

    def asked(self, model: str, content: dict[str, Any]) -> Any:
        """Send a custom message to a widget, as its view in the browser does; the result it answers with."""
        data = {"method": "custom", "content": {**content, "id": model}}
        self._send("comm_msg", {"comm_id": model, "data": data}, self._subshell)
        answers: list[dict[str, Any]] = []

        def answered() -> bool:
            sent = [m["content"]["data"] for m in self.messages if m["msg_type"] == "comm_msg"]
            answers[:] = [data["content"] for data in sent if data.get("content", {}).get("answer") == model]
            return bool(answers)

        self.until(answered)
        return answers[-1].get("result")

    def said(self, id: str, kind: str) -> list[dict[str, Any]]:
        """The contents of all messages of that kind that belong to the request."""
        return [m["content"] for m in list(self.messages) if m["msg_type"] == kind and parent(m) == id]

    def text(self, id: str) -> str:
        """What is printed in the cell."""
        return "".join(content["text"] for content in self.said(id, "stream"))

    def until(self, holds: Callable[[], object], patience: float = PATIENCE, complaint: str = "") -> None:
        """Take messages in until it holds; nothing is taken in between, and no thread is needed."""
        end = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < end, complaint or "it did not happen"
            self._take_in()

    def wait(self, seconds: float) -> None:
        """Take messages in for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, seconds + PATIENCE)

    # -- the process -------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)

    def interrupt(self) -> None:
        """What the stop button does."""
        os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """As the machine's out-of-memory killer would; whoever started it notices when it is closed."""
        os.kill(self.pid, signal.SIGKILL)

    def shutdown(self) -> float:
        """Ask it to end, and wait for that; seconds. It is never killed here."""
        began = time.monotonic()
        self.client.shutdown()
        process = self.manager.provisioner.process
        process.wait(PATIENCE)
        took = time.monotonic() - began
        self._close()
        return took

    def close(self) -> None:
        """Make sure that it is gone."""
        if self._is_open:
            self.manager.shutdown_kernel(now=True)
            self._close()

    def _close(self) -> None:
        self._is_open = False
        self.client.stop_channels()
        self.manager.cleanup_resources()
        self._log.close()

    # -- messages ----------------------------------------------------------------------------------------------

    def _make_subshell(self) -> str | None:
        """Where JupyterLab sends the messages of widgets, on kernels that have subshells."""
        if "kernel subshells" not in self.request("kernel_info_request", {}).get("supported_features", ()):
            return None
        self.client.control_channel.send(self.client.session.msg("create_subshell_request", {}))
        return str(self.client.get_control_msg(timeout=PATIENCE)["content"]["subshell_id"])

    def _send(self, kind: str, content: dict[str, Any], subshell: str | None = None) -> str:
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def _take_in(self) -> None:
        for socket, _ in self._poller.poll(timeout=20):  # milliseconds
            _, message = self.client.session.recv(socket, mode=zmq.NOBLOCK)
            if socket is self.client.shell_channel.socket:
                self.replies[parent(message)] = message
            else:
                self.messages.append(message)

    def _is_idle(self, id: str) -> bool:
        return any(content["execution_state"] == "idle" for content in self.said(id, "status"))


@dataclass(frozen=True)
class Cell:
    """A cell that is done, and what it has shown by now."""

    kernel: Kernel
    id: str

    @property
    def text(self) -> str:
        return self.kernel.text(self.id)

    @property
    def value(self) -> str:
        """Its value as plain text; empty if it has none."""
        return "".join(content["data"]["text/plain"] for content in self.kernel.said(self.id, "execute_result"))

    @property
    def error(self) -> str | None:
        """The name of the error's class and its message."""
        content = self.kernel.replies[self.id]["content"]
        return f"{content['ename']}: {content['evalue']}" if content["status"] == "error" else None

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The bundles it displays."""
        return [content["data"] for content in self.kernel.said(self.id, "display_data")]


def parent(message: dict[str, Any]) -> str:
    return str(message["parent_header"].get("msg_id"))


def other_ipykernels() -> list[Path]:
    """Other versions than the installed one, each in a folder of its own below what PLAYHEAD_IPYKERNELS names."""
    place = os.environ.get("PLAYHEAD_IPYKERNELS")
    return sorted(path for path in Path(place).iterdir() if path.is_dir()) if place else []


@contextmanager
def kernel_in(folder: Path, module: tuple[str, ...] = STOCK, ipykernel: Path | None = None) -> Iterator[Kernel]:
    """A new kernel whose cells run in ``folder``; of the version in the folder ``ipykernel``, if it is given."""
    folder.mkdir(exist_ok=True)
    kernel = Kernel(folder, module, ipykernel)
    try:
        yield kernel
    finally:
        kernel.close()
