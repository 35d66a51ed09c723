"""Kernels that end, die, and come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.notebook.cells import CHAIN, SLOW
from tests.notebook.kernels import OURS, kernel_in

#: Each step leaves a trace on the disk, so that another process can see what ran how often.
TRACED = """
import time
from pathlib import Path
from playhead import Workflow, step

def trace(name):
    with Path("trace.txt").open("a") as file:
        file.write(name + "\\n")

@step
def load(n: int) -> int:
    trace("load")
    return n + 1

@step
def clean(n: int) -> int:
    trace("clean")
    return n + 10

@step
def train(n: int) -> int:
    trace("train")
    while not Path("go").exists():
        time.sleep(0.01)
    return n + 100

@step
def report(n: int) -> int:
    trace("report")
    return n + 1000

traced = Workflow("traced", input=int).then(load).then(clean).then(train).then(report).commit()
"""


def traces(folder: Path) -> list[str]:
    path = folder / "trace.txt"
    return path.read_text().split() if path.exists() else []


def test_a_run_whose_kernel_was_killed_is_finished_by_the_next_one(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as killed:
        killed("%load_ext playhead")
        killed(TRACED)
        killed("%workflow run traced 0 --id t -q")
        killed.until(lambda: traces(tmp_path) == ["load", "clean", "train"])
        killed.kill()
        (tmp_path / "go").touch()
        with kernel_in(tmp_path) as kernel:
            kernel("%load_ext playhead")
            assert "not defined: run its cell" in kernel("%workflow ls")
            assert "t was left" in kernel.cell("%workflow recover").text
            kernel(TRACED)
            assert "traced" in kernel("%workflow recover")
            assert kernel("result = %workflow wait t\nresult.output") == "1111"
            assert traces(tmp_path) == ["load", "clean", "train", "train", "report"]
            assert kernel("%workflow recover") == "There is nothing to recover."
            assert kernel.shutdown() < 2.5


def test_a_run_whose_kernel_was_killed_is_told_to_be_driven_by_nobody_and_is_not_waited_for(tmp_path: Path) -> None:
    said = "Nobody drives run 't' any more: its kernel is gone. %workflow continue t takes it up."
    with kernel_in(tmp_path) as killed:
        killed("%load_ext playhead")
        killed(TRACED)
        killed("%workflow run traced 0 --id t -q")
        killed.until(lambda: traces(tmp_path) == ["load", "clean", "train"])
        assert "nobody" not in killed("%workflow ls")
        killed.kill()
        (tmp_path / "go").touch()
        with kernel_in(tmp_path) as kernel:
            kernel("%load_ext playhead")
            kernel(TRACED)
            assert "nobody drives it: %workflow recover" in kernel("%workflow ls")
            assert said in kernel.cell("%workflow show t").text
            assert said in kernel.cell("%workflow wait").text
            assert said in kernel.cell("%workflow step").text
            assert said in kernel("findings = %workflow doctor\n[finding.found for finding in findings]").replace(
                '"', ""
            )
            assert kernel("run = %workflow continue t --wait\nrun.result.output") == "1111"
            assert "nobody" not in kernel("%workflow ls")


def test_a_run_that_was_paused_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        kernel("%load_ext playhead")
        kernel(CHAIN)
        kernel("result = %workflow run chain 1 --id c --break two --wait")
        kernel.shutdown()
    with kernel_in(tmp_path) as kernel:
        kernel("%load_ext playhead")
        kernel(CHAIN)
        assert "paused" in kernel("%workflow show c\n%workflow ls")
        kernel("result = %workflow continue c --wait")
        assert kernel("result.result.output") == "112"
        assert kernel("ran") == "['two', 'three']"


@pytest.mark.parametrize("going_on", ["nothing", "a def step", "an async step", "a finished run"])
def test_a_kernel_ends_promptly_and_leaves_no_process(tmp_path: Path, going_on: str) -> None:
    with kernel_in(tmp_path) as kernel:
        kernel("import atexit, pathlib; atexit.register(lambda: pathlib.Path('ended').touch())")
        kernel("%load_ext playhead")
        kernel(CHAIN + SLOW)
        kernel("""
import asyncio

@step
async def forever(n: int) -> int:
    await asyncio.sleep(3600)

forevers = Workflow("forevers", input=int).then(forever).commit()
""")
        if going_on == "a def step":
            kernel("%workflow run slow 1")
        elif going_on == "an async step":
            kernel("%workflow run forevers 1")
        elif going_on == "a finished run":
            kernel("%workflow run chain 1 --wait")
        process = psutil.Process(kernel.pid)
        family = [process, *process.children(recursive=True)]
        assert kernel.shutdown() < 2.5
        assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
        assert (tmp_path / "ended").exists(), "it ended by itself: what was to be done at its end was done"


def test_a_run_that_went_on_when_its_kernel_ended_is_taken_up_at_once(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        kernel("%load_ext playhead")
        kernel(TRACED)
        kernel("%workflow run traced 0 --id t")
        kernel.until(lambda: traces(tmp_path) == ["load", "clean", "train"])
        kernel.shutdown()
    (tmp_path / "go").touch()
    with kernel_in(tmp_path) as kernel:
        kernel("%load_ext playhead")
        kernel(TRACED)
        kernel("%workflow recover")
        assert kernel("result = %workflow wait t\nresult.output") == "1111"


def test_unloading_ends_every_thread_of_ours_in_a_kernel(tmp_path: Path) -> None:
    with kernel_in(tmp_path) as kernel:
        names = "import threading\nsorted(t.name for t in threading.enumerate() if 'playhead' in t.name)"
        kernel("%load_ext playhead")
        kernel(CHAIN)
        kernel("result = %workflow run chain 1 --wait")
        assert "playhead-engine-room" in kernel(names)
        kernel("%unload_ext playhead")
        kernel("import time; time.sleep(0.1)")
        assert kernel(names) == "[]"


def test_two_kernels_share_a_store_and_see_each_others_runs(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with kernel_in(tmp_path / "one") as one, kernel_in(tmp_path / "two") as two:
        for kernel in (one, two):
            kernel("%load_ext playhead")
            kernel("%workflow store ../shared")
            kernel(TRACED)
        one("%workflow run traced 0 --id t -q")
        one.until(lambda: traces(tmp_path / "one") == ["load", "clean", "train"])
        assert "running" in two("run = %workflow show t\nstr(run.status)")
        assert "still being driven" in str(two.cell("%workflow recover").text)
        (tmp_path / "one" / "go").touch()
        assert two("result = %workflow wait t\nresult.output") == "1111"
        assert traces(tmp_path / "two") == []


# -- the kernel of our own ---------------------------------------------------------------------------------------


def test_our_kernel_has_the_extension_loaded(tmp_path: Path) -> None:
    with kernel_in(tmp_path, OURS) as kernel:
        kernel(CHAIN)
        assert kernel("result = %workflow run chain 1 --wait\nresult.result.output") == "112"
        kernel("%load_ext playhead")  # as notebooks do that run anywhere
        assert kernel("get_ipython().kernel.__class__.__name__") == "'WorkflowKernel'"
        assert kernel.shutdown() < 2.5


def test_our_kernel_hears_clicks_while_a_cell_waits(tmp_path: Path) -> None:
    with kernel_in(tmp_path, OURS) as kernel:
        kernel(SLOW)
        kernel("run = %workflow run slow 1")
        player = kernel("player = run.views._shown[0].player; player.model_id").strip("'")
        waiting = kernel.begin("%workflow wait")
        kernel.until(lambda: kernel.said(waiting, "execute_input"))
        assert kernel.asked(player, {"ask": "command", "name": "cancel", "payload": {}}) == {"ok": True}
        assert "canceled" in kernel.ended(waiting).value


def test_the_kernelspec_is_installed_with_the_package() -> None:
    spec = KernelSpecManager().get_kernel_spec("playhead")
    assert spec.display_name == "Python 3 (Playhead)"
    assert spec.argv == ["python", "-m", "playhead_kernel.app", "-f", "{connection_file}"]
    assert {"logo-32x32.png", "logo-64x64.png", "logo-svg.svg"} <= set(os.listdir(spec.resource_dir))


def install(*words: str) -> str:
    command = [sys.executable, "-m", "playhead_kernel", "install", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_kernelspec_can_be_installed_anywhere_and_starts_this_python(tmp_path: Path) -> None:
    said = install("--prefix", str(tmp_path))
    folder = tmp_path / "share" / "jupyter" / "kernels" / "playhead"
    assert str(folder) in said
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["argv"] == [sys.executable, "-m", "playhead_kernel.app", "-f", "{connection_file}"]
    specs = KernelSpecManager(kernel_dirs=[str(folder.parent)], ensure_native_kernel=False)
    manager = KernelManager(kernel_name="playhead", kernel_spec_manager=specs)
    manager.start_kernel(cwd=str(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=10)
        reply = client.execute("assert '%workflow' and get_ipython().playhead_extension", reply=True, timeout=10)
        assert reply["content"]["status"] == "ok"
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_installing_twice_is_no_mistake(tmp_path: Path) -> None:
    assert install("--prefix", str(tmp_path)) == install("--prefix", str(tmp_path))


def test_installing_for_the_user_stays_in_the_home(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "playhead_kernel", "install", "--user"]
    env = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}
    subprocess.run(command, check=True, capture_output=True, env=env)
    assert (tmp_path / "data" / "kernels" / "playhead" / "kernel.json").exists()
