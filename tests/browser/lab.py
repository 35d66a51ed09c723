"""A JupyterLab of its own for the tests: a free port, no settings of the person who runs them, nothing from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTING = 90.0  # seconds; two busy cores take up to 20 when the files are cold
ENDING = 20.0

#: Without these JupyterLab asks about news, or saves a notebook in the middle of a test.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}


@contextmanager
def jupyter(root: Path, home: Path, app: str = "jupyterlab") -> Iterator[str]:
    """Serve the notebooks in ``root``, by JupyterLab or by ``notebook``; what the server remembers goes to ``home``.

    Gives its address.
    """
    for name, setting in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting), "utf-8")
    port = free_port()
    log = home / "server.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", app, *options(root, port, app)]
        server = subprocess.Popen(command, env=environment(home), stdout=out, stderr=out, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server, log)
        yield address
    finally:
        end(server)


def options(root: Path, port: int, app: str) -> list[str]:
    name = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[app]
    return [
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True",
        "--allow-root",
        f"--ServerApp.root_dir={root}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--{name}.expose_app_in_browser=True",  # as window.jupyterapp, which the tests drive it by
    ]


def environment(home: Path) -> dict[str, str]:
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, **{name: str(home / folder) for name, folder in folders.items()}, "PATH": path}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The Jupyter server did not come up:\n{log.read_text('utf-8')}")


def end(server: subprocess.Popen[bytes]) -> None:
    """The server ends its kernels when it is asked to end."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(ENDING)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(ENDING)
