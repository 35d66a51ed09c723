"""One run in three real processes: begun, answered by label and killed in the middle of a step, recovered."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

PROCESS = """
import asyncio, sys
from pathlib import Path
from playhead import Runtime, Workflow, step

stage, folder = sys.argv[1], Path(sys.argv[2])

def effect(name):
    with open(folder / "effects", "a", encoding="ascii") as file:
        file.write(name + "\\n")

@step
async def reserve(data: dict, ctx) -> dict:
    effect("reserve")
    ctx.set_state(reserved=data["count"])
    return data

@step
async def approve(data: dict, ctx) -> dict:
    if not ctx.resumed:
        ctx.suspend({"count": data["count"]}, label="manager")
    effect("approve")
    return {**data, "by": ctx.resume_data}

@step
async def charge(data: dict, ctx) -> dict:
    effect("charge begun")
    if stage == "answer":
        print("in the middle", flush=True)
        await asyncio.sleep(60)  # until it is killed
    effect("charge")
    return {**data, "restarted": ctx.restarted}

@step
async def ship(data: dict, ctx) -> dict:
    effect("ship")
    return {**data, "shipped": ctx.state["reserved"]}

flow = Workflow("ordering").then(reserve).then(approve).then(charge).then(ship).commit()

async def main():
    async with Runtime(folder / "store", workflows=[flow]) as runtime:
        if stage == "begin":
            result = await flow.create_run(run_id="order-1").start({"count": 3})
        elif stage == "answer":
            result = await flow.create_run(run_id="order-1").resume("Ada", label="manager")
        else:
            await runtime.recover(wait=True)
            result = await runtime.get("order-1")
        print(result.status, result.output, flush=True)

asyncio.run(main())
"""


def process(stage: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROCESS, stage, str(folder)], stdout=subprocess.PIPE, text=True)


def said(stage: str, folder: Path) -> str:
    """All that a process which ends by itself prints."""
    out, _ = process(stage, folder).communicate()
    return out.strip()


def test_a_run_goes_through_three_processes_and_each_finished_steps_effect_happens_once(tmp_path: Path) -> None:
    assert said("begin", tmp_path) == "suspended None"

    with process("answer", tmp_path) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "in the middle\n"
        second.kill()

    output = {"count": 3, "by": "Ada", "restarted": True, "shipped": 3}
    assert said("recover", tmp_path) == f"success {output}"
    effects = Counter((tmp_path / "effects").read_text("ascii").split("\n")[:-1])
    # At least once in flight, never again once finished: only the step that was killed has begun twice.
    assert effects == {"reserve": 1, "approve": 1, "charge begun": 2, "charge": 1, "ship": 1}
